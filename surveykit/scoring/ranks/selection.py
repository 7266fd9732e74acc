"""The unit that came out best is the one that was lucky: estimates and intervals that allow for the selection."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import optimize
from scipy.special import log_ndtr

from surveykit.display import Presentation, Shown, facts, presentation_of
from surveykit.errors import DataError
from surveykit.scoring.kernel.numerics import FloatArray, generator, joint_draws, valid_covariance
from surveykit.scoring.ranks.compared import Values, read_estimates

__all__ = ["BestUnit", "best_unit", "simultaneous_intervals"]


def simultaneous_intervals(
    estimates: Values,
    covariance: object,
    *,
    conf_level: float = 0.95,
    draws: int = 20_000,
    seed: int | np.random.Generator = 2021,
    df: float | None = None,
) -> pd.DataFrame:
    """Intervals that hold for all units at once, and so for whichever is picked out afterwards.

    Parameters
    ----------
    estimates, covariance, conf_level, draws, seed, df
        As for `rank_confidence_sets`.

    Returns
    -------
    DataFrame
        unit, estimate, std_error, conf_low, conf_high.

    Notes
    -----
    ``x_k ± c s_k`` with c the `conf_level` quantile of ``max_k |Z_k| / s_k``.

    Examples
    --------
    >>> table = simultaneous_intervals([3.0, 2.0], np.eye(2), draws=100_000)
    >>> (table["conf_high"] - table["estimate"]).round(1).tolist()
    [2.2, 2.2]
    """
    units, values = read_estimates(estimates)
    matrix = valid_covariance(covariance, values.size)
    error = np.sqrt(np.diag(matrix))
    _, simulated = joint_draws(matrix, draws, generator(seed), df)
    sizes = np.abs(simulated[error > 0]) / error[error > 0][:, None]
    reach = error * (np.quantile(sizes.max(axis=0), conf_level) if sizes.size else 0.0)
    columns = {"unit": units, "estimate": values, "std_error": error}
    return pd.DataFrame(columns | {"conf_low": values - reach, "conf_high": values + reach})


@dataclass(frozen=True)
class BestUnit(Shown):
    """The unit with the largest estimate, allowing for its having been picked as such.

    Attributes
    ----------
    unit
        The unit.
    estimate, std_error : float
        As estimated; too high on average.
    median_unbiased : float
        As often too high as too low, given that the unit came out best.
    conf_low, conf_high : float
        Interval given the selection; very wide when the runner-up is close, infinite when it cannot be found.
    projection_low, projection_high : float
        The unit's simultaneous interval; holds whatever was picked.
    """

    unit: Any
    estimate: float
    std_error: float
    median_unbiased: float
    conf_low: float
    conf_high: float
    projection_low: float
    projection_high: float

    def presentation(self) -> Presentation:
        """Return what is shown and exported."""
        title = ("名列第一者的推断", "Inference for the best unit")
        return presentation_of(title, {title: facts(asdict(self))})


def _truncation(values: FloatArray, matrix: FloatArray, best: int) -> tuple[float, float]:
    """Bounds of the best unit's estimate given that it is the best and what the others say besides."""
    variance = matrix[best, best]
    others = np.delete(np.arange(values.size), best)
    shared = matrix[others, best]
    besides = values[others] - shared / variance * values[best]
    slack = variance - shared
    below, above = slack > 1e-12 * variance, slack < -1e-12 * variance
    low = np.max(variance * besides[below] / slack[below], initial=-np.inf)
    high = np.min(variance * besides[above] / slack[above], initial=np.inf)
    return float(low), float(high)


def _log_difference(a: float, b: float) -> float:
    """log(Phi(b) - Phi(a)) for a < b, also far in the tails."""
    if a > 0:
        a, b = -b, -a
    large, small = float(log_ndtr(b)), float(log_ndtr(a))
    return large + float(np.log(-np.expm1(min(small - large, -1e-300))))


def _solve(x: float, error: float, low: float, high: float, probability: float) -> float:
    """Find the mean at which a truncated normal lies at or below x with the given probability."""

    def excess(mean: float) -> float:
        a, b, c = (low - mean) / error, (x - mean) / error, (high - mean) / error
        return float(np.exp(_log_difference(a, b) - _log_difference(a, c))) - probability

    left, right = x - error, x + error
    for _ in range(60):
        if excess(left) > 0:
            break
        left -= 2 * (x - left)
    for _ in range(60):
        if excess(right) < 0:
            break
        right += 2 * (right - x)
    if not (excess(left) > 0 > excess(right)):
        return float("-inf") if excess(left) <= 0 else float("inf")
    return float(optimize.brentq(excess, left, right, xtol=1e-10 * error))


def best_unit(
    estimates: Values,
    covariance: object,
    *,
    conf_level: float = 0.95,
    draws: int = 20_000,
    seed: int | np.random.Generator = 2021,
) -> BestUnit:
    """Estimate the best unit without the winner's curse.

    Parameters
    ----------
    estimates, covariance, conf_level, draws, seed
        As for `rank_confidence_sets`; one unit must have the largest estimate, with sampling error.

    Returns
    -------
    BestUnit

    Raises
    ------
    DataError
        When two units share the largest estimate, or it has no error.

    Notes
    -----
    Given what is independent of the best unit's estimate X ~ N(mu, s^2), X is truncated to (L, U) with
    ``L = max s^2 N_k / (s^2 - S_kj)`` over ``S_kj < s^2``, ``N_k = X_k - S_kj / s^2 X``. The median-unbiased estimate
    solves ``F(X; mu) = 1/2``, the interval ``F = 1 - a/2`` and ``a/2``. Andrews, Kitagawa and McCloskey (2024),
    Inference on winners, Quarterly Journal of Economics 139, 305-358.

    Examples
    --------
    >>> found = best_unit({"a": 2.0, "b": 1.5, "c": -1.0}, np.eye(3))
    >>> found.unit, found.median_unbiased < found.estimate
    ('a', True)
    """
    units, values = read_estimates(estimates)
    matrix = valid_covariance(covariance, values.size)
    best = int(np.argmax(values))
    error = float(np.sqrt(matrix[best, best]))
    if (values == values[best]).sum() > 1 or error == 0:
        raise DataError("estimates: the best unit is not alone or has no sampling error; use simultaneous_intervals")
    low, high = _truncation(values, matrix, best)
    x = float(values[best])
    alpha = 1 - conf_level
    middle, lower, upper = (_solve(x, error, low, high, p) for p in (0.5, 1 - alpha / 2, alpha / 2))
    table = simultaneous_intervals(estimates, matrix, conf_level=conf_level, draws=draws, seed=seed)
    row = table.iloc[best]
    return BestUnit(units[best], x, error, middle, lower, upper, float(row["conf_low"]), float(row["conf_high"]))
