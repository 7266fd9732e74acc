"""Frozen results of reading, coding, checking and linking answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.display import NamedTable, Presentation, Shown, facts
from surveykit.errors import DataError, choose
from surveykit.files.answer_files import FileVariant, Source
from surveykit.questionnaire import ColumnMap
from surveykit.responses.cells.missing_codes import Declared
from surveykit.responses.cells.times import ZONE_ADVICE, is_zone
from surveykit.responses.cells.user_mapping import UserMapping
from surveykit.responses.cells.values import CellReader

__all__ = [
    "Columns",
    "Finding",
    "RawResponses",
    "Responses",
    "UserColumns",
    "Variant",
]

Variant = Literal[FileVariant, ""]
Columns = ColumnMap | Mapping[str, str | Sequence[str]]
UserColumns = UserMapping | Mapping[str, str | Sequence[str]]

_KIND_NAMES = {
    "": "已答 / answered",
    "na": "不适用 / not asked",
    "nr": "空白 / blank",
    "dk": "说不清 / don't know",
    "rf": "拒答 / refused",
    "nf": "文件中没有 / not in the file",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something worth knowing that was met while reading or coding; nothing was repaired because of it.

    Attributes
    ----------
    kind : str
        Short name, for example "answer_not_asked".
    message : str
        A sentence with the first few places.
    column : str
        The column it is about, "" for the whole file.
    count : int
        How many rows.
    rows : tuple of int
        The first few rows, counted as in the file.
    """

    kind: str
    message: str
    column: str = ""
    count: int = 0
    rows: tuple[int, ...] = ()


@dataclass(frozen=True)
class RawResponses:
    """A raw export as it lies in the file, with its columns matched to the questionnaire's.

    Attributes
    ----------
    table : DataFrame
        The file's cells as text, columns as in the file, without personal columns that were dropped.
    columns : mapping of str to tuple of str
        Headers in `table` for each column or item of the questionnaire, and for `response_id`, `unit_id`,
        `submitted_at` and `duration_seconds` (names with a leading "@").
    source, variant : str
        What kind of file it is.
    path, sheet, sha256 : str
        Where it came from and the hash of the file's bytes.
    first_row : int
        Row of the file in which the first record lies, counted from 1.
    findings : tuple of Finding
        What was met while reading.
    reader : CellReader
        How the cells are read.
    column_map : ColumnMap, optional
        The map that the columns were matched with.
    zone : str
        Time zone of times without one.
    scores : mapping of str to mapping of str to str
        Code of each score, by column, where cells hold scores.
    values : mapping of str to mapping of str to str
        Code of a cell's text, by column or item, as the user says; it comes before everything else.
    missing : mapping of str to Declared
        Missing values that the file or the user declares, by column or item; ``*`` for all.
    blanks : mapping of str to Declared
        Cells that mean "left blank" as the user says, by column or item; ``*`` for all.
    rows : (n,) int array, optional
        Row of the file of each record; counted on from `first_row` when it is not given.
    unused : tuple of str
        Headers of the file that hold no answer, token, time or other meta data.
    whole : bool
        Whether a column that is not there was left blank by everybody, as in the files of the project's own form.
    children : mapping of str to DataFrame
        Rows of repeat groups, by group or instrument: `response_id` of the record that each belongs to, its `row` in
        the file, and the group's columns as text without personal ones. They are no records and are not coded.
    day_first : bool, optional
        Order of day and month in times that leave it open; told from each column when it is not given.
    """

    table: pd.DataFrame
    columns: dict[str, tuple[str, ...]]
    source: Source
    variant: Variant
    path: str
    sha256: str
    sheet: str = ""
    first_row: int = 2
    findings: tuple[Finding, ...] = ()
    reader: CellReader = field(default_factory=CellReader)
    column_map: ColumnMap | None = None
    zone: str = "Asia/Shanghai"
    scores: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    missing: Mapping[str, Declared] = field(default_factory=dict)
    blanks: Mapping[str, Declared] = field(default_factory=dict)
    rows: NDArray[np.int64] | None = None
    unused: tuple[str, ...] = ()
    day_first: bool | None = None
    whole: bool = False
    children: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def row_numbers(self) -> NDArray[np.int64]:
        """Row of the file of each record."""
        return self.rows if self.rows is not None else np.arange(self.first_row, self.first_row + len(self.table))

    def __post_init__(self) -> None:
        choose("source", self.source, get_args(Source))
        choose("variant", self.variant, get_args(Variant))
        if not is_zone(self.zone):
            raise DataError(f"{Path(self.path).name}: there is no time zone {self.zone!r}; {ZONE_ADVICE}")

    def __repr__(self) -> str:
        return f"<RawResponses {self.source} {self.variant}: {len(self.table)} rows from {self.path}>"


@dataclass(frozen=True)
class Responses(Shown):
    """Coded answers.

    Attributes
    ----------
    data : DataFrame
        One row per record and one column per data column of the questionnaire: codes as text, numbers as text,
        options of a multiple choice as nullable booleans; missing values are missing, never a code.
    missing : DataFrame
        Same index and columns: "" where answered, "na" not asked, "nr" asked and blank, "dk" don't know, "rf" refused,
        "nf" where the file has no column for it.
    meta : DataFrame
        Same index: response_id, unit_id, submitted_at (UTC), duration_seconds, source, file, sheet, row.
    unmapped : DataFrame
        Values that are not in the questionnaire: column, value, count, rows (first few), nearest (label), code.
    log : tuple of Finding
        What was met while reading and coding.
    questionnaire_id, definition_hash : str
        The questionnaire that the codes belong to.
    files : mapping of str to str
        Hash of each raw file.
    questions : mapping of str to tuple of str
        The columns of each question, which is what is counted: an item with several answers is one question whatever
        the number of its options, a row of a grid is one, and the words after "other" belong to none.
    """

    data: pd.DataFrame
    missing: pd.DataFrame
    meta: pd.DataFrame
    unmapped: pd.DataFrame
    log: tuple[Finding, ...] = ()
    questionnaire_id: str = ""
    definition_hash: str = ""
    files: dict[str, str] = field(default_factory=dict)
    questions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Responses {self.questionnaire_id}: {len(self.data)} records, {self.data.shape[1]} columns>"

    def presentation(self) -> Presentation:
        """Return how many records and answers there are and which kinds of missing; unmapped values stay out."""
        counts = self.missing.stack().astype(str).value_counts()
        names = [_KIND_NAMES.get(str(k), str(k)) for k in counts.index]
        kinds = pd.DataFrame({"kind": names, "count": counts.to_numpy()})
        kinds = kinds.assign(share=lambda t: t["count"] / max(int(t["count"].sum()), 1))
        items = {"records": len(self.data), "columns": self.data.shape[1], "unmapped": len(self.unmapped)}
        tables = (NamedTable(("概况", "Summary"), facts(items)), NamedTable(("单元格", "Cells"), kinds))
        return Presentation((f"答卷 {self.questionnaire_id}", f"Responses {self.questionnaire_id}"), tables)
