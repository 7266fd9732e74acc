"""What can be wrong in a set of indicators, all of it at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from surveykit.errors import Problem, nearest_word
from surveykit.questionnaire import Questionnaire, RoutingError, derived_variables, parse, questionnaire_variables
from surveykit.questionnaire.routing.ast import And, Compare, Expression, In, Not, Or
from surveykit.scoring.indicators.definition import Alternative, Indicator, IndicatorSet

__all__ = ["check_indicators"]

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class _Column:
    kind: str
    choices: tuple[str, ...]
    specials: tuple[str, ...]


def check_indicators(indicators: IndicatorSet, questionnaire: Questionnaire | None = None) -> list[Problem]:
    """Find everything that is wrong in a set of indicators.

    Parameters
    ----------
    indicators : IndicatorSet
    questionnaire : Questionnaire, optional
        Where names and codes are looked up; None checks the set by itself.

    Returns
    -------
    list of Problem
        Empty when all is well; paths lead into the mapping that the set was made from.

    Examples
    --------
    >>> wrong = IndicatorSet.model_validate({"indicators": [{"id": "awareness", "zh": "知晓率", "kind": "rate",
    ...     "numerator": "aware = 1", "dont_know": "in_base"}]})
    >>> [problem.path for problem in check_indicators(wrong)]
    [('indicators', 0, 'numerator')]
    """
    columns = None if questionnaire is None else _columns(questionnaire)
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for k, indicator in enumerate(indicators.indicators):
        path: Path = ("indicators", k)
        if indicator.id in seen:
            what = f"the id {indicator.id!r} is used twice, first as indicator {seen[indicator.id] + 1}"
            problems.append(Problem(what, "give every indicator its own id", (*path, "id")))
        seen.setdefault(indicator.id, k)
        problems += _one(indicator, path, columns)
        names: list[str] = []
        for a, line in enumerate(indicator.alternatives):
            inner = (*path, "alternatives", a)
            if line.id in names:
                problems.append(Problem(f"the id {line.id!r} is used twice", "rename one", (*inner, "id")))
            names.append(line.id)
            problems += _alternative(indicator, line, inner, columns)
    return problems


def _columns(questionnaire: Questionnaire) -> dict[str, _Column]:
    """Codes by column, and by item for multiple choices."""
    found: dict[str, _Column] = {}
    for variable in questionnaire_variables(questionnaire):
        choices = tuple(code for code, _ in variable.choices)
        column = _Column(variable.kind, choices, tuple(code for code, _ in variable.specials))
        found[variable.id] = column
        found.setdefault(variable.item, column)
    for name, labelled in derived_variables(questionnaire).items():
        found[name] = _Column("single", tuple(code for code, _ in labelled), ())
    return found


def _one(indicator: Indicator, path: Path, columns: dict[str, _Column] | None) -> Iterator[Problem]:
    if indicator.kind == "rate":
        if not indicator.numerator:
            yield Problem("a rate needs a numerator", "say who counts, such as aware in [1, 2]", (*path, "numerator"))
        if indicator.points:
            yield Problem("a rate (率) has no points", "use kind: score for 度", (*path, "points"))
    else:
        if not indicator.items:
            yield Problem("a score needs its items", "name the graded columns", (*path, "items"))
        if not indicator.points:
            yield Problem("a score needs the points of its grades", "such as {5: 100, 4: 75}", (*path, "points"))
        if indicator.numerator:
            yield Problem("a score (度) has no numerator", "use kind: rate for 率", (*path, "numerator"))
    yield from _expression(indicator.numerator, (*path, "numerator"), columns)
    if indicator.base != "all_valid":
        yield from _expression(indicator.base, (*path, "base"), columns)
    yield from _items(indicator, path, columns)
    yield from _points(indicator.items, indicator.points, path, columns)


def _alternative(
    indicator: Indicator, line: Alternative, path: Path, columns: dict[str, _Column] | None
) -> Iterator[Problem]:
    changed = (line.numerator, line.base, line.dont_know, line.not_asked, line.points)
    if all(value is None for value in changed):
        yield Problem("the alternative changes nothing", "give it another rule or remove it", path)
    yield from _expression(line.numerator or "", (*path, "numerator"), columns)
    if line.base not in (None, "all_valid"):
        yield from _expression(line.base or "", (*path, "base"), columns)
    if line.points is not None:
        yield from _points(indicator.items, line.points, path, columns)


def _expression(text: str, path: Path, columns: dict[str, _Column] | None) -> Iterator[Problem]:
    if not text:
        return
    try:
        tree = parse(text)
    except RoutingError as error:
        yield Problem(f"{error.what} in {text!r}", error.todo, path)
        return
    if columns is not None:
        yield from _names(tree, path, columns)


def _names(tree: Expression, path: Path, columns: dict[str, _Column]) -> Iterator[Problem]:
    """Unknown columns and codes that their scale does not have."""
    if isinstance(tree, And | Or):
        for part in tree.operands:
            yield from _names(part, path, columns)
        return
    if isinstance(tree, Not):
        yield from _names(tree.operand, path, columns)
        return
    reference = getattr(tree, "ref", None)
    if reference is None:
        return
    variable = columns.get(reference.column)
    if variable is None:
        yield _unknown(reference.column, path, columns)
        return
    named = tree.values if isinstance(tree, In) else (tree.value,) if isinstance(tree, Compare) else ()
    codes = [*variable.choices, *variable.specials]
    strange = [value for value in named if codes and value not in codes and variable.kind in ("single", "grid")]
    if strange:
        what = f"{reference.text} has no code {', '.join(map(str, strange))}"
        yield Problem(what, f"its codes are {', '.join(codes)}", path)


def _unknown(name: str, path: Path, columns: dict[str, _Column]) -> Problem:
    near = nearest_word(name, columns)
    todo = f"did you mean {near!r}?" if near else "use the ids of the questionnaire"
    return Problem(f"column {name!r} is unknown", todo, path)


def _items(indicator: Indicator, path: Path, columns: dict[str, _Column] | None) -> Iterator[Problem]:
    for number, item in enumerate(indicator.items):
        if columns is not None and item not in columns:
            yield _unknown(item, (*path, "items", number), columns)


def _points(
    items: tuple[str, ...], points: dict[str, float], path: Path, columns: dict[str, _Column] | None
) -> Iterator[Problem]:
    for code, value in points.items():
        if not 0 <= value <= 100:
            yield Problem(
                f"{value:g} points are outside 0 to 100", "a score runs from 0 to 100", (*path, "points", code)
            )
    for item in items if points and columns is not None else ():
        variable = (columns or {}).get(item)
        if variable is None:
            continue
        codes = variable.choices
        ungraded = [code for code in codes if code not in points]
        strange = [code for code in points if code not in codes]
        if ungraded:
            yield Problem(f"codes of {item!r} without points: {', '.join(ungraded)}", "grade all", (*path, "points"))
        if strange:
            what = f"points for codes that {item!r} does not have: {', '.join(strange)}"
            yield Problem(what, f"its codes are {', '.join(codes)}", (*path, "points"))
