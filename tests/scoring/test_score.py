import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from scoring_helpers import UNITS, criterion, estimates, scheme

from surveykit.design import SurveyDesign, as_bootstrap_design, as_jackknife_design
from surveykit.errors import DataError, DefinitionError
from surveykit.estimation import Estimates
from surveykit.scoring import (
    IndicatorSet,
    ScoreCard,
    ScoringScheme,
    estimate_indicators,
    indicator_columns,
    inputs_from_estimates,
    inputs_from_replicates,
    score,
)

ANALYSIS = Path(__file__).parents[2] / "analysis"
TABLES = ("table", "criteria", "contents", "indicators", "methods", "knots", "variance")
RATES = {"a": [0.70, 0.80, 0.75, 0.90], "b": [0.60, 0.85, 0.80, 0.95]}
N = 400


def covariance(rates=RATES, correlation=0.5, n=N):
    blocks = []
    for i in range(4):
        p = np.array([rates[name][i] for name in rates])
        sd = np.sqrt(p * (1 - p) / n)
        blocks.append(np.outer(sd, sd) * (correlation + (1 - correlation) * np.eye(len(p))))
    total = np.zeros((8, 8))
    for i, block in enumerate(blocks):
        total[2 * i : 2 * i + 2, 2 * i : 2 * i + 2] = block
    return total


def linear():
    return scheme([criterion("a", 40), criterion("b", 60)])


def test_a_linear_scheme_has_the_delta_variance_and_the_covariance_counts():
    card = score(linear(), estimates(RATES, covariance()), draws=40_000, plain=True)
    weights = np.array([40.0, 60.0])
    blocks = [covariance()[2 * i : 2 * i + 2, 2 * i : 2 * i + 2] for i in range(4)]
    expected = np.sqrt([weights @ block @ weights for block in blocks])
    np.testing.assert_allclose(card.table["std_error"], expected, rtol=0.02)
    np.testing.assert_allclose(card.table["points"], [64, 83, 78, 93], rtol=1e-12)
    np.testing.assert_allclose(card.table["conf_low"], card.table["points"] - 1.96 * expected, rtol=0.01)
    assert card.recipe["uncertainty"] == "parametric"


def test_seed_makes_the_card():
    first, second = (score(linear(), estimates(RATES, covariance()), draws=500, seed=4) for _ in range(2))
    pd.testing.assert_frame_equal(first.table, second.table)
    third = score(linear(), estimates(RATES, covariance()), draws=500, seed=5)
    assert not first.table["std_error"].equals(third.table["std_error"])


def test_few_degrees_of_freedom_widen_intervals_and_rank_sets():
    many = score(linear(), estimates(RATES, covariance()), draws=20_000)
    few = score(linear(), estimates(RATES, covariance(), df=4), draws=20_000)
    np.testing.assert_allclose(few.table["std_error"], many.table["std_error"], rtol=0.05)
    ratio = (few.table["conf_high"] - few.table["conf_low"]) / (many.table["conf_high"] - many.table["conf_low"])
    assert (ratio > 1.2).all()
    assert (few.table["rank_high"] - few.table["rank_low"]).sum() >= (
        many.table["rank_high"] - many.table["rank_low"]
    ).sum()


def test_logit_draws_stay_inside_and_points_are_kept():
    near = {"a": [0.99, 0.98, 0.995, 1.0], "b": [0.97, 0.98, 0.99, 1.0]}
    card = score(linear(), estimates(near, covariance(near, n=50)), draws=2000)
    assert (card.replicates <= 100).all()
    assert card.table.loc[3, "points"] == 100
    assert card.table.loc[3, "std_error"] > 0
    assert card.table.loc[3, "conf_low"] < 100 == card.table.loc[3, "conf_high"]
    assert any("exactly 0 or 100 %" in note for note in card.notes)


KNOTS = {"kind": "piecewise_linear", "knots": [["0.6", "0"], ["0.75", "6"], ["0.85", "9"], ["0.95", "10"]]}


def test_crossing_knots_are_flagged_with_bias_and_probability():
    made = scheme([criterion("a", 10, rule=KNOTS), criterion("b", 10, rule={"kind": "threshold", "at_least": "0.85"})])
    card = score(made, estimates(RATES, covariance()), draws=20_000)
    flags = card.criteria.set_index(["district", "criterion"])
    assert flags.loc[("jinniu", "a"), "crosses_knot"]
    assert flags.loc[("jinniu", "a"), "knot_bias"] < 0
    assert not flags.loc[("jinjiang", "b"), "crosses_knot"]
    knots = card.knots.set_index(["district", "criterion", "knot"])
    assert knots.loc[("qingyang", "b", 0.85), "prob_reached"] == pytest.approx(0.5, abs=0.03)
    assert knots.loc[("wuhou", "b", 0.85), "prob_reached"] > 0.999
    assert any("crosses a scoring threshold" in note for note in card.notes)


def test_shares_of_variance_add_up():
    card = score(linear(), estimates(RATES, covariance()), draws=4000)
    shares = card.variance.groupby(["district", "level"])["share"].sum()
    np.testing.assert_allclose(shares, 1.0, rtol=1e-9)


def field_table(errors="0.03"):
    return pd.DataFrame(
        {
            "district": list(UNITS),
            "criterion": "visits",
            "value": ["0.8", "0.85", "0.9", "0.7"],
            "std_error": errors,
            "df": "11" if errors else "",
        }
    )


def test_sampling_error_of_field_visits_counts():
    made = scheme([criterion("a", 50), criterion("b", 20), criterion("visits", 30, "field")])
    exact = score(made, estimates(RATES, covariance()), field_table(""), draws=20_000, plain=True)
    sampled = score(made, estimates(RATES, covariance()), field_table(), draws=20_000, plain=True)
    expected = np.sqrt(exact.table["std_error"] ** 2 + (30 * 0.03) ** 2)
    np.testing.assert_allclose(sampled.table["std_error"], expected, rtol=0.03)
    assert any("30 of 100 points are taken as free of error" in note for note in exact.notes)
    assert not any("free of error" in note for note in sampled.notes)
    assert sampled.methods.loc[sampled.methods["method"] == "field", "max_points"].unique().tolist() == [30]


def test_degrees_of_freedom_of_the_field_visits_count_by_their_share():
    made = scheme([criterion("a", 5), criterion("b", 5), criterion("visits", 90, "field")])
    card = score(made, estimates(RATES, covariance(), df=1000), field_table(), draws=4000)
    assert 11 <= card.recipe["df"] < 12
    almost = scheme([criterion("a", 49), criterion("b", 50), criterion("visits", 1, "field")])
    card = score(almost, estimates(RATES, covariance(), df=1000), field_table(), draws=4000)
    assert 990 < card.recipe["df"] <= 1020
    card = score(linear(), estimates(RATES, covariance()), draws=200)
    assert card.recipe["df"] is None


def test_adjustments_come_on_top():
    extra = criterion("visits", 5, "field", {"kind": "bonus", "start": "0.8", "per": "1", "unit": "0.05"})
    made = scheme([criterion("a", 40), criterion("b", 60)], adjustments=[extra])
    card = score(made, estimates(RATES, covariance()), field_table(""), draws=200)
    np.testing.assert_allclose(card.table["points"], [64, 84, 80, 93], rtol=1e-12)


def test_missing_values_follow_the_rule_of_the_criterion():
    table = field_table("")
    table.loc[0, "value"] = ""
    rows = {}
    for rule in ("zero", "rescale"):
        made = scheme([criterion("a", 40), criterion("b", 40), criterion("visits", 20, "field", missing=rule)])
        rows[rule] = score(made, estimates(RATES, covariance()), table, draws=200).table["points"]
    assert rows["zero"][0] == pytest.approx(52)
    assert rows["rescale"][0] == pytest.approx(52 / 0.8)
    np.testing.assert_allclose(rows["zero"][1:], rows["rescale"][1:])


def test_geometric_aggregation_is_below_the_arithmetic_one():
    made = {
        "id": "s", "zh": "方案", "total": "100",
        "indicators": [
            {"id": f"g{k}", "zh": "指标", "points": "50",
             "contents": [{"id": f"c{k}", "zh": "内容", "points": "50", "criteria": [criterion(name, 50)]}]}
            for k, name in enumerate("ab")
        ],
    }  # fmt: skip
    arithmetic = score(ScoringScheme.model_validate(made), estimates(RATES, covariance()), draws=200)
    geometric = score(
        ScoringScheme.model_validate(made | {"aggregation": "geometric"}), estimates(RATES, covariance()), draws=200
    )
    np.testing.assert_allclose(geometric.table["points"], 100 * np.sqrt(np.prod([RATES["a"], RATES["b"]], axis=0)))
    assert (geometric.table["points"] <= arithmetic.table["points"]).all()


def test_derived_inputs_are_weighted_means():
    made = scheme([criterion("x", 100, input="both")], derived=[{"id": "both", "parts": {"a": "6", "b": "4"}}])
    card = score(made, estimates(RATES, covariance()), draws=200)
    np.testing.assert_allclose(card.table["points"], 60 * np.array(RATES["a"]) + 40 * np.array(RATES["b"]))


def replicates(kind):
    rng = np.random.default_rng(8)
    values = np.array([RATES["a"], RATES["b"]]).T
    root = np.linalg.cholesky(covariance())
    if kind == "bootstrap":
        return values, values + (rng.standard_normal((4000, 8)) @ root.T).reshape(-1, 4, 2), None
    return values, values + 0.1 * np.concatenate([root.T, -root.T]).reshape(-1, 4, 2), 0.5 / 0.01


@pytest.mark.parametrize("kind", ["bootstrap", "jackknife"])
def test_replicates_through_the_whole_scheme(kind):
    values, reps, factor = replicates(kind)
    inputs = inputs_from_replicates(UNITS, ("a", "b"), values, reps, factor, df=200)
    np.testing.assert_allclose(inputs.covariance, covariance(), atol=0.1 * covariance().max())
    card = score(linear(), inputs)
    parametric = score(linear(), estimates(RATES, covariance()), draws=20_000, plain=True)
    assert card.recipe["uncertainty"] == ("bootstrap" if kind == "bootstrap" else "replicates")
    np.testing.assert_allclose(card.table["std_error"], parametric.table["std_error"], rtol=0.05)
    np.testing.assert_allclose(card.table["conf_low"], parametric.table["conf_low"], rtol=0.01)


def test_jackknife_replicates_with_sampled_visits():
    values, reps, factor = replicates("jackknife")
    made = scheme([criterion("a", 50), criterion("b", 20), criterion("visits", 30, "field")])
    card = score(made, inputs_from_replicates(UNITS, ("a", "b"), values, reps, factor), field_table(), draws=4000)
    parametric = score(made, estimates(RATES, covariance()), field_table(), draws=20_000, plain=True)
    np.testing.assert_allclose(card.table["std_error"], parametric.table["std_error"], rtol=0.05)


def test_payload_round_trip():
    card = score(linear(), estimates(RATES, covariance()), draws=200)
    again = ScoreCard.from_payload(json.loads(json.dumps(card.to_payload(), allow_nan=False)))
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(card, name), getattr(again, name))
    np.testing.assert_array_equal(card.replicates, again.replicates)
    np.testing.assert_array_equal(card.covariance, again.covariance)
    assert again.recipe == card.recipe and again.notes == card.notes and again.notes_zh == card.notes_zh
    with pytest.raises(DataError, match="format"):
        ScoreCard.from_payload({})


def test_notes_come_in_both_languages_and_the_published_table_has_no_bare_rank():
    made = scheme([criterion("a", 10, rule={"kind": "threshold", "at_least": "0.75"}), criterion("b", 10)])
    card = score(made, estimates(RATES, covariance()), draws=200)
    assert len(card.notes) == len(card.notes_zh) >= 2
    assert any("按档计分" in note for note in card.notes_zh)
    assert "rank" not in card.published and {"rank_low", "rank_high", "band"} <= set(card.published)


@pytest.mark.parametrize(("plural", "many"), [({}, "wards"), ({"en_plural": "parishes"}, "parishes")])
def test_notes_call_the_units_what_the_study_calls_them(plural, many):
    made = scheme([criterion("a", 10, rule={"kind": "threshold", "at_least": "0.75"})])
    given = estimates({"a": [0.74, 0.75, 0.76, 0.77]}, 0.001 * np.eye(4))
    plain = score(made, given, draws=200)
    word = {"zh": "街道", "en": "ward", **plural}
    own = score(made, given, draws=200, unit=word)
    assert any("4个地区共" in note for note in plain.notes_zh)
    assert any("in 4 areas crosses" in note for note in plain.notes)
    assert any("4个街道共" in note for note in own.notes_zh) and not any("地区" in note for note in own.notes_zh)
    assert any(f"in 4 {many} crosses" in note for note in own.notes) and not any(" area" in n for n in own.notes)


def test_a_census_has_a_known_order():
    card = score(linear(), estimates(RATES, np.zeros((8, 8))), draws=100)
    assert card.table["rank_low"].tolist() == card.table["rank_high"].tolist() == [4, 2, 3, 1]
    assert (card.table["std_error"] == 0).all()
    assert set(card.table["band"]) <= {"above", "below"}


def test_all_problems_at_once():
    made = scheme([criterion("a", 40), criterion("none", 60)], units=[*UNITS, "mars"], total="90")
    with pytest.raises(DefinitionError) as caught:
        score(made, estimates(RATES, covariance()), field_table(""))
    text = str(caught.value)
    for part in ("not 90", "'none' is not an indicator", "'mars'", "no criterion of the scheme reads 'visits'"):
        assert part in text


def test_indicators_that_no_criterion_reads_may_be_missing():
    rates = RATES | {"users": [0.5, np.nan, 0.5, 0.5]}
    full = np.zeros((12, 12))
    keep = [i for i in range(12) if i % 3 != 2]
    full[np.ix_(keep, keep)] = covariance()
    card = score(linear(), estimates(rates, full), draws=200)
    np.testing.assert_allclose(card.table["points"], [64, 83, 78, 93], rtol=1e-12)


def test_estimates_must_be_complete():
    full = estimates(RATES, covariance())
    full.table = full.table.iloc[:-1]
    with pytest.raises(DataError, match="no row for 1"):
        inputs_from_estimates(full)
    full = estimates(RATES, covariance())
    full.table.loc[0, "estimate"] = np.nan
    with pytest.raises(DataError, match="nobody of that unit"):
        inputs_from_estimates(full)
    with pytest.raises(DataError, match="no column 'region'"):
        inputs_from_estimates(full, by="region")


def simulated_answers(units, per_unit=60):
    rng = np.random.default_rng(5)
    n = per_unit * len(units)
    data = pd.DataFrame({"district": np.repeat(list(units), per_unit), "w": rng.uniform(50, 150, n)})
    data["aware"] = rng.choice(["1", "2", "3"], n, p=[0.5, 0.3, 0.2])
    for name in ("sat_overall", "recognition", "support"):
        data[name] = rng.choice(["1", "2", "3", "4", "5"], n, p=[0.02, 0.05, 0.1, 0.4, 0.43])
    data["visited"] = rng.choice(["1", "2"], n)
    missing = pd.DataFrame("", index=data.index, columns=data.columns)
    unaware = data["aware"] == "3"
    for name in ("sat_overall", "visited"):
        data.loc[unaware, name] = None
        missing.loc[unaware, name] = "na"
    return data, missing


def test_reference_study_from_answers_to_score_card():
    def load(name):
        return yaml.load((ANALYSIS / name).read_text(encoding="utf-8"), Loader=yaml.BaseLoader)

    reference = ScoringScheme.model_validate(load("scoring.yaml"))
    indicators = IndicatorSet.model_validate(load("indicators.yaml"))
    data, missing = simulated_answers(reference.units)
    columns = indicator_columns(indicators, data, missing)
    design = SurveyDesign(data.assign(**columns), weights="w", strata="district")
    found = estimate_indicators(design, indicators, by=["district"])
    assert len(found.table) == 23 * 6
    assert found.recipe["indicators"]["satisfaction"]["dont_know"] == "out_of_base"
    assert "不计入基数" in found.recipe["indicators"]["satisfaction"]["definition_zh"]
    again = Estimates.from_payload(json.loads(json.dumps(found.to_payload())))
    table = pd.read_csv(ANALYSIS / "other_methods.csv", dtype=str, keep_default_na=False)
    card = score(reference, again, table, draws=1000)
    assert card.table["district"].tolist() == list(reference.units)
    assert card.table["points"].between(40, 100).all()
    assert (card.table["rank_low"] <= card.table["rank"]).all()
    assert (card.table["rank_high"] >= card.table["rank"]).all()
    assert len(card.criteria) == 23 * 26
    assert len(card.contents) == 23 * 15 and len(card.indicators) == 23 * 5 and len(card.methods) == 23 * 4
    sums = card.criteria.groupby("district", sort=False)["points"].sum()
    np.testing.assert_allclose(sums, card.table["points"], rtol=1e-12)


@pytest.mark.parametrize("kind", ["bootstrap", "jackknife"])
def test_replicate_designs_go_through_the_scheme(kind):
    data, missing = simulated_answers(UNITS, 50)
    definition = {"id": "a", "zh": "率", "kind": "rate", "numerator": "aware == 1", "dont_know": "in_base"}
    second = {"id": "b", "zh": "率", "kind": "rate", "numerator": "support in [4, 5]", "dont_know": "in_base"}
    indicators = IndicatorSet.model_validate({"indicators": [definition, second]})
    data = data.assign(**indicator_columns(indicators, data, missing))
    design = SurveyDesign(data, weights="w", strata="district")
    linear_card = score(linear(), estimate_indicators(design, indicators, by="district"), draws=10_000)
    made = as_bootstrap_design(design, replicates=500, seed=1) if kind == "bootstrap" else as_jackknife_design(design)
    found = estimate_indicators(made, indicators, by="district")
    card = score(linear(), found)
    assert card.recipe["uncertainty"] == ("bootstrap" if kind == "bootstrap" else "replicates")
    np.testing.assert_allclose(card.table["std_error"], linear_card.table["std_error"], rtol=0.1)
    again = score(linear(), Estimates.from_payload(found.to_payload()), draws=2000)
    np.testing.assert_allclose(again.table["std_error"], card.table["std_error"], rtol=0.1)


def test_indicators_need_their_columns():
    indicators = IndicatorSet.model_validate(
        {"indicators": [{"id": "x", "zh": "率", "kind": "rate", "numerator": "q == 1", "dont_know": "in_base"}]}
    )
    with pytest.raises(DataError, match="no column for indicators 1: 'x'"):
        estimate_indicators(SurveyDesign({"w": [1, 1]}, weights="w"), indicators)
