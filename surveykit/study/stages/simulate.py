"""Simulate: the frame and would-be answers of a simulated study, and later the answers that come in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from surveykit.study.files import places
from surveykit.study.files.study import simulation_of
from surveykit.study.proving.log import release_settings
from surveykit.study.running.artefacts import read_parquet, write_csv, write_parquet
from surveykit.study.running.stage import Making, Stage

if TYPE_CHECKING:
    from surveykit.study.files.study import StudyOutline

__all__ = ["IDS", "simulate_answers_stage", "simulate_frame_stage", "simulate_responses_stage"]

IDS = {"platform": "unit_id", "residents": "resident_id"}


def simulate_frame_stage(study: StudyOutline) -> Stage:
    """Simulate the frame."""
    files, data = study.definition.files, study.definition.data
    assert files.simulation is not None
    return Stage(
        "simulate_frame",
        "simulating the frame",
        (files.simulation, files.regions, *_frame_margins(study)),
        (data.frame,),
        _make_frame,
        protected="foreign",
        settings=_settings(study),
    )


def simulate_answers_stage(study: StudyOutline) -> Stage:
    """Simulate what everybody on the frame would answer, and the true rates."""
    files, data = study.definition.files, study.definition.data
    assert files.simulation is not None
    assert data.answers is not None
    return Stage(
        "simulate_answers",
        "simulating would-be answers and their true rates",
        (files.simulation, files.regions, files.questionnaire, *files.margins.values(), data.frame),
        (data.answers, places.TRUTH),
        _make_answers,
        protected="foreign",
        settings=_settings(study),
    )


def simulate_responses_stage(study: StudyOutline) -> Stage:
    """Simulate the export of the survey platform for the drawn sample."""
    files, data = study.definition.files, study.definition.data
    assert files.simulation is not None
    assert data.answers is not None
    return Stage(
        "simulate_responses",
        "simulating the answers of the sample",
        (files.simulation, files.questionnaire, files.regions, data.answers, places.SAMPLE),
        (data.response_files[0],),
        _make_responses,
        protected="foreign",
        settings=_settings(study) | release_settings(study),
    )


def _settings(study: StudyOutline) -> dict[str, Any]:
    """What study.yaml says that simulated data depend on; they are not made again for another word of it."""
    return {"population": study.definition.data.population, "margins": dict(study.definition.files.margins)}


def _frame_margins(study: StudyOutline) -> tuple[str, ...]:
    """Files of the census margins, where the frame's makeup follows them."""
    return tuple(study.definition.files.margins.values()) if study.definition.data.population == "residents" else ()


def _make_frame(making: Making) -> None:
    from surveykit.simulation import simulate_frame, simulate_residents

    study = making.study
    plan = simulation_of(study)
    make = simulate_residents if study.definition.data.population == "residents" else simulate_frame
    frame = make(plan, study.regions, study.margins)
    write_parquet(making.output(study.definition.data.frame), frame)
    making.seed = plan.seed
    making.counts["frame"] = len(frame)


def _make_answers(making: Making) -> None:
    from surveykit.simulation import simulate_answers, true_rates

    study = making.study
    plan, data = simulation_of(study), study.definition.data
    assert data.answers is not None
    frame = read_parquet(study.root / data.frame)
    answers = simulate_answers(plan, frame, study.questionnaire)
    truth = true_rates(plan, frame, answers, study.regions, study.margins, listed=data.population)
    write_parquet(making.output(data.answers), answers.assign(unit_id=frame[IDS[data.population]].to_numpy()))
    write_csv(making.output(places.TRUTH), truth)
    making.seed = plan.seed
    making.counts["answers"] = len(answers)


def _make_responses(making: Making) -> None:
    from surveykit.simulation import simulate_responses, write_wjx_export
    from surveykit.study.proving.releasing import field_sample

    study = making.study
    plan = simulation_of(study)
    assert study.definition.data.answers is not None
    sample = field_sample(study)
    answers = read_parquet(study.root / study.definition.data.answers)
    table = simulate_responses(plan, sample, answers, study.questionnaire)
    write_wjx_export(table, study.questionnaire, making.output(study.definition.data.response_files[0]))
    making.seed = plan.seed
    making.counts |= {"sample": len(sample), "forms": len(table)}
