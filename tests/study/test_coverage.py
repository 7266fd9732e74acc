"""The truth of the simulated study is known: intervals cover it as often as they say, and raking brings it nearer."""

import numpy as np
import pandas as pd
import pytest

from surveykit.responses import check_quality, code_responses, link_sample, read_wjx
from surveykit.sampling import draw
from surveykit.scoring import estimate_indicators, indicator_columns
from surveykit.simulation import (
    simulate_answers,
    simulate_frame,
    simulate_residents,
    simulate_responses,
    true_rates,
    write_wjx_export,
)
from surveykit.study.files.loading import load_study
from surveykit.study.files.study import simulation_of
from surveykit.study.inputs.weighted import weighting_for, with_indicators

REPETITIONS = 200
RATES = ("awareness", "satisfaction", "recognition_support")


RESIDENT_REPETITIONS = 150


def one_repetition(study, frame, answers, number, folder):
    """Draw, ask, read, weight and estimate once; returns estimates by population, and the unweighted rates."""
    plan = study.sampling_plan.model_copy(update={"seed": f"coverage-{number}"})
    sample = draw(plan, frame).table
    sample = sample.assign(unit_id=sample[plan.frame.id])
    forms = simulate_responses(simulation_of(study), sample, answers, study.questionnaire, seed=f"coverage-{number}")
    path = folder / "forms.csv"
    write_wjx_export(forms, study.questionnaire, path)
    responses = code_responses(read_wjx(path, study.questionnaire), study.questionnaire)
    linked = link_sample(sample, responses, check_quality(responses, study.questionnaire, study.quality))
    found = {}
    for analysis in study.definition.analyses:
        table = with_indicators(study, linked.table, linked.missing)
        design = weighting_for(study, analysis, table).design
        found[analysis.id] = estimate_indicators(design, study.indicators).table.set_index("variable")
    unweighted = indicator_columns(study.indicators, linked.table, linked.missing)[list(RATES)].mean()
    return found, unweighted


@pytest.mark.slow
def test_intervals_cover_and_raking_helps(reference_root, tmp_path):
    study = load_study(reference_root)
    frame = simulate_frame(study.simulation, study.regions, study.margins)
    answers = simulate_answers(study.simulation, frame, study.questionnaire).assign(unit_id=frame["unit_id"].to_numpy())
    truth = true_rates(study.simulation, frame, answers, study.regions, study.margins)
    truth = truth[truth["domain"] == ""].pivot(index="rate_id", columns="population", values="rate")
    covered = dict.fromkeys(RATES, 0)
    raked, plain = [], []
    for number in range(REPETITIONS):
        found, unweighted = one_repetition(study, frame, answers, number, tmp_path)
        for rate in RATES:
            row = found["platform_users"].loc[rate]
            covered[rate] += row["conf_low"] <= truth.loc[rate, "platform"] <= row["conf_high"]
        raked.append([found["residents"].loc[rate, "estimate"] - truth.loc[rate, "residents"] for rate in RATES])
        plain.append([unweighted[rate] - truth.loc[rate, "residents"] for rate in RATES])
    shares = pd.Series(covered) / REPETITIONS
    assert shares.between(0.92, 0.98).all(), shares.to_dict()
    root_mean_square = np.sqrt(np.mean(np.square(raked), axis=0)), np.sqrt(np.mean(np.square(plain), axis=0))
    assert (root_mean_square[0] < root_mean_square[1]).all(), root_mean_square


@pytest.mark.slow
def test_intervals_of_the_two_stage_design_cover(reference_root, tmp_path):
    """Residents in communities: the whole chain with communities as first-stage units; the city's rates."""
    study = load_study(reference_root / "study_residents.yaml")
    plan = simulation_of(study)
    frame = simulate_residents(plan, study.regions, study.margins)
    answers = simulate_answers(plan, frame, study.questionnaire).assign(unit_id=frame["resident_id"].to_numpy())
    truth = true_rates(plan, frame, answers, study.regions, study.margins, listed="residents")
    truth = truth[truth["domain"] == ""].set_index("rate_id")["rate"]
    covered, errors, estimates = dict.fromkeys(RATES, 0), [], []
    for number in range(RESIDENT_REPETITIONS):
        found, _ = one_repetition(study, frame, answers, number, tmp_path)
        table = found["residents"].loc[list(RATES)]
        for rate, row in table.iterrows():
            covered[rate] += row["conf_low"] <= truth[rate] <= row["conf_high"]
        errors.append(table["std_error"].to_numpy(dtype=float))
        estimates.append(table["estimate"].to_numpy(dtype=float))
    shares = pd.Series(covered) / RESIDENT_REPETITIONS
    assert shares.between(0.92, 0.98).all(), shares.to_dict()
    ratio = np.mean(errors, axis=0) / np.std(estimates, axis=0, ddof=1)
    assert ((ratio > 0.85) & (ratio < 1.25)).all(), ratio
