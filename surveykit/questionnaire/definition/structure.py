"""What the parts of a definition come to when they are put together: choices, steps, bound conditions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from surveykit.questionnaire.definition.binding import bind
from surveykit.questionnaire.definition.models import End, Item, Labels, Page, Questionnaire, Scale
from surveykit.questionnaire.definition.once import once
from surveykit.questionnaire.routing.ast import Const, Expression, conjunction, negation
from surveykit.questionnaire.routing.parser import parse_expression

__all__ = [
    "Choice",
    "Flow",
    "Path",
    "Step",
    "choices_of",
    "flow_of",
    "item_choices",
    "labels_of",
    "scale_choices",
]

Path = tuple[str | int, ...]
OTHER: Labels = {"zh": "其他（请注明）", "en": "Other (please specify)"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a question.

    Attributes
    ----------
    code : str
        What is stored.
    labels : mapping
        Text per language.
    special : {"", "dk", "rf"}
        The kind of missing value that it means, or "".
    other : bool
        Whether a text follows it.
    """

    code: str
    labels: Labels = field(hash=False)
    special: str = ""
    other: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of the flow with its conditions, bound and expanded.

    Attributes
    ----------
    page, entry : Page, Item or End
        The page and the entry.
    number : int
        Number of the question as printed, from 1; 0 for notes and ends.
    condition, page_condition : Expression
        The entry's own condition, and that of its page.
    own : Expression
        Conditions of the page and of the entry together.
    universe : Expression
        ``own``, and none of the earlier ends.
    on_page : Expression
        What the page as a whole asks for: its condition, and none of the ends on earlier pages.
    in_page : Expression
        What the entry asks for on its page: its condition, and none of the ends before it on the page. ``on_page`` and
        ``in_page`` together mean the same as ``universe``.
    path : tuple
        Place of the entry in the mapping.
    """

    page: Page
    page_index: int
    entry: Item | End
    number: int
    condition: Expression
    page_condition: Expression
    own: Expression
    universe: Expression
    on_page: Expression
    in_page: Expression
    path: Path


def labels_of(texts: tuple[str, ...], languages: tuple[str, ...]) -> Labels:
    """Pair ``(first, second, ...)`` with the languages; what is missing is left out."""
    return {language: text for language, text in zip(languages, texts, strict=False) if text}


def scale_choices(questionnaire: Questionnaire, scale: Scale) -> tuple[Choice, ...]:
    """Return the listed choices, then "other", then the specials of a scale."""
    languages = questionnaire.languages
    choices = [Choice(row[0], labels_of(row[1:], languages)) for row in scale.choices if row]
    if scale.other is not None:
        labels = scale.other_label or {language: OTHER.get(language, OTHER["en"]) for language in languages}
        choices.append(Choice(scale.other, labels, other=True))
    return (*choices, *_specials(questionnaire, scale.specials))


def _specials(questionnaire: Questionnaire, names: tuple[str, ...]) -> Iterator[Choice]:
    for name in names:
        special = questionnaire.specials.get(name)
        if special is not None:
            yield Choice(special.code, special.label, special=special.missing)


def choices_of(questionnaire: Questionnaire, scale_id: str) -> tuple[Choice, ...]:
    """Return the choices of a scale by its id."""
    return scale_choices(questionnaire, questionnaire.scales[scale_id])


def item_choices(questionnaire: Questionnaire, item: Item) -> tuple[Choice, ...]:
    """Return the choices of an item: those of its scale and its own specials."""
    listed: tuple[Choice, ...] = ()
    if item.scale is not None and item.scale in questionnaire.scales:
        listed = choices_of(questionnaire, item.scale)
    return (*listed, *_specials(questionnaire, item.specials))


@dataclass(frozen=True, eq=False)
class Flow:
    """The steps of a questionnaire."""

    steps: tuple[Step, ...]

    @cached_property
    def by_id(self) -> dict[str, tuple[Step, Item]]:
        """Steps that hold an item with an answer, by the id of the item."""
        return {item.id: (step, item) for step, item in self.questions}

    @cached_property
    def questions(self) -> tuple[tuple[Step, Item], ...]:
        """Steps that hold an item with an answer."""
        return tuple((s, s.entry) for s in self.steps if isinstance(s.entry, Item) and s.entry.type != "note")


@once
def flow_of(questionnaire: Questionnaire) -> Flow:
    """Return the flow, computed once for each object; the definition must be free of errors of routing."""
    found: list[Step] = []
    ended: list[Expression] = []
    number = 0
    for p, page in enumerate(questionnaire.flow):
        page_condition = _bound(page.ask_if, questionnaire)
        before = len(ended)
        on_page = conjunction(page_condition, *ended)
        for i, entry in enumerate(page.items):
            text = entry.condition if isinstance(entry, End) else entry.ask_if
            condition = _bound(text, questionnaire)
            own = conjunction(page_condition, condition)
            in_page = conjunction(condition, *ended[before:])
            universe = conjunction(own, *ended)
            asked = isinstance(entry, Item) and entry.type != "note"
            number += asked
            path: Path = ("flow", p, "items", i)
            found.append(
                Step(
                    page,
                    p,
                    entry,
                    number if asked else 0,
                    condition,
                    page_condition,
                    own,
                    universe,
                    on_page,
                    in_page,
                    path,
                )
            )
            if isinstance(entry, End):
                ended.append(negation(own))
    return Flow(tuple(found))


def _bound(text: str | None, questionnaire: Questionnaire) -> Expression:
    return Const(True) if text is None else bind(parse_expression(text), questionnaire)
