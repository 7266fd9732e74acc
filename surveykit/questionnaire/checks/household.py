"""Rules about the choice of persons within the household."""

from __future__ import annotations

from collections.abc import Iterator

from surveykit.errors import Problem
from surveykit.questionnaire.definition.models import Item, Questionnaire
from surveykit.questionnaire.definition.structure import Path
from surveykit.questionnaire.definition.text import nearest
from surveykit.questionnaire.routing.evaluate import as_number

__all__ = ["check_household"]


def check_household(q: Questionnaire) -> Iterator[Problem]:
    """The items that hold size and person are numbers from 1 on, must be answered, and cannot be unknown."""
    block = q.household
    if block is None:
        return
    if block.selected is None and block.method in ("kish", "kish_1949", "all"):
        what = f"method {block.method!r} needs the position of the person in the list"
        yield Problem(what, "give selected, a number item", ("household", "selected"))
    if block.selected is not None and block.selected == block.eligible:
        yield Problem("one item cannot hold both size and person", "name two items", ("household", "selected"))
    items = {e.id: e for page in q.flow for e in page.items if isinstance(e, Item)}
    for name in ("eligible", "selected"):
        item = getattr(block, name)
        if item is not None:
            yield from _check_item(items, item, ("household", name))


def _check_item(items: dict[str, Item], name: str, path: Path) -> Iterator[Problem]:
    item = items.get(name)
    if item is None or item.type != "number":
        numbers = [other for other, held in items.items() if held.type == "number"]
        yield Problem(f"{name!r} is no number item", nearest(name, numbers), path)
        return
    least = as_number(item.min) if item.min is not None else None
    if least is None or least < 1:
        yield Problem(f"{name!r} may be answered with less than 1", f"say 'min: 1' in item {name!r}", path)
    if item.decimals:
        yield Problem(f"{name!r} has decimals", f"take 'decimals' out of item {name!r}", path)
    if item.specials:
        what = f"{name!r} may be answered with {', '.join(item.specials)}, and the weight needs the number"
        yield Problem(what, f"take 'specials' out of item {name!r}", path)
    if not item.required:
        yield Problem(f"{name!r} may be left out, and the weight needs it", f"say 'required: true' in {name!r}", path)
