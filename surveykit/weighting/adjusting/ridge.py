"""Ridge (penalised) calibration: margins that conflict, or cost too much, are met approximately and said so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from surveykit.design import SurveyDesign
from surveykit.errors import DataError, first_few
from surveykit.weighting.arrays.distances import Array
from surveykit.weighting.inputs.auxiliaries import Auxiliaries, read_parts
from surveykit.weighting.variance.credited import Made, adjust_design
from surveykit.weighting.variance.credits import CalibrationCredit


@dataclass(frozen=True, slots=True, eq=False)
class RidgeSolution:
    """Factors (n,), the ridge added to the Hessian (p,), and totals reached (p,)."""

    factors: Array
    ridge: Array
    reached: Array


@dataclass(frozen=True, slots=True, eq=False)
class RidgeCalibration:
    """A design after ridge calibration, and the totals that its weights reach.

    Attributes
    ----------
    design : SurveyDesign
        New weights, the step credited in the variance.
    achieved : DataFrame
        One row for each total: name, penalty, population, before, after, relative_error.
    """

    design: SurveyDesign
    achieved: pd.DataFrame


def ridge_calibrate(
    design: SurveyDesign, totals: Mapping[Any, Any], penalties: Mapping[Any, float] | float
) -> RidgeCalibration:
    """Calibrate with the linear distance, paying for missed totals instead of forbidding them.

    Parameters
    ----------
    design : SurveyDesign
        Design to start from.
    totals : mapping
        As in `calibrate`; margins need not agree in total.
    penalties : float or mapping of auxiliary to float
        How loosely each auxiliary's totals are held: 0 exactly, 1 about half way; auxiliaries not named are exact.

    Returns
    -------
    RidgeCalibration
        Never weights without the totals they reach.

    Raises
    ------
    DataError
        If a penalty is below 0 or names no auxiliary, exact totals conflict with each other, or weights of 0 or below
        come out.

    Notes
    -----
    Minimises ``sum (w - d)^2 / d + sum (x'w - t)^2 / c`` with ``c_j = penalty_j * sum(d x_j^2)``; hence
    ``w = d (1 + x l)`` with ``(X'dX + C) l = t - X'd`` (Chambers 1996; Beaumont and Bocci 2008).

    Examples
    --------
    >>> data = pd.DataFrame({"sex": ["m", "f"], "w": [10.0, 10.0]})
    >>> made = ridge_calibrate(SurveyDesign(data, weights="w"), {"sex": {"m": 12, "f": 8}}, 1.0)
    >>> made.design.weights.tolist()
    [11.0, 9.0]
    """
    before = design.weights
    used = before > 0
    auxiliaries = _loose_parts(design.data, totals, used)
    levels = penalty_levels(auxiliaries, penalties, tuple(totals))
    solution = solve_ridge(auxiliaries, before, ridge_size(auxiliaries, before, levels))
    after = np.where(used, before * solution.factors, before)
    refuse_below_zero(after, used)
    credit = CalibrationCredit(
        auxiliaries.x, before, solution.factors, np.ones_like(before), ridge=solution.ridge, name="ridge calibration"
    )
    made = Made(after, lambda: credit, lambda: credit)
    table = achieved_table(auxiliaries, before, solution.reached, levels)
    return RidgeCalibration(adjust_design(design, lambda _: made), table)


def ridge_size(auxiliaries: Auxiliaries, weights: Array, penalties: Array) -> Array:
    """Return the ridge (p,) that penalties (p,) stand for: penalty times the weighted sum of squares."""
    out: Array = penalties * (weights @ auxiliaries.x**2)
    return out


def solve_ridge(auxiliaries: Auxiliaries, weights: Array, ridge: Array) -> RidgeSolution:
    """Solve a ridge calibration.

    Parameters
    ----------
    auxiliaries : Auxiliaries
        Auxiliaries (n, p) and totals.
    weights : array, shape (n,)
        Starting weights.
    ridge : array, shape (p,)
        Ridge of each total, see `ridge_size`; 0 for exact.

    Returns
    -------
    RidgeSolution

    Raises
    ------
    DataError
        If totals with ridge 0 cannot all be met.
    """
    x, totals = auxiliaries.x, auxiliaries.totals
    hessian = (x * weights[:, None]).T @ x + np.diag(ridge)
    multipliers = np.linalg.pinv(hessian, rcond=1e-12, hermitian=True) @ (totals - weights @ x)
    factors = 1.0 + x @ multipliers
    reached = (weights * factors) @ x
    size = np.maximum(np.abs(totals), np.abs(weights) @ np.abs(x))
    missed = (ridge == 0) & (np.abs(reached - totals) > 1e-8 * size)
    if missed.any():
        named = ", ".join(
            f"{auxiliaries.names[j]}: {reached[j]:.6g} instead of {totals[j]:.6g}" for j in np.flatnonzero(missed)[:5]
        )
        raise DataError(f"exact totals conflict with each other ({named}); give one of these auxiliaries a penalty")
    return RidgeSolution(factors, ridge, reached)


def refuse_below_zero(weights: Array, used: Array) -> None:
    """Refuse weights of 0 or below out of ridge calibration, naming the alternatives.

    Raises
    ------
    DataError
        With their number and the smallest.
    """
    wrong = used & (weights <= 0)
    if wrong.any():
        raise DataError(
            f"ridge calibration gives {int(wrong.sum())} of {int(used.sum())} rows a weight of 0 or below (smallest "
            f"{weights[used].min():.4g}; rows {first_few(np.flatnonzero(wrong).tolist())}). Raise the penalties, drop "
            'or collapse the totals that are far from the sample, or use calibration with distance="raking"'
        )


def penalty_levels(auxiliaries: Auxiliaries, penalties: Mapping[Any, float] | float, keys: tuple[Any, ...]) -> Array:
    """Spread penalties of auxiliaries over their totals."""
    labels = {" x ".join((key,) if isinstance(key, str) else tuple(key)): key for key in keys}
    longest = sorted(labels, key=len, reverse=True)
    owners = [next(label for label in longest if _owns(label, name)) for name in auxiliaries.names]
    if isinstance(penalties, Mapping):
        given = {" x ".join((key,) if isinstance(key, str) else tuple(key)): float(v) for key, v in penalties.items()}
        stray = sorted(set(given) - set(labels))
        if stray:
            raise DataError(f"penalties name no auxiliary: {stray}; auxiliaries are {sorted(labels)}")
    else:
        given = dict.fromkeys(labels, float(penalties))
    values = np.array([given.get(owner, 0.0) for owner in owners])
    if not (np.isfinite(values) & (values >= 0)).all():
        raise DataError("penalties must be numbers of at least 0 (0 is exact)")
    return values


def achieved_table(auxiliaries: Auxiliaries, weights: Array, reached: Array, penalties: Array) -> pd.DataFrame:
    """Totals asked for, before and reached."""
    size = np.maximum(np.abs(auxiliaries.totals), 1e-300)
    return pd.DataFrame(
        {
            "name": list(auxiliaries.names),
            "penalty": penalties,
            "population": auxiliaries.totals,
            "before": weights @ auxiliaries.x,
            "after": reached,
            "relative_error": np.abs(reached - auxiliaries.totals) / size,
        }
    )


def _owns(label: str, name: str) -> bool:
    return name == label or name.startswith(f"{label}=")


def _loose_parts(table: pd.DataFrame, totals: Mapping[Any, Any], used: Array) -> Auxiliaries:
    parts = [read_parts(table, {key: value}, used) for key, value in totals.items()]
    if not parts:
        raise DataError("calibration needs totals: pass {column: {level: total}} or {column: total}")
    return Auxiliaries(
        np.hstack([part.x for part in parts]),
        np.concatenate([part.totals for part in parts]),
        tuple(name for part in parts for name in part.names),
        None,
    )
