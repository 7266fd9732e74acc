"""The weighting plan runs once for each analysis; what follows reads its file; an edited output is told and kept."""

import numpy as np
import pandas as pd
import pytest

import surveykit.weighting
from surveykit.errors import DataError
from surveykit.scoring import estimate_indicators
from surveykit.study.files import places
from surveykit.study.files.loading import load_study
from surveykit.study.inputs.weighted import read_linked, weighted_design, weighting_for, with_indicators
from surveykit.study.pipeline import study_stages
from surveykit.study.running.run import run_stages

LOOK_LIKE_INPUTS = [
    places.WEIGHTS,
    places.FINAL_WEIGHTS,
    places.WEIGHTING_LOG,
    places.ALLOCATION,
    places.COLUMN_MAP_CSV,
    places.QUOTA,
    places.CLEANING_LOG,
    places.ESTIMATES,
    places.ESTIMATES_TABLE,
    places.SCORE_TABLE,
]


@pytest.fixture
def counted(monkeypatch):
    """How often a weighting plan was run."""
    runs, real = [], surveykit.weighting.apply_weighting

    def apply_weighting(*arguments, **options):
        runs.append(1)
        return real(*arguments, **options)

    monkeypatch.setattr("surveykit.study.inputs.weighted.apply_weighting", apply_weighting)
    return runs


def test_a_run_weights_once_for_each_analysis(fresh_town, call, counted):
    analyses = load_study(fresh_town).definition.analyses
    assert len(analyses) == 2
    assert call(fresh_town, "run")[0] == 0
    assert len(counted) == 2
    # New rates, scores, sensitivity and report are made from the same weights.
    indicators = fresh_town / "analysis/indicators.yaml"
    indicators.write_text(indicators.read_text(encoding="utf-8") + "\n# another day\n", encoding="utf-8")
    code, *shown = call(fresh_town, "run")
    told = "".join(shown)
    assert code == 0 and "estimating rates" in told and "writing the report" in told
    assert len(counted) == 2


def test_what_is_read_is_the_design_of_the_plan_to_the_last_bit(finished_study):
    study = load_study(finished_study)
    linked, missing = read_linked(study)
    for analysis in study.definition.analyses:
        read = weighted_design(study, analysis, linked, missing)
        made = weighting_for(study, analysis, with_indicators(study, linked, missing)).design
        assert np.array_equal(read.weights, made.weights)
        ours, other = (estimate_indicators(design, study.indicators, by="district") for design in (read, made))
        pd.testing.assert_frame_equal(ours.table, other.table, check_exact=True)
        assert np.array_equal(ours.covariance, other.covariance)
    shown = pd.read_csv(finished_study / places.WEIGHTS, dtype=str)
    own = shown.loc[shown["analysis"] == study.definition.analyses[-1].id, "final_weight"]
    assert np.array_equal([float(text) for text in own], made.weights)


def test_edited_outputs_are_told_kept_and_not_read(town, call):
    """A user who writes other weights into weights.csv must not believe that they are in the report."""
    before = {name: (town / name).read_bytes() for name in LOOK_LIKE_INPUTS}
    report = (town / places.REPORT_PDF).read_bytes()
    for name in LOOK_LIKE_INPUTS:
        (town / name).write_bytes(before[name] + b"edited\n")
    code, *shown = call(town, "run")
    told = "".join(shown)
    assert code == 0, told
    for name in LOOK_LIKE_INPUTS:
        assert f"{name} is not the file that was made: it is made again, and the changed one is not read" in told
        assert (town / name).read_bytes() == before[name]
        kept = [path for path in (town / "output/archive").rglob(name.split("/")[-1]) if name in path.as_posix()]
        assert [path.read_bytes() for path in kept] == [before[name] + b"edited\n"]
    assert "the earlier files are kept in output/archive/weight-" in told
    assert (town / places.REPORT_PDF).read_bytes() == report
    code, *shown = call(town, "run")
    assert code == 0 and "is not the file" not in "".join(shown)


def test_weights_of_other_rows_or_of_no_analysis_are_refused(finished_study):
    study = load_study(finished_study)
    linked, missing = read_linked(study)
    analysis = study.definition.analyses[0]
    with pytest.raises(
        DataError, match=r"output/weights/weights\.parquet: the weights are those of other sampled units"
    ):
        weighted_design(study, analysis, linked[::-1], missing[::-1])
    with pytest.raises(DataError, match=r"weights\.parquet: there are no weights for 'visitors': weight again"):
        weighted_design(study, analysis.model_copy(update={"id": "visitors"}), linked, missing)


def test_the_steps_after_weighting_name_the_weights_as_their_input(finished_study):
    study = load_study(finished_study)
    stages = {stage.name: stage for stage in study_stages(study)}
    assert places.FINAL_WEIGHTS in stages["estimate"].inputs and places.FINAL_WEIGHTS in stages["report"].inputs
    assert not set(stages["estimate"].inputs) & {
        study.definition.files.weighting,
        *study.definition.files.margins.values(),
    }
    assert (finished_study / places.FINAL_WEIGHTS).stat().st_mode & 0o077 == 0


def test_a_deleted_output_is_made_again_without_an_archive(town):
    study, said = load_study(town), []
    (town / places.WEIGHTS).unlink()
    assert run_stages(study, study_stages(study), say=said.append).made == ["weight"]
    assert not (town / "output/archive").exists()
    assert not [line for line in said if "is not the file" in line]
