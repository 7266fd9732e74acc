"""What a file says of each record beside its answers: number, token, times, mode, row."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.errors import first_few
from surveykit.responses.cells.times import parse_durations, times_of_column
from surveykit.responses.results import Finding, RawResponses

__all__ = ["meta_of"]

ROWS_SHOWN = 5


def _text(raw: RawResponses, name: str) -> pd.Series:
    headers = raw.columns.get(name)
    if not headers:
        return pd.Series("", index=range(len(raw.table)), dtype="str")
    return raw.table[headers[0]].astype("str").fillna("").str.strip().reset_index(drop=True).astype("str")


def _title(raw: RawResponses, name: str) -> str:
    """A piece of meta data by its name and by the header that the file has for it."""
    header = next(iter(raw.columns.get(f"@{name}", ())), name)
    return name if header in (name, f"@{name}") else f"{name} (column {header!r})"


def _unread(name: str, cells: pd.Series, unread: NDArray[np.bool_], raw: RawResponses, todo: str) -> list[Finding]:
    """Say which texts of a column are no times; nothing where all can be read."""
    places = np.flatnonzero(unread)
    if not len(places):
        return []
    rows = tuple(map(int, raw.row_numbers[places[:ROWS_SHOWN]]))
    texts = first_few([repr(t) for t in dict.fromkeys(cells.iloc[places[:1000]])])
    where = f"first in row {', '.join(map(str, rows))}"
    message = f"{_title(raw, name)}: cells that cannot be read ({len(places)}): {texts}, {where}; {todo}"
    return [Finding("times_not_read", message, name, len(places), rows)]


def _times(raw: RawResponses, name: str) -> tuple[pd.Series, list[Finding]]:
    cells = _text(raw, f"@{name}")
    found = times_of_column(cells, raw.zone, raw.day_first)
    todo = "dates such as 06/09/2021 need 'day_first: true' or 'false'; others are written as 2021-09-06 08:05:00"
    findings = _unread(name, cells, found.unread, raw, todo)
    if found.day_first is not None:
        order = "day before month" if found.day_first else "month before day"
        by = f"as {found.told_by!r} shows" if found.told_by else "as day_first says"
        findings.append(Finding("day_month_order", f"{_title(raw, name)}: read with the {order}, {by}", name))
    return found.moments, findings


def _durations(raw: RawResponses, name: str, cells: pd.Series) -> tuple[NDArray[np.float64], list[Finding]]:
    seconds = parse_durations(cells)
    unread = np.isnan(seconds) & (cells.str.strip() != "").to_numpy(dtype=bool)
    return seconds, _unread(name, cells, unread, raw, "durations are written as seconds, 2分3秒 or 0:02:03")


def meta_of(raw: RawResponses) -> tuple[pd.DataFrame, list[Finding]]:
    """Gather the meta data of each record.

    Parameters
    ----------
    raw : RawResponses
        From one of the readers.

    Returns
    -------
    tuple of DataFrame and list of Finding
        See `Responses.meta`; times that cannot be read, and the order of day and month where the year comes last.
    """
    n = len(raw.table)
    rows = raw.row_numbers
    own, unit = _text(raw, "@response_id"), _text(raw, "@unit_id")
    moments, findings = _times(raw, "submitted_at")
    seconds, unread = _durations(raw, "duration_seconds", _text(raw, "@duration_seconds"))
    findings += unread
    meta = pd.DataFrame(
        {
            "response_id": own.mask(own == "", pd.Series(rows.astype(str))),
            "unit_id": unit.mask(unit == ""),
            "submitted_at": moments,
            "duration_seconds": seconds,
            "source": pd.Series(raw.source, index=range(n), dtype="str"),
            "mode": _text(raw, "@mode") if raw.columns.get("@mode") else pd.Series("web", index=range(n), dtype="str"),
            "file": raw.path + "/" + _text(raw, "@file")
            if "@file" in raw.columns
            else pd.Series(raw.path, index=range(n)),
            "sheet": pd.Series(raw.sheet, index=range(n), dtype="str"),
            "row": rows,
        }
    )
    for place, header in enumerate(raw.columns.get("@page_seconds", ()), start=1):
        cells = raw.table[header].astype("str").fillna("").reset_index(drop=True)
        meta[f"page_seconds_{place}"], unread = _durations(raw, header, cells)
        findings += unread
    for name in ("interviewer", "device"):
        if f"@{name}" in raw.columns or name in raw.columns:
            meta[name] = _text(raw, f"@{name}" if f"@{name}" in raw.columns else name)
    return meta, findings
