"""Run every benchmark beside its peers and write one table and one chart of the ratios.

    python benchmarks/run.py                    # everything: about half an hour on two cores
    python benchmarks/run.py weighting          # one topic: estimation, sampling, weighting or responses
    python benchmarks/run.py --summary          # only the table and the chart, from the results that are there

Peers are installed in environments of their own under benchmarks/.peers/; R survey and R sampling are used where
Rscript has them. A peer that cannot be installed, fails or takes too long is left out with a line. Run it on a quiet
machine: the load average is written beside the results.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from peers import PEERS, ensure, r_version
from summary import write_machine, write_summary

HERE = Path(__file__).parent
LIMIT = 900  # seconds for one peer on one topic
THREADS = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
ROWS_SAMPLING, ROWS_PPS, ROWS_LARGE = 2_000_000, 200_000, 20_000_000
ROWS_RESPONSES, ROWS_INGEST = 1_000_000, 2_000_000


def call(program: str, *arguments: str, python: Path | None = None, limit: int = LIMIT) -> bool:
    """Run one benchmark program; tell whether it came to its end."""
    command = [str(python or sys.executable), str(HERE / program), *arguments]
    print("$", program, *arguments, flush=True)
    path = os.pathsep.join([str(HERE.parent), os.environ.get("PYTHONPATH", "")]) if python is None else ""
    try:
        done = subprocess.run(command, env=os.environ | THREADS | {"PYTHONPATH": path}, timeout=limit, check=False)
    except subprocess.TimeoutExpired:
        print(f"left out: over {limit} s", flush=True)
        return False
    if done.returncode:
        print(f"left out: exit code {done.returncode}", flush=True)
    return done.returncode == 0


def estimation() -> None:
    """Means, domains, ratios, tables, models and replicates on 1,000,000 rows."""
    for old in (HERE / "results").glob("estimation_*.json"):
        old.unlink()
    call("estimation.py", "surveykit")
    for name in ("svy", "samplics"):
        python = ensure(name)
        if python is not None:
            call("estimation.py", name, python=python)
    if r_version():
        call("estimation.py", "r")
    call("estimation.py", "table")


def sampling() -> None:
    """Stratified and unequal-probability draws beside the peers, then surveykit alone on far more rows."""
    pythons = [str(python) for python in map(ensure, ("svy", "samplics")) if python is not None]
    peers = [word for python in pythons for word in ("--python", python)]
    call(
        "sampling.py",
        "--rows",
        str(ROWS_SAMPLING),
        "--pps-rows",
        str(ROWS_PPS),
        "--limit",
        "120",
        *peers,
        limit=3 * LIMIT,
    )
    large = ("--rows", str(ROWS_LARGE), "--pps-rows", "50000", "--only", "surveykit", "--name", "sampling_large")
    call("sampling.py", *large, limit=3 * LIMIT)


def weighting() -> None:
    """Raking and calibration of 100,000 rows to four margins."""
    found = {name: ensure(name) for name in PEERS}
    call("weighting.py", *(f"--peer={name}={python}" for name, python in found.items() if python is not None))


def responses() -> None:
    """Read, code and check a 问卷星 export of 1,000,000 rows; ingest one of 2,000,000 beside mere readers."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "export.csv")
        call("responses.py", path, "--write", str(ROWS_RESPONSES))
        command = [sys.executable, str(HERE / "responses.py"), path]
        path_of_package = os.environ | THREADS | {"PYTHONPATH": str(HERE.parent)}
        done = subprocess.run(command, env=path_of_package, stdout=subprocess.PIPE, text=True, check=True)
        (HERE / "results" / "responses.json").write_text(done.stdout, encoding="utf-8")
        study, told = str(Path(folder) / "study"), []
        call("ingest.py", study, "--write", str(ROWS_INGEST))
        for more in ([], ["--peer", "pandas"], ["--peer", "pyarrow"]):
            command = [sys.executable, str(HERE / "ingest.py"), study, *more]
            done = subprocess.run(command, env=path_of_package, stdout=subprocess.PIPE, text=True, check=True)
            told.append(done.stdout)
        (HERE / "results" / "ingest.jsonl").write_text("".join(told), encoding="utf-8")


TOPICS = {"estimation": estimation, "sampling": sampling, "weighting": weighting, "responses": responses}


def main() -> None:
    """Run the topics asked for, then the summary."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("topics", nargs="*", metavar="TOPIC", help=", ".join(TOPICS))
    parser.add_argument("--summary", action="store_true", help="write only table and chart from the results there are")
    options = parser.parse_args()
    unknown = sorted(set(options.topics) - set(TOPICS))
    if unknown:
        parser.error(f"no topic {', '.join(unknown)}; there are {', '.join(TOPICS)}")
    if not options.summary:
        write_machine()
        for name in options.topics or TOPICS:
            TOPICS[name]()
    write_summary()


if __name__ == "__main__":
    main()
