import re
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


@pytest.fixture(name="audit_statements", scope="session")
def _audit_statements():
    """The SQL of the page for auditors: the draw, the count of a stratum, the digest."""
    page = Path(__file__).parents[2] / "docs" / "methods" / "sampling.md"
    found = re.findall(r"```sql\n(.*?);\n```", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(found) == 3
    return found
