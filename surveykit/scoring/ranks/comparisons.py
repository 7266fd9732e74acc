"""Simple ways to set units side by side: with the mean, with joint intervals, with comparison intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import stats

from surveykit.display import Presentation, Shown, presentation_of
from surveykit.display.charts import interval_chart
from surveykit.display.content import pick
from surveykit.display.style import label_of
from surveykit.errors import DataError
from surveykit.estimation.results.rate_contrasts import against_mean
from surveykit.language import Language
from surveykit.scoring.kernel.numerics import FloatArray, difference_sd, valid_covariance
from surveykit.scoring.kernel.ranking import competition_ranks
from surveykit.scoring.ranks.compared import Kind, Values, read_compared, read_estimates

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from surveykit.display import Presentation
    from surveykit.estimation import Estimates

__all__ = [
    "BAND_NAMES",
    "ComparisonIntervals",
    "compare_with_mean",
    "goldstein_healy",
    "holm",
    "klein_wright_wieczorek",
    "unit_rows",
]

BAND_NAMES = {
    "above": {"zh": "高于平均", "en": "above the mean"},
    "not_distinguishable": {"zh": "与平均无显著差异", "en": "not distinguishable from the mean"},
    "below": {"zh": "低于平均", "en": "below the mean"},
}


def _quantile(probability: float, df: float | None) -> float:
    if df is None or not np.isfinite(df):
        return float(stats.norm.ppf(probability))
    return float(stats.t.ppf(probability, df))


def holm(p_values: FloatArray) -> FloatArray:
    """Adjust p-values by Holm's step-down; the familywise error holds under any dependence.

    Examples
    --------
    >>> holm(np.array([0.01, 0.04, 0.03])).round(4).tolist()
    [0.03, 0.06, 0.06]
    """
    p_values = np.asarray(p_values, dtype=float)
    order = np.argsort(p_values, kind="stable")
    stepped = np.maximum.accumulate(p_values[order] * np.arange(p_values.size, 0, -1))
    adjusted = np.empty_like(p_values)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


def compare_with_mean(
    estimates: Estimates | Values,
    covariance: object = None,
    *,
    weights: FloatArray | None = None,
    conf_level: float = 0.95,
    df: float | FloatArray | None = None,
    kind: Kind | None = None,
    n: object = None,
    variable: str | None = None,
) -> pd.DataFrame:
    """Put each unit into a band: above, not distinguishable from, or below the mean of all units.

    Parameters
    ----------
    estimates : Estimates, array_like, Series or mapping, shape (p,)
        `Estimates` bring covariance, degrees of freedom, kind and numbers of respondents.
    covariance : array_like, shape (p, p)
    weights : array_like, shape (p,), optional
        Weights of the mean, for example population shares; equal when absent. Divided by their sum.
    conf_level : float
        1 minus the familywise error of calling any unit above or below that is not.
    df : float or array_like, optional
        Degrees of freedom of the covariance; infinite when absent.
    kind : {"rate", "number"}, optional
        "rate": compared by the confidence distributions of rates, which hold near 0 and 1; "number": by the plain
        covariance. When absent, what `Estimates` say; for arrays, rates where every value lies between 0 and 1 and has
        a variance that a rate can have, ``v <= p (1 - p)``, with an `InterpretationWarning` unless `n` is given. Say
        "number" for means that only happen to lie there.
    n : array_like, optional
        Numbers of respondents of rates. Without them a rate of 0 or 1 counts as resting on as many effective
        respondents as the others do on average (harmonic mean).
    variable : str, optional
        Which of several indicators in `Estimates`.

    Returns
    -------
    DataFrame
        unit, estimate, difference, std_error (of the difference, from the covariance), p_value (Holm-adjusted,
        two-sided), band. ``attrs["kind"]`` says how they were compared.

    Raises
    ------
    DataError
        For missing values, wrong weights, a matrix that is no covariance, or rates of 0 and 1 only without `n`.

    Notes
    -----
    ``d = A theta`` with ``A = I - 1 w'``; ``Var(d) = A S A'``, so the unit's own share in the mean is allowed for.
    p-values: of ``d / sqrt(Var(d))`` for numbers, of `surveykit.estimation.results.rate_contrasts.against_mean` for
    rates.
    Holm (1979), Scandinavian Journal of Statistics 6, 65-70.

    Examples
    --------
    >>> compare_with_mean([92.0, 85.0, 79.3], np.diag([1.5, 1.8, 2.2]) ** 2)["band"].tolist()
    ['above', 'not_distinguishable', 'below']
    """
    found = read_compared(estimates, covariance, df=df, kind=kind, n=n, variable=variable)
    values, matrix = found.values, found.covariance
    shares = np.ones(values.size) if weights is None else np.asarray(weights, dtype=float)
    if shares.shape != values.shape or not np.isfinite(shares).all() or (shares < 0).any() or shares.sum() <= 0:
        raise DataError(f"weights: give {values.size} numbers, none negative or missing and not all zero")
    shares = shares / shares.sum()
    contrast = np.eye(values.size) - shares
    difference = contrast @ values
    variance = np.diag(contrast @ matrix @ contrast.T)
    error = np.sqrt(np.where(variance > 1e-12 * np.diag(matrix).max(initial=0.0), variance, 0.0))
    if found.margins is not None:
        tail = stats.norm.sf(np.abs(against_mean(found.margins, found.correlation, shares)))
    else:
        settled = np.where(np.abs(difference) > 1e-12 * np.abs(values).max(), np.inf, 0.0)
        size = np.divide(np.abs(difference), error, out=settled, where=error > 0)
        tail = stats.norm.sf(size) if found.df is None else stats.t.sf(size, found.df)
    p_values = holm(2 * tail)
    table = bands_from_p(found.units, values, difference, error, p_values, conf_level)
    table.attrs["kind"] = found.kind
    return table


def bands_from_p(
    units: list[Any],
    values: FloatArray,
    difference: FloatArray,
    error: FloatArray,
    p_values: FloatArray,
    conf_level: float,
) -> pd.DataFrame:
    """Return the table of bands from adjusted p-values."""
    distinct = p_values <= 1 - conf_level
    band = np.where(distinct, np.where(difference > 0, "above", "below"), "not_distinguishable")
    columns = {"unit": units, "estimate": values, "difference": difference, "std_error": error}
    return pd.DataFrame(columns | {"p_value": p_values, "band": band.tolist()})


def klein_wright_wieczorek(
    estimates: Values,
    std_errors: FloatArray,
    *,
    conf_level: float = 0.95,
    df: float | None = None,
    independent: bool = True,
) -> pd.DataFrame:
    """Joint rank sets from joint intervals: no covariance needed, can be drawn by hand, wider than the step-down.

    Parameters
    ----------
    estimates : array_like, Series or mapping, shape (p,)
    std_errors : array_like, shape (p,)
    conf_level : float
    df : float, optional
    independent : bool
        Whether the estimates are independent between units; False uses Bonferroni's level.

    Returns
    -------
    DataFrame
        unit, estimate, std_error, conf_low, conf_high, rank, rank_low, rank_high.

    Notes
    -----
    Individual level ``(1 - a) ** (1 / p)``, or ``1 - a / p``; ``rank_low`` is 1 + the number of intervals wholly above,
    ``rank_high`` is p - the number wholly below. Klein, Wright and Wieczorek (2020), Journal of the Royal Statistical
    Society A 183, 589-606; R package RankingProject.

    Examples
    --------
    >>> table = klein_wright_wieczorek([92.0, 85.0, 79.3], np.array([1.5, 1.8, 2.2]))
    >>> table[["rank_low", "rank_high"]].to_numpy().tolist()
    [[1, 2], [1, 3], [2, 3]]
    """
    units, values = read_estimates(estimates)
    errors = _errors(std_errors, values.size)
    alpha = 1 - conf_level
    individual = 1 - (1 - alpha) ** (1 / values.size) if independent else alpha / values.size
    reach = _quantile(1 - individual / 2, df) * errors
    low, high = values - reach, values + reach
    return pd.DataFrame(
        {
            "unit": units,
            "estimate": values,
            "std_error": errors,
            "conf_low": low,
            "conf_high": high,
            "rank": competition_ranks(values),
            "rank_low": 1 + (low[:, None] > high[None, :]).sum(axis=0),
            "rank_high": values.size - (high[:, None] < low[None, :]).sum(axis=0),
        }
    )


def _errors(std_errors: object, size: int) -> FloatArray:
    errors = np.asarray(std_errors, dtype=float)
    if errors.shape != (size,) or not np.isfinite(errors).all() or (errors < 0).any():
        raise DataError(f"std_errors: give {size} numbers, none missing or negative")
    return errors


@dataclass(frozen=True)
class ComparisonIntervals(Shown):
    """Intervals that overlap, on average, when two units do not differ significantly.

    Attributes
    ----------
    table : DataFrame
        unit, estimate, std_error, compare_low, compare_high, conf_low, conf_high.
    multiplier : float
        Of the standard error in the comparison interval.
    alpha_range : (float, float)
        Smallest and largest level that a single pair is really compared at.
    """

    table: pd.DataFrame = field(repr=False)
    multiplier: float
    alpha_range: tuple[float, float]

    def presentation(self) -> Presentation:
        """Return what is shown and exported."""
        low, high = self.alpha_range
        note = (
            f"比较区间为估计值加减 {self.multiplier:.3f} 个标准误；单对比较的实际水平在 {low:.3f} 与 {high:.3f} 之间。",
            f"comparison intervals: {self.multiplier:.3f} std. errors; single pairs at level {low:.3f} to {high:.3f}",
        )
        title = ("比较区间", "Comparison intervals")
        return presentation_of(title, {title: self.table}, note)

    def _draw(
        self,
        ax: Axes | None,
        language: Language,
        labels: Mapping[str, str] | None,
        *,
        bands: pd.DataFrame | None = None,
        sort: bool = True,
    ) -> Axes:
        """Draw each unit with its comparison interval (thick) and confidence interval (thin).

        Parameters
        ----------
        bands : DataFrame, optional
            From `compare_with_mean` for the same units: colours the bands.
        sort : bool
            Largest on top; else in the order of the table.
        """
        rows = unit_rows(self.table, "unit", labels, bands=bands, top="estimate" if sort else None)
        mean = None if bands is None else float(rows["estimate"].mean())
        axis = (
            "估计值；粗线为比较区间，细线为置信区间",
            "estimate; thick: comparison interval, thin: confidence interval",
        )
        return interval_chart(rows, ax, axis=pick(axis, language), language=language, reference=mean)


def unit_rows(
    table: pd.DataFrame,
    unit: str,
    labels: Mapping[str, str] | None,
    *,
    bands: pd.DataFrame | None = None,
    top: str | None = None,
) -> pd.DataFrame:
    """Return a table of units as the rows of a chart: with labels, with bands, the largest value of `top` first."""
    rows = table.assign(label=[label_of(name, labels) for name in table[unit]])
    if bands is not None:
        held = dict(zip(bands[bands.columns[0]], bands["band"], strict=True)) if "band" in bands else {}
        missing = [name for name in table[unit] if name not in held]
        if missing:
            raise DataError(
                f"plot: bands has no band for {missing[:3]}: pass the table of compare_with_mean for the same units"
            )
        rows = rows.assign(band=[held[name] for name in table[unit]])
    return rows if top is None else rows.sort_values(top, ascending=False, kind="stable")


def goldstein_healy(estimates: Values, covariance: object, *, conf_level: float = 0.95) -> ComparisonIntervals:
    """Intervals for a chart in which two units differ, on average over pairs, when their intervals do not overlap.

    Parameters
    ----------
    estimates : array_like, Series or mapping, shape (p,)
    covariance : array_like, shape (p, p)
        Every difference must have sampling error.
    conf_level : float
        Average level of the comparison of a pair; no control over many pairs.

    Returns
    -------
    ComparisonIntervals

    Notes
    -----
    ``z = z_(1-a/2) / mean_(j<k) k_jk`` with ``k_jk = (se_j + se_k) / sd_jk``; 1.386 for equal standard errors. A pair
    is compared at ``2 (1 - Phi(z k_jk))``, whose range is reported. Goldstein and Healy (1995), Journal of the Royal
    Statistical Society A 158, 175-177.

    Examples
    --------
    >>> round(goldstein_healy([1.0, 2.0, 3.0], np.eye(3)).multiplier, 3)
    1.386
    """
    units, values = read_estimates(estimates)
    matrix = valid_covariance(covariance, values.size)
    errors = np.sqrt(np.diag(matrix))
    upper = np.triu_indices(values.size, 1)
    sd = difference_sd(matrix)[upper]
    if (sd == 0).any():
        raise DataError("covariance: some differences have no sampling error; compare those units directly")
    ratio = (errors[:, None] + errors[None, :])[upper] / sd
    z = _quantile((1 + conf_level) / 2, None)
    multiplier = z / float(ratio.mean())
    levels = 2 * stats.norm.sf(multiplier * ratio)
    columns: dict[str, Any] = {"unit": units, "estimate": values, "std_error": errors}
    for name, width in (("compare", multiplier), ("conf", z)):
        columns[f"{name}_low"] = values - width * errors
        columns[f"{name}_high"] = values + width * errors
    return ComparisonIntervals(pd.DataFrame(columns), multiplier, (float(levels.min()), float(levels.max())))
