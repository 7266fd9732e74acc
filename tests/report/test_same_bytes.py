"""The same input gives the same bytes in another folder, another process, with another seed of Python's hashes."""

import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def digests(folder, seed, zone):
    folder.mkdir()
    environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": str(HERE.parents[1])}
    command = [sys.executable, "-W", "ignore", str(HERE / "all_outputs.py"), str(HERE)]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    assert not list(folder.iterdir())
    return json.loads(done.stdout.splitlines()[-1])


def test_every_output_has_the_same_bytes_elsewhere(tmp_path):
    first = digests(tmp_path / "one", "1", "Asia/Shanghai")
    second = digests(tmp_path / "other folder", "2", "UTC")
    assert first == second
    assert {name.rsplit(".", 1)[1] for name in first} == {"html", "pdf", "docx", "xlsx", "csv", "parquet", "json"}
    assert len(set(first.values())) == len(first)
