"""What is written is on the disk before it has its name; files moved aside or archived can be told apart."""

import os
import re
import stat
from types import SimpleNamespace

import pytest

from surveykit import report
from surveykit.study.running import manifest
from surveykit.study.running.run import run_stages
from surveykit.study.running.stage import Stage
from surveykit.study.tasks import report_files


def test_a_file_is_on_the_disk_before_it_takes_its_name(tmp_path, monkeypatch):
    """A rename that reaches the disk before the content leaves an empty file after a power cut (ext4, delayed)."""
    synced, real, target = [], os.fsync, tmp_path / "folder/a.txt"

    def fsync(descriptor):
        status = os.fstat(descriptor)
        if stat.S_ISREG(status.st_mode):
            synced.append((status.st_ino, status.st_size, target.exists()))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    manifest.write_atomically(target, b"content")
    assert (target.stat().st_ino, len(b"content"), False) in synced
    assert target.read_bytes() == b"content"
    assert [path.name for path in target.parent.iterdir()] == ["a.txt"]


def test_a_file_that_could_not_reach_the_disk_replaces_nothing(tmp_path, monkeypatch):
    target = tmp_path / "a.txt"
    target.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError("no space")))
    with pytest.raises(OSError, match="no space"):
        manifest.write_atomically(target, b"new")
    assert target.read_bytes() == b"old"


def test_what_is_moved_aside_is_named_by_its_stage_and_time(tmp_path):
    study = SimpleNamespace(
        root=tmp_path, output=tmp_path / "output", file="study.yaml", located=lambda name: name, loaded={},
        definition=SimpleNamespace(
            id="s", simulated=True, output="output",
            data=SimpleNamespace(response_files=[], frame="frame", answers=None),
        ),
    )  # fmt: skip

    def make(making):
        making.output("output/sample.txt").write_text((tmp_path / "plan.txt").read_text())

    said = []
    for plan in ("one", "two"):
        (tmp_path / "plan.txt").write_text(plan)
        stage = Stage("draw", "draw", ("plan.txt",), ("output/sample.txt",), make, "always")
        run_stages(study, [stage], say=said.append, redraw=True)
    (kept,) = list((tmp_path / "output/archive").rglob("sample.txt"))
    folder = kept.relative_to(tmp_path / "output/archive").parts[0]
    assert re.match(r"draw-\d{8}T\d{6}", folder), folder
    assert kept.read_text() == "one"
    assert any(f"output/archive/{folder}" in line for line in said)


def test_the_archive_file_has_a_name_of_its_own(monkeypatch):
    """PDF and PDF/A-3 are ordered together: under one name the second would replace the first."""
    for name in ("build_pdf", "render_html", "figure_files"):
        monkeypatch.setattr(report, name, lambda *_args, name=name, **options: f"{name} {options.get('variant')}")
    monkeypatch.setattr(report_files, "own_template", lambda _: {})
    study = SimpleNamespace(definition=SimpleNamespace(report_date="2024-05-01"))
    made = {kind: report_files._make(kind, study, None, None, None) for kind in ("pdf", "archive")}
    assert made == {"pdf": {".pdf": "build_pdf None"}, "archive": {"-archive.pdf": "build_pdf pdf/a-3u"}}
