"""Post-stratification, raking and trimming of a design; values equal R survey's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from surveykit.design.adjustments import PoststratificationAdjustment, RakingAdjustment
from surveykit.errors import DataError
from surveykit.weighting.arrays.cells import indicator_matrix
from surveykit.weighting.arrays.distances import Array
from surveykit.weighting.arrays.raking import RakingMargin, check_levels, rake_weights
from surveykit.weighting.arrays.trimming import spread_trim
from surveykit.weighting.inputs.margins import code_margin, read_totals
from surveykit.weighting.variance.credited import AnyDesign, KeptInfluence, Made, adjust_design, refuse_replicates
from surveykit.weighting.variance.credits import CalibrationCredit, GroupTotalCredit, TrimmingCredit

Variables = str | Sequence[str]


def poststratify(design: AnyDesign, variables: Variables, totals: Any) -> AnyDesign:
    """Scale weights to known totals of groups.

    Parameters
    ----------
    design : SurveyDesign or ReplicateDesign
        Design to start from; rows of weight 0 are left alone.
    variables : str or sequence of str
        Grouping column, or several that are crossed.
    totals : mapping, Series or DataFrame
        Population total of each level: ``{"E": 4421, ...}``, with tuples as keys for crossed columns, or a table with
        the levels and a column ``population``.

    Returns
    -------
    SurveyDesign or ReplicateDesign
        Same rows, new weights, the step credited in the variance (or made again in each replicate).

    Raises
    ------
    DataError
        If a level has a total but no weight or weight but no total, or the column is missing in a weighted row.

    Notes
    -----
    ``w_k = d_k N_g / sum_g d``; R: ``survey::postStratify``. Linearization: docs/methods/weighting.md.

    Examples
    --------
    >>> import pandas as pd
    >>> from surveykit.design import SurveyDesign
    >>> data = pd.DataFrame({"sex": ["m", "f", "f"], "w": [1.0, 1.0, 1.0]})
    >>> poststratify(SurveyDesign(data, weights="w"), "sex", {"m": 10, "f": 20}).weights.tolist()
    [10.0, 10.0, 10.0]
    """
    names = (variables,) if isinstance(variables, str) else tuple(variables)
    margin = _margin(design, names, totals)

    def make(before: Array) -> Made:
        check_levels(margin, np.where(margin.codes >= 0, before, 0.0))
        after = before * group_factors(margin, before)
        return Made(
            after,
            lambda: PoststratificationAdjustment(margin.codes, before, after),
            lambda: GroupTotalCredit(margin.codes, before),
        )

    return adjust_design(design, make)


def rake(design: AnyDesign, margins: Mapping[Any, Any]) -> AnyDesign:
    """Rake weights to several margins at once.

    Parameters
    ----------
    design : SurveyDesign or ReplicateDesign
        Design to start from.
    margins : mapping
        ``{column: totals}``; a tuple of columns as key crosses them. Totals as in `poststratify`.

    Returns
    -------
    SurveyDesign or ReplicateDesign
        Margins are met to a relative error of 1e-8 at most.

    Raises
    ------
    DataError
        If margins disagree in total or do not fit the data.
    ConvergenceError
        If no positive weights meet the margins.

    Notes
    -----
    R: ``survey::rake`` with a small epsilon; its default stops when no cell moves by more than 1.

    Examples
    --------
    >>> import pandas as pd
    >>> from surveykit.design import SurveyDesign
    >>> data = pd.DataFrame({"a": [0, 0, 1, 1], "b": [0, 1, 0, 1], "w": 1.0})
    >>> rake(SurveyDesign(data, weights="w"), {"a": {0: 30, 1: 10}, "b": {0: 20, 1: 20}}).weights.round(9).tolist()
    [15.0, 15.0, 5.0, 5.0]
    """
    if not margins:
        raise DataError("raking needs at least one margin: pass {column: {level: total}}")
    coded = [_margin(design, (key,) if isinstance(key, str) else tuple(key), totals) for key, totals in margins.items()]
    codes = tuple(margin.codes for margin in coded)
    sizes = [margin.totals.shape[0] for margin in coded]

    def make(before: Array) -> Made:
        used = before > 0
        factors = np.ones_like(before)
        factors[used] = rake_weights(
            before[used], [RakingMargin(m.name, m.codes[used], m.totals, m.levels) for m in coded]
        ).factors
        after = before * factors
        return Made(
            after,
            lambda: RakingAdjustment(codes, after),
            lambda: CalibrationCredit(indicator_matrix(codes, sizes), before, factors, factors, name="raking"),
        )

    return adjust_design(design, make)


def trim_weights(
    design: AnyDesign, *, lower: float = -np.inf, upper: float = np.inf, strict: bool = False
) -> AnyDesign:
    """Cut off weights at limits and spread the difference evenly over the other rows.

    Parameters
    ----------
    design : SurveyDesign or ReplicateDesign
        Design to start from; rows of weight 0 keep it and receive nothing.
    lower, upper : float
        Limits of the weight.
    strict : bool
        Repeat until no weight is outside the limits; otherwise those that received may end above the upper one.

    Returns
    -------
    SurveyDesign or ReplicateDesign
        The sum of weights is kept, margins are not: calibrate again, or use `calibrate` with bounds.

    Raises
    ------
    DataError
        If the limits contradict each other or the sum of weights, or the design is a replicate design.

    Notes
    -----
    R: ``survey::trimWeights``. As there, the standard error uses the new weights with the residuals of the steps
    before, and takes the limits as fixed.

    Examples
    --------
    >>> import pandas as pd
    >>> from surveykit.design import SurveyDesign
    >>> data = pd.DataFrame({"w": [1.0, 2.0, 9.0]})
    >>> trim_weights(SurveyDesign(data, weights="w"), upper=5).weights.tolist()
    [3.0, 4.0, 5.0]
    """
    refuse_replicates(design, "trimming")

    def make(before: Array) -> Made:
        outcome = spread_trim(before, lower, upper, strict=strict)
        return Made(
            outcome.weights,
            lambda: KeptInfluence("trimming"),
            lambda: TrimmingCredit(before, outcome.weights, outcome.cut, outcome.receivers),
        )

    return adjust_design(design, make)


def group_factors(margin: RakingMargin, weights: Array) -> Array:
    """Factor of each row that brings its group to the margin's total; 1 outside the margin."""
    inside = margin.codes >= 0
    codes = np.where(inside, margin.codes, 0)
    reached = np.bincount(codes, weights=np.where(inside, weights, 0.0), minlength=margin.totals.shape[0])
    ratio = np.divide(margin.totals, reached, out=np.ones_like(reached), where=reached > 0)
    return np.where(inside, ratio[codes], 1.0)


def _margin(design: AnyDesign, variables: tuple[str, ...], totals: Any) -> RakingMargin:
    name = " x ".join(variables)
    read = read_totals(totals, variables, name)
    return code_margin(design.data, variables, read, design.weights > 0, name=name)
