"""Time and memory of the stage `ingest` of a whole study with forty questions, beside readers that only read the file.

python benchmarks/ingest.py folder --write 100000; python benchmarks/ingest.py folder
python benchmarks/ingest.py folder --peer pandas    # or pyarrow: what only reading the file takes
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import shutil
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from surveykit.questionnaire import item_choices
from surveykit.questionnaire.definition.structure import flow_of
from surveykit.study import open_study
from surveykit.study.running.run import run_stages
from surveykit.study.stages.ingest import ingest_stage
from surveykit.study.tasks.scaffold import start_study

ROWS_WRITTEN_AT_ONCE = 250_000
GRID_ROWS = 31
HEAD = ("序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP")


def make_study(folder: Path, n: int) -> None:
    """The starter study with forty questions, a sample of `n` units and an answer of each."""
    shutil.rmtree(folder, ignore_errors=True)
    start_study(folder)
    definition = folder / "study.yaml"
    text = definition.read_text(encoding="utf-8").replace("simulated: true", "simulated: false")
    text = re.sub(r"  (?:simulation|answers): \S+\n", "", text)
    definition.write_text(text.replace("data/responses.xlsx", "data/answers.csv"), encoding="utf-8")
    rows = ", ".join(f"[r{k}, 方面{k}, Aspect {k}]" for k in range(1, GRID_ROWS + 1))
    grid = f"      - {{id: aspects, type: grid, scale: sat5, zh: 您对以下方面满意吗？, en: Aspects?, rows: [{rows}]}}\n"
    questions = folder / "questionnaires/residents.yaml"
    text = questions.read_text(encoding="utf-8").replace("      - {id: suggestion", grid + "      - {id: suggestion")
    questions.write_text(text, encoding="utf-8")
    (folder / "data").mkdir(exist_ok=True)
    (folder / "output/draw").mkdir(parents=True, exist_ok=True)
    sample = pa.table(
        {
            "unit_id": [f"u{i:07d}" for i in range(n)],
            "district": pa.array(["north", "west", "east", "south"]).take(pa.array(np.arange(n) % 4)),
            "base_weight": np.ones(n),
        }
    )
    pyarrow.parquet.write_table(sample, folder / "output/draw/sample.parquet")
    rng = np.random.default_rng(1)
    with (folder / "data/answers.csv").open("wb") as stream:
        stream.write("\ufeff".encode())
        for start in range(0, n, ROWS_WRITTEN_AT_ONCE):
            part = records(folder, start, min(ROWS_WRITTEN_AT_ONCE, n - start), rng)
            pyarrow.csv.write_csv(part, stream, pyarrow.csv.WriteOptions(include_header=start == 0))


def records(folder: Path, start: int, n: int, rng: np.random.Generator) -> pa.Table:
    """Records of a 问卷星 export; each ninth says something, each hundredth leaves a telephone number."""
    q = open_study(folder).questionnaire
    places = np.arange(start, start + n)
    columns: dict[str, pa.Array] = {
        "序号": pa.array(places + 1).cast(pa.string()),
        "提交答卷时间": pa.array(
            (pd.Timestamp("2024-05-02") + pd.to_timedelta(places, unit="s")).strftime("%Y/%m/%d %H:%M:%S")
        ),
        "所用时间": pa.array([f"{60 + i % 900}秒" for i in places]),
        "来源": pa.array(["链接"] * n),
        "来源详情": pa.array([f"sojumpparm=u{i:07d}" for i in places]),
        "来自IP": pa.array([f"192.0.2.{i % 250}(四川-成都)" for i in places]),
    }
    for step, item in flow_of(q).questions:
        texts = [choice.labels["zh"] for choice in item_choices(q, item)]
        for row in item.rows or [("", "")]:
            name = f"{step.number}、{item.label['zh']}" + (f"—{row[1]}" if item.rows else "")
            if not texts:
                said = ["(空)" if i % 9 else f"建议{i}：多办活动" if i % 100 else f"请打138{i:08d}" for i in places]
                columns[name] = pa.array(said)
                continue
            weights = np.ones(len(texts))
            weights[0 if item.id == "consent" else -1] = 30 if item.id == "consent" else 1
            columns[name] = pa.array(texts).take(pa.array(rng.choice(len(texts), n, p=weights / weights.sum())))
    return pa.table(columns)


def peak() -> float:
    """Peak resident memory in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def read_only(peer: str, file: Path) -> int:
    """Read the file as text as a peer does; number of rows."""
    if peer == "pandas":
        return len(pd.read_csv(file, dtype=str, keep_default_na=False))
    return int(pyarrow.csv.read_csv(file).num_rows)


def main() -> None:
    """Write a study, or run its ingest; writing is a run of its own, so that its memory does not count."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--write", type=int, metavar="ROWS")
    arguments.add_argument("--peer", choices=("pandas", "pyarrow"))
    given = arguments.parse_args()
    if given.write:
        make_study(given.folder, given.write)
        return
    file = given.folder / "data/answers.csv"
    start, used = time.perf_counter(), time.process_time()
    if given.peer:
        rows = read_only(given.peer, file)
    else:
        study = open_study(given.folder)
        run_stages(study, [ingest_stage(study)], say=lambda line: None, force=True)
        rows = pyarrow.parquet.read_metadata(study.path("output/responses/linked.parquet")).num_rows
    seconds, processor = time.perf_counter() - start, time.process_time() - used
    record = {"package": given.peer or "surveykit ingest", "rows": rows, "megabytes": file.stat().st_size / 1e6}
    record |= {"seconds": seconds, "processor_seconds": processor, "rows_per_second": rows / seconds}
    print(json.dumps(record | {"peak_gigabytes": peak()}))


if __name__ == "__main__":
    main()
