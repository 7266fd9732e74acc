"""A million records within a minute and three gigabytes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str) -> str:
    command = [sys.executable, str(ROOT / "benchmarks/responses.py"), *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout


@pytest.mark.slow
def test_a_million_records(tmp_path):
    path = tmp_path / "wjx.csv"
    run(str(path), "--write", "1000000")
    record = json.loads(run(str(path)))
    assert record["rows"] == 1_000_000
    assert min(record["read_seconds"] + record["code_seconds"], record["cpu_seconds_read_and_code"]) < 60
    assert record["peak_gigabytes"] < 3
