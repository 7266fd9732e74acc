from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from scoring_helpers import UNITS, criterion, estimates, scheme

from surveykit.errors import DataError
from surveykit.scoring import ScoringScheme, read_other_methods, score, summarise_evidence, summarise_field_visits
from surveykit.scoring.input_draws import draw_other

ANALYSIS = Path(__file__).parents[2] / "analysis"


def visits(n=12, units=UNITS, seed=3):
    rng = np.random.default_rng(seed)
    rows = []
    for unit in units:
        level = rng.uniform(0.3, 0.7, n)
        for name in ("tidy", "signs"):
            for point in range(5):
                value = (rng.random(n) < level).astype(float)
                rows.append(
                    pd.DataFrame(
                        {"district": unit, "site": np.arange(n), "criterion": name, "point": point, "value": value}
                    )
                )
    return pd.concat(rows, ignore_index=True)


def test_mean_error_and_covariance_of_sites():
    data = visits()
    found = summarise_field_visits(data)
    site = data[data["district"] == "jinniu"].pivot_table(index="site", columns="criterion", values="value")
    here = found.table[found.table["district"] == "jinniu"].set_index("criterion")
    np.testing.assert_allclose(here["value"], site.mean()[here.index])
    np.testing.assert_allclose(here["std_error"], site.std(ddof=1)[here.index] / np.sqrt(12))
    assert here["df"].tolist() == [11, 11]
    pair = found.covariance[found.covariance["district"] == "jinniu"].iloc[0]
    assert pair["covariance"] == pytest.approx(np.cov(site["tidy"], site["signs"])[0, 1] / 12)


def test_finite_population_and_strata():
    data = visits()
    everything = summarise_field_visits(data, pd.DataFrame({"district": list(UNITS), "sites": 12}))
    np.testing.assert_allclose(everything.table["std_error"], 0, atol=1e-12)
    half = summarise_field_visits(data, pd.DataFrame({"district": list(UNITS), "sites": 24}))
    free = summarise_field_visits(data)
    np.testing.assert_allclose(half.table["std_error"], free.table["std_error"] * np.sqrt(0.5))
    layered = data.assign(stratum=np.where(data["site"] < 4, "center", "station"))
    counts = pd.DataFrame(
        {
            "district": [unit for unit in UNITS for _ in range(2)],
            "stratum": ["center", "station"] * 4,
            "sites": [8, 400] * 4,
        }
    )
    found = summarise_field_visits(layered, counts).table.set_index(["district", "criterion"])
    site = layered[layered["district"] == "wuhou"].pivot_table(
        index=["stratum", "site"], columns="criterion", values="value"
    )["tidy"]
    means = site.groupby("stratum").mean()
    assert found.loc[("wuhou", "tidy"), "value"] == pytest.approx((8 * means["center"] + 400 * means["station"]) / 408)
    assert found.loc[("wuhou", "tidy"), "df"] == 10


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data.assign(value=data["value"] * 3), "not between 0 and 1"),
        (lambda data: data.drop(columns="site"), "columns site are missing"),
        (lambda data: data[(data["site"] > 0) | (data["criterion"] == "tidy")], "lack a criterion"),
        (lambda data: data.assign(stratum=data["point"].astype(str)), "more than one stratum"),
    ],
)
def test_bad_checklists(change, message):
    with pytest.raises(DataError, match=message):
        summarise_field_visits(change(visits()))


def test_bad_site_counts():
    with pytest.raises(DataError, match="more sites visited"):
        summarise_field_visits(visits(), pd.DataFrame({"district": list(UNITS), "sites": 5}))
    with pytest.raises(DataError, match="no single count for 1: 'wuhou/'"):
        summarise_field_visits(visits(), pd.DataFrame({"district": list(UNITS[:3]), "sites": 50}))


def test_evidence():
    items = pd.DataFrame(
        {
            "district": ["a"] * 4 + ["b"] * 2,
            "criterion": ["plan"] * 6,
            "item": [1, 2, 3, 4, 1, 2],
            "passed": ["1", "true", "0", "", "1", "1"],
        }
    )
    assert summarise_evidence(items)["value"].tolist() == [0.5, 1.0]
    assert summarise_evidence(items, undecided="left_out")["value"].tolist() == pytest.approx([2 / 3, 1.0])
    with pytest.raises(DataError, match="given twice"):
        summarise_evidence(pd.concat([items, items.iloc[:1]]))
    with pytest.raises(DataError, match="verdicts other than"):
        summarise_evidence(items.assign(passed="maybe"))


def test_covariance_between_criteria_of_the_same_sites_counts():
    found = summarise_field_visits(visits())
    made = scheme([criterion("a", 10), criterion("tidy", 45, "field"), criterion("signs", 45, "field")])
    rates = {"a": [0.5] * 4}
    survey = estimates(rates, np.eye(4) * 1e-6)
    joint = score(made, survey, read_other_methods(made, found.table, UNITS, found.covariance), draws=20_000)
    apart = score(made, survey, found.table, draws=20_000)
    for unit, error in zip(UNITS, joint.table["std_error"], strict=True):
        se = found.table[found.table["district"] == unit]["std_error"].to_numpy()
        between = found.covariance[found.covariance["district"] == unit]["covariance"].item()
        assert error == pytest.approx(45 * np.sqrt((se**2).sum() + 2 * between), rel=0.03)
    assert any("taken as independent" in note for note in apart.notes)
    assert not any("taken as independent" in note for note in joint.notes)


def test_covariance_must_fit():
    found = summarise_field_visits(visits())
    made = scheme([criterion("tidy", 50, "field"), criterion("signs", 50, "field")])
    with pytest.raises(DataError, match="does not fit the standard errors of 4"):
        read_other_methods(made, found.table, UNITS, found.covariance.assign(covariance=1.0))
    with pytest.raises(DataError, match="the table does not have"):
        read_other_methods(made, found.table, UNITS, found.covariance.assign(criterion="typo"))


def test_draws_stay_in_the_range():
    table = pd.DataFrame({"district": list(UNITS), "criterion": "tidy", "value": 0.98, "std_error": 0.1, "df": 5})
    made = scheme([criterion("tidy", 50, "field", range=["0", "1"])])
    normal, student = draw_other(read_other_methods(made, table, UNITS), 500, np.random.default_rng(1))
    assert normal.max() <= 1 and student.max() <= 1
    assert student.std() > normal.std()


def test_reference_covariance_fits_the_reference_table():
    text = (ANALYSIS / "scoring.yaml").read_text(encoding="utf-8")
    reference = ScoringScheme.model_validate(yaml.load(text, Loader=yaml.BaseLoader))
    table = pd.read_csv(ANALYSIS / "other_methods.csv", dtype=str, keep_default_na=False)
    pairs = pd.read_csv(ANALYSIS / "other_methods_covariance.csv", dtype=str)
    found = read_other_methods(reference, table, reference.units, pairs)
    assert found.joint and (found.df == 23).all()
