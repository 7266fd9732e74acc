"""The commitment: no seed before it, the seed out of it and a public value, and a draw that proves both."""

import copy
import csv
import hashlib
import json
from datetime import datetime

import pandas as pd
import pytest

from surveykit.errors import SurveyKitError
from surveykit.sampling import extend_log, frame_digest, permanent_key, plan_hash
from surveykit.sampling.drawing import commitment
from surveykit.study.files.loading import load_study
from surveykit.study.proving.verifying import verify_study_draw

VALUE, CANONICAL = "05 11 17 23 28 30 + 09", "5.11.17.23.28.30./9./"
SOURCE = """public_source:
  name: Double Colour Ball
  draw: "2026137"
  due: 2099-12-01T21:15:00+08:00
  form: {kind: numbers, groups: [{count: 6, high: 33}, {count: 1, high: 16}]}
"""


@pytest.fixture
def after_due(monkeypatch):
    """Let the clock of the commitment stand after the drawing."""

    def later():
        class Clock(datetime):
            @classmethod
            def now(cls, zone=None):
                return datetime.fromisoformat("2099-12-02T08:00:00+08:00")

        monkeypatch.setattr(commitment, "datetime", Clock)

    return later


@pytest.fixture
def seedless(fresh_town):
    path = fresh_town / "sampling/plan.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(line for line in lines if not line.startswith("seed")) + "\n" + SOURCE, encoding="utf-8")
    return fresh_town


def held(folder):
    return json.loads((folder / "output/draw/commitment.json").read_text(encoding="utf-8"))


def log(folder):
    lines = (folder / "output/draw/log.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def reveal(call, folder, value=VALUE):
    return call(folder, "commit", "--reveal", value)


def draw_publicly(call, folder, after_due):
    assert call(folder, "commit")[0] == 0
    after_due()
    code, out, err = reveal(call, folder)
    assert code == 0, err
    assert call(folder, "draw")[0] == 0
    return out


def test_from_commitment_to_proof(seedless, call, after_due):
    code, out, err = call(seedless, "commit")
    assert code == 0, err
    made = held(seedless)
    plan = load_study(seedless).sampling_plan
    content = {
        "plan_hash": plan_hash(plan),
        "frame_digest": frame_digest(plan, seedless / "data/frame.parquet"),
        "source": made["source"],
        "committed": made["committed"],
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    committed = hashlib.sha256(f"surveykit commitment 2\n{text}".encode()).hexdigest()
    assert f"commitment {committed}" in out
    assert "public source: drawing 2026137 of Double Colour Ball, due 2099-12-01T21:15:00+08:00" in out
    assert "--reveal" in out
    assert call(seedless, "draw")[0] == 2
    code, _, err = reveal(call, seedless)
    assert code == 2
    assert "wait until it is known" in err
    after_due()
    code, out, err = reveal(call, seedless, "30 28 23 17 11 5 + 09")
    assert code == 0, err
    seed = hashlib.sha256(f"{committed}\n{CANONICAL}".encode()).hexdigest()
    assert f"seed {seed}" in out
    final = load_study(seedless).sampling_plan
    assert final.seed == seed
    assert set(final.seed_origin) == {"zh", "en"}
    assert call(seedless, "draw")[0] == 0
    record = json.loads((seedless / "output/draw/record.json").read_text(encoding="utf-8"))
    assert record["seed"] == seed
    assert CANONICAL in record["seed_origin"]["en"]
    assert committed in record["seed_origin"]["zh"]
    code, out, _ = call(seedless, "verify-draw")
    assert code == 0
    assert f"the seed is sha256 of {committed} and drawing 2026137 of Double Colour Ball" in out
    assert [entry["event"] for entry in log(seedless)] == ["plan", "commit", "reveal", "draw"]
    assert f"head of the log: {log(seedless)[-1]['hash']}" in out


def test_the_rest_of_the_plan_is_left_as_it_was(seedless, call, after_due):
    path = seedless / "sampling/plan.yaml"
    before = path.read_text(encoding="utf-8")
    assert call(seedless, "commit")[0] == 0
    assert path.read_text(encoding="utf-8") == before
    after_due()
    assert reveal(call, seedless)[0] == 0
    assert path.read_text(encoding="utf-8").startswith(before)
    after = path.read_text(encoding="utf-8")
    assert reveal(call, seedless, "09|05 11 17 23 28 30".replace("09|", "") + "/9")[0] == 0
    assert path.read_text(encoding="utf-8") == after
    assert [entry["event"] for entry in log(seedless)] == ["plan", "commit", "reveal"]


def test_a_value_is_revealed_once(seedless, call, after_due):
    assert call(seedless, "commit")[0] == 0
    after_due()
    assert reveal(call, seedless)[0] == 0
    path = seedless / "sampling/plan.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(line for line in lines if not line.startswith("seed")) + "\n", encoding="utf-8")
    code, _, err = reveal(call, seedless, "1 2 3 4 5 6 7")
    assert code == 2
    assert "a value is revealed once" in err


def test_values_of_another_form_are_refused(seedless, call, after_due):
    assert call(seedless, "commit")[0] == 0
    after_due()
    for value in (
        "05 11 17 23 28 30",
        "051117232830",
        "5 11 17 23 28 34 9",
        "5 5 17 23 28 30 9",
        "5 11 17 23 28 30 x9",
        "",
    ):
        code, _, err = reveal(call, seedless, value)
        assert code == 2, value
        assert "public value" in err
    assert [entry["event"] for entry in log(seedless)] == ["plan", "commit"]


def test_a_second_commitment_is_the_first(seedless, call):
    assert call(seedless, "commit")[0] == 0
    first = held(seedless)
    assert call(seedless, "commit")[0] == 0
    assert held(seedless) == first
    assert len(log(seedless)) == 2


def test_no_source_or_a_value_that_may_be_known(fresh_town, call):
    path = fresh_town / "sampling/plan.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.startswith("seed")) + "\n"
    path.write_text(text, encoding="utf-8")
    code, _, err = call(fresh_town, "commit")
    assert code == 2
    assert "names no public source" in err
    path.write_text(text + SOURCE.replace("2099", "2019"), encoding="utf-8")
    code, _, err = call(fresh_town, "commit")
    assert code == 2
    assert "may be known already" in err
    assert not (fresh_town / "output/draw/commitment.json").exists()


def test_a_plan_with_a_seed_cannot_be_committed(fresh_town, call):
    code, _, err = call(fresh_town, "commit")
    assert code == 2
    assert "sampling/plan.yaml has a seed already" in err
    assert not (fresh_town / "output/draw/commitment.json").exists()


def test_a_drawn_sample_cannot_be_committed_to(town, call):
    code, _, err = call(town, "commit")
    assert code == 2
    assert "drawn already" in err


def test_nothing_to_reveal(seedless, call):
    code, _, err = reveal(call, seedless)
    assert code == 2
    assert "nothing was committed yet" in err


def test_a_commitment_of_the_old_format_is_refused(seedless, call):
    path = seedless / "output/draw/commitment.json"
    path.parent.mkdir(parents=True)
    path.write_text('{"commitment": 1, "code": "ab"}', encoding="utf-8")
    for arguments in (("commit",), ("commit", "--reveal", VALUE), ("draw",)):
        code, _, err = call(seedless, *arguments)
        assert code == 2
        assert "commitment: it is of format 1" in err


@pytest.mark.parametrize("what", ["plan", "frame"])
def test_what_changed_since_the_commitment_is_named(seedless, call, what, after_due):
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
    after_due()
    for arguments in (("commit", "--reveal", VALUE), ("commit",)):
        code, _, err = call(seedless, *arguments)
        assert code == 2
        assert what in err
        assert {"plan": "frame", "frame": "plan"}[what] + " changed" not in err
    assert [entry["event"] for entry in log(seedless)] == ["plan", "commit"]


def test_a_seed_of_ones_own_is_refused_after_a_commitment(seedless, call, after_due):
    assert call(seedless, "commit")[0] == 0
    path = seedless / "sampling/plan.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "seed: my-favourite\n", encoding="utf-8")
    code, _, err = call(seedless, "draw")
    assert code == 2
    assert "has another seed" in err
    assert not (seedless / "output/draw/sample.parquet").exists()
    after_due()
    code, _, err = reveal(call, seedless)
    assert code == 2
    assert "does not come from this commitment" in err


def leaves(content, path=()):
    for name, value in content.items() if isinstance(content, dict) else enumerate(content):
        yield (*path, name), value
        if isinstance(value, dict | list):
            yield from leaves(value, (*path, name))


def other(value):
    if isinstance(value, bool | int | float):
        return value + 1
    return value + "x" if isinstance(value, str) else None


def test_every_entry_of_commitment_log_and_published_sample_is_compared(seedless, call, after_due):
    draw_publicly(call, seedless, after_due)
    folder = seedless / "output/draw"
    study = load_study(seedless)
    assert verify_study_draw(study).ok
    unseen = []

    def noticed():
        try:
            return not verify_study_draw(study).ok
        except SurveyKitError:
            return True

    for name in ("commitment.json", "log.jsonl"):
        path = folder / name
        right = path.read_text(encoding="utf-8")
        lines = [json.loads(line) for line in right.splitlines()] if name == "log.jsonl" else [json.loads(right)]
        for number, content in enumerate(lines):
            for place, value in leaves(content):
                made = copy.deepcopy(lines)
                target = made[number]
                for step in place[:-1]:
                    target = target[step]
                target[place[-1]] = other(value)
                path.write_text("".join(json.dumps(line) + "\n" for line in made), encoding="utf-8")
                if not noticed():
                    unseen.append((name, number, place))
        for number in range(len(lines)):
            path.write_text(
                "".join(json.dumps(m) + "\n" for at, m in enumerate(lines) if at != number), encoding="utf-8"
            )
            if not noticed():
                unseen.append((name, number))
        path.write_text(right, encoding="utf-8")
    path = folder / "sample.csv"
    right = path.read_bytes()
    rows = list(csv.reader(right.decode("utf-8-sig").splitlines()))
    for at in range(len(rows[0])):
        rows[1][at] += "0"
        path.write_text("".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
        if not noticed():
            unseen.append(("sample.csv", rows[0][at]))
        rows[1][at] = rows[1][at][:-1]
    path.unlink()
    if not noticed():
        unseen.append("no sample.csv")
    path.write_bytes(right)
    assert unseen == []
    assert verify_study_draw(study).ok


def test_a_log_that_is_made_again_from_the_start_needs_another_head(seedless, call, after_due):
    """Whoever can write the folder can write a whole new log: only the published head tells, as the page says."""
    draw_publicly(call, seedless, after_due)
    entries = log(seedless)
    made = []
    for entry in entries:
        made = extend_log(made, entry["event"], entry["content"], entry["time"].replace("2", "1", 1))
    assert made[-1]["hash"] != entries[-1]["hash"]


def test_a_redraw_is_in_the_log_with_what_it_replaces(fresh_town, call):
    assert call(fresh_town, "draw")[0] == 0
    first = log(fresh_town)
    path = fresh_town / "sampling/plan.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("total: 800", "total: 900"), encoding="utf-8")
    assert call(fresh_town, "draw", "--redraw")[0] == 0
    entries = log(fresh_town)
    assert [entry["event"] for entry in entries] == ["plan", "draw", "plan", "redraw"]
    assert entries[:2] == first
    assert entries[3]["content"]["replaces"] == first[1]["hash"]
    code, out, _ = call(fresh_town, "verify-draw")
    assert code == 0
    assert "the sample was drawn 2 times" in out
    (fresh_town / "output/draw/log.jsonl").unlink()
    code, out, _ = call(fresh_town, "verify-draw")
    assert code == 2
    assert "has no entry of a draw" in out


def test_the_published_sample_has_tickets_and_no_reserve(fresh_town, call):
    path = fresh_town / "sampling/plan.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "reserve: 5\n", encoding="utf-8")
    assert call(fresh_town, "draw")[0] == 0
    plan = load_study(fresh_town).sampling_plan
    published = pd.read_csv(fresh_town / "output/draw/sample.csv", dtype=str)
    drawn = pd.read_parquet(fresh_town / "output/draw/sample.parquet")
    assert "reserve" not in published
    assert set(published["unit_id"]) == set(drawn.loc[~drawn["reserve"], "unit_id"])
    assert len(published) < len(drawn)
    assert published["prn"].tolist() == [permanent_key(plan.seed, unit, plan.hash) for unit in published["unit_id"]]
    assert call(fresh_town, "verify-draw")[0] == 0
