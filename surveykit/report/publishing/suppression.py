"""Disclosure control for tables of counts: suppression, complementary suppression, and what can be undone."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveykit.errors import DataError

__all__ = ["differencing_risks", "protection_intervals", "suppress_counts"]

BoolArray = NDArray[np.bool_]


def suppress_counts(
    counts: ArrayLike, *, smallest: int = 5, protection: float = 3.0, also: ArrayLike | None = None, lonely: bool = True
) -> BoolArray:
    """Choose the cells of a table with published margins that must not be shown.

    Primary: counts from 1 to ``smallest`` - 1, and the only non-zero cell of a row with two or more columns when the
    row's total is not zero (it would say what everybody there answered). Complementary: while a row or column has
    exactly one hidden cell, its smallest other non-zero cell is hidden too; then, while the margins still pin a
    primary cell down to less than ``protection`` either way, the smallest open cell in its row or column is hidden.

    Parameters
    ----------
    counts : array_like, shape (r, c) or (c,)
        Unweighted counts without the margins, which are published.
    smallest : int
        Smallest count that may be shown.
    protection : float
        How far the range of a hidden count, given the margins, must reach from its true value on at least one side.
    also : array_like of bool, optional
        Further cells that must be hidden, whatever their counts.
    lonely : bool
        Whether the only non-zero cell of a row is hidden; not so where columns are no answers of people.

    Returns
    -------
    ndarray of bool, shape of ``counts``
        True where the cell is hidden.

    Notes
    -----
    Hundepool et al., Statistical Disclosure Control (2012), chapter 4; ESSnet Handbook on SDC, chapter 5.

    Examples
    --------
    >>> suppress_counts([[20, 3, 40], [30, 25, 10]]).astype(int).tolist()
    [[1, 1, 0], [1, 1, 0]]
    """
    table = np.asarray(counts, dtype=float)
    shape = table.shape
    if table.ndim == 1:
        table = table[None, :]
    if table.ndim != 2 or not np.isfinite(table).all() or (table < 0).any():
        raise DataError("counts for suppression must be one or two dimensional, finite and not negative")
    primary = (table > 0) & (table < smallest)
    if also is not None:
        primary |= np.asarray(also, dtype=bool).reshape(table.shape)
    if lonely and table.shape[1] > 1:
        primary |= ((table > 0).sum(axis=1) == 1)[:, None] & (table > 0)
    hidden = _complete(table, primary.copy(), one_way=len(shape) == 1)
    for _ in range(table.size):
        weak = _weakest(table, hidden, primary, protection)
        if weak is None:
            break
        more = _cheapest(table, hidden, weak)
        if more is None:
            break
        hidden[more] = True
        hidden = _complete(table, hidden, one_way=len(shape) == 1)
    return hidden.reshape(shape)


def _complete(table: NDArray[np.float64], hidden: BoolArray, *, one_way: bool) -> BoolArray:
    """Hide a second cell wherever a line with a published margin has exactly one hidden cell."""
    changed = True
    while changed:
        changed = False
        for axis in (1,) if one_way else (1, 0):
            lines = hidden if axis == 1 else hidden.T
            values = table if axis == 1 else table.T
            for line, row in zip(lines, values, strict=True):
                if line.sum() == 1 and not line.all():
                    options = np.where(~line & (row > 0), row, np.inf)
                    if np.isinf(options).all():
                        options = np.where(~line, row, np.inf)
                    line[int(np.argmin(options))] = True
                    changed = True
    return hidden


def protection_intervals(counts: ArrayLike, hidden: ArrayLike) -> NDArray[np.float64]:
    """Find what an outsider can work out of each hidden count from the open cells and the margins.

    Parameters
    ----------
    counts : array_like, shape (r, c)
        The counts; hidden ones enter through the margins only.
    hidden : array_like of bool, shape (r, c)
        Hidden cells.

    Returns
    -------
    ndarray, shape (hidden cells, 2)
        Smallest and largest possible value of each hidden cell in row-major order, by linear programming over
        non-negative values.

    Examples
    --------
    >>> protection_intervals([[1, 9], [9, 1]], [[True, True], [True, True]])[0].tolist()
    [0.0, 10.0]
    """
    from scipy.optimize import linprog

    table, mask = np.atleast_2d(np.asarray(counts, dtype=float)), np.atleast_2d(np.asarray(hidden, dtype=bool))
    cells = np.argwhere(mask)
    if not len(cells):
        return np.empty((0, 2))
    rows, columns = table.shape
    equations, totals = [], []
    for line in range(rows):
        equations.append((cells[:, 0] == line).astype(float))
        totals.append(table[line][mask[line]].sum())
    if rows > 1:
        for line in range(columns):
            equations.append((cells[:, 1] == line).astype(float))
            totals.append(table[:, line][mask[:, line]].sum())
    found = np.empty((len(cells), 2))
    for position in range(len(cells)):
        cost = np.zeros(len(cells))
        cost[position] = 1.0
        for side, sign in ((0, 1.0), (1, -1.0)):
            solved = linprog(
                sign * cost, A_eq=np.array(equations), b_eq=np.array(totals), bounds=(0, None), method="highs"
            )
            found[position, side] = sign * float(solved.fun or 0.0)
    return found


def _weakest(
    table: NDArray[np.float64], hidden: BoolArray, primary: BoolArray, protection: float
) -> tuple[int, int] | None:
    """Return the primary cell that the margins pin down most closely, if any is too close."""
    limits = protection_intervals(table, hidden)
    worst, place = protection, None
    for (row, column), (low, high) in zip(np.argwhere(hidden), limits, strict=True):
        if primary[row, column]:
            room = max(high - table[row, column], table[row, column] - low)
            if room < worst - 1e-9:
                worst, place = room, (int(row), int(column))
    return place


def _cheapest(table: NDArray[np.float64], hidden: BoolArray, weak: tuple[int, int]) -> tuple[int, int] | None:
    """Return the smallest open cell in the row or column of a cell that needs more protection."""
    row, column = weak
    options = [(table[row, c], (row, c)) for c in range(table.shape[1]) if not hidden[row, c]]
    options += [(table[r, column], (r, column)) for r in range(table.shape[0]) if not hidden[r, column]]
    return min(options)[1] if options else None


def differencing_risks(
    areas: Mapping[str, ArrayLike], counts: Mapping[str, int], *, smallest: int = 5
) -> list[tuple[str, str, int]]:
    """Find pairs of published areas of which one lies in the other and whose difference is a small count.

    Parameters
    ----------
    areas : mapping of str to array_like
        For every published area or group the smallest units that it is made of.
    counts : mapping of str to int
        Unweighted count published for each.
    smallest : int
        Differences from 1 to one less are a risk: the difference is a table that nobody meant to publish.

    Returns
    -------
    list of (outer, inner, difference)

    Examples
    --------
    >>> differencing_risks({"division": ["a", "z"], "region": ["a"]}, {"division": 40, "region": 37})
    [('division', 'region', 3)]
    """
    members = {name: {str(unit) for unit in np.asarray(units).ravel()} for name, units in areas.items()}
    risks = []
    for outer, units in members.items():
        for inner, part in members.items():
            if outer != inner and part < units and 0 < counts[outer] - counts[inner] < smallest:
                risks.append((outer, inner, int(counts[outer] - counts[inner])))
    return risks
