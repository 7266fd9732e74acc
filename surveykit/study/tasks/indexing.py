"""Write a study's frame sorted by stratum and permanent random number."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from surveykit.errors import OverwriteError, SurveyKitError
from surveykit.sampling import index_frame
from surveykit.study.files import places
from surveykit.study.running.lock import study_lock
from surveykit.study.running.private import keep_private

if TYPE_CHECKING:
    from surveykit.sampling import FrameIndex
    from surveykit.study.files.study import Study

__all__ = ["index_lines", "index_study_frame"]


def index_study_frame(study: Study, target: Path | None = None) -> FrameIndex:
    """Index the frame.

    Parameters
    ----------
    study : Study
        Its plan must draw simple random samples in one stage, and have a seed.
    target : pathlib.Path, optional
        The file to write; frame_index.parquet in the study's output folder when left out.

    Raises
    ------
    SurveyKitError
        The plan cannot be drawn from an index, or the frame is wrong.
    OverwriteError
        The file exists.
    """
    plan, file = study.sampling_plan, study.definition.files.sampling_plan
    if plan.stages or plan.method != "srs":
        how = "in stages" if plan.stages else f"by method {plan.method!r}"
        raise SurveyKitError(
            f"frame index: {file} draws {how}; an index serves simple random samples in one stage (method: srs). "
            "'surveykit draw' needs no index"
        )
    if plan.seed is None:
        raise SurveyKitError(f"frame index: {file} has no seed, which decides the order of the index: give one first")
    path = target or study.path(places.FRAME_INDEX)
    if path.exists():
        raise OverwriteError(
            f"frame index: {path} exists and may serve a draw: remove it yourself, or name another file with --file"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    with study_lock(study.output):
        index = index_frame(plan, study.root / study.definition.data.frame, path)
        if target is None:
            keep_private(study, path, study.located(places.FRAME_INDEX))
        return index


def index_lines(study: Study, index: FrameIndex) -> list[str]:
    """Say what an index holds and how it is used."""
    counts = index.content["counts"]
    return [
        f"{sum(counts.values()):,} units in {len(counts)} strata, by stratum and permanent random number: {index.path}",
        "A simple random sample of a stratum is its first rows. The index is for frames so large that reading them for",
        "each draw takes long; it holds for the plan's seed, hash, id and strata, and until the frame changes.",
        "In Python, from the study's folder:",
        "    from pathlib import Path",
        "    import surveykit as sk",
        "    from surveykit.study.files.loading import load_study",
        f"    plan = load_study(Path({study.file!r}).resolve()).sampling_plan",
        f"    sample = sk.draw_indexed(plan, sk.sampling.open_index({str(index.path)!r}))",
        "It is the sample of 'surveykit draw', and sk.verify_draw accepts its record; larger ones hold smaller ones.",
    ]
