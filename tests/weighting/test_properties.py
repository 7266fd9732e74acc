import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from surveykit.design import SurveyDesign
from surveykit.errors import ConvergenceError, DataError
from surveykit.weighting import calibrate, calibration_feasibility, poststratify, rake
from surveykit.weighting.adjusting.calibrate import Prepared, solve_prepared
from surveykit.weighting.inputs.auxiliaries import read_parts


@st.composite
def problems(draw):
    """A sample with every level of two variables, and margins that some positive weights meet."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    first, second = draw(st.integers(2, 6)), draw(st.integers(1, 5))
    extra = draw(st.integers(0, 60))
    grid = [(i, j) for i in range(first) for j in range(second)]
    rows = grid + [grid[k] for k in rng.integers(0, len(grid), extra)]
    data = pd.DataFrame(rows, columns=["a", "b"]).assign(w=rng.lognormal(0, 1, len(rows)))
    truth = data["w"] * rng.lognormal(0, 1.5, len(rows)) * draw(st.sampled_from([1e-3, 1.0, 1e5]))
    margins = {name: truth.groupby(data[name]).sum().to_dict() for name in ("a", "b")}
    return data, margins, truth


@settings(max_examples=60, deadline=None)
@given(problems())
def test_margins_that_can_be_met_are_met(problem):
    data, margins, _ = problem
    design = SurveyDesign(data, weights="w")
    for made in (rake(design, margins), calibrate(design, margins, distance="raking")):
        assert (made.weights > 0).all()
        for name, totals in margins.items():
            reached = pd.Series(made.weights).groupby(data[name]).sum()
            np.testing.assert_allclose(reached, list(totals.values()), rtol=1e-8)


@settings(max_examples=30, deadline=None)
@given(problems())
def test_bounds_that_hold_a_solution_are_feasible(problem):
    data, margins, truth = problem
    factors = (truth / data["w"]).to_numpy()
    low, high = min(0.99, 0.9 * factors.min()), max(1.01, 1.1 * factors.max())
    made = calibrate(SurveyDesign(data, weights="w"), margins, distance="logit", bounds=(low, high))
    reached = made.weights / data["w"].to_numpy()
    assert reached.min() >= low * (1 - 1e-9) and reached.max() <= high * (1 + 1e-9)


@settings(max_examples=30, deadline=None)
@given(problems())
def test_raking_one_margin_is_poststratification(problem):
    data, margins, _ = problem
    design = SurveyDesign(data, weights="w")
    np.testing.assert_allclose(
        rake(design, {"a": margins["a"]}).weights, poststratify(design, "a", margins["a"]).weights, rtol=1e-10
    )


@settings(max_examples=60, deadline=None)
@given(problems(), st.floats(0.05, 0.95), st.floats(1.05, 4.0), st.sampled_from(["linear", "raking", "logit"]))
def test_the_linear_program_and_the_iteration_say_the_same(problem, low, high, distance):
    """Whether the program runs before the iteration or only where that fails: the same weights, or the same refusal."""
    data, margins, truth = problem
    scale = data["w"].sum() / truth.sum()
    margins = {name: {level: total * scale for level, total in totals.items()} for name, totals in margins.items()}
    design = SurveyDesign(data, weights="w")
    found = calibration_feasibility(design, margins, (low, high))
    used = np.ones(len(data), dtype=bool)
    prepared = Prepared(read_parts(data, margins, used), design.weights, np.ones(len(data)))
    outcomes = []
    for certify in (True, False):
        try:
            outcomes.append(solve_prepared(prepared, used, distance, (low, high), certify=certify).factors)
        except (DataError, ConvergenceError) as error:
            outcomes.append(str(error))
    if isinstance(outcomes[0], str):
        assert outcomes[0] == outcomes[1] and not found.feasible
        assert all(name in outcomes[0] for name, _ in found.gaps[:5])
    else:
        np.testing.assert_array_equal(outcomes[0], outcomes[1])
        assert found.feasible or found.gaps[0][1] < 1e-6
        assert outcomes[0].max() >= found.smallest_upper * (1 - 1e-6)
        assert outcomes[0].min() <= found.largest_lower * (1 + 1e-6)


@settings(max_examples=40, deadline=None)
@given(problems(), st.floats(0.1, 0.9), st.floats(1.1, 3.0))
def test_the_smallest_feasible_bound_works_and_a_smaller_one_does_not(problem, low, high):
    data, margins, truth = problem
    scale = data["w"].sum() / truth.sum()
    margins = {name: {level: total * scale for level, total in totals.items()} for name, totals in margins.items()}
    design = SurveyDesign(data, weights="w")
    found = calibration_feasibility(design, margins, (low, high))
    if np.isfinite(found.smallest_upper) and found.smallest_upper > 1.01:
        made = calibrate(design, margins, bounds=(low, found.smallest_upper * 1.001))
        assert (made.weights / design.weights).max() <= found.smallest_upper * 1.0011
        assert not calibration_feasibility(design, margins, (low, found.smallest_upper * 0.999)).feasible


@settings(max_examples=60, deadline=None)
@given(problems())
def test_no_weight_of_zero_or_below_is_returned(problem):
    data, margins, _ = problem
    design = SurveyDesign(data, weights="w")
    try:
        made = calibrate(design, margins)
    except DataError as error:
        assert "a weight of 0 or below" in str(error) and "ridge calibration" in str(error)
        if "at most" in str(error):
            bound = float(str(error).split("at most ")[1].split(",")[0])
            again = calibrate(design, margins, bounds=(bound, np.inf)).weights / design.weights
            assert again.min() >= bound * (1 - 1e-9)
    else:
        assert (made.weights > 0).all()
