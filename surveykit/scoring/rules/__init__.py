"""The rules from values to points: one file each, listed here; schemes, checks and scores walk this list."""

from functools import lru_cache
from typing import Annotated, Any, Union, get_args

from pydantic import Field, PlainValidator, SerializeAsAny, TypeAdapter

from surveykit.scoring.kernel.numerics import FloatArray
from surveykit.scoring.rules.adjustment import Bonus, Penalty
from surveykit.scoring.rules.deduction import Deduction
from surveykit.scoring.rules.grades import Grades
from surveykit.scoring.rules.piecewise_linear import PiecewiseLinear
from surveykit.scoring.rules.proportional import Proportional
from surveykit.scoring.rules.rank_based import RankBased
from surveykit.scoring.rules.rule import Knot, RuleBase
from surveykit.scoring.rules.steps import Steps
from surveykit.scoring.rules.threshold import Threshold

__all__ = ["RULES", "Knot", "Rule", "RuleBase", "apply_rule", "kind_of", "knots_of"]


def kind_of(rule: type[RuleBase]) -> str:
    """Return the word by which a scheme asks for a rule.

    Examples
    --------
    >>> kind_of(RankBased)
    'rank_based'
    """
    (kind,) = get_args(rule.model_fields["kind"].annotation)
    return str(kind)


RULES: dict[str, type[RuleBase]] = {
    kind_of(rule): rule
    for rule in (Proportional, PiecewiseLinear, Threshold, Steps, Grades, Deduction, RankBased, Bonus, Penalty)
}
"""Kinds of rules, in the order in which messages list them."""


def _read_rule(value: Any) -> RuleBase:
    """Read a rule of any kind that is listed now."""
    return _reader(tuple(RULES.values())).validate_python(value)


@lru_cache(maxsize=4)
def _reader(kinds: tuple[type[RuleBase], ...]) -> TypeAdapter[RuleBase]:
    return TypeAdapter(_one_of(kinds))


def _one_of(kinds: tuple[type[RuleBase], ...]) -> Any:
    return Annotated[Union[kinds], Field(discriminator="kind")]  # noqa: UP007


Rule = Annotated[
    SerializeAsAny[RuleBase], PlainValidator(_read_rule, json_schema_input_type=_one_of(tuple(RULES.values())))
]
"""A rule of any kind, as a field of a model."""


def apply_rule(rule: RuleBase, values: FloatArray, points: float) -> FloatArray:
    """Turn values into points.

    Parameters
    ----------
    rule : Rule
        For `Grades` the values are the multipliers already.
    values : ndarray, shape (..., p)
        The last axis are the units, which rank-based rules compare. NaN stays NaN.
    points : float
        Points of the criterion.

    Returns
    -------
    ndarray, shape (..., p)
        In points.

    Notes
    -----
    A value within 1e-9 of a declared number (relative to the largest number that the rule declares) is that number;
    ranks tie by the same tolerance. A rounding rule is applied before: see `criterion_points`.

    Examples
    --------
    >>> import numpy as np
    >>> rule = PiecewiseLinear(kind="piecewise_linear", knots=((0.6, 0), (0.75, 6), (0.85, 9), (0.95, 10)))
    >>> apply_rule(rule, np.array([0.5, 0.8, 0.97]), 10).round(9).tolist()
    [0.0, 7.5, 10.0]
    """
    return rule.points_of(values, points)


def knots_of(rule: RuleBase, points: float) -> tuple[Knot, ...]:
    """List the values at which a rule bends or jumps; rank-based rules and grades have none of their own.

    Parameters
    ----------
    rule : Rule
    points : float
        Points of the criterion.

    Examples
    --------
    >>> [knot.at for knot in knots_of(Threshold(kind="threshold", at_least=0.9), 10)]
    [0.9]
    """
    return rule.knots_for(points)
