"""Sample size and precision of one proportion, mean or ratio."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from surveykit.errors import DataError
from surveykit.sampling.size.kernel import (
    critical_value,
    effective_size,
    gross_size,
    net_size,
    require_conditions,
    require_positive,
    require_proportion,
    round_up,
)

__all__ = [
    "Field",
    "Precision",
    "RatioMoments",
    "SampleSize",
    "precision_mean",
    "precision_proportion",
    "precision_ratio",
    "sample_size_mean",
    "sample_size_proportion",
    "sample_size_ratio",
]

ProportionInterval = Literal["wald", "wilson", "logit"]


@dataclass(frozen=True, slots=True)
class Field:
    """What happens between the draw and the data.

    Attributes
    ----------
    response_rate : float
        Share of eligible units that respond.
    eligibility_rate : float
        Share of drawn units that belong to the population.
    """

    response_rate: float = 1.0
    eligibility_rate: float = 1.0


@dataclass(frozen=True, slots=True)
class SampleSize:
    """A sample size and how it was found.

    Attributes
    ----------
    n : int
        Units to draw.
    n_net : int
        Eligible responding units that are needed.
    continuous : float
        The needed number of responding units before rounding up.
    half_width : float
        Half-width of the interval that ``n_net`` units reach.
    recipe : dict
        Method and assumptions.
    """

    n: int
    n_net: int
    continuous: float
    half_width: float
    recipe: dict[str, object]


@dataclass(frozen=True, slots=True)
class Precision:
    """The precision that a sample size reaches.

    Attributes
    ----------
    std_error : float
        Standard error.
    half_width : float
        Half the width of the interval.
    conf_low, conf_high : float
        The interval, were the estimate the assumed value.
    n_net : float
        Expected responding units.
    """

    std_error: float
    half_width: float
    conf_low: float
    conf_high: float
    n_net: float


@dataclass(frozen=True, slots=True)
class RatioMoments:
    """Means, variances and covariance of numerator y and denominator x in the population."""

    mean_y: float
    mean_x: float
    var_y: float
    var_x: float
    cov_xy: float

    @property
    def ratio(self) -> float:
        """Mean of y over mean of x."""
        return self.mean_y / self.mean_x

    @property
    def linearized_sd(self) -> float:
        """Standard deviation of ``(y - R x) / mean(x)``."""
        r = self.ratio
        return math.sqrt(max(self.var_y + r * r * self.var_x - 2.0 * r * self.cov_xy, 0.0)) / abs(self.mean_x)


def sample_size_proportion(
    p: float = 0.5,
    half_width: float = 0.05,
    *,
    conf_level: float = 0.95,
    population_size: float | None = None,
    deff: float = 1.0,
    response_rate: float | Field = 1.0,
    method: ProportionInterval = "wald",
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
    require_proportion(p)
    require_positive(half_width, "half_width")
    if half_width >= 0.5:
        raise DataError(f"sample size: half_width {half_width!r} is 0.5 or more: every sample reaches it")
    z = critical_value(conf_level)
    rate = _rate(response_rate, deff, population_size)
    effective = _effective_for(lambda n: _half_width(p, n, z, method), half_width)
    net = net_size(effective, deff, population_size, unit_factor=True)
    reached = effective_size(_whole(net, population_size), deff, population_size, unit_factor=True)
    return SampleSize(
        gross_size(net, rate, population_size),
        _whole(net, population_size),
        net,
        _half_width(p, reached, z, method),
        _recipe("proportion", conf_level, population_size, deff, rate, p=p, interval=method),
    )


def precision_proportion(
    n: float,
    p: float = 0.5,
    *,
    conf_level: float = 0.95,
    population_size: float | None = None,
    deff: float = 1.0,
    response_rate: float | Field = 1.0,
    method: ProportionInterval = "wald",
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
    require_proportion(p)
    require_positive(n, "n")
    z = critical_value(conf_level)
    net = n * _rate(response_rate, deff, population_size)
    effective = effective_size(_at_most(net, population_size), deff, population_size, unit_factor=True)
    low, high = _interval(p, effective, z, method)
    return Precision(math.sqrt(p * (1 - p) / effective), (high - low) / 2.0, low, high, net)


def sample_size_mean(
    standard_deviation: float,
    half_width: float,
    *,
    conf_level: float = 0.95,
    population_size: float | None = None,
    deff: float = 1.0,
    response_rate: float | Field = 1.0,
) -> SampleSize:
    """Units to draw so that the interval of a mean is no wider than wanted.

    Parameters
    ----------
    standard_deviation : float
        Standard deviation S in the population, in units of the mean.
    half_width : float
        Wanted half-width, in units of the mean.
    conf_level, population_size, deff, response_rate
        See `sample_size_proportion`.

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
    ``V = deff S^2 / n (1 - n / N)`` (Cochran 1977, 4.6).

    Examples
    --------
    >>> sample_size_mean(20, 2).n
    385
    """
    require_positive(standard_deviation, "standard_deviation")
    require_positive(half_width, "half_width")
    z = critical_value(conf_level)
    rate = _rate(response_rate, deff, population_size)
    net = net_size((z * standard_deviation / half_width) ** 2, deff, population_size, unit_factor=False)
    reached = effective_size(_whole(net, population_size), deff, population_size, unit_factor=False)
    return SampleSize(
        gross_size(net, rate, population_size),
        _whole(net, population_size),
        net,
        z * standard_deviation / math.sqrt(reached),
        _recipe("mean", conf_level, population_size, deff, rate, standard_deviation=standard_deviation),
    )


def precision_mean(
    n: float,
    standard_deviation: float,
    *,
    mean: float = 0.0,
    conf_level: float = 0.95,
    population_size: float | None = None,
    deff: float = 1.0,
    response_rate: float | Field = 1.0,
) -> Precision:
    """Precision of a mean that ``n`` drawn units are expected to give.

    Parameters
    ----------
    n : float
        Units drawn.
    standard_deviation : float
        Standard deviation in the population.
    mean : float
        Centre of the interval that is returned.
    conf_level, population_size, deff, response_rate
        See `sample_size_proportion`.

    Returns
    -------
    Precision
        Standard error and interval.

    Examples
    --------
    >>> precision_mean(400, 20).std_error
    1.0
    """
    require_positive(standard_deviation, "standard_deviation")
    require_positive(n, "n")
    z = critical_value(conf_level)
    net = n * _rate(response_rate, deff, population_size)
    effective = effective_size(_at_most(net, population_size), deff, population_size, unit_factor=False)
    error = standard_deviation / math.sqrt(effective)
    return Precision(error, z * error, mean - z * error, mean + z * error, net)


def sample_size_ratio(
    moments: RatioMoments,
    half_width: float,
    *,
    conf_level: float = 0.95,
    population_size: float | None = None,
    deff: float = 1.0,
    response_rate: float | Field = 1.0,
) -> SampleSize:
    """Units to draw so that the interval of a ratio of two means is no wider than wanted.

    Parameters
    ----------
    moments : RatioMoments
        Means, variances and covariance of numerator and denominator.
    half_width : float
        Wanted half-width, in units of the ratio.
    conf_level, population_size, deff, response_rate
        See `sample_size_proportion`.

    Returns
    -------
    SampleSize
        The size and its assumptions.

    Notes
    -----
    The ratio has the variance of the mean of ``(y - R x) / mean(x)`` (Cochran 1977, 6.3).

    Examples
    --------
    >>> sample_size_ratio(RatioMoments(50, 100, 400, 900, 300), 0.02).n
    313
    """
    return sample_size_mean(
        moments.linearized_sd,
        half_width,
        conf_level=conf_level,
        population_size=population_size,
        deff=deff,
        response_rate=response_rate,
    )


def precision_ratio(
    n: float,
    moments: RatioMoments,
    *,
    conf_level: float = 0.95,
    population_size: float | None = None,
    deff: float = 1.0,
    response_rate: float | Field = 1.0,
) -> Precision:
    """Precision of a ratio of two means that ``n`` drawn units are expected to give.

    Parameters
    ----------
    n : float
        Units drawn.
    moments : RatioMoments
        Means, variances and covariance of numerator and denominator.
    conf_level, population_size, deff, response_rate
        See `sample_size_proportion`.

    Returns
    -------
    Precision
        Standard error and interval.

    Examples
    --------
    >>> round(precision_ratio(313, RatioMoments(50, 100, 400, 900, 300)).half_width, 3)
    0.02
    """
    return precision_mean(
        n,
        moments.linearized_sd,
        mean=moments.ratio,
        conf_level=conf_level,
        population_size=population_size,
        deff=deff,
        response_rate=response_rate,
    )


def _rate(response_rate: float | Field, deff: float, population: float | None) -> float:
    field = response_rate if isinstance(response_rate, Field) else Field(response_rate)
    require_conditions(deff, population, response_rate=field.response_rate, eligibility_rate=field.eligibility_rate)
    return field.response_rate * field.eligibility_rate


def _whole(net: float, population: float | None) -> int:
    return int(_at_most(max(1, round_up(net)), population))


def _at_most(net: float, population: float | None) -> float:
    return net if population is None else min(net, population)


def _interval(p: float, n: float, z: float, method: str) -> tuple[float, float]:
    if method not in ("wald", "wilson", "logit"):
        raise DataError(f"sample size: method {method!r} is unknown: use 'wald', 'wilson' or 'logit'")
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


def _recipe(
    statistic: str, conf_level: float, population: float | None, deff: float, rate: float, **more: object
) -> dict[str, object]:
    return {
        "statistic": statistic,
        "conf_level": conf_level,
        "population_size": population,
        "deff": deff,
        "yield": rate,
        **more,
    }
