"""A run may be killed, or its disk fail, at any file operation: the next one ends with the bytes of an undisturbed run.

The starter study with its own stages, inputs and outputs; what a stage computes is stood in for by a digest of all that
it is made from, so that a run takes a twentieth of a second and every operation can fail once.
"""

import hashlib
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from surveykit.cli.telling.failing import tell_error
from surveykit.cli.telling.terminal import Terminal
from surveykit.errors import OverwriteError, SurveyKitError
from surveykit.study.files.loading import load_study
from surveykit.study.pipeline import study_stages
from surveykit.study.running import manifest
from surveykit.study.running import run as running
from surveykit.study.running.run import all_current, run_stages
from surveykit.study.tasks.scaffold import start_study

sys.path.insert(0, str(Path(__file__).parent))

from faults import FAULTS, Killed, Seam, faulty

DRAWN = ("output/draw/sample.parquet", "output/draw/sample.csv", "output/draw/record.json")
# Name: what changes in which file before the run, whether it draws again, and what lies on another disk.
CASES = {
    "first": (None, False, None),
    "changed": (("analysis/indicators.yaml", "\n# changed\n"), False, None),
    "redraw": (("sampling/plan.yaml", "\n# changed\n"), True, None),
    "seeds": (("sampling/simulation.yaml", "\n# changed\n"), True, None),
    "data elsewhere": (("sampling/simulation.yaml", "\n# changed\n"), True, "data"),
    "draw elsewhere": (("sampling/plan.yaml", "\n# changed\n"), True, "output/draw"),
}


@pytest.fixture(autouse=True, scope="module")
def quick():
    """The library is the same throughout; its files are not read for every record."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (manifest, running):
            patch.setattr(module, "code_version", lambda: "x")
        patch.setattr(manifest, "package_versions", dict)
        yield


def digesting(stage):
    def make(making):
        inputs = b"".join((making.study.root / name).read_bytes() for name in stage.inputs)
        for name in stage.outputs:
            path = making.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(hashlib.sha256(name.encode() + inputs).hexdigest().encode() * 40)

    return replace(stage, make=make)


def run(study, **options):
    said = []
    result = run_stages(study, [digesting(stage) for stage in study_stages(study)], say=said.append, **options)
    return result, said


def content(folder):
    """Everything below a folder but the record, which tells times, the lock, and the archive."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    spared = ("output/manifest.json", "output/.lock")
    return {n: p.read_bytes() for n, p in found.items() if n not in spared and not n.startswith("output/archive/")}


def archives(folder):
    return sorted(path for path in (folder / "output/archive").glob("*") if path.is_dir())


class Case:
    """A study before a run, and what an undisturbed run makes of it."""

    def __init__(self, name, folder):
        change, self.redraw, self.elsewhere = CASES[name]
        self.before, self.after = folder / "before", folder / "after"
        start_study(self.before)
        if change is not None:
            run(load_study(self.before))
            file, text = change
            with (self.before / file).open("a", encoding="utf-8") as handle:
                handle.write(text)
        self.study = load_study(self.before)
        self.kept = {n: b for n, b in content(self.before).items() if n in DRAWN}
        shutil.copytree(self.before, self.after)
        with faulty(Seam(self.after, elsewhere=self.elsewhere)) as seam:
            run(self.of(self.after), redraw=self.redraw)
        self.operations = seam.operations
        self.wanted = content(self.after)

    def of(self, folder):
        """The study in a copy; its definitions are the same bytes."""
        return replace(self.study, root=folder)

    def disturbed(self, folder, at, fault):
        """Run a copy with a fault; return the exit code and what was said of it, None where nobody could say it."""
        shutil.copytree(self.before, folder)
        return self.disturb(folder, at, fault)

    def disturb(self, folder, at, fault):
        seam = Seam(folder, at, fault, self.elsewhere)
        try:
            with faulty(seam):
                run(self.of(folder), redraw=self.redraw)
        except Killed:
            return None
        except (OSError, SurveyKitError) as error:
            return error
        return "done"

    def finished(self, folder):
        """Run on, first as somebody who does not ask for another draw."""
        with faulty(Seam(folder, elsewhere=self.elsewhere)):
            try:
                run(self.of(folder))
            except OverwriteError as error:
                assert self.redraw
                assert "changed since it was made" in str(error)
                run(self.of(folder), redraw=True)


@pytest.fixture(scope="module")
def cases(tmp_path_factory, quick):
    return {name: Case(name, tmp_path_factory.mktemp("case")) for name in CASES}


def points(cases):
    return [
        (name, at, fault)
        for name, case in cases.items()
        for at in range(len(case.operations))
        for fault in FAULTS
        if fault != "full" or case.operations[at].split()[0] in ("write", "create", "mkdir")
    ]


def everything(folder):
    return {path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def holds(case, folder, at, fault, capsys):
    """Fail one run at one operation, run again, and compare."""
    said = case.disturbed(folder, at, fault)
    assert set(case.kept.values()) <= everything(folder), "an earlier sample is lost"
    if isinstance(said, Exception):
        capsys.readouterr()
        code, _ = tell_error(said, Terminal("en"))
        told = capsys.readouterr().err.strip()
        assert code == 2
        assert "\n" not in told
        assert told.startswith("surveykit: error: ")
        assert "Traceback" not in told
    case.finished(folder)
    assert_like_undisturbed(case, folder)
    shutil.rmtree(folder)


def assert_like_undisturbed(case, folder):
    assert content(folder) == case.wanted
    kept = archives(folder)
    assert len(kept) == (1 if case.redraw else 0)
    for name, old in case.kept.items():
        if case.redraw:
            assert (kept[0] / name).read_bytes() == old
    study = case.of(folder)
    assert all_current(study, study_stages(study))


def check(cases, chosen, folder, capsys):
    wrong = []
    for number, (name, at, fault) in enumerate(chosen):
        try:
            holds(cases[name], folder / str(number), at, fault, capsys)
        except (Exception, Killed) as error:
            wrong.append(
                f"{name}: {fault} at {at} ({cases[name].operations[at]}): {type(error).__name__}: {error}"[:400]
            )
    assert not wrong, "\n".join([f"{len(wrong)} of {len(chosen)}", *wrong[:20]])


def spread(chosen, number):
    return [chosen[round(place * (len(chosen) - 1) / (number - 1))] for place in range(number)]


def test_a_spread_of_faults(cases, tmp_path, capsys):
    check(cases, spread(points(cases), 72), tmp_path, capsys)


@pytest.mark.parametrize("fault", FAULTS)
def test_two_faults_in_a_row(cases, tmp_path, capsys, fault):
    """The run that makes an interruption good is interrupted itself."""
    case = cases["seeds"]
    for number, at in enumerate(spread(range(len(case.operations)), 4)):
        folder = tmp_path / str(number)
        case.disturbed(folder, at, "kill")
        case.disturb(folder, 20 + 60 * number, fault)
        assert set(case.kept.values()) <= everything(folder)
        case.finished(folder)
        assert_like_undisturbed(case, folder)


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", CASES)
def test_every_fault_at_every_operation(cases, tmp_path, capsys, name, fault):
    check(cases, [point for point in points(cases) if point[0] == name and point[2] == fault], tmp_path, capsys)
