import numpy as np
import pandas as pd
import pytest
from scoring_helpers import UNITS, criterion, estimates, scheme

from surveykit.design import SurveyDesign
from surveykit.errors import DataError
from surveykit.estimation import Mean, estimate
from surveykit.scoring import inputs_from_estimates, read_other_methods
from surveykit.scoring.waves.change import Bridge, compare_waves
from surveykit.scoring.waves.pair import two_waves, waves_from_estimates

FIRST = {"a": [0.60, 0.70, 0.65, 0.80], "b": [0.70, 0.75, 0.72, 0.80]}
SECOND = {"a": [0.75, 0.71, 0.60, 0.80], "b": [0.70, 0.76, 0.70, 0.80]}
V = np.eye(8) * 0.02**2


def wave(rates, units=UNITS):
    return inputs_from_estimates(estimates(rates, V, units=units))


def made():
    return scheme([criterion("a", 60), criterion("b", 40)])


def none():
    return read_other_methods(made(), pd.DataFrame(columns=["district", "criterion", "value"]), UNITS)


def test_independent_samples_add_variances():
    found = compare_waves(made(), two_waves(wave(FIRST), wave(SECOND)), (none(), none()), draws=20_000)
    np.testing.assert_allclose(found.rates["std_error"], 0.02 * np.sqrt(2))
    np.testing.assert_allclose(found.points["difference"], [9, 1, -3.8, 0], atol=1e-9)
    np.testing.assert_allclose(found.points["std_error"], 0.02 * np.sqrt(2) * np.hypot(60, 40), rtol=0.03)
    assert found.points["change"].tolist() == [
        "improved",
        "not_distinguishable",
        "not_distinguishable",
        "not_distinguishable",
    ]


def test_overlap_narrows_the_change():
    overlapping = two_waves(wave(FIRST), wave(SECOND), 0.8 * V)
    found = compare_waves(made(), overlapping, (none(), none()), draws=20_000)
    np.testing.assert_allclose(found.rates["std_error"], 0.02 * np.sqrt(2 * 0.2))
    np.testing.assert_allclose(found.points["std_error"], 0.02 * np.sqrt(0.4) * np.hypot(60, 40), rtol=0.05)
    with pytest.raises(DataError, match="negative eigenvalue"):
        two_waves(wave(FIRST), wave(SECOND), 2 * V)


def test_order_of_the_second_wave_does_not_matter():
    turned = tuple(reversed(UNITS))
    second = wave({name: SECOND[name][::-1] for name in ("b", "a")}, units=turned)
    pair = two_waves(wave(FIRST), second)
    np.testing.assert_allclose(pair.second.values, wave(SECOND).values)
    with pytest.raises(DataError, match="indicators only in one wave"):
        two_waves(wave(FIRST), inputs_from_estimates(estimates({"a": SECOND["a"]}, np.eye(4))))


def test_a_bridge_moves_the_second_wave_and_blurs_the_change():
    plain = compare_waves(made(), two_waves(wave(FIRST), wave(SECOND)), (none(), none()), draws=20_000)
    bridged = compare_waves(
        made(), two_waves(wave(FIRST), wave(SECOND)), (none(), none()), bridges=[Bridge("a", 0.05, 0.03)], draws=20_000
    )
    np.testing.assert_allclose(bridged.points["difference"], plain.points["difference"] - 3, atol=1e-9)
    np.testing.assert_allclose(
        bridged.points["std_error"] ** 2, plain.points["std_error"] ** 2 + (60 * 0.03) ** 2, rtol=0.05
    )
    # common to all units: the order of the gains is as sure as before
    assert bridged.ranks["improvement_rank_low"].tolist() == plain.ranks["improvement_rank_low"].tolist()
    assert bridged.rates["bridged"].sum() == 4
    with pytest.raises(DataError, match="'z' is no indicator"):
        compare_waves(made(), two_waves(wave(FIRST), wave(SECOND)), (none(), none()), bridges=[Bridge("z", 0, 0)])


def test_rank_changes_hold_both_sets():
    found = compare_waves(made(), two_waves(wave(FIRST), wave(SECOND)), (none(), none())).ranks
    assert (found["rank_change_low"] <= found["rank_change"]).all()
    assert (found["rank_change"] <= found["rank_change_high"]).all()
    assert found.loc[0, "improvement_rank_low"] == 1


def test_waves_of_one_design_with_people_asked_twice():
    rng = np.random.default_rng(2)
    people = pd.DataFrame({"district": np.repeat(list(UNITS), 200), "person": np.arange(800)})
    people["a"] = rng.integers(0, 2, 800).astype(float)
    again = people.iloc[::2].copy()
    again["a"] = np.where(rng.random(len(again)) < 0.8, again["a"], 1 - again["a"])
    data = pd.concat([people.assign(wave="2021"), again.assign(wave="2023")], ignore_index=True)
    design = SurveyDesign(data.assign(w=1.0), weights="w", strata="district", psu="person")
    found = estimate(design, [Mean("a")], by=["wave", "district"])
    pair = waves_from_estimates(found, ("2021", "2023"))
    assert (np.diag(pair.cross) > 0).all()
    np.testing.assert_allclose(pair.cross - np.diag(np.diag(pair.cross)), 0, atol=1e-12)
    one = data[data["district"] == "jinniu"].pivot_table(index="person", columns="wave", values="a")
    both = one.dropna()
    expected = ((both["2021"] - one["2021"].mean()) * (both["2023"] - one["2023"].mean())).sum() / (200 * 100)
    at = pair.first.units.index("jinniu")
    assert pair.cross[at, at] == pytest.approx(expected * 200 / 199)
    with pytest.raises(DataError, match="no wave '1999'"):
        waves_from_estimates(found, ("1999", "2023"))
