"""Scale measures with weights and design-based standard errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from surveykit.design.domains import where_mask
from surveykit.design.tables import numeric_column
from surveykit.errors import DataError, first_few
from surveykit.estimation.estimators import estimate
from surveykit.estimation.kernel.degenerate import is_constant
from surveykit.estimation.kernel.totals import Design
from surveykit.estimation.results.estimates import Estimates
from surveykit.estimation.statistics.requests import Correlation, Statistic, Variance

__all__ = ["survey_alpha", "survey_item_rest"]


def _complete(design: Design, items: Sequence[str], where: Any) -> tuple[np.ndarray, np.ndarray]:
    if isinstance(items, str) or len(items) < 2:
        raise DataError("A scale needs at least two items: pass a list of columns.")
    values = np.column_stack([numeric_column(design.data, name) for name in items])
    mask = where_mask(design.data, where)
    complete = ~np.isnan(values).any(axis=1)
    return values, complete if mask is None else complete & mask


def survey_alpha(design: Design, items: Sequence[str], *, where: Any = None, conf_level: float = 0.95) -> Estimates:
    """Estimate Cronbach's alpha of a scale, and alpha without each item.

    Parameters
    ----------
    design : SurveyDesign or ReplicateDesign
        The design.
    items : list of str
        Numeric columns, keyed in one direction; rows where any of them is missing are outside the domain.
    where : see `estimate`
        A domain.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    Estimates
        First row ``alpha``, then ``alpha without <item>`` for each item (three items or more).

    Raises
    ------
    DataError
        When the sum of the items (of all, or of those that remain) does not vary.

    Notes
    -----
    ``K / (K - 1) (1 - sum of item variances / variance of the sum)`` with weighted variances; agrees with R survey
    ``svycralpha``, which gives no standard error: here it is the delta method on the joint covariance of the variances.
    Packages without weights, pingouin among them, give another number when weights vary.

    Examples
    --------
    >>> from surveykit.design import SurveyDesign
    >>> design = SurveyDesign({"a": [1, 2, 3, 4], "b": [1, 3, 3, 5], "w": [1, 1, 2, 2]}, weights="w")
    >>> round(float(survey_alpha(design, ["a", "b"]).table["estimate"][0]), 4)
    0.9569
    """
    values, complete = _complete(design, items, where)
    sums = {"alpha": values.sum(axis=1)}
    if len(items) > 2:
        sums |= {f"alpha without {name}": values.sum(axis=1) - values[:, j] for j, name in enumerate(items)}
    columns = {f"__sum_{i}": total for i, total in enumerate(sums.values())}
    extended = design.with_data(design.data.assign(**columns))
    statistics: list[Statistic] = [Variance(name) for name in (*items, *columns)]
    _refuse_constant(design, sums, complete)
    variances = estimate(extended, statistics, where=complete, conf_level=conf_level)
    k = len(items)

    def alphas(v: np.ndarray) -> np.ndarray:
        out = [k / (k - 1) * (1 - v[:k].sum() / v[k])]
        for j in range(len(sums) - 1):
            out.append((k - 1) / (k - 2) * (1 - (v[:k].sum() - v[j]) / v[k + 1 + j]))
        return np.array(out)

    return variances.transform(alphas, names=list(sums))


def _refuse_constant(design: Design, sums: Mapping[str, np.ndarray], complete: np.ndarray) -> None:
    """Raise `DataError` when a sum that alpha divides by is the same for everyone."""
    rows = complete & (design.weights > 0)
    same = [name for name, total in sums.items() if rows.any() and is_constant(total[rows])]
    if same:
        raise DataError(
            f"The sum of the items is the same in all {int(rows.sum())} rows for {first_few(same)}: there is no "
            "variation, and alpha is not defined. Leave out items that everyone answers alike."
        )


def survey_item_rest(design: Design, items: Sequence[str], *, where: Any = None, conf_level: float = 0.95) -> Estimates:
    """Estimate the correlation of each item with the sum of the others; see `survey_alpha` for the arguments."""
    values, complete = _complete(design, items, where)
    columns = {f"rest of {name}": values.sum(axis=1) - values[:, j] for j, name in enumerate(items)}
    extended = design.with_data(design.data.assign(**columns))
    statistics: list[Statistic] = [Correlation(name, rest) for name, rest in zip(items, columns, strict=True)]
    return estimate(extended, statistics, where=complete, conf_level=conf_level)
