"""The journal is read through the door; what is personal stays so, and what is a user's own stays, after a kill too."""

import errno
import json
import os
import stat
from types import SimpleNamespace

import pytest

from surveykit.errors import SurveyKitError
from surveykit.files import looking
from surveykit.study.running import durable, journal, making
from surveykit.study.running.journal import JOURNAL, Journal, read_journal
from surveykit.study.running.leftovers import find_leftovers
from surveykit.study.running.manifest import Manifest
from surveykit.study.running.run import run_stages
from surveykit.study.running.stage import Stage

SAMPLE, RECORD = "output/draw/sample.csv", "output/draw/record.json"
ENTRY = {"fingerprint": "x", "inputs": {}, "outputs": {}, "seed": None, "counts": {}}


class Killed(BaseException):
    """The process is no more."""


@pytest.fixture
def study(tmp_path):
    (tmp_path / "plan.txt").write_text("one")
    data = SimpleNamespace(frame="data.txt", answers=None, response_files=[])
    return SimpleNamespace(
        root=tmp_path,
        output=tmp_path / "output",
        file="study.yaml",
        located=lambda name: name,
        loaded={},
        definition=SimpleNamespace(id="s", simulated=True, output="output", data=data),
    )


def drawing():
    def make(making):
        for name in (SAMPLE, RECORD):
            making.output(name).write_text((making.study.root / "plan.txt").read_text())

    return [Stage("draw", "draw", ("plan.txt",), (SAMPLE, RECORD), make, "always")]


def run(study, **options):
    return run_stages(study, drawing(), say=lambda line: None, **options)


def whole(**change):
    made = {"format": 1, "stage": "draw", "study_file": "study.yaml", "entry": ENTRY, "before": {}, "guarded": True}
    return json.dumps(made | {"archive": None} | change)


HOSTILE = {
    "empty": "",
    "a list": "[]",
    "cut off": whole()[:-9],
    "nested deeply": "[" * 200_000,
    "no UTF-8": b"\xff\xfe{}",
    "a long number": whole(guarded=10**900),
    "no number": whole().replace("true", "NaN"),
    "another form": whole(format=2),
    "one name more": whole(more=1),
    "outputs in a list": whole(entry=ENTRY | {"outputs": ["a"]}, before={"a": "x"}),
    "a hash that is none": whole(entry=ENTRY | {"outputs": {"a": 1}}, before={"a": "x"}),
    "no fingerprint": whole(entry={"outputs": {}}),
    "a stage that is a number": whole(stage=1),
    "a stage elsewhere": whole(stage="../draw"),
    "an archive without a name": whole(archive=""),
    "an archive above": whole(archive=".."),
}


@pytest.mark.parametrize("held", HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_journal_is_told_in_one_error(study, held):
    study.output.mkdir()
    (study.output / JOURNAL).write_bytes(held if isinstance(held, bytes) else held.encode())
    for what in (lambda: read_journal(study.output), lambda: run(study)):
        with pytest.raises(
            SurveyKitError, match=r"\.journal\.json: not the journal of an interrupted run: move it away"
        ):
            what()
    assert not (study.root / SAMPLE).exists()


@pytest.mark.parametrize("kind", ["pipe", "folder", "link"])
def test_what_is_no_file_is_no_journal_and_nothing_waits_for_it(study, kind):
    study.output.mkdir()
    path = study.output / JOURNAL
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        (study.root / "elsewhere.json").write_text(whole())
        path.symlink_to(study.root / "elsewhere.json")
    with pytest.raises(SurveyKitError, match="not the journal of an interrupted run: move it away"):
        read_journal(study.output)


def test_where_there_is_no_journal_there_is_none(study):
    assert read_journal(study.output) is None
    study.output.write_text("a file")
    assert read_journal(study.output) is None


def test_a_journal_that_was_written_is_read(study):
    study.output.mkdir()
    entry = ENTRY | {"outputs": {"a": "x"}}
    written = Journal("draw", "study.yaml", entry, {"a": "missing"}, archive="draw-20240101T000000-2")
    written.write(study.output)
    assert read_journal(study.output) == written


@pytest.mark.parametrize("code", [errno.EIO, errno.EACCES])
@pytest.mark.parametrize("seam", ["open", "lstat"])
def test_a_journal_or_record_on_a_broken_disk_is_not_to_be_moved_away(study, monkeypatch, code, seam):
    """Moving it away would lose what it says; a disk that fails says nothing of its content."""
    run(study)
    Journal("draw", "study.yaml", ENTRY).write(study.output)
    mine = {str(study.output / JOURNAL), str(study.output / "manifest.json")}
    real = getattr(os, seam)

    def failing(path, *rest, **more):
        if isinstance(path, str | os.PathLike) and os.fspath(path) in mine:
            raise OSError(code, os.strerror(code), os.fspath(path))
        return real(path, *rest, **more)

    if seam == "open":
        monkeypatch.setattr(os, seam, failing)
    else:
        monkeypatch.setattr(type(study.output), "lstat", failing)
    for read, what in (
        (lambda: read_journal(study.output), "journal of an interrupted run"),
        (lambda: Manifest.load(study.output / "manifest.json"), "record of earlier runs"),
    ):
        with pytest.raises(SurveyKitError, match=what) as told:
            read()
        assert os.strerror(code) in str(told.value)
        assert "move it away" not in str(told.value)
        assert "nothing was changed" in str(told.value)


def test_a_journal_that_goes_while_it_is_read_is_none(study, monkeypatch):
    """Another process has finished its run between the look and the opening."""
    study.output.mkdir()
    Journal("draw", "study.yaml", ENTRY).write(study.output)

    def gone(path, **options):
        path.unlink()
        return looking.read_json(path, **options)

    monkeypatch.setattr(journal, "read_json", gone)
    assert read_journal(study.output) is None


@pytest.mark.parametrize("content", ['{"format": 1}', '{"format": 1, "stages": {"draw": {}}, "files": {}}', "[]"])
def test_a_record_of_another_form_is_told(study, content):
    study.output.mkdir()
    (study.output / "manifest.json").write_text(content)
    with pytest.raises(SurveyKitError, match="not a manifest of this version: move it away"):
        run(study)


def test_files_of_a_user_are_no_leftovers(study):
    run(study)
    kept = [study.output / "notes.partial", study.output / "draw" / "half.partial", study.root / "x.partial"]
    gone = [study.output / ".notes.partial", study.output / "draw" / ".sample.csv.partial"]
    for path in kept + gone:
        path.write_text("mine")
    assert set(find_leftovers(study.root, study.output, [SAMPLE])) == set(gone)
    run(study)
    assert [path.exists() for path in kept + gone] == [True] * 3 + [False] * 2


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
@pytest.mark.parametrize("mode", [0o600, 0o640])
def test_a_copy_is_its_owners_alone_until_it_has_its_rights(tmp_path, monkeypatch, mode):
    source, target = tmp_path / "a", tmp_path / "b"
    source.write_bytes(b"names")
    source.chmod(mode)
    seen, real = [], durable.shutil.copyfileobj

    def copy(reading, writing, size):
        seen.append(stat.S_IMODE(os.fstat(writing.fileno()).st_mode))
        real(reading, writing, size)

    monkeypatch.setattr(durable.shutil, "copyfileobj", copy)
    before = os.umask(0)
    try:
        durable.copy_whole(source, target)
    finally:
        os.umask(before)
    assert seen == [0o600]
    assert stat.S_IMODE(target.stat().st_mode) == mode


def modes(study):
    return {name: oct(stat.S_IMODE((study.root / name).stat().st_mode)) for name in (SAMPLE, "output/draw")}


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_recovery_gives_folders_and_files_their_rights(study, monkeypatch, after):
    """Whatever the kill left, also where rights were changed, or lost by a disk, before the next run."""
    real, done = journal.move_whole, []

    def move(source, target):
        if len(done) == after:
            raise Killed
        done.append(target)
        real(source, target)

    def save(*_, **more):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(journal, "move_whole", move)
        patch.setattr(Manifest, "save", save)
        with pytest.raises(Killed):
            run(study)
    (study.output / "draw").chmod(0o755)
    for path in (study.root / SAMPLE, study.output / ".partial-draw" / SAMPLE):
        if path.exists():
            path.chmod(0o644)
    run(study)
    assert modes(study) == {SAMPLE: "0o600", "output/draw": "0o700"}


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
def test_real_folders_keep_their_rights_until_the_journal_is_written(study, monkeypatch):
    run(study)
    (study.output / "draw").chmod(0o755)
    (study.root / "plan.txt").write_text("two")

    def full(self, output):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(making.Journal, "write", full)
    with pytest.raises(OSError, match="space"):
        run(study, redraw=True)
    assert modes(study) == {SAMPLE: "0o600", "output/draw": "0o755"}
    assert (study.root / SAMPLE).read_text() == "one"


def test_the_public_file_takes_its_places_by_the_journal(town, call, monkeypatch):
    """Killed between two renames, the next command has all three files of the same call."""
    assert call(town, "deidentify", "--keys", "district")[0] == 0
    before = {path.name: path.read_bytes() for path in (town / "output/public").iterdir()}
    real, done = journal.move_whole, []

    def move(source, target):
        if done:
            raise Killed
        done.append(target)
        real(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(journal, "move_whole", move)
        with pytest.raises(Killed):
            call(town, "deidentify", "--keys", "district", "--k", "9")
    assert read_journal(town / "output").stage == "deidentify"
    assert call(town, "run")[0] == 0
    assert read_journal(town / "output") is None
    after = {path.name: path.read_bytes() for path in (town / "output/public").iterdir()}
    assert set(after) == set(before) == {"data.csv", "risk.csv", "log.csv"}
    assert any(after[name] != before[name] for name in ("data.csv", "risk.csv", "log.csv"))
    assert Manifest.load(town / "output" / "manifest.json").stages["deidentify"]["counts"]["records"] > 0
