"""Match headers to data columns by id, then by text, for layouts that write one header per column."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from surveykit.errors import DataError, first_few
from surveykit.questionnaire import ColumnMap, Questionnaire, item_choices, questionnaire_variables
from surveykit.questionnaire.definition.structure import flow_of
from surveykit.responses.cells.labels import normalise_header, normalise_label
from surveykit.responses.cells.values import OptionsBy, distinct_cells

__all__ = ["flat_columns", "options_by", "refuse_mixed_versions", "require_questions"]


def _wanted(questionnaire: Questionnaire) -> tuple[dict[str, str], dict[str, str]]:
    """Names in small letters by which a column may be called, and normalised texts, each with our column."""
    names: dict[str, str] = {}
    texts: dict[str, str] = {}
    for variable in questionnaire_variables(questionnaire):
        names[variable.id.lower()] = variable.id
        if variable.kind == "multi":
            names.setdefault(variable.item.lower(), variable.item)
            names[f"{variable.item}/{variable.option}".lower()] = variable.id
        for language, label in variable.labels.items():
            texts[normalise_label(label)] = variable.id
            part = variable.part_labels.get(language)
            if variable.kind == "multi" and part and not variable.other_text:
                texts[normalise_label(label.removesuffix(f" — {part}"))] = variable.item
    return names, texts


def flat_columns(
    headers: Sequence[str],
    questionnaire: Questionnaire,
    key: Callable[[str], str],
    *,
    column_map: ColumnMap | None = None,
    mapping: Mapping[str, Sequence[str]] | None = None,
    file: str = "",
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

    Returns
    -------
    dict of str to tuple of str
        Headers by data column or item.

    Raises
    ------
    DataError
        If two headers fit one column: all candidates are listed.
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
    names, texts = _wanted(questionnaire)
    rounds: tuple[tuple[Mapping[str, str], Callable[[str], str]], ...] = (
        (names, lambda header: key(header).lower()),
        (texts, normalise_header),
    )
    for known, made in rounds:
        here: dict[str, list[str]] = {}
        for header in headers:
            column = known.get(made(header))
            if header not in taken and column is not None and column not in found:
                here.setdefault(column, []).append(header)
        several = {column: fits for column, fits in here.items() if len(fits) > 1}
        if several:
            column, fits = next(iter(several.items()))
            raise DataError(
                f"{file}: {len(fits)} columns fit {column!r}: {first_few(fits)}; name the right one in the mapping"
            )
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
    clash = False
    for _, item in flow_of(questionnaire).questions:
        if item.type not in ("single", "grid"):
            continue
        choices = item_choices(questionnaire, item)
        codes = {choice.code for choice in choices}
        labels = {normalise_label(text): choice.code for choice in choices for text in choice.labels.values()}
        names = [n for n in columns if n == item.id or (item.type == "grid" and n.startswith(f"{item.id}_"))]
        for header in (h for n in names for h in columns[n]):
            for cell in distinct_cells(table[header])[0]:
                plain = cell.strip()
                if any(plain in (said or {}).get(name, ()) for name in (item.id, *names)):
                    continue
                in_codes, as_label = plain in codes, labels.get(normalise_label(plain)) if plain else None
                codes_fit += in_codes
                labels_fit += as_label is not None
                clash = clash or (in_codes and as_label not in (None, plain))
    if clash and codes_fit and labels_fit:
        raise DataError(
            f'{file}: some cells are both a code and the label of another option; say variant="codes" or "labels"'
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
