"""Time and memory of drawing samples, side by side, in one run.

    PYTHONPATH=. python benchmarks/sampling.py --rows 20000000 --pps-rows 1000000 [--python PATH ...] [--only WORD]

Equal probabilities: 23 strata, 500 each; 16 000 strata, 3 each. Unequal: 10 000 units in proportion to size,
unstratified. Every competitor runs in a process of its own, in the first interpreter that has its package (this
one, then those of --python; R by Rscript); those that no interpreter has are named and left out, and one that
fails or takes longer than --limit seconds is told as such. Writes benchmarks/results/<name>.json, .md and .csv.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

from sampling_tasks import MANY, STRATA, TASKS, Task, r_sampling, version_of, write_frame

RESULTS = Path(__file__).parent / "results"
OURS = {"srs": "surveykit", "many": "surveykit, 16,000 strata", "pps": "surveykit systematic_pps"}
TASK_NAMES = {
    "srs": "stratified simple random sample",
    "many": "three units from each of 16 000 strata",
    "pps": "10 000 in proportion to size",
}
PACKAGES = sorted({task.package for task in TASKS.values()})


def measure(name: str, path: str, rows: int) -> dict[str, object]:
    """Run one task here: best of its repeats, after one run that only warms up when it repeats."""
    task, start_memory = TASKS[name], _peak()
    __import__("duckdb" if task.package == "R" else task.package)
    if task.package == "surveykit":
        import duckdb
        import pandas as pd
        import pyarrow.parquet  # noqa: F401

        import surveykit.sampling  # noqa: F401

        duckdb.sql("select 1").fetchall()
        pd.DataFrame({"a": [1]})
    imports = _peak()
    if task.repeats > 1:
        task.function(path)
    best, cpu, drawn = float("inf"), float("inf"), 0
    for _ in range(task.repeats):
        started, used = time.perf_counter(), time.process_time()
        drawn = task.function(path)
        best, cpu = min(best, time.perf_counter() - started), min(cpu, time.process_time() - used)
    peak = _peak()
    if task.package == "R":
        best = cpu = r_sampling.seconds
        peak, imports = r_sampling.memory, 0.0
    times = 10 if "ten times" in name else 1
    return {"who": name, "kind": task.kind, "version": version_of(task.package), "rows": rows * times, "seconds": best,
            "cpu": cpu, "peak_mb": peak, "imports_mb": imports, "bare_mb": start_memory, "drawn": drawn}  # fmt: skip


def _peak() -> float:
    """Largest resident memory so far, in MB; what a process inherits from the one that started it does not count."""
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def interpreters(extra: list[str]) -> dict[str, str]:
    """The first interpreter that has each package."""
    found: dict[str, str] = {}
    script = str(Path(__file__).with_name("sampling_tasks.py"))
    for python in [sys.executable, *extra]:
        out = subprocess.run([python, script, *PACKAGES], capture_output=True, text=True, check=True).stdout.split()
        for package in out:
            found.setdefault(package, sys.executable if package == "R" else python)
    return found


def run_one(name: str, task: Task, python: str, path: str, rows: int, limit: float) -> dict[str, object]:
    command = [python, "-W", "ignore", __file__, "--task", name, "--frame", path, "--rows", str(rows)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit, check=True, env=os.environ)
        return dict(json.loads(done.stdout.splitlines()[-1]))
    except subprocess.TimeoutExpired:
        problem = f"more than {limit:.0f} s"
    except subprocess.CalledProcessError as error:
        problem = "failed: " + (error.stderr.strip().splitlines() or [f"exit {error.returncode}"])[-1][:120]
    return {"who": name, "kind": task.kind, "rows": rows, "problem": problem}


def run_all(options: argparse.Namespace) -> None:
    found = interpreters(options.python)
    absent = [package for package in PACKAGES if package not in found]
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        paths = {}
        for kind, rows in (("srs", options.rows), ("many", options.many_rows), ("pps", options.pps_rows)):
            paths[kind] = (f"{folder}/{kind}.parquet", rows)
            write_frame(*paths[kind], MANY if kind == "many" else STRATA)
        for name, task in TASKS.items():
            if task.package in found and (options.only in name or name.startswith("hash")):
                path, rows = paths[task.kind]
                lines.append(run_one(name, task, found[task.package], path, rows, options.limit))
                print({key: round(v, 3) if isinstance(v, float) else v for key, v in lines[-1].items()}, flush=True)
    machine = f"{os.cpu_count()} processors, {platform.machine()}, load {os.getloadavg()[0]:.1f} at the end"
    content = {"machine": machine, "python": platform.python_version(), "absent": absent, "lines": lines}
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{options.name}.json").write_text(json.dumps(content, indent=1) + "\n")
    (RESULTS / f"{options.name}.md").write_text(table(content))
    write_rows(lines, RESULTS / f"{options.name}.csv")


def write_rows(lines: list[dict[str, object]], path: Path) -> None:
    """Write one line per task and package, for the summary of all benchmarks."""
    done = [line for line in lines if "problem" not in line and not line["who"].startswith("hash")]
    with path.open("w", encoding="utf-8") as out:
        out.write("topic,task,package,rows,processor_seconds,ratio\n")
        for line in done:
            own = next((o["cpu"] for o in done if o["who"] == OURS[line["kind"]]), float("nan"))
            who = "surveykit" if line["who"] == OURS[line["kind"]] else line["who"]
            ratio = line["cpu"] / own * (next(o["rows"] for o in done if o["kind"] == line["kind"]) / line["rows"])
            out.write(f'sampling,{TASK_NAMES[line["kind"]]},"{who}",{line["rows"]},{line["cpu"]:.6g},{ratio:.4g}\n')


def table(content: dict[str, object]) -> str:
    """The results as a page, each time as a ratio to hashing every id once."""
    absent = ", ".join(content["absent"]) or "none"
    text = [
        "# Drawing samples",
        "",
        f"Written by benchmarks/sampling.py: {content['machine']}, Python {content['python']}.",
        f"Not installed: {absent}.",
        "Seconds are wall time; the ratio is to hashing every id once in DuckDB (CPU ratio in brackets). Peak memory",
        "is that of the whole process; `engine` is what drawing adds to the interpreter with packages. R is timed by",
        "itself with the data in memory. Only surveykit's samples are the same on every engine and can be verified.",
    ]
    heads = {
        "srs": "Stratified simple random sample (23 x 500)",
        "many": "16 000 strata, 3 each",
        "pps": "10 000 in proportion to size",
    }
    for kind, head in heads.items():
        lines = [line for line in content["lines"] if line["kind"] == kind]
        base = next((line for line in lines if line["who"].startswith("hash") and "problem" not in line), None)
        text += ["", f"## {head}", "", "| who | version | rows | seconds | ratio | peak MB | engine MB | drawn |",
                 "|---|---|---|---|---|---|---|---|"]  # fmt: skip
        for line in sorted(lines, key=lambda line: line.get("seconds", float("inf"))):
            if "problem" in line:
                text.append(f"| {line['who']} | | {line['rows']:,} | {line['problem']} | | | | |")
                continue
            scale = line["rows"] / base["rows"] if base else 1.0
            ratio = (
                f"{line['seconds'] / base['seconds'] / scale:.2f} ({line['cpu'] / base['cpu'] / scale:.2f})"
                if base
                else ""
            )
            engine = f"{line['peak_mb'] - line['imports_mb']:.0f}"
            text.append(f"| {line['who']} | {line['version']} | {line['rows']:,} | {line['seconds']:.3f} | {ratio} | "
                        f"{line['peak_mb']:.0f} | {engine} | {line['drawn']:,} |")  # fmt: skip
    return "\n".join(text) + "\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--many-rows", type=int, default=320_000)
    parser.add_argument("--pps-rows", type=int, default=1_000_000)
    parser.add_argument("--python", action="append", default=[], help="another interpreter with peers; repeatable")
    parser.add_argument("--name", default="sampling", help="of the files of results")
    parser.add_argument("--only", default="", help="run what has this in its name")
    parser.add_argument("--limit", type=float, default=900.0, help="seconds for each")
    parser.add_argument("--task", help=argparse.SUPPRESS)
    parser.add_argument("--frame", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.task:
        warnings.simplefilter("ignore")
        print(json.dumps(measure(given.task, given.frame, given.rows)))
    else:
        run_all(given)
