"""The study remembers its public files, keeps the memory private and refuses what could be joined with one."""

from __future__ import annotations

import pandas as pd
import pytest

from surveykit.study.inputs.releases import read_releases

MEMORY = "output/responses/releases.parquet"


def test_memory_of_a_study(town, call):
    assert call(town, "deidentify", "--keys", "district", "age_group", "--leave-out", "support")[0] == 0
    before = (town / "output/public/data.csv").read_bytes()
    assert (town / MEMORY).stat().st_mode & 0o077 == 0
    code, _, error = call(town, "deidentify", "--keys", "district", "age_group")
    assert code == 2
    assert "could be joined with it" in error
    assert "support" in error
    assert (town / "output/public/data.csv").read_bytes() == before
    assert call(town, "deidentify", "--keys", "district", "age_group", "--leave-out", "support", "aware")[0] == 0
    held = read_releases(town / MEMORY)
    assert [release.keys for release in held] == [("district", "age_group")] * 2
    assert "aware" in held[0].columns
    assert "aware" not in held[1].columns


def test_weights_and_strata_of_a_study(town, call):
    assert call(town, "run")[0] == 0
    assert call(town, "deidentify", "--keys", "age_group", "--weights", "residents", "--strata")[0] == 0
    public = pd.read_csv(town / "output/public/data.csv", dtype={"stratum": str})
    weights = pd.read_csv(town / "output/weights/weights.csv")
    own = weights[(weights["analysis"] == "residents") & (weights["final_weight"] > 0)]
    assert set(public["stratum"].dropna()) == {"north", "west", "east", "south"}
    assert public["weight"].sum() == pytest.approx(own["final_weight"].sum(), rel=1e-12)
    code, _, error = call(town, "deidentify", "--weights", "nobody")
    assert code == 2
    assert "there are no weights of an analysis 'nobody'" in error
