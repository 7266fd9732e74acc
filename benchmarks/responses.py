"""Time and memory of reading, coding and checking a 问卷星 CSV; ingest.py has the whole stage, beside peers.

python benchmarks/responses.py file.csv --write 1000000; python benchmarks/responses.py file.csv
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import yaml

from surveykit.questionnaire import Questionnaire, item_choices, resolve_scales
from surveykit.questionnaire.definition.structure import flow_of
from surveykit.responses import check_quality, code_responses, read_wjx

ROOT = Path(__file__).resolve().parents[1]


def questionnaire() -> Questionnaire:
    """The reference questionnaire with five more grid rows, so that it has thirty columns of questions."""
    mapping = yaml.load((ROOT / "questionnaires/chengdu_2021.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    for page in mapping["flow"]:
        for item in page["items"]:
            if item.get("id") == "sat":
                item["rows"] = [*item["rows"], *([f"more{i}", f"更多方面{i}", f"Further aspect {i}"] for i in range(8))]
    regions = pd.read_csv(ROOT / "sampling/regions.csv", dtype=str)
    return Questionnaire.model_validate(resolve_scales(mapping, {"sampling/regions.csv": regions}))


def write(q: Questionnaire, path: Path, n: int) -> None:
    """Fill every cell at random; rows that the routing forbids are findings, which costs the most."""
    rng = np.random.default_rng(1)
    places = np.arange(n)
    seconds = pd.Series(places % 86_000).astype(str)
    columns = {
        "序号": pa.array(places + 1).cast(pa.string()),
        "提交答卷时间": pa.array(pd.date_range("2021-09-06", periods=n, freq="s").strftime("%Y/%m/%d %H:%M:%S")),
        "所用时间": pa.array((seconds + "秒").to_numpy(dtype=object)),
        "来源": pa.array(["链接"] * n),
        "来源详情": pa.array([f"sojumpparm=u{i:07d}" for i in range(n)]),
        "来自IP": pa.array([f"192.0.2.{i % 250}(四川-成都)" for i in range(n)]),
    }
    for step, item in flow_of(q).questions:
        texts = [c.labels["zh"] for c in item_choices(q, item)]
        for row in item.rows or [("", "")]:
            name = f"{step.number}、{item.label['zh']}" + (f"—{row[1]}" if item.rows else "")
            if item.type == "multi":
                sets = ["┋".join(t for j, t in enumerate(texts) if k >> j & 1) for k in range(1, 2 ** len(texts))]
                columns[name] = pa.array(sets).take(pa.array(rng.integers(0, len(sets), n)))
            elif texts:
                weights = np.ones(len(texts))
                weights[0] = 20 if item.id in ("consent", "resident") else 1
                drawn = rng.choice(len(texts), n, p=weights / weights.sum())
                columns[name] = pa.array(texts).take(pa.array(drawn))
            else:
                columns[name] = pa.array([f"建议{i}：多办活动" if i % 9 == 0 else "(空)" for i in range(n)])
    pyarrow.csv.write_csv(pa.table(columns), path)


def peak() -> float:
    """Peak resident memory in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def main() -> None:
    """Write a file, or read, code and check it; writing is a run of its own, so that its memory does not count."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("path", type=Path)
    arguments.add_argument("--write", type=int, metavar="ROWS")
    given = arguments.parse_args()
    q = questionnaire()
    if given.write:
        write(q, given.path, given.write)
        return
    start, cpu = time.perf_counter(), time.process_time()
    raw = read_wjx(given.path, q)
    read = time.perf_counter()
    coded = code_responses(raw, q)
    done, used = time.perf_counter(), time.process_time() - cpu
    check_quality(coded, q)
    end = time.perf_counter()
    record = {"rows": len(raw.table), "megabytes": given.path.stat().st_size / 1e6, "read_seconds": read - start}
    record |= {"code_seconds": done - read, "check_seconds": end - done}
    record |= {"cpu_seconds_read_and_code": used, "peak_gigabytes": peak()}
    record |= {"rows_per_second": len(raw.table) / (end - start)}
    print(json.dumps(record))


if __name__ == "__main__":
    main()
