"""What changed between two versions of a questionnaire, and which changes break data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args

from surveykit.errors import choose
from surveykit.questionnaire.definition.models import Item, Labels, Questionnaire, Scale
from surveykit.questionnaire.definition.structure import Step, flow_of, item_choices, labels_of
from surveykit.questionnaire.routing.ast import expression_text

__all__ = ["Change", "diff_questionnaires"]

Effect = Literal["breaks", "meaning", "wording", "none"]


@dataclass(frozen=True, slots=True)
class Change:
    """One change.

    Attributes
    ----------
    effect : {"breaks", "meaning", "wording", "none"}
        ``"breaks"``: old and new data cannot stand in one column (a column or a code is gone, a type or the order of a
        scale changed). ``"meaning"``: the columns fit, but who was asked or what could be answered differs.
        ``"wording"``: only texts changed. ``"none"``: nothing that data can show.
    what : str
        The change in words.
    path : tuple of str
        Where: ``("items", "aware")``, ``("scales", "sat5")``.
    """

    effect: Effect
    what: str
    path: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        choose("effect", self.effect, get_args(Effect))

    def __str__(self) -> str:
        return f"{self.effect}: {'.'.join(self.path)}: {self.what}" if self.path else f"{self.effect}: {self.what}"


def diff_questionnaires(old: Questionnaire, new: Questionnaire) -> tuple[Change, ...]:
    """Compare two versions of a questionnaire.

    Parameters
    ----------
    old, new : Questionnaire
        Definitions without problems.

    Returns
    -------
    tuple of Change
        Those that break data first; empty when nothing changed.

    Examples
    --------
    >>> from surveykit.questionnaire import Questionnaire
    >>> def version(codes):
    ...     return Questionnaire.model_validate({
    ...         "surveykit": "1", "id": "tiny", "languages": ["en"], "title": {"en": "Tiny"},
    ...         "scales": {"yn": {"choices": codes}},
    ...         "flow": [{"page": "p", "items": [{"id": "a", "type": "single", "scale": "yn", "en": "Aware?"}]}]})
    >>> for change in diff_questionnaires(version([["1", "Yes"], ["2", "No"]]), version([["1", "Yes"], ["0", "No"]])):
    ...     print(change)
    breaks: items.a: code 2 (No) is now 0
    none: version: the version is still 1: raise it
    """
    found = [*_heads(old, new), *_items(old, new), *_order(old, new)]
    if found and new.version <= old.version:
        found.append(Change("none", f"the version is still {new.version}: raise it", ("version",)))
    ranks = {"breaks": 0, "meaning": 1, "wording": 2, "none": 3}
    return tuple(sorted(found, key=lambda change: ranks[change.effect]))


def _heads(old: Questionnaire, new: Questionnaire) -> Iterator[Change]:
    if old.id != new.id:
        yield Change("none", f"the questionnaire {old.id} is now called {new.id}", ("id",))
    for language in old.languages:
        if language not in new.languages:
            yield Change("wording", f"language {language} is gone", ("languages",))
    for language in new.languages:
        if language not in old.languages:
            yield Change("wording", f"language {language} is new", ("languages",))
    for name in ("title", "intro", "closing"):
        if getattr(old, name) != getattr(new, name):
            yield Change("wording", "the text changed", (name,))
    for name in old.specials:
        before, after = old.specials[name], new.specials.get(name)
        if after is not None and before.code != after.code:
            yield Change("breaks", f"the special code {before.code} is now {after.code}", ("specials", name))
    before_derived = {derived.id: derived for derived in old.derive}
    after_derived = {derived.id: derived for derived in new.derive}
    for name in [*before_derived, *(name for name in after_derived if name not in before_derived)]:
        if before_derived.get(name) != after_derived.get(name):
            what = "is gone" if name not in after_derived else "is new" if name not in before_derived else "changed"
            yield Change("meaning", f"the derived variable {what}; compute it anew", ("derive", name))


def _questions(q: Questionnaire) -> dict[str, tuple[Step, Item]]:
    return {item.id: (step, item) for step, item in flow_of(q).questions}


def _items(old: Questionnaire, new: Questionnaire) -> Iterator[Change]:
    before, after = _questions(old), _questions(new)
    gone = [name for name in before if name not in after]
    added = [name for name in after if name not in before]
    for name in gone:
        twin = next((other for other in added if after[other][1].label == before[name][1].label), None)
        if twin is not None:
            added.remove(twin)
            yield Change("breaks", f"the item {name} is now called {twin}: rename the column", ("items", name))
        else:
            yield Change("breaks", "the item is gone", ("items", name))
    for name in added:
        yield Change("meaning", "the item is new: earlier responses do not have it", ("items", name))
    for name, (step, item) in before.items():
        if name in after:
            yield from _item(old, new, (step, item), after[name])


def _item(
    old: Questionnaire, new: Questionnaire, before: tuple[Step, Item], after: tuple[Step, Item]
) -> Iterator[Change]:
    (first_step, first), (second_step, second) = before, after
    path = ("items", first.id)
    if first.type != second.type:
        yield Change("breaks", f"the type {first.type} is now {second.type}", path)
        return
    yield from _codes(old, new, first, second)
    yield from _rows(old, new, first, second)
    one, two = expression_text(first_step.universe), expression_text(second_step.universe)
    if one != two:
        yield Change("meaning", f"asked if {one!r}, now if {two!r}", path)
    for name, effect in (
        ("required", "meaning"), ("min", "meaning"), ("max", "meaning"), ("decimals", "meaning"),
        ("order", "meaning"), ("fixed", "meaning"), ("widget", "none"),
    ):  # fmt: skip
        was, now = getattr(first, name), getattr(second, name)
        if was != now:
            yield Change(effect, f"{name} was {was!r}, is {now!r}", path)  # type: ignore[arg-type]
    for name in ("label", "hint", "unit", "interviewer"):
        yield from _texts(getattr(first, name), getattr(second, name), name, path)


def _texts(was: Labels, now: Labels, name: str, path: tuple[str, ...]) -> Iterator[Change]:
    for language in was:
        if language in now and was[language] != now[language]:
            yield Change("wording", f"{name} in {language}: {was[language]!r} is now {now[language]!r}", path)


def _codes(old: Questionnaire, new: Questionnaire, first: Item, second: Item) -> Iterator[Change]:
    path = ("items", first.id)
    was = {choice.code: choice for choice in item_choices(old, first)}
    now = {choice.code: choice for choice in item_choices(new, second)}
    added = {code: choice for code, choice in now.items() if code not in was}
    for code, choice in was.items():
        said = next(iter(choice.labels.values()), "")
        if code in now:
            yield from _texts(choice.labels, now[code].labels, f"code {code}", path)
            if choice.special != now[code].special:
                yield Change(
                    "breaks", f"code {code} was {choice.special or 'valid'}, is {now[code].special or 'valid'}", path
                )
            continue
        twin = next((other for other, known in added.items() if known.labels == choice.labels), None)
        if twin is None:
            yield Change("breaks", f"code {code} ({said}) is gone", path)
        else:
            del added[twin]
            yield Change("breaks", f"code {code} ({said}) is now {twin}", path)
    for code, choice in added.items():
        yield Change("meaning", f"code {code} ({next(iter(choice.labels.values()), '')}) is new", path)
    yield from _turned(old.scales.get(first.scale or ""), new.scales.get(second.scale or ""), path)


def _turned(was: Scale | None, now: Scale | None, path: tuple[str, ...]) -> Iterator[Change]:
    if was is None or now is None or len(was.choices) < 2:
        return
    codes, texts = [row[0] for row in was.choices], [row[1:] for row in was.choices]
    if sorted(codes) == sorted(row[0] for row in now.choices):
        found = {row[0]: row[1:] for row in now.choices}
        if [found[code] for code in codes] == texts[::-1]:
            yield Change("breaks", "the scale is reversed: the same codes have the opposite meaning", path)
        elif [found[code] for code in codes] != texts and sorted(map(str, found.values())) == sorted(map(str, texts)):
            yield Change("breaks", "the same codes have other meanings of the same scale", path)
    if was.level != now.level:
        yield Change("meaning", f"the scale was {was.level}, is {now.level}", path)


def _rows(old: Questionnaire, new: Questionnaire, first: Item, second: Item) -> Iterator[Change]:
    path = ("items", first.id)
    was: dict[str, Any] = {row[0]: labels_of(row[1:], old.languages) for row in first.rows}
    now: dict[str, Any] = {row[0]: labels_of(row[1:], new.languages) for row in second.rows}
    for row, labels in was.items():
        if row not in now:
            yield Change("breaks", f"the row {row} is gone", path)
        else:
            yield from _texts(labels, now[row], f"row {row}", path)
    for row in now:
        if row not in was:
            yield Change("meaning", f"the row {row} is new", path)


def _order(old: Questionnaire, new: Questionnaire) -> Iterator[Change]:
    before, after = list(_questions(old)), list(_questions(new))
    kept = [name for name in before if name in after]
    if kept != [name for name in after if name in before]:
        yield Change("meaning", "the questions stand in another order", ("flow",))
