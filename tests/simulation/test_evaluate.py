from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from simulated_study import load, margins, questionnaire, regions, simulated

from surveykit.design import NonresponseAdjustment, SurveyDesign
from surveykit.errors import DataError
from surveykit.estimation import survey_mean
from surveykit.sampling import SamplingPlan, draw
from surveykit.simulation import (
    EvaluationOptions,
    ReplicateSample,
    SimulationPlan,
    class_adjusted_rates,
    evaluate_plan,
    simulate_answers,
    simulate_residents,
)
from surveykit.simulation.repetition import prepare, repeat


def sampling_plan(per_stratum: int) -> SamplingPlan:
    mapping = load("sampling/plan.yaml")
    mapping["size"] = {"per_stratum": str(per_stratum)}
    return SamplingPlan.model_validate(mapping)


def design_of(data, final, classes, responded, weight) -> SurveyDesign:
    design = SurveyDesign(data, weights="w", strata="h", population_size="N")
    return design.adjusted(final, NonresponseAdjustment(classes, responded, weight))


def test_standard_errors_are_those_of_the_credited_design():
    """The built-in estimator equals the survey design with its nonresponse adjustment credited."""
    rng = np.random.default_rng(5)
    n, population = 120, np.array([400.0, 900.0, 500.0])
    stratum = np.repeat([0, 1, 2], 40)
    classes = stratum * 2 + rng.integers(0, 2, n)
    responded = rng.random(n) < 0.6
    y = (rng.random(n) < 0.7).astype(float)
    sample = ReplicateSample(
        np.arange(n), stratum, population, stratum, 3, classes, responded, y[:, None], np.ones((n, 1))
    )  # fmt: skip
    rates, errors = class_adjusted_rates(sample)
    weight = (population / 40)[stratum]
    factor = np.bincount(classes, weight) / np.bincount(classes, weight * responded)
    final = weight * responded * factor[classes]
    data = pd.DataFrame({"y": np.where(responded, y, np.nan), "h": stratum, "w": weight, "N": population[stratum]})
    estimate = survey_mean(design_of(data, final, classes, responded, weight), "y").table.iloc[0]
    assert rates[-1, 0] == pytest.approx(estimate["estimate"], rel=1e-10)
    assert errors[-1, 0] == pytest.approx(estimate["std_error"], rel=1e-8)
    crossed = replace(sample, domain=rng.integers(0, 3, n))
    for one in (sample, crossed):
        rates, errors = class_adjusted_rates(one)
        by = survey_mean(design_of(data.assign(d=one.domain), final, classes, responded, weight), "y", by="d").table
        np.testing.assert_allclose(rates[:3, 0], by["estimate"], rtol=1e-10)
        np.testing.assert_allclose(errors[:3, 0], by["std_error"], rtol=1e-8)


def test_standard_errors_of_clusters_are_those_of_the_credited_design():
    """Unequal weights, clusters within strata, classes and domains across them: equal to the survey design."""
    rng = np.random.default_rng(8)
    n = 360
    stratum = np.repeat([0, 1, 2], 120)
    clusters = np.arange(n) // 15
    classes = rng.integers(0, 5, n)
    responded = rng.random(n) < 0.5 + 0.2 * (clusters % 3 == 0)
    y = (rng.random(n) < 0.5 + 0.3 * rng.random(n // 15)[clusters]).astype(float)
    weight = rng.uniform(20, 80, n)
    domain = rng.integers(0, 3, n)
    sample = ReplicateSample(
        np.arange(n), stratum, np.full(3, 5000.0), domain, 3, classes, responded, y[:, None], np.ones((n, 1)),
        weight, clusters,
    )  # fmt: skip
    rates, errors = class_adjusted_rates(sample)
    factor = np.bincount(classes, weight) / np.bincount(classes, weight * responded)
    data = pd.DataFrame(
        {"y": np.where(responded, y, np.nan), "h": stratum, "c": clusters, "w": weight, "d": domain}
    )  # fmt: skip
    design = SurveyDesign(data, weights="w", strata="h", psu="c")
    design = design.adjusted(weight * responded * factor[classes], NonresponseAdjustment(classes, responded, weight))
    for found, by in ((slice(3, 4), None), (slice(0, 3), "d")):
        table = survey_mean(design, "y", by=by).table
        np.testing.assert_allclose(rates[found, 0], table["estimate"], rtol=1e-10)
        np.testing.assert_allclose(errors[found, 0], table["std_error"], rtol=1e-8)
        np.testing.assert_array_equal(sample.degrees_of_freedom()[found], table["df"])


def three_districts() -> tuple[SimulationPlan, SamplingPlan, pd.DataFrame, pd.DataFrame]:
    """Residents of three districts whose communities differ much, and a two-stage plan for them."""
    mapping = load("sampling/simulation.yaml")
    mapping["communities"] |= {"one_in": "150", "intracluster": dict.fromkeys(mapping["factors"], "0.2")}
    simulation = SimulationPlan.model_validate(mapping)
    frame = simulate_residents(simulation, regions(), margins())
    frame = frame[frame["district"].isin(["wuhou", "pujiang", "xinjin"])].reset_index(drop=True)
    staged = load("sampling/plan_residents.yaml")
    del staged["levels"]
    return simulation, SamplingPlan.model_validate(staged), frame, simulate_answers(simulation, frame, questionnaire())


def test_a_staged_plan_is_evaluated_by_its_own_draw():
    """Unbiased, and honest only because the estimator knows of the communities."""
    simulation, plan, frame, answers = three_districts()
    blind: list[np.ndarray] = []

    def both(sample: ReplicateSample) -> tuple[np.ndarray, np.ndarray]:
        blind.append(class_adjusted_rates(replace(sample, clusters=np.arange(len(sample.rows))))[1][-1])
        return class_adjusted_rates(sample)

    result = evaluate_plan(
        plan, simulation, frame, answers, options=EvaluationOptions(repetitions=40), estimator=both
    )  # fmt: skip
    city = result.table[result.table["domain"] == ""]
    assert (city["bias"].abs() < 4 * city["bias_error"]).all()
    assert (city["mean_std_error"] / city["sd"]).between(0.75, 1.45).all()
    assert city["coverage"].mean() > 0.9
    assert result.sample_size == pytest.approx(3 * 12 * 34, rel=0.15)
    assert (np.mean(blind, axis=0) / city["sd"].to_numpy()).mean() < 0.75


def test_a_repetition_is_the_draw_of_the_plan_with_its_own_seed():
    simulation, plan, frame, answers = three_districts()
    setup = prepare(plan, simulation, frame, answers, EvaluationOptions())
    seed = hashlib.sha256(f"{setup.seed}\x1f7".encode()).hexdigest()
    drawn = draw(plan.model_copy(update={"seed": seed}), frame).table
    sample = repeat(setup, 7)
    assert frame["resident_id"].to_numpy()[sample.rows].tolist() == drawn["resident_id"].tolist()
    np.testing.assert_array_equal(sample.weight, drawn["base_weight"])
    assert len(np.unique(sample.clusters)) == drawn.groupby(["stratum", "community"]).ngroups


def test_a_stratum_with_one_cluster_has_no_variance():
    simulation, plan, frame, answers = three_districts()
    size = plan.stages[0].size.model_copy(update={"minimum": 1, "total": 2})
    thin = plan.model_copy(update={"stages": (plan.stages[0].model_copy(update={"size": size}), plan.stages[1])})
    with pytest.raises(DataError, match="gave one cluster"):
        evaluate_plan(thin, simulation, frame, answers, options=EvaluationOptions(repetitions=20))


def test_reference_plan_has_little_bias_and_covers():
    s = simulated()
    result = evaluate_plan(sampling_plan(60), s.plan, s.frame, s.answers, options=EvaluationOptions(repetitions=60))
    city = result.table[result.table["domain"] == ""]
    assert (city["bias"].abs() < 4 * city["bias_error"] + 0.002).all()
    assert (city["coverage_high"] > 0.93).all()
    assert result.sample_size == 23 * 60
    assert 0.4 * result.sample_size < result.mean_respondents < 0.75 * result.sample_size
    assert len(result.table) == 24 * len(s.plan.rates)
    ratio = city["mean_std_error"] / city["sd"]
    assert ratio.between(0.7, 1.4).all()


def test_a_larger_sample_is_narrower_and_more_often_right():
    s = simulated()
    small, large = (
        evaluate_plan(sampling_plan(n), s.plan, s.frame, s.answers, options=EvaluationOptions(repetitions=30)).table
        for n in (30, 100)
    )
    assert (large["mean_width"] < small["mean_width"]).mean() > 0.95
    assert large["right_band"].mean() > small["right_band"].mean()


def test_a_bad_estimator_shows():
    """Without adjustment for nonresponse the rates are too high, since older people respond more and know more."""
    s = simulated()
    strong = s.plan.model_dump(mode="json")
    strong["fieldwork"]["response"]["age_group"] = {"1": -2.5, "2": -0.5, "3": 1.5, "4": 1.5}
    plan = SimulationPlan.model_validate(strong)
    options = EvaluationOptions(repetitions=25, classes=())
    biased = evaluate_plan(sampling_plan(60), plan, s.frame, s.answers, options=options).table.query("domain == ''")
    good = evaluate_plan(
        sampling_plan(60), plan, s.frame, s.answers, options=EvaluationOptions(repetitions=25)
    ).table.query("domain == ''")
    assert biased["bias"].iloc[0] > 0.015
    assert abs(good["bias"].iloc[0]) < 0.012


def test_same_seed_same_evaluation():
    s = simulated()
    one, two = (
        evaluate_plan(sampling_plan(20), s.plan, s.frame, s.answers, options=EvaluationOptions(repetitions=20)).table
        for _ in range(2)
    )
    pd.testing.assert_frame_equal(one, two)


def test_wrong_input():
    s = simulated()
    with pytest.raises(DataError, match="at least 20"):
        evaluate_plan(sampling_plan(20), s.plan, s.frame, s.answers, options=EvaluationOptions(repetitions=3))
    with pytest.raises(DataError, match="no column"):
        evaluate_plan(sampling_plan(20), s.plan, s.frame, s.answers, options=EvaluationOptions(domain="street"))
    with pytest.raises(DataError, match="rows"):
        evaluate_plan(sampling_plan(20), s.plan, s.frame, s.answers.head(5))
    with pytest.raises(DataError, match="must rise"):
        evaluate_plan(sampling_plan(20), s.plan, s.frame, s.answers, options=EvaluationOptions(bands=(0.9, 0.8)))


@pytest.mark.slow
def test_coverage_of_the_city_rates():
    s = simulated(150_000, 400)
    table = evaluate_plan(
        sampling_plan(400), s.plan, s.frame, s.answers, options=EvaluationOptions(repetitions=400)
    ).table
    city = table[table["domain"] == ""]
    assert city["coverage"].between(0.92, 0.98).all()
    assert table["coverage"].mean() > 0.93
