"""Walk through a questionnaire with every combination of answers that can make a difference.

Values of an answer that no later condition tells apart are one case, and an answer is forgotten after the last
condition that names it, so that the walk is exact and yet small. Above a cap on the number of cases the walk says that
nothing is proved. A required question that is asked counts as answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import Any

from surveykit.questionnaire.definition.models import End, Item, Questionnaire
from surveykit.questionnaire.definition.structure import Path, Step, flow_of, item_choices
from surveykit.questionnaire.routing.ast import And, Answered, Compare, Const, Count, Expression, Has, In, Not, Or
from surveykit.questionnaire.routing.evaluate import as_number, evaluate

__all__ = ["Walk", "walk"]

CASES = 200_000
Value = str | float | tuple[str, ...] | None


@dataclass(frozen=True)
class Walk:
    """What can happen in a questionnaire.

    Attributes
    ----------
    reached : mapping of path to answers
        Each step that can be reached, with one set of answers that leads there.
    always : frozenset of path
        Steps that everybody comes to who has not ended early.
    constant : frozenset of path
        Steps with a condition that always holds where it is tested.
    shortest, longest : int
        Fewest and most answers of anybody who goes through to the end; a grid row counts as one.
    unproved : tuple of path
        Steps about which nothing is known, because there were too many cases.
    vectors : tuple of mapping
        Sets of answers that together reach every step that can be reached, skip every one that can be skipped, and
        end in every early end.
    cases : int
        Most cases at one time.
    """

    reached: Mapping[Path, Mapping[str, Any]]
    always: frozenset[Path]
    constant: frozenset[Path]
    shortest: int
    longest: int
    unproved: tuple[Path, ...]
    vectors: tuple[Mapping[str, Any], ...]
    cases: int


@dataclass
class _Case:
    answers: dict[str, Any]
    fewest: int
    most: int


@dataclass
class _Log:
    reached: dict[Path, Mapping[str, Any]] = field(default_factory=dict)
    skipped: dict[Path, Mapping[str, Any]] = field(default_factory=dict)
    constant: set[Path] = field(default_factory=set)
    ended: list[Mapping[str, Any]] = field(default_factory=list)
    cases: int = 1


def walk(questionnaire: Questionnaire, cap: int = CASES) -> Walk:
    """Enumerate what can be asked.

    Parameters
    ----------
    questionnaire : Questionnaire
        A definition whose routing has no errors.
    cap : int
        Most cases at one time; the rest of the questionnaire is then not proved.

    Returns
    -------
    Walk
        What can be reached and what cannot.
    """
    steps = flow_of(questionnaire).steps
    tests = _tests_by_column(steps)
    last_use = {column: max(k for _, k in pairs) for column, pairs in tests.items()}
    live: list[str] = []
    cases: dict[tuple[Value, ...], _Case] = {(): _Case({}, 0, 0)}
    log = _Log()
    for k, step in enumerate(steps):
        live, cases = _forget(live, cases, [c for c in live if last_use[c] >= k])
        new = _domains(questionnaire, step, tests, k)
        if new is None or len(cases) * _size(new) > cap:
            return _result(steps, log, cases, steps[k:])
        cases = _advance(step, live, cases, new, log)
        live = [*live, *new]
        log.cases = max(log.cases, len(cases))
    return _result(steps, log, cases, ())


def _size(domains: Mapping[str, list[Value]]) -> int:
    size = 1
    for values in domains.values():
        size *= len(values)
    return size


def _result(steps: tuple[Step, ...], log: _Log, cases: Mapping[tuple[Value, ...], _Case], rest: Iterable[Step]) -> Walk:
    unproved = tuple(step.path for step in rest)
    known = [step.path for step in steps if step.path not in set(unproved)]
    vectors: dict[str, Mapping[str, Any]] = {}
    for answers in [*log.reached.values(), *log.skipped.values(), *log.ended]:
        vectors.setdefault(repr(sorted(answers.items())), answers)
    return Walk(
        reached=log.reached,
        always=frozenset(path for path in known if path in log.reached and path not in log.skipped),
        constant=frozenset(log.constant),
        shortest=min((case.fewest for case in cases.values()), default=0),
        longest=max((case.most for case in cases.values()), default=0),
        unproved=unproved,
        vectors=tuple(vectors.values()),
        cases=log.cases,
    )


def _forget(
    live: list[str], cases: dict[tuple[Value, ...], _Case], keep: list[str]
) -> tuple[list[str], dict[tuple[Value, ...], _Case]]:
    if keep == live:
        return live, cases
    places = [live.index(column) for column in keep]
    merged: dict[tuple[Value, ...], _Case] = {}
    for key, case in cases.items():
        _merge(merged, tuple(key[place] for place in places), case)
    return keep, merged


def _merge(cases: dict[tuple[Value, ...], _Case], key: tuple[Value, ...], case: _Case) -> None:
    known = cases.get(key)
    if known is None:
        cases[key] = case
    else:
        cases[key] = _Case(known.answers, min(known.fewest, case.fewest), max(known.most, case.most))


def _advance(
    step: Step, live: list[str], cases: dict[tuple[Value, ...], _Case], new: dict[str, list[Value]], log: _Log
) -> dict[tuple[Value, ...], _Case]:
    following: dict[tuple[Value, ...], _Case] = {}
    missing: tuple[Value, ...] = (None,) * len(new)
    combos = list(product(*new.values()))
    weight = _answers(step)
    for key, case in cases.items():
        held = dict(zip(live, key, strict=True))
        if not evaluate(step.own, held):
            log.skipped.setdefault(step.path, case.answers)
            _merge(following, key + missing, case)
            continue
        log.reached.setdefault(step.path, case.answers)
        if isinstance(step.entry, End):
            log.ended.append(case.answers)
            continue
        for combo in combos:
            answers = {**case.answers, **{c: v for c, v in zip(new, combo, strict=True) if v is not None}}
            _merge(following, key + combo, _Case(answers, case.fewest + weight, case.most + weight))
    if step.own != Const(True) and step.path in log.reached and step.path not in log.skipped:
        log.constant.add(step.path)
    return following


def _answers(step: Step) -> int:
    if isinstance(step.entry, End) or step.entry.type == "note":
        return 0
    return len(step.entry.rows) if step.entry.type == "grid" else 1


Test = Compare | In | Has | Answered | Count


def _leaves(tree: Expression) -> list[Test]:
    match tree:
        case And(operands) | Or(operands):
            return [leaf for part in operands for leaf in _leaves(part)]
        case Not(operand):
            return _leaves(operand)
        case Const():
            return []
    return [tree]


def _tests_by_column(steps: tuple[Step, ...]) -> dict[str, list[tuple[Test, int]]]:
    found: dict[str, list[tuple[Test, int]]] = {}
    for k, step in enumerate(steps):
        for leaf in _leaves(step.own):
            found.setdefault(leaf.ref.column, []).append((leaf, k))
    return found


def _domains(
    questionnaire: Questionnaire, step: Step, tests: Mapping[str, list[tuple[Test, int]]], k: int
) -> dict[str, list[Value]] | None:
    entry = step.entry
    if isinstance(entry, End) or entry.type == "note":
        return {}
    columns = [f"{entry.id}_{row[0]}" for row in entry.rows] if entry.type == "grid" else [entry.id]
    found: dict[str, list[Value]] = {}
    for column in columns:
        later = list(dict.fromkeys(test for test, place in tests.get(column, ()) if place > k))
        if later:
            values = _values(questionnaire, entry, later)
            if values is None:
                return None
            kept: list[Value] = [value for value in values if value is not None or not entry.required]
            found[column] = _classes(column, kept, later)
    return found


def _classes(column: str, values: list[Value], tests: list[Test]) -> list[Value]:
    kept: dict[tuple[bool, ...], Value] = {}
    for value in values:
        kept.setdefault(tuple(evaluate(test, {column: value}) for test in tests), value)
    return list(kept.values())


def _values(questionnaire: Questionnaire, item: Item, tests: list[Test]) -> list[Value] | None:
    codes = [choice.code for choice in item_choices(questionnaire, item)]
    if item.type == "multi":
        return _subsets(questionnaire, item, tests)
    if item.type == "number":
        return [*_numbers(item, tests), *codes, None]
    if item.type in ("text", "date"):
        return ["x" if item.type == "text" else item.min or "2021-01-01", None]
    return [*codes, None]


def _numbers(item: Item, tests: list[Test]) -> list[Value]:
    step = 10.0**-item.decimals
    named = [value for test in tests if isinstance(test, In) for value in test.values]
    named += [test.value for test in tests if isinstance(test, Compare)]
    limits = [number for number in (as_number(item.min), as_number(item.max)) if number is not None]
    constants = [number for number in map(as_number, named) if number is not None]
    low, high = as_number(item.min), as_number(item.max)
    near = {c + d for c in constants or [0.0] for d in (-step, 0.0, step)} | set(limits)
    inside = sorted(n for n in near if (low is None or n >= low) and (high is None or n <= high))
    return [round(number, item.decimals) for number in inside]


def _subsets(questionnaire: Questionnaire, item: Item, tests: list[Test]) -> list[Value] | None:
    choices = item_choices(questionnaire, item)
    plain = [choice.code for choice in choices if not choice.special]
    named = [c for c in plain if any(isinstance(test, Has) and test.value == c for test in tests)]
    others = [c for c in plain if c not in named]
    most = min(int(item.max) if item.max is not None else len(plain), len(plain))
    needed = max((test.value + 1 for test in tests if isinstance(test, Count)), default=1)
    if len(named) > 12:
        return None
    found: list[Value] = [None, *((choice.code,) for choice in choices if choice.special)]
    for size in range(len(named) + 1):
        for chosen in combinations(named, size):
            for extra in range(min(len(others), needed) + 1):
                if 0 < size + extra <= most:
                    found.append((*chosen, *others[:extra]))
    return found
