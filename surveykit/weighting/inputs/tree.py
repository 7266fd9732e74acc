"""Weighting classes from a tree that splits where response rates differ most."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import chi2

from surveykit.errors import DataError, first_few
from surveykit.weighting.arrays.cells import level_text
from surveykit.weighting.arrays.distances import Array, Mask
from surveykit.weighting.inputs.classes import Classes, ClassRules


@dataclass(frozen=True, slots=True, eq=False)
class _Predictor:
    name: str
    codes: Array
    labels: tuple[str, ...]
    ordered: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Sample:
    predictors: tuple[_Predictor, ...]
    responded: Mask
    weights: Array
    rules: ClassRules


def grow_classes(
    table: pd.DataFrame,
    predictors: tuple[Sequence[str], Sequence[str]],
    part: Mask,
    responded: Mask,
    weights: Array,
    rules: ClassRules,
) -> Classes:
    """Grow a tree of response and return its leaves as weighting classes.

    Parameters
    ----------
    table : DataFrame, n rows
        Holds the predictors, known for respondents and nonrespondents alike.
    predictors : pair of sequences of str
        Categorical and numeric columns.
    part, responded : bool array, shape (n,)
        Rows that take part, and those of them that responded.
    weights : array, shape (n,)
        Weights before the step.
    rules : ClassRules
        No leaf has fewer respondents than ``minimum`` or a factor above ``maximum_factor``.

    Returns
    -------
    Classes

    Raises
    ------
    DataError
        If a predictor is absent or missing, or all rows together break the rules already.

    Notes
    -----
    Each node is cut in two where the chi-squared statistic of response (Kish's effective counts) is largest; levels of
    a category are first put in the order of their response rates (Breiman et al. 1984, 9.4). A cut stands if its
    p-value, times the number of cuts tried (Bonferroni), is at most 0.05.

    Examples
    --------
    >>> table = pd.DataFrame({"a": ["x"] * 40 + ["y"] * 40})
    >>> responded = np.arange(80) % 40 < np.repeat([30, 10], 40)
    >>> every = np.ones(80, dtype=bool)
    >>> grow_classes(table, (["a"], []), every, responded, np.ones(80), ClassRules(5)).labels
    ('a in {y}', 'a in {x}')
    """
    made = tuple(_predictors(table, predictors, part))
    sample = _Sample(made, responded, weights, rules)
    rows = np.flatnonzero(part)
    if not _sound(sample, rows):
        raise DataError(
            f"all {rows.size} sampled units together have {int(responded[rows].sum())} respondents, which breaks the "
            f"limits (at least {rules.minimum}, factor at most {rules.maximum_factor:g}); relax them"
        )
    codes = np.full(len(table), -1, dtype=np.int64)
    labels: list[str] = []
    waiting: list[tuple[np.ndarray, str]] = [(rows, "")]
    while waiting:
        node, label = waiting.pop(0)
        cut = _best_cut(sample, node)
        if cut is None:
            codes[node] = len(labels)
            labels.append(label or "all")
            continue
        left, right, left_label, right_label = cut
        waiting[:0] = [(left, _join(label, left_label)), (right, _join(label, right_label))]
    return Classes(codes, tuple(labels), ())


def _predictors(
    table: pd.DataFrame, predictors: tuple[Sequence[str], Sequence[str]], part: Mask
) -> Iterator[_Predictor]:
    for ordered, names in zip((False, True), predictors, strict=True):
        for name in names:
            if name not in table.columns:
                raise DataError(f"there is no predictor {name!r}; there are {first_few(list(table.columns))}")
            if ordered:
                values = pd.to_numeric(table[name], errors="coerce").to_numpy(dtype=float)
                missing = part & ~np.isfinite(values)
                cuts = np.unique(np.quantile(values[part & ~missing], np.linspace(0, 1, 33)[1:-1]))
                codes = np.searchsorted(cuts, values, side="left")
                labels = (*(f"{cut:.6g}" for cut in cuts), "")
            else:
                text = level_text(table[name])
                missing = part & pd.isna(text)
                levels = sorted({str(value) for value in text[part & ~missing]})
                place = {level: index for index, level in enumerate(levels)}
                codes = np.array([place.get(value, -1) for value in text])
                labels = tuple(levels)
            if missing.any():
                raise DataError(
                    f"predictor {name!r} is missing in {int(missing.sum())} of {int(part.sum())} sampled units "
                    f"(rows {first_few(np.flatnonzero(missing).tolist())}); use what the frame knows about all of them"
                )
            yield _Predictor(name, codes, labels, ordered)


def _sound(sample: _Sample, rows: np.ndarray) -> bool:
    heard = rows[sample.responded[rows]]
    kept = float(sample.weights[heard].sum())
    if heard.size < sample.rules.minimum or kept <= 0:
        return False
    return float(sample.weights[rows].sum()) / kept <= sample.rules.maximum_factor


def _best_cut(sample: _Sample, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, str, str] | None:
    best: tuple[float, tuple[_Predictor, Any, Any, Any] | None] = (0.0, None)
    tried = 0
    weights = sample.weights[rows]
    shrink = float(weights.sum()) / max(float(np.sum(weights**2)), 1e-300)
    for predictor in sample.predictors:
        codes = predictor.codes[rows]
        total = np.bincount(codes, weights=weights, minlength=len(predictor.labels))
        heard = np.bincount(codes, weights=weights * sample.responded[rows], minlength=len(predictor.labels))
        present = np.flatnonzero(total > 0)
        order = present if predictor.ordered else present[np.argsort(heard[present] / total[present], kind="stable")]
        for size in range(1, order.size):
            tried += 1
            statistic = shrink * _chi_squared(order[:size], order[size:], total, heard)
            if statistic <= best[0]:
                continue
            inside = np.isin(codes, order[:size])
            if _sound(sample, rows[inside]) and _sound(sample, rows[~inside]):
                best = (statistic, (predictor, order[:size], order[size:], inside))
    if best[1] is None or chi2.sf(best[0], 1) * tried > 0.05:
        return None
    predictor, low, high, inside = best[1]
    return rows[inside], rows[~inside], _label(predictor, low, "<="), _label(predictor, high, ">", low)


def _chi_squared(left: np.ndarray, right: np.ndarray, total: Array, heard: Array) -> float:
    n1, n2 = float(total[left].sum()), float(total[right].sum())
    p1, p2 = float(heard[left].sum()) / n1, float(heard[right].sum()) / n2
    p = (n1 * p1 + n2 * p2) / (n1 + n2)
    return 0.0 if p in (0.0, 1.0) else (p1 - p2) ** 2 / (p * (1 - p) * (1 / n1 + 1 / n2))


def _label(predictor: _Predictor, side: np.ndarray, sign: str, low: np.ndarray | None = None) -> str:
    if predictor.ordered:
        return f"{predictor.name} {sign} {predictor.labels[int((side if low is None else low).max())]}"
    return f"{predictor.name} in {{{', '.join(predictor.labels[code] for code in sorted(side))}}}"


def _join(left: str, right: str) -> str:
    return f"{left}, {right}" if left else right
