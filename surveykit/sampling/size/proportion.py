"""Sample size and precision of one proportion."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal, get_args

from surveykit.errors import DataError, choose
from surveykit.sampling.size.equation import (
    critical_value,
    effective_size,
    gross_size,
    net_size,
    require_positive,
    require_proportion,
)
from surveykit.sampling.size.results import Field, Precision, SampleSize, at_most, recipe_of, whole_size, yield_rate

__all__ = ["precision_proportion", "sample_size_proportion"]

PlanningInterval = Literal["wald", "wilson", "logit"]


def sample_size_proportion(
    p: float = 0.5,
    half_width: float = 0.05,
    *,
    conf_level: float = 0.95,
    population_size: float | None = None,
    deff: float = 1.0,
    response_rate: float | Field = 1.0,
    method: PlanningInterval = "wald",
) -> SampleSize:
    """Units to draw so that the interval of a proportion is no wider than wanted.

    Parameters
    ----------
    p : float
        Assumed proportion, strictly between 0 and 1; 0.5 is the worst case.
    half_width : float
        Wanted half-width of the interval (for Wilson and logit: half of its length).
    conf_level : float
        Confidence level.
    population_size : float, optional
        Units in the population; very large when left out.
    deff : float
        Design effect: variance over that of a simple random sample of the same size.
    response_rate : float or Field
        Share of drawn units that respond, or response and eligibility rates.
    method : {"wald", "wilson", "logit"}
        Interval; Wilson and logit are better for proportions below 0.1 or above 0.9.

    Returns
    -------
    SampleSize
        The size and its assumptions.

    Raises
    ------
    DataError
        If an assumption is impossible, or the population does not hold the units needed.

    Notes
    -----
    With ``S^2 = N / (N - 1) p (1 - p)`` the variance is ``deff S^2 / n (1 - n / N)`` (Cochran 1977, 4.4, for deff = 1).
    Wilson (1927) and logit intervals use the effective sample size.

    Examples
    --------
    >>> sample_size_proportion(0.5, 0.05).n
    385
    >>> sample_size_proportion(0.5, 0.05, population_size=1000).n
    278
    >>> sample_size_proportion(0.85, 0.05, deff=1.5, response_rate=0.4).n
    735
    """
    choose("method", method, get_args(PlanningInterval))
    require_proportion(p)
    require_positive(half_width, "half_width")
    if half_width >= 0.5:
        raise DataError(f"sample size: half_width {half_width!r} is 0.5 or more: every sample reaches it")
    z = critical_value(conf_level)
    rate = yield_rate(response_rate, deff, population_size)
    effective = _effective_for(lambda n: _half_width(p, n, z, method), half_width)
    net = net_size(effective, deff, population_size, unit_factor=True)
    reached = effective_size(whole_size(net, population_size), deff, population_size, unit_factor=True)
    return SampleSize(
        gross_size(net, rate, population_size),
        whole_size(net, population_size),
        net,
        _half_width(p, reached, z, method),
        recipe_of("proportion", conf_level, population_size, deff, rate, p=p, interval=method),
    )


def precision_proportion(
    n: float,
    p: float = 0.5,
    *,
    conf_level: float = 0.95,
    population_size: float | None = None,
    deff: float = 1.0,
    response_rate: float | Field = 1.0,
    method: PlanningInterval = "wald",
) -> Precision:
    """Precision of a proportion that ``n`` drawn units are expected to give.

    Parameters
    ----------
    n : float
        Units drawn.
    p, conf_level, population_size, deff, response_rate, method
        See `sample_size_proportion`.

    Returns
    -------
    Precision
        Standard error and interval.

    Raises
    ------
    DataError
        If an assumption is impossible.

    Examples
    --------
    >>> round(precision_proportion(400, 0.5).half_width, 4)
    0.049
    """
    choose("method", method, get_args(PlanningInterval))
    require_proportion(p)
    require_positive(n, "n")
    z = critical_value(conf_level)
    net = n * yield_rate(response_rate, deff, population_size)
    effective = effective_size(at_most(net, population_size), deff, population_size, unit_factor=True)
    low, high = _interval(p, effective, z, method)
    return Precision(math.sqrt(p * (1 - p) / effective), (high - low) / 2.0, low, high, net)


def _interval(p: float, n: float, z: float, method: str) -> tuple[float, float]:
    if math.isinf(n):
        return p, p
    if method == "wald":
        wide = z * math.sqrt(p * (1 - p) / n)
        return p - wide, p + wide
    if method == "wilson":
        centre = (p + z * z / (2 * n)) / (1 + z * z / n)
        wide = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return centre - wide, centre + wide
    logit, wide = math.log(p / (1 - p)), z / math.sqrt(n * p * (1 - p))
    return 1 / (1 + math.exp(min(wide - logit, 700.0))), 1 / (1 + math.exp(-wide - logit))


def _half_width(p: float, n: float, z: float, method: str) -> float:
    low, high = _interval(p, n, z, method)
    return (high - low) / 2.0


def _effective_for(width: Callable[[float], float], target: float) -> float:
    """Effective size at which a falling width reaches the target, by bisection on its logarithm."""
    low, high = math.log(1e-6), math.log(1e18)
    for _ in range(200):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        if width(math.exp(middle)) > target:
            low = middle
        else:
            high = middle
    return math.exp(high)
