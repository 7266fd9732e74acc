"""Confidence sets for ranks by inverting step-down tests of all pairwise differences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import pandas as pd

from surveykit.display import Presentation, Shown, Words, presentation_of
from surveykit.display.charts import rank_chart
from surveykit.display.content import pick
from surveykit.errors import DataError, choose
from surveykit.language import Language
from surveykit.scoring.kernel.numerics import FloatArray, difference_sd, generator, joint_draws
from surveykit.scoring.kernel.ranking import BoolArray, competition_ranks, step_down
from surveykit.scoring.ranks.compared import Kind, Values, read_compared
from surveykit.scoring.ranks.comparisons import unit_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from surveykit.display import Presentation
    from surveykit.estimation import Estimates

__all__ = [
    "RANK_AXIS",
    "RankMethod",
    "RankSets",
    "rank_confidence_sets",
    "tau_best",
    "tau_worst",
]

RANK_AXIS: Words = ("名次（1为最好），置信集合", "rank (1 is best), confidence set")
RankMethod = Literal["stepdown_simultaneous", "stepdown_marginal", "simultaneous", "marginal"]


@dataclass(frozen=True)
class RankSets(Shown):
    """Confidence sets for ranks; rank 1 is the largest estimate.

    Attributes
    ----------
    table : DataFrame
        One row per unit in the given order: unit, estimate, std_error, rank (1 + number of larger estimates),
        rank_low, rank_high (both ends belong to the set).
    separated : ndarray of bool, shape (p, p)
        ``separated[j, k]``: unit j was shown to lie above unit k.
    method : str
        Which sets; "simultaneous" sets hold for all units at once, "marginal" ones for one unit named in advance.
    conf_level : float
    draws : int
    df : float or None
        Degrees of freedom used; None means normal.
    critical_value : float
        Last critical value (simultaneous methods), NaN for marginal ones, which have one for each unit.
    kind : str
        "rate" (compared on the scale of rates, see `compare_with_mean`) or "number" (by the plain covariance).
    """

    table: pd.DataFrame
    separated: BoolArray = field(repr=False)
    method: RankMethod
    conf_level: float
    draws: int
    df: float | None
    critical_value: float
    kind: Kind = "number"

    def __post_init__(self) -> None:
        choose("method", self.method, get_args(RankMethod))
        choose("kind", self.kind, get_args(Kind))

    def __repr__(self) -> str:
        df = "normal" if self.df is None else f"df = {self.df:g}"
        head = f"Rank confidence sets: {self.method}, {self.kind}s, level {self.conf_level:g}, {self.draws} draws, {df}"
        return head + "\n" + self.table.to_string(index=False)

    def presentation(self) -> Presentation:
        """Return the sets with what they hold for."""
        simultaneous = str(self.method).endswith("simultaneous")
        df = "normal" if self.df is None else f"df = {self.df:g}"
        holds = "对所有单位同时成立" if simultaneous else "只对事先指定的一个单位成立"
        note = (
            f"{self.conf_level:.0%} 名次置信集合，{holds}；{self.method}，{self.draws} 次抽取",
            f"{self.method}, level {self.conf_level:g}, {self.draws} draws, {df}",
        )
        title = ("名次置信集合", "Rank confidence sets")
        return presentation_of(title, {title: self.table.drop(columns="rank")}, note)

    def _draw(
        self,
        ax: Axes | None,
        language: Language,
        labels: Mapping[str, str] | None,
        *,
        bands: pd.DataFrame | None = None,
        sort: bool = True,
    ) -> Axes:
        """Draw the set of ranks of each unit.

        Parameters
        ----------
        bands : DataFrame, optional
            From `compare_with_mean` for the same units: colours the bands.
        sort : bool
            Largest on top; else in the order of the table.
        """
        rows = unit_rows(self.table, "unit", labels, bands=bands, top="estimate" if sort else None)
        return rank_chart(rows, ax, axis=pick(RANK_AXIS, language), language=language)


def _certain(values: FloatArray, sd: FloatArray) -> tuple[BoolArray, BoolArray]:
    """Pairs without sampling error in their difference: surely above, surely not above."""
    known = sd == 0
    np.fill_diagonal(known, False)
    tolerance = 1e-12 * np.maximum(np.abs(values[:, None]), np.abs(values[None, :]))
    difference = values[:, None] - values[None, :]
    return known & (difference > tolerance), known & (difference >= -tolerance)


def _marginal(statistic: FloatArray, sd: FloatArray, draws: FloatArray, conf_level: float, steps: bool) -> BoolArray:
    p = len(statistic)
    rejected = np.zeros((p, p, p), dtype=bool)
    for j in range(p):
        family = np.zeros((p, p), dtype=bool)
        family[j, :] = family[:, j] = True
        rejected[j], _ = step_down(statistic, sd, draws, family, conf_level, steps=steps)
    above = np.stack([rejected[j][:, j] for j in range(p)], axis=1)
    below = np.stack([rejected[j][j, :] for j in range(p)], axis=0)
    return np.stack([above, below])


def rank_confidence_sets(
    estimates: Estimates | Values,
    covariance: object = None,
    *,
    conf_level: float = 0.95,
    draws: int = 20_000,
    seed: int | np.random.Generator = 2021,
    method: RankMethod = "stepdown_simultaneous",
    df: float | FloatArray | None = None,
    kind: Kind | None = None,
    n: object = None,
    variable: str | None = None,
) -> RankSets:
    """Find for each unit the ranks that the data do not rule out.

    A pair enters the count only when its difference is significant at a level that holds for the whole family of
    pairs. The sets cover at least `conf_level`, also under ties and near-ties, and are wide when the data say little.

    Parameters
    ----------
    estimates : Estimates, array_like, Series or mapping, shape (p,)
        Larger is better. The index of a Series, or the keys of a mapping, name the units. No missing values.
    covariance : array_like, shape (p, p)
        Joint covariance of the estimates, in their order; covariances between units count. `Estimates` bring theirs.
    conf_level : float
        Between 0 and 1.
    draws : int
        Draws for the critical values; one set is used in all steps.
    seed : int or numpy.random.Generator
    method : str
        "stepdown_simultaneous" (all units at once), "stepdown_marginal" (one unit named in advance), or either without
        further steps: "simultaneous", "marginal".
    df : float or array_like, optional
        Degrees of freedom of the covariance; with few of them critical values grow as for Student's t.
    kind, n, variable
        As for `compare_with_mean`.

    Returns
    -------
    RankSets

    Raises
    ------
    DataError
        For missing values, a matrix that is no covariance, or an unknown method.

    Notes
    -----
    ``c`` is the `conf_level` quantile of ``max (Z_a - Z_b) / sd_ab`` over the pairs still tested, with
    ``Z ~ N(0, covariance)`` (times ``sqrt(df / chi2_df)``). Pairs with ``(theta_a - theta_b) / sd_ab > c`` are
    rejected, and the step is repeated until nothing new is. The set of j is ``[1 + #above, p - #below]``. Pairs whose
    difference has no sampling error are taken as known. For rates the statistic of a pair is the normal score of
    `surveykit.estimation.results.rate_contrasts.pair_scores`, which keeps the error near 0 and 1. Source: Mogstad,
    Romano, Shaikh and Wilhelm (2024), Inference for ranks, Review of Economic Studies 91, 476-518; R package
    csranks.

    Examples
    --------
    >>> import numpy as np
    >>> sets = rank_confidence_sets([92.0, 85.0, 79.3], np.diag([1.5, 1.8, 2.2]) ** 2)
    >>> sets.table[["rank_low", "rank_high"]].to_numpy().tolist()
    [[1, 1], [2, 3], [2, 3]]
    """
    choose("method", method, get_args(RankMethod))
    if not 0 < conf_level < 1:
        raise DataError(f"conf_level: {conf_level} is not between 0 and 1; 0.95 is usual")
    if draws < 100:
        raise DataError(f"draws: {draws} are too few for a quantile; use 20000 or more")
    found = read_compared(estimates, covariance, df=df, kind=kind, n=n, variable=variable)
    units, values, matrix = found.units, found.values, found.working_covariance
    sd = difference_sd(matrix)
    if found.margins is None:
        statistic = np.divide(values[:, None] - values, sd, out=np.zeros_like(sd), where=sd > 0)
        common = found.common_df
    else:
        statistic, common = found.pair_scores(), None
    _, simulated = joint_draws(matrix, draws, generator(seed), common)
    critical, table, separated = sets_of_scores(units, values, statistic, (sd, simulated), method, conf_level)
    table.insert(2, "std_error", np.sqrt(np.diag(found.covariance)))
    return RankSets(table, separated, method, conf_level, draws, found.common_df, critical, found.kind)


def sets_of_scores(
    units: list[Any],
    values: FloatArray,
    statistic: FloatArray,
    law: tuple[FloatArray, FloatArray],
    method: RankMethod,
    conf_level: float,
) -> tuple[float, pd.DataFrame, BoolArray]:
    """Return critical value, table without standard errors, and separated pairs, from statistics of all pairs.

    Parameters
    ----------
    units, values
        Names and estimates.
    statistic : ndarray, shape (p, p)
        Of each ordered pair, positive where the first is larger.
    law : (ndarray (p, p), ndarray (p, draws))
        Standard deviations of the differences, and draws centred at 0.
    method, conf_level
        As for `rank_confidence_sets`.
    """
    sd, simulated = law
    steps = method.startswith("stepdown")
    surely_above, surely_not_below = _certain(values, sd)
    critical = np.nan
    if method.endswith("simultaneous"):
        rejected, critical = step_down(statistic, sd, simulated, sd > 0, conf_level, steps=steps)
        above, below = rejected, rejected
    else:
        above, below = _marginal(statistic, sd, simulated, conf_level, steps)
    table = pd.DataFrame(
        {
            "unit": units,
            "estimate": values,
            "rank": competition_ranks(values),
            "rank_low": 1 + (above | surely_above).sum(axis=0),
            "rank_high": values.size - (below | surely_not_below).sum(axis=1),
        }
    )
    return critical, table, (above & below) | surely_above


def _of_all_units(sets: RankSets, tau: int) -> None:
    if not sets.method.endswith("simultaneous"):
        raise DataError(f"sets: {sets.method} holds for one unit only; use method='stepdown_simultaneous'")
    if not 1 <= tau <= len(sets.table):
        raise DataError(f"tau: {tau} is not between 1 and the number of units, {len(sets.table)}")


def tau_best(sets: RankSets, tau: int) -> list[Any]:
    """Name the units that may be among the `tau` best; all true ones are named with probability `conf_level`.

    Parameters
    ----------
    sets : RankSets
        Simultaneous sets; their family of ordered pairs also serves the one-sided bounds.
    tau : int
        Between 1 and the number of units.

    Returns
    -------
    list
        ``{j : rank_low_j <= tau}`` in the given order (Mogstad et al. 2024, section 3.4).

    Examples
    --------
    >>> import numpy as np
    >>> sets = rank_confidence_sets({"a": 92.0, "b": 85.0, "c": 79.3}, np.diag([1.5, 1.8, 2.2]) ** 2)
    >>> tau_best(sets, 1), tau_worst(sets, 1)
    (['a'], ['b', 'c'])
    """
    _of_all_units(sets, tau)
    return sets.table.loc[sets.table["rank_low"] <= tau, "unit"].tolist()


def tau_worst(sets: RankSets, tau: int) -> list[Any]:
    """Name the units that may be among the `tau` worst, ``{j : rank_high_j >= p - tau + 1}``; see `tau_best`."""
    _of_all_units(sets, tau)
    return sets.table.loc[sets.table["rank_high"] >= len(sets.table) - tau + 1, "unit"].tolist()
