"""Rules about each item by its type, derived variables and quotas."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from surveykit.errors import Problem
from surveykit.questionnaire.definition.models import Derived, Item, Questionnaire
from surveykit.questionnaire.definition.structure import Path, item_choices
from surveykit.questionnaire.definition.text import nearest
from surveykit.questionnaire.routing.evaluate import as_number

__all__ = ["check_derived", "check_items", "check_quotas"]

_ALLOWED: dict[str, set[str]] = {
    "single": {"scale", "required", "order", "fixed", "widget"},
    "multi": {"scale", "required", "order", "fixed", "max", "min"},
    "grid": {"scale", "required", "order", "fixed", "rows"},
    "number": {"required", "min", "max", "decimals", "specials", "unit"},
    "text": {"required", "max", "widget"},
    "date": {"required", "min", "max", "specials"},
    "note": set(),
}
_ALWAYS = {"id", "type", "label", "ask_if", "interviewer", "hint", "source"}


def check_items(q: Questionnaire) -> Iterator[Problem]:
    """Each item has what its type needs and nothing that it cannot use."""
    for p, page in enumerate(q.flow):
        for i, item in enumerate(page.items):
            if isinstance(item, Item):
                yield from _check_item(q, item, ("flow", p, "items", i))


def _check_item(q: Questionnaire, item: Item, path: Path) -> Iterator[Problem]:
    allowed = _ALLOWED[item.type]
    for name in sorted(item.model_fields_set - allowed - _ALWAYS):
        todo = f"a {item.type} item takes {', '.join(sorted(allowed)) or 'a text only'}; remove it"
        yield Problem(f"{name!r} does nothing for a {item.type} item", todo, (*path, name))
    if "scale" in allowed:
        if item.scale is None:
            yield Problem(f"a {item.type} item needs a scale", f"add 'scale: ...' ({', '.join(q.scales)})", path)
        elif item.scale not in q.scales:
            yield Problem(f"unknown scale {item.scale!r}", nearest(item.scale, q.scales), (*path, "scale"))
    for name in item.specials:
        if name not in q.specials:
            yield Problem(f"unknown special {name!r}", nearest(name, q.specials), (*path, "specials"))
    if item.type == "grid":
        if len(item.rows) < 2:
            yield Problem(
                f"a grid needs two rows at least, it has {len(item.rows)}", "add rows or make it single", path
            )
        if q.scales.get(item.scale or "") is not None and q.scales[item.scale or ""].other is not None:
            yield Problem("the scale of a grid cannot have 'other'", "use another scale", (*path, "scale"))
    codes = {row[0] for row in item.rows if row} if item.type == "grid" else {c.code for c in item_choices(q, item)}
    for code in item.fixed:
        if code not in codes:
            yield Problem(f"fixed {code!r} is not among the choices", nearest(code, sorted(codes)), (*path, "fixed"))
    yield from _check_range(q, item, path)


def _check_range(q: Questionnaire, item: Item, path: Path) -> Iterator[Problem]:
    values: list[float] = []
    for name in ("min", "max"):
        text = getattr(item, name)
        if text is None:
            continue
        number = _date(text) if item.type == "date" else as_number(text)
        if number is None:
            wanted = "a date such as 2021-05-31" if item.type == "date" else "a number"
            yield Problem(f"{name} is {text!r}", f"write {wanted}", (*path, name))
            return
        if item.type in ("multi", "text") and (number < 1 or number != int(number)):
            yield Problem(f"{name} is {text!r}", "write a whole number from 1", (*path, name))
        values.append(number)
    if len(values) == 2 and values[0] > values[1]:
        yield Problem(f"min {item.min} is above max {item.max}", "swap them", (*path, "min"))
    if item.type == "number":
        low, high = as_number(item.min), as_number(item.max)
        for name in item.specials:
            special = q.specials.get(name)
            code = as_number(special.code) if special is not None else None
            if code is not None and (low is None or code >= low) and (high is None or code <= high):
                todo = "narrow min and max, or use a code outside of them such as -1"
                yield Problem(f"special code {code:g} is also a valid number", todo, (*path, "specials"))


def _date(text: str) -> float | None:
    try:
        return float(dt.date.fromisoformat(text).toordinal())
    except ValueError:
        return None


def check_derived(q: Questionnaire) -> Iterator[Problem]:
    """Derived variables have a scale and one rule, and cut points that cover the range."""
    items = {e.id: e for page in q.flow for e in page.items if isinstance(e, Item)}
    for d, derived in enumerate(q.derive):
        path: Path = ("derive", d)
        scale = q.scales.get(derived.scale)
        if scale is None:
            yield Problem(f"unknown scale {derived.scale!r}", nearest(derived.scale, q.scales), (*path, "scale"))
        if (derived.cut is None) == (not derived.when):
            yield Problem("a derived variable needs either 'cut' or 'when'", "give exactly one", path)
        if scale is None:
            continue
        codes = [row[0] for row in scale.choices if row]
        for w, (code, _) in enumerate(derived.when):
            if code not in codes:
                yield Problem(f"code {code!r} is not in the scale", nearest(code, codes), (*path, "when", w))
        if derived.cut is not None:
            yield from _check_cut(derived, codes, items, path)


def _check_cut(derived: Derived, codes: list[str], items: dict[str, Item], path: Path) -> Iterator[Problem]:
    cut = derived.cut
    assert cut is not None
    source = items.get(cut.of)
    limits = [as_number(limit) for limit in cut.at]
    known = [limit for limit in limits if limit is not None]
    if source is None or source.type != "number":
        numbers = [name for name, item in items.items() if item.type == "number"]
        yield Problem(f"{cut.of!r} is not a number item", nearest(cut.of, numbers), (*path, "cut", "of"))
    if len(known) < len(limits) or known != sorted(set(known)):
        yield Problem("the limits do not rise", "write rising numbers", (*path, "cut", "at"))
    if len(limits) != len(codes):
        todo = "give the lower limit of each code"
        yield Problem(f"{len(limits)} limits for {len(codes)} codes", todo, (*path, "cut", "at"))


def check_quotas(q: Questionnaire) -> Iterator[Problem]:
    """Quota variables exist and have codes."""
    coded = {e.id for page in q.flow for e in page.items if isinstance(e, Item) and e.type == "single"}
    known = sorted(coded | {derived.id for derived in q.derive})
    for k, quota in enumerate(q.quotas):
        for name in quota.by:
            if name not in known:
                todo = nearest(name, known, "quotas go by single items and derived variables")
                yield Problem(f"quota variable {name!r} is unknown", todo, ("quotas", k, "by"))
