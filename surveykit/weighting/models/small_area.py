"""Small areas: the Fay-Herriot model by restricted maximum likelihood, direct and model-based side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import pandas as pd
from scipy.stats import norm

from surveykit.display import NamedTable, Presentation, Shown
from surveykit.errors import ConvergenceError, DataError, choose, first_few
from surveykit.language import Language
from surveykit.weighting.arrays.distances import Array
from surveykit.weighting.models.resident_estimates import plot_intervals

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Chart = Literal["estimates", "side by side"]


@dataclass(frozen=True, slots=True, eq=False)
class FayHerriot(Shown):
    """Area estimates from a Fay-Herriot model.

    Attributes
    ----------
    table : DataFrame
        area, direct, direct_std_error, estimate, std_error (root of the mean squared error), conf_low, conf_high,
        shrinkage (weight of the direct estimate), synthetic, label.
    coefficients : DataFrame
        term, estimate, std_error.
    area_variance : float
        Variance of the area effects; 0 means that the areas differ no more than their sampling errors explain.
    log_likelihood : float
        Restricted log-likelihood.
    """

    table: pd.DataFrame
    coefficients: pd.DataFrame
    area_variance: float
    log_likelihood: float

    label = "model-based (Fay-Herriot)"

    def __repr__(self) -> str:
        return (
            f"<FayHerriot: {len(self.table)} areas, area variance {self.area_variance:.6g}, {self.label}>\n"
            f"{self.table.to_string(index=False, float_format='{:.4g}'.format)}"
        )

    def presentation(self) -> Presentation:
        """Return what is shown and exported."""
        said = f"{self.label}: area variance {self.area_variance:.6g}"
        tables = (
            NamedTable(("各地区", "Areas"), self.table),
            NamedTable(("系数", "Coefficients"), self.coefficients),
        )
        note = (f"模型估计（费-赫里奥特）；地区方差 {self.area_variance:.6g}；区间依模型而定。", said)
        return Presentation(("小域估计", "Small areas"), tables, (note,))

    def _draw(
        self, ax: Axes | None, language: Language, labels: Mapping[str, str] | None, *, what: Chart = "estimates"
    ) -> Axes:
        """Draw the model-based estimates with their intervals, or direct and model-based ones side by side.

        Parameters
        ----------
        what : {"estimates", "side by side"}
            Which chart.
        """
        choose("what", what, get_args(Chart))
        if what == "side by side":
            return _side_by_side(self.table, ax, language, labels)
        return plot_intervals(self.table, self.table["area"].tolist(), ax, language, labels)


def fay_herriot(
    table: pd.DataFrame,
    *,
    area: str,
    estimate: str = "estimate",
    std_error: str = "std_error",
    covariates: Sequence[str] = (),
    conf_level: float = 0.95,
) -> FayHerriot:
    """Combine direct estimates of areas with a regression on area covariates.

    Parameters
    ----------
    table : DataFrame
        One row for each area: its direct estimate, the standard error of it, covariates. A standard error that is
        missing or 0 marks an area without a direct estimate; it gets the synthetic one.
    area, estimate, std_error : str
        Columns.
    covariates : sequence of str
        Columns of numeric covariates, known without error; a constant is always included.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    FayHerriot

    Raises
    ------
    DataError
        If there are fewer areas than coefficients plus one, covariates are missing, or areas repeat.

    Notes
    -----
    theta_i = x_i b + u_i, direct_i = theta_i + e_i, Var(e_i) = std_error_i^2 taken as known. The area variance is
    estimated by REML (Fisher scoring); mean squared error g1 + g2 + 2 g3 (Prasad and Rao 1990; Datta and Lahiri 2000;
    Rao and Molina 2015, 6.1-6.2). Intervals are normal: they are model-based, not design-based.

    Examples
    --------
    >>> data = pd.DataFrame({"district": list("abcd"), "estimate": [1.0, 2.0, 3.0, 6.0], "std_error": 1.0})
    >>> fay_herriot(data, area="district").table["estimate"].round(3).tolist()
    [1.429, 2.214, 3.0, 5.357]
    """
    direct = pd.to_numeric(table[estimate], errors="coerce").to_numpy(dtype=float)
    spread = pd.to_numeric(table[std_error], errors="coerce").to_numpy(dtype=float)
    sampled = np.isfinite(direct) & np.isfinite(spread) & (spread > 0)
    x = _covariates(table, area, covariates)
    if int(sampled.sum()) <= x.shape[1]:
        raise DataError(
            f"Fay-Herriot: {int(sampled.sum())} areas with a direct estimate are too few for {x.shape[1]} coefficients"
        )
    variance = fit_area_variance(direct[sampled], spread[sampled] ** 2, x[sampled])
    model = _Model(direct[sampled], spread[sampled] ** 2, x[sampled], variance)
    shrinkage = np.where(sampled, variance / (variance + np.where(sampled, spread, 1.0) ** 2), 0.0)
    synthetic = x @ model.coefficients
    best = np.where(sampled, shrinkage * np.where(sampled, direct, 0.0) + (1 - shrinkage) * synthetic, synthetic)
    root = np.sqrt(_mean_squared_error(model, x, np.where(sampled, spread, np.inf) ** 2))
    reach = float(norm.ppf(0.5 + conf_level / 2)) * root
    out = pd.DataFrame(
        {
            "area": table[area].to_numpy(),
            "direct": np.where(sampled, direct, np.nan),
            "direct_std_error": np.where(sampled, spread, np.nan),
            "estimate": best,
            "std_error": root,
            "conf_low": best - reach,
            "conf_high": best + reach,
            "shrinkage": shrinkage,
            "synthetic": synthetic,
            "label": FayHerriot.label,
        }
    )
    terms = pd.DataFrame(
        {
            "term": ["(Intercept)", *covariates],
            "estimate": model.coefficients,
            "std_error": np.sqrt(np.diag(model.covariance)),
        }
    )
    return FayHerriot(out, terms, variance, model.log_likelihood)


def fit_area_variance(direct: Array, sampling_variance: Array, x: Array) -> float:
    """Estimate the variance of area effects by REML.

    Parameters
    ----------
    direct, sampling_variance : array, shape (m,)
        Direct estimates and their variances.
    x : array, shape (m, p)
        Covariates with the constant.

    Returns
    -------
    float
        At least 0.

    Raises
    ------
    ConvergenceError
        If Fisher scoring does not settle.
    """
    variance = max(float(np.var(direct, ddof=1)) - float(np.mean(sampling_variance)), 0.1 * float(np.var(direct)))
    size = float(np.mean(sampling_variance)) + variance
    for _ in range(500):
        score, information = _score(direct, sampling_variance, x, variance)
        step = score / information
        following = max(variance + step, 0.0)
        while following > 0 and _gets_worse(direct, sampling_variance, x, variance, following):
            step /= 2
            following = max(variance + step, 0.0)
            if abs(step) < 1e-14 * size:
                break
        if abs(following - variance) <= 1e-12 * size:
            return following
        variance = following
    raise ConvergenceError("Fay-Herriot: the area variance did not settle in 500 steps; check direct variances")


class _Model:
    def __init__(self, direct: Array, sampling: Array, x: Array, variance: float) -> None:
        total = variance + sampling
        self.x, self.total, self.variance = x, total, variance
        information = (x / total[:, None]).T @ x
        self.covariance = np.linalg.inv(information)
        self.coefficients = self.covariance @ (x.T @ (direct / total))
        residual = direct - x @ self.coefficients
        self.log_likelihood = -0.5 * float(
            np.sum(np.log(total)) + np.linalg.slogdet(information)[1] + np.sum(residual**2 / total)
        )


def _score(direct: Array, sampling: Array, x: Array, variance: float) -> tuple[float, float]:
    inverse = 1.0 / (variance + sampling)
    weighted = x * inverse[:, None]
    projection = np.diag(inverse) - weighted @ np.linalg.inv(x.T @ weighted) @ weighted.T
    projected = projection @ direct
    return 0.5 * float(projected @ projected - np.trace(projection)), 0.5 * float(np.sum(projection * projection))


def _gets_worse(direct: Array, sampling: Array, x: Array, variance: float, following: float) -> bool:
    before = _Model(direct, sampling, x, variance).log_likelihood
    return _Model(direct, sampling, x, following).log_likelihood < before - 1e-12 * abs(before)


def _mean_squared_error(model: _Model, x: Array, sampling: Array) -> Array:
    variance = model.variance
    finite = np.isfinite(sampling)
    psi = np.where(finite, sampling, 1.0)
    keep = np.where(finite, psi / (variance + psi), 1.0)
    g1 = np.where(finite, variance * keep, variance)
    g2 = keep**2 * np.sum((x @ model.covariance) * x, axis=1)
    uncertainty = 2.0 / float(np.sum(1.0 / model.total**2))
    g3 = np.where(finite, psi**2 / (variance + psi) ** 3 * uncertainty, 0.0)
    out: Array = g1 + g2 + 2 * g3
    return out


def _covariates(table: pd.DataFrame, area: str, covariates: Sequence[str]) -> Array:
    for name in (area, *covariates):
        if name not in table.columns:
            raise DataError(f"Fay-Herriot: there is no column {name!r}; there are {first_few(list(table.columns))}")
    twice = table[area][table[area].duplicated()].tolist()
    if twice:
        raise DataError(f"Fay-Herriot: areas appear more than once ({first_few(twice)}); give one row for each")
    columns = [np.ones(len(table))]
    for name in covariates:
        values = pd.to_numeric(table[name], errors="coerce").to_numpy(dtype=float)
        bad = ~np.isfinite(values)
        if bad.any():
            raise DataError(
                f"Fay-Herriot: covariate {name!r} is missing in areas {first_few(table[area][bad].tolist())}"
            )
        columns.append(values)
    return np.column_stack(columns)


def _side_by_side(table: pd.DataFrame, ax: Axes | None, language: Language, labels: Mapping[str, str] | None) -> Axes:
    """Draw the direct estimate of each area beside the model-based one; areas without answers have the second only."""
    from surveykit.display.style import chart_axes, chart_style, label_of, set_fonts

    zh = language == "zh"
    names = ("直接估计", "模型估计（费-赫里奥特）") if zh else ("direct", "model-based (Fay-Herriot)")
    with chart_style():
        axes = chart_axes(ax, 7.0, 0.9 + 0.32 * max(len(table), 2))
        places = np.arange(len(table))
        sides = (("direct", "direct_std_error", -0.14, "#c4600c", "s"), ("estimate", "std_error", 0.14, "#1f5a92", "o"))
        for (column, error, shift, color, mark), name in zip(sides, names, strict=True):
            centre, reach = table[column].to_numpy(dtype=float), 1.96 * table[error].to_numpy(dtype=float)
            look: dict[str, Any] = {
                "color": color,
                "marker": mark,
                "markersize": 4,
                "linestyle": "",
                "elinewidth": 1.0,
                "label": name,
            }
            axes.errorbar(centre, places + shift, xerr=reach, **look)
        axes.set_yticks(places, [label_of(name, labels) for name in table["area"]])
        axes.set_ylim(len(table) - 0.5, -0.5)
        side = "估计值与1.96倍标准误（依模型而定）" if zh else "estimate, 1.96 standard errors (model-dependent)"
        axes.set_xlabel(side)
        axes.legend(loc="best")
        set_fonts(axes)
    return axes
