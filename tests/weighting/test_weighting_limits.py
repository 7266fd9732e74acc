"""Limits of the weighting steps: largest factor of a class, weighted quantile classes, margins to the last digits."""

import numpy as np
import pandas as pd
import pytest

from surveykit.errors import DataError
from surveykit.weighting import WeightingPlan, apply_weighting
from surveykit.weighting.propensity import quantile_classes
from surveykit.weighting.raking import RakingMargin, rake_weights
from surveykit.weighting.solver import TOLERANCE


def run(table, *steps):
    return apply_weighting(WeightingPlan.model_validate({"steps": [{"kind": "base"}, *steps]}), table)


def classes(responding, drawn):
    """Class a with some responding of those drawn, class b in which everybody responds; weights of 1."""
    codes = ["I"] * responding + ["R"] * (drawn - responding) + ["I"] * 10
    return pd.DataFrame(
        {"unit_id": range(len(codes)), "g": ["a"] * drawn + ["b"] * 10, "base_weight": 1.0, "disposition": codes}
    )


@pytest.mark.parametrize(("responding", "merged"), [(4, False), (5, False), (3, True)])
def test_a_factor_at_the_maximum_is_allowed(responding, merged):
    """By hand: 4 of 12 make a factor of 3, 3 of 12 one of 4; merged with b the factor is 22 / 13."""
    step = {"kind": "nonresponse", "by": ["g"], "maximum_factor": "3"}
    table = classes(responding, 12)
    if merged:
        with pytest.raises(DataError, match=r"too thin .*factor at most 3.*3 respondents, factor 4"):
            run(table, step)
    result = run(table, {**step, "merge": True})
    assert len(result.log[1].cells) == (1 if merged else 2)
    expected = 22 / (responding + 10) if merged else 12 / responding
    assert result.design.weights[0] == pytest.approx(expected, rel=1e-14)
    assert result.design.weights.sum() == pytest.approx(22, rel=1e-14)


@pytest.mark.parametrize(("minimum", "cells"), [("4", 2), ("5", 1)])
def test_as_many_respondents_as_the_minimum_are_enough(minimum, cells):
    step = {"kind": "nonresponse", "by": ["g"], "minimum": minimum, "merge": True}
    assert len(run(classes(4, 12), step).log[1].cells) == cells


def test_a_propensity_factor_at_the_maximum_is_allowed():
    """A model with nothing but a constant: 4 of 12 respond, everybody's factor is 3."""
    table = classes(4, 12).iloc[:12].assign(x="1")
    step = {"kind": "nonresponse", "method": "propensity", "quantiles": "0", "predictors": ["x"]}
    result = run(table, {**step, "maximum_factor": "3"})
    assert result.design.weights[:4] == pytest.approx([3] * 4, rel=1e-8)
    with pytest.raises(DataError, match=r"4 respondents get a factor above 2\.99"):
        run(table, {**step, "maximum_factor": "2.99"})


@pytest.mark.parametrize("count", [2, 3, 5])
@pytest.mark.parametrize("n", [3, 7, 11, 20])
def test_quantile_classes_cut_at_hazens_quantiles(n, count):
    """With equal weights the cuts are those of R's quantile(type = 5): steps of a half at either end."""
    values = np.sort(np.random.default_rng(n).random(n))
    cuts = np.quantile(values, np.arange(1, count) / count, method="hazen")
    expected = np.unique(np.searchsorted(cuts, values, side="left"), return_inverse=True)[1]
    assert quantile_classes(values, np.full(n, 2.5), count).tolist() == expected.tolist()


def test_quantile_classes_of_unequal_weights_by_hand():
    """Middles of 1, 1 and 1 in 3 lie at 1/6, 3/6, 5/6; of 4, 1, 1 in 6 at 2/6, 4.5/6, 5.5/6: the half lies below 2."""
    assert quantile_classes(np.array([1.0, 2, 3]), np.ones(3), 2).tolist() == [0, 0, 1]
    assert quantile_classes(np.array([1.0, 2, 3]), np.array([4.0, 1, 1]), 2).tolist() == [0, 1, 1]
    assert quantile_classes(np.array([3.0, 1, 2]), np.array([1.0, 4, 1]), 2).tolist() == [1, 0, 1]


@pytest.mark.parametrize("ratio", [2.0, 30.0, 4000.0])
def test_raking_two_by_two_reaches_its_closed_form(ratio):
    """Raking keeps the odds ratio r: x solves (1 - r) x^2 + (r (a + b) + n - a - b) x - r a b = 0, margins a and b."""
    start = np.array([ratio, 1.0, 1.0, 1.0])
    rows, columns = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    a, b, n = 70.0, 20.0, 100.0
    margins = [
        RakingMargin("r", rows, np.array([a, n - a]), ("0", "1")),
        RakingMargin("c", columns, np.array([b, n - b]), ("0", "1")),
    ]
    solution = rake_weights(start, margins)
    weights = start * solution.factors
    roots = np.roots([1 - ratio, ratio * (a + b) + n - a - b, -ratio * a * b])
    x = float(next(root for root in roots if max(0, a + b - n) < root < min(a, b)))
    np.testing.assert_allclose(weights, [x, a - x, b - x, n - a - b + x], rtol=1e-8)
    assert solution.history[-1] <= TOLERANCE == 1e-8


def test_a_looser_tolerance_is_taken_at_its_word():
    rng = np.random.default_rng(4)
    codes = [rng.integers(0, 4, 300) for _ in range(3)]
    weights, goal = rng.uniform(1, 3, 300), rng.uniform(1, 40, 300)
    margins = [
        RakingMargin(str(k), code, np.bincount(code, weights=goal), tuple("0123")) for k, code in enumerate(codes)
    ]
    strict, loose = rake_weights(weights, margins), rake_weights(weights, margins, tolerance=1.0)
    assert len(loose.history) < len(strict.history)
    for code, margin in zip(codes, margins, strict=True):
        reached = np.bincount(code, weights=weights * strict.factors)
        np.testing.assert_allclose(reached, margin.totals, rtol=1e-8)
