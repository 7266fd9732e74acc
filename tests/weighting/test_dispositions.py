"""Weights and outcome rates read the same dispositions in the same way: factors are the inverse of response rates."""

import numpy as np
import pandas as pd
import pytest

from surveykit.responses.fieldwork.outcome_rates import DISPOSITIONS, outcome_rates
from surveykit.weighting import WeightingPlan, apply_weighting
from surveykit.weighting.inputs.statuses import Dispositions

UNKNOWN = {"kind": "unknown_eligibility", "by": "district"}
NONRESPONSE = {"kind": "nonresponse", "by": "district"}


def table():
    rng = np.random.default_rng(6)
    data = pd.DataFrame({"unit_id": range(900), "district": rng.choice(list("abc"), 900)})
    data["base_weight"] = rng.uniform(5, 25, 900)
    shares = [0.35, 0.08, 0.15, 0.15, 0.05, 0.06, 0.08, 0.08]
    return data.assign(disposition=rng.choice(list(DISPOSITIONS), 900, p=shares))


def factors(steps, dispositions):
    plan = WeightingPlan.model_validate({"steps": [{"kind": "base"}, *steps], "dispositions": dispositions})
    result = apply_weighting(plan, table())
    heard = result.table[result.table["final_weight"] > 0].assign(district=table()["district"])
    sums = heard.groupby("district")[["base_weight", "final_weight"]].sum()
    return sums["final_weight"] / sums["base_weight"], result


def test_both_sides_know_the_same_dispositions():
    lists = Dispositions()
    known = [*lists.respondents, *lists.nonrespondents, *lists.unknown, *lists.ineligible]
    assert sorted(known) == sorted(DISPOSITIONS)


@pytest.mark.parametrize(
    ("rate", "steps", "dispositions"),
    [
        ("RR4", [UNKNOWN, NONRESPONSE], {}),
        ("RR3", [UNKNOWN, NONRESPONSE], {"respondents": ["I"], "nonrespondents": ["P", "R", "NC", "O"]}),
        ("RR2", [NONRESPONSE], {"nonrespondents": ["R", "NC", "O", "UH", "UO"], "unknown": []}),
        (
            "RR1",
            [NONRESPONSE],
            {"respondents": ["I"], "nonrespondents": ["P", "R", "NC", "O", "UH", "UO"], "unknown": []},
        ),
        ("RR6", [NONRESPONSE], {"unknown": [], "ineligible": ["NE", "UH", "UO"]}),
        (
            "RR5",
            [NONRESPONSE],
            {
                "respondents": ["I"],
                "nonrespondents": ["P", "R", "NC", "O"],
                "unknown": [],
                "ineligible": ["NE", "UH", "UO"],
            },
        ),
    ],
)
def test_the_factor_of_a_district_is_the_inverse_of_its_response_rate(rate, steps, dispositions):
    """All six rates, base-weighted by district; e of RR3 and RR4 is the share that the unknown step uses."""
    rates = outcome_rates(table(), by="district")
    known = rates[(rates["weighting"] == "base_weighted") & (rates["level"] != "")].set_index("level")[rate]
    made, result = factors(steps, dispositions)
    np.testing.assert_allclose(made[known.index], 1 / known, rtol=1e-12)
    cells = result.log[-1].cells
    np.testing.assert_allclose(cells["response_rate"] * cells["factor"], 1.0)
    if UNKNOWN not in steps:
        np.testing.assert_allclose(cells["response_rate"], known, rtol=1e-12)
