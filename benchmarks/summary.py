"""Write benchmarks/results/README.md and ratios.svg from the results of the single benchmarks.

Every topic leaves results/<topic>.csv with the columns topic, task, package, rows, processor_seconds, ratio; the ratio
is to surveykit's own processor seconds for the same task in the same run.
"""

from __future__ import annotations

import datetime
import json
import os
import platform
from importlib.metadata import version
from itertools import cycle
from pathlib import Path

import pandas as pd
from peers import PEERS, r_version

from surveykit._version import __version__

RESULTS = Path(__file__).parent / "results"
COLUMNS = ["topic", "task", "package", "rows", "processor_seconds", "ratio"]
OURS = "surveykit"


def write_machine() -> None:
    """Record when and where the run takes place, before the benchmarks themselves load the machine."""
    RESULTS.mkdir(exist_ok=True)
    cpu = next(
        (line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor(),
    )
    memory = next((int(line.split()[1]) / 2**20 for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    versions = {OURS: __version__} | {name: version(name) for name in ("numpy", "scipy", "pandas", "duckdb", "polars")}
    versions |= {name: pin.split("==")[1] for name, pin in PEERS.items()}
    found = {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "processor": cpu,
        "cores": os.cpu_count(),
        "memory_gb": round(memory),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
        "r": r_version() or "not there",
        "versions": versions,
    }
    (RESULTS / "machine.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def write_summary() -> None:
    """Write the table and the chart."""
    table = pd.concat([pd.read_csv(path)[COLUMNS] for path in _topics()], ignore_index=True)
    machine = json.loads((RESULTS / "machine.json").read_text(encoding="utf-8"))
    peers = table[table["ratio"].notna() & ~table["package"].str.startswith(OURS)]
    peers = peers.assign(package=peers["package"].str.extract(r"^(R \w+|\w+)", expand=False))  # without the call
    (RESULTS / "README.md").write_text(_markdown(table, machine), encoding="utf-8")
    _chart(peers, RESULTS / "ratios.svg")
    print(f"written: {RESULTS / 'README.md'}, {RESULTS / 'ratios.svg'}")


def _topics() -> list[Path]:
    return [path for path in sorted(RESULTS.glob("*.csv")) if set(COLUMNS) <= set(pd.read_csv(path, nrows=0).columns)]


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines() if Path(path).exists() else []


def _markdown(table: pd.DataFrame, machine: dict[str, object]) -> str:
    versions = machine["versions"]
    assert isinstance(versions, dict)
    names = ", ".join(f"{name} {number}" for name, number in versions.items())
    lines = [
        "# Benchmarks",
        "",
        f"Run on {machine['date']} by `python benchmarks/run.py`: {machine['processor']}, {machine['cores']} cores, "
        f"{machine['memory_gb']} GB, {machine['system']}, Python {machine['python']}; load average before the run "
        f"{machine['load_before']}.",
        "",
        f"{names}; {machine['r']}.",
        "",
        "A ratio is a package's processor time over surveykit's for the same task on the same data in the same run: "
        "above 1 surveykit is faster. One BLAS thread. A draw of surveykit's also checks ids and records what verifies "
        "it; the others' draws do not. What each task is, whether the results agree and what a package "
        "leaves out is said in the page of its topic: "
        + ", ".join(f"[{path.stem}]({path.stem}.md)" for path in _topics())
        + ".",
        "",
        "![Ratios of processor time](ratios.svg)",
    ]
    for topic, part in table.groupby("topic", sort=True):
        if topic == "sampling":
            lines += ["", "## Sampling", "", *_long(part)]
            continue
        part = part[~part["package"].str.contains("after coding")]
        part = part.assign(package=part["package"].str.replace(r"^(R survey), .*", r"\1", regex=True))
        wide = part.pivot_table(index=["task", "rows"], columns="package", values="ratio", sort=False)
        own = part[part["package"] == OURS].set_index(["task", "rows"])["processor_seconds"]
        others = [name for name in wide.columns if name != OURS]
        lines += [
            "",
            f"## {str(topic).capitalize()}",
            "",
            "| Task | rows | surveykit, s | " + " | ".join(others) + " |",
        ]
        lines.append("|---|--:|--:|" + "--:|" * len(others))
        for (task, rows), row in wide.iterrows():
            cells = ["–" if pd.isna(row[name]) else _times(row[name]) for name in others]
            seconds = own.get((task, rows), float("nan"))
            lines.append(f"| {task} | {rows:,} | {seconds:.3g} | " + " | ".join(cells) + " |")
    reading = RESULTS / "responses.json"
    if reading.exists():
        lines += ["", "## Responses", "", *_responses(json.loads(reading.read_text(encoding="utf-8")))]
    return "\n".join(lines) + "\n"


def _responses(found: dict[str, float]) -> list[str]:
    return [
        f"A 问卷星 CSV of {found['rows']:,.0f} records and {found['megabytes']:.0f} MB: read in "
        f"{found['read_seconds']:.1f} s, coded with its routing replayed in {found['code_seconds']:.1f} s, checked in "
        f"{found['check_seconds']:.1f} s; peak memory {found['peak_gigabytes']:.2f} GB. No peer does this."
    ]


def _long(part: pd.DataFrame) -> list[str]:
    """One line for each package, where the packages differ from task to task."""
    lines = ["| Task | rows | package | seconds | ratio |", "|---|--:|---|--:|--:|"]
    ordered = part.sort_values(["task", "rows", "processor_seconds"], ascending=[False, True, True])
    for row in ordered.itertuples():
        lines.append(
            f"| {row.task} | {row.rows:,} | {row.package} | {row.processor_seconds:.3g} | {_times(row.ratio)} |"
        )
    return lines


def _times(ratio: float) -> str:
    return f"{ratio:,.0f}×" if ratio >= 10 else f"{ratio:.2g}×"


def _chart(peers: pd.DataFrame, path: Path) -> None:
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "surveykit"
    from matplotlib import pyplot as plt

    labels = list(dict.fromkeys(f"{t.topic}: {t.task}, {t.rows:,} rows" for t in peers.itertuples()))
    place = {label: len(labels) - 1 - i for i, label in enumerate(labels)}
    figure, axes = plt.subplots(figsize=(9, 1.2 + 0.24 * len(labels)))
    for marker, (name, part) in zip(cycle("osD^vPX*<>hd"), peers.groupby("package", sort=True), strict=False):
        y = [place[f"{t.topic}: {t.task}, {t.rows:,} rows"] for t in part.itertuples()]
        axes.scatter(part["ratio"], y, marker=marker, s=30, label=name, zorder=3)
    axes.axvline(1, color="black", linewidth=1)
    axes.set_xscale("log")
    axes.set_yticks(list(place.values()), list(place), fontsize=8)
    axes.set_xlabel("times as long as surveykit (processor time, log scale)")
    axes.grid(axis="both", color="0.9", zorder=0)
    axes.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1.01, 1))
    figure.savefig(path, bbox_inches="tight", metadata={"Date": None})
    plt.close(figure)
