"""What can be wrong in a scoring scheme, all of it at once."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping

from surveykit.errors import Problem
from surveykit.scoring.indicators.definition import IndicatorSet
from surveykit.scoring.rules.rule import Path
from surveykit.scoring.scheme.definition import Criterion, ScoringScheme
from surveykit.scoring.scheme.rounding_checks import rounding_problems

__all__ = ["check_scheme"]


def check_scheme(
    scheme: ScoringScheme,
    *,
    questionnaire_inputs: IndicatorSet | Collection[str] | None = None,
    other_inputs: Collection[str] | None = None,
    units: Collection[str] | None = None,
) -> list[Problem]:
    """Find everything that is wrong in a scheme.

    Parameters
    ----------
    scheme : ScoringScheme
    questionnaire_inputs : IndicatorSet or collection of str, optional
        Indicators of the survey, or their ids; None leaves the inputs of the questionnaire unchecked. With a set the
        values that a rule names must lie in the range of the indicator (0 to 1, or 0 to 100).
    other_inputs : collection of str, optional
        Names in the `criterion` column of the other methods' table; None leaves them unchecked.
    units : collection of str, optional
        Ids that `scheme.units` must agree with.

    Returns
    -------
    list of Problem
        Empty when all is well. Paths lead into the mapping that the scheme was made from.

    Examples
    --------
    >>> scheme = ScoringScheme.model_validate({"id": "s", "zh": "示例", "total": "10", "indicators": [
    ...     {"id": "a", "zh": "甲", "points": "10", "contents": [{"id": "b", "zh": "乙", "points": "10", "criteria": [
    ...         {"id": "c", "zh": "满意率", "points": "9", "method": "questionnaire", "input": "satisfaction",
    ...          "rule": {"kind": "proportional"}}]}]}]})
    >>> [problem.path for problem in check_scheme(scheme)]
    [('indicators', 0, 'contents', 0, 'points')]
    """
    kinds: dict[str, str] = {}
    names: Collection[str] | None
    if isinstance(questionnaire_inputs, IndicatorSet):
        names = questionnaire_inputs.ids
        kinds = {indicator.id: indicator.kind for indicator in questionnaire_inputs.indicators}
    else:
        names = questionnaire_inputs
    problems = [*_sums(scheme), *_ids(scheme), *_derived(scheme)]
    for criterion, path in _all_criteria(scheme):
        problems += criterion.rule.check(criterion.points, (*path, "rule"))
        problems += _criterion(criterion, path, adjustment=path[0] == "adjustments")
        known = other_inputs if criterion.method != "questionnaire" else names
        problems += _input(scheme, criterion, path, known)
        problems += _scale(criterion, path, kinds)
        problems += rounding_problems(scheme, criterion, path, kinds)
    problems += _units(scheme, units)
    return problems


def _all_criteria(scheme: ScoringScheme) -> Iterator[tuple[Criterion, Path]]:
    for _, _, criterion, path in scheme.walk():
        yield criterion, path
    for k, criterion in enumerate(scheme.adjustments):
        yield criterion, ("adjustments", k)


def _sum_problem(parts: list[float], total: float, what: str, path: Path) -> Iterator[Problem]:
    if not math.isclose(math.fsum(parts), total, abs_tol=1e-9):
        terms = " + ".join(f"{part:g}" for part in parts)
        yield Problem(
            f"the points of the {what} are {terms} = {math.fsum(parts):g}, not {total:g}",
            "change the points so that they add up",
            path,
        )


def _sums(scheme: ScoringScheme) -> Iterator[Problem]:
    yield from _sum_problem([group.points for group in scheme.indicators], scheme.total, "indicators", ("total",))
    for i, group in enumerate(scheme.indicators):
        at: Path = ("indicators", i)
        yield from _sum_problem([c.points for c in group.contents], group.points, "contents", (*at, "points"))
        for j, content in enumerate(group.contents):
            inner = (*at, "contents", j, "points")
            yield from _sum_problem([c.points for c in content.criteria], content.points, "criteria", inner)


def _ids(scheme: ScoringScheme) -> Iterator[Problem]:
    places: list[tuple[str, Path]] = []
    for i, group in enumerate(scheme.indicators):
        places.append((group.id, ("indicators", i, "id")))
        for j, content in enumerate(group.contents):
            places.append((content.id, ("indicators", i, "contents", j, "id")))
    places += [(criterion.id, (*path, "id")) for criterion, path in _all_criteria(scheme)]
    places += [(derived.id, ("derived", k, "id")) for k, derived in enumerate(scheme.derived)]
    seen: dict[str, Path] = {}
    for name, path in places:
        if name in seen:
            first = ".".join(map(str, seen[name]))
            yield Problem(f"the id {name!r} is used twice, first at {first}", "give every part its own id", path)
        seen.setdefault(name, path)


def _derived(scheme: ScoringScheme) -> Iterator[Problem]:
    parts = {derived.id: tuple(derived.parts) for derived in scheme.derived}
    for k, derived in enumerate(scheme.derived):
        for name, weight in derived.parts.items():
            if weight <= 0:
                yield Problem(f"weight {weight:g} is not positive", "leave the part out", ("derived", k, "parts", name))
        way = _cycle(derived.id, parts)
        if way:
            yield Problem(
                f"the input leads back to itself: {' -> '.join(way)}",
                "let derived inputs end in indicators or other methods",
                ("derived", k, "parts"),
            )


def _cycle(start: str, parts: dict[str, tuple[str, ...]]) -> list[str]:
    """Return a way from a derived input back to itself, or an empty list."""
    stack = [(name, [start]) for name in parts.get(start, ())]
    seen: set[str] = set()
    while stack:
        name, way = stack.pop()
        if name == start:
            return [*way, name]
        if name not in seen:
            seen.add(name)
            stack += [(following, [*way, name]) for following in parts.get(name, ())]
    return []


def _criterion(criterion: Criterion, path: Path, *, adjustment: bool) -> Iterator[Problem]:
    special = criterion.rule.adjusts
    if special != adjustment:
        yield Problem(
            f"a {criterion.rule.kind} rule {'cannot stand in a content' if special else 'is no bonus or penalty'}",
            "bonuses and penalties, and only they, stand under adjustments",
            (*path, "rule", "kind"),
        )
    if adjustment and criterion.missing == "rescale":
        what = "a bonus or penalty has no share of other criteria to be rescaled from"
        yield Problem(what, "say missing: zero or fail", (*path, "missing"))
    if criterion.range is not None and criterion.range[0] >= criterion.range[1]:
        yield Problem("the range is empty", "give the least value first", (*path, "range"))


def _scale(criterion: Criterion, path: Path, kinds: Mapping[str, str]) -> Iterator[Problem]:
    kind = kinds.get(criterion.input)
    if kind is None or criterion.method != "questionnaire":
        return
    top = 1.0 if kind == "rate" else 100.0
    named = criterion.rule.named_values()
    beyond = [value for value in named if not 0 <= value <= top]
    if beyond or (named and kind == "score" and max(named) <= 1):
        values = ", ".join(f"{value:g}" for value in named)
        what = f"the rule names the values {values}, but {criterion.input!r} is a {kind} from 0 to {top:g}"
        yield Problem(what, "use the unit of the indicator", (*path, "rule"))


def _input(scheme: ScoringScheme, criterion: Criterion, path: Path, known: Collection[str] | None) -> Iterator[Problem]:
    where = "an indicator of the survey" if criterion.method == "questionnaire" else "in the other methods' table"
    if known is None:
        return
    parts = {derived.id: tuple(derived.parts) for derived in scheme.derived}
    missing, todo, seen = [], [criterion.input], set()
    while todo:
        name = todo.pop()
        if name in parts and name not in seen:
            seen.add(name)
            todo += parts[name]
        elif name not in parts and name not in known:
            missing.append(name)
    for name in missing:
        choices = ", ".join(sorted(known)[:8])
        yield Problem(f"the input {name!r} is not {where}", f"known: {choices or 'none'}", (*path, "input"))


def _units(scheme: ScoringScheme, units: Collection[str] | None) -> Iterator[Problem]:
    for k, unit in enumerate(scheme.units):
        if unit in scheme.units[:k]:
            yield Problem(f"unit {unit!r} is listed twice", "list every unit once", ("units", k))
        elif units is not None and unit not in units:
            yield Problem(f"unit {unit!r} is not in the table of regions", "use the ids of that table", ("units", k))
    absent = [unit for unit in units or () if scheme.units and unit not in scheme.units]
    if absent:
        yield Problem(f"units without a place in the scheme: {', '.join(absent)}", "list them", ("units",))
