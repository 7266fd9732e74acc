import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from surveykit.design import SurveyDesign
from surveykit.weighting import calibrate, poststratify, rake


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
