"""Many domains in chunks: the numbers of one pass, memory that does not grow, one clear refusal for the joint part."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import surveykit.estimation as est
from surveykit.design import SurveyDesign, as_bootstrap_design
from surveykit.errors import DesignError
from surveykit.estimation.statistics.many_domains import ManyEstimates
from surveykit.weighting import rake

ASKED = [
    est.Mean("y"),
    est.Mean("rate"),
    est.Total("y"),
    est.Prop("q"),
    est.Ratio("y", "x"),
    est.Quantile("y", [0.25, 0.5]),
    est.Variance("y"),
    est.Correlation("y", "x"),
]


def _data(n=900, domains=60):
    rng = np.random.default_rng(5)
    y = rng.normal(5, 2, n)
    y[::17] = np.nan
    return pd.DataFrame(
        {
            "y": y,
            "x": rng.uniform(1, 3, n),
            "rate": (rng.random(n) < 0.9).astype(float),
            "q": rng.integers(1, 4, n),
            "g": np.where(np.arange(n) % domains == 7, -1, np.arange(n) % domains),
            "h": np.arange(n) * 6 // n,
            "c": np.arange(n) // 5,
            "w": rng.uniform(0.5, 2, n),
            "sex": rng.choice(["f", "m"], n),
        }
    )


def _designs():
    data = _data()
    lonely = data.assign(h=np.where(data["c"] == 0, 99, data["h"]))
    plain = SurveyDesign(data, weights="w", strata="h", psu="c")
    half = data["w"].sum() / 2
    return {
        "clusters": plain,
        "lonely": SurveyDesign(lonely, weights="w", strata="h", psu="c", lonely_psu="adjust"),
        "average": SurveyDesign(lonely, weights="w", strata="h", psu="c", lonely_psu="average"),
        "raked": rake(plain, {"sex": {"f": half, "m": half}}),
        "replicates": as_bootstrap_design(plain, replicates=40, seed=1),
    }


def _both(monkeypatch, design, statistics, **options):
    whole = est.estimate(design, statistics, by="g", **options)
    with monkeypatch.context() as patch:
        for module in ("kernel.memory", "statistics.many_domains"):
            patch.setattr(f"surveykit.estimation.{module}.AT_ONCE", 4e5)
        parts = est.estimate(design, statistics, by="g", **options)
    assert isinstance(parts, ManyEstimates) and not isinstance(whole, ManyEstimates)
    return whole, parts


def _same(a, b):
    numbers = a.select_dtypes("number").columns
    np.testing.assert_allclose(a[numbers], b[numbers], rtol=1e-12, atol=1e-13)
    pd.testing.assert_frame_equal(a.drop(columns=numbers), b.drop(columns=numbers))


@pytest.mark.parametrize("name", ["clusters", "lonely", "average", "raked", "replicates"])
def test_chunks_have_the_numbers_of_one_pass(name, monkeypatch):
    whole, parts = _both(monkeypatch, _designs()[name], ASKED)
    _same(whole.table, parts.table)
    np.testing.assert_allclose(parts.covariance, whole.covariance, rtol=1e-12, atol=1e-14)
    assert parts.recipe == whole.recipe and parts.labels == whole.labels


@pytest.mark.parametrize("interval", ["wilson_pooled", "beta", "likelihood", "logit"])
def test_intervals_pool_over_all_domains(interval, monkeypatch):
    design = _designs()["clusters"]
    _same(*(found.table for found in _both(monkeypatch, design, [est.Mean("rate")], interval=interval)))


def test_the_joint_part_is_made_when_it_is_asked_for(monkeypatch):
    whole, parts = _both(monkeypatch, _designs()["clusters"], [est.Mean("rate"), est.Mean("y")])
    assert "whole" not in vars(parts)
    _same(parts.difference(("rate", 3), ("rate", 4)).table, whole.difference(("rate", 3), ("rate", 4)).table)
    assert parts.to_payload() == whole.to_payload()
    assert replace(parts, recipe={}).covariance.shape == whole.covariance.shape


def test_where_and_two_domain_columns(monkeypatch):
    design = _designs()["clusters"]
    for options in ({"where": ("sex", "f")}, {"deff_reference": "wr", "conf_level": 0.9}):
        whole, parts = _both(monkeypatch, design, [est.Prop("q", 2), est.Mean("y")], **options)
        _same(whole.table, parts.table)


def test_only_the_joint_covariance_is_refused_by_size(monkeypatch):
    _, parts = _both(monkeypatch, _designs()["clusters"], [est.Mean("y")])
    monkeypatch.setattr("surveykit.estimation.kernel.memory.machine_memory", lambda: 1e5)
    assert parts.table["std_error"].notna().any()
    with pytest.raises(DesignError, match=r"joint covariance of 60 estimates over 180 units needs about 0\.0 GB"):
        parts.difference(1, 2)
