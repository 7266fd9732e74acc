"""Tests of independence in a two-way table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from scipy import stats

from surveykit.design.domains import column_codes, where_mask
from surveykit.design.replicate_design import ReplicateDesign
from surveykit.errors import DataError, choose
from surveykit.estimation.inference.chi_squared_sums import f_sum_tail
from surveykit.estimation.inference.result import TestResult
from surveykit.estimation.inference.subset import Subset, subset
from surveykit.estimation.inference.unit_covariance import moments_covariance
from surveykit.estimation.kernel.degenerate import NO_SAMPLING_VARIANCE, is_rounding, rank_of, wald_statistic
from surveykit.estimation.kernel.totals import Design, Moment

__all__ = ["survey_chisq"]

ChisqStatistic = Literal["F", "Chisq", "Wald", "adjWald", "lincom", "saddlepoint"]

NAMES = {
    "F": "Rao-Scott F",
    "Chisq": "Rao-Scott chi-squared, first order",
    "Wald": "Wald test of independence",
    "adjWald": "adjWald test of independence",
}


@dataclass(frozen=True, eq=False)
class _Table:
    """Cell shares (column by column), their covariance, and the sizes of the table."""

    share: np.ndarray
    covariance: np.ndarray
    rows: int
    columns: int
    n: int
    cell: np.ndarray
    df: float


def survey_chisq(
    design: Design,
    row: str,
    column: str,
    *,
    statistic: ChisqStatistic = "F",
    where: Any = None,
) -> TestResult:
    """Test independence of two categorical columns.

    Parameters
    ----------
    design : SurveyDesign or ReplicateDesign
        The design.
    row, column : str
        The columns; rows where either is missing are outside the table.
    statistic : {"F", "Chisq", "Wald", "adjWald", "lincom", "saddlepoint"}
        Pearson's statistic with the second-order ("F") or first-order ("Chisq") Rao-Scott correction; Wald's
        statistic on the cells, plain or adjusted; Pearson's against its exact asymptotic distribution by numerical
        inversion ("lincom") or by saddlepoint.
    where : see `estimate`
        A domain.

    Returns
    -------
    TestResult
        ``statistic``, ``df`` and ``p_value``; ``details["design_effects"]`` holds the generalised design effects.
        Where a census or calibration fixes the table there is no test: all are NaN and ``state`` says why.

    Raises
    ------
    DataError
        When a column has one level only in the domain; when one column determines the other (district and zone), so
        that independence is no question; when so many cells are empty, or so few units sampled, that the statistic
        is not defined.

    Notes
    -----
    Rao and Scott (1981, 1984). Pearson's statistic is on the number of rows of the domain, those with missing values
    counted, and the degrees of freedom are those of the domain: agrees with R survey 4.5 ``svychisq``, which also
    refers "lincom" and "saddlepoint" to infinite degrees of freedom when the design has replicates.

    Examples
    --------
    >>> from surveykit.design import SurveyDesign
    >>> data = {"a": list("xxyyxyxy"), "b": list("ppqqpqqp"), "w": [1] * 8}
    >>> survey_chisq(SurveyDesign(data, weights="w"), "a", "b").df
    (1.0, 7.0)
    """
    choose("statistic", statistic, get_args(ChisqStatistic))
    table = _cells(design, row, column, where)
    name, state = NAMES.get(statistic, f"Pearson, {statistic}"), _state(table)
    if state:
        nothing = float("nan")
        return TestResult(name, nothing, (nothing, nothing), nothing, details={"n": table.n}, state=state)
    if statistic in ("Wald", "adjWald"):
        cells = (Moment(None, table.cell, table.share.size),)
        totals, covariance, _ = moments_covariance(design, cells, lambda t: t[0], lambda u, t: u[0])
        return _wald(totals, covariance, table, statistic)
    pearson, delta = _pearson(table), _design_effect_matrix(table)
    effects = np.linalg.eigvals(delta).real
    trace, trace2 = float(np.trace(delta)), float(np.trace(delta @ delta))
    df0 = trace**2 / trace2
    details = {"pearson": pearson, "design_effects": effects.tolist(), "n": table.n}
    if statistic == "F":
        p = float(stats.f.sf(pearson / trace, df0, df0 * table.df))
        return TestResult(name, pearson / trace, (df0, df0 * table.df), p, details=details)
    if statistic == "Chisq":
        p = float(stats.chi2.sf(pearson / (trace / effects.size), effects.size))
        return TestResult(name, pearson, float(effects.size), p, details=details)
    method = "integration" if statistic == "lincom" else "saddlepoint"
    ddf = float("inf") if isinstance(design, ReplicateDesign) else df0 * table.df
    p = f_sum_tail(pearson, effects, ddf, method)
    return TestResult(name, pearson, (float(effects.size), ddf), p, details=details)


def _cells(design: Design, row: str, column: str, where: Any) -> _Table:
    if row == column:
        raise DataError(f"Both columns are {row!r}: a test of independence needs two.")
    part: Subset = subset(design, where_mask(design.data, where))
    codes, sizes = [], []
    for name in (row, column):
        code, levels = column_codes(design, name)
        shifted = np.where(part.rows, code + 1, 0)
        present = np.flatnonzero(np.bincount(shifted, minlength=len(levels) + 1)[1:])
        if present.size < 2:
            raise DataError(f"Column {name!r} has {present.size} level(s) in the domain: a table needs at least two.")
        renumber = np.full(len(levels) + 1, -1, dtype=np.int64)
        renumber[present + 1] = np.arange(present.size)
        codes.append(renumber[shifted])
        sizes.append(int(present.size))
    valid = (codes[0] >= 0) & (codes[1] >= 0)
    cell = np.where(valid, codes[1] * sizes[0] + codes[0], -1)
    size = sizes[0] * sizes[1]
    _refuse_nested(cell, sizes, (row, column))
    share, covariance = _shares(design, cell, size)
    return _Table(share, covariance, sizes[0], sizes[1], part.n, cell, part.df)


def _refuse_nested(cell: np.ndarray, sizes: Sequence[int], names: tuple[str, str]) -> None:
    """Raise `DataError` when one column determines the other, whatever the weights."""
    inside = np.bincount(cell[cell >= 0], minlength=sizes[0] * sizes[1]).reshape(sizes[1], sizes[0]) > 0
    for axis, (one, other) in enumerate((names, names[::-1])):
        if inside.any() and (inside.sum(axis=axis) <= 1).all():
            raise DataError(
                f"Each level of {one!r} occurs with one level of {other!r} only: {one!r} determines {other!r}, so "
                "whether they are independent is no question. Leave one of the two out."
            )


def _state(table: _Table) -> str:
    """Say whether the design fixes the table: the variance of the shares is rounding beside that of a plain sample."""
    plain = float((table.share * (1 - table.share)).sum()) / table.n
    return NO_SAMPLING_VARIANCE if is_rounding(float(np.trace(table.covariance)), plain) else ""


def _shares(design: Design, cell: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    inside = np.where(cell >= 0, 0, -1)
    moments = (Moment(None, cell, size), Moment(None, inside, 1))

    def value(t: Any) -> np.ndarray:
        return np.asarray(t[0] / t[1])

    def linear(u: Any, t: Any) -> np.ndarray:
        return np.asarray((u[0] - t[0] / t[1] * u[1]) / t[1])

    share, covariance, _ = moments_covariance(design, moments, value, linear)
    return share, covariance


def _pearson(table: _Table) -> float:
    p = table.share.reshape(table.columns, table.rows)
    expected = np.outer(p.sum(axis=1), p.sum(axis=0))
    return float(table.n * ((p - expected) ** 2 / expected).sum())


def _design_effect_matrix(table: _Table) -> np.ndarray:
    main, full = _model_matrices(table.rows, table.columns)
    interaction = full[:, main.shape[1] :]
    contrast = interaction - main @ np.linalg.lstsq(main, interaction, rcond=None)[0]
    inverse = np.divide(1.0, table.share, out=np.zeros_like(table.share), where=table.share > 0)
    scaled = contrast * inverse[:, None]
    plain = contrast.T @ scaled / table.n
    rank = rank_of(plain)
    if rank < plain.shape[0]:
        raise DataError(
            f"{int((table.share == 0).sum())} of the {table.share.size} cells are empty: of the {plain.shape[0]} "
            f"contrasts between them only {rank} can be told apart, and the test is not defined. Join levels."
        )
    return np.asarray(np.linalg.solve(plain, scaled.T @ table.covariance @ scaled))


def _model_matrices(rows: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
    row = np.eye(rows)[np.tile(np.arange(rows), columns)][:, 1:]
    column = np.eye(columns)[np.repeat(np.arange(columns), rows)][:, 1:]
    main = np.column_stack([np.ones(rows * columns), row, column])
    products = (row[:, :, None] * column[:, None, :]).reshape(rows * columns, -1)
    return main, np.column_stack([main, products])


def _wald(totals: np.ndarray, covariance: np.ndarray, table: _Table, statistic: str) -> TestResult:
    cells = totals.reshape(table.columns, table.rows)
    by_row, by_column, size = cells.sum(axis=0), cells.sum(axis=1), float(cells.sum())
    expected = np.outer(by_column, by_row) / size
    column, row = np.divmod(np.arange(cells.size), table.rows)
    jacobian = np.eye(cells.size) + expected.ravel()[:, None] / size
    jacobian -= (row[:, None] == row) * (by_column[column] / size)[:, None]
    jacobian -= (column[:, None] == column) * (by_row[row] / size)[:, None]
    difference = (cells - expected).ravel()
    use = np.flatnonzero((row > 0) & (column > 0))
    inner = (jacobian @ covariance @ jacobian.T)[np.ix_(use, use)]
    wald = wald_statistic(difference[use], inner, "The cells of the table")
    df, ddf = float(use.size), table.df
    value = wald / df
    if statistic == "adjWald":
        ddf = table.df - df + 1
        value = wald * ddf / (df * table.df)
    p_value = float(stats.f.sf(value, df, ddf)) if ddf > 0 else float("nan")
    return TestResult(NAMES[statistic], value, (df, ddf), p_value, details={"n": table.n})
