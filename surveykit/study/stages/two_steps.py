"""The stages of a draw in two steps: the communities, and when these are listed, units in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surveykit.study.files import places
from surveykit.study.inputs.frames import first_lists, listing_inputs
from surveykit.study.running.stage import Making, Stage

if TYPE_CHECKING:
    from surveykit.study.files.study import StudyOutline

__all__ = ["clusters_stage", "listed_stage"]


def clusters_stage(study: StudyOutline) -> Stage:
    """Draw the units of the first stage."""
    return Stage(
        "clusters",
        "drawing the communities",
        (study.definition.files.sampling_plan, *first_lists(study)),
        (places.CLUSTERS, places.CLUSTERS_CSV, places.CLUSTERS_RECORD, places.LISTING_FORM),
        _make_clusters,
        protected="always",
    )


def listed_stage(study: StudyOutline) -> Stage:
    """Draw units from the listing of the drawn communities."""
    files = study.definition.files
    return Stage(
        "draw",
        "drawing the sample from the listing",
        (files.sampling_plan, *first_lists(study), places.CLUSTERS, places.CLUSTERS_RECORD, *listing_inputs(study)),
        (places.SAMPLE, places.SAMPLE_CSV, places.DRAW_RECORD, places.LISTING_REPORT),
        _make_sample,
        protected="always",
    )


def _make_clusters(making: Making) -> None:
    from surveykit.study.stages.drawing_steps import make_clusters

    make_clusters(making)


def _make_sample(making: Making, given_up: str | None = None) -> None:
    from surveykit.study.stages.drawing_steps import make_sample

    make_sample(making, given_up)
