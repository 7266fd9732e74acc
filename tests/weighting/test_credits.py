"""The derivative of every step, against finite differences of the whole chain by the base weights."""

import numpy as np
import pandas as pd
import pytest

from surveykit.weighting import WeightingPlan, apply_weighting

N = 240


def table():
    rng = np.random.default_rng(11)
    data = pd.DataFrame({"unit_id": [f"u{i}" for i in range(N)], "d": rng.choice(list("abc"), N)})
    data["age"], data["sex"] = rng.choice(["1", "2", "3"], N), rng.choice(["m", "f"], N)
    data["x"] = rng.gamma(4, 1, N)
    data["base_weight"] = rng.uniform(5, 15, N)
    data["disposition"] = rng.choice(["I", "NC", "NE", "UO"], N, p=[0.6, 0.25, 0.1, 0.05])
    data["house"] = np.arange(N) // 2
    data["adults"] = 1 + np.arange(N) % 4
    return data


UNKNOWN = {"kind": "unknown_eligibility", "by": ["d"]}
CLASSES = {"kind": "nonresponse", "by": ["d"]}
SEX = {"variable": "sex", "totals": {"m": 1200, "f": 1000}}
AGE = {"variable": "age", "totals": {"1": 700, "2": 800, "3": 700}}
RAKING = {"kind": "raking", "margins": [SEX, AGE]}
X = [{"variable": "x", "total": 9200}]
PREDICTORS = {"predictors": ["d", "sex"], "numeric": ["x"]}
LOGIT = {"kind": "calibration", "margins": [AGE], "numeric": X, "distance": "logit", "bounds": [0.3, 3]}
HOUSEHOLDS = {"kind": "calibration", "margins": [SEX], "distance": "raking", "cluster": "house"}
TRIMMING = {"kind": "trimming", "lower": 9, "upper": 25}
CHAINS = {
    "unknown and classes": [UNKNOWN, CLASSES],
    "inverse propensity": [UNKNOWN, {"kind": "nonresponse", "method": "propensity", "quantiles": 0, **PREDICTORS}],
    "sample calibration": [UNKNOWN, {"kind": "nonresponse", "method": "calibration", **PREDICTORS}],
    "tree": [UNKNOWN, {"kind": "nonresponse", "method": "tree", "minimum": 10, **PREDICTORS}],
    "poststratification": [UNKNOWN, CLASSES, {"kind": "poststratification", "margins": [SEX]}],
    "raking": [UNKNOWN, CLASSES, RAKING],
    "linear": [UNKNOWN, CLASSES, {"kind": "calibration", "margins": [SEX, AGE], "numeric": X}],
    "exponential": [UNKNOWN, CLASSES, {"kind": "calibration", "margins": [SEX], "numeric": X, "distance": "raking"}],
    "logit": [
        UNKNOWN,
        CLASSES,
        LOGIT,
    ],
    "integrative": [
        UNKNOWN,
        CLASSES,
        HOUSEHOLDS,
    ],
    "ridge": [UNKNOWN, CLASSES, {"kind": "calibration", "margins": [SEX, AGE], "penalties": {"age": 0.5}}],
    "normalisation": [UNKNOWN, CLASSES, RAKING, {"kind": "normalisation", "to": "total", "total": 500}],
    "trimming": [UNKNOWN, CLASSES, RAKING, TRIMMING],
    "trimming with margins": [
        UNKNOWN,
        CLASSES,
        RAKING,
        {**TRIMMING, "keep_margins": True},
    ],
    "persons": [UNKNOWN, CLASSES, {"kind": "person_selection", "eligible": "adults"}, RAKING],
    "two calibrations": [UNKNOWN, CLASSES, {"kind": "poststratification", "margins": [AGE]}, RAKING],
}


@pytest.mark.parametrize("name", CHAINS)
def test_credit_is_the_derivative_by_the_base_weights(name):
    data = table()
    plan = WeightingPlan.model_validate({"steps": [{"kind": "base"}, *CHAINS[name]]})
    if name == "integrative":
        data["disposition"] = np.repeat(data["disposition"].to_numpy()[::2], 2)
        data["d"] = np.repeat(data["d"].to_numpy()[::2], 2)
        data["base_weight"] = np.repeat(data["base_weight"].to_numpy()[::2], 2)
    result = apply_weighting(plan, data)
    rng = np.random.default_rng(5)
    influence = rng.normal(size=N)
    credit = result.design.adjustments[-1]
    derivative = credit.residuals((result.design.weights * influence)[:, None])[:, 0]
    base, step = result.compiled.base, 1e-5
    direction = rng.normal(size=N) if name != "integrative" else np.repeat(rng.normal(size=N // 2), 2)
    ends = [result.compiled.weights(base * np.exp(side * step * direction)) @ influence for side in (1, -1)]
    expected = (ends[0] - ends[1]) / (2 * step)
    assert derivative @ direction == pytest.approx(expected, rel=2e-5, abs=1e-3)


def test_credit_of_total_of_auxiliaries_is_zero():
    result = apply_weighting(
        WeightingPlan.model_validate({"steps": [{"kind": "base"}, UNKNOWN, CLASSES, RAKING]}), table()
    )
    members = (result.design.data["sex"] == "m").to_numpy(dtype=float)
    z = result.design.adjustments[-1].residuals((result.design.weights * members)[:, None])
    np.testing.assert_allclose(z, 0.0, atol=1e-9)
