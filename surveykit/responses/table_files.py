"""Read plain tables (CSV, XLSX, Parquet) by a mapping, and the response files of our own HTML form."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from surveykit.errors import DataError, first_few
from surveykit.questionnaire import Questionnaire
from surveykit.responses.flat_file import FlatFile, first_header, raw_of_flat
from surveykit.responses.stat_files import META
from surveykit.responses.text_tables import file_sha256, read_text_table
from surveykit.responses.types import Columns, RawResponses, UserColumns, Variant
from surveykit.responses.user_mapping import what_is_said
from surveykit.responses.values import CellReader

__all__ = ["read_form", "read_table"]

FORM = "surveykit-response/1"
MAX_FORM_BYTES = 1_000_000
MAX_CELLS = 1_000_000_000
SEPARATOR = "┋"


def _parquet(path: Path) -> pd.DataFrame:
    import pyarrow as pa
    import pyarrow.parquet

    try:
        shape = pyarrow.parquet.read_metadata(path)
        if shape.num_rows * max(shape.num_columns, 1) > MAX_CELLS:
            raise DataError(
                f"{path.name}: {shape.num_rows:,} rows of {shape.num_columns} columns are more than answers can be; "
                "refused, split the file if it is really that large"
            )
        table = pyarrow.parquet.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise DataError(f"{path.name}: not a readable Parquet file ({error}); it may be cut off") from error
    data = table.to_pandas()
    columns = {}
    for name in data.columns:
        column = data[name]
        if pd.api.types.is_bool_dtype(column.dtype):
            text = column.astype("boolean").map({True: "1", False: "0"})
        elif pd.api.types.is_float_dtype(column.dtype):
            text = column.map(lambda v: str(int(v)) if float(v).is_integer() else repr(v), na_action="ignore")
        else:
            text = column.astype("str")
        columns[str(name)] = text.astype("str").fillna("").astype("category")
    return pd.DataFrame(columns)


def read_table(
    path: str | Path,
    questionnaire: Questionnaire,
    *,
    variant: Variant | None = None,
    sheet: str | None = None,
    column_map: Columns | None = None,
    mapping: UserColumns | None = None,
    salt: str | None = None,
    zone: str = "Asia/Shanghai",
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

    Returns
    -------
    RawResponses

    Raises
    ------
    DataError
        If the file is damaged, half of the questions are not there or a column is ambiguous.
    """
    path = Path(path)
    if not path.is_file():
        raise DataError(f"{path}: no such file")
    with path.open("rb") as stream:
        parquet = stream.read(4) == b"PAR1"
    sheet_name = ""
    if parquet:
        table, digest = _parquet(path), file_sha256(path)
    else:
        table, sheet_name, digest = read_text_table(path, sheet=sheet)
    headers = [str(h) for h in table.columns]
    first = 1 if parquet else 2
    file = FlatFile(
        source="table", path=path, table=table, sha256=digest, sheet=sheet_name, keys={h: h for h in headers},
        own=first_header(headers, META | {"@mode": ("mode",), "@interviewer": ("interviewer",)}), first_row=first,
        readers={
            "code": CellReader("code", separator=r"[┋;|]|(?<=\S)\s+(?=\S)", first_row=first),
            "label": CellReader("label", separator=r"[┋;|]", first_row=first),
        }, zone=zone,
    )  # fmt: skip
    return raw_of_flat(file, questionnaire, what_is_said(column_map, mapping), variant=variant, salt=salt)


def _records(path: Path) -> Iterable[tuple[str, dict[str, Any]]]:
    """Records of a file: one object, a list of them, or one on each line."""
    if path.stat().st_size > MAX_FORM_BYTES * 1000:
        raise DataError(f"{path.name}: {path.stat().st_size:,} bytes are too many for response files")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path.name}: not UTF-8 text (byte {error.start})") from error
    try:
        loaded = (
            [json.loads(line) for line in text.splitlines() if line.strip()]
            if path.suffix == ".jsonl"
            else json.loads(text)
        )
    except (json.JSONDecodeError, RecursionError) as error:
        raise DataError(f"{path.name}: not a whole response file ({error}); it may be cut off") from error
    for record in loaded if isinstance(loaded, list) else [loaded]:
        if not isinstance(record, dict) or record.get("format") != FORM or not isinstance(record.get("answers"), dict):
            raise DataError(f"{path.name}: not a response file of the form: it needs format {FORM!r} and answers")
        yield path.name, record


def _answers_hash(answers: Mapping[str, Any]) -> str:
    """SHA-256 of the answers as the form writes them: compact JSON in the given order."""
    return hashlib.sha256(json.dumps(answers, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def _flat(record: Mapping[str, Any], items: set[str], file: str) -> dict[str, str]:
    row = {}
    for name, value in record["answers"].items():
        if isinstance(value, list):
            row[name] = SEPARATOR.join(str(v) for v in value)
        elif isinstance(value, dict):
            raise DataError(f"{file}: answer {name!r} is neither text nor a list")
        else:
            row[name] = (
                ""
                if value is None
                else str(int(value))
                if isinstance(value, float) and value.is_integer()
                else str(value)
            )
    unknown = [name for name in row if name not in items]
    if unknown:
        raise DataError(f"{file}: answers to questions that are not in the questionnaire: {first_few(unknown)}")
    for name in ("response_id", "unit_id", "submitted_at", "duration_seconds", "language", "ended"):
        row[f"@{name}"] = "" if record.get(name) is None else str(record[name])
    return row


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
        If a file is damaged, was changed after it was saved (its hash does not fit), or belongs to another definition.
    """
    given = [path] if isinstance(path, str | Path) else list(path)
    files: list[Path] = []
    for one in map(Path, given):
        if not one.exists():
            raise DataError(f"{one}: no such file or folder")
        files += sorted(f for f in one.rglob("*") if f.suffix in (".json", ".jsonl")) if one.is_dir() else [one]
    if not files:
        raise DataError(f"no response files (.json, .jsonl) in {first_few(map(str, given))}")
    variables = questionnaire.variables()
    items = {v.id for v in variables} | {v.item for v in variables}
    rows: list[dict[str, str]] = []
    others: dict[str, int] = {}
    broken: list[str] = []
    fine = {questionnaire.definition_hash, *(versions or ())}
    whole = given[0] if len(given) == 1 and Path(given[0]).is_dir() else None
    for source, file, record in ((f, *pair) for f in files for pair in _records(f)):
        if record.get("definition_hash") not in fine:
            others[str(record.get("definition_hash"))[:12]] = others.get(str(record.get("definition_hash"))[:12], 0) + 1
            continue
        if record.get("answers_sha256") not in (None, _answers_hash(record["answers"])):
            broken.append(file)
        row = _flat(record, items, file)
        rows.append(row if whole is None else {**row, "@file": source.relative_to(whole).as_posix()})
    if others:
        shown = ", ".join(f"{name}... ({count} files)" for name, count in others.items())
        raise DataError(
            f"answers to other versions of {questionnaire.id}: definition {shown}; read each with its own definition"
        )
    if broken:
        raise DataError(f"response files whose answers do not fit their hash, changed or damaged: {first_few(broken)}")
    table = pd.DataFrame(rows).fillna("").astype("str").astype("category")
    digest = hashlib.sha256("".join(file_sha256(f) for f in files).encode()).hexdigest()
    columns: dict[str, tuple[str, ...]] = {str(name): (str(name),) for name in table.columns}
    return RawResponses(
        table=table, columns=columns, source="form", variant="codes", path=", ".join(map(str, given)), sha256=digest,
        first_row=1, reader=CellReader("code", separator=SEPARATOR, first_row=1), zone="UTC",
    )  # fmt: skip
