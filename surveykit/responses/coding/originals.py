"""The cells of a raw export as they lie in the file, beside the coded answers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa

from surveykit.responses.privacy.free_text import mask_identifiers, mask_series
from surveykit.responses.results import RawResponses

__all__ = ["original_blocks", "original_cells"]

_META = ("@response_id", "@unit_id", "@submitted_at", "@duration_seconds")
_IDS = ("@response_id", "@unit_id")  # as they are: by them a record is found again, and some are long numbers
ROWS_AT_ONCE = 100_000


def _held_columns(raw: RawResponses) -> dict[str, tuple[pd.Series, bool]]:
    """Columns of the file under our names, and whether identifiers in them are masked row by row.

    Where the distinct cells are kept once, those are masked here.
    """
    held: dict[str, tuple[pd.Series, bool]] = {}
    order = [*(name for name in _META if name in raw.columns), *(n for n in raw.columns if not n.startswith("@"))]
    for name in order:
        for place, header in enumerate(raw.columns[name], start=1):
            cells, open_text = raw.table[header].reset_index(drop=True), name not in _IDS
            if open_text and isinstance(cells.dtype, pd.CategoricalDtype):
                texts = mask_identifiers(map(str, cells.cat.categories))
                distinct = pd.Index(texts).unique()
                codes = np.append(distinct.get_indexer(pd.Index(texts)), -1)[cells.cat.codes.to_numpy()]
                cells, open_text = pd.Series(pd.Categorical.from_codes(codes, distinct)), False
            held[name.removeprefix("@") if place == 1 else f"{name}.{place}"] = (cells, open_text)
    return held


def original_blocks(raw: RawResponses, rows: int = ROWS_AT_ONCE) -> Iterator[pa.Table]:
    """Cells of a file before coding, some rows at a time, so that a large file is never held as text.

    Parameters
    ----------
    raw : RawResponses
        From one of the readers; personal columns are gone already.
    rows : int
        Number of rows of each block.

    Yields
    ------
    Table
        Columns as in `original_cells`; one block without rows for an empty file.
    """
    n = len(raw.table)
    numbers = raw.row_numbers
    held = _held_columns(raw)
    folder = raw.table[raw.columns["@file"][0]].astype("str") if "@file" in raw.columns else None
    for start in range(0, max(n, 1), rows):
        here = slice(start, min(start + rows, n))
        size = here.stop - here.start
        file = [raw.path] * size if folder is None else (raw.path + "/" + folder.iloc[here]).to_numpy(dtype=object)
        kept = {
            "file": pa.array(file, type=pa.string()),
            "sheet": pa.array([raw.sheet] * size, type=pa.string()),
            "row": pa.array(numbers[here], type=pa.int64()),
        }
        for name, (cells, open_text) in held.items():
            part = cells.iloc[here].astype("str").fillna("")
            shown = mask_series(part)[0] if open_text else part
            kept[name] = pa.array(shown, type=pa.string(), from_pandas=True)
        yield pa.table(kept)


def original_cells(raw: RawResponses) -> pd.DataFrame:
    """Cells of a file before coding, under our names.

    Parameters
    ----------
    raw : RawResponses
        From one of the readers; personal columns are gone already.

    Returns
    -------
    DataFrame
        file, sheet, row; then record number, token, time and duration as written; then one column for each column of
        the file that holds answers, named after ours (a second column of one item as ``item.2``). Phone numbers and
        other identifiers in cells are masked. Rows as in the file.

    Examples
    --------
    >>> raw = RawResponses(pd.DataFrame({"Q1": ["是", "否"]}), {"aware": ("Q1",)}, "table", "labels", "a.csv", "")
    >>> original_cells(raw)["aware"].tolist()
    ['是', '否']
    """
    whole: pd.DataFrame = pa.concat_tables(original_blocks(raw)).to_pandas()
    return whole
