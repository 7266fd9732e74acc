from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveykit.errors import DataError
from surveykit.responses.fieldwork.outcome_rates import DISPOSITIONS, RATES, outcome_rates, rates_of_counts

COUNTS = {"I": 400, "P": 25, "R": 90, "NC": 60, "O": 5, "UH": 12, "UO": 40, "NE": 30}


def test_by_hand():
    rates = rates_of_counts(COUNTS)
    e = 580 / 610
    assert rates["e"] == pytest.approx(e)
    assert rates["RR1"] == pytest.approx(400 / 632)
    assert rates["RR2"] == pytest.approx(425 / 632)
    assert rates["RR3"] == pytest.approx(400 / (580 + e * 52))
    assert rates["RR4"] == pytest.approx(425 / (580 + e * 52))
    assert rates["RR5"] == pytest.approx(400 / 580)
    assert rates["RR6"] == pytest.approx(425 / 580)
    assert rates["COOP1"] == pytest.approx(400 / 520)
    assert rates["COOP2"] == pytest.approx(425 / 520)
    assert rates["COOP3"] == pytest.approx(400 / 515)
    assert rates["COOP4"] == pytest.approx(425 / 515)
    assert [rates[f"REF{i}"] for i in (1, 2, 3)] == pytest.approx([90 / 632, 90 / (580 + e * 52), 90 / 580])
    assert [rates[f"CON{i}"] for i in (1, 2, 3)] == pytest.approx([520 / 632, 520 / (580 + e * 52), 520 / 580])


@given(st.dictionaries(st.sampled_from(DISPOSITIONS), st.integers(0, 10_000)), st.floats(0, 1))
def test_order_of_the_rates(counts, e):
    rates = rates_of_counts(counts, eligibility=e)
    for low, high in [
        ("RR1", "RR3"),
        ("RR3", "RR5"),
        ("RR2", "RR4"),
        ("RR4", "RR6"),
        ("RR1", "RR2"),
        ("COOP1", "COOP3"),
    ]:
        if not math.isnan(rates[low]) and not math.isnan(rates[high]):
            assert rates[low] <= rates[high] + 1e-12
    assert all(math.isnan(v) or 0 <= v <= 1 for v in rates.values())
    assert set(rates) == {*RATES, "e"}


def test_table_by_district_and_weight():
    table = pd.DataFrame(
        {
            "disposition": ["I", "NC", "I", "R", "P", "NE"],
            "district": ["a", "a", "b", "b", "b", "b"],
            "base_weight": [1.0, 1, 3, 3, 3, 3],
        }
    )
    rates = outcome_rates(table, by="district").set_index(["weighting", "level"])
    assert rates.loc[("unweighted", ""), "RR1"] == pytest.approx(2 / 5)
    assert rates.loc[("base_weighted", ""), "RR1"] == pytest.approx(4 / 11)
    assert rates.loc[("unweighted", "a"), "RR1"] == pytest.approx(1 / 2)
    assert rates.loc[("unweighted", "b"), "RR2"] == pytest.approx(2 / 3)
    assert (rates["e_from"] == "known cases").all()


def test_wrong_input():
    with pytest.raises(DataError, match="'X'"):
        outcome_rates(pd.DataFrame({"disposition": ["I", "X"]}))
    with pytest.raises(DataError, match="no column"):
        outcome_rates(pd.DataFrame({"state": ["I"]}))
    with pytest.raises(DataError, match="negative"):
        outcome_rates(pd.DataFrame({"disposition": ["I"], "base_weight": [-1]}))
    with pytest.raises(DataError, match="between 0 and 1"):
        rates_of_counts({"I": 1}, eligibility=2)
