"""Read plain tables (CSV, XLSX, Parquet) by a mapping, and the response files of our own HTML form."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from surveykit.errors import DataError, first_few
from surveykit.files.answer_files import FlatVariant
from surveykit.files.looking import file_kind, file_sha256, parse_json, read_text
from surveykit.files.parquet import read_parquet_text
from surveykit.questionnaire import Questionnaire, definition_hash, questionnaire_variables
from surveykit.responses.cells.user_mapping import what_is_said
from surveykit.responses.cells.values import CellReader
from surveykit.responses.readers.file_cells import FileLayout, read_cells
from surveykit.responses.readers.flat_file import META, FlatFile, first_header, raw_of_flat, require_variant
from surveykit.responses.readers.odd_cells import sound_cells, sound_text
from surveykit.responses.results import Columns, Finding, RawResponses, UserColumns

__all__ = ["read_form", "read_table"]

FORM = "surveykit-response/1"
_HASH = re.compile(r"[0-9a-f]{64}")
SEPARATOR = "┋"


def read_table(
    path: str | Path,
    questionnaire: Questionnaire,
    *,
    variant: FlatVariant | None = None,
    sheet: str | None = None,
    column_map: Columns | None = None,
    mapping: UserColumns | None = None,
    salt: str | None = None,
    zone: str = "Asia/Shanghai",
    layout: FileLayout | None = None,
) -> RawResponses:
    """Read a CSV, XLSX or Parquet table.

    Parameters
    ----------
    path : str or Path
        The file.
    questionnaire : Questionnaire
        What was asked.
    variant : {"codes", "labels"}, optional
        Told from the cells when it is not given.
    sheet : str, optional
        Of an XLSX.
    column_map : ColumnMap or mapping, optional
        The map written next to the export.
    mapping : UserMapping or mapping, optional
        What the user says: our column to the file's header or headers; also for response_id, unit_id, submitted_at,
        duration_seconds, mode, interviewer and device.
    salt : str, optional
        With it personal columns are hashed, without it dropped.
    zone : str
        Time zone of times without one.
    layout : FileLayout, optional
        Where the records lie.

    Returns
    -------
    RawResponses

    Raises
    ------
    DataError
        If the file is damaged, half of the questions are not there or a column is ambiguous.
    """
    path = Path(path)
    require_variant(path, variant, FlatVariant)
    parquet = file_kind(path) == "parquet"
    sheet_name = ""
    if parquet:
        if layout is not None and layout != FileLayout():
            raise DataError(f"{path.name}: a Parquet file has no header row, footer, sheet or encoding to be named")
        table, digest = read_parquet_text(path), file_sha256(path)
        rows, said = np.arange(1, 1 + len(table)), tuple[Finding, ...]()
    else:
        layout = layout or FileLayout()
        cells = read_cells(path, replace(layout, sheet=sheet or layout.sheet))
        table, sheet_name, digest, rows, said = cells.table, cells.sheet, cells.sha256, cells.rows, cells.findings
    headers = [str(h) for h in table.columns]
    first = 1 if parquet else 2
    file = FlatFile(
        source="table", path=path, table=table, sha256=digest, sheet=sheet_name, keys={h: h for h in headers},
        own=first_header(headers, META | {"@mode": ("mode",), "@interviewer": ("interviewer",)}), first_row=first,
        readers={
            "code": CellReader("code", separator=r"\s*[┋;；|→,，、\n]\s*|\s+", first_row=first),
            "label": CellReader("label", separator=r"\s*[┋;；|→,，、\n]\s*", first_row=first),
        }, zone=zone, rows=rows, findings=said,
    )  # fmt: skip
    return raw_of_flat(file, questionnaire, what_is_said(column_map, mapping), variant=variant, salt=salt)


def _records(path: Path) -> Iterable[dict[str, Any]]:
    """Records of a file: one object, a list of them, or one on each line."""
    text = read_text(path)
    if path.suffix == ".jsonl":
        lines = enumerate(text.splitlines(), start=1)
        loaded: Any = [parse_json(line, path.name, number) for number, line in lines if line.strip()]
    else:
        loaded = parse_json(text, path.name)
    for record in loaded if isinstance(loaded, list) else [loaded]:
        if not isinstance(record, dict) or record.get("format") != FORM or not isinstance(record.get("answers"), dict):
            raise DataError(f"{path.name}: not a response file of the form: it needs format {FORM!r} and answers")
        if not isinstance(record.get("definition_hash"), str):
            raise DataError(f"{path.name}: not a response file of the form: it says no definition hash")
        yield record


def _answers_hash(answers: Mapping[str, Any]) -> str:
    """SHA-256 of the answers as the form writes them: compact JSON in the given order."""
    text = json.dumps(answers, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _flat(record: Mapping[str, Any], items: set[str], file: str) -> dict[str, str]:
    row = {}
    for name, value in record["answers"].items():
        if isinstance(value, list) and not any(isinstance(one, list | dict) for one in value):
            row[name] = SEPARATOR.join(_written(one) for one in value)
        elif isinstance(value, list | dict):
            raise DataError(f"{file}: answer {sound_text(name[:60])!r} is neither text nor a list of texts")
        else:
            row[name] = _written(value)
    unknown = [sound_text(name[:60]) for name in row if name not in items]
    if unknown:
        raise DataError(f"{file}: answers to questions that are not in the questionnaire: {first_few(unknown)}")
    for name in ("response_id", "unit_id", "submitted_at", "duration_seconds", "language", "ended"):
        row[f"@{name}"] = _written(record.get(name))
    return row


def _written(value: object) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def read_form(
    path: str | Path | Sequence[str | Path], questionnaire: Questionnaire, *, versions: Sequence[str] | None = None
) -> RawResponses:
    """Read response files saved by the project's own HTML form.

    Parameters
    ----------
    path : str, Path or sequence of these
        Files (.json, .jsonl) or folders with such files.
    questionnaire : Questionnaire
        The definition; its hash must be the one in the files.
    versions : sequence of str, optional
        Other definition hashes that agree with it.

    Returns
    -------
    RawResponses

    Raises
    ------
    DataError
        If a file belongs to another definition, none can be read, or the only file is damaged or was changed after it
        was saved (its hash does not fit). Among several files such a one is left out, and a finding says which.
    """
    given = [path] if isinstance(path, str | Path) else list(path)
    files: list[Path] = []
    for one in map(Path, given):
        if not one.exists():
            raise DataError(f"{one}: no such file or folder")
        files += sorted(f for f in one.rglob("*") if f.suffix in (".json", ".jsonl")) if one.is_dir() else [one]
    if not files:
        raise DataError(f"no response files (.json, .jsonl) in {first_few(map(str, given))}")
    variables = questionnaire_variables(questionnaire)
    items = {v.id for v in variables} | {v.item for v in variables}
    fine = {definition_hash(questionnaire), *(versions or ())}
    whole = Path(given[0]) if len(given) == 1 and Path(given[0]).is_dir() else None
    rows: list[dict[str, str]] = []
    others: dict[str, int] = {}
    left_out: list[str] = []
    for file in files:
        shown = file.name if whole is None else file.relative_to(whole).as_posix()
        try:
            found = list(_rows_of(file, items, fine, others))
        except DataError as error:
            if len(files) == 1:
                raise
            left_out.append(f"{shown}: {error}")
            continue
        rows += found if whole is None else [{**row, "@file": shown} for row in found]
    if others:
        told = ", ".join(f"{name}... ({count} files)" for name, count in others.items())
        raise DataError(
            f"answers to other versions of {questionnaire.id}: definition {told}; read each with its own definition"
        )
    if not rows:
        raise DataError(f"no response file can be read; left out: {first_few(left_out)}")
    table = pd.DataFrame(rows).fillna("").astype("str").astype("category")
    table, findings = sound_cells(table, np.arange(1, 1 + len(table)))
    if left_out:
        message = f"response files left out, damaged or changed after they were saved: {first_few(left_out)}"
        findings.insert(0, Finding("file_left_out", message, count=len(left_out)))
    digest = hashlib.sha256("".join(file_sha256(f) for f in files).encode()).hexdigest()
    columns: dict[str, tuple[str, ...]] = {str(name): (str(name),) for name in table.columns}
    return RawResponses(
        table=table, columns=columns, source="form", variant="codes", path=", ".join(map(str, given)), sha256=digest,
        first_row=1, reader=CellReader("code", separator=SEPARATOR, first_row=1), zone="UTC", findings=tuple(findings),
        whole=True,
    )  # fmt: skip


def _rows_of(file: Path, items: set[str], fine: set[str], others: dict[str, int]) -> Iterable[dict[str, str]]:
    """Rows of a response file; records of other definitions are counted and left."""
    for record in _records(file):
        definition = record["definition_hash"]
        if definition not in fine:
            if not _HASH.fullmatch(definition):
                raise DataError(f"{file.name}: not a response file of the form: its definition hash is none")
            others[definition[:12]] = others.get(definition[:12], 0) + 1
            continue
        if record.get("answers_sha256") not in (None, _answers_hash(record["answers"])):
            raise DataError(f"{file.name}: the answers do not fit their hash: changed or damaged")
        yield _flat(record, items, file.name)
