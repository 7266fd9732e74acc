"""The first step: draw the units of the first stage from a table of them, before anything in them is listed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from surveykit.errors import DataError, DefinitionError, Problem, first_few
from surveykit.sampling.allocation.allocation import Allocation, allocate
from surveykit.sampling.drawing.clusters import CLUSTER_SIZE, list_clusters, path_expression
from surveykit.sampling.drawing.record import Sample, sample_digest
from surveykit.sampling.drawing.stages import draw_first
from surveykit.sampling.drawing.units import require_drawable
from surveykit.sampling.frames.digest import frame_digest
from surveykit.sampling.frames.frames import Frame, reading_of, require_columns, require_plain_type
from surveykit.sampling.frames.preparing import first_stage_plan, open_plan_frame, preparation_notes
from surveykit.sampling.frames.strata import require_numeric, stratum_table
from surveykit.sampling.plan.definition import SamplingPlan, plan_hash

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["cluster_strata", "draw_clusters", "expected_column", "open_clusters"]


def open_clusters(plan: SamplingPlan, clusters: Any) -> Frame:
    """Open the table of clusters of a plan with late listing, and see that it can be drawn from."""
    if plan.listing is None or plan.clusters is None:
        what = "the plan draws its clusters from the frame of units"
        raise DefinitionError([Problem(what, "give clusters and listing, or use draw", ("listing",))])
    opened = open_plan_frame(plan, clusters)
    first = plan.stages[0].id
    expected = expected_column(plan)
    kinds = require_columns(opened, [first, *plan.strata, *([expected] if expected else [])])
    require_plain_type(opened, first, kinds[first], "cluster")
    clash = [name for name in kinds if name.lower() in ("cluster_path", CLUSTER_SIZE) and name != first]
    if clash:
        raise DataError(
            f"clusters {opened.source!r}: columns have the names of columns that the draw adds ({first_few(clash)}): "
            "rename them"
        )
    return opened


def expected_column(plan: SamplingPlan) -> str | None:
    """Column of the table of clusters with the number of units that a listing should find."""
    if plan.listing is not None and plan.listing.expected is not None:
        return plan.listing.expected
    return plan.stages[0].selection.size


def cluster_strata(plan: SamplingPlan, clusters: Any) -> pd.DataFrame:
    """Count the table of clusters by stratum, for `allocate`.

    Parameters
    ----------
    plan : SamplingPlan
        A plan with ``clusters`` and ``listing``.
    clusters : path or table
        The table of clusters.

    Returns
    -------
    pandas.DataFrame
        What `stratum_table` gives of a frame of units: ``population_size`` is the number of expected units, rounded, or
        of clusters where nothing is expected; ``clusters`` their number.
    """
    opened = open_clusters(plan, clusters)
    bare = first_stage_plan(plan)
    table = stratum_table(bare, opened).rename(columns={"population_size": "clusters"})
    expected = expected_column(plan)
    if expected is None:
        return table.assign(population_size=table["clusters"])
    measured = bare.model_copy(update={"size": bare.size.model_copy(update={"measure": expected})})
    require_numeric(measured, opened)
    sums = stratum_table(measured, opened).set_index("stratum")["measure"]
    return table.assign(population_size=table["stratum"].map(sums).round().astype("int64"))


def draw_clusters(plan: SamplingPlan, clusters: Any, allocation: Allocation | None = None) -> Sample:
    """Draw the first stage of a plan whose units are listed afterwards.

    Parameters
    ----------
    plan : SamplingPlan
        A staged plan with ``clusters``, ``listing`` and a seed.
    clusters : path, pandas, polars or pyarrow table, or DuckDB relation
        A row per unit of the first stage, with its id, the strata, its size, and what orders or balances the draw.
    allocation : Allocation, optional
        Clusters by stratum (``sample_clusters``); found from the plan when left out.

    Returns
    -------
    Sample
        A row per drawn cluster with every column of the table, ``cluster_path``, ``cluster_size``, the probability of
        this stage and its inverse; and the record.

    Raises
    ------
    DefinitionError
        If the plan is wrong, has no seed, or has its units listed already.
    DataError
        If the table lacks columns, has clusters twice, or sizes that are missing or not positive.

    Notes
    -----
    The draw is the first stage of `draw` on a frame that holds the same clusters: the same seed gives the same
    clusters. With ``order`` (implicit stratification) and ``systematic_pps`` it is the standard household design
    (Kalton 1983; United Nations 2008).

    Examples
    --------
    >>> import pandas as pd
    >>> first = {"id": "village", "method": "systematic_pps", "selection": {"size": "households", "order": ["town"]},
    ...          "size": {"per_stratum": 2}}
    >>> plan = SamplingPlan.model_validate({"id": "p", "frame": {"id": "hh"}, "clusters": {}, "listing": {},
    ...     "seed": "s", "stages": [first, {"id": "hh", "size": {"per_stratum": 5}}]})
    >>> villages = pd.DataFrame({"village": list("abcd"), "town": list("xxyy"), "households": [40, 60, 50, 50]})
    >>> draw_clusters(plan, villages).table["inclusion_probability"].tolist()
    [0.6, 0.5]
    """
    require_drawable(plan)
    opened = open_clusters(plan, clusters)
    strata = cluster_strata(plan, opened)
    rows = int(strata["clusters"].sum())
    listed = list_clusters(plan, opened, 0)
    if len(listed) < rows:
        raise DataError(
            f"clusters {opened.source!r}: {rows - len(listed)} rows name a cluster that has a row already (column "
            f"{plan.stages[0].id!r}): keep one row per cluster"
        )
    listed = _with_columns(plan, opened, listed)
    keep = tuple(str(name) for name in listed if name not in ("cluster_path", CLUSTER_SIZE, *plan.strata))
    allocation = allocation or allocate(plan, strata)
    inner = draw_first(plan, listed, allocation, "all", keep)
    table = inner.table
    front = [plan.stages[0].id, *plan.strata]
    table = table[[*front, *(name for name in table.columns if name not in front)]]
    record = replace(
        inner.record,
        plan_id=plan.id,
        plan_hash=plan_hash(plan),
        plan=plan.model_dump(mode="json", exclude_defaults=True),
        seed=str(plan.seed),
        frame=opened.source,
        frame_rows=rows,
        frame_digest=frame_digest(plan, opened),
        sample_digest=sample_digest(table["stratum"].tolist(), table["cluster_path"].tolist()),
        notes=(*preparation_notes(plan, opened), *inner.record.notes),
        reading=reading_of(opened),
        stages=(inner.record,),
    )
    return Sample(table, record)


def _with_columns(plan: SamplingPlan, frame: Frame, listed: pd.DataFrame) -> pd.DataFrame:
    """Add the columns of the table of clusters that the list of clusters does not hold yet."""
    quote, text = frame.dialect.quote, frame.dialect.text
    first = plan.stages[0].id
    others = [name for name in frame.columns() if name not in listed and name != first]
    columns = [f"{path_expression(plan, frame, 1)} as cluster_path", *(quote(name) for name in others)]
    if first not in listed:
        columns.append(f"{text(quote(first))} as {quote(first)}")
    found: pd.DataFrame = frame.arrow(f"select {', '.join(columns)} from {frame.table}").to_pandas()
    return listed.merge(found, on="cluster_path", how="left", validate="one_to_one")
