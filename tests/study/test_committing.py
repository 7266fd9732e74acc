"""The commitment: no seed before it, the seed out of it and a public value, and a draw that proves both."""

import hashlib
import json

import pandas as pd
import pytest

from surveykit.sampling import frame_digest, plan_hash
from surveykit.study.files.loading import load_study

VALUE, ORIGIN = "05 11 17 23 28 30", "lottery drawing of 1 December"


@pytest.fixture
def seedless(fresh_town):
    path = fresh_town / "sampling/plan.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(line for line in lines if not line.startswith("seed")) + "\n", encoding="utf-8")
    return fresh_town


def held(folder):
    return json.loads((folder / "output/draw/commitment.json").read_text(encoding="utf-8"))


def reveal(call, folder, value=VALUE):
    return call(folder, "commit", "--reveal", value, "--origin", ORIGIN)


def test_from_commitment_to_proof(seedless, call):
    code, out, _ = call(seedless, "commit")
    assert code == 0
    plan = load_study(seedless).sampling_plan
    digest = frame_digest(plan, seedless / "data/frame.parquet", salt="")
    committed = hashlib.sha256(f"{plan_hash(plan)}\n{digest}".encode()).hexdigest()
    assert f"commitment {committed}" in out
    assert "--reveal" in out
    assert call(seedless, "draw")[0] == 2
    code, out, err = reveal(call, seedless)
    assert code == 0, err
    seed = hashlib.sha256(f"{committed}\n{VALUE}".encode()).hexdigest()
    assert f"seed {seed}" in out
    final = load_study(seedless).sampling_plan
    assert final.seed == seed
    assert set(final.seed_origin) == {"zh", "en"}
    assert call(seedless, "draw")[0] == 0
    record = json.loads((seedless / "output/draw/record.json").read_text(encoding="utf-8"))
    assert record["seed"] == seed
    assert VALUE in record["seed_origin"]["en"]
    assert committed in record["seed_origin"]["zh"]
    code, out, _ = call(seedless, "verify-draw")
    assert code == 0
    assert f"the seed is sha256 of {committed} and {ORIGIN}: {VALUE}" in out


def test_the_rest_of_the_plan_is_left_as_it_was(seedless, call):
    path = seedless / "sampling/plan.yaml"
    before = path.read_text(encoding="utf-8")
    assert call(seedless, "commit")[0] == 0
    assert path.read_text(encoding="utf-8") == before
    assert reveal(call, seedless)[0] == 0
    assert path.read_text(encoding="utf-8").startswith(before)
    after = path.read_text(encoding="utf-8")
    assert reveal(call, seedless)[0] == 0
    assert path.read_text(encoding="utf-8") == after


def test_a_second_commitment_is_the_first(seedless, call):
    assert call(seedless, "commit")[0] == 0
    first = held(seedless)
    assert call(seedless, "commit")[0] == 0
    assert held(seedless) == first


def test_a_plan_with_a_seed_cannot_be_committed(fresh_town, call):
    code, _, err = call(fresh_town, "commit")
    assert code == 2
    assert "sampling/plan.yaml has a seed already" in err
    assert not (fresh_town / "output/draw/commitment.json").exists()


def test_a_drawn_sample_cannot_be_committed_to(town, call):
    code, _, err = call(town, "commit")
    assert code == 2
    assert "drawn already" in err


def test_value_and_origin_belong_together(seedless, call):
    assert call(seedless, "commit")[0] == 0
    code, _, err = call(seedless, "commit", "--reveal", VALUE)
    assert code == 2
    assert "--origin" in err


def test_nothing_to_reveal(seedless, call):
    code, _, err = reveal(call, seedless)
    assert code == 2
    assert "nothing was committed yet" in err


@pytest.mark.parametrize("what", ["plan", "frame"])
def test_what_changed_since_the_commitment_is_named(seedless, call, what):
    assert call(seedless, "commit")[0] == 0
    if what == "plan":
        path = seedless / "sampling/plan.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace("total: 800", "total: 900"), encoding="utf-8")
    else:
        study = seedless / "study.yaml"
        text = study.read_text(encoding="utf-8").replace("  simulation: sampling/simulation.yaml\n", "")
        study.write_text(text.replace("  answers: data/answers.parquet\n", ""), encoding="utf-8")
        path = seedless / "data/frame.parquet"
        pd.read_parquet(path).iloc[1:].to_parquet(path)
    for arguments in (("commit", "--reveal", VALUE, "--origin", ORIGIN), ("commit",)):
        code, _, err = call(seedless, *arguments)
        assert code == 2
        assert what in err
        assert {"plan": "frame", "frame": "plan"}[what] + " changed" not in err
    assert "seed" not in held(seedless)


def test_a_seed_of_ones_own_is_refused_after_a_commitment(seedless, call):
    assert call(seedless, "commit")[0] == 0
    path = seedless / "sampling/plan.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "seed: my-favourite\n", encoding="utf-8")
    code, _, err = call(seedless, "draw")
    assert code == 2
    assert "has another seed" in err
    assert not (seedless / "output/draw/sample.parquet").exists()
    code, _, err = reveal(call, seedless)
    assert code == 2
    assert "does not come from this commitment" in err


def test_a_commitment_edited_after_the_draw_is_found(seedless, call):
    assert call(seedless, "commit")[0] == 0
    assert reveal(call, seedless)[0] == 0
    assert call(seedless, "draw")[0] == 0
    path = seedless / "output/draw/commitment.json"
    path.write_text(json.dumps(held(seedless) | {"public_value": "1 2 3 4 5 6"}), encoding="utf-8")
    code, out, _ = call(seedless, "verify-draw")
    assert code == 2
    assert "not the sha256 of commitment and public value" in out
