"""Draw the sample of a plan, in one stage or in several."""

from __future__ import annotations

from typing import Any, Literal, get_args

from surveykit.errors import DefinitionError, Problem, choose
from surveykit.sampling.allocation.allocation import Allocation
from surveykit.sampling.drawing.record import IdsChecked, Sample
from surveykit.sampling.drawing.stages import draw_stages
from surveykit.sampling.drawing.units import draw_units, require_drawable
from surveykit.sampling.frames.preparing import open_plan_frame
from surveykit.sampling.plan.definition import SamplingPlan

__all__ = ["draw"]

IdCheck = Literal["auto", IdsChecked]


def draw(
    plan: SamplingPlan,
    frame: Any,
    allocation: Allocation | None = None,
    *,
    id_check: IdCheck = "auto",
) -> Sample:
    """Draw the sample that plan, frame and seed determine.

    The units of each stratum are ordered by the hash of ``seed:id``, and the first ones are taken. The order of rows,
    the file format and the engine do not matter.

    Parameters
    ----------
    plan : SamplingPlan
        The plan; it must have a seed.
    frame : path, pandas, polars or pyarrow table, or DuckDB relation
        The frame; files are read where they lie.
    allocation : Allocation, optional
        Sizes by stratum; found from the plan when left out.
    id_check : {"auto", "all", "candidates"}
        Which ids are compared for duplicates; ``"auto"`` compares all of them up to two million rows and the units
        near the cut beyond. The record says which.

    Returns
    -------
    Sample
        The sample table and the record of the draw. With a reserve the table holds the reserve units too, marked in the
        column ``reserve``; their probabilities and weights are those of the sample before any release.

    Raises
    ------
    DefinitionError
        If the plan is wrong or has no seed.
    DataError
        If the frame lacks columns, has missing, duplicate or floating-point ids, other strata than the plan, or fewer
        units in a stratum than it should give.

    Notes
    -----
    Simple random sampling without replacement within strata: the n smallest of independent uniform numbers are every
    subset with equal probability. Before ranking, units are kept whose hash lies below a share
    ``(n + 8 sqrt(n) + 20) / N``, which leaves the sample as it is (Meng 2013) and needs little memory.

    Examples
    --------
    >>> import pandas as pd
    >>> plan = SamplingPlan.model_validate(
    ...     {"id": "p", "frame": {"id": "u"}, "size": {"per_stratum": 2}, "seed": "demo"}
    ... )
    >>> draw(plan, pd.DataFrame({"u": ["a", "b", "c", "d"]})).table["u"].tolist()
    ['b', 'd']
    """
    choose("id_check", id_check, get_args(IdCheck))
    require_drawable(plan)
    if plan.listing is not None:
        what = "the units are listed after the first stage is drawn"
        raise DefinitionError(
            [Problem(what, "use draw_clusters, and draw_listed when the listing is there", ("listing",))]
        )
    opened = open_plan_frame(plan, frame)
    if plan.stages:
        return draw_stages(plan, opened, allocation, id_check)
    return draw_units(plan, opened, allocation, id_check)
