"""The columns of the data that a questionnaire makes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from surveykit.errors import choose
from surveykit.questionnaire.definition.models import Item, Labels, Level, Questionnaire
from surveykit.questionnaire.definition.once import once
from surveykit.questionnaire.definition.structure import Step, flow_of, item_choices, labels_of, scale_choices
from surveykit.questionnaire.routing.ast import Expression

__all__ = ["Variable", "derived_variables", "questionnaire_variables"]

Kind = Literal["single", "multi", "grid", "number", "text", "date"]
VariableLevel = Literal[Level, ""]


@dataclass(frozen=True, slots=True)
class Variable:
    """One column of the flat data.

    Attributes
    ----------
    id : str
        The column: the item id; ``item_row`` for a grid row; ``item_code`` for an option of a multi (boolean);
        ``item_code_text`` for the words after "other".
    item : str
        The item that it belongs to.
    kind : {"single", "multi", "grid", "number", "text", "date"}
        What it holds.
    labels : mapping
        Full wording per language; for a grid row or an option, the question and the row or option.
    part_labels : mapping
        The row or option alone; empty otherwise.
    row, option : str, optional
        The grid row, or the code of the option.
    other_text : bool
        Whether it holds the words after "other".
    choices : tuple of (code, labels)
        Valid codes without specials; for a multi, the codes of the item.
    specials : tuple of (code, kind)
        Special codes with ``"dk"`` or ``"rf"``.
    level : {"nominal", "ordinal", ""}
        Level of the scale.
    ask_if : Expression
        Conditions of page and item, bound; ``Const(True)`` when asked of everybody.
    universe : Expression
        ``ask_if`` and none of the earlier ends.
    required : bool
        Whether an asked respondent must answer.
    number : int
        Number of the question in print.
    """

    id: str
    item: str
    kind: Kind
    labels: Labels
    part_labels: Labels
    row: str | None
    option: str | None
    other_text: bool
    choices: tuple[tuple[str, Labels], ...]
    specials: tuple[tuple[str, str], ...]
    level: VariableLevel
    ask_if: Expression
    universe: Expression
    required: bool
    number: int

    def __post_init__(self) -> None:
        choose("level", self.level, get_args(VariableLevel))
        choose("kind", self.kind, get_args(Kind))


@once
def questionnaire_variables(questionnaire: Questionnaire) -> tuple[Variable, ...]:
    """Return the columns of the data, in the order of asking.

    Parameters
    ----------
    questionnaire : Questionnaire
        A definition without problems.

    Returns
    -------
    tuple of Variable
        Notes and ends have none; derived variables are in :func:`derived_variables`.

    Examples
    --------
    >>> from surveykit.questionnaire import Questionnaire, questionnaire_variables
    >>> q = Questionnaire.model_validate({
    ...     "surveykit": "1", "id": "tiny", "languages": ["en"], "title": {"en": "Tiny"},
    ...     "scales": {"yn": {"choices": [["1", "Yes"], ["2", "No"]]}},
    ...     "flow": [{"page": "p", "items": [{"id": "a", "type": "multi", "scale": "yn", "en": "Which?"}]}]})
    >>> [v.id for v in questionnaire_variables(q)]
    ['a_1', 'a_2']
    """
    found: list[Variable] = []
    for step, item in flow_of(questionnaire).questions:
        found.extend(_columns(questionnaire, step, item))
    return tuple(found)


def _columns(questionnaire: Questionnaire, step: Step, item: Item) -> Iterator[Variable]:
    choices = item_choices(questionnaire, item)
    plain = tuple((choice.code, choice.labels) for choice in choices if not choice.special)
    specials = tuple((choice.code, choice.special) for choice in choices if choice.special)
    level: VariableLevel = questionnaire.scales[item.scale].level if item.scale in questionnaire.scales else ""

    def column(name: str, kind: Kind, part: Labels, **more: object) -> Variable:
        labels = {key: f"{text} — {part[key]}" if key in part else text for key, text in item.label.items()}
        rest: dict[str, object] = {"row": None, "option": None, "other_text": False, **more}
        return Variable(
            id=name, item=item.id, kind=kind, labels=labels, part_labels=part, choices=plain, specials=specials,
            level=level, ask_if=step.own, universe=step.universe, required=item.required, number=step.number,
            **rest,  # type: ignore[arg-type]
        )  # fmt: skip

    if item.type == "grid":
        for row in item.rows:
            yield column(f"{item.id}_{row[0]}", "grid", labels_of(row[1:], questionnaire.languages), row=row[0])
    elif item.type == "multi":
        for choice in choices:
            yield column(f"{item.id}_{choice.code}", "multi", choice.labels, option=choice.code)
    elif item.type != "note":
        yield column(item.id, item.type, {})
    if item.type in ("single", "multi"):
        for choice in choices:
            if choice.other:
                name = f"{item.id}_{choice.code}_text"
                yield column(name, "text", choice.labels, option=choice.code, other_text=True)


def derived_variables(questionnaire: Questionnaire) -> dict[str, tuple[tuple[str, Labels], ...]]:
    """Return the id and the choices of each derived variable."""
    return {
        derived.id: tuple(
            (choice.code, choice.labels)
            for choice in scale_choices(questionnaire, questionnaire.scales[derived.scale])
            if not choice.special
        )
        for derived in questionnaire.derive
    }
