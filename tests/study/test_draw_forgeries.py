"""Logs that were made again by somebody who can write the folder, redraws after releases, and published files alone."""

import json
import re
import shutil

import pandas as pd
import pytest

from surveykit.errors import SurveyKitError
from surveykit.language import translator
from surveykit.sampling import Commitment, extend_log, permanent_key
from surveykit.sampling.drawing.commitment import _code, seed_of
from surveykit.study.files.loading import load_study
from surveykit.study.proving.history import form_problems, history_problems
from surveykit.study.proving.log import releases_of
from surveykit.study.proving.verifying import verify_published_draw, verify_study_draw

SOURCE = {
    "name": "lottery", "draw": "7", "due": "2026-12-01T21:15:00+08:00", "where": "",
    "form": {"kind": "numbers", "decimals": 2, "digits": 64, "chain": "quicknet",
             "groups": [{"count": 2, "low": 1, "high": 9, "ascending": True, "repeats": False}]},
}  # fmt: skip
BEFORE, AFTER, VALUE = "2026-11-28T09:00:00+08:00", "2026-12-01T22:00:00+08:00", "3.5./"


def commitment(time=BEFORE, source=SOURCE):
    code = _code("plan", "frame", source, time)
    return Commitment("plan", "frame", source, time, code).to_dict()


def draw_of(code, sample="s1", plan="p1"):
    return {"record": "r", "plan_hash": plan, "frame_digest": "frame", "sample_digest": sample, "commitment": code}


def chain(*events):
    entries = []
    for event, content, time in events:
        entries = extend_log(entries, event, content, time)
    assert form_problems(entries) == []
    return entries


def honest():
    held = commitment()
    code = held["code"]
    return [
        ("plan", {"plan_id": "p", "plan_hash": "plan"}, BEFORE),
        ("commit", held, BEFORE),
        ("reveal", {"code": code, "public_value": VALUE, "seed": seed_of(code, VALUE)}, AFTER),
        ("draw", draw_of(code), AFTER),
    ]


def test_an_honest_log_has_no_problems():
    assert history_problems(chain(*honest())) == []


def test_a_second_commitment_to_a_known_value_is_noticed():
    """The value is known; codes are tried until the seed draws a friend; the chain is sound and the heads are kept."""
    second = commitment("2026-11-28T09:00:07+08:00")
    replaced = second | {"replaces": commitment()["code"], "reason": "the first one was wrong"}
    code = second["code"]
    reveal = {"code": code, "public_value": VALUE, "seed": seed_of(code, VALUE)}
    forged = chain(
        *honest()[:3], ("commit", replaced, AFTER), ("reveal", reveal, AFTER), ("draw", draw_of(code), AFTER)
    )
    told = " ".join(history_problems(forged))
    assert "both must lie before the value is due" in told
    assert "whose value was revealed before" in told
    unsaid = chain(*honest()[:2], ("commit", second, "2026-11-28T09:00:08+08:00"))
    assert "must say which one it replaces" in " ".join(history_problems(unsaid))


def test_findings_of_the_log_have_chinese_words():
    """Under the name of the file, as verification tells them."""
    second = commitment("2026-11-28T09:00:07+08:00") | {"replaces": commitment()["code"], "reason": "x"}
    reveal = {"code": commitment()["code"], "public_value": "x", "seed": "x"}
    forged = chain(*honest(), ("commit", second, AFTER), ("reveal", reveal, AFTER), ("draw", draw_of("x"), AFTER))
    found = history_problems(forged)
    assert len(found) >= 6
    speak = translator("zh")
    for text in found:
        told = speak(f"log.jsonl: {text}").removeprefix("log.jsonl: ")
        assert not re.search("[a-z]{2,} [a-z]{2,}", told), told


def test_a_format_is_a_whole_number():
    with pytest.raises(SurveyKitError, match="not a commitment of format 2"):
        Commitment.from_dict(commitment() | {"commitment": 2.0})


def test_a_commitment_to_a_drawing_still_to_come_replaces_a_wrong_one():
    other = SOURCE | {"draw": "8", "due": "2026-12-03T21:15:00+08:00"}
    second = commitment("2026-12-02T09:00:00+08:00", other)
    content = second | {"replaces": commitment()["code"], "reason": "a slip of the pen in the value"}
    entries = chain(*honest()[:3], ("commit", content, "2026-12-02T09:00:00+08:00"))
    assert history_problems(entries) == []


@pytest.mark.parametrize(
    ("at", "field", "value", "told"),
    [
        (2, "seed", "0" * 64, "not the sha256 of commitment and public value"),
        (2, "public_value", "5.3./", "not in the form that was announced"),
        (2, "code", "ab", "for another commitment"),
        (3, "commitment", "ab", "does not use the commitment in force"),
        (3, "frame_digest", "x", "the frame drawn from is not the committed one"),
        (0, "plan_hash", "x", "not the one that it commits to"),
    ],
)
def test_every_field_of_a_log_made_again_is_checked(at, field, value, told):
    events = honest()
    events[at] = (events[at][0], events[at][1] | {field: value}, events[at][2])
    assert told in " ".join(history_problems(chain(*events)))


def test_times_are_checked():
    events = honest()
    early = [*events[:2], ("reveal", events[2][1], BEFORE), *events[3:]]
    assert "before it was due" in " ".join(history_problems(chain(*early)))
    late = [(event, content, AFTER) for event, content, _ in events]
    assert "must lie before the value is due" in " ".join(history_problems(chain(*late)))
    entries = []
    for event, content, time in ((*events[0][:2], AFTER), events[1]):
        entries = extend_log(entries, event, content, time)
    assert any("earlier time" in text for text in form_problems(entries))
    assert any("no time" in text for text in form_problems(extend_log([], "plan", events[0][1], "today")))


def test_releases_before_a_redraw_are_accounted_for():
    events = honest()
    release = ("release", {"sample_digest": "s1", "units": {"a": 2}, "reason": "refusals"}, AFTER)
    entries = chain(*events, release)
    code, last, gone = commitment()["code"], entries[3]["hash"], entries[4]["hash"]
    silent = chain(*events, release, ("redraw", draw_of(code, "s2") | {"replaces": last}, AFTER))
    assert "does not say what became of them" in " ".join(history_problems(silent))
    fate = {"given_up": {"releases": [gone], "units": 2, "reason": "wrong frame"}}
    told = chain(*events, release, ("redraw", draw_of(code, "s2") | {"replaces": last} | fate, AFTER))
    assert history_problems(told) == []
    assert releases_of(told) == []
    kept = chain(*events, release, ("redraw", draw_of(code) | {"replaces": last, "carried_over": [gone]}, AFTER))
    assert history_problems(kept) == []
    assert [entry["hash"] for entry in releases_of(kept)] == [gone]
    wrong = chain(*events, release, ("redraw", draw_of(code, "s2") | {"replaces": last, "carried_over": [gone]}, AFTER))
    assert "carries over releases of another sample" in " ".join(history_problems(wrong))


def two_steps():
    """Clusters, and units from them, both by the revealed seed."""
    events, code = honest()[:3], commitment()["code"]
    drawn = draw_of(code, "c1")
    first = chain(*events, ("clusters", drawn, AFTER))[-1]["hash"]
    return [*events, ("clusters", drawn, AFTER), ("draw", draw_of(code) | {"clusters": first}, AFTER)]


def test_an_honest_log_of_two_steps_has_no_problems():
    assert history_problems(chain(*two_steps())) == []
    assert history_problems(chain(*two_steps()[:4])) == []


@pytest.mark.parametrize(
    ("at", "change", "told"),
    [
        (3, {"commitment": "ab"}, "does not use the commitment in force"),
        (3, {"frame_digest": "x"}, "the frame drawn from is not the committed one"),
        (3, {"replaces": "ab"}, "do not say which ones they replace"),
        (3, {"plan_hash": "another"}, "not from the clusters in force"),
        (4, {"clusters": "ab"}, "not from the clusters in force"),
        (4, {"frame_digest": "x"}, "drawn from another table"),
    ],
)
def test_every_field_of_the_clusters_is_checked(at, change, told):
    events = two_steps()
    events[at] = (events[at][0], events[at][1] | change, events[at][2])
    if at == 3:  # a forger makes the rest of the chain again
        first = chain(*events[:4])[-1]["hash"]
        events[4] = ("draw", events[4][1] | {"clusters": first}, AFTER)
    assert told in " ".join(history_problems(chain(*events)))


def test_the_order_of_clusters_is_checked():
    events = two_steps()
    unrevealed = chain(*events[:2], events[3])
    assert "before the value of its commitment was revealed" in " ".join(history_problems(unrevealed))
    late = chain(*events[:3], events[4], events[3])
    assert "not from the clusters in force" in " ".join(history_problems(late))
    unsaid = chain(*events[:4], honest()[3])
    assert "not from the clusters in force" in " ".join(history_problems(unsaid))
    bare = {name: value for name, value in draw_of("", "c1").items() if name != "commitment"}
    first = [events[0], ("clusters", bare, BEFORE), events[1]]
    assert "a sample was drawn before the commitment" in " ".join(history_problems(chain(*first)))


def test_clusters_that_are_drawn_again_name_those_before_and_leave_the_old_draw_behind():
    events = two_steps()
    entries = chain(*events)
    silent = chain(*events, ("clusters", draw_of(commitment()["code"], "c2"), AFTER))
    assert "do not say which ones they replace" in " ".join(history_problems(silent))
    again = ("clusters", draw_of(commitment()["code"], "c2") | {"replaces": entries[3]["hash"]}, AFTER)
    assert history_problems(chain(*events, again)) == []
    replaced = chain(*events, again)[-1]["hash"]
    last = draw_of(commitment()["code"], "s2") | {"replaces": entries[4]["hash"]}
    stale = chain(*events, again, ("redraw", last | {"clusters": entries[3]["hash"]}, AFTER))
    assert "not from the clusters in force" in " ".join(history_problems(stale))
    assert history_problems(chain(*events, again, ("redraw", last | {"clusters": replaced}, AFTER))) == []


def test_the_form_of_clusters_is_checked():
    events = two_steps()
    content = events[3][1]
    for change in ({"units": 3}, {"replaces": 1}, {"sample_digest": None}):
        entries = extend_log([], "clusters", content | change, AFTER)
        assert "lacks parts of its event or has others" in " ".join(form_problems(entries))


@pytest.fixture
def published(fresh_town, call, tmp_path):
    """A study with a reserve and a release, and what it published of its draw, without the sample in use."""
    plan = fresh_town / "sampling/plan.yaml"
    plan.write_text(plan.read_text(encoding="utf-8") + "reserve: 5\n", encoding="utf-8")
    code, out, err = call(fresh_town, "draw")
    assert code == 0, err
    head = json.loads((fresh_town / "output/draw/log.jsonl").read_text(encoding="utf-8").split("\n")[-2])["hash"]
    assert f"head of the log: {head}" in out
    assert "of which 0 were released: 800 in the field" in out
    reason = "refusals\u2028in the west\u0085and the east"
    code, out, err = call(fresh_town, "release", "--every", "1", "--reason", reason)
    assert code == 0, err
    assert "head of the log" in out
    folder = tmp_path / "published"
    folder.mkdir()
    for name in ("record.json", "log.jsonl", "sample.csv", "released.csv"):
        shutil.copy(fresh_town / "output/draw" / name, folder / name)
    shutil.copy(plan, folder / "plan.yaml")
    return fresh_town, folder


def test_outsiders_verify_from_what_was_published(published, call):
    town, folder = published
    frame = town / "data/frame.parquet"
    found = verify_published_draw(folder, frame)
    assert found.ok, found.lines
    assert "in the field" in found.lines[0]
    alone = verify_published_draw(folder)
    assert alone.ok, alone.lines
    assert "WITHOUT THE FRAME" in alone.lines[0]
    code, out, err = call(town, "verify-draw", "--published", str(folder), "--frame", str(frame))
    assert code == 0, err
    assert "refusals" in out
    (town / "output/draw/sample.parquet").unlink()
    inside = verify_study_draw(load_study(town))
    assert inside.ok, inside.lines
    assert any("sample.parquet, which is not here" in line for line in inside.lines)
    sheet = folder / "sample.csv"
    right = sheet.read_text(encoding="utf-8-sig")
    table = pd.read_csv(sheet, dtype=str)
    seed, stranger = load_study(town).sampling_plan.seed, "stranger"
    forged = right.replace(table["unit_id"].iloc[0], stranger)
    sheet.write_text(forged.replace(table["prn"].iloc[0], permanent_key(seed, stranger, "md5")), encoding="utf-8")
    assert not verify_published_draw(folder, frame).ok
    sheet.write_text(right.replace(table["prn"].iloc[0], "0" * 32), encoding="utf-8")
    assert "tickets are not the hash" in " ".join(verify_published_draw(folder).lines)
    (folder / "plan.yaml").unlink()
    with pytest.raises(SurveyKitError, match="put the published plan"):
        verify_published_draw(folder)


def test_a_redraw_gives_up_releases_aloud_or_not_at_all(published, call):
    town, _ = published
    plan = town / "sampling/plan.yaml"
    plan.write_text(plan.read_text(encoding="utf-8").replace("total: 800", "total: 900"), encoding="utf-8")
    code, _, err = call(town, "draw", "--redraw")
    assert code == 2
    assert "were released" in err
    assert "--give-up REASON" in err
    code, _, err = call(town, "draw", "--redraw", "--give-up", "the frame was wrong")
    assert code == 0, err
    assert not (town / "output/draw/released.csv").exists()
    entries = [json.loads(line) for line in (town / "output/draw/log.jsonl").read_text("utf-8").split("\n")[:-1]]
    assert entries[-1]["content"]["given_up"]["reason"] == "the frame was wrong"
    assert entries[-1]["content"]["given_up"]["units"] > 0
    assert verify_study_draw(load_study(town)).ok
