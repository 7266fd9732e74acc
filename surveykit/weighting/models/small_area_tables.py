"""Small areas from estimates of towns and communities: smoothed variances, then the Fay-Herriot model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from surveykit.errors import DataError, choose, first_few
from surveykit.weighting.arrays.cells import level_text
from surveykit.weighting.arrays.distances import Array
from surveykit.weighting.models.small_area import FayHerriot, fay_herriot

Variances = Literal["direct", "smoothed"]


def small_areas(
    estimates: Any,
    areas: pd.DataFrame,
    *,
    area: str,
    variable: str | None = None,
    covariates: Sequence[str] = (),
    variances: Variances = "smoothed",
    smallest: int = 2,
    conf_level: float = 0.95,
) -> FayHerriot:
    """Put direct and model-based rates of districts, towns or communities side by side.

    Parameters
    ----------
    estimates : Estimates or DataFrame
        Direct estimates of a share by area: the columns ``area``, estimate, std_error, n and, for several variables,
        variable.
    areas : DataFrame
        One row for each area that results are wanted for, sampled or not, with the column ``area`` and covariates.
    area : str
        Column of the area: district, town or community.
    variable : str, optional
        Which variable of the estimates; needed when there are several.
    covariates : sequence of str
        Numeric columns of ``areas``.
    variances : {"smoothed", "direct"}
        ``direct`` takes each standard error as it is, which is right for districts with hundreds of answers. In towns
        and communities a direct variance rests on a few answers and may be 0; ``smoothed`` puts
        ``deff p (1 - p) / n`` in its place, with the share p of all areas together and their mean design effect.
    smallest : int
        Areas with fewer answers count as not sampled and get the synthetic estimate.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    FayHerriot
        Its table has every area once; ``direct`` and ``direct_std_error`` beside ``estimate`` and ``std_error``, and
        ``plot(what="side by side")`` draws both.

    Raises
    ------
    DataError
        If columns or the variable are missing, estimates repeat or name unknown areas, or are no shares.

    Notes
    -----
    Smoothing: a generalised variance function (Wolter 2007, chapter 7) with the design effect pooled over areas,
    weighted by n; Fay-Herriot takes variances as known, which smoothed ones are more nearly than direct ones. Towns in
    the same district may share its level by a covariate.

    Examples
    --------
    >>> direct = pd.DataFrame({"town": ["a", "b", "c"], "estimate": [0.5, 0.7, 1.0], "std_error": [0.1, 0.1, 0.0]})
    >>> made = small_areas(direct.assign(n=[20, 20, 4]), pd.DataFrame({"town": list("abcd")}), area="town")
    >>> made.table["estimate"].round(2).tolist()
    [0.55, 0.69, 0.78, 0.67]
    """
    choose("variances", variances, get_args(Variances))
    direct = _direct(estimates, area, variable)
    if area not in areas.columns:
        raise DataError(f"areas: there is no column {area!r}; there are {first_few(list(areas.columns))}")
    names = pd.Series(level_text(areas[area]), dtype=object)
    stray = sorted(set(direct.index) - set(names))
    if stray:
        raise DataError(f"estimates of areas that the table of areas does not know: {first_few(stray)}; add them to it")
    found = direct.reindex(names)
    n = found["n"].fillna(0).to_numpy(dtype=float)
    heard = n >= smallest
    table = areas.reset_index(drop=True).copy()
    table["estimate"] = np.where(heard, found["estimate"].to_numpy(dtype=float), np.nan)
    spread = found["std_error"].to_numpy(dtype=float)
    if variances == "smoothed":
        spread = smoothed_errors(found["estimate"].to_numpy(dtype=float), spread, np.where(heard, n, 0.0))
    table["std_error"] = np.where(heard, spread, np.nan)
    made = fay_herriot(table, area=area, covariates=covariates, conf_level=conf_level)
    return FayHerriot(made.table.assign(n=n.astype(int)), made.coefficients, made.area_variance, made.log_likelihood)


def smoothed_errors(estimate: Array, std_error: Array, n: Array) -> Array:
    """Standard errors of shares from the pooled share, the pooled design effect and each area's n.

    Parameters
    ----------
    estimate, std_error : array, shape (m,)
        Direct shares and their standard errors; missing where n is 0.
    n : array, shape (m,)
        Answers; 0 for areas that take no part.

    Returns
    -------
    array, shape (m,)
        NaN where n is 0.

    Raises
    ------
    DataError
        If an estimate is no share, or all answers are equal, so that there is nothing to pool.

    Examples
    --------
    >>> smoothed_errors(np.array([0.5, 0.5]), np.array([0.05, 0.10]), np.array([100.0, 25.0])).round(3).tolist()
    [0.05, 0.1]
    """
    used = n > 0
    if ((estimate[used] < 0) | (estimate[used] > 1)).any():
        raise DataError(
            'smoothed variances are those of shares from 0 to 1; use variances="direct" for other estimates'
        )
    share = float(n[used] @ estimate[used]) / max(float(n[used].sum()), 1.0)
    if not 0 < share < 1:
        raise DataError("all answers of all areas are equal: there is no variation to model")
    known = used & np.isfinite(std_error) & (std_error > 0) & (estimate > 0) & (estimate < 1)
    deff = 1.0
    if known.any():
        expected = estimate[known] * (1 - estimate[known]) / n[known]
        deff = float(n[known] @ (std_error[known] ** 2 / expected)) / float(n[known].sum())
    out: Array = np.sqrt(deff * share * (1 - share) / np.where(used, n, np.nan))
    return out


def _direct(estimates: Any, area: str, variable: str | None) -> pd.DataFrame:
    table = estimates if isinstance(estimates, pd.DataFrame) else estimates.table
    lacking = [name for name in (area, "estimate", "std_error", "n") if name not in table.columns]
    if lacking:
        raise DataError(f"the estimates lack the columns {first_few(lacking)}; estimate by {area!r} first")
    if "variable" in table.columns and variable is not None:
        table = table[table["variable"] == variable]
    if not len(table):
        raise DataError(f"the estimates hold no variable {variable!r}")
    names = level_text(table[area])
    twice = pd.Series(names)[pd.Series(names).duplicated()].tolist()
    if twice:
        raise DataError(
            f"several estimates for one area ({first_few(twice)}); name one variable (and level) of the estimates"
        )
    return table.set_index(pd.Index(names, dtype=object))[["estimate", "std_error", "n"]]
