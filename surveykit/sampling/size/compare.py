"""Differences between two groups or two waves: size, precision, power and the smallest difference found."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal, get_args

from surveykit.errors import DataError, choose
from surveykit.sampling.size.equation import (
    critical_value,
    effective_size,
    gross_size,
    net_size,
    require_positive,
    require_proportion,
    round_up,
)
from surveykit.sampling.size.results import Field, SampleSize, at_most, yield_rate

__all__ = [
    "Comparison",
    "power_difference",
    "precision_difference",
    "sample_size_difference",
    "sample_size_power",
    "smallest_difference",
]

NullVariance = Literal["pooled", "unpooled"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two samples of equal size are related, and under what conditions they are drawn.

    Attributes
    ----------
    overlap : float
        Share of each sample that is in both (0 for independent groups, the panel share for two waves).
    correlation : float
        Correlation of the variable between the two occasions among the overlap.
    population_size : float, optional
        Units in each population; very large when left out.
    deff : float
        Design effect of each estimate.
    response_rate : float or Field
        Share of drawn units that respond, or response and eligibility rates.
    """

    overlap: float = 0.0
    correlation: float = 0.0
    population_size: float | None = None
    deff: float = 1.0
    response_rate: float | Field = 1.0

    @property
    def yield_rate(self) -> float:
        """Share of drawn units that give data."""
        return yield_rate(self.response_rate, self.deff, self.population_size)


def _variance(p1: float, p2: float, comparison: Comparison) -> float:
    """Variance of the difference for one effective unit in each sample: V1 + V2 - 2 overlap rho sqrt(V1 V2)."""
    require_proportion(p1, "p1")
    require_proportion(p2, "p2")
    yield_rate(comparison.response_rate, comparison.deff, comparison.population_size)
    if not 0.0 <= comparison.overlap <= 1.0 or not -1.0 <= comparison.correlation <= 1.0:
        raise DataError(
            f"comparison: overlap {comparison.overlap!r} must lie in [0, 1] and correlation "
            f"{comparison.correlation!r} in [-1, 1]"
        )
    first, second = p1 * (1 - p1), p2 * (1 - p2)
    return first + second - 2.0 * comparison.overlap * comparison.correlation * math.sqrt(first * second)


def _effective(n: float, comparison: Comparison) -> float:
    """Units drawn with replacement that carry the information of ``n`` drawn units of each sample."""
    net = at_most(n * comparison.yield_rate, comparison.population_size)
    return effective_size(net, comparison.deff, comparison.population_size, unit_factor=True)


def _size(effective: float, comparison: Comparison, half_width: float, recipe: dict[str, object]) -> SampleSize:
    net = net_size(effective, comparison.deff, comparison.population_size, unit_factor=True)
    n = gross_size(net, comparison.yield_rate, comparison.population_size)
    return SampleSize(n, max(1, round_up(net)), net, half_width, recipe)


def sample_size_difference(
    p1: float, p2: float, half_width: float, *, conf_level: float = 0.95, comparison: Comparison | None = None
) -> SampleSize:
    """Units to draw in each of two samples so that the interval of ``p1 - p2`` is no wider than wanted.

    Parameters
    ----------
    p1, p2 : float
        Assumed proportions.
    half_width : float
        Wanted half-width of the interval of the difference.
    conf_level : float
        Confidence level.
    comparison : Comparison, optional
        Overlap, correlation and conditions; two independent simple random samples when left out.

    Returns
    -------
    SampleSize
        Size of each of the two samples.

    Notes
    -----
    ``V = V1 + V2 - 2 overlap rho sqrt(V1 V2)`` (Kish 1965, 12.4): with overlap the change between two waves.

    Examples
    --------
    >>> sample_size_difference(0.5, 0.5, 0.05).n
    769
    >>> sample_size_difference(0.5, 0.5, 0.05, comparison=Comparison(overlap=0.5, correlation=0.6)).n
    538
    """
    comparison = comparison or Comparison()
    require_positive(half_width, "half_width")
    variance, z = _variance(p1, p2, comparison), critical_value(conf_level)
    recipe: dict[str, object] = {"statistic": "difference", "p1": p1, "p2": p2, "conf_level": conf_level}
    return _size(z * z * variance / half_width**2, comparison, half_width, recipe)


def precision_difference(
    n: float, p1: float, p2: float, *, conf_level: float = 0.95, comparison: Comparison | None = None
) -> float:
    """Half-width of the interval of ``p1 - p2`` that two samples of ``n`` drawn units are expected to give.

    Parameters
    ----------
    n : float
        Units drawn in each sample.
    p1, p2, conf_level, comparison
        See `sample_size_difference`.

    Returns
    -------
    float
        Half-width.

    Examples
    --------
    >>> round(precision_difference(769, 0.5, 0.5), 3)
    0.05
    """
    comparison = comparison or Comparison()
    require_positive(n, "n")
    variance = _variance(p1, p2, comparison)
    effective = _effective(n, comparison)
    return critical_value(conf_level) * math.sqrt(variance / effective)


def sample_size_power(
    p1: float,
    p2: float,
    *,
    power: float = 0.8,
    conf_level: float = 0.95,
    null_variance: NullVariance = "pooled",
    comparison: Comparison | None = None,
) -> SampleSize:
    """Units to draw in each of two samples so that a true difference is found with the wanted power.

    Parameters
    ----------
    p1, p2 : float
        The true proportions.
    power : float
        Probability that the two-sided test finds the difference.
    conf_level : float
        One minus the level of the test.
    null_variance : {"pooled", "unpooled"}
        Variance under no difference: of the mean proportion, or the same as under the difference.
    comparison : Comparison, optional
        Overlap, correlation and conditions.

    Returns
    -------
    SampleSize
        Size of each of the two samples; ``continuous`` agrees with R ``power.prop.test`` for independent simple random
        samples and pooled variance.

    Raises
    ------
    DataError
        If the proportions are equal or an assumption is impossible.

    Notes
    -----
    ``n = (z_alpha sqrt(V0) + z_power sqrt(V))^2 / (p1 - p2)^2`` (Fleiss, Levin & Paik 2003, 4.2, without continuity
    correction).

    Examples
    --------
    >>> sample_size_power(0.5, 0.6).n
    388
    """
    choose("null_variance", null_variance, get_args(NullVariance))
    comparison = comparison or Comparison()
    variance = _variance(p1, p2, comparison)
    if p1 == p2:
        raise DataError("sample size: p1 and p2 are equal: no sample finds a difference that is not there")
    if not 0.0 < power < 1.0:
        raise DataError(f"sample size: power {power!r} is not between 0 and 1")
    mean = (p1 + p2) / 2.0
    null = _variance(mean, mean, comparison) if null_variance == "pooled" else variance
    z_power = NormalDist().inv_cdf(power)
    effective = ((critical_value(conf_level) * math.sqrt(null) + z_power * math.sqrt(variance)) / (p1 - p2)) ** 2
    recipe: dict[str, object] = {"statistic": "power", "p1": p1, "p2": p2, "power": power, "conf_level": conf_level}
    return _size(effective, comparison, critical_value(conf_level) * math.sqrt(variance / effective), recipe)


def power_difference(
    n: float, p1: float, p2: float, *, conf_level: float = 0.95, comparison: Comparison | None = None
) -> float:
    """Probability that two samples of ``n`` drawn units find a true difference: the inverse of `sample_size_power`.

    Parameters
    ----------
    n : float
        Units drawn in each sample.
    p1, p2 : float
        The true proportions.
    conf_level, comparison
        See `sample_size_power`; pooled variance under no difference, and the far tail is left out as there.

    Returns
    -------
    float
        Power between 0 and 1; 1 for a census of populations that differ.

    Examples
    --------
    >>> round(power_difference(388, 0.5, 0.6), 3)
    0.801
    """
    comparison = comparison or Comparison()
    require_positive(n, "n")
    full, mean = _variance(p1, p2, comparison), (p1 + p2) / 2.0
    effective = _effective(n, comparison)
    if math.isinf(effective):
        return 1.0 if p1 != p2 else 1.0 - conf_level
    null, z = _variance(mean, mean, comparison), critical_value(conf_level)
    return NormalDist().cdf((abs(p1 - p2) * math.sqrt(effective) - z * math.sqrt(null)) / math.sqrt(full))


def smallest_difference(
    n: float, p: float, *, power: float = 0.8, conf_level: float = 0.95, comparison: Comparison | None = None
) -> float:
    """Smallest true difference from ``p`` that two samples of ``n`` drawn units find with the wanted power.

    Parameters
    ----------
    n : float
        Units drawn in each sample.
    p : float
        Proportion of the first sample; the second is taken nearer to 0.5, where the variance is larger.
    power, conf_level, comparison
        See `sample_size_power`; pooled variance under no difference.

    Returns
    -------
    float
        The difference; NaN when not even the largest possible one is found.

    Examples
    --------
    >>> round(smallest_difference(388, 0.5), 3)
    0.1
    """
    comparison = comparison or Comparison()
    require_proportion(p)
    require_positive(n, "n")
    effective = _effective(n, comparison)
    z, z_power = critical_value(conf_level), NormalDist().inv_cdf(power)
    sign, room = (1.0, 1.0 - p) if p <= 0.5 else (-1.0, p)

    def excess(gap: float) -> float:
        other = min(max(p + sign * gap, 1e-12), 1 - 1e-12)
        mean = (p + other) / 2.0
        null, full = _variance(mean, mean, comparison), _variance(p, other, comparison)
        return gap - (z * math.sqrt(null / effective) + z_power * math.sqrt(full / effective))

    low, high = 0.0, room * (1 - 1e-9)
    if excess(high) < 0.0:
        return math.nan
    for _ in range(200):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if excess(middle) < 0.0 else (low, middle)
    return high
