"""Sample size and precision of one mean or ratio."""

from __future__ import annotations

import math
from typing import TypedDict, Unpack

from surveykit.sampling.size.equation import critical_value, effective_size, gross_size, net_size, require_positive
from surveykit.sampling.size.results import (
    Field,
    Precision,
    RatioMoments,
    SampleSize,
    at_most,
    recipe_of,
    whole_size,
    yield_rate,
)

__all__ = ["precision_mean", "precision_ratio", "sample_size_mean", "sample_size_ratio"]


class Conditions(TypedDict, total=False):
    """Conditions of a sample size; see `sample_size_proportion`."""

    conf_level: float
    population_size: float | None
    deff: float
    response_rate: float | Field


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
    rate = yield_rate(response_rate, deff, population_size)
    net = net_size((z * standard_deviation / half_width) ** 2, deff, population_size, unit_factor=False)
    reached = effective_size(whole_size(net, population_size), deff, population_size, unit_factor=False)
    return SampleSize(
        gross_size(net, rate, population_size),
        whole_size(net, population_size),
        net,
        z * standard_deviation / math.sqrt(reached),
        recipe_of("mean", conf_level, population_size, deff, rate, standard_deviation=standard_deviation),
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
    net = n * yield_rate(response_rate, deff, population_size)
    effective = effective_size(at_most(net, population_size), deff, population_size, unit_factor=False)
    error = standard_deviation / math.sqrt(effective)
    return Precision(error, z * error, mean - z * error, mean + z * error, net)


def sample_size_ratio(
    moments: RatioMoments,
    half_width: float,
    **conditions: Unpack[Conditions],
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
        **conditions,
    )


def precision_ratio(
    n: float,
    moments: RatioMoments,
    **conditions: Unpack[Conditions],
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
        **conditions,
    )
