"""Kinds of inputs are declared; missing values borrow from what lies nearest."""

import numpy as np
import pandas as pd
import pytest
from scoring_helpers import UNITS, criterion, estimates, scheme

import surveykit as sk
from surveykit.errors import DataError, DefinitionError
from surveykit.estimation import Estimates, Prop, combine, estimate
from surveykit.scoring import (
    ScoringScheme,
    inputs_from_covariance,
    inputs_from_estimates,
    inputs_from_replicates,
    score,
    two_waves,
)
from surveykit.scoring.waves.pair import joint_waves


@pytest.mark.parametrize(
    ("values", "zero", "full", "se"),
    [
        ([0.02, 0.10, 0.30, 0.45], -1, 1, 0.06),
        ([-0.02, 0.10, 0.30, 0.45], -1, 1, 0.06),
        ([0.90, 0.97, 0.50, 0.40], 0, 4, 0.08),
        ([1.02, 0.97, 0.50, 0.40], 0, 4, 0.08),
        ([20.0, 30.0, 50.0, 99.0], 200, -100, 1.5),
    ],
)
def test_an_undeclared_input_is_unbounded_whatever_its_values(values, zero, full, se):
    inputs = inputs_from_covariance(UNITS, ("a",), np.array(values)[:, None], np.eye(4) * se**2)
    assert inputs.kinds == ("mean",) and inputs.top == (np.inf,)
    rule = {"kind": "proportional", "zero": str(zero), "full": str(full)}
    card = score(scheme([criterion("a", 100, rule=rule)]), inputs, draws=40_000)
    np.testing.assert_allclose(card.table["std_error"], 100 * se / abs(full - zero), rtol=0.02)


def test_kinds_by_name_by_order_and_for_all():
    values = [[0.5, 50.0]] * 4
    make = lambda kinds: inputs_from_covariance(UNITS, ("a", "b"), values, np.eye(8), kinds=kinds)  # noqa: E731
    assert make({"a": "rate", "b": "score"}).top == (1.0, 100.0)
    assert make(["count", "mean"]).kinds == ("count", "mean")
    assert make("mean").kinds == ("mean", "mean")
    for kinds, message in (
        ("rate", "'b' is declared a rate \\(0 to 1\\), but has 4: 'jinjiang: 50'"),
        (["rate"], "1 kinds for 2 indicators"),
        ({"a": "rate", "c": "rate"}, "'c'"),
        ({"a": "rate"}, "not known for 1: 'b'"),
        (["rate", "share"], "kinds.*b.*: 'share' is unknown"),
    ):
        with pytest.raises(DataError, match=message):
            make(kinds)
    with pytest.raises(DataError, match="declared a count"):
        inputs_from_covariance(UNITS, ("a",), [[-1.0]] * 4, np.eye(4), kinds="count")


def test_replicates_and_waves_keep_the_kinds():
    values = np.full((4, 2), 0.5)
    noise = np.random.default_rng(1).normal(0, 0.01, (20, 4, 2))
    found = inputs_from_replicates(UNITS, ("a", "b"), values, values + noise, kinds=("rate", "mean"))
    assert found.kinds == ("rate", "mean")
    moved = inputs_from_covariance(UNITS, ("b", "a"), values, np.eye(8) * 1e-4, kinds=("mean", "rate"))
    assert joint_waves(two_waves(found, moved)).kinds == ("rate", "mean", "rate", "mean")
    other = inputs_from_covariance(UNITS, ("a", "b"), values, np.eye(8) * 1e-4)
    with pytest.raises(DataError, match=r"different kinds.*a: rate, mean"):
        two_waves(found, other)


def design():
    rng = np.random.default_rng(2)
    n = 200
    return sk.SurveyDesign(
        pd.DataFrame(
            {
                "district": np.repeat(UNITS, n // 4),
                "sat": (rng.random(n) < 0.9).astype(float),
                "visits": rng.poisson(1.2, n).astype(float),
                "answer": rng.choice(["yes", "no"], n),
                "w": rng.uniform(1, 2, n),
            }
        ),
        weights="w",
    )


def test_an_estimate_knows_whether_it_is_a_rate():
    made = design()
    one, two = sk.survey_mean(made, "sat", by="district"), sk.survey_mean(made, "visits", by="district")
    assert inputs_from_estimates(one).kinds == ("rate",)
    assert inputs_from_estimates(two).kinds == ("mean",)
    share = estimate(made, [Prop("answer", "yes")], by="district")
    assert inputs_from_estimates(share).kinds == ("rate",)
    joint = combine([one, two])
    assert inputs_from_estimates(joint).kinds == ("rate", "mean")
    again = Estimates.from_payload(joint.to_payload())
    assert inputs_from_estimates(again).kinds == ("rate", "mean")
    assert inputs_from_estimates(joint, kinds={"visits": "count"}).kinds == ("rate", "count")
    assert "kinds" not in repr(joint)


def test_estimates_without_a_kind_need_the_argument():
    bare = estimates({"a": [0.1, 0.2, 0.3, 0.4]}, np.eye(4) * 1e-4)
    bare.recipe = {}
    with pytest.raises(DataError, match="kinds: not known for 1: 'a'"):
        inputs_from_estimates(bare)
    assert inputs_from_estimates(bare, kinds="rate").kinds == ("rate",)


def nested(criteria):
    """Two contents in one indicator, one in another; criteria by content."""

    def content(name, parts):
        worth = str(sum(float(c["points"]) for c in parts))
        return {"id": name, "zh": name, "points": worth, "criteria": parts}

    def group(name, contents):
        return {"id": name, "zh": name, "points": str(sum(float(c["points"]) for c in contents)), "contents": contents}

    one, two, three = (content(name, parts) for name, parts in criteria.items())
    groups = [group("g1", [one, two]), group("g2", [three])]
    return ScoringScheme.model_validate(
        {"id": "s", "zh": "s", "total": str(sum(float(g["points"]) for g in groups)), "indicators": groups}
    )  # fmt: skip


def tree(missing):
    return nested(
        {
            "c1": [criterion("a", 20, missing=missing), criterion("b", 20, missing=missing)],
            "c2": [criterion("c", 20, missing=missing)],
            "c3": [criterion("d", 40, missing=missing)],
        }
    )


RATES = {"a": [0.5, 0.5, 0.5, 0.5], "b": [0.6, 0.6, 0.6, 0.6], "c": [0.8, 0.8, 0.8, 0.8], "d": [0.9, 0.9, 0.9, 0.9]}


def gaps(cells, se=0.005):
    rates = {name: list(values) for name, values in RATES.items()}
    for name, unit in cells:
        rates[name][UNITS.index(unit)] = np.nan
    return estimates(rates, np.eye(16) * se**2)


@pytest.mark.parametrize(
    ("cells", "source", "share"),
    [
        ([("a", "qingyang")], "content", 0.6),
        ([("a", "qingyang"), ("b", "qingyang")], "indicator", 0.8),
        ([("a", "qingyang"), ("b", "qingyang"), ("c", "qingyang")], "total", 0.9),
    ],
)
def test_a_missing_rate_borrows_from_its_content_then_indicator_then_total(cells, source, share):
    card = score(tree("rescale"), gaps(cells), draws=20_000)
    rows = card.criteria.set_index(["criterion", "district"])
    assert rows.loc[("a", "qingyang"), "points"] == pytest.approx(20 * share, rel=1e-12)
    assert rows.loc[("a", "qingyang"), "borrowed_from"] == source
    assert (rows["borrowed_from"] != "").sum() == len(cells)
    assert np.isnan(rows.loc[("a", "qingyang"), "value"])
    assert any(n.startswith("a: no value for qingyang; points at the share") for n in card.notes)
    assert any(n.startswith("a：qingyang没有数值") for n in card.notes_zh)
    lent = {"content": 40**2 + 20**2 + 40**2, "indicator": 60**2 + 40**2, "total": 100**2}[source]
    assert card.table["std_error"].iloc[1] == pytest.approx(0.005 * np.sqrt(lent), rel=0.02)
    assert card.table["std_error"].iloc[0] == pytest.approx(0.005 * np.sqrt(3 * 20**2 + 40**2), rel=0.02)


def test_a_district_without_the_rows_counts_zero_when_the_scheme_says_so():
    found = gaps([])
    drop = (found.table["variable"] == "a") & (found.table["district"] == "wuhou")
    keep = np.flatnonzero(~drop)
    found.table = found.table[~drop].reset_index(drop=True)
    found.covariance = found.covariance[np.ix_(keep, keep)]
    card = score(tree("zero"), found, draws=200)
    assert card.table["points"].tolist() == pytest.approx([74, 74, 74, 64])
    assert any("no value for wuhou; counted as 0 points" in note for note in card.notes)
    assert any("按0分计" in note for note in card.notes_zh)


def test_a_missing_value_that_no_rule_allows_is_an_error():
    with pytest.raises(DataError, match=r"missing for 1: \('qingyang', 'a'\).*missing: zero or rescale"):
        score(tree("fail"), gaps([("a", "qingyang")]), draws=50)
    mixed = tree("rescale").model_copy(update={"adjustments": ()})
    inputs = inputs_from_estimates(gaps([("a", "qingyang")]), may_lack=("a",))
    assert score(mixed, inputs, draws=50).table["points"].notna().all()
    with pytest.raises(DefinitionError, match="'a' \\(questionnaire\\) has no value for 1: 'qingyang'"):
        score(tree("fail"), inputs, draws=50)
    nothing = gaps([(name, "qingyang") for name in "abcd"])
    with pytest.raises(DefinitionError, match="no criterion has a value for 1: 'qingyang'"):
        score(tree("rescale"), nothing, draws=50)


def test_missing_values_go_through_replicates():
    values = np.array([[0.5, 0.6]] * 4)
    values[2, 0] = np.nan
    noise = np.random.default_rng(5).normal(0, 0.02, (400, 4, 2))
    with pytest.raises(DataError, match="missing or infinite for 1: \\('jinniu', 'a'\\)"):
        inputs_from_replicates(UNITS, ("a", "b"), values, values + noise, kinds="rate")
    found = inputs_from_replicates(UNITS, ("a", "b"), values, values + noise, kinds="rate", may_lack=("a",))
    made = scheme([criterion("a", 50, missing="rescale"), criterion("b", 50)])
    card = score(made, found)
    assert card.table["points"].iloc[2] == pytest.approx(60)
    assert card.table["std_error"].iloc[2] == pytest.approx(100 * noise[:, 2, 1].std(), rel=0.01)


def test_a_share_is_not_lent_to_bonuses():
    from surveykit.scoring import check_scheme

    rule = {"kind": "bonus", "start": "0", "per": "1"}
    made = scheme([criterion("a", 10)], adjustments=[criterion("b", 5, "field", rule, missing="rescale")])
    assert any("bonus or penalty has no share" in problem.what for problem in check_scheme(made))
