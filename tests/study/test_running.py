"""Only what is out of date is made; artefacts appear whole or not at all; a drawn sample is never replaced silently."""

import json
from types import SimpleNamespace

import pytest

from surveykit.errors import OverwriteError, SurveyKitError
from surveykit.study.running import run as running
from surveykit.study.running.lock import study_lock
from surveykit.study.running.run import run_stages
from surveykit.study.running.stage import Stage


@pytest.fixture
def study(tmp_path):
    (tmp_path / "plan.txt").write_text("one")
    return SimpleNamespace(
        root=tmp_path,
        output=tmp_path / "output",
        file="study.yaml",
        located=lambda name: name,
        loaded={},
        definition=SimpleNamespace(
            id="s",
            simulated=True,
            output="output",
            data=SimpleNamespace(response_files=[], frame="frame", answers=None),
        ),
    )


def copier(name, source, target, *, protected="", fail=False):
    def make(making):
        text = (making.study.root / source).read_text()
        making.output(target).write_text(text.upper())
        making.counts["letters"] = len(text)
        if fail:
            raise KeyboardInterrupt

    return Stage(name, name, (source,), (target,), make, protected)


def stages(**options):
    return [
        copier("draw", "plan.txt", "output/sample.txt", protected="always"),
        copier("report", "output/sample.txt", "output/report.txt", **options),
    ]


def run(study, chosen, **options):
    return run_stages(study, chosen, say=lambda line: None, **options)


def test_second_run_does_nothing(study):
    assert run(study, stages()).made == ["draw", "report"]
    second = run(study, stages())
    assert second.made == []
    assert second.current == ["draw", "report"]


def test_the_record_holds_hashes_and_counts(study):
    run(study, stages())
    record = json.loads((study.root / "output/manifest.json").read_text())
    assert record["stages"]["draw"]["counts"] == {"letters": 3}
    assert len(record["stages"]["report"]["inputs"]["output/sample.txt"]) == 64
    assert record["study"] == "s"
    assert "numpy" in record["versions"]


def test_a_deleted_or_changed_output_is_made_again(study):
    run(study, stages())
    (study.root / "output/report.txt").write_text("tampered")
    assert run(study, stages()).made == ["report"]
    (study.root / "output/report.txt").unlink()
    assert run(study, stages()).made == ["report"]
    assert (study.root / "output/report.txt").read_text() == "ONE"


def test_new_code_remakes_results_but_not_the_sample(study, monkeypatch):
    run(study, stages())
    monkeypatch.setattr(running, "code_version", lambda: "newer")
    assert run(study, stages()).made == ["report"]


def test_a_changed_plan_never_replaces_the_sample_silently(study):
    run(study, stages())
    (study.root / "plan.txt").write_text("two")
    with pytest.raises(OverwriteError, match=r"plan.txt has changed.*--redraw"):
        run(study, stages())
    assert (study.root / "output/sample.txt").read_text() == "ONE"
    assert run(study, stages(), redraw=True).made == ["draw", "report"]
    kept = list((study.root / "output/archive").rglob("sample.txt"))
    assert [path.read_text() for path in kept] == ["ONE"]
    assert (study.root / "output/sample.txt").read_text() == "TWO"


def test_a_sample_of_unknown_origin_is_kept(study):
    (study.root / "output").mkdir()
    (study.root / "output/sample.txt").write_text("somebody's")
    with pytest.raises(OverwriteError, match="no record"):
        run(study, stages())
    assert (study.root / "output/sample.txt").read_text() == "somebody's"


def test_data_that_a_stage_made_are_made_again_and_others_are_kept(study):
    stage = copier("simulate", "plan.txt", "data/frame.txt", protected="foreign")
    run(study, [stage])
    (study.root / "plan.txt").write_text("two")
    assert run(study, [stage]).made == ["simulate"]
    (study.root / "data/frame.txt").write_text("the user's own")
    with pytest.raises(OverwriteError, match="not the file that was made"):
        run(study, [stage])
    assert (study.root / "data/frame.txt").read_text() == "the user's own"


def test_a_deleted_sample_is_drawn_again(study):
    run(study, stages())
    (study.root / "output/sample.txt").unlink()
    assert run(study, stages()).made == ["draw"]


def test_force_spares_the_sample(study):
    run(study, stages())
    assert run(study, stages(), force=True).made == ["report"]


def test_an_interrupted_stage_leaves_what_was_there(study):
    run(study, stages())
    (study.root / "output/report.txt").write_text("old but good")
    with pytest.raises(KeyboardInterrupt):
        run(study, stages(fail=True))
    assert (study.root / "output/report.txt").read_text() == "old but good"
    assert not list((study.root / "output").glob(".partial-*"))
    assert run(study, stages()).made == ["report"]


def test_killed_between_record_and_files(study):
    """The record is written first; files that do not match it are made again, the protected ones too."""
    run(study, stages())
    (study.root / "output/sample.txt").unlink()
    (study.root / "output/report.txt").write_text("half")
    assert run(study, stages()).made == ["draw", "report"]


def test_a_stage_that_breaks_its_promise_is_a_defect(study):
    lazy = Stage("lazy", "lazy", ("plan.txt",), ("output/x.txt",), lambda making: None)
    with pytest.raises(RuntimeError, match=r"did not make output/x.txt"):
        run(study, [lazy])


def test_a_missing_input_is_named(study):
    (study.root / "plan.txt").unlink()
    with pytest.raises(SurveyKitError, match=r"draw: needs plan.txt"):
        run(study, stages())


def test_one_run_at_a_time(study):
    with study_lock(study.output), pytest.raises(SurveyKitError, match="another run"):
        run(study, stages())
    run(study, stages())


@pytest.mark.parametrize("text", ["{", "[]", '{"format": 99}'])
def test_a_damaged_record_is_an_error_and_nothing_is_lost(study, text):
    run(study, stages())
    (study.root / "output/manifest.json").write_text(text)
    with pytest.raises(SurveyKitError, match=r"manifest.json"):
        run(study, stages())
    assert (study.root / "output/sample.txt").exists()
