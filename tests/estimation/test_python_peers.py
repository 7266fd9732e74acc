"""Where weights do not matter, estimates equal those of pingouin and statsmodels."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from surveykit.design import SurveyDesign
from surveykit.estimation import survey_alpha, survey_cor, survey_glm

DATA = Path(__file__).parents[1] / "reference" / "data"
pytestmark = pytest.mark.filterwarnings("ignore")  # the peers' own


@pytest.fixture(scope="module")
def schools():
    return pd.read_csv(DATA / "apisrs.csv").assign(one=1.0)


@pytest.fixture(scope="module")
def design(schools):
    return SurveyDesign(schools, weights="one")


def test_alpha_equals_pingouin(schools, design):
    import pingouin

    items = ["api99", "api00", "target"]
    complete = schools[items].dropna()
    expected, _ = pingouin.cronbach_alpha(complete)
    alpha = survey_alpha(design, items).table.set_index("variable")["estimate"]
    assert alpha.iloc[0] == pytest.approx(expected, rel=1e-10)


def test_correlation_equals_pingouin(schools, design):
    import pingouin

    expected = float(pingouin.corr(schools["api00"], schools["meals"])["r"].iloc[0])
    table = survey_cor(design, ["api00", "meals"]).table
    values = table["estimate"].to_numpy(dtype=float)
    assert np.isclose(values, expected, rtol=1e-10).any()


@pytest.mark.parametrize(("family", "outcome"), [("gaussian", "api00"), ("binomial", "high"), ("poisson", "enroll")])
def test_coefficients_equal_statsmodels(schools, family, outcome):
    import statsmodels.api as sm

    data = schools.assign(high=(schools["api00"] > 700).astype(int), w=np.linspace(1, 3, len(schools)))
    families = {
        "gaussian": sm.families.Gaussian(),
        "binomial": sm.families.Binomial(),
        "poisson": sm.families.Poisson(),
    }
    x = sm.add_constant(data[["ell", "meals"]].astype(float))
    fit = sm.GLM(data[outcome].astype(float), x, family=families[family], freq_weights=data["w"]).fit(tol=1e-12)
    table = survey_glm(SurveyDesign(data, weights="w"), f"{outcome} ~ ell + meals", family=family).table
    np.testing.assert_allclose(table["estimate"].to_numpy(dtype=float), fit.params.to_numpy(), rtol=1e-6)
