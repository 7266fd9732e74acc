"""The cells of a raw export as they lie in the file, beside the coded answers."""

from __future__ import annotations

import pandas as pd

from surveykit.responses.privacy.free_text import mask_series
from surveykit.responses.results import RawResponses

__all__ = ["original_cells"]

_META = ("@response_id", "@unit_id", "@submitted_at", "@duration_seconds")


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
    n = len(raw.table)
    file: object = raw.path
    if "@file" in raw.columns:
        file = (raw.path + "/" + raw.table[raw.columns["@file"][0]].astype("str")).to_numpy(dtype=object)
    kept: dict[str, object] = {"file": file, "sheet": raw.sheet, "row": raw.row_numbers}
    order = [*(name for name in _META if name in raw.columns), *(n for n in raw.columns if not n.startswith("@"))]
    for name in order:
        for place, header in enumerate(raw.columns[name], start=1):
            cells = raw.table[header].astype("str").fillna("").reset_index(drop=True)
            shown = cells if name in _META else mask_series(cells)[0]
            kept[name.removeprefix("@") if place == 1 else f"{name}.{place}"] = shown.to_numpy(dtype=object)
    return pd.DataFrame(kept, index=pd.RangeIndex(n))
