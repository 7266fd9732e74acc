"""Exit codes are those that the manual tells: 0 done, 1 a defect, 2 something to mend, 130 interrupted."""

import os
import resource
import shutil
import signal
import subprocess
import sys
import warnings

import pytest

from surveykit.cli.commands import check, doctor
from surveykit.cli.main import main
from surveykit.cli.manual import exit_codes
from surveykit.errors import InterpretationWarning


def test_the_manual_tells_four_codes():
    assert list(exit_codes("en")) == list(exit_codes("zh")) == ["0", "1", "2", "130"]


def test_done(call, town):
    assert call("--study", town, "check")[0] == 0
    assert call("--study", town, "run")[0] == 0


def test_something_to_mend(call, tmp_path):
    code, _, err = call("--study", tmp_path, "check")
    assert code == 2
    assert "no study.yaml there" in err


def test_a_defect_shows_a_traceback_and_asks_for_a_report(call, town, monkeypatch):
    def broken(options):
        raise RuntimeError("something impossible")

    monkeypatch.setattr(check.execute, "callback", broken)
    code, out, err = call("--study", town, "check", "--lang", "zh")
    assert code == 1
    assert "RuntimeError: something impossible" in err
    assert "这是 surveykit 的缺陷" in err
    assert out == ""


def test_an_interruption(call, town, monkeypatch):
    def interrupted(options):
        raise KeyboardInterrupt

    monkeypatch.setattr(check.execute, "callback", interrupted)
    code, _, err = call("--study", town, "check")
    assert code == 130
    assert "files are as they were, or whole and new" in err


def test_a_reader_that_leaves_is_no_error(town, process):
    command = f"{sys.executable} -m surveykit --study {town} estimate | head -1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr


def test_a_file_that_may_not_grow(tmp_path, process):
    """What a full disk does too: the message says what to do, and nothing is half written."""
    study = tmp_path / "town"
    assert main(["init", str(study), "-q"]) == 0
    done = process(
        "--study", study, "run", "--lang", "en",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000)),
    )  # fmt: skip
    assert done.returncode == 2
    assert "may not grow that large here" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list((study / "output").glob(".partial-*"))


@pytest.mark.parametrize(
    ("number", "told"),
    [(28, "free some space and call again"), (13, "change its rights"), (30, "copy the study to another one")],
)
def test_errors_of_the_system_say_what_to_do(call, town, monkeypatch, number, told):
    def fails(options):
        raise OSError(number, os.strerror(number), "output/report.pdf")

    monkeypatch.setattr(check.execute, "callback", fails)
    code, _, err = call("--study", town, "check")
    assert code == 2
    assert "output/report.pdf: " in err
    assert told in err
    assert told not in call("--study", town, "check", "--lang", "zh")[2]


def test_warnings_are_messages(ask, call, town, monkeypatch):
    def warns(options):
        warnings.simplefilter("always")
        warnings.warn("the file is empty", InterpretationWarning, stacklevel=1)
        return 0

    monkeypatch.setattr(check.execute, "callback", warns)
    _, out, err = call("--study", town, "check", "--lang", "zh")
    assert err == "surveykit: 警告: 文件是空的\n"
    assert out == ""
    _, answer = ask("--study", town, "check")
    assert answer["warnings"] == [{"kind": "InterpretationWarning", "what": "the file is empty"}]


def test_doctor_says_what_is_missing(call, ask, monkeypatch, tmp_path):
    from surveykit.study.tasks import surroundings

    assert call("doctor")[0] == 0
    monkeypatch.setattr(surroundings.shutil, "disk_usage", lambda place: shutil._ntuple_diskusage(10, 9, 1))
    monkeypatch.setattr(surroundings, "LEAST_BYTES", 5)
    code, answer = ask("doctor")
    assert code == 2
    missing = [finding for finding in answer["result"]["findings"] if finding["state"] == "missing"]
    assert [finding["name"] for finding in missing] == ["disk"]
    assert "free some space" in missing[0]["todo"]


def test_doctor_looks_at_the_folder(ask, tmp_path):
    code, answer = ask("--study", tmp_path / "nowhere", "doctor")
    found = {finding["name"]: finding for finding in answer["result"]["findings"]}
    assert code == 2
    assert found["study folder"]["state"] == "missing"
    assert {"Python", "surveykit", "fonts", "Pango (PDF)", "browser", "locale", "text encoding", "disk"} <= set(found)
    assert doctor.__doc__


def test_an_interrupt_signal(tmp_path):
    study = tmp_path / "town"
    assert main(["init", str(study), "-q"]) == 0
    command = [sys.executable, "-u", "-m", "surveykit", "--study", str(study), "run", "--progress"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stderr.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
