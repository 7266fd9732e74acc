import numpy as np
import pandas as pd
import pytest

from surveykit.design import SurveyDesign
from surveykit.errors import DataError
from surveykit.estimation import survey_prop
from surveykit.report import Choice, Question, make_drivers, make_topline
from surveykit.report.content.topline import shapley_shares


def choices(codes, special=()):
    return tuple(Choice(code=code, label={"zh": code, "en": code}, special=code in special) for code in codes)


@pytest.fixture(scope="module")
def survey():
    random = np.random.default_rng(1)
    n = 400
    data = pd.DataFrame(
        {
            "h": np.repeat(["a", "b"], n // 2),
            "w": np.repeat([2.0, 5.0], n // 2),
            "aware": pd.array(random.choice(["1", "2", "3"], n), dtype="string"),
            "channel_1": random.random(n) < 0.4,
        }
    )
    latent = random.normal(size=n)
    for place in range(3):
        grade = np.clip(np.round(3.5 + (place + 1) / 2 * latent + random.normal(size=n)), 1, 5)
        data[f"sat_{place}"] = pd.array(grade.astype(int).astype(str), dtype="string")
    data["overall"] = pd.array(np.clip(np.round(3.5 + latent), 1, 5).astype(int).astype(str), dtype="string")
    missing = pd.DataFrame("", index=data.index, columns=data.columns)
    data.loc[:19, "aware"], missing.loc[:19, "aware"] = pd.NA, "dk"
    data.loc[20:29, "aware"], missing.loc[20:29, "aware"] = pd.NA, "nr"
    return data, missing, SurveyDesign(data, weights="w", strata="h")


AWARE = Question(id="aware", kind="single", text={"zh": "甲"}, choices=choices(["1", "2", "3", "98"], ["98"]))
GRID = [
    Question(id=f"sat_{place}", kind="grid", grid="sat", text={"zh": "乙", "en": "b"}, choices=choices("12345"))
    for place in range(3)
]


def test_shares_count_dont_know_and_leave_blanks_out(survey):
    data, missing, design = survey
    found = make_topline(design, [AWARE], data, missing).set_index("code")
    assert found["n"].sum() == 390
    assert found.loc["98", "n"] == 20
    assert found["estimate"].sum() == pytest.approx(1.0)
    full = data["aware"].mask((missing["aware"] == "dk"), "98")
    expected = survey_prop(design.with_data(data.assign(aware=full)), "aware").table.set_index("level")
    for code in ("1", "2", "3", "98"):
        assert found.loc[code, "estimate"] == pytest.approx(expected.loc[code, "estimate"], rel=1e-9)
        assert found.loc[code, "conf_low"] == pytest.approx(expected.loc[code, "conf_low"], rel=1e-9)


def test_several_answers_and_top_two(survey):
    data, missing, design = survey
    channel = Question(id="channel", kind="multi", text={"zh": "甲"}, choices=choices(["1", "2"]))
    found = make_topline(design, [channel, *GRID], data, missing)
    weights = design.weights
    given = data["channel_1"].to_numpy(float)
    assert found.loc[found["question"] == "channel", "estimate"].tolist() == pytest.approx(
        [weights @ given / weights.sum()]
    )
    top = found[(found["question"] == "sat_2") & (found["code"] == "top2")]["estimate"].item()
    grades = found[(found["question"] == "sat_2") & found["code"].isin(["4", "5"])]["estimate"].sum()
    assert top == pytest.approx(grades)


def test_rows_must_be_those_of_the_design(survey):
    data, missing, design = survey
    with pytest.raises(DataError, match="399"):
        make_topline(design, [AWARE], data.head(399), missing.head(399))


def test_importance_adds_up_and_finds_the_strongest(survey):
    data, _, design = survey
    found = make_drivers(design, GRID, "overall", data, replicates=40)
    assert found["importance"].sum() == pytest.approx(1.0)
    assert found["importance"].idxmax() == 2
    assert (found["importance_low"] <= found["importance"]).all()
    assert (found["importance"] <= found["importance_high"]).all()
    pd.testing.assert_frame_equal(found, make_drivers(design, GRID, "overall", data, replicates=40))


def test_shapley_shares_of_independent_variables_are_their_variances():
    grid = np.array([[a, b, c] for a in (-1.0, 1) for b in (-1.0, 1) for c in (-1.0, 1)])
    shares = shapley_shares(grid, grid @ np.array([3.0, 2.0, 1.0]), np.ones(8))
    assert shares == pytest.approx(np.array([9, 4, 1]) / 14)


def test_shapley_shares_of_two_by_hand():
    random = np.random.default_rng(5)
    x = random.normal(size=(50, 2)) @ np.array([[1.0, 0.6], [0.0, 0.8]])
    y = x @ np.array([1.0, 0.5]) + random.normal(size=50)
    r1, r2 = (np.corrcoef(x[:, place], y)[0, 1] ** 2 for place in (0, 1))
    design = np.column_stack([np.ones(50), x])
    fitted = design @ np.linalg.lstsq(design, y, rcond=None)[0]
    both = np.corrcoef(fitted, y)[0, 1] ** 2
    first = (r1 + both - r2) / 2
    assert shapley_shares(x, y, np.ones(50)) == pytest.approx(np.array([first, both - first]) / both)
