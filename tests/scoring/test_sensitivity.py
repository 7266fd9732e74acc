import numpy as np
import pandas as pd
import pytest
from scoring_helpers import UNITS, criterion, estimates, scheme

from surveykit.errors import DataError
from surveykit.scoring import (
    Factors,
    inputs_from_estimates,
    read_other_methods,
    score,
    sensitivity,
    sobol_indices,
)
from surveykit.scoring.sensitivity.model import sensitivity_model

RATES = {
    "a": [0.70, 0.80, 0.75, 0.90],
    "b": [0.60, 0.85, 0.80, 0.95],
    "a__strict": [0.50, 0.75, 0.55, 0.60],
}


def survey(se=0.02):
    return inputs_from_estimates(estimates(RATES, np.eye(12) * se**2))


def made(**more):
    knots = {"kind": "piecewise_linear", "knots": [["0.6", "0"], ["0.9", "30"]]}
    visits = criterion("visits", 30, "field", range=["0", "1"])
    return scheme([criterion("a", 40), criterion("b", 30, rule=knots), visits], **more)


def other(errors=""):
    table = pd.DataFrame(
        {"district": list(UNITS), "criterion": "visits", "value": [0.8, 0.85, 0.9, 0.7], "std_error": errors}
    )
    return read_other_methods(made(), table, UNITS)


def ishigami(u):
    x = (2 * u - 1) * np.pi
    return (np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0]))[:, None]


def test_sobol_indices_of_the_ishigami_function():
    # Ishigami and Homma (1990); Saltelli et al. (2008), a = 7, b = 0.1
    found = sobol_indices(ishigami, 3, 8192, bootstrap=100)
    np.testing.assert_allclose(found.first.ravel(), [0.3139, 0.4424, 0.0], atol=0.01)
    np.testing.assert_allclose(found.total.ravel(), [0.5576, 0.4424, 0.2437], atol=0.01)
    assert (found.total_low <= found.total).all() and (found.total <= found.total_high).all()
    np.testing.assert_allclose(found.variance, 13.8446, rtol=0.02)


def test_runs_must_be_a_power_of_two():
    with pytest.raises(DataError, match="power of two"):
        sobol_indices(ishigami, 3, 1000)


def test_one_factor_explains_everything():
    found = sensitivity(made(), survey(), other(), Factors(weights=0, aggregation=False, knots=0), runs=1024)
    scores = found.indices[found.indices["target"] != "rank_shift"]
    assert found.factors == ("sampling",)
    np.testing.assert_allclose(scores["first"], 1, atol=0.15)
    np.testing.assert_allclose(scores["total"], 1, atol=0.15)


def test_variance_by_sampling_is_that_of_the_score_card():
    found = sensitivity(made(), survey(), other("0.03"), Factors(weights=0, aggregation=False, knots=0), runs=2048)
    table = pd.DataFrame({"district": list(UNITS), "criterion": "visits", "value": [0.8, 0.85, 0.9, 0.7]})
    card = score(made(), survey(), table.assign(std_error=0.03), draws=20_000)
    variance = found.indices.drop_duplicates("target").set_index("target")["variance"]
    np.testing.assert_allclose(np.sqrt(variance[list(UNITS)]), card.table["std_error"], rtol=0.1)


def test_all_factors_and_their_reading():
    factors = Factors(alternatives={"answer": [{}, {"a": "a__strict"}]}, missing=["visits"])
    found = sensitivity(made(), [survey(), survey()], other("0.03"), factors, runs=256)
    expected = ("sampling", "weighting", "answer", "weights", "aggregation", "knots", "missing")
    assert found.factors == expected
    assert len(found.indices) == 5 * 7
    total = found.indices.set_index(["target", "factor"])["total"]
    assert total["wuhou", "answer"] > total["qingyang", "answer"]
    assert abs(total["wuhou", "weighting"]) < 1e-12
    assert total["wuhou", "knots"] >= 0
    assert (found.ranks["rank_q05"] <= found.ranks["rank_q95"]).all()
    assert found.rank_shift > 0


def test_shaken_points_add_up_at_every_level():
    model = sensitivity_model(made(), [survey()], other(), Factors(), 3)
    np.testing.assert_allclose(model.points.sum(axis=1), 100)
    assert model.points.std(axis=0).min() > 0


def test_nothing_varies_or_unknown_names():
    with pytest.raises(DataError, match="nothing varies"):
        sensitivity(made(), survey(), other(), Factors(sampling=False, weights=0, aggregation=False, knots=0))
    with pytest.raises(DataError, match="'zzz'"):
        sensitivity(made(), survey(), other(), Factors(alternatives={"x": [{}, {"a": "zzz"}]}))
    with pytest.raises(DataError, match="'gone'"):
        sensitivity(made(), survey(), other(), Factors(missing=["gone"]))


def test_a_score_can_stand_in_for_a_rate():
    rates = {"a": RATES["a"], "b": RATES["b"], "a_score": [72.0, 81.0, 70.0, 95.0]}
    inputs = inputs_from_estimates(estimates(rates, np.eye(12) * 1e-8, kinds={"a_score": "score"}))
    factors = Factors(
        sampling=False, weights=0, aggregation=False, knots=0, alternatives={"map": [{}, {"a": "a_score"}]}
    )
    found = sensitivity(made(), inputs, other(), factors, runs=256)
    variance = found.indices.drop_duplicates("target").set_index("target")["variance"]
    np.testing.assert_allclose(np.sqrt(variance[list(UNITS)]), 20 * np.array([0.02, 0.01, 0.05, 0.05]), rtol=0.02)
