import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from surveykit.sampling import SamplingPlan

sys.path.insert(0, str(Path(__file__).parent))


def make_plan(**changes):
    content = {
        "id": "test",
        "frame": {"id": "unit_id"},
        "strata": ["district"],
        "size": {"per_stratum": "40"},
        "seed": "spring-2021",
    }
    return SamplingPlan.model_validate(content | changes)


@pytest.fixture(name="make_plan")
def _make_plan():
    return make_plan


@pytest.fixture(scope="session")
def frame():
    rng = np.random.default_rng(1)
    n = 3000
    return pd.DataFrame(
        {
            "unit_id": [f"u{i:06d}" for i in range(1, n + 1)],
            "district": rng.choice(["jinjiang", "wuhou", "青羊"], n, p=[0.2, 0.3, 0.5]),
            "sex": rng.choice(["1", "2"], n),
            "income": rng.lognormal(size=n),
        }
    )
