"""The rounding rule of a scheme: what a rule sees of a value."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from surveykit.errors import DefinitionError, Problem
from surveykit.scoring.indicators.kinds import SHIFT, Kind
from surveykit.scoring.kernel.comparing import round_half_up
from surveykit.scoring.kernel.numerics import FloatArray
from surveykit.scoring.rules.grades import Grades
from surveykit.scoring.scheme.definition import Content, Criterion, IndicatorGroup, ScoringScheme

__all__ = ["decimals_of", "jump_edge", "seen_values", "with_kinds"]


def with_kinds(scheme: ScoringScheme, indicators: Sequence[str], kinds: Sequence[Kind]) -> ScoringScheme:
    """Write into every criterion of the survey what kind of number its input is.

    Parameters
    ----------
    scheme : ScoringScheme
    indicators, kinds : sequence of str
        Indicators of the survey and their kinds.

    Returns
    -------
    ScoringScheme
        The same where every kind is known already.

    Raises
    ------
    DefinitionError
        When a criterion declares another kind than the survey's.
    """
    known = dict(zip(indicators, kinds, strict=True))
    parts = {derived.id: tuple(derived.parts) for derived in scheme.derived}
    wrong: list[Problem] = []

    def kind_of(name: str, depth: int = 0) -> set[Kind | None]:
        if name in parts and depth <= len(parts):
            return set().union(*(kind_of(part, depth + 1) for part in parts[name]))
        return {known.get(name)}

    def settled(criterion: Criterion) -> Criterion:
        found = kind_of(criterion.input)
        kind = found.pop() if len(found) == 1 else None
        if kind is None or criterion.method != "questionnaire" or kind == criterion.kind:
            return criterion
        if criterion.kind is not None:
            what = f"criterion {criterion.id!r} declares the kind {criterion.kind}, but {criterion.input!r} is a {kind}"
            wrong.append(Problem(what, "correct or remove kind", ("criteria", criterion.id, "kind")))
        return criterion.model_copy(update={"kind": kind})

    def content(one: Content) -> Content:
        return one.model_copy(update={"criteria": tuple(settled(c) for c in one.criteria)})

    def group(one: IndicatorGroup) -> IndicatorGroup:
        return one.model_copy(update={"contents": tuple(content(c) for c in one.contents)})

    changed = {
        "indicators": tuple(group(g) for g in scheme.indicators),
        "adjustments": tuple(settled(c) for c in scheme.adjustments),
    }
    if wrong:
        raise DefinitionError(wrong)
    return scheme.model_copy(update=changed)


def decimals_of(scheme: ScoringScheme, criterion: Criterion) -> int | None:
    """Return the decimals to which a criterion's value is rounded before its rule, None for no rounding.

    Decimals are those of the number that people read: a rate is read as a percentage, so that ``round: 1`` keeps three
    decimals of the share. Values of the other methods are read as they stand in their table unless the criterion says
    ``kind: rate``. Grades are names and are never rounded.

    Raises
    ------
    DefinitionError
        When the kind of a survey input is not known.
    """
    asked = criterion.round if criterion.round is not None else scheme.round
    if asked is None or asked == "none" or isinstance(criterion.rule, Grades):
        return None
    if criterion.kind is None and criterion.method == "questionnaire":
        what = f"criterion {criterion.id!r} is rounded, but the kind of {criterion.input!r} is not known"
        todo = "say kind: rate, score, mean or count on the criterion"
        raise DefinitionError([Problem(what, todo, ("criteria", criterion.id, "kind"))])
    return asked + SHIFT[criterion.kind or "mean"]


def seen_values(scheme: ScoringScheme, values: FloatArray) -> FloatArray:
    """Return the values as the rules see them: rounded where the scheme says so.

    Parameters
    ----------
    scheme : ScoringScheme
        With the kinds of the survey's inputs (`with_kinds`) where it rounds.
    values : ndarray, shape (..., units, criteria)
        From `criterion_values`.

    Returns
    -------
    ndarray
        Shape of `values`; the same array when nothing is rounded.
    """
    every = (*scheme.criteria(), *scheme.adjustments)
    places = [decimals_of(scheme, criterion) for criterion in every]
    if all(decimals is None for decimals in places):
        return values
    seen = np.array(values, dtype=float)
    for k, decimals in enumerate(places):
        if decimals is not None:
            seen[..., k] = round_half_up(values[..., k], decimals)
    return seen


def jump_edge(scheme: ScoringScheme, criterion: Criterion, at: float) -> float:
    """Return the least unrounded value that reaches a declared number: half a step below it under a rounding rule."""
    decimals = decimals_of(scheme, criterion)
    if decimals is None:
        return at
    factor = 10.0**decimals
    return float((np.ceil(at * factor - 1e-6) - 0.5) / factor)
