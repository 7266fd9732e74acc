"""Bounds by stratum, budget and precision in a plan, and the design effect of clusters in what it expects."""

import math

import numpy as np
import pandas as pd
import pytest
from two_steps import household_plan, villages

from surveykit.errors import DataError, DefinitionError
from surveykit.sampling import SamplingPlan, allocate, cluster_strata, plan_document, stratum_table

POPULATION = {"a": 4000, "b": 600, "c": 40}
FRAME = pd.DataFrame({"u": [f"u{k}" for k in range(sum(POPULATION.values()))],
                      "d": np.repeat(list(POPULATION), list(POPULATION.values()))})  # fmt: skip
Z = 1.959963984540054


def allocated(expected=None, **size):
    content = {"id": "p", "frame": {"id": "u"}, "strata": ["d"], "size": size, "seed": "s", "expected": expected or {}}
    plan = SamplingPlan.model_validate(content)
    return allocate(plan, stratum_table(plan, FRAME))


@pytest.mark.parametrize("width", [0.05, {"a": 0.03, "b": 0.08, "c": 0.2}])
def test_sizes_for_a_precision_by_the_closed_form(width):
    """Smallest n with z sqrt(deff N/(N-1) p(1-p) (1/m - 1/N)) no wider than wanted, m = n times the response rate."""
    expected = {"proportion": 0.4, "deff": 1.3, "response_rate": 0.7}
    found = allocated(expected, half_width=width)

    def wide(n, units):
        m = 0.7 * n
        return Z * math.sqrt(1.3 * units / (units - 1) * 0.24 * max(1 / m - 1 / units, 0))

    for name, units in POPULATION.items():
        wanted, n = width[name] if isinstance(width, dict) else width, found.sizes[name]
        if wide(units, units) > wanted:
            assert n == units
            assert f"'{name}'" in found.method
        else:
            assert wide(n, units) <= wanted + 1e-12
            assert wide(n - 1, units) > wanted or n == 2


def test_a_maximum_that_keeps_a_precision_away_is_told():
    found = allocated({"proportion": 0.5}, half_width=0.05, maximum={"a": 100})
    assert found.sizes["a"] == 100
    assert found.method.endswith("not reached in strata 1: 'a'")
    assert "not reached" not in allocated({"proportion": 0.5}, half_width=0.05).method


def test_bounds_by_stratum():
    assert allocated(total=300, minimum={"c": 30}, maximum={"a": 200}).sizes == {"a": 200, "b": 70, "c": 30}
    with pytest.raises(DataError, match=r"names strata that are not in the frame \(1: 'x'\)"):
        allocated(total=300, minimum={"x": 3})
    with pytest.raises(DataError, match=r"lacks strata \(2: 'b', 'c'\)"):
        allocated(half_width={"a": 0.1})


def test_a_budget_is_spent():
    """Sizes in proportion to N S / sqrt(cost): no unit more can be paid, and none moves with gain."""
    cost, spread = {"a": 4.0, "b": 1.0, "c": 9.0}, {"a": 1.0, "b": 2.0, "c": 3.0}
    found = allocated(budget=900, cost=cost, allocation="neyman", standard_deviation=spread, minimum=1)
    spent = sum(cost[name] * n for name, n in found.sizes.items())
    assert 900 - min(cost.values()) < spent <= 900
    weight = {name: POPULATION[name] * spread[name] for name in cost}
    total = sum(weight[name] * math.sqrt(cost[name]) for name in cost)
    for name, n in found.sizes.items():
        assert n == pytest.approx(900 * weight[name] / math.sqrt(cost[name]) / total, abs=2)


@pytest.mark.parametrize(
    ("size", "message"),
    [
        ({"budget": 10}, "a budget needs the cost of a unit"),
        ({"total": 10, "budget": 10, "cost": {"a": 1}}, "total and budget exclude each other"),
        ({"total": 10, "minimum": {"a": 5}, "maximum": {"a": 4}}, "maximum 4 is below minimum 5 in stratum 'a'"),
        ({"total": 10, "minimum": 5, "maximum": 4}, "maximum 4 is below minimum 5"),
    ],
)
def test_targets_that_contradict_themselves(size, message):
    with pytest.raises(DefinitionError, match=message):
        allocated(**size)


def test_expected_precision_counts_clusters():
    """Five households in each village of correlation 0.1: variance times 1.4; in the document times response."""
    table = villages()
    plain, clustered = (household_plan(expected={"icc": icc} if icc else {}) for icc in (0, 0.1))
    srs, found = (allocate(plan, cluster_strata(plan, table)) for plan in (plain, clustered))
    np.testing.assert_allclose(found.table["half_width_50"], srs.table["half_width_50"] * math.sqrt(1.4), rtol=1e-12)
    assert "give expected.icc" in str(srs.presentation().notes)
    assert "design effect 1.4" in str(found.presentation().notes)
    plan = household_plan(expected={"icc": 0.1, "deff": 1.2, "response_rate": 0.6})
    text = " ".join(section.caption for section in plan_document(plan, found, "en").sections)
    assert "design effect 1.44" in text  # 1.2 (1 + (5 * 0.6 - 1) 0.1)
    with pytest.raises(DefinitionError, match="is that of clusters"):
        allocated({"icc": 0.1}, total=10)
    with pytest.raises(DefinitionError, match="does not say how many clusters"):
        wide = household_plan(first={"size": {"half_width": 0.1}})
        allocate(wide, cluster_strata(wide, table))
