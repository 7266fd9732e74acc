"""The built wheel carries all it needs: in an empty environment outside the repository a new study runs to its PDF."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.wheel


def call(*command, cwd, **options):
    done = subprocess.run(
        command, cwd=cwd, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **options
    )
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    call(sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT), cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_what_it_must_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {"surveykit"}
    fonts = [name for name in names if name.endswith(".otf")]
    assert len(fonts) == 5
    assert "surveykit/report/fonts/OFL.txt" in names
    assert "surveykit/study/starter/study.yaml" in names
    assert "surveykit/py.typed" in names
    source = {path.relative_to(ROOT).as_posix() for path in (ROOT / "surveykit").rglob("*") if path.is_file()}
    tracked = {name for name in source if "__pycache__" not in name and not name.endswith(".pyc")}
    assert tracked <= set(names), sorted(tracked - set(names))


def test_a_new_study_runs_in_an_empty_environment(wheel, tmp_path):
    environment = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    call(sys.executable, "-m", "venv", "empty", cwd=tmp_path, env=environment)
    python = tmp_path / "empty" / "bin" / "python"
    constraints = str(ROOT / "constraints.txt")
    call(str(python), "-m", "pip", "install", "-q", "-c", constraints, str(wheel), cwd=tmp_path, env=environment)
    surveykit = str(tmp_path / "empty" / "bin" / "surveykit")
    assert "files written" in call(surveykit, "init", "town", cwd=tmp_path, env=environment)
    assert "no problems found" in call(surveykit, "check", cwd=tmp_path / "town", env=environment)
    shown = call(surveykit, "run", cwd=tmp_path / "town", env=environment)
    assert "the report is" in shown
    assert (tmp_path / "town/output/report.pdf").read_bytes().startswith(b"%PDF-")
    assert "nothing to do" in call(surveykit, "run", cwd=tmp_path / "town", env=environment)
