"""Compare the value labels of SPSS and Stata files with the options of the questionnaire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from surveykit.errors import DataError, first_few
from surveykit.questionnaire import Choice, Questionnaire, item_choices
from surveykit.questionnaire.definition.spellings import Spellings, fold_label
from surveykit.questionnaire.definition.structure import flow_of
from surveykit.responses.cells.labels import NO, YES
from surveykit.responses.results import Finding

__all__ = ["compare_value_labels"]

Labels = Mapping[str, Mapping[str, str]]  # label by code by header
SHOWN = 3


def _options(labels: Mapping[str, str], choices: Sequence[Choice]) -> tuple[list[str], list[str]]:
    """Labels of the file that are those of another option, and those that are none's."""
    by_label = Spellings([Choice(f"\x00{c.code}", c.labels) for c in choices], by="label")
    by_code = Spellings([Choice(c.code, {}) for c in choices], by="code")
    own = {c.code: c for c in choices}
    wrong, other = [], []
    for value, label in labels.items():
        code = by_code.find(value)
        if code is None or not label.strip():
            continue
        held = [text for text in own[code].labels.values() if text]
        meant = by_label.find(label)
        if meant == f"\x00{code}" or fold_label(label) in map(fold_label, held):
            continue
        name = f"{value} is {label!r} in the file and {' / '.join(held)!r} in the questionnaire"
        if meant is not None:
            wrong.append(f"{name}, where {label!r} is {meant[1:]}")
        else:
            other.append(name)
    return wrong, other


def _ticks(labels: Mapping[str, str]) -> list[str]:
    """Labels of a column for one option that say the opposite of its values."""
    words = {value: label.strip().casefold() for value, label in labels.items()}
    return [f"{v} is {labels[v]!r} in the file" for v, against in (("1", NO), ("0", YES)) if words.get(v) in against]


def compare_value_labels(
    labels: Labels,
    columns: Mapping[str, Sequence[str]],
    questionnaire: Questionnaire,
    said: Mapping[str, Mapping[str, str]],
    file: str,
) -> list[Finding]:
    """Refuse a file whose codes mean something else than the questionnaire's, and say which labels only differ.

    Parameters
    ----------
    labels : mapping of str to mapping of str to str
        Label by code, by header of the file.
    columns : mapping of str to sequence of str
        Headers by our column.
    questionnaire : Questionnaire
        Its options.
    said : mapping of str to mapping of str to str
        Code of a cell as the user's mapping says, by column or item; such cells are not compared.
    file : str
        Name for messages.

    Returns
    -------
    list of Finding
        None or one: labels that are no option's, whose codes count.

    Raises
    ------
    DataError
        A code has the label of another option, or 1 means "no" in a column for one option; all are named.
    """
    wrong: list[str] = []
    other: list[str] = []
    for _, item in flow_of(questionnaire).questions:
        choices = item_choices(questionnaire, item)
        if not choices:
            continue
        for column, headers in columns.items():
            whole = column == item.id
            if not whole and not (column.startswith(f"{item.id}_") and item.type in ("grid", "multi")):
                continue
            skipped = {**said.get(item.id, {}), **said.get(column, {})}
            held = {value: text for h in headers for value, text in labels.get(h, {}).items() if value not in skipped}
            if item.type == "multi" and not whole:
                wrong += [f"{column}: {text}" for text in _ticks(held)]
                continue
            against, strange = _options(held, choices)
            wrong += [f"{column}: {text}" for text in against]
            other += [f"{column}: {text}" for text in strange]
    if wrong:
        raise DataError(
            f"{file}: value labels that contradict the questionnaire ({len(wrong)}): {'; '.join(wrong[:SHOWN])}; "
            "give the code of each value under 'values:' in a mapping file, or correct the questionnaire"
        )
    if not other:
        return []
    message = f"value labels that are no option's text, whose codes count: {first_few(other, SHOWN)}"
    return [Finding("value_labels_differ", message, count=len(other))]
