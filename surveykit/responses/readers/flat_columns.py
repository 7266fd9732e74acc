"""Match headers to data columns by id, then by text, for layouts that write one header per column."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from surveykit.errors import DataError, first_few
from surveykit.files.csv_rules import title_of
from surveykit.questionnaire import ColumnMap, Questionnaire, item_choices, questionnaire_variables
from surveykit.questionnaire.definition.spellings import OptionsBy, Spellings, fold_label
from surveykit.questionnaire.definition.structure import flow_of
from surveykit.responses.cells.distinct import distinct_cells
from surveykit.responses.cells.labels import normalise_label, without_number

__all__ = ["flat_columns", "options_by", "refuse_mixed_versions", "require_questions"]


def _wanted(questionnaire: Questionnaire) -> tuple[dict[str, str], dict[str, list[str]], dict[str, list[str]]]:
    """Names in small letters by which a column may be called, and texts with and without signs, with columns."""
    names: dict[str, str] = {}
    exact: dict[str, list[str]] = {}
    loose: dict[str, list[str]] = {}

    def add(text: str, column: str) -> None:
        for held, key in ((exact, fold_label(text)), (loose, normalise_label(text))):
            if key and column not in held.setdefault(key, []):
                held[key].append(column)

    for variable in questionnaire_variables(questionnaire):
        names[variable.id.lower()] = variable.id
        if variable.kind == "multi":
            names.setdefault(variable.item.lower(), variable.item)
            names[f"{variable.item}/{variable.option}".lower()] = variable.id
        for language, label in variable.labels.items():
            if not variable.other_text:
                add(label, variable.id)
            part = variable.part_labels.get(language)
            if variable.kind == "multi" and part and not variable.other_text:
                add(label.removesuffix(f" — {part}"), variable.item)
            elif variable.other_text:
                add(f"{label} - Text", variable.id)
            elif part:
                stem = label.removesuffix(f" — {part}")
                for sign in ("", "-", ":"):
                    add(f"{stem}{sign}{part}", variable.id)
    return names, exact, loose


_ID_AND_TEXT = re.compile(r"[A-Za-z]\w*(?:\[\w+\])?\s*[.:：]\s+(?P<text>\S.*)", re.DOTALL)


def _refuse_contradictions(
    by_id: Mapping[str, Sequence[str]],
    questionnaire: Questionnaire,
    texts: Mapping[str, str],
    known: Sequence[Mapping[str, Sequence[str]]],
    file: str,
) -> None:
    """Stop where a header holds the id of one question and the text of another."""
    items = {v.id: v.item for v in questionnaire_variables(questionnaire)}
    parts = {v.id for v in questionnaire_variables(questionnaire) if v.kind in ("grid", "multi") and not v.other_text}
    found = []
    for column, headers in by_id.items():
        item = items.get(column, column)
        for header in headers:
            match = _ID_AND_TEXT.fullmatch(header)
            text = without_number(texts.get(header, match["text"] if match else ""))
            forms = zip(known, (fold_label, normalise_label), strict=True)
            owners = next((columns[form(text)] for columns, form in forms if form(text) in columns), ())
            if not owners or column in owners or item in owners:
                continue
            if column in parts or all(items.get(owner, owner) != item for owner in owners):
                found.append(f"{header!r} is {column!r} by its id and {' or '.join(map(repr, owners))} by its text")
    if found:
        raise DataError(
            f"{file}: headers whose id and text are those of different questions ({len(found)}): "
            f"{', '.join(found[:3])}; "
            "say in the mapping which question each of these columns holds"
        )


def flat_columns(
    headers: Sequence[str],
    questionnaire: Questionnaire,
    key: Callable[[str], str],
    *,
    column_map: ColumnMap | None = None,
    mapping: Mapping[str, Sequence[str]] | None = None,
    file: str = "",
    texts: Mapping[str, str] | None = None,
) -> dict[str, tuple[str, ...]]:
    """Find the header of each data column.

    Parameters
    ----------
    headers : sequence of str
        Headers of the file.
    questionnaire : Questionnaire
        Its columns; an item with several answers may stand in one column or in one for each option.
    key : callable
        Turns a header into ``item``, ``item_row`` or ``item/option``.
    column_map : ColumnMap, optional
        The map that was written next to the export.
    mapping : mapping, optional
        What the user says, our column to the file's headers; it comes before everything else.
    file : str
        Name for messages.
    texts : mapping, optional
        Text of the question that a header stands for, where the layout has it in another row.

    Returns
    -------
    dict of str to tuple of str
        Headers by data column or item. Questions of one text are matched in the order of asking if the file has as many
        headers of that text.

    Raises
    ------
    DataError
        If two headers fit one column: all candidates are listed; or a header holds the id of one question and the
        text of another.
    """
    found: dict[str, list[str]] = {}
    taken: set[str] = set()
    entries = column_map.entries if column_map is not None else ()
    for name, said in (mapping or {}).items():
        wanted = list(said)
        absent = [header for header in wanted if header not in headers]
        if absent:
            raise DataError(f"{file}: the mapping of {name!r} names columns that are not there: {first_few(absent)}")
        found[name] = wanted
        taken |= set(wanted)
    for entry in entries:
        if entry.variable not in found and entry.column and entry.column in headers:
            found[entry.variable] = [entry.column]
            taken.add(entry.column)
    names, exact, loose = _wanted(questionnaire)

    def plain(header: str) -> str:
        return without_number((texts or {}).get(header, title_of(header, headers)))

    rounds: tuple[tuple[Mapping[str, Sequence[str]], Callable[[str], str]], ...] = (
        ({name: [column] for name, column in names.items()}, lambda header: title_of(key(header), headers).lower()),
        (exact, lambda header: fold_label(plain(header))),
        (loose, lambda header: normalise_label(plain(header))),
    )
    for known, made in rounds:
        by_key: dict[str, list[str]] = {}
        for header in headers:
            if header not in taken and made(header) in known:
                by_key.setdefault(made(header), []).append(header)
        here: dict[str, list[str]] = {}
        for text, fits in by_key.items():
            columns = [column for column in known[text] if column not in found]
            if len(columns) == len(fits):
                here |= {column: [header] for column, header in zip(columns, fits, strict=True)}
            elif len(columns) == 1:
                here[columns[0]] = fits
            elif columns:
                raise DataError(
                    f"{file}: {len(fits)} columns fit {first_few(columns)}, which have one text: {first_few(fits)}; "
                    "name the right ones in the mapping"
                )
        several = {column: fits for column, fits in here.items() if len(fits) > 1}
        if several:
            column, fits = next(iter(several.items()))
            raise DataError(
                f"{file}: {len(fits)} columns fit {column!r}: {first_few(fits)}; name the right one in the mapping"
            )
        if known is rounds[0][0]:
            _refuse_contradictions(here, questionnaire, texts or {}, (exact, loose), file)
        found.update(here)
        taken |= {header for fits in here.values() for header in fits}
    return {column: tuple(fits) for column, fits in found.items()}


def require_questions(columns: Mapping[str, object], questionnaire: Questionnaire, file: str) -> list[str]:
    """Ask that at least half of the questions are in a file.

    Parameters
    ----------
    columns : mapping
        Columns found.
    questionnaire : Questionnaire
        What was asked.
    file : str
        Name for messages.

    Returns
    -------
    list of str
        Items that are not in the file.

    Raises
    ------
    DataError
        If more than half are not.
    """
    items = [item.id for _, item in flow_of(questionnaire).questions]
    lost = [i for i in items if i not in columns and not any(str(name).startswith(f"{i}_") for name in columns)]
    if len(lost) > len(items) / 2:
        raise DataError(
            f"{file}: {len(lost)} of {len(items)} questions of {questionnaire.id} are not in the file: "
            f"{first_few(lost)}; is the header in the first row, and is it the export of this questionnaire?"
        )
    return lost


def options_by(
    table: pd.DataFrame,
    columns: Mapping[str, Sequence[str]],
    questionnaire: Questionnaire,
    file: str,
    said: Mapping[str, Mapping[str, str]] | None = None,
) -> OptionsBy:
    """Tell from the cells whether options are written as codes or as labels.

    Parameters
    ----------
    table : DataFrame
        Cells as text.
    columns : mapping of str to sequence of str
        Headers by our column.
    questionnaire : Questionnaire
        Codes and labels.
    file : str
        Name for messages.
    said : mapping, optional
        Cells that the user's mapping explains, by column or item; they tell nothing.

    Returns
    -------
    {"code", "label"}

    Raises
    ------
    DataError
        If the cells fit both and the two readings differ.
    """
    codes_fit = labels_fit = 0
    clash: list[str] = []
    for _, item in flow_of(questionnaire).questions:
        if item.type not in ("single", "grid"):
            continue
        choices = item_choices(questionnaire, item)
        codes = Spellings([replace(choice, labels={}) for choice in choices], by="code")
        labels = Spellings([replace(choice, code=f"\x00{choice.code}") for choice in choices], by="label")
        names = [n for n in columns if n == item.id or (item.type == "grid" and n.startswith(f"{item.id}_"))]
        for header in (h for n in names for h in columns[n]):
            for cell in distinct_cells(table[header])[0]:
                plain = cell.strip()
                if any(plain in (said or {}).get(name, ()) for name in (item.id, *names)):
                    continue
                as_code, as_label = codes.find(plain), labels.find(plain)
                codes_fit += as_code is not None
                labels_fit += as_label is not None
                if as_code is not None and as_label is not None and as_label != f"\x00{as_code}":
                    clash.append(f"{item.id}: {plain!r}")
    if clash and codes_fit and labels_fit:
        raise DataError(
            f"{file}: some cells are both a code and the label of another option ({first_few(clash)}); "
            'say variant="codes" or "labels"'
        )
    return "code" if codes_fit >= labels_fit else "label"


def refuse_mixed_versions(
    table: pd.DataFrame, header: str | None, accepted: Sequence[str] | None, expected: str | None, file: str
) -> None:
    """Stop when a file holds several versions of a form, or another one than expected.

    Parameters
    ----------
    table : DataFrame
        Cells as text.
    header : str, optional
        Column with the version.
    accepted : sequence of str, optional
        Versions that the user says can be read together.
    expected : str, optional
        The version of the definition.
    file : str
        Name for messages.

    Raises
    ------
    DataError
        With the count of each version.
    """
    if header is None or header not in table:
        return
    held = table[header].astype("str").str.strip()
    counts = held[held != ""].value_counts()
    fine = set(accepted) if accepted is not None else ({expected} if expected is not None else set())
    strange = [version for version in counts.index if version not in fine]
    if strange and (accepted is not None or expected is not None or len(counts) > 1):
        shown = ", ".join(f"{version} ({count} rows)" for version, count in counts.items())
        raise DataError(
            f"{file}: answers to other versions of the questionnaire: column {header!r} holds {shown}; "
            f"read each version with its own definition, or name those that agree: "
            f"versions={[str(v) for v in counts.index]!r}"
        )
