"""Replicate weights that run the whole chain again, and the naive variance that ignores it."""

from __future__ import annotations

import numpy as np

from surveykit.design import SurveyDesign
from surveykit.errors import DataError, SurveyKitError
from surveykit.weighting.adjust import KeptInfluence, replace_adjustments
from surveykit.weighting.distances import Array
from surveykit.weighting.result import WeightingResult


def base_design(result: WeightingResult) -> SurveyDesign:
    """Return the design with base weights, before any step: all sampled rows, nothing credited.

    Examples
    --------
    >>> import pandas as pd
    >>> from surveykit.weighting import WeightingPlan, apply_weighting
    >>> plan = WeightingPlan.model_validate({"steps": [{"kind": "base"}, {"kind": "normalisation"}]})
    >>> result = apply_weighting(plan, pd.DataFrame({"unit_id": ["a", "b"], "base_weight": [3.0, 5.0]}))
    >>> base_design(result).weights.tolist()
    [3.0, 5.0]
    """
    reset = result.design.adjusted(result.compiled.base, KeptInfluence("base"))
    return replace_adjustments(reset, ())


def naive_design(result: WeightingResult) -> SurveyDesign:
    """Return the final weights as if they had been known beforehand: the naive variance, for comparison only.

    Notes
    -----
    It leaves out what calibration gains and what nonresponse costs. The recipe of its estimates says "naive".
    """
    bare = replace_adjustments(result.design, ())
    return bare.adjusted(result.design.weights, KeptInfluence("naive: weights taken as fixed"))


def rerun_weights(result: WeightingResult, base_replicates: Array) -> Array:
    """Run the plan again on each column of replicate base weights.

    Parameters
    ----------
    result : WeightingResult
        A plan applied to a sample.
    base_replicates : array, shape (n, R)
        Base weights of each replicate, for all sampled rows in the order of the table, from any replication method.

    Returns
    -------
    array, shape (n, R)
        Final weights of each replicate.

    Raises
    ------
    DataError
        If the chain fails in a replicate, for example because a class has no respondent in it; names the replicate.

    Notes
    -----
    Propensities, calibrations and limits are computed anew; merges of classes and the leaves of trees are those of the
    full sample, except for quantile classes of propensities, which are made anew.
    """
    base = np.asarray(base_replicates, dtype=float)
    rows = result.compiled.base.shape[0]
    if base.ndim != 2 or base.shape[0] != rows:
        raise DataError(f"replicate base weights need {rows} rows, one for each sampled unit, not shape {base.shape}")
    out = np.empty_like(base)
    for column in range(base.shape[1]):
        try:
            out[:, column] = result.compiled.weights(base[:, column])
        except SurveyKitError as error:
            raise DataError(
                f"replicate {column + 1} of {base.shape[1]}: {error}. Use larger classes (minimum, merge), or another "
                "method of replication, such as the bootstrap instead of the jackknife"
            ) from error
    return out
