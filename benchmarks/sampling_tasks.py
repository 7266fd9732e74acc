"""What benchmarks/sampling.py times: one function per competitor, from a Parquet file to a sample."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SIZE, STRATA, PPS_SIZE = 500, 23, 10_000
MANY, MANY_SIZE = 16_000, 3
PLAN = {
    "id": "benchmark",
    "frame": {"id": "unit_id", "keep": ["sex"]},
    "strata": ["district"],
    "size": {"per_stratum": SIZE},
    "seed": "benchmark",
}


@dataclass(frozen=True)
class Task:
    """A competitor: what is sampled, the package that it needs, how often it runs, and how."""

    kind: str
    package: str
    repeats: int
    function: Callable[[str], int]


def write_frame(path: str, rows: int, strata: int = STRATA) -> None:
    """District, sex and a skewed size, all by hash: the same frame everywhere."""
    import duckdb

    duckdb.sql(
        "copy (select 'u' || lpad(cast(i as varchar), 9, '0') as unit_id, "
        f"'d' || cast(hash(i) % {strata} as varchar) as district, cast(hash(i + 7) % 2 as varchar) as sex, "
        f"cast(1 + 100 / (1 + hash(i + 11) % 100) as integer) as size from range({rows}) as t(i)) to '{path}' "
        "(format parquet, compression zstd)"
    )


def hash_every_id(path: str) -> int:
    """The yardstick."""
    import duckdb

    duckdb.sql(f"select max(md5(concat('benchmark:', unit_id))) from '{path}'").fetchall()
    return 0


def surveykit_digest(path: str) -> int:
    from surveykit.sampling import SamplingPlan, frame_digest

    return len(frame_digest(SamplingPlan.model_validate(PLAN), path))


def surveykit_draw(path: str) -> int:
    from surveykit.sampling import SamplingPlan, draw

    return len(draw(SamplingPlan.model_validate(PLAN), path).table)


def surveykit_many_strata(size: dict[str, object]) -> Callable[[str], int]:
    """A draw from as many strata as there are villages; their sizes are found, too."""

    def run(path: str) -> int:
        from surveykit.sampling import SamplingPlan, draw

        return len(draw(SamplingPlan.model_validate(PLAN | {"size": size}), path).table)

    return run


def surveykit_limited(path: str) -> int:
    """With DuckDB held to 200 MB and two threads."""
    from surveykit.sampling import SamplingPlan, draw, open_frame

    return len(draw(SamplingPlan.model_validate(PLAN), open_frame(path, memory_limit="200MB", threads=2)).table)


def surveykit_tenfold(path: str) -> int:
    """Ten copies, made unique by a prefix, as one relation that is never stored."""
    import duckdb

    from surveykit.sampling import SamplingPlan, draw

    parts = " union all ".join(
        f"select concat('{copy}', unit_id) as unit_id, district, sex from '{path}'" for copy in range(10)
    )
    return len(draw(SamplingPlan.model_validate(PLAN), duckdb.connect().sql(parts)).table)


def surveykit_index(path: str) -> int:
    from surveykit.sampling import SamplingPlan, index_frame

    Path(path + ".index").unlink(missing_ok=True)
    index_frame(SamplingPlan.model_validate(PLAN), path, path + ".index")
    return 0


def surveykit_indexed(path: str) -> int:
    from surveykit.sampling import SamplingPlan, draw_indexed, open_index

    return len(draw_indexed(SamplingPlan.model_validate(PLAN), open_index(path + ".index")).table)


def surveykit_pps(method: str) -> Callable[[str], int]:
    def run(path: str) -> int:
        from surveykit.sampling import SamplingPlan, draw

        changes = {"strata": [], "size": {"total": PPS_SIZE}, "method": method, "selection": {"size": "size"}}
        return len(draw(SamplingPlan.model_validate(PLAN | changes), path).table)

    return run


def duckdb_sample(path: str) -> int:
    """DuckDB's reservoir sample, which knows no strata."""
    import duckdb

    return len(
        duckdb.sql(f"select * from '{path}' using sample reservoir({SIZE * STRATA} rows) repeatable (1)").fetchall()
    )


def duckdb_window(path: str) -> int:
    import duckdb

    keyed = f"(select *, random() as u from '{path}')"
    sql = f"select * exclude (u) from {keyed} qualify row_number() over (partition by district order by u) <= {SIZE}"
    return len(duckdb.sql(sql).fetchall())


def duckdb_pps(path: str) -> int:
    """Sequential Poisson sampling by hand, on random numbers that cannot be repeated."""
    import duckdb

    return len(duckdb.sql(f"select * from '{path}' order by random() / size limit {PPS_SIZE}").fetchall())


def polars_srs(path: str) -> int:
    import polars as pl

    frame = pl.read_parquet(path)
    return len(frame.filter(pl.int_range(pl.len()).shuffle(seed=1).over("district") < SIZE))


def svy_srs(path: str) -> int:
    import polars as pl
    from svy import Design, Sample

    return len(Sample(pl.read_parquet(path), Design(stratum="district")).sampling.srs(n=SIZE, rstate=1).data)


def svy_pps(path: str) -> int:
    import polars as pl
    from svy import Design, Sample

    return len(Sample(pl.read_parquet(path), Design(mos="size")).sampling.pps_sys(n=PPS_SIZE, rstate=1).data)


def samplics_srs(path: str) -> int:
    import polars as pl
    from samplics.sampling import SampleSelection
    from samplics.utils.types import SelectMethod

    frame = pl.read_parquet(path)
    unit, district = frame["unit_id"].to_numpy(), frame["district"].to_numpy()
    sizes = dict.fromkeys(frame["district"].unique().to_list(), SIZE)
    chosen = SampleSelection(method=SelectMethod.srs_wor, strat=True, wr=False)
    return int(chosen.select(unit, sizes, district)[0].sum())


def samplics_pps(path: str) -> int:
    import polars as pl
    from samplics.sampling import SampleSelection
    from samplics.utils.types import SelectMethod

    frame = pl.read_parquet(path)
    chosen = SampleSelection(method=SelectMethod.pps_sys, strat=False, wr=False)
    return int(chosen.select(frame["unit_id"].to_numpy(), PPS_SIZE, mos=frame["size"].to_numpy())[0].sum())


def r_sampling(path: str, column: str, call: str) -> int:
    """R on a CSV of one column; R times its own call, without reading, and says its memory."""
    import duckdb

    duckdb.sql(f"copy (select {column} from '{path}' order by {column}) to '{path}.{column}.csv' (header)")
    code = (
        f"suppressPackageStartupMessages(library(sampling)); x <- read.csv('{path}.{column}.csv');"
        f"t <- system.time(n <- {call})[[3]]; cat(n, t, gc()[2, 6])"
    )
    out = subprocess.run(["Rscript", "-e", code], capture_output=True, text=True, check=True).stdout.split()
    r_sampling.seconds, r_sampling.memory = float(out[-2]), float(out[-1])  # type: ignore[attr-defined]
    return int(out[-3])


def r_strata(path: str) -> int:
    return r_sampling(path, "district", f"nrow(strata(x, 'district', rep({SIZE}, {STRATA}), 'srswor'))")


def r_pps(name: str) -> Callable[[str], int]:
    call = f"sum({name}(inclusionprobabilities(x$size, {PPS_SIZE})) > 0.5)"
    return lambda path: r_sampling(path, "size", call)


TASKS = {
    "hash of every id": Task("srs", "duckdb", 3, hash_every_id),
    "surveykit frame digest": Task("srs", "surveykit", 1, surveykit_digest),
    "surveykit": Task("srs", "surveykit", 3, surveykit_draw),
    "surveykit, engine held to 200 MB": Task("srs", "surveykit", 3, surveykit_limited),
    "surveykit, ten times the rows": Task("srs", "surveykit", 1, surveykit_tenfold),
    "surveykit, building the index": Task("srs", "surveykit", 1, surveykit_index),
    "surveykit, from the index": Task("srs", "surveykit", 3, surveykit_indexed),
    "duckdb reservoir (no strata)": Task("srs", "duckdb", 3, duckdb_sample),
    "duckdb random() window": Task("srs", "duckdb", 3, duckdb_window),
    "polars": Task("srs", "polars", 3, polars_srs),
    "svy": Task("srs", "svy", 1, svy_srs),
    "samplics": Task("srs", "samplics", 1, samplics_srs),
    "R sampling strata": Task("srs", "R", 1, r_strata),
    "hash of every id (many strata)": Task("many", "duckdb", 3, hash_every_id),
    "surveykit, 16,000 strata": Task("many", "surveykit", 3, surveykit_many_strata({"per_stratum": MANY_SIZE})),
    "surveykit, 16,000 strata, Neyman": Task(
        "many",
        "surveykit",
        3,
        surveykit_many_strata({"total": MANY * MANY_SIZE, "allocation": "neyman", "standard_deviation": "size"}),
    ),
    "hash of every id (PPS frame)": Task("pps", "duckdb", 3, hash_every_id),
    **{
        f"surveykit {method}": Task("pps", "surveykit", 3, surveykit_pps(method))
        for method in ("sequential_poisson", "pareto", "sampford", "systematic_pps", "ordered_pivotal", "chromy")
    },
    "duckdb random() / size": Task("pps", "duckdb", 3, duckdb_pps),
    "svy pps_sys": Task("pps", "svy", 1, svy_pps),
    "samplics pps_sys": Task("pps", "samplics", 1, samplics_pps),
    "R sampling UPsystematic": Task("pps", "R", 1, r_pps("UPsystematic")),
    "R sampling UPpivotal": Task("pps", "R", 1, r_pps("UPpivotal")),
}


def version_of(package: str) -> str:
    """Version of a package of this interpreter or of R."""
    if package == "R":
        code = "cat(as.character(packageVersion('sampling')))"
        return subprocess.run(["Rscript", "-e", code], capture_output=True, text=True, check=True).stdout.strip()
    if package == "surveykit":
        from surveykit._version import __version__

        return __version__
    import importlib.metadata

    return importlib.metadata.version(package)


if __name__ == "__main__":  # which of the packages that are named this interpreter has
    import importlib.util
    import shutil

    here = {"R": shutil.which("Rscript") is not None}
    print(" ".join(p for p in sys.argv[1:] if here.get(p, p != "R" and importlib.util.find_spec(p) is not None)))
