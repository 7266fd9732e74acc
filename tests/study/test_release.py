"""A study with a reserve: weights, rates and estimates are of what was released, for every design."""

import json

import numpy as np
import pandas as pd
import pytest

from surveykit.study.files.loading import load_study
from surveykit.study.proving.verifying import verify_study_draw

PPS = """method: sampford
selection: {size: measure}
"""


def edit(folder, old, new):
    path = folder / "sampling/plan.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def reserved(fresh_town):
    edit(fresh_town, "method: srs", "method: srs\nreserve: 100")
    return fresh_town


def base_total(folder):
    """Sum of the base weights of all units that count as sampled."""
    return pd.read_parquet(folder / "output/responses/linked.parquet")["base_weight"].sum()


def test_weights_count_the_population_before_and_after_releases(reserved, call):
    assert call(reserved, "run")[0] == 0
    frame = pd.read_parquet(reserved / "data/frame.parquet")
    linked = pd.read_parquet(reserved / "output/responses/linked.parquet")
    assert linked["base_weight"].sum() == pytest.approx(len(frame), rel=1e-12)
    assert len(linked) == 800
    weights = pd.read_csv(reserved / "output/weights/weights.csv")
    one = weights[weights["analysis"] == weights["analysis"].iloc[0]]
    assert one["final_weight"].sum() == pytest.approx(len(frame), rel=1e-9)
    strata = frame["district"].value_counts()
    by = linked.groupby("district")["base_weight"].sum()
    np.testing.assert_allclose(by, strata[by.index], rtol=1e-12)
    name = strata.index[0]
    code, out, err = call(reserved, "release", f"{name}=30", "--reason", "low response")
    assert code == 0, err
    assert "830 units are in the field" in out
    assert call(reserved, "run")[0] == 0
    linked = pd.read_parquet(reserved / "output/responses/linked.parquet")
    assert len(linked) == 830
    by = linked.groupby("district")["base_weight"].sum()
    np.testing.assert_allclose(by, strata[by.index], rtol=1e-12)
    released = pd.read_csv(reserved / "output/draw/released.csv", dtype={"unit_id": str})
    assert set(released["unit_id"]) == set(linked["unit_id"].astype(str))
    code, out, _ = call(reserved, "verify-draw")
    assert code == 0, out
    assert "release low response" in out


def test_releases_are_compared(reserved, call):
    assert call(reserved, "draw")[0] == 0
    assert call(reserved, "release", "--every", "3", "--reason", "refusals")[0] == 0
    study = load_study(reserved)
    assert verify_study_draw(study).ok
    path = reserved / "output/draw/released.csv"
    right = path.read_text(encoding="utf-8")
    path.write_text(right.replace("u", "v", 1), encoding="utf-8")
    assert not verify_study_draw(study).ok
    path.unlink()
    assert not verify_study_draw(study).ok
    path.write_text(right, encoding="utf-8")
    log = reserved / "output/draw/log.jsonl"
    lines = log.read_text(encoding="utf-8").splitlines()
    log.write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
    assert not verify_study_draw(study).ok
    entry = json.loads(lines[-1])
    entry["content"]["units"] = dict.fromkeys(entry["content"]["units"], 2)
    log.write_text("\n".join([*lines[:-1], json.dumps(entry)]) + "\n", encoding="utf-8")
    assert not verify_study_draw(study).ok


def test_what_cannot_be_released(reserved, call):
    code, _, err = call(reserved, "release", "--every", "1", "--reason", "x")
    assert code == 2
    assert "draw the sample first" in err
    assert call(reserved, "draw")[0] == 0
    for words, message in (
        (["mars=1"], "not in the sample"),
        (["--every", "101"], "above what the reserve holds"),
        ([], "nothing to release"),
        (["wuhou"], "write it as 'wuhou=20'"),
        (["a=1", "a=2"], "named twice"),
    ):
        code, _, err = call(reserved, "release", *words, "--reason", "x")
        assert code == 2
        assert message in err
    code, _, err = call(reserved, "release", "--every", "1", "--reason", " ")
    assert code == 2
    assert "give a reason" in err
    assert not (reserved / "output/draw/released.csv").exists()


def test_a_sample_without_a_reserve_releases_nothing(town, call):
    code, _, err = call(town, "release", "--every", "1", "--reason", "x")
    assert code == 2
    assert "has no reserve" in err or "above what the reserve holds" in err
