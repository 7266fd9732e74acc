"""R-indicators against R's glm, by hand, and their standard errors against simulation."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from surveykit.errors import DataError
from surveykit.weighting import response_quality

REFERENCE = Path(__file__).parent.parent / "reference"


def test_indicator_and_standard_error_equal_r():
    known = json.loads((REFERENCE / "weighting_r_indicator.json").read_text())
    table = pd.DataFrame({name: known[name] for name in "abh"}).astype(int).astype(str)
    weights = np.where(table["h"] == "1", 12.0, 20.0)
    heard = np.array(known["r"]) == 1
    made = response_quality(table, heard, ["a", "b"], weights=weights, strata="h")
    found = [made.unadjusted, made.indicator, made.std_error, made.response_rate]
    np.testing.assert_allclose(found, known["weighted"][:4], rtol=1e-8)
    plain = response_quality(table, heard, ["a", "b"])
    assert [plain.unadjusted, plain.indicator] == pytest.approx(known["plain"][:2], rel=1e-8)
    published = known["plain"][4]
    assert plain.indicator < published < plain.indicator + 0.01


def test_response_quality_by_hand():
    table = pd.DataFrame({"a": ["x"] * 1000 + ["y"] * 1000})
    responded = np.r_[np.arange(1000) < 700, np.arange(1000) < 300]
    made = response_quality(table, responded, ["a"])
    spread = np.sqrt(0.04 * 2000 / 1999)
    assert made.unadjusted == pytest.approx(1 - 2 * spread)
    noise = 0.25 * (0.7 * 0.3 + 0.3 * 0.7) / 1000 * 2000 / 1999  # of half the difference of two shares
    assert made.indicator == pytest.approx(1 - 2 * np.sqrt(spread**2 - noise), rel=1e-9)
    assert made.maximal_bias == pytest.approx(np.sqrt(spread**2 - noise) / 0.5, rel=1e-9)
    whole = np.sqrt(spread**2 - noise)
    assert made.partial["partial"].tolist() == pytest.approx([whole, np.sqrt(0.5) * 0.2, -np.sqrt(0.5) * 0.2])
    assert response_quality(table, np.arange(2000) % 2 == 0, ["a"]).indicator > 0.98
    with pytest.raises(DataError, match="some of both"):
        response_quality(table, np.ones(2000, dtype=bool), ["a"])


def finite_population(size=40_000):
    rng = np.random.default_rng(1)
    data = pd.DataFrame({"a": rng.integers(0, 3, size), "b": rng.integers(0, 2, size), "h": rng.integers(0, 2, size)})
    data["b"] = np.where(rng.random(size) < 0.3, data["a"] % 2, data["b"])
    data["p"] = 1 / (1 + np.exp(-(0.3 - 0.6 * (data["a"] == 1) + 0.5 * data["b"])))
    return data


def truth(data):
    p, mean = data["p"], data["p"].mean()
    between = {name: np.sqrt(((data.groupby(name)["p"].transform("mean") - mean) ** 2).mean()) for name in "ab"}
    within = {name: np.sqrt(((p - data.groupby(o)["p"].transform("mean")) ** 2).mean()) for name, o in ("ab", "ba")}
    gap = np.sqrt((data["a"] == 1).mean()) * (p[data["a"] == 1].mean() - mean)
    return {
        "R": 1 - 2 * p.std(),
        "a": between["a"],
        "b": between["b"],
        "ca": within["a"],
        "cb": within["b"],
        "gap": gap,
    }


def test_standard_errors_tell_the_truth():
    """400 stratified samples with unequal weights, of 1,400 units each, from 40,000."""
    data, rng = finite_population(), np.random.default_rng(3)
    rows = {0: np.flatnonzero(data["h"] == 0), 1: np.flatnonzero(data["h"] == 1)}
    found, errors = [], []
    for _ in range(400):
        drawn = np.r_[rng.choice(rows[0], 500, replace=False), rng.choice(rows[1], 900, replace=False)]
        sample = data.iloc[drawn].reset_index(drop=True)
        weights = np.where(sample["h"] == 0, len(rows[0]) / 500, len(rows[1]) / 900)
        heard = rng.random(1400) < sample["p"]
        made = response_quality(sample, heard.to_numpy(), ["a", "b"], weights=weights, strata="h")
        partial = made.partial.set_index(["variable", "level"])
        whole, level = [partial.loc[(name, "")] for name in "ab"], partial.loc[("a", "1")]
        found.append([made.indicator, *(w["partial"] for w in whole), *(w["conditional"] for w in whole)])
        errors.append([made.std_error, *(w["partial_std_error"] for w in whole)])
        errors[-1] += [w["conditional_std_error"] for w in whole]
        found[-1].append(level["partial"])
        errors[-1].append(level["partial_std_error"])
    found, errors, known = np.array(found), np.array(errors), np.array(list(truth(data).values()))
    np.testing.assert_allclose(np.nanmedian(errors, axis=0), found.std(axis=0), rtol=0.12)
    # The correction makes variances unbiased, not their roots.
    found[:, 0], known[0] = (1 - found[:, 0]) / 2, (1 - known[0]) / 2
    found[:, :5], known[:5] = found[:, :5] ** 2, known[:5] ** 2
    np.testing.assert_array_less(np.abs(found.mean(axis=0) - known), 0.15 * found.std(axis=0))


def test_interval_ends_at_one():
    table = pd.DataFrame({"a": ["x"] * 1000 + ["y"] * 1000})
    made = response_quality(table, np.r_[np.arange(1000) < 530, np.arange(1000) < 480], ["a"])
    low, high = made.interval()
    assert low < made.indicator < high <= 1 and "standard error" in repr(made) and "<table" in made._repr_html_()
    even = response_quality(table, np.arange(2000) % 2 == 0, ["a"])
    assert even.indicator == 1 and np.isnan(even.std_error)
