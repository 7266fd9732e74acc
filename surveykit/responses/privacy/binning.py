"""Exact numbers leave as ranges, and weights as means of persons whose weights are alike."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.errors import DataError

__all__ = ["bin_numbers", "shared_weights"]

Floats = NDArray[np.float64]
MOST_BINS = 10
NICE = (1.0, 2.0, 5.0)
CENTRE = (0.01, 0.99)


def _nice_width(numbers: Floats, step: float) -> float:
    """Smallest of 1, 2, 5, 10, ... steps with which the middle 98 per cent make ten ranges at most."""
    low, high = np.quantile(numbers, CENTRE, method="inverted_cdf")
    width = step
    for power in range(40):
        for nice in NICE:
            width = float(step * nice * 10**power)
            if math.floor(high / width) - math.floor(low / width) < MOST_BINS:
                return width
    return width


def _grid(numbers: Floats, width: float) -> Floats:
    """Borders at multiples of the width, from the second smallest to the largest that part the numbers."""
    first, last = math.floor(numbers.min() / width), math.floor(numbers.max() / width)
    if last - first > 100_000:
        raise DataError(f"ranges of {width:g} would be {last - first + 1:,}: give a larger width")
    return np.arange(first + 1, last + 1) * width


def _gathered(place: NDArray[np.int64], persons: NDArray[np.int64], size: int, k: int) -> NDArray[np.int64]:
    """Put neighbours together, from the left, until each group has k persons; what is left over joins the last one.

    A person in several places of one group is one person there.
    """
    pairs = pd.DataFrame({"place": place, "who": persons}).drop_duplicates().sort_values("place", kind="stable")
    whose = np.split(pairs["who"].to_numpy(), np.searchsorted(pairs["place"].to_numpy(), np.arange(1, size)))
    group = np.zeros(size, dtype=np.int64)
    number, held = 0, set[int]()
    for j, here in enumerate(whose):
        group[j] = number
        held.update(here.tolist())
        if len(held) >= k:
            number, held = number + 1, set[int]()
    if number and group[-1] == number:
        group[group == number] = number - 1
    return group


def _merged(place: NDArray[np.int64], persons: NDArray[np.int64], edges: Floats, k: int) -> Floats:
    """Leave out borders until every range holds k persons."""
    group = _gathered(place, persons, len(edges) + 1, k)
    return edges[np.flatnonzero(np.diff(group))]


def _text(number: float) -> str:
    return f"{number:.10g}"


def _labels(edges: Floats, step: float | None) -> list[str]:
    """Names of the ranges, open at both ends; of whole numbers with the last one that belongs to them."""
    names = [f"<{_text(edges[0])}" if step is None else f"≤{_text(edges[0] - step)}"]
    for low, high in itertools.pairwise(edges):
        if step is None:
            names.append(f"{_text(low)}–<{_text(high)}")
        else:
            names.append(_text(low) if high - step <= low else f"{_text(low)}–{_text(high - step)}")
    return [*names, f"≥{_text(edges[-1])}"]


def bin_numbers(
    values: pd.Series, persons: pd.Series, k: int, given: float | Sequence[float] | None = None
) -> tuple[pd.Series, list[str]]:
    """Replace numbers by ranges, each with at least `k` persons.

    Parameters
    ----------
    values : Series
        Numbers as text; missing stays missing.
    persons : Series
        Whose record it is, index as in `values`, without missing ones.
    k : int
        Fewest persons of a range.
    given : float or sequence of float, optional
        Width of the ranges, or their borders (each belongs to the range above it). By default the smallest of 1, 2, 5,
        10, 20, 50, ... with which the middle 98 per cent of the numbers make ten ranges at most; of numbers with
        decimals 0.1, 0.01 and so on come before 1.

    Returns
    -------
    tuple of Series and list of str
        Names of the ranges in place of the numbers, and the ranges in order. The lowest and the highest are open, so
        that no smallest or largest number is told. Neighbours are put together from the left until each has `k`
        persons; where one range only would be left, all is blank and there are no ranges. One number that all of at
        least `k` persons gave stays.

    Examples
    --------
    >>> years = pd.Series(["1931", "1958", "1960", "1962", "1975", "1980"])
    >>> bin_numbers(years, pd.Series(range(6)), 2, given=10)[0].tolist()
    ['≤1959', '≤1959', '1960–1969', '1960–1969', '≥1970', '≥1970']
    """
    numbers = pd.to_numeric(values.astype("str"), errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    there = np.isfinite(numbers)
    blank = pd.Series(pd.NA, index=values.index, dtype="str", name=values.name)
    if not there.any():
        return blank, []
    known = numbers[there]
    if (known == known[0]).all() and persons[there].nunique() >= k:
        return blank.mask(there, _text(known[0])), [_text(known[0])]
    whole = bool((known == np.round(known)).all())
    step = 1.0 if whole else 10.0 ** -_decimals(values[there])
    edges = _edges(known, step, given)
    who = pd.factorize(persons.to_numpy()[there])[0].astype(np.int64)
    edges = _merged(np.searchsorted(edges, known, side="right"), who, edges, k)
    if not len(edges):
        return blank, []
    names = _labels(edges, 1.0 if whole and (edges == np.round(edges)).all() else None)
    result = blank.to_numpy(dtype=object, copy=True)
    result[there] = np.array(names, dtype=object)[np.searchsorted(edges, known, side="right")]
    return pd.Series(result, index=values.index, name=values.name, dtype="str"), names


def _edges(known: Floats, step: float, given: float | Sequence[float] | None) -> Floats:
    if given is None:
        return _grid(known, _nice_width(known, step))
    if isinstance(given, int | float):
        if not (math.isfinite(given) and given > 0):
            raise DataError(f"the width of ranges must be above 0, not {given}")
        return _grid(known, float(given))
    borders = np.array(list(given), dtype=float)
    if not len(borders) or not np.isfinite(borders).all() or (np.diff(borders) <= 0).any():
        raise DataError(f"borders of ranges must be numbers that rise, not {list(given)}")
    return borders


def _decimals(values: pd.Series) -> int:
    """Most decimal places that are written, six at most."""
    texts = values.astype("str").str.strip()
    return min(6, int(texts.str.partition(".")[2].str.rstrip("0").str.len().max()))


def shared_weights(weights: Floats, persons: NDArray[np.int64], k: int) -> tuple[Floats, float]:
    """Replace weights that fewer than `k` persons have by the mean of persons with nearly the same weight.

    Parameters
    ----------
    weights : (n,) array
        Weights; NaN stays, and so does 0, which says that a record does not count.
    persons : (n,) int array
        Whose record it is.
    k : int
        Fewest persons of one weight.

    Returns
    -------
    tuple of (n,) array and float
        The weights, whose sum is that of the given ones; and the largest change of one as a share of it.

    Notes
    -----
    Univariate microaggregation (Domingo-Ferrer and Mateo-Sanz, 2002) of the sorted weights; a weight that `k` persons
    share already stays as it is unless rarer ones below it were waiting for company.

    Examples
    --------
    >>> shared_weights(np.array([1.0, 2.0, 4.0, 4.0]), np.arange(4), 2)
    (array([1.5, 1.5, 4. , 4. ]), 0.5)
    """
    there = np.isfinite(weights) & (weights != 0)
    if not there.any():
        return weights, 0.0
    values, place = np.unique(weights[there], return_inverse=True)
    group = _gathered(place, persons[there], len(values), k)
    of_record = group[place]
    means = np.bincount(of_record, weights=weights[there]) / np.bincount(of_record)
    alone = np.bincount(group) == 1
    new = np.where(alone[of_record], weights[there], means[of_record])
    result = weights.copy()
    result[there] = new
    return result, float(np.max(np.abs(new - weights[there]) / np.abs(weights[there]), initial=0.0))
