"""Edits during a run are told by name; archives never collide; leftovers go; links and journals lead nowhere."""

import hashlib
import json
import os
import time
from types import SimpleNamespace

import pytest

from surveykit.errors import OverwriteError, SurveyKitError
from surveykit.files.recording import note_read, recording
from surveykit.study.files.loading import load_study
from surveykit.study.running import journal, manifest
from surveykit.study.running.journal import JOURNAL, Journal
from surveykit.study.running.manifest import FileHashes
from surveykit.study.running.run import run_stages
from surveykit.study.running.stage import Stage


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
def study(tmp_path):
    for name in ("plan", "rules", "data"):
        (tmp_path / f"{name}.txt").write_text("one")
    data = SimpleNamespace(frame="data.txt", answers=None, response_files=[])
    return SimpleNamespace(
        root=tmp_path,
        output=tmp_path / "output",
        file="study.yaml",
        located=lambda name: name,
        loaded={"plan.txt": digest("one"), "rules.txt": digest("one")},
        definition=SimpleNamespace(id="s", simulated=True, output="output", data=data),
    )


def stages(during=lambda: None):
    def draw(making):
        making.output("output/sample.txt").write_text((making.study.root / "plan.txt").read_text().upper())
        making.output("output/record.txt").write_text("of " + (making.study.root / "plan.txt").read_text())

    def report(making):
        during()
        making.output("output/report.txt").write_text((making.study.root / "rules.txt").read_text().upper())

    return [
        Stage("draw", "draw", ("plan.txt",), ("output/sample.txt", "output/record.txt"), draw, "always"),
        Stage("report", "report", ("rules.txt", "data.txt", "output/sample.txt"), ("output/report.txt",), report),
    ]


def run(study, chosen=None, **options):
    said = []
    return run_stages(study, chosen or stages(), say=said.append, **options), said


def edit(study, name, text):
    (study.root / name).write_text(text)


def reopened(study):
    """The study as it would be read now."""
    loaded = {name: digest((study.root / name).read_text()) for name in study.loaded}
    return SimpleNamespace(**{**vars(study), "loaded": loaded})


@pytest.mark.parametrize("name", ["rules.txt", "data.txt", "output/sample.txt"])
def test_an_edit_while_a_stage_is_made_is_told_and_its_outputs_are_thrown_away(study, name):
    run(study)
    edit(study, "output/report.txt", "tampered")
    with pytest.raises(SurveyKitError, match=rf"^{name} changed while report was being made"):
        run(study, stages(lambda: edit(study, name, "two")))
    assert (study.root / "output/report.txt").read_text() == "tampered"
    assert not list(study.output.glob(".*partial*"))
    if name.startswith("output"):
        return
    assert run(reopened(study))[0].made == ["report"]
    assert (study.root / "output/report.txt").read_text() == ("TWO" if name == "rules.txt" else "ONE")
    assert run(reopened(study))[0].made == []


def test_an_edit_after_the_study_was_read_stops_before_the_stage_that_uses_it(study):
    edit(study, "rules.txt", "two")
    with pytest.raises(SurveyKitError, match=r"^rules.txt changed after this run had read the study: report and what"):
        run(study)
    assert (study.root / "output/sample.txt").read_text() == "ONE"
    assert not (study.root / "output/report.txt").exists()
    assert run(reopened(study))[0].made == ["report"]


def test_an_edit_of_the_same_size_with_its_old_time_is_told(study):
    before = (study.root / "rules.txt").stat()

    def sly():
        edit(study, "rules.txt", "two")
        os.utime(study.root / "rules.txt", ns=(before.st_atime_ns, before.st_mtime_ns))

    with pytest.raises(SurveyKitError, match=r"rules.txt changed while report"):
        run(study, stages(sly))


def test_what_a_study_was_read_from_is_hashed_from_the_same_bytes(fresh_town):
    study = load_study(fresh_town)
    files = [study.file, *study.definition.files.named().values()]
    assert set(files) == set(study.loaded)
    for name in files:
        assert study.loaded[name] == hashlib.sha256((fresh_town / name).read_bytes()).hexdigest()


def test_a_file_read_twice_with_another_content_equals_none(tmp_path):
    with recording(tmp_path) as loaded:
        for content in (b"a", b"b", b"a"):
            note_read(tmp_path / "x.yaml", content)
    note_read(tmp_path / "y.yaml", b"outside")
    assert list(loaded) == ["x.yaml"]
    assert len(loaded["x.yaml"]) != 64


def test_an_edit_between_reading_and_running_names_the_file(fresh_town, call, monkeypatch):
    from surveykit.study.stages import draw

    real = draw._make_plan

    def edited(making):
        real(making)
        with (fresh_town / "sampling/regions.csv").open("a", encoding="utf-8") as handle:
            handle.write("\n")

    monkeypatch.setattr(draw, "_make_plan", edited)
    code, _, err = call(fresh_town, "plan")
    assert code == 2
    assert err.count("\n") <= 4
    assert "sampling/regions.csv changed while plan was being made" in err
    assert not (fresh_town / "output/plan/plan.json").exists()
    code, _, err = call(fresh_town, "--lang", "zh", "plan")
    assert "做plan时sampling/regions.csv有改动" in err
    monkeypatch.setattr(draw, "_make_plan", real)
    assert call(fresh_town, "plan")[0] == 0


@pytest.mark.parametrize("clock", ["same second", "backwards"])
def test_archives_never_collide(study, monkeypatch, clock):
    times = iter(["20240101T000000"] * 9 if clock == "same second" else ["20240103T000000", "20240101T000000"] * 4)

    class Clock(SimpleNamespace):
        def strftime(self, pattern):
            return next(times)

    run(study)
    monkeypatch.setattr(journal, "time", Clock())
    for word in ("two", "three", "four", "five"):
        edit(study, "plan.txt", word)
        _, said = run(reopened(study), redraw=True)
        assert any("the earlier files are kept in output/archive/draw-2024" in line for line in said)
    kept = {
        p.name: [(p / f"output/{n}.txt").read_text() for n in ("sample", "record")]
        for p in study.output.glob("archive/*")
    }
    assert sorted(kept.values()) == [["FOUR", "of four"], ["ONE", "of one"], ["THREE", "of three"], ["TWO", "of two"]]
    if clock == "same second":
        assert set(kept) == {f"draw-20240101T000000{end}" for end in ("", "-2", "-3", "-4")}


def test_times_are_not_trusted_alone(tmp_path, monkeypatch):
    path = tmp_path / "x"
    path.write_text("one")
    hashes = FileHashes(tmp_path)
    first = hashes.of("x")
    assert not hashes.known["x"]["settled"]
    long_after = time.time_ns() + 10**12
    monkeypatch.setattr(manifest, "time", SimpleNamespace(time_ns=lambda: long_after))
    assert hashes.of("x") == first
    assert hashes.known["x"]["settled"] is (os.name == "posix")
    status = path.stat()
    path.write_text("two")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert path.stat().st_mtime_ns == status.st_mtime_ns
    assert hashes.of("x") == digest("two")


def test_leftovers_go_at_the_next_start_and_links_are_not_followed(study, tmp_path_factory):
    precious = tmp_path_factory.mktemp("elsewhere")
    (precious / "kept.txt").write_text("kept")
    run(study)
    (study.output / ".partial-report/output").mkdir(parents=True)
    (study.output / ".partial-report/output/report.txt").write_text("half")
    (study.output / ".partial-report/link").symlink_to(precious)
    (study.output / ".partial-draw").symlink_to(precious)
    (study.output / "linked").symlink_to(precious)
    (precious / ".x.partial").write_text("somebody's own")
    (study.output / ".manifest.json.partial").symlink_to(precious / "kept.txt")
    result, said = run(study)
    assert result.made == []
    told = [line for line in said if "removed what an interrupted run left unfinished" in line]
    assert len(told) == 1
    for name in (".partial-report", ".partial-draw", ".manifest.json.partial"):
        assert f"output/{name}" in told[0]
        assert not os.path.lexists(study.output / name)
    assert sorted(path.name for path in precious.iterdir()) == [".x.partial", "kept.txt"]
    assert (precious / "kept.txt").read_text() == "kept"
    assert run(study)[1] == []


def interrupted(study, monkeypatch, after=1):
    """Redraw, and be killed after so many of the renames."""

    class Killed(BaseException):
        pass

    real, done = journal.move_whole, []

    def move(source, target):
        if len(done) == after:
            raise Killed
        done.append(target)
        real(source, target)

    run(study)
    edit(study, "plan.txt", "two")
    with monkeypatch.context() as patch:
        patch.setattr(journal, "move_whole", move)
        with pytest.raises(Killed):
            run(reopened(study), redraw=True)


def test_a_file_changed_after_the_kill_is_not_overwritten(study, monkeypatch):
    interrupted(study, monkeypatch)
    edit(study, "output/record.txt", "somebody's own")
    with pytest.raises(SurveyKitError, match=r"^output/record.txt changed after a run was interrupted.*nothing was"):
        run(reopened(study))
    assert (study.root / "output/record.txt").read_text() == "somebody's own"
    (study.root / "output/record.txt").rename(study.root / "mine.txt")
    result, said = run(reopened(study))
    assert any("finishing what an interrupted run left of draw" in line for line in said)
    assert (study.root / "output/record.txt").read_text() == "of two"
    assert result.made == ["report"]


def test_a_plan_changed_after_the_kill_is_found_once_that_run_is_finished(study, monkeypatch):
    interrupted(study, monkeypatch)
    edit(study, "plan.txt", "three")
    with pytest.raises(OverwriteError, match=r"plan.txt has changed since it was made"):
        run(reopened(study))
    run(reopened(study), redraw=True)
    kept = sorted((p / "output/sample.txt").read_text() for p in study.output.glob("archive/*"))
    assert kept == ["ONE", "TWO"]


def test_half_renamed_files_are_not_read(study, monkeypatch):
    interrupted(study, monkeypatch)
    with pytest.raises(SurveyKitError, match="a run was interrupted while the files of draw took their places"):
        journal.require_settled(study)


def entry(outputs):
    return {"fingerprint": "x", "inputs": {}, "outputs": outputs, "seed": None, "counts": {}}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"stage": "../../evil"}, "not the journal"),
        ({"archive": "../../evil"}, "not the journal"),
        ({"format": 2}, "not the journal"),
        ({"stage": None}, "not the journal"),
        ({"entry": entry({"../evil.txt": "x"}), "before": {"../evil.txt": "missing"}}, "outside the study"),
        ({"entry": entry({"out/evil.txt": "x"}), "before": {"out/evil.txt": "missing"}}, "outside the study"),
    ],
)
def test_a_journal_from_somebody_else_writes_nothing_outside(study, tmp_path_factory, change, told):
    outside = tmp_path_factory.mktemp("outside")
    (study.root / "out").symlink_to(outside)
    study.output.mkdir()
    Journal("draw", "study.yaml", entry({})).write(study.output)
    held = json.loads((study.output / JOURNAL).read_text())
    (study.output / JOURNAL).write_text(json.dumps(held | change))
    with pytest.raises(SurveyKitError, match=told):
        run(study)
    assert list(outside.iterdir()) == []
    assert not (study.root.parent / "evil.txt").exists()


def test_the_journal_of_another_study_file_is_refused(study):
    study.output.mkdir()
    Journal("draw", "study_b.yaml", entry({})).write(study.output)
    with pytest.raises(SurveyKitError, match=r"output/ holds what study_b.yaml made"):
        run(study)
