"""Time and margin error of raking and calibration, side by side with the peers, on 100,000 rows and four margins.

Usage: python benchmarks/weighting.py [--peer NAME=PYTHON ...] [--rows N] [--out FOLDER]
NAME is svy, samplics, balance, weightipy or ipfn, PYTHON an interpreter that has it; R survey is used when Rscript is
there. Results go to benchmarks/results/weighting.csv and .md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: small matrices, and the same for the peers

import numpy as np
import pandas as pd

from surveykit.design import SurveyDesign
from surveykit.weighting import calibrate, kish_deff, rake
from surveykit.weighting.arrays.cells import compress, indicator_matrix
from surveykit.weighting.arrays.raking import rake_weights
from surveykit.weighting.arrays.solver import DistanceChoice, Target, solve_calibration
from surveykit.weighting.inputs.margins import code_margin, read_totals

HERE = Path(__file__).parent


def make_data(rows: int) -> tuple[pd.DataFrame, dict[str, dict[str, float]]]:
    """Four categorical variables (23, 6, 2, 4 levels), base weights with cv 0.2, margins tilted from the sample."""
    rng = np.random.default_rng(2026)
    sizes = {"district": 23, "age": 6, "sex": 2, "education": 4}
    data = pd.DataFrame()
    margins = {}
    for name, size in sizes.items():
        levels = [f"{name[:3]}{i + 1:02d}" for i in range(size)]
        data[name] = rng.choice(levels, rows, p=rng.dirichlet(np.full(size, 20.0)))
        share = data[name].value_counts(normalize=True).reindex(levels).to_numpy() * np.exp(rng.normal(0, 0.5, size))
        margins[name] = dict(zip(levels, (share / share.sum() * 16_000_000).tolist(), strict=True))
    data["w"] = rng.lognormal(0, 0.2, rows) * 16_000_000 / rows
    return data, margins


def margin_error(data: pd.DataFrame, margins: dict[str, dict[str, float]], weights: np.ndarray) -> float:
    worst = 0.0
    for name, levels in margins.items():
        reached = pd.Series(weights).groupby(data[name].to_numpy()).sum()
        worst = max(worst, *(abs(reached[level] - total) / total for level, total in levels.items()))
    return worst


def timed(run, repeat: int = 7):
    """Smallest elapsed and processor seconds of several runs, and what they made."""
    seconds = []
    for _ in range(repeat):
        start, used = time.perf_counter(), time.process_time()
        out = run()
        seconds.append((time.perf_counter() - start, time.process_time() - used))
    return smallest(seconds), out


def smallest(seconds) -> tuple[float, float]:
    return min(pair[0] for pair in seconds), min(pair[1] for pair in seconds)


def ours(data: pd.DataFrame, margins: dict[str, dict[str, float]]) -> list[dict[str, object]]:
    design = SurveyDesign(data, weights="w")
    used = np.ones(len(data), dtype=bool)
    base = data["w"].to_numpy()
    coded = [
        code_margin(data, (name,), read_totals(levels, (name,), name), used, name=name)
        for name, levels in margins.items()
    ]
    codes, sizes = [m.codes for m in coded], [m.totals.size for m in coded]
    totals = np.concatenate([m.totals for m in coded])

    def kernel(choice: DistanceChoice) -> np.ndarray:
        cells = compress(codes, base, sizes)
        solution = solve_calibration(Target(indicator_matrix(cells.codes, sizes), totals), cells.weights, choice)
        return base * solution.factors[cells.row_cell]

    runs = {
        ("raking", "surveykit, after coding"): lambda: base * rake_weights(base, coded).factors,
        ("raking", "surveykit, rake(design)"): lambda: rake(design, margins).weights,
        ("exponential", "surveykit, after coding"): lambda: kernel(DistanceChoice("raking")),
        ("exponential", "surveykit, calibrate(design)"): lambda: calibrate(design, margins, distance="raking").weights,
        ("logit 0.2 to 6", "surveykit, after coding"): lambda: kernel(DistanceChoice("logit", 0.2, 6.0)),
        ("truncated 0.2 to 6", "surveykit, after coding"): lambda: kernel(DistanceChoice("linear", 0.2, 6.0)),
        ("linear", "surveykit, after coding"): lambda: kernel(DistanceChoice("linear")),
        ("logit 0.2 to 6", "surveykit, calibrate(design)"): lambda: (
            calibrate(design, margins, distance="logit", bounds=(0.2, 6.0)).weights
        ),
    }
    return [row(task, what, *timed(run), data, margins) for (task, what), run in runs.items()]


def row(task, what, seconds, weights, data, margins) -> dict[str, object]:
    return {
        "task": task,
        "package": what,
        "seconds": seconds[0],
        "processor_seconds": seconds[1],
        "max_relative_margin_error": margin_error(data, margins, weights),
        "kish_deff": kish_deff(weights),
    }


def peers(pythons: dict[str, str], data: pd.DataFrame, margins: dict[str, dict[str, float]]) -> list[dict[str, object]]:
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data.to_csv(folder / "data.csv", index=False)
        (folder / "margins.json").write_text(json.dumps(margins))
        flat = [(v, level, total) for v, levels in margins.items() for level, total in levels.items()]
        pd.DataFrame(flat, columns=["variable", "level", "population"]).to_csv(folder / "margins.csv", index=False)
        for package, python in pythons.items():
            command = [python, str(HERE / "weighting_peers.py"), package]
            command += [str(folder / part) for part in ("data.csv", "margins.json", "out.npy")]
            seconds = call(command)
            if seconds is not None:
                rows.append(row("raking", package, seconds, np.load(folder / "out.npy"), data, margins))
        for task, label in (
            ("rake", "raking"),
            ("raking", "exponential"),
            ("logit", "logit 0.2 to 6"),
            ("linear", "linear"),
        ):
            if shutil.which("Rscript"):
                command = ["Rscript", str(HERE / "weighting_peers.R"), task]
                command += [str(folder / part) for part in ("data.csv", "margins.csv", "out.txt")]
                seconds = call(command)
                if seconds is not None:
                    made = np.loadtxt(folder / "out.txt")
                    rows.append(row(label, f"R survey, {task}", seconds, made, data, margins))
    return rows


def call(command: list[str]) -> tuple[float, float] | None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode:
        print(f"{' '.join(command[:3])} failed: {done.stderr.strip().splitlines()[-1:]}")
        return None
    return smallest(json.loads(done.stdout.strip().splitlines()[-1]))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=PYTHON")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--out", type=Path, default=HERE / "results")
    options = parser.parse_args()
    data, margins = make_data(options.rows)
    pythons = dict(pair.split("=", 1) for pair in options.peer)
    report(pd.DataFrame(ours(data, margins) + peers(pythons, data, margins)), options.rows, options.out)


def report(table: pd.DataFrame, rows: int, out: Path) -> None:
    """Write the table with ratios of processor time to the whole surveykit call, coding and design included."""
    table.insert(0, "rows", rows)
    whole = table[table["package"].str.contains("(design)", regex=False)]
    table["ratio_to_whole_call"] = table["processor_seconds"] / table["task"].map(
        whole.set_index("task")["processor_seconds"]
    )
    table = table.sort_values(["task", "processor_seconds"], ignore_index=True)
    out.mkdir(exist_ok=True)
    named = table.assign(topic="weighting", ratio=table["ratio_to_whole_call"])
    named["package"] = named["package"].where(~named["package"].str.contains("(design)", regex=False), "surveykit")
    named.to_csv(out / "weighting.csv", index=False, float_format="%.6g")
    lines = ["| " + " | ".join(table.columns) + " |", "|" + "---|" * table.shape[1]]
    lines += [
        "| " + " | ".join(f"{v:.4g}" if isinstance(v, float) else str(v) for v in r) + " |"
        for r in table.itertuples(index=False)
    ]
    load = os.getloadavg()[0]
    coded = table["package"].eq("surveykit, after coding") & table["task"].eq("raking")
    raking = float(table.loc[coded, "seconds"].iloc[0])
    head = (
        "Smallest of 7 runs (peers: 3). Ratios are of processor time to the whole surveykit call; where the linear "
        "distance gives weights below 0, surveykit's call refuses them, so only its kernel is timed. Raking "
        f"after coding: {1000 * raking:.1f} ms (goal: 50 ms for 100,000 rows and four margins). "
        f"Load {load:.1f}, {os.cpu_count()} cores, one BLAS thread, "
        f"Python {platform.python_version()}, numpy {np.__version__}. Written by benchmarks/weighting.py.\n"
    )
    (out / "weighting.md").write_text(head + "\n" + "\n".join(lines) + "\n")
    print(table.to_string(index=False))


if __name__ == "__main__":
    main()
