"""Repeat groups: rows that belong to a record and are none, as child tables beside the records."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.errors import DataError
from surveykit.files.looking import file_kind
from surveykit.files.workbook import visible_sheets
from surveykit.responses.privacy.columns import drop_personal
from surveykit.responses.readers.file_cells import FileCells, FileLayout, read_cells, read_header
from surveykit.responses.results import Finding

__all__ = ["Children", "kobo_repeats", "odk_repeats", "redcap_repeats", "require_records"]

Children = dict[str, pd.DataFrame]
_INSTRUMENT = "redcap_repeat_instrument"
_KOBO_PARENTS = (("_submission__uuid", "_uuid"), ("_submission__id", "_id"), ("_parent_index", "_index"))
_ODK_PARENT = "PARENT_KEY"


def _text(table: pd.DataFrame, header: str) -> pd.Series:
    return table[header].astype("str").fillna("").str.strip().reset_index(drop=True)


def _filled(table: pd.DataFrame) -> list[str]:
    return [str(name) for name in table.columns if (_text(table, str(name)) != "").any()]


def _child(
    name: str, table: pd.DataFrame, parents: pd.Series, rows: NDArray[np.int64], known: set[str], salt: str | None
) -> tuple[pd.DataFrame, list[Finding]]:
    """The child table with its parent's record number and its own row, and how many rows have no parent."""
    held, personal = drop_personal(table[_filled(table)].reset_index(drop=True), salt=salt)
    child = held.astype("str").fillna("")
    child.insert(0, "response_id", parents.to_numpy())
    child.insert(1, "row", rows)
    message = f"rows of the repeat group {name!r}, kept beside the records and not as records: {len(child)}"
    findings = [Finding("repeat_group", message, name, len(child), tuple(map(int, rows[:5]))), *personal]
    if (lost := ~parents.isin(known)).any():
        what = f"rows of the repeat group {name!r} whose record is not there: {int(lost.sum())}"
        findings.append(Finding("repeat_without_record", what, name, int(lost.sum()), tuple(map(int, rows[lost][:5]))))
    return child, findings


def redcap_repeats(cells: FileCells, record: str, salt: str | None) -> tuple[FileCells, Children, list[Finding]]:
    """Take the rows of repeated instruments of REDCap out of the records.

    Parameters
    ----------
    cells : FileCells
        The file.
    record : str
        Header of the record ids.
    salt : str, optional
        With it personal columns are hashed, without it dropped.

    Returns
    -------
    tuple of FileCells, dict of str to DataFrame and list of Finding
        Records without those rows and without the columns that only those rows fill; a table for each instrument, see
        `RawResponses.children`; what was done. A file of nothing but repeated rows stays as it is.
    """
    if _INSTRUMENT not in cells.table:
        return cells, {}, []
    instrument = _text(cells.table, _INSTRUMENT)
    repeated = (instrument != "").to_numpy(dtype=bool)
    if not repeated.any() or repeated.all():
        return cells, {}, []
    main = cells.table[~repeated].reset_index(drop=True)
    known = set(_text(main, record))
    children: Children = {}
    findings: list[Finding] = []
    only: set[str] = set()
    for name in sorted(instrument[repeated].unique()):
        here = (instrument == name).to_numpy(dtype=bool)
        part = cells.table[here]
        children[name], said = _child(name, part, _text(part, record), cells.rows[here], known, salt)
        findings += said
        only |= set(_filled(part))
    only -= set(_filled(main))
    main = main.drop(columns=[name for name in main.columns if name in only])
    return replace(cells, table=main, rows=cells.rows[~repeated]), children, findings


def kobo_repeats(
    path: Path, cells: FileCells, table: pd.DataFrame, record: str, salt: str | None
) -> tuple[Children, list[Finding]]:
    """Read the further sheets of a workbook of KoboToolbox whose rows point to a record.

    Parameters
    ----------
    path : Path
        The workbook; other files have no repeat groups.
    cells : FileCells
        Its first sheet.
    table : DataFrame
        Records of that sheet.
    record : str
        Header of the record ids.
    salt : str, optional
        With it personal columns are hashed, without it dropped.

    Returns
    -------
    tuple of dict of str to DataFrame and list of Finding
        By sheet; see `RawResponses.children`.
    """
    children: Children = {}
    findings: list[Finding] = []
    if file_kind(path) != "xlsx":
        return children, findings
    ids = _text(table, record)
    for sheet in visible_sheets(path)[0]:
        if sheet == cells.sheet:
            continue
        header = read_header(path, FileLayout(sheet=sheet))
        link = next(((own, of) for own, of in _KOBO_PARENTS if own in header and of in table), None)
        if link is None:
            continue
        part = read_cells(path, FileLayout(sheet=sheet))
        numbers = dict(zip(_text(table, link[1]), ids, strict=True))
        parents = _text(part.table, link[0]).map(numbers).fillna("").astype("str")
        children[sheet], said = _child(sheet, part.table, parents, part.rows, set(ids), salt)
        findings += said
    return children, findings


def odk_repeats(path: Path, table: pd.DataFrame, record: str, salt: str | None) -> tuple[Children, list[Finding]]:
    """Read the files of repeat groups that ODK Central puts beside ``form.csv`` as ``form-group.csv``.

    Parameters
    ----------
    path : Path
        The file of the records.
    table : DataFrame
        Its records.
    record : str
        Header of the record ids.
    salt : str, optional
        With it personal columns are hashed, without it dropped.

    Returns
    -------
    tuple of dict of str to DataFrame and list of Finding
        By group; see `RawResponses.children`. A group within a group points to its outer group's record.
    """
    children: Children = {}
    findings: list[Finding] = []
    known = set(_text(table, record))
    for beside in sorted(path.parent.iterdir()):
        if not beside.name.startswith(f"{path.stem}-") or beside.suffix.lower() != ".csv":
            continue
        if _ODK_PARENT not in read_header(beside):
            continue
        part = read_cells(beside)
        name = beside.stem.removeprefix(f"{path.stem}-")
        parents = _text(part.table, _ODK_PARENT).str.partition("/")[0]
        children[name], said = _child(name, part.table, parents, part.rows, known, salt)
        findings += said
    return children, findings


def require_records(path: Path, table: pd.DataFrame) -> None:
    """Refuse a file of a repeat group in the place of the records.

    Raises
    ------
    DataError
        It has a column PARENT_KEY.
    """
    if _ODK_PARENT in table:
        raise DataError(
            f"{path.name}: rows of a repeat group, which point to their record by {_ODK_PARENT}; "
            "name the file of the records, beside which it is read"
        )
