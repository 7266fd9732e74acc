"""Every kind of bad input is refused with margin, level and what to do; never weights that miss their margins."""

import numpy as np
import pandas as pd
import pytest

from surveykit.design import SurveyDesign
from surveykit.errors import ConvergenceError, DataError, SurveyKitError
from surveykit.weighting import WeightingPlan, apply_weighting, calibrate, rake, ridge_calibrate


def frame():
    data = pd.DataFrame({"sex": ["m", "f"] * 50, "age": ["1"] * 40 + ["2"] * 60, "w": 10.0})
    return data.assign(x=np.arange(100.0), unit_id=range(100), base_weight=data["w"])


def design(data=None):
    return SurveyDesign(frame() if data is None else data, weights="w")


def run(step, data=None):
    plan = WeightingPlan.model_validate({"steps": [{"kind": "base"}, step]})
    return apply_weighting(plan, frame() if data is None else data)


SEX, AGE = {"m": 500, "f": 500}, {"1": 450, "2": 550}


def margins(**totals):
    return [{"variable": name, "totals": values} for name, values in totals.items()]


@pytest.mark.parametrize(
    "call",
    [
        lambda sex, age: rake(design(), {"sex": sex, "age": age}),
        lambda sex, age: calibrate(design(), {"sex": sex, "age": age}),
        lambda sex, age: run({"kind": "raking", "margins": margins(sex=sex, age=age)}),
        lambda sex, age: run({"kind": "calibration", "margins": margins(sex=sex, age=age)}),
    ],
)
@pytest.mark.parametrize(
    ("sex", "age", "message"),
    [
        (SEX, {"1": 450, "2": 650}, r"margins do not agree in total \(sex: 1000, age: 1100\)"),
        (SEX, {"1": 450, "2": 500, "3": 50}, r"margin 'age': a population total but no respondents with weight in '3'"),
        (SEX, {"1": 1000}, r"margin 'age': 60 weighted rows have levels without a population total \(1: '2'\)"),
        (SEX, {"1": 1000, "2": 0}, r"margin 'age': respondents with weight but a population total of 0 in '2'"),
        (
            SEX,
            {"1": 1100, "2": -100},
            r"margin 'age': totals must be numbers of at least 0; mend the .* 1: \('2',\)",
        ),
        (SEX, {"1": 1100, "2": float("nan")}, r"margin 'age': totals must be numbers of at least 0"),
    ],
)
def test_margins_that_do_not_fit(call, sex, age, message):
    with pytest.raises(DataError, match=message):
        call(sex, age)


def test_missing_auxiliaries():
    data = frame()
    data.loc[[3, 8], "age"] = None
    for call in (
        lambda: rake(design(data), {"age": AGE}),
        lambda: run({"kind": "raking", "margins": margins(age=AGE)}, data),
    ):
        with pytest.raises(DataError, match=r"margin 'age': the auxiliary is missing in 2 of 100 .*rows 2: 3, 8"):
            call()
    data.loc[4, "x"] = np.nan
    with pytest.raises(DataError, match=r"auxiliary 'x' is missing or no number in 1 of 100 .* \(rows 1: 4\)"):
        run({"kind": "calibration", "numeric": [{"variable": "x", "total": 50000}]}, data)


def test_a_cell_without_weight():
    """Every level has weight, but no row is a man of 2 or a woman of 1: no positive weights meet these margins."""
    data = frame().assign(age=lambda d: np.where(d["sex"] == "m", "1", "2"))
    with pytest.raises(
        ConvergenceError, match=r"largest margin error .*(sex|age)=.* instead of 4.*[Cc]ollapse"
    ) as caught:
        rake(design(data), {"sex": SEX, "age": {"1": 400, "2": 600}})
    assert "ridge" in str(caught.value)
    empty = frame()
    empty.loc[empty["age"] == "1", "w"] = 0.0
    with pytest.raises(DataError, match=r"margin 'age': a population total but no respondents with weight in '1'"):
        rake(design(empty), {"age": AGE})


@pytest.mark.parametrize(
    ("bounds", "distance", "message"),
    [
        ((2.0, 0.5), "linear", r"bounds contradict each other: the lower bound 2 is not below 0\.5"),
        ((1.2, 3.0), "logit", r"the logit distance needs lower < 1 < upper.*use distance=\"linear\" with the same"),
        (
            (0.9, 1.05),
            "linear",
            r"at fault: age=1 .*raise the upper bound to at least 1\.126.* relax these levels",
        ),
        ((0.9, 1.05), "logit", r"at fault: age=1 .*raise the upper bound to at least 1\.126"),
        ((0.9, 1.05), "raking", r"at fault: age=1 .*raise the upper bound to at least 1\.126"),
    ],
)
def test_contradictory_bounds(bounds, distance, message):
    with pytest.raises(DataError, match=message):
        calibrate(design(), {"age": AGE}, bounds=bounds, distance=distance)


def test_shares_are_declared_never_guessed():
    step = {"kind": "raking", "margins": margins(age={"1": 0.45, "2": 0.55})}
    with pytest.raises(DataError, match=r"add up to 1, fewer than the 100 rows .* declare totals: shares with a popul"):
        run(step)
    with pytest.raises(SurveyKitError, match="shares need a population_size"):
        run(step | {"totals": "shares"})
    with pytest.raises(SurveyKitError, match="population_size is only used with shares"):
        run(step | {"population_size": 1000})
    made = run(step | {"totals": "shares", "population_size": 1000})
    assert made.design.weights.sum() == pytest.approx(1000)


def test_negative_weights_out_of_the_regression_estimator_are_reported_with_alternatives():
    totals = {"x": 12000.0, "(Intercept)": 1000.0}
    with pytest.raises(DataError, match=r"28 of 100 rows a weight of 0 or below \(smallest -.*at most") as caught:
        calibrate(design(), totals)
    bound = float(str(caught.value).split("at most ")[1].split(",")[0])
    for distance in ("linear", "raking", "logit"):
        made = calibrate(design(), totals, distance=distance, bounds=(bound, 500.0))
        assert made.weights.min() >= 10 * bound * (1 - 1e-9) and made.weights @ frame()["x"] == pytest.approx(12000)
    step = {"kind": "calibration", "numeric": [{"variable": "x", "total": 12000}], "margins": margins(age=AGE)}
    with pytest.raises(
        DataError, match=r"weight of 0 or below.*No weights of 0 or above meet these totals \(at fault: x"
    ):
        run(step)
    with pytest.raises(DataError, match=r"No weights of 0 or above meet these totals \(at fault: .*x"):
        calibrate(design(), {"x": 120000.0, "(Intercept)": 1000.0})
    with pytest.raises(DataError, match=r"ridge calibration gives \d+ of 100 rows a weight of 0 or below.*penalties"):
        ridge_calibrate(design(), totals, 1e-6)


@pytest.mark.parametrize("value", [-1.0, np.nan, np.inf])
def test_base_weights_that_are_none(value):
    data = frame()
    data.loc[7, ["w", "base_weight"]] = value
    with pytest.raises(SurveyKitError):
        design(data)
    with pytest.raises(DataError, match=r"'base_weight' must hold numbers of at least 0; mend 1 rows \(1: 7\)"):
        run({"kind": "normalisation"}, data)


def test_the_log_says_how_narrow_bounds_could_be():
    step = {"kind": "calibration", "margins": margins(age=AGE), "distance": "logit", "bounds": [0.5, 2]}
    note = run(step).log[-1].notes[-1]
    assert note.startswith("feasible: the upper bound of the factor could be as low as 1.125")
    trimmed = {"kind": "trimming", "upper": 12, "lower": 5, "keep_margins": True}
    plan = WeightingPlan.model_validate({"steps": [{"kind": "base"}, step, trimmed]})
    assert "the upper bound of the weight could be as low as 11.25" in apply_weighting(plan, frame()).log[-1].notes[-1]
