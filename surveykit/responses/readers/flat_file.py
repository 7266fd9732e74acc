"""Make raw responses of a table that has one header per column: what ODK, LimeSurvey, SPSS and plain tables share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.errors import choose, first_few
from surveykit.files.answer_files import Source
from surveykit.questionnaire import ColumnMap, Questionnaire, questionnaire_variables
from surveykit.questionnaire.definition.spellings import OptionsBy
from surveykit.responses.cells.missing_codes import Declared
from surveykit.responses.cells.user_mapping import Said
from surveykit.responses.cells.values import CellReader
from surveykit.responses.privacy.columns import without_personal
from surveykit.responses.readers.flat_columns import flat_columns, options_by, require_questions
from surveykit.responses.readers.odd_cells import sound_cells
from surveykit.responses.results import Finding, RawResponses, Variant

__all__ = [
    "META",
    "FlatFile",
    "Found",
    "first_header",
    "questions_lost",
    "raw_of_flat",
    "require_variant",
    "unused_columns",
]

Found = dict[str, tuple[str, ...]]
Change = Callable[[pd.DataFrame, Mapping[str, Sequence[str]], Questionnaire], tuple[pd.DataFrame, Found]]
# Headers of meta data in files that no platform made, in small letters; the first that is there counts.
META = {
    "@response_id": ("response_id", "respid", "id"),
    "@unit_id": ("unit_id",),
    "@submitted_at": ("submitted_at", "submitdate"),
    "@duration_seconds": ("duration_seconds", "interviewtime"),
}
_BY: dict[str, OptionsBy] = {"codes": "code", "labels": "label", "answers": "label"}


@dataclass(frozen=True)
class FlatFile:
    """A table as it lies in a file, before its columns are matched.

    Attributes
    ----------
    source : str
        What kind of file it is.
    path : Path
        Where it lies.
    table : DataFrame
        Cells as text.
    sha256, sheet : str
        Hash of the file's bytes, and the sheet.
    keys : mapping of str to str
        Name of each header as ``item``, ``item_row`` or ``item/option``.
    own : mapping of str to str
        Headers of meta data that the layout is known to have, by name with a leading "@".
    by_label : {"labels", "answers"}
        What the variant with labels in its cells is called.
    pages : tuple of str
        Headers of the seconds on each page, in order.
    readers : mapping of str to CellReader
        How cells are read, by "code" and by "label".
    rows : (n,) int array, optional
        Row of the file of each record; from `first_row` on by default.
    first_row : int
        Row of the first record.
    texts : mapping of str to str
        Text of the question that each header stands for, where it is not the header itself.
    missing : mapping of str to Declared
        Missing values that the file declares, by header.
    known : tuple of str
        Headers that the layout always has, which are not reported as unused.
    zone : str
        Time zone of times without one.
    change : callable, optional
        Changes the table once the columns are known; gives the table and further columns.
    """

    source: Source
    path: Path
    table: pd.DataFrame
    sha256: str
    keys: Mapping[str, str]
    own: Mapping[str, str]
    readers: Mapping[OptionsBy, CellReader]
    by_label: Variant = "labels"
    sheet: str = ""
    first_row: int = 2
    zone: str = "Asia/Shanghai"
    change: Change | None = None
    pages: tuple[str, ...] = ()
    rows: NDArray[np.int64] | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, Declared] = field(default_factory=dict)
    known: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def require_variant(path: Path, variant: Variant | None, literal: Any) -> None:
    """Refuse a variant that the reader of a file does not take; None leaves it to the cells.

    Parameters
    ----------
    path : Path
        The file.
    variant : str, optional
        What was asked for.
    literal : Literal
        The variants that the reader takes.

    Raises
    ------
    DataError
        If it is none of them.
    """
    if variant is not None:
        choose(f"{path.name}: variant", variant, get_args(literal))


def first_header(headers: Sequence[str], names: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Find the header of each piece of meta data, whatever its case; the first name that is there counts.

    Parameters
    ----------
    headers : sequence of str
        Headers of the file.
    names : mapping of str to sequence of str
        Names in small letters, by ours.

    Returns
    -------
    dict of str to str
    """
    lower = {header.lower(): header for header in headers}
    found = {ours: next((lower[name] for name in fits if name in lower), None) for ours, fits in names.items()}
    return {ours: header for ours, header in found.items() if header is not None}


def unused_columns(table: pd.DataFrame, columns: Mapping[str, Sequence[str]], known: Sequence[str]) -> tuple[str, ...]:
    """Headers that hold no answer and no meta data, without those that the layout always has."""
    used = {header for fits in columns.values() for header in fits} | set(known)
    return tuple(name for name in map(str, table.columns) if name not in used and not name.startswith("@"))


def questions_lost(lost: Sequence[str]) -> list[Finding]:
    """Say which questions a file does not have.

    Parameters
    ----------
    lost : sequence of str
        Their columns.

    Returns
    -------
    list of Finding
        None or one.
    """
    message = f"questions that the file does not have, counted as not in the file: {first_few(lost)}"
    return [Finding("column_missing", message, count=len(lost))] if lost else []


def raw_of_flat(
    file: FlatFile, questionnaire: Questionnaire, said: Said, *, variant: Variant | None, salt: str | None
) -> RawResponses:
    """Match the columns of a table, tell codes from labels, and take personal columns out.

    Parameters
    ----------
    file : FlatFile
        The table.
    questionnaire : Questionnaire
        What was asked.
    said : Said
        The export's column map and the user's mapping.
    variant : str, optional
        Told from the cells when it is not given.
    salt : str, optional
        With it personal columns are hashed, without it dropped.

    Returns
    -------
    RawResponses

    Raises
    ------
    DataError
        If half of the questions are not there, or a column or the variant is ambiguous.
    """
    name = file.path.name
    headers = list(file.keys)
    own = {ours: (header,) for ours, header in file.own.items()} | ({"@page_seconds": file.pages} if file.pages else {})
    own |= said.own_headers(headers, name)
    columns: Found = flat_columns(
        headers,
        questionnaire,
        file.keys.__getitem__,
        column_map=said.column_map,
        mapping=said.columns,
        file=name,
        texts=file.texts,
    )
    lost = require_questions(columns, questionnaire, name)
    by = _BY[variant] if variant else options_by(file.table, columns, questionnaire, name, said.values)
    table = file.table
    if file.change is not None:
        table, further = file.change(table, columns, questionnaire)
        columns |= further
    columns |= own
    table, columns, findings = without_personal(table, columns, salt)
    rows = file.rows if file.rows is not None else np.arange(file.first_row, file.first_row + len(table))
    table, odd = sound_cells(table, rows)
    findings += [*odd, *file.findings, *questions_lost(lost)]
    declared = {n: file.missing[h] for n, fits in columns.items() for h in fits[:1] if h in file.missing}
    specials = {v.id: v.specials for v in questionnaire_variables(questionnaire)}
    missing = {
        name: said.missing.get(name, Declared()).over(held.with_kinds(specials.get(name, ())))
        for name, held in declared.items()
    }
    known = said.column_map if isinstance(said.column_map, ColumnMap) else None
    return RawResponses(
        table=table, columns=columns, source=file.source, variant="codes" if by == "code" else file.by_label,
        path=str(file.path), sha256=file.sha256, sheet=file.sheet, first_row=file.first_row,
        findings=tuple(findings), reader=file.readers[by], column_map=known, zone=file.zone, values=said.values,
        missing={**said.missing, **missing},
        blanks=said.blanks, rows=rows, unused=unused_columns(table, columns, file.known),
    )  # fmt: skip
