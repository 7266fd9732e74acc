"""Replicate weights that run the whole chain again, and the naive variance that ignores it."""

from __future__ import annotations

from surveykit.design import ReplicateDesign, SurveyDesign
from surveykit.errors import DataError
from surveykit.weighting.result import WeightingResult
from surveykit.weighting.variance.credited import KeptInfluence, replace_adjustments, replicate_columns


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


def rerun_replicates(result: WeightingResult, replicates: ReplicateDesign) -> ReplicateDesign:
    """Run the plan again in every replicate of the base design.

    Parameters
    ----------
    result : WeightingResult
        A plan applied to a sample.
    replicates : ReplicateDesign
        Made from ``base_design(result)``, for example by `as_bootstrap_design` or `as_jackknife_design`.

    Returns
    -------
    ReplicateDesign
        Final weights, and final weights of each replicate; its variance needs no linearization.

    Raises
    ------
    DataError
        If the rows do not fit, or the chain fails in a replicate; names it.

    Notes
    -----
    Propensities, calibrations and limits are computed anew; merges of classes and the leaves of trees are those of the
    full sample, except for quantile classes of propensities, which are made anew.

    Examples
    --------
    >>> import pandas as pd
    >>> from surveykit.design import as_jackknife_design
    >>> from surveykit.weighting import WeightingPlan, apply_weighting
    >>> plan = WeightingPlan.model_validate({"steps": [{"kind": "base"}, {"kind": "normalisation"}]})
    >>> result = apply_weighting(plan, pd.DataFrame({"unit_id": ["a", "b"], "base_weight": [3.0, 5.0]}))
    >>> made = rerun_replicates(result, as_jackknife_design(base_design(result)))
    >>> made.analysis_weights(0).tolist()
    [0.0, 2.0]
    """
    rows = result.compiled.base.shape[0]
    if replicates.n_rows != rows:
        raise DataError(f"the replicate design has {replicates.n_rows} rows, the weighted sample {rows}")
    matrix = replicate_columns(replicates, result.compiled.weights)
    return replicates.adjusted_replicates(result.design.weights, matrix)
