"""One variance equation behind every sample size, and the checks of its inputs."""

from __future__ import annotations

import math
from statistics import NormalDist

from surveykit.errors import DataError

ROUNDING = 1e-9


def critical_value(conf_level: float) -> float:
    """Two-sided normal quantile."""
    if not 0.0 < conf_level < 1.0:
        raise DataError(f"sample size: conf_level {conf_level!r} is not between 0 and 1")
    return NormalDist().inv_cdf(0.5 + conf_level / 2.0)


def net_size(effective: float, deff: float, population: float | None, unit_factor: bool) -> float:
    """Responding units that carry the information of ``effective`` units drawn with replacement.

    Solves ``1 / effective = deff * f * (1 / n - 1 / N)`` for n with ``f = N / (N - 1)`` for proportions (whose S^2 is
    ``f p (1 - p)``) and 1 otherwise. A census has infinite information under any design effect.
    """
    if population is None:
        return effective * deff
    factor = deff * (population / (population - 1.0) if unit_factor and population > 1 else 1.0)
    return 1.0 / (1.0 / (effective * factor) + 1.0 / population)


def effective_size(net: float, deff: float, population: float | None, unit_factor: bool) -> float:
    """Units drawn with replacement that carry the information of ``net`` responding units; infinite for a census."""
    if population is None:
        return net / deff
    if net >= population:
        return math.inf
    factor = deff * (population / (population - 1.0) if unit_factor and population > 1 else 1.0)
    return 1.0 / (factor * (1.0 / net - 1.0 / population))


def round_up(value: float) -> int:
    """Smallest integer that is not below the value, forgiving rounding error."""
    return math.ceil(value - ROUNDING * max(1.0, value))


def gross_size(net: float, yield_rate: float, population: float | None) -> int:
    """Units to draw so that ``net`` are expected to respond; fails when the population does not hold them."""
    n = max(1, round_up(net / yield_rate))
    if population is not None and n > population:
        raise DataError(
            f"sample size: {n} units would have to be drawn, but the population holds {population:g}: "
            "accept less precision, or raise the response rate"
        )
    return n


def require_conditions(deff: float, population: float | None, **rates: float) -> None:
    """Fail on conditions that cannot be."""
    if not (math.isfinite(deff) and deff > 0.0):
        raise DataError(f"sample size: deff {deff!r} is not a positive number")
    if population is not None and not (math.isfinite(population) and population >= 1.0):
        raise DataError(
            f"sample size: population_size {population!r} is below 1; leave it out for a very large population"
        )
    for name, rate in rates.items():
        if not 0.0 < rate <= 1.0:
            raise DataError(f"sample size: {name} {rate!r} is not above 0 and at most 1")


def require_proportion(value: float, name: str = "p") -> None:
    """Fail unless a proportion lies strictly between 0 and 1."""
    if not 0.0 < value < 1.0:
        raise DataError(f"sample size: {name} {value!r} is not strictly between 0 and 1")


def require_positive(value: float, name: str) -> None:
    """Fail unless a number is positive and finite."""
    if not (math.isfinite(value) and value > 0.0):
        raise DataError(f"sample size: {name} {value!r} is not a positive number")


def require_target(budget: float | None, variance: float | None) -> float:
    """The one of the two that is given, if it is positive."""
    name, value = ("budget", budget) if budget is not None else ("variance", variance)
    require_positive(float(value or 0.0), name)
    return float(value or 0.0)
