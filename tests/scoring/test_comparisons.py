import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from surveykit.errors import DataError
from surveykit.scoring.ranks.comparisons import compare_with_mean, goldstein_healy, holm, klein_wright_wieczorek
from surveykit.scoring.ranks.empirical_bayes import _fit, expected_ranks, reml_between_variance

THETA = np.array([92.0, 91.2, 88.4, 88.1, 85.0, 79.3])
SE = np.array([1.5, 1.6, 1.4, 2.0, 1.8, 2.2])
R = json.loads((Path(__file__).parents[1] / "reference" / "scoring_simple.json").read_text(encoding="utf-8"))
TOLERANCE = 1e-8  # equal to R
REML_TOLERANCE = 1e-6  # metafor stops its iterations earlier


def test_holm_as_in_r():
    np.testing.assert_allclose(holm(np.array(R["holm"]["p"])), R["holm"]["adjusted"], rtol=TOLERANCE)


@pytest.mark.parametrize(("df", "name"), [(None, "p_normal"), (12, "p_t")])
def test_difference_from_the_weighted_mean_as_in_r(df, name):
    case = R["mean"]
    found = compare_with_mean(
        case["estimate"], np.diag(np.square(case["std_error"])), weights=np.array(case["weights"]), df=df
    )
    np.testing.assert_allclose(found["difference"], case["difference"], rtol=TOLERANCE)
    np.testing.assert_allclose(found["std_error"], case["error"], rtol=TOLERANCE)
    np.testing.assert_allclose(found["p_value"], case[name], rtol=TOLERANCE)


def test_bands():
    bands = compare_with_mean(pd.Series(THETA, index=list("abcdef")), np.diag(SE**2)).set_index("unit")["band"]
    assert bands.tolist() == [
        "above",
        "above",
        "not_distinguishable",
        "not_distinguishable",
        "not_distinguishable",
        "below",
    ]


def test_bands_without_error_and_with_bad_weights():
    known = compare_with_mean([1.0, 2.0, 3.0], np.zeros((3, 3)))
    assert known["band"].tolist() == ["below", "not_distinguishable", "above"]
    with pytest.raises(DataError, match="weights"):
        compare_with_mean(THETA, np.diag(SE**2), weights=np.array([1.0, -1.0, 1, 1, 1, 1]))


def test_klein_wright_wieczorek_small_case():
    table = klein_wright_wieczorek(THETA, SE)
    assert table["rank_low"].tolist() == [1, 1, 1, 1, 1, 3]
    assert table["rank_high"].tolist() == [5, 5, 6, 6, 6, 6]
    reach = (table["conf_high"] - table["estimate"]) / SE
    np.testing.assert_allclose(reach, R["critical"]["kww_6"], rtol=TOLERANCE)
    assert R["critical"]["kww_6"] == pytest.approx(2.631, abs=5e-4)
    assert R["critical"]["kww_23"] == pytest.approx(3.058, abs=5e-4)
    bonferroni = klein_wright_wieczorek(THETA, SE, independent=False)
    assert (bonferroni["conf_high"] > table["conf_high"]).all()


def test_goldstein_healy_multipliers():
    assert goldstein_healy(np.zeros(5), np.eye(5)).multiplier == pytest.approx(1.386, abs=5e-4)
    found = goldstein_healy(THETA, np.diag(SE**2))
    assert found.multiplier == pytest.approx(1.3961, abs=5e-5)
    low, high = found.alpha_range
    assert low <= 0.05 <= high
    with pytest.raises(DataError, match="no sampling error"):
        goldstein_healy([1.0, 2.0], np.zeros((2, 2)))


@pytest.mark.parametrize("case", ["small", "equal"])
def test_shrinkage_as_in_metafor(case):
    stored = R[case]
    values, covariance = np.array(stored["estimate"], dtype=float), np.diag(np.array(stored["variance"], dtype=float))
    tau2 = reml_between_variance(values, covariance)
    assert tau2 == pytest.approx(stored["tau2"], rel=REML_TOLERANCE, abs=1e-9)
    fit = _fit(values, covariance, stored["tau2"])
    assert fit.mean == pytest.approx(stored["mean"], rel=TOLERANCE)
    assert np.sqrt(fit.mean_variance) == pytest.approx(stored["mean_error"], rel=TOLERANCE)
    np.testing.assert_allclose(fit.posterior, stored["shrunken"], rtol=TOLERANCE)
    np.testing.assert_allclose(np.sqrt(np.diag(fit.posterior_covariance)), stored["shrunken_error"], rtol=TOLERANCE)


def test_expected_ranks_add_up_and_agree_with_draws():
    found = expected_ranks(THETA, np.diag(SE**2), draws=50_000, top=2)
    assert found.table["expected_rank"].sum() == pytest.approx(21)
    assert found.table["prob_top"].sum() == pytest.approx(2)
    assert found.table["expected_rank"].is_monotonic_increasing
    assert 0 < found.rankability < 1
    assert "model-based" in repr(found)


def test_equal_units_have_equal_expected_ranks():
    found = expected_ranks(np.full(5, 3.0), np.eye(5), top=2)
    np.testing.assert_allclose(found.table["expected_rank"], 3)
    assert found.between_variance == 0 and found.rankability == 0


def test_shrinkage_with_covariance_between_units():
    shared = 0.5 * np.outer(SE, SE) + 0.5 * np.diag(SE**2)
    found = expected_ranks(THETA, shared)
    alone = expected_ranks(THETA, np.diag(SE**2))
    assert found.between_variance > alone.between_variance


def test_expected_ranks_refuse_what_they_cannot_do():
    with pytest.raises(DataError, match="singular"):
        expected_ranks(THETA, np.zeros((6, 6)))
    with pytest.raises(DataError, match="at least three"):
        expected_ranks([1.0, 2.0], np.eye(2))
    with pytest.raises(DataError, match="top"):
        expected_ranks(THETA, np.diag(SE**2), top=6)
