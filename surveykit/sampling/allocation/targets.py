"""What bounds sizes and what they must reach: bounds by stratum, precision, clusters and their design effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from surveykit.errors import DataError, first_few
from surveykit.sampling.plan.definition import SamplingPlan, SizeRule
from surveykit.sampling.size import precision_proportion, sample_size_proportion

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "AllocationBounds",
    "bounds_of",
    "box_bounds",
    "expected_deff",
    "population_sizes",
    "precise_sizes",
    "require_named",
    "units_in_cluster",
]

NO_MAXIMUM = 2**62


@dataclass(frozen=True, slots=True)
class AllocationBounds:
    """Bounds of the size of a stratum: one number for all, or one for each.

    Attributes
    ----------
    minimum : int or sequence of int
        Never above the population of the stratum: a smaller stratum is taken whole.
    maximum : int or sequence of int, optional
        Never above the population of the stratum.
    """

    minimum: int | Sequence[int] = 0
    maximum: int | Sequence[int] | None = None


def bounds_of(rule: SizeRule, names: Sequence[str]) -> AllocationBounds:
    """Bounds of strata, by their names where the plan gives them so."""
    least, most = rule.minimum, rule.maximum
    lower = [least.get(name, 2) for name in names] if isinstance(least, dict) else least
    upper = [most.get(name, NO_MAXIMUM) for name in names] if isinstance(most, dict) else most
    return AllocationBounds(lower, upper)


def box_bounds(bounds: AllocationBounds, sizes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Lower and upper bounds of each stratum within its population."""
    upper = sizes if bounds.maximum is None else np.minimum(sizes, np.asarray(bounds.maximum, dtype=np.int64))
    lower = np.minimum(sizes, np.broadcast_to(np.asarray(bounds.minimum, dtype=np.int64), sizes.shape))
    return lower.astype(np.int64), upper.astype(np.int64)


def population_sizes(sizes: Any) -> NDArray[np.int64]:
    """Whole numbers of at least 1, or an error."""
    values = np.asarray(sizes, dtype=float)
    wrong = np.flatnonzero(~(np.isfinite(values) & (values >= 1) & (values == np.floor(values))))
    if values.ndim != 1 or not len(values) or len(wrong):
        raise DataError(
            "allocate: population sizes must be whole numbers of at least 1, one per stratum; wrong at "
            f"{first_few(wrong.tolist())}"
        )
    return values.astype(np.int64)


def require_named(plan: SamplingPlan, rule: SizeRule, names: Sequence[str]) -> None:
    """Fail on bounds or precisions of strata that are not there, and on strata without a precision."""
    for field in ("minimum", "maximum", "half_width"):
        given = getattr(rule, field)
        if not isinstance(given, dict):
            continue
        unknown = [name for name in given if name not in names]
        lacking = [name for name in names if name not in given] if field == "half_width" else []
        if unknown or lacking:
            raise DataError(
                f"plan {plan.id!r}: size.{field} names strata that are not in the frame ({first_few(unknown)}), or "
                f"lacks strata ({first_few(lacking)}): correct them"
            )


def precise_sizes(
    plan: SamplingPlan, table: pd.DataFrame, population: NDArray[np.int64]
) -> tuple[NDArray[np.int64], str]:
    """Sizes that reach a half-width in every stratum, within bounds; strata that cannot are taken whole and told."""
    expected, wanted = plan.expected, plan.size.half_width
    names, sizes, short = table["stratum"].tolist(), np.zeros(len(table), dtype=np.int64), []
    for at, (name, units) in enumerate(zip(names, population.tolist(), strict=True)):
        width = wanted[name] if isinstance(wanted, dict) else float(wanted or 0.0)
        try:
            sizes[at] = sample_size_proportion(
                expected.proportion, width, population_size=units, deff=expected.deff,
                response_rate=expected.response_rate,
            ).n  # fmt: skip
        except DataError:
            sizes[at] = units
        lower, upper = box_bounds(bounds_of(plan.size, [name]), population[at : at + 1])
        if sizes[at] > upper[0] or (sizes[at] == units and _wider(plan, units, width)):
            short.append(name)
        sizes[at] = min(max(sizes[at], int(lower[0])), int(upper[0]))
    said = f"half-width of {expected.proportion:.0%}"
    return sizes, f"{said}, not reached in strata {first_few(short)}" if short else said


def _wider(plan: SamplingPlan, units: int, width: float) -> bool:
    """Whether a stratum taken whole is less precise than wanted, since not all respond."""
    expected = plan.expected
    found = precision_proportion(
        units, expected.proportion, population_size=units, deff=expected.deff, response_rate=expected.response_rate
    )
    return found.half_width > width


def expected_deff(plan: SamplingPlan, *, responding: bool = True) -> float:
    """Design effect that a plan expects: ``deff``, times ``1 + (m - 1) icc`` with m units in a cluster.

    Notes
    -----
    Kish (1965), section 5.4: m counts the responses of a unit of the first stage, or the units drawn in it.
    """
    expected = plan.expected
    if expected.icc is None or len(plan.stages) < 2:
        return expected.deff
    m = float(np.prod([units_in_cluster(stage.size) for stage in plan.stages[1:]]))
    m *= expected.response_rate if responding else 1.0
    return expected.deff * (1.0 + max(m - 1.0, 0.0) * expected.icc)


def units_in_cluster(rule: SizeRule) -> int:
    """Units that a later stage draws in each cluster, over all strata inside it."""
    if rule.by_stratum is not None:
        return sum(rule.by_stratum.values())
    return int(rule.total or rule.per_stratum or 1)
