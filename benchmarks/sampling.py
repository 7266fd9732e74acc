"""Time and memory of a stratified simple random sample (23 strata, 500 each), side by side.

    python benchmarks/sampling.py frame PATH ROWS            # write the frame
    python benchmarks/sampling.py run WHO PATH [ROWS]        # one run in its own process; adds a line
    python benchmarks/sampling.py table                      # benchmarks/results/sampling.md from the runs

WHO: hash (every id hashed once by DuckDB, the yardstick), surveykit, surveykit_repeat (the frame listed ten
times under new ids), index (build), indexed (draw from it), duckdb (its reservoir sample, no strata),
duckdb_window, polars, svy, samplics, r. Each runs in an interpreter that has the package. Seconds are the
best of three (one for builds, repeats, samplics and R); CPU seconds are of this process and its children.
Reading the Parquet file counts; imports do not.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

RESULTS = Path(__file__).parent / "results" / "sampling.json"
SIZE, STRATA = 500, 23
PLAN = {
    "id": "benchmark",
    "frame": {"id": "unit_id", "keep": ["sex"]},
    "strata": ["district"],
    "size": {"per_stratum": SIZE},
    "seed": "benchmark",
}


def write_frame(path: str, rows: int) -> None:
    import duckdb

    duckdb.sql(
        "copy (select 'u' || lpad(cast(i as varchar), 9, '0') as unit_id, "
        f"'d' || cast(hash(i) % {STRATA} as varchar) as district, "
        f"cast(hash(i + 7) % 2 as varchar) as sex from range({rows}) as t(i)) to '{path}' "
        "(format parquet, compression zstd)"
    )


def run_hash(path: str) -> int:
    import duckdb

    duckdb.sql(f"select max(md5(concat('benchmark:', unit_id))) from '{path}'").fetchall()
    return 0


def run_surveykit(path: str) -> int:
    from surveykit.sampling import SamplingPlan, draw

    return len(draw(SamplingPlan.model_validate(PLAN), path).table)


def run_surveykit_repeat(path: str) -> int:
    """Ten copies, made unique by a prefix, as one relation that is never stored."""
    import duckdb

    from surveykit.sampling import SamplingPlan, draw

    parts = " union all ".join(
        f"select concat('{copy}', unit_id) as unit_id, district, sex from '{path}'" for copy in range(10)
    )
    return len(draw(SamplingPlan.model_validate(PLAN), duckdb.connect().sql(parts)).table)


def run_index(path: str) -> int:
    from surveykit.sampling import SamplingPlan, index_frame

    target = Path(path + ".index.parquet")
    target.unlink(missing_ok=True)
    index_frame(SamplingPlan.model_validate(PLAN), path, target)
    return 0


def run_indexed(path: str) -> int:
    from surveykit.sampling import SamplingPlan, draw_indexed, open_index

    return len(draw_indexed(SamplingPlan.model_validate(PLAN), open_index(path + ".index.parquet")).table)


def run_duckdb(path: str) -> int:
    import duckdb

    sql = f"select * from '{path}' using sample reservoir({SIZE * STRATA} rows) repeatable (1)"
    return len(duckdb.sql(sql).fetchall())


def run_duckdb_window(path: str) -> int:
    import duckdb

    keyed = f"(select *, random() as u from '{path}')"
    sql = f"select * exclude (u) from {keyed} qualify row_number() over (partition by district order by u) <= {SIZE}"
    return len(duckdb.sql(sql).fetchall())


def run_polars(path: str) -> int:
    import polars as pl

    frame = pl.read_parquet(path)
    return len(frame.filter(pl.int_range(pl.len()).shuffle(seed=1).over("district") < SIZE))


def run_svy(path: str) -> int:
    import polars as pl
    from svy import Design, Sample

    return len(Sample(pl.read_parquet(path), Design(stratum="district")).sampling.srs(n=SIZE, rstate=1).data)


def run_samplics(path: str) -> int:
    import warnings

    warnings.simplefilter("ignore")
    import polars as pl
    from samplics.sampling import SampleSelection
    from samplics.utils.types import SelectMethod

    frame = pl.read_parquet(path)
    unit, district = frame["unit_id"].to_numpy(), frame["district"].to_numpy()
    sizes = dict.fromkeys(frame["district"].unique().to_list(), SIZE)
    chosen = SampleSelection(method=SelectMethod.srs_wor, strat=True, wr=False)
    return int(chosen.select(unit, sizes, district)[0].sum())


def run_r(path: str) -> int:
    """R sampling::strata on a CSV of the district column, in R's memory: only strata() itself is timed by R."""
    import polars as pl

    pl.read_parquet(path, columns=["district"]).sort("district").write_csv(path + ".csv")
    code = (
        "suppressPackageStartupMessages(library(sampling));"
        f"x <- read.csv('{path}.csv'); n <- rep({SIZE}, {STRATA});"
        "t <- system.time(s <- strata(x, 'district', n, 'srswor'))[[3]];"
        "cat(nrow(s), t, gc()[2, 6])"
    )
    out = subprocess.run(["Rscript", "-e", code], capture_output=True, text=True, check=True).stdout.split()
    run_r.seconds, run_r.memory = float(out[1]), float(out[2])
    return int(out[0])


def run(who: str, path: str, rows: int) -> None:
    function = globals()[f"run_{who}"]
    once = who in ("index", "surveykit_repeat", "r", "samplics")
    if not once:
        function(path)  # imports and page cache
    elif who == "samplics":
        import samplics.sampling  # noqa: F401
    best, cpu, drawn = float("inf"), float("inf"), 0
    for _ in range(1 if once else 3):
        start, used = time.perf_counter(), _cpu()
        drawn = function(path)
        best, cpu = min(best, time.perf_counter() - start), min(cpu, _cpu() - used)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if who == "r":
        best, cpu, memory = run_r.seconds, run_r.seconds, run_r.memory
    line = {"who": who, "rows": rows * (10 if who == "surveykit_repeat" else 1), "seconds": best, "cpu": cpu,
            "peak_mb": memory, "drawn": drawn}  # fmt: skip
    RESULTS.parent.mkdir(exist_ok=True)
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    kept = [old for old in kept if (old["who"], old["rows"]) != (line["who"], line["rows"])]
    RESULTS.write_text(json.dumps([*kept, line], indent=1) + "\n")
    print(line)


def _cpu() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def table() -> None:
    lines = json.loads(RESULTS.read_text())
    text = [
        "# A stratified simple random sample: 23 strata, 500 each",
        "",
        "Written by benchmarks/sampling.py. Two cores shared with other heavy work (load 8 to 11): wall times",
        "are far too long, CPU seconds vary less. The ratio is CPU time over that of hashing every id once in",
        "DuckDB at the same number of rows. Peak memory includes the interpreter and its packages (about 120",
        "MB). Only surveykit's sample is the same on every engine. Up to two million rows surveykit compares",
        "all ids for duplicates, beyond only the candidates.",
        "",
        "| who | rows | seconds | CPU seconds | ratio | peak MB | drawn |",
        "|---|---|---|---|---|---|---|",
    ]
    yardstick = {line["rows"]: line["cpu"] for line in lines if line["who"] == "hash"}
    for line in sorted(lines, key=lambda line: (line["rows"], line["cpu"])):
        ratio = f"{line['cpu'] / yardstick[line['rows']]:.2f}" if line["rows"] in yardstick else "–"
        text.append(
            f"| {line['who']} | {line['rows']:,} | {line['seconds']:.3f} | {line['cpu']:.3f} | {ratio} | "
            f"{line['peak_mb']:.0f} | {line['drawn']:,} |"
        )
    RESULTS.with_suffix(".md").write_text("\n".join(text) + "\n")


if __name__ == "__main__":
    if sys.argv[1] == "frame":
        write_frame(sys.argv[2], int(sys.argv[3]))
    elif sys.argv[1] == "run":
        run(sys.argv[2], sys.argv[3], int(sys.argv[4]) if len(sys.argv) > 4 else 0)
    else:
        table()
