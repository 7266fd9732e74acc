"""Which of the choices made moves the ranks of the score, worked out from a finished run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from surveykit.scoring import estimate_indicators, read_other_methods, with_alternatives
from surveykit.scoring.inputs.survey import inputs_from_estimates
from surveykit.scoring.sensitivity.analysis import sensitivity
from surveykit.scoring.sensitivity.model import Factors
from surveykit.study.files.study import UNIT
from surveykit.study.inputs.weighted import read_linked, weighted_design

if TYPE_CHECKING:
    from surveykit.study.files.study import Study

__all__ = ["sensitivity_table"]

RUNS = 512
OTHER_RULES = ("dont_know_out", "dont_know_in")


def sensitivity_table(study: Study) -> pd.DataFrame | None:
    """Return the total Sobol index of every choice for the mean shift of ranks; None without other methods' results.

    Sampling, the treatment of don't know, points, aggregation and knots vary together
    (:func:`surveykit.scoring.sensitivity.analysis`).

    Returns
    -------
    DataFrame or None
        input (name of the choice), value, conf_low, conf_high.
    """
    if study.other_methods is None:
        return None
    units = study.regions["district"].astype(str).tolist()
    other = read_other_methods(study.scoring, study.other_methods, units, study.other_methods_covariance)
    linked, missing = read_linked(study)
    design = weighted_design(study, study.definition.analyses[0], linked, missing)
    every = with_alternatives(study.indicators)
    own = [indicator.id for indicator in study.indicators.indicators]
    swapped = {name: f"{name}__{rule}" for name in own for rule in OTHER_RULES if f"{name}__{rule}" in every.ids}
    kept = {*own, *swapped.values()}
    chosen = every.model_copy(update={"indicators": tuple(i for i in every.indicators if i.id in kept)})
    table = estimate_indicators(design, chosen, by=UNIT)
    if table.table["estimate"].isna().any():
        return None
    factors = Factors(alternatives={"dont_know": [{}, swapped]} if swapped else {})
    inputs, seed = inputs_from_estimates(table, by=UNIT), study.definition.score.seed
    found = sensitivity(study.scoring, inputs, other, factors, runs=RUNS, seed=seed)
    rows = found.indices[found.indices["target"] == "rank_shift"]
    names = {"factor": "input", "total": "value", "total_low": "conf_low", "total_high": "conf_high"}
    return rows.rename(columns=names)[list(names.values())].reset_index(drop=True)
