import numpy as np
import pandas as pd
import pytest

from surveykit.design import SurveyDesign
from surveykit.errors import ConvergenceError, DataError
from surveykit.weighting import calibrate, poststratify, rake, trim_weights, weight_summary
from surveykit.weighting.arrays.distances import distance_factors
from surveykit.weighting.arrays.feasibility import check_feasibility
from surveykit.weighting.arrays.raking import RakingMargin, rake_weights
from surveykit.weighting.arrays.solver import DistanceChoice, Target, relative_errors, solve_calibration


def frame(n=400, seed=3):
    rng = np.random.default_rng(seed)
    data = pd.DataFrame({"a": rng.choice(["x", "y", "z"], n, p=[0.6, 0.3, 0.1]), "b": rng.choice([1, 2], n)})
    data["size"], data["w"] = rng.gamma(3, 2, n), rng.uniform(5, 15, n)
    data["house"] = np.arange(n) // 3
    return data


def design(n=400, seed=3):
    return SurveyDesign(frame(n, seed), weights="w")


@pytest.mark.parametrize("distance", ["linear", "raking", "logit"])
def test_slope_and_integral_belong_to_the_factor(distance):
    u, step = np.linspace(-2, 2, 41) + 0.013, 1e-5
    low, high = (0.3, 2.5) if distance == "logit" else (0.2, 4.0)
    right, left = (distance_factors(u + s, distance, low, high) for s in (step, -step))
    here = distance_factors(u, distance, low, high)
    np.testing.assert_allclose((right.factor - left.factor) / (2 * step), here.slope, atol=1e-7)
    np.testing.assert_allclose((right.integral - left.integral) / (2 * step), here.factor, atol=1e-7)
    assert here.factor.min() >= low and here.factor.max() <= high


@pytest.mark.parametrize(
    ("distance", "bounds"),
    [
        ("linear", (-np.inf, np.inf)),
        ("raking", (-np.inf, np.inf)),
        ("linear", (0.4, 3)),
        ("raking", (0.4, 3)),
        ("logit", (0.4, 3)),
    ],
)
def test_totals_are_met_with_collinear_columns(distance, bounds):
    data = frame()
    x = np.column_stack([pd.get_dummies(data["a"]), pd.get_dummies(data["b"]), data["size"]]).astype(float)
    totals = np.array([2200, 1300, 500, 2200, 1800, 26000.0])
    solution = solve_calibration(Target(x, totals), data["w"].to_numpy(), DistanceChoice(distance, *bounds))
    assert relative_errors(x, data["w"].to_numpy() * solution.factors, totals).max() < 1e-10
    assert solution.margin_error < 1e-8 and solution.iterations < 30


def test_consistent_margins_leave_weights_alone():
    start = design()
    sums = {name: start.data.groupby(name)["w"].sum().to_dict() for name in ("a", "b")}
    np.testing.assert_allclose(rake(start, sums).weights, start.weights, rtol=1e-12)
    np.testing.assert_allclose(calibrate(start, sums).weights, start.weights, rtol=1e-12)


def test_raking_equals_calibration_with_the_exponential_distance():
    start, margins = design(), {"a": {"x": 2000, "y": 1500, "z": 500}, "b": {1: 1000, 2: 3000}}
    np.testing.assert_allclose(
        rake(start, margins).weights, calibrate(start, margins, distance="raking").weights, rtol=1e-9
    )


def test_slow_raking_is_finished_by_newton():
    rng = np.random.default_rng(5)
    first = rng.integers(0, 6, 2000)
    second = np.where(rng.random(2000) < 0.97, first, rng.integers(0, 6, 2000))
    totals = np.array([300.0, 200, 100, 100, 100, 100])
    levels, other = tuple("abcdef"), totals[[0, 1, 3, 2, 4, 5]] + [1, -1, 0, 0, 0, 0]
    margins = [RakingMargin("p", first, totals, levels), RakingMargin("q", second, other, levels)]
    solution = rake_weights(np.ones(2000), margins)
    assert solution.method == "sweeps and Newton" and solution.history[-1] < 1e-8


def test_integrative_calibration_gives_one_weight_to_a_household():
    data = frame()
    data["w"] = 10.0
    made = calibrate(
        SurveyDesign(data, weights="w"), {"a": {"x": 2200, "y": 1300, "z": 500}}, distance="raking", cluster="house"
    )
    assert made.data.assign(v=made.weights).groupby("house")["v"].nunique().max() == 1


def test_calibration_by_group_meets_each_group():
    start = design()
    totals = {
        1: {"a": {"x": 1000, "y": 700, "z": 300}, "size": 12500},
        2: {"a": {"x": 1100, "y": 600, "z": 300}, "size": 12500},
    }
    made = calibrate(start, totals, distance="raking", by="b")
    reached = made.data.assign(v=made.weights * made.data["size"]).groupby("b")["v"].sum()
    np.testing.assert_allclose(reached, 12500, rtol=1e-9)


def test_infeasible_bounds_name_totals_and_a_bound_that_works():
    start, margins = design(), {"a": {"x": 1000, "y": 1000, "z": 2000}, "b": {1: 2000, 2: 2000}}
    with pytest.raises(DataError, match=r"at fault: a=z.*raise the upper bound to at least") as caught:
        calibrate(start, margins, distance="logit", bounds=(0.1, 2.0))
    needed = float(str(caught.value).split("at least ")[1].split(",")[0].split(" ")[0].rstrip("."))
    made = calibrate(start, margins, bounds=(0.1, needed))
    assert (made.weights / start.weights).max() <= needed * (1 + 1e-9)


def test_feasible_bounds_are_called_feasible():
    target = Target(np.eye(2), np.array([12.0, 8.0]), ("a", "b"))
    assert check_feasibility(target, np.array([10.0, 10.0]), 0.5, 1.5).feasible


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda d: rake(d, {"a": {"x": 1, "y": 1, "z": 1}, "b": {1: 2, 2: 2}}),
            r"agree in total \(a: 3, b: 4\)",
        ),
        (lambda d: rake(d, {"a": {"x": 1, "y": 1}}), r"levels without a population total \(1: 'z'\)"),
        (lambda d: rake(d, {"a": {"x": 1, "y": 1, "z": 1, "q": 1}}), r"no respondents with weight in 'q'"),
        (lambda d: rake(d, {"a": {"x": 1, "y": 1, "z": 0}}), r"population total of 0 in 'z'"),
        (lambda d: poststratify(d, "a", {"x": 1, "y": -1, "z": 1}), r"at least 0; mend the levels 1: \('y',\)"),
        (lambda d: poststratify(d, "nowhere", {"x": 1}), r"no column 'nowhere'"),
        (lambda d: calibrate(d, {"size": 10.0}, distance="logit"), "needs two finite bounds"),
        (lambda d: calibrate(d, {"size": 23000}, bounds=(2, 1)), "bounds contradict each other"),
        (lambda d: calibrate(d, {"a": {"x": 10, "y": 10, "z": 3900}, "size": 90000}), "weight of 0 or below"),
        (lambda d: trim_weights(d, lower=11, upper=20), "both sides of the mean weight"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(DataError, match=message):
        call(design())


def test_missing_auxiliaries_are_counted():
    data = frame()
    data.loc[[4, 7], "a"] = None
    with pytest.raises(DataError, match=r"missing in 2 of 400 weighted rows \(rows 2: 4, 7\)"):
        rake(SurveyDesign(data, weights="w"), {"a": {"x": 1, "y": 1, "z": 1}})


def test_impossible_raking_never_returns_weights():
    first, second = np.array([0, 1]), np.array([0, 1])
    margins = [
        RakingMargin("p", first, np.array([2.0, 1.0]), ("a", "b")),
        RakingMargin("q", second, np.array([1.0, 2.0]), ("a", "b")),
    ]
    with pytest.raises(ConvergenceError, match="the largest margin error"):
        rake_weights(np.ones(2), margins)


def test_rows_of_weight_zero_stay_and_need_no_auxiliaries():
    data = frame()
    data.loc[:9, ["a", "size"]] = [None, np.nan]
    data.loc[:9, "w"] = 0.0
    made = calibrate(
        SurveyDesign(data, weights="w"), {"a": {"x": 2200, "y": 1300, "z": 500}, "size": 24000}, distance="raking"
    )
    assert (made.weights[:10] == 0).all() and made.weights.sum() == pytest.approx(4000)


def test_summary_by_hand():
    summary = weight_summary(np.array([1.0, 1.0, 2.0, 0.0]))
    assert summary["deff_kish"] == pytest.approx(3 * 6 / 16) and summary["n_eff"] == pytest.approx(16 / 6)


def test_totals_in_every_form():
    start, wanted = design(), {"x": 2200, "y": 1300, "z": 500}
    table = pd.DataFrame({"level": list(wanted), "population": list(wanted.values())})
    named = pd.DataFrame({"a": list(wanted), "Freq": list(wanted.values())})
    expected = poststratify(start, "a", wanted).weights
    for totals in (pd.Series(wanted), table, table.assign(variable="a"), named):
        np.testing.assert_array_equal(poststratify(start, "a", totals).weights, expected)
    with pytest.raises(DataError, match="names levels more than once"):
        poststratify(start, "a", pd.concat([table, table]))
    with pytest.raises(DataError, match="crosses 2 variables"):
        poststratify(start, ["a", "b"], wanted)
