"""What can be wrong in the rounding rule and the declared kinds of a scheme."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from surveykit.errors import Problem
from surveykit.scoring.indicators.kinds import SHIFT
from surveykit.scoring.kernel.comparing import round_half_up, snap
from surveykit.scoring.rules import knots_of
from surveykit.scoring.rules.grades import Grades
from surveykit.scoring.scheme.definition import Criterion, ScoringScheme

__all__ = ["MOST_DECIMALS", "rounding_problems"]

MOST_DECIMALS = 6
"""More decimals than any printed value has; a larger number is a mistake."""

Path = tuple[str | int, ...]


def rounding_problems(
    scheme: ScoringScheme, criterion: Criterion, path: Path, kinds: Mapping[str, str]
) -> Iterator[Problem]:
    """Find what is wrong in the rounding rule of one criterion.

    Parameters
    ----------
    scheme : ScoringScheme
    criterion : Criterion
    path : tuple
        Of the criterion in the definition.
    kinds : mapping of str to str
        Kinds of the survey's indicators, where they are known.

    Yields
    ------
    Problem
        Decimals that cannot be meant, rounded grades, a kind that the survey contradicts, and thresholds or steps with
        more decimals than the values that are compared with them.
    """
    known = kinds.get(criterion.input) if criterion.method == "questionnaire" else None
    if known is not None and criterion.kind is not None and known != criterion.kind:
        what = f"the kind is declared {criterion.kind}, but {criterion.input!r} is a {known}"
        yield Problem(what, "correct or remove kind", (*path, "kind"))
    own = criterion.round is not None
    asked, where = (criterion.round, (*path, "round")) if own else (scheme.round, ("round",))
    if asked is None or asked == "none":
        return
    if not 0 <= asked <= MOST_DECIMALS:
        what = f"round: {asked} is no number of decimals from 0 to {MOST_DECIMALS}"
        first = own or criterion.id == (*scheme.criteria(), *scheme.adjustments)[0].id
        if first:
            yield Problem(what, "1 keeps one decimal of what is printed; none compares the unrounded value", where)
        return
    if isinstance(criterion.rule, Grades):
        if own:
            yield Problem("grades are names and are not rounded", "remove round", where)
        return
    kind = known or criterion.kind or ("mean" if criterion.method != "questionnaire" else None)
    if kind is not None and criterion.rule.jumps:
        yield from _too_fine(criterion, asked, kind, path)


def _too_fine(criterion: Criterion, asked: int, kind: str, path: Path) -> Iterator[Problem]:
    marks = np.array([knot.at for knot in knots_of(criterion.rule, criterion.points)])
    rounded = round_half_up(marks, asked + SHIFT[kind])
    fine = [f"{mark:g}" for mark, near in zip(marks, rounded, strict=True) if snap(np.array([near]), marks)[0] != mark]
    if fine:
        unit = "of the percentage" if kind == "rate" else "of the value"
        yield Problem(
            f"the rule names {', '.join(fine)}, but the value is rounded to {asked} decimals {unit} before it",
            "round to more decimals, or name numbers that a rounded value can have",
            (*path, "rule"),
        )
