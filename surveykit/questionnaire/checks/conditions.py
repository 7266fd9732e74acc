"""Rules about routing expressions and piping."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from surveykit.errors import Problem
from surveykit.questionnaire.checks.names import label_places
from surveykit.questionnaire.definition.models import End, Item, Questionnaire
from surveykit.questionnaire.definition.structure import Path, item_choices
from surveykit.questionnaire.definition.text import nearest, piped_ids
from surveykit.questionnaire.routing.ast import (
    And,
    Answered,
    Compare,
    Const,
    Count,
    Expression,
    Has,
    In,
    Not,
    Or,
    references,
)
from surveykit.questionnaire.routing.evaluate import as_number
from surveykit.questionnaire.routing.parser import RoutingError, parse_expression

__all__ = ["check_conditions", "check_piping", "conditions_of"]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition as written: its owner, its place in the flow and its text."""

    owner: str
    position: tuple[int, int]
    text: str
    path: Path


def conditions_of(q: Questionnaire) -> Iterator[Condition]:
    """Yield the conditions of pages, items, ends and derived variables."""
    for p, page in enumerate(q.flow):
        if page.ask_if is not None:
            yield Condition(page.page, (p, -1), page.ask_if, ("flow", p, "ask_if"))
        for i, entry in enumerate(page.items):
            path: Path = ("flow", p, "items", i)
            if isinstance(entry, End):
                yield Condition(f"end {entry.end}", (p, i), entry.condition, (*path, "if"))
            elif entry.ask_if is not None:
                yield Condition(entry.id, (p, i), entry.ask_if, (*path, "ask_if"))
    last = (len(q.flow), 0)
    for d, derived in enumerate(q.derive):
        for w, (_, text) in enumerate(derived.when):
            yield Condition(derived.id, last, text, ("derive", d, "when", w))


def positions(q: Questionnaire) -> dict[str, tuple[int, int]]:
    """Return where each item and derived variable is known: after the last item that it is made from."""
    found = {e.id: (p, i) for p, page in enumerate(q.flow) for i, e in enumerate(page.items) if isinstance(e, Item)}
    for derived in q.derive:
        names = [derived.cut.of] if derived.cut is not None else []
        for _, text in derived.when:
            try:
                names += [ref.id for ref in references(parse_expression(text))]
            except RoutingError:
                continue
        found.setdefault(derived.id, max((found[name] for name in names if name in found), default=(-1, -1)))
    return found


def check_conditions(q: Questionnaire) -> Iterator[Problem]:
    """Syntax, names, levels, codes and order of all conditions."""
    items = {e.id: e for page in q.flow for e in page.items if isinstance(e, Item)}
    places = positions(q)
    forward: dict[str, set[str]] = {}
    pending: list[tuple[Condition, str]] = []
    for condition in conditions_of(q):
        try:
            tree = parse_expression(condition.text)
        except RoutingError as error:
            yield Problem(
                f"{error.what} at character {error.position + 1} of {error.expression!r}", error.todo, condition.path
            )
            continue
        yield from (problem for test in _tests(tree) for problem in _check_test(q, test, items, condition))
        derived = condition.path[0] == "derive"
        for name in dict.fromkeys(ref.id for ref in references(tree)):
            if name == condition.owner:
                yield Problem(f"{name!r} is asked depending on itself", "remove the test of itself", condition.path)
            elif derived and any(name == other.id for other in q.derive):
                yield Problem(f"derived variable {name!r} in a derived variable", "name items only", condition.path)
            elif name in places and places[name] >= condition.position:
                forward.setdefault(condition.owner, set()).add(name)
                pending.append((condition, name))
    uses = _uses(q)
    for condition, name in pending:
        circle = _circle(condition.owner, name, uses)
        if circle:
            shown = " -> ".join([condition.owner, *circle])
            yield Problem(
                f"questions depend on each other in a circle: {shown}", "remove one of the tests", condition.path
            )
        else:
            what = f"{name!r} is asked later (or on the same page at or after this)"
            yield Problem(what, "move it before this place, or change the condition", condition.path)


def _uses(q: Questionnaire) -> dict[str, set[str]]:
    uses: dict[str, set[str]] = {}
    inside = {page.page: [e.id for e in page.items if isinstance(e, Item)] for page in q.flow}
    for condition in conditions_of(q):
        try:
            names = {ref.id for ref in references(parse_expression(condition.text))}
        except RoutingError:
            continue
        for owner in [condition.owner, *inside.get(condition.owner, [])]:
            uses.setdefault(owner, set()).update(names)
    return uses


def _circle(owner: str, start: str, uses: Mapping[str, set[str]]) -> list[str]:
    trail: list[tuple[str, list[str]]] = [(start, [start])]
    seen = {start}
    while trail:
        name, way = trail.pop()
        for following in sorted(uses.get(name, ())):
            if following == owner:
                return [*way, owner]
            if following not in seen:
                seen.add(following)
                trail.append((following, [*way, following]))
    return []


Test = Compare | In | Has | Answered | Count


def _tests(tree: Expression) -> Iterator[Test]:
    match tree:
        case And(operands) | Or(operands):
            for part in operands:
                yield from _tests(part)
        case Not(operand):
            yield from _tests(operand)
        case Const():
            return
        case _:
            yield tree


def _check_test(q: Questionnaire, test: Test, items: Mapping[str, Item], condition: Condition) -> Iterator[Problem]:
    ref, path = test.ref, condition.path
    derived = next((entry for entry in q.derive if entry.id == ref.id), None)
    item = items.get(ref.id)
    if item is None and derived is None:
        known = [*items, *(entry.id for entry in q.derive)]
        yield Problem(f"unknown item {ref.text!r} in {condition.text!r}", nearest(ref.id, known), path)
        return
    kind = "single" if item is None else item.type
    rows = [row[0] for row in item.rows if row] if item is not None and kind == "grid" else []
    if kind == "grid" and ref.row not in rows:
        what = f"the grid {ref.id!r} is named without a row" if ref.row is None else f"unknown row {ref.text!r}"
        yield Problem(what, nearest(ref.row or "", rows, f"write {ref.id}.{rows[0] if rows else 'row'}"), path)
    elif ref.row is not None and kind != "grid":
        yield Problem(f"{ref.id!r} is no grid and has no row {ref.row!r}", f"write {ref.id}", path)
    if kind == "note":
        yield Problem(f"{ref.id!r} is a note and has no answer", "name a question", path)
    elif isinstance(test, Has | Count) and kind != "multi":
        yield Problem(f"'has' and count() need a multiple choice, {ref.id!r} is {kind}", f"write {ref.id} == ...", path)
    elif isinstance(test, Compare | In) and kind == "multi":
        yield Problem(f"{ref.id!r} is a multiple choice", f"write {ref.id} has ...", path)
    elif isinstance(test, Compare | In) and kind in ("text", "date"):
        yield Problem(f"{ref.id!r} is a {kind} and cannot be compared", f"write answered({ref.id})", path)
    elif not isinstance(test, Answered | Count):
        scale_id = derived.scale if derived is not None else item.scale if item is not None else None
        yield from _check_codes(q, test, item, scale_id, path)


def _check_codes(
    q: Questionnaire, test: Compare | In | Has, item: Item | None, scale_id: str | None, path: Path
) -> Iterator[Problem]:
    values = test.values if isinstance(test, In) else (test.value,)
    ordered = isinstance(test, Compare) and test.op not in ("==", "!=")
    if item is not None and item.type == "number":
        specials = {choice.code for choice in item_choices(q, item)}
        for value in values:
            if as_number(value) is None and value not in specials:
                yield Problem(f"{test.ref.text!r} is a number and is compared with {value!r}", "write a number", path)
        return
    scale = q.scales.get(scale_id or "")
    if scale is None:
        return
    codes = [row[0] for row in scale.choices if row]
    if item is not None:
        codes = [choice.code for choice in item_choices(q, item)]
    if ordered and scale.level == "nominal":
        todo = "use == or in, or declare 'level: ordinal'"
        yield Problem(f"{test.ref.text!r} is nominal and has no order", todo, path)
    special = {choice.code for choice in item_choices(q, item) if choice.special} if item is not None else set()
    for value in values:
        if ordered and value in special:
            yield Problem(f"{value!r} is a special code and has no order", "compare it with == or !=", path)
        elif value not in codes:
            yield Problem(f"code {value!r} is not in the scale of {test.ref.text!r}", nearest(value, codes), path)


def check_piping(q: Questionnaire) -> Iterator[Problem]:
    """``{{id}}`` names an earlier item whose answer can be written."""
    items = {e.id: e for page in q.flow for e in page.items if isinstance(e, Item)}
    places = positions(q)
    for labels, path, _ in label_places(q):
        position = (int(path[1]), int(path[3]) if len(path) > 3 else -1) if path[0] == "flow" else (-1, -1)
        for language, text in labels.items():
            for name in piped_ids(text):
                place = (*path, language)
                if name not in items:
                    yield Problem(f"unknown item {name!r} in a text", nearest(name, items), place)
                elif items[name].type not in ("single", "number", "text", "date", "multi"):
                    yield Problem(
                        f"the answer to {name!r} cannot stand in a text", "name a question of one answer", place
                    )
                elif places[name] >= position:
                    yield Problem(f"{name!r} in a text is asked later", "only earlier answers are known", place)
