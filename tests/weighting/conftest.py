import json
from pathlib import Path

import pandas as pd
import pytest

REFERENCE = Path(__file__).parent.parent / "reference"


@pytest.fixture(scope="session")
def reference():
    return json.loads((REFERENCE / "weighting_api.json").read_text())


@pytest.fixture(scope="session")
def api():
    return {name: pd.read_csv(REFERENCE / "data" / f"api{name}.csv") for name in ("clus1", "clus2", "srs", "strat")}
