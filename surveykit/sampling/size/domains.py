"""Sizes by domain, and what a comparison of many districts can tell apart."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from statistics import NormalDist
from typing import TYPE_CHECKING, Literal, get_args

from surveykit.errors import DataError, choose
from surveykit.sampling.size.compare import Comparison, smallest_difference
from surveykit.sampling.size.equation import effective_size, require_conditions, require_positive, require_proportion
from surveykit.sampling.size.proportion import sample_size_proportion

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["comparison_table", "domain_sizes", "rank_set_width"]

RankSetKind = Literal["marginal", "simultaneous"]


def domain_sizes(
    population_size: Mapping[str, float],
    p: float | Mapping[str, float] = 0.5,
    half_width: float | Mapping[str, float] = 0.05,
    *,
    conf_level: float = 0.95,
    deff: float = 1.0,
    response_rate: float | Mapping[str, float] = 1.0,
) -> pd.DataFrame:
    """Sizes that give each domain a wanted precision; they serve as lower bounds of an allocation.

    Parameters
    ----------
    population_size : mapping of str to float
        Units of each domain.
    p, half_width, response_rate : float or mapping
        One value for all domains, or one for each.
    conf_level, deff
        See `sample_size_proportion`.

    Returns
    -------
    pandas.DataFrame
        ``domain``, ``population_size``, ``n`` (units to draw, at most the population), ``n_net``, ``half_width``
        wanted and ``reachable``: False where even drawing the whole domain does not give the responses needed.

    Examples
    --------
    >>> domain_sizes({"a": 1000, "b": 100_000})["n"].tolist()
    [278, 383]
    """
    import pandas as pd

    def of(value: float | Mapping[str, float], domain: str, name: str) -> float:
        if not isinstance(value, Mapping):
            return value
        if domain not in value:
            raise DataError(f"domain sizes: {name} lacks domain {domain!r}: give it a value")
        return value[domain]

    rows = []
    for domain, population in population_size.items():
        rate, wanted = of(response_rate, domain, "response_rate"), of(half_width, domain, "half_width")
        net = sample_size_proportion(
            of(p, domain, "p"), wanted, conf_level=conf_level, population_size=population, deff=deff
        )
        require_conditions(deff, population, response_rate=rate)
        gross = math.ceil(net.continuous / rate - 1e-9)
        rows.append((domain, population, int(min(gross, population)), net.n_net, wanted, gross <= population))
    return pd.DataFrame(rows, columns=["domain", "population_size", "n", "n_net", "half_width", "reachable"])


def comparison_table(
    sizes: Sequence[int],
    p: float = 0.85,
    *,
    districts: int = 23,
    spread: float = 0.04,
    deff: float = 1.0,
    population_size: float | None = None,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """What a comparison of many districts can tell apart, for several sizes per district.

    Parameters
    ----------
    sizes : sequence of int
        Responding units per district.
    p : float
        Proportion around which the districts lie.
    districts : int
        Number of districts that are compared with each other.
    spread : float
        Standard deviation of the true proportions between districts.
    deff : float
        Design effect within a district.
    population_size : float, optional
        Units in a district; very large when left out.
    conf_level : float
        Confidence level, also of the family of all pairs.

    Returns
    -------
    pandas.DataFrame
        One row per size: ``n``, ``std_error``, ``half_width``; ``gap_pair``: smallest observed difference between two
        districts named beforehand that is significant; ``gap_all``: the same when all pairs are compared at once
        (studentized
        range); ``gap_power``: smallest true difference between two districts found with power 0.8; ``width_marginal``
        and
        ``width_simultaneous``: expected number of ranks in the confidence set of a district's rank (for one district,
        for all at once); ``pairs_apart``: share of all pairs that all-pairs comparison tells apart.

    Examples
    --------
    >>> table = comparison_table([400], 0.86, deff=1.5, spread=0.04)
    >>> table[["std_error", "width_simultaneous"]].round(3).values.tolist()
    [[0.021, 21.023]]
    """
    import pandas as pd

    require_proportion(p)
    rows = []
    for n in sizes:
        require_positive(n, "n")
        effective = effective_size(n, deff, population_size, unit_factor=True)
        error = math.sqrt(p * (1 - p) / effective)
        z = NormalDist().inv_cdf(0.5 + conf_level / 2)
        family = _critical("simultaneous", districts, conf_level)
        comparison = Comparison(deff=deff, population_size=population_size)
        marginal, simultaneous = (
            rank_set_width(error, spread, districts=districts, conf_level=conf_level, kind=kind)
            for kind in ("marginal", "simultaneous")
        )
        rows.append(
            {
                "n": n,
                "std_error": error,
                "half_width": z * error,
                "gap_pair": z * math.sqrt(2.0) * error,
                "gap_all": family * math.sqrt(2.0) * error,
                "gap_power": smallest_difference(n, p, conf_level=conf_level, comparison=comparison),
                "width_marginal": marginal,
                "width_simultaneous": simultaneous,
                "pairs_apart": (districts - simultaneous) / (districts - 1),
            }
        )
    return pd.DataFrame(rows)


def rank_set_width(
    std_error: float,
    spread: float,
    *,
    districts: int = 23,
    conf_level: float = 0.95,
    kind: RankSetKind = "simultaneous",
) -> float:
    """Expected number of ranks in the confidence set of a district's rank.

    Parameters
    ----------
    std_error : float
        Standard error of each district's estimate; equal and independent.
    spread : float
        Standard deviation of the true values, taken as normal.
    districts : int
        Number of districts.
    conf_level : float
        Confidence level.
    kind : {"marginal", "simultaneous"}
        Set for one district's rank, or sets that hold for all districts at once.

    Returns
    -------
    float
        Between 1 and the number of districts.

    Notes
    -----
    A district is not told apart from another when their difference is below c times its standard error, where c is the
    quantile of the largest of all standardized differences that matter (single step; Mogstad et al. 2024 refine it by
    stepping down, which narrows the sets slightly). A standardized difference is normal with variance
    ``1 + spread^2 / std_error^2``, hence ``1 + (districts - 1) P(|T| < c)``.

    Examples
    --------
    >>> round(rank_set_width(0.02, 0.0), 1)
    23.0
    """
    choose("kind", kind, get_args(RankSetKind))
    require_positive(std_error, "std_error")
    if districts < 2:
        raise DataError(f"rank sets: {districts} districts cannot be ranked: give at least 2")
    c = _critical(kind, districts, conf_level)
    scale = math.sqrt(1.0 + (spread / std_error) ** 2)
    return 1.0 + (districts - 1) * (2.0 * NormalDist().cdf(c / scale) - 1.0)


@lru_cache(maxsize=64)
def _critical(kind: str, districts: int, conf_level: float) -> float:
    """Quantile of the largest absolute standardized difference: over all pairs, or of one district with all others."""
    import numpy as np
    from scipy import optimize, stats

    if kind == "simultaneous":
        return float(stats.studentized_range.ppf(conf_level, districts, np.inf)) / math.sqrt(2.0)
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)

    def coverage(c: float) -> float:
        inner = stats.norm.cdf(math.sqrt(2.0) * c + nodes) - stats.norm.cdf(-math.sqrt(2.0) * c + nodes)
        return float((weights * inner ** (districts - 1)).sum() / weights.sum())

    return float(optimize.brentq(lambda c: coverage(c) - conf_level, 0.1, 10.0))
