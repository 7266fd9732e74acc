"""Data sets and reference values for the tests of estimation."""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from surveykit.design import SurveyDesign

REFERENCE = Path(__file__).parents[1] / "reference"


@cache
def _read(name):
    return pd.read_csv(REFERENCE / "data" / f"{name}.csv")


@pytest.fixture(scope="session")
def read_data():
    return lambda name: _read(name).copy()


@pytest.fixture(scope="session")
def reference():
    return lambda name: json.loads((REFERENCE / f"{name}.json").read_text())


@pytest.fixture(scope="session")
def api_designs():
    srs, strat, c1, c2 = (_read(name) for name in ("apisrs", "apistrat", "apiclus1", "apiclus2"))
    return {
        "srs": SurveyDesign(srs, weights="pw", population_size="fpc"),
        "strat": SurveyDesign(strat, weights="pw", strata="stype", population_size="fpc"),
        "strat_wr": SurveyDesign(strat, weights="pw", strata="stype"),
        "clus1": SurveyDesign(c1, weights="pw", psu="dnum", population_size="fpc"),
        "clus1_wr": SurveyDesign(c1, weights="pw", psu="dnum"),
        "clus2": SurveyDesign(c2, psu=["dnum", "snum"], population_size=["fpc1", "fpc2"]),
        "clus2_wr": SurveyDesign(c2, weights="pw", psu=["dnum", "snum"]),
    }


@pytest.fixture(scope="session")
def close():
    def check(actual, expected, rtol=1e-8, atol=1e-12):
        np.testing.assert_allclose(np.asarray(actual, float), np.asarray(expected, float), rtol=rtol, atol=atol)

    return check
