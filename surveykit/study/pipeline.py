"""The stages of a study in the order of their dependence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from surveykit.errors import SurveyKitError
from surveykit.study.running.stage import Stage
from surveykit.study.stages.draw import draw_again, draw_stage, plan_stage
from surveykit.study.stages.estimate import estimate_stage
from surveykit.study.stages.ingest import ingest_stage
from surveykit.study.stages.questionnaire import render_stage
from surveykit.study.stages.report import report_stage
from surveykit.study.stages.score import score_stage
from surveykit.study.stages.simulate import (
    simulate_answers_stage,
    simulate_frame_stage,
    simulate_responses_stage,
)
from surveykit.study.stages.two_steps import clusters_stage, listed_stage
from surveykit.study.stages.weight import weight_stage

if TYPE_CHECKING:
    from surveykit.study.files.study import StudyOutline

__all__ = ["giving_up", "stages_up_to", "study_stages"]


def study_stages(study: StudyOutline) -> list[Stage]:
    """Return all stages of a study.

    A simulated study makes its frame and its answers itself; any other takes them from the files that study.yaml names.
    """
    simulated = study.definition.files.simulation is not None
    stages = [simulate_frame_stage(study), simulate_answers_stage(study)] if simulated else []
    late = study.definition.data.listing is not None
    drawing = [clusters_stage(study), listed_stage(study)] if late else [draw_stage(study)]
    stages += [plan_stage(study), *drawing, render_stage(study)]
    stages += [simulate_responses_stage(study)] if simulated else []
    stages += [ingest_stage(study), weight_stage(study), estimate_stage(study)]
    stages += [score_stage(study), report_stage(study)]
    return [stage.located(study.located) for stage in stages]


def giving_up(stages: Sequence[Stage], reason: str) -> list[Stage]:
    """Return the stages, with that of the draw allowed to give up releases of the sample that it replaces."""
    return [draw_again(stage, reason) if stage.name == "draw" else stage for stage in stages]


def stages_up_to(stages: Sequence[Stage], last: str) -> list[Stage]:
    """Return the stages that the stage called `last` rests on, and itself.

    A stage is left out when nothing that it makes is needed on the way.

    Raises
    ------
    SurveyKitError
        The study has no such stage: only a simulated study simulates.
    """
    names = [stage.name for stage in stages]
    if last not in names:
        raise SurveyKitError(f"this study has no stage {last!r}: its study file names no simulation plan")
    needed: set[str] = set()
    chosen: list[Stage] = []
    for stage in reversed(stages[: names.index(last) + 1]):
        if stage.name == last or needed.intersection(stage.outputs):
            chosen.append(stage)
            needed.update(stage.inputs)
    return chosen[::-1]
