"""Write and read the artefacts of a study: JSON, CSV and Parquet, always the same bytes for the same content."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import surveykit.files.looking as files

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["read_csv", "read_json", "read_parquet", "to_csv", "write_csv", "write_json", "write_parquet"]


def write_json(path: Path, content: Any) -> None:
    """Write plain values; numpy numbers become numbers, not-a-number becomes null."""
    text = json.dumps(_plain(content), ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def read_json(path: Path) -> Any:
    """Read what `write_json` wrote."""
    return files.read_json(path)


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """Write a table for people and spreadsheets: UTF-8 with a mark, so that Excel reads Chinese."""
    path.write_bytes(to_csv(table))


def to_csv(table: pd.DataFrame) -> bytes:
    """Return what `write_csv` writes."""
    return str(table.to_csv(index=False, lineterminator="\n")).encode("utf-8-sig")


def write_parquet(path: Path, table: pd.DataFrame) -> None:
    """Write a table for machines."""
    table.to_parquet(path, index=False, compression="zstd")


def read_parquet(path: Path) -> pd.DataFrame:
    """Read what `write_parquet` wrote."""
    from surveykit.files.parquet import read_parquet as read

    return read(path)


def read_csv(path: Path, **options: Any) -> pd.DataFrame:
    """Read a CSV of the study as `pandas.read_csv` does with these options; one row may not be longer than another."""
    from surveykit.files.csv_text import read_plain_csv

    return read_plain_csv(path, **options)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
