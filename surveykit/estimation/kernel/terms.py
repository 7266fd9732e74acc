"""Statistics as smooth functions of totals: what to add up, the value, and the linearised totals per unit."""

# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from surveykit.design.domains import Domains
from surveykit.estimation.kernel.degenerate import EPSILON, STEPS, cell_constants
from surveykit.estimation.kernel.totals import Design, Moment, cell_sums, moment_sums, weighted

__all__ = [
    "Context",
    "Term",
    "divide",
    "level_total_term",
    "mean_term",
    "prop_term",
    "ratio_term",
    "share_linear",
    "total_term",
]

Arrays = Sequence[np.ndarray]


@dataclass(frozen=True, eq=False)
class Term:
    """One statistic over all levels and domain cells; rows are level by level, within a level cell by cell.

    Attributes
    ----------
    statistic, variable : str
        Names in the table.
    levels : tuple of str
        Levels of a proportion; ("",) otherwise.
    moments : tuple of Moment
        What to add up.
    base : int
        Which moment counts the weight of the rows that belong (its values are None).
    value : callable
        Totals, arrays (..., size) per moment -> estimates (..., rows).
    linear : callable
        Unit totals (m, size) per moment and overall totals (size,) -> linearised unit totals (m, rows).
    spread : numpy.ndarray, shape (rows,)
        Weighted population variance of the linearised variable, on the scale of the estimate's variance times n.
    count : numpy.ndarray, shape (rows,)
        Rows with a positive weight.
    kind : str
        "rate" where the proportion intervals apply, else "number".
    missing : int
        Rows of the data in which a variable is missing.
    weight : numpy.ndarray, shape (rows,)
        Sum of the weights.
    invert : Inversion or None
        For quantiles: from shares to quantiles.
    fixed : numpy.ndarray of bool, shape (rows,)
        Rows of the table without variation: every row of the domain has the same value. Empty for rates.
    """

    statistic: str
    variable: str
    levels: tuple[str, ...]
    moments: tuple[Moment, ...]
    base: int
    value: Callable[[Arrays], np.ndarray]
    linear: Callable[[Arrays, Arrays], np.ndarray]
    spread: np.ndarray
    count: np.ndarray
    kind: str = "number"
    missing: int = 0
    weight: np.ndarray = field(default_factory=lambda: np.zeros(0))
    invert: Any = None
    fixed: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=bool))


def divide(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return a / b, NaN where b is 0."""
    a, b = np.broadcast_arrays(np.asarray(a, float), np.asarray(b, float))
    return np.divide(a, b, out=np.full(a.shape, np.nan), where=b != 0)


class Context:
    """The design and domains of one call, with what several statistics share.

    Parameters
    ----------
    design : SurveyDesign
        The design.
    domains : Domains
        The cells.
    """

    def __init__(self, design: Design, domains: Domains) -> None:
        self.design = design
        self.domains = domains
        self._positive = bool(design.weights.min() > 0)

    def base(self, valid: np.ndarray | None) -> tuple[Moment, np.ndarray, np.ndarray]:
        """Return the base moment, the row counts and the weight totals of the cells; `valid` None = no row missing."""
        if valid is None:
            key = ("base", id(self.domains))
            if key not in self.domains.cache:
                self.domains.cache[key] = self._make_base(self.domains.code)
            made: tuple[Moment, np.ndarray, np.ndarray] = self.domains.cache[key]
            return made
        code = self.domains.code
        return self._make_base(np.where(valid, 0 if code is None else code, -1))

    def _make_base(self, code: np.ndarray | None) -> tuple[Moment, np.ndarray, np.ndarray]:
        moment = Moment(None, code, self.domains.size)
        total = cell_sums(weighted(moment, self.design.weights), code, moment.size)
        return moment, self._count(code, moment.size), total

    def _count(self, code: np.ndarray | None, size: int) -> np.ndarray:
        if code is None:
            return np.array([self.design.n])
        inside = code if self._positive else np.where(self.design.weights > 0, code, -1)
        if inside.min() >= 0:
            return np.bincount(inside, minlength=size)
        return np.bincount(inside + 1, minlength=size + 1)[1:]

    def moment(self, base: Moment, values: np.ndarray, part: bool = False) -> Moment:
        """Return the moment of values within the cells of `base`, rows outside set to 0; `part`: they are 0 or 1."""
        if base.code is not None and base.code.min() < 0:
            values = np.where(base.code >= 0, values, 0.0)
        return Moment(values, base.code, base.size, base=base, whole=base if part else None)

    def sums(self, moment: Moment) -> np.ndarray:
        """Return weighted totals of a moment in its cells."""
        return moment_sums(moment, self.design.weights)


def _validity(*columns: np.ndarray) -> np.ndarray | None:
    if all(np.isfinite(column.sum()) for column in columns):
        return None
    missing = np.isnan(columns[0])
    for column in columns[1:]:
        missing = missing | np.isnan(column)
    return ~missing if missing.any() else None


def _variance_within(context: Context, moment: Moment, mean: np.ndarray, total: np.ndarray) -> np.ndarray:
    assert moment.values is not None
    product = weighted(moment, context.design.weights)
    if moment.code is None:
        square = np.array([product @ moment.values])
    else:
        square = cell_sums(product * moment.values, moment.code, moment.size)
    mean_square = divide(square, total)
    spread = mean_square - mean * mean
    return np.where(spread > 1e-13 * mean_square, spread, np.where(np.isnan(spread), np.nan, 0.0))


def _is_zero_one(y: np.ndarray) -> bool:
    """Whether all values are 0 or 1: within these limits, and as large a sum as there are values other than 0."""
    if not y.size or y.min() < 0 or y.max() > 1:
        return False
    return bool(np.count_nonzero(y) == y.sum())


def mean_term(context: Context, name: str, y: np.ndarray) -> Term:
    """Return the weighted mean of y: linearised value ``w (y - mean) / sum w``; a 0/1 variable is a rate."""
    valid = _validity(y)
    base, count, total = context.base(valid)
    is_rate = _is_zero_one(y if valid is None else y[valid])
    centre = 0.0 if is_rate else _overall_mean(context, y, valid)
    moment = context.moment(base, y - centre if centre else y, part=is_rate)
    mean = divide(context.sums(moment), total)
    if is_rate:
        spread, constant = mean * (1.0 - mean), np.full(base.size, np.nan)
    else:
        spread = _variance_within(context, moment, mean, total)
        rounding = (STEPS * EPSILON * float(np.nanmax(np.abs(y), initial=0.0))) ** 2
        constant = cell_constants(y, base.code, context.design.weights, spread <= rounding)
    same = np.isfinite(constant)
    return Term(
        "mean",
        name,
        ("",),
        (moment, base),
        1,
        lambda t: np.where(same & (t[1] != 0), constant, divide(t[0], t[1]) + centre),
        lambda u, t: np.where(same, 0.0, share_linear(u, t)),
        spread,
        count,
        "rate" if is_rate else "number",
        0 if valid is None else int((~valid).sum()),
        total,
        fixed=same & (count > 1),
    )


def share_linear(u: Arrays, t: Arrays) -> np.ndarray:
    """Return linearised unit totals of parts t[0] over wholes t[1] (repeated level by level).

    A part that is the whole has no variance, whatever order the unit totals were added up in.
    """
    k = t[0].shape[-1] // t[1].shape[-1]
    whole = _repeat(t[1], k)
    z = divide(u[0] - divide(t[0], whole) * _repeat(u[1], k), whole)
    z[:, t[0] == whole] = 0.0
    return z


def _overall_mean(context: Context, y: np.ndarray, valid: np.ndarray | None) -> float:
    weights = context.design.weights
    if valid is None:
        return float(weights @ y / weights.sum())
    inside = np.where(valid, weights, 0.0)
    return float(inside @ np.where(valid, y, 0.0) / inside.sum()) if inside.any() else 0.0


def total_term(context: Context, name: str, y: np.ndarray) -> Term:
    """Return the weighted total of y: linearised value ``w y``."""
    valid = _validity(y)
    base, count, total = context.base(valid)
    moment = context.moment(base, y)
    spread = _variance_within(context, moment, divide(context.sums(moment), total), total)
    return Term(
        "total",
        name,
        ("",),
        (moment, base),
        1,
        lambda t: np.where(t[1] != 0, t[0], np.nan),
        lambda u, t: u[0],
        spread * total**2,
        count,
        missing=0 if valid is None else int((~valid).sum()),
        weight=total,
    )


def ratio_term(context: Context, name: str, numerator: np.ndarray, denominator: np.ndarray) -> Term:
    """Return the ratio of totals R: linearised value ``w (y - R x) / sum w x``; rows with either missing are out."""
    valid = _validity(numerator, denominator)
    base, count, total = context.base(valid)
    top, bottom = context.moment(base, numerator), context.moment(base, denominator)
    ratio, below = divide(context.sums(top), context.sums(bottom)), context.sums(bottom)
    assert top.values is not None and bottom.values is not None
    code = 0 if base.code is None else np.maximum(base.code, 0)
    residual = Moment(top.values - np.nan_to_num(ratio)[code] * bottom.values, base.code, base.size)
    variance = _variance_within(context, residual, np.zeros(base.size), total)
    constant = _constant_ratio(context, (top, bottom), variance <= 1e-20 * (ratio * divide(below, total)) ** 2)
    same = np.isfinite(constant)
    variance = np.where(same, 0.0, variance)
    return Term(
        "ratio",
        name,
        ("",),
        (top, bottom, base),
        2,
        lambda t: np.where(same & (t[1] != 0), constant, divide(t[0], t[1])),
        lambda u, t: np.where(same, 0.0, divide(u[0] - divide(t[0], t[1]) * u[1], t[1])),
        variance * divide(total, below) ** 2,
        count,
        missing=0 if valid is None else int((~valid).sum()),
        weight=total,
        fixed=same & (count > 1),
    )


def _constant_ratio(context: Context, parts: tuple[Moment, Moment], suspects: np.ndarray) -> np.ndarray:
    """Return the ratio of cells in which every row has it; rows with 0 in both do not count."""
    y, x = parts[0].values, parts[1].values
    assert y is not None and x is not None
    if not suspects.any():
        return np.full(suspects.size, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = np.nan_to_num(y / x, nan=0.0, posinf=np.inf, neginf=-np.inf)
    counted = np.where((x != 0) | (y != 0), context.design.weights, 0.0)
    return cell_constants(quotient, parts[0].code, counted, suspects)


def _level_moment(base: Moment, codes: np.ndarray, levels: int, boxes: Sequence[Sequence[int]]) -> Moment:
    """Return what counts the rows of each box of levels in each cell."""
    position = np.full(levels + 1, -1, dtype=np.int64)
    for number, box in enumerate(boxes):
        position[list(box)] = number
    level = position[codes]
    cell = 0 if base.code is None else base.code
    code = np.where((level >= 0) & (cell >= 0), level * base.size + cell, -1)
    return Moment(None, code, len(boxes) * base.size, whole=base)


def level_total_term(context: Context, name: str, codes: np.ndarray, levels: Sequence[object]) -> Term:
    """Return the estimated number of units in each level."""
    valid = None if codes.min(initial=0) >= 0 else codes >= 0
    base, count, total = context.base(valid)
    k = len(levels)
    part = _level_moment(base, codes, k, [[i] for i in range(k)])
    everyone = np.tile(total, k)
    share = divide(context.sums(part), everyone)
    return Term(
        "total",
        name,
        tuple(map(str, levels)),
        (part, base),
        1,
        lambda t: np.where(_repeat(t[1], k) != 0, t[0], np.nan),
        lambda u, t: u[0],
        share * (1.0 - share) * everyone**2,
        np.tile(count, k),
        missing=0 if valid is None else int((~valid).sum()),
        weight=everyone,
    )


def prop_term(
    context: Context, name: str, codes: np.ndarray, levels: Sequence[object], boxes: Sequence[Sequence[int]]
) -> Term:
    """Return the shares of boxes of levels, one level or several each, among the rows whose level is known."""
    valid = None if codes.min(initial=0) >= 0 else codes >= 0
    base, count, total = context.base(valid)
    k = len(boxes)
    part = _level_moment(base, codes, len(levels), boxes)
    share = divide(context.sums(part), np.tile(total, k))
    return Term(
        "prop",
        name,
        tuple(", ".join(str(levels[i]) for i in box) for box in boxes),
        (part, base),
        1,
        lambda t: divide(t[0], _repeat(t[1], k)),
        share_linear,
        share * (1.0 - share),
        np.tile(count, k),
        "rate",
        0 if valid is None else int((~valid).sum()),
        np.tile(total, k),
    )


def _repeat(values: np.ndarray, k: int) -> np.ndarray:
    return np.concatenate([values] * k, axis=-1) if k > 1 else values
