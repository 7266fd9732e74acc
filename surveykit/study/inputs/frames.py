"""The lists that a study draws from: its frame, with the table of clusters beside it where there is one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from surveykit.sampling import Allocation
    from surveykit.study.files.study import Study, StudyOutline

__all__ = ["first_lists", "listing_inputs", "study_allocation"]


def first_lists(study: StudyOutline) -> tuple[str, ...]:
    """Files that the first draw reads, as paths from the study's root."""
    data = study.definition.data
    return tuple(dict.fromkeys([data.frame, *([data.clusters] if data.clusters is not None else [])]))


def listing_inputs(study: StudyOutline) -> tuple[str, ...]:
    """Files of the listing that are there, and of what became of the clusters, as paths from the study's root."""
    data = study.definition.data
    found: list[str] = []
    if data.listing is not None:
        place = study.root / data.listing
        inside = sorted(path.name for path in place.iterdir() if path.is_file()) if place.is_dir() else []
        shown = [name for name in inside if not name.startswith((".", "~$"))]
        found += [(Path(data.listing) / name).as_posix() for name in shown]
        found += [data.listing] if place.is_file() else []
    status = data.listing_status
    return (*found, *([status] if status is not None and (study.root / status).exists() else []))


def study_allocation(study: Study, frame: Any = None) -> Allocation:
    """Return sizes by stratum, as plan and frame give them."""
    from surveykit.sampling import allocate, cluster_strata, stratum_table

    plan, opened = study.sampling_plan, study.frame_at_hand if frame is None else frame
    counted = cluster_strata if plan.listing is not None else stratum_table
    return allocate(plan, counted(plan, opened))
