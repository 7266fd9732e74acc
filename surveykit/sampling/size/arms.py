"""Sizes of two groups that a test compares: means or proportions, one-sided, non-inferior, of unequal size; and CVs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal, get_args

from surveykit.display import Presentation, Shown
from surveykit.errors import DataError, choose
from surveykit.sampling.size.equation import critical_value, require_positive, require_proportion, round_up
from surveykit.sampling.size.mean import sample_size_mean
from surveykit.sampling.size.proportion import sample_size_proportion
from surveykit.sampling.size.results import Field, SampleSize, numbers_presentation, yield_rate

__all__ = ["Arms", "TwoArms", "sample_size_cv", "two_arms_mean", "two_arms_proportion"]

Alternative = Literal["two_sided", "one_sided", "noninferiority"]


@dataclass(frozen=True, slots=True)
class Arms:
    """What a comparison of two groups tests, and how the groups are drawn.

    Attributes
    ----------
    alternative : {"two_sided", "one_sided", "noninferiority"}
        The groups differ; the first is above the second; the first is not below the second by ``margin`` or more.
    margin : float
        Of non-inferiority, in units of the difference.
    ratio : float
        Size of the second group over that of the first.
    power : float
        Probability that the test finds what is there.
    conf_level : float
        One minus the level of the test; of a one-sided test its whole level lies on one side.
    deff : float
        Design effect of each estimate.
    response_rate : float or Field
        Share of drawn units that respond, or response and eligibility rates.
    """

    alternative: Alternative = "two_sided"
    margin: float = 0.0
    ratio: float = 1.0
    power: float = 0.8
    conf_level: float = 0.95
    deff: float = 1.0
    response_rate: float | Field = 1.0

    def __post_init__(self) -> None:
        choose("alternative", self.alternative, get_args(Alternative))
        require_positive(self.ratio, "ratio")
        yield_rate(self.response_rate, self.deff, None)
        if not 0.0 < self.power < 1.0:
            raise DataError(f"sample size: power {self.power!r} is not between 0 and 1")
        if (self.alternative == "noninferiority") != (self.margin > 0.0):
            raise DataError(f"sample size: margin {self.margin!r} and non-inferiority belong together: give both")


@dataclass(frozen=True, slots=True)
class TwoArms(Shown):
    """Sizes of two groups.

    Attributes
    ----------
    n1, n2 : int
        Units to draw in each group.
    net1, net2 : int
        Responding units that are needed.
    continuous : float
        Responding units needed in the first group before rounding up.
    """

    n1: int
    n2: int
    net1: int
    net2: int
    continuous: float

    def presentation(self) -> Presentation:
        """Return the numbers."""
        return numbers_presentation(("两组样本量", "Sizes of two groups"), self)


def two_arms_mean(
    difference: float, standard_deviation: float | tuple[float, float], arms: Arms | None = None
) -> TwoArms:
    """Units to draw in two groups so that a test finds a difference of means.

    Parameters
    ----------
    difference : float
        True mean of the first group minus that of the second.
    standard_deviation : float or tuple of float
        Of the variable, the same in both groups or one for each.
    arms : Arms, optional
        The test and the conditions; two-sided and equal groups when left out.

    Returns
    -------
    TwoArms
        The sizes.

    Raises
    ------
    DataError
        If an assumption is impossible, or there is nothing that the test could find.

    Notes
    -----
    ``n1 = deff (z_alpha + z_power)^2 (s1^2 + s2^2 / ratio) / (difference + margin)^2`` (Chow, Shao & Wang 2008, 3.2),
    the normal approximation, which agrees with statsmodels' ``NormalIndPower``.

    Examples
    --------
    >>> two_arms_mean(5, 20).n1
    252
    >>> two_arms_mean(0, 20, Arms("noninferiority", margin=5)).n1
    198
    """
    arms = arms or Arms()
    first, second = standard_deviation if isinstance(standard_deviation, tuple) else (standard_deviation,) * 2
    require_positive(first, "standard_deviation")
    require_positive(second, "standard_deviation")
    spread = math.sqrt(first**2 + second**2 / arms.ratio)
    return _sizes(difference, spread, spread, arms)


def two_arms_proportion(p1: float, p2: float, arms: Arms | None = None) -> TwoArms:
    """Units to draw in two groups so that a test finds a difference of proportions.

    Parameters
    ----------
    p1, p2 : float
        True proportions of the groups.
    arms : Arms, optional
        The test and the conditions; two-sided and equal groups when left out.

    Returns
    -------
    TwoArms
        The sizes.

    Raises
    ------
    DataError
        If an assumption is impossible, or there is nothing that the test could find.

    Notes
    -----
    Variance under no difference of the pooled proportion ``(p1 + ratio p2) / (1 + ratio)`` (Fleiss, Levin & Paik 2003,
    4.3, without continuity correction; statsmodels' ``samplesize_proportions_2indep_onetail``); under non-inferiority
    that of the proportions themselves (Chow, Shao & Wang 2008, 4.2).

    Examples
    --------
    >>> two_arms_proportion(0.6, 0.5).n1
    388
    >>> two_arms_proportion(0.85, 0.85, Arms("noninferiority", margin=0.05)).n1
    631
    """
    arms = arms or Arms()
    require_proportion(p1, "p1")
    require_proportion(p2, "p2")
    full = math.sqrt(p1 * (1 - p1) + p2 * (1 - p2) / arms.ratio)
    pooled = (p1 + arms.ratio * p2) / (1 + arms.ratio)
    null = full if arms.alternative == "noninferiority" else math.sqrt(pooled * (1 - pooled) * (1 + 1 / arms.ratio))
    return _sizes(p1 - p2, null, full, arms)


def _sizes(difference: float, null: float, full: float, arms: Arms) -> TwoArms:
    gap = abs(difference) if arms.alternative == "two_sided" else difference + arms.margin
    if not (math.isfinite(gap) and gap > 1e-12 * max(1.0, null)):
        raise DataError(
            f"sample size: the true difference {difference!r} is nothing that a {arms.alternative} test could find"
            + (f" with margin {arms.margin!r}" if arms.margin else "")
        )
    z = critical_value(arms.conf_level) if arms.alternative == "two_sided" else NormalDist().inv_cdf(arms.conf_level)
    root = (z * null + NormalDist().inv_cdf(arms.power) * full) / gap
    net = arms.deff * root * root if root > 0 else 0.0
    share = yield_rate(arms.response_rate, arms.deff, None)
    both = (net, arms.ratio * net)
    drawn = [max(1, round_up(part / share)) for part in both]
    needed = [max(1, round_up(part)) for part in both]
    return TwoArms(drawn[0], drawn[1], needed[0], needed[1], net)


def sample_size_cv(
    cv: float,
    *,
    proportion: float | None = None,
    relative_deviation: float | None = None,
    population_size: float | None = None,
    deff: float = 1.0,
    response_rate: float | Field = 1.0,
) -> SampleSize:
    """Units to draw so that an estimate has a wanted coefficient of variation, standard error over estimate.

    Parameters
    ----------
    cv : float
        Wanted coefficient of variation of the estimate, such as 0.05.
    proportion : float, optional
        Assumed proportion; or else
    relative_deviation : float, optional
        Standard deviation of the variable over its mean.
    population_size, deff, response_rate
        See `sample_size_proportion`.

    Returns
    -------
    SampleSize
        The size; ``half_width`` is that of the 95 % interval of the proportion, or of the mean over itself.

    Raises
    ------
    DataError
        If neither or both are given, or an assumption is impossible.

    Notes
    -----
    ``deff (S / mean)^2 / n (1 - n / N) = cv^2`` (Cochran 1977, 4.6).

    Examples
    --------
    >>> sample_size_cv(0.1, proportion=0.2).n
    400
    """
    require_positive(cv, "cv")
    if (proportion is None) == (relative_deviation is None):
        raise DataError("sample size: give proportion or relative_deviation, and not both")
    z = critical_value(0.95)
    if proportion is not None:
        require_proportion(proportion, "proportion")
        return sample_size_proportion(
            proportion, z * cv * proportion, population_size=population_size, deff=deff, response_rate=response_rate
        )
    return sample_size_mean(
        float(relative_deviation or 0.0),
        z * cv,
        population_size=population_size,
        deff=deff,
        response_rate=response_rate,
    )
