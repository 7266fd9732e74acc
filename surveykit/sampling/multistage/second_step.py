"""The second step: draw units from the listing of the drawn clusters, and prove both steps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from surveykit.errors import DataError, SurveyKitError, first_few
from surveykit.sampling.allocation.allocation import Allocation
from surveykit.sampling.allocation.targets import units_in_cluster
from surveykit.sampling.drawing.comparing import record_differences, sample_differences
from surveykit.sampling.drawing.record import DrawRecord, Sample, sample_digest
from surveykit.sampling.drawing.stages import draw_later, join_stages, require_free_names
from surveykit.sampling.drawing.verify import DrawVerification
from surveykit.sampling.frames.frames import open_frame
from surveykit.sampling.multistage.checking import check_listing, require_sound
from surveykit.sampling.multistage.first_step import draw_clusters, expected_column
from surveykit.sampling.plan.definition import SamplingPlan, plan_hash

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["draw_listed", "verify_clusters", "verify_listed"]

CHECKS = ("plan", "table of clusters", "listing", "sizes", "every field of the record", "sample")


def draw_listed(plan: SamplingPlan, first: Sample, listing: Any, status: Any = None) -> Sample:
    """Draw units from the listing of the clusters that were drawn.

    Parameters
    ----------
    plan : SamplingPlan
        The plan that drew the clusters.
    first : Sample
        What `draw_clusters` drew.
    listing, status
        What was listed, and what could not be; see `check_listing`.

    Returns
    -------
    Sample
        As `draw` gives it for a plan of stages, with ``listing_status``. The inclusion probability is the product of
        the stages' own: that of the first as it was drawn, those of later ones by the number of units actually listed.
        A refused cluster is in the sample with as many rows as units were to be drawn there, ids
        ``cluster#1``, ``cluster#2`` and so on, which stand for the units that were expected; they are nonresponse. The
        record has the stages' records; its frame digest is that of the table of clusters, the digest of the listing is
        that of the second stage.

    Raises
    ------
    DataError
        With every problem of the listing.

    Notes
    -----
    Sizes that turn out other than expected change the probabilities of the second stage only; weights stay the inverse
    of the probability with which a unit was really drawn (United Nations 2008, chapter 4).

    Examples
    --------
    >>> import pandas as pd
    >>> first = {"id": "v", "method": "systematic_pps", "selection": {"size": "n"}, "size": {"per_stratum": 1}}
    >>> plan = SamplingPlan.model_validate({"id": "p", "frame": {"id": "hh"}, "clusters": {}, "listing": {},
    ...     "seed": "s", "stages": [first, {"id": "hh", "size": {"per_stratum": 2}}]})
    >>> drawn = draw_clusters(plan, pd.DataFrame({"v": ["a", "b"], "n": [4, 6]}))
    >>> drawn.table[["v", "inclusion_probability"]].values.tolist()
    [['b', 0.6]]
    >>> households = pd.DataFrame({"v": "b", "hh": [f"b{i}" for i in range(8)]})
    >>> draw_listed(plan, drawn, households).table["inclusion_probability"].round(4).tolist()  # 0.6 * 2 / 8
    [0.15, 0.15]
    """
    if [stage.plan_id for stage in first.record.stages] != [f"{plan.id}:1"]:
        raise DataError("listing: these clusters were not drawn by draw_clusters with this plan: draw them first")
    if first.record.plan_hash != plan_hash(plan):
        raise DataError("listing: the plan is not the one that the clusters were drawn by: draw with that one")
    report = check_listing(plan, first, listing, status)
    require_sound(report)
    units = _with_clusters(plan, first, report.units)
    require_free_names(plan, [str(name) for name in units], "listing")
    start = Sample(first.table, first.record.stages[0])
    sample = join_stages(plan, first.record.frame, draw_later(plan, open_frame(units), start, "all"))
    table = sample.table.assign(listing_status="listed")
    table = _with_refused(plan, first, table, report.table)
    record = replace(
        sample.record,
        frame_rows=len(units),
        frame_digest=first.record.frame_digest,
        ids_checked="all",
        reading=first.record.reading,
        sample_digest=sample_digest(table["stratum"].tolist(), table[plan.frame.id].tolist()),
        notes=(*sample.record.notes, *report.notes),
    )
    return Sample(table, record)


def _with_clusters(plan: SamplingPlan, first: Sample, units: pd.DataFrame) -> pd.DataFrame:
    """Put strata and carried columns of the drawn clusters beside the listed units."""
    carried = [*plan.strata, *(plan.clusters.keep if plan.clusters is not None else ())]
    lacking = [name for name in carried if name not in first.table]
    if lacking:
        raise DataError(f"clusters: columns of clusters.keep are missing ({first_few(lacking)}): correct the plan")
    clash = [name for name in carried if name in units and name not in plan.strata]
    if clash:
        raise DataError(
            f"listing: columns of clusters.keep are in the listing too ({first_few(clash)}): leave them out of one"
        )
    if not len(units):
        raise DataError("listing: no unit is listed in any cluster: there is nothing to draw from")
    known = first.table.set_index("cluster_path")[carried]
    found = known.loc[units["cluster_path"]].set_index(units.index)
    keep = units.drop(columns=[*(name for name in plan.strata if name in units), "cluster_path"])
    return keep.assign(**{name: found[name] for name in carried})


def _with_refused(plan: SamplingPlan, first: Sample, table: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Add rows that stand for the units of clusters in which nothing could be listed."""
    import numpy as np
    import pandas as pd

    refused = found.loc[found["status"] == "refused", "cluster"].tolist()
    if not refused:
        return table
    known = first.table.set_index("cluster_path")
    expected, last = expected_column(plan), len(plan.stages)
    planned = int(np.prod([units_in_cluster(stage.size) for stage in plan.stages[1:]]))
    rows = []
    for path in refused:
        cluster = known.loc[path]
        units = float(cluster[str(expected)])
        take = min(planned, max(int(units), 1))
        own, certain = float(cluster["inclusion_probability"]), bool(cluster["inclusion_probability"] >= 1 - 1e-12)
        carried = [*plan.strata, *(plan.clusters.keep if plan.clusters is not None else ()), plan.stages[0].id]
        base = {name: cluster[name] for name in carried} | {
            **{stage.id: "refused" for stage in plan.stages[1:-1]},
            "stratum": cluster["stratum"],
            **{f"inclusion_probability_{k}": 1.0 for k in range(2, last)},
            "inclusion_probability_1": own,
            f"inclusion_probability_{last}": take / units,
            "inclusion_probability": own * take / units,
            "base_weight": units / (own * take),
            "variance_stratum": path if certain else cluster["stratum"],
            "listing_status": "refused",
        }
        for k in range(1, take + 1):
            unit = f"{path}#{k}"
            rows.append(base | {plan.frame.id: unit, "selection_order": k, "variance_psu": unit if certain else path})
    made = pd.DataFrame(rows)
    if plan.reserve:
        made = made.assign(reserve=False)
    clash = sorted(set(made[plan.frame.id]) & set(table[plan.frame.id]))
    if clash:
        raise DataError(
            f"listing: ids have the form that stands for refused clusters ({first_few(clash)}): rename them"
        )
    lacking = [name for name in table if name not in made]
    whole: pd.DataFrame = pd.concat([table, made.reindex(columns=table.columns)], ignore_index=True)
    return whole.astype({str(name): table[name].dtype for name in table if name not in lacking})


def verify_clusters(
    plan: SamplingPlan,
    clusters: Any,
    record: DrawRecord,
    table: pd.DataFrame | None = None,
    allocation: Allocation | None = None,
) -> DrawVerification:
    """Draw the first step again, and compare every field of its record and every cell of the drawn clusters.

    Parameters
    ----------
    plan, clusters, allocation
        See `draw_clusters`.
    record : DrawRecord
        The record of the drawn clusters.
    table : pandas.DataFrame, optional
        The drawn clusters.

    Returns
    -------
    DrawVerification
        ``ok``, and each difference in words.
    """
    checks = (*CHECKS[:2], *CHECKS[3:])
    try:
        again = draw_clusters(plan, clusters, allocation)
    except SurveyKitError as error:
        return DrawVerification(False, (str(error),), checks)
    return compared(plan, record, again, table, "cluster_path", checks)


def verify_listed(
    plan: SamplingPlan,
    clusters: Any,
    listing: Any,
    record: DrawRecord,
    table: pd.DataFrame | None = None,
    *,
    status: Any = None,
    allocation: Allocation | None = None,
) -> DrawVerification:
    """Draw both steps again, and compare every field of the record and every cell of the sample.

    Parameters
    ----------
    plan, clusters, listing, status, allocation
        See `draw_clusters` and `draw_listed`.
    record : DrawRecord
        The record of the sample.
    table : pandas.DataFrame, optional
        The sample in use.

    Returns
    -------
    DrawVerification
        ``ok``, and each difference in words.
    """
    try:
        again = draw_listed(plan, draw_clusters(plan, clusters, allocation), listing, status)
    except SurveyKitError as error:
        return DrawVerification(False, (str(error),), CHECKS)
    return compared(plan, record, again, table)


def compared(
    plan: SamplingPlan,
    record: DrawRecord,
    again: Sample,
    table: pd.DataFrame | None = None,
    column: str = "",
    checks: tuple[str, ...] = CHECKS,
) -> DrawVerification:
    """Compare a record and a table with what was drawn again."""
    now = plan.model_dump(mode="json", exclude_defaults=True)
    changed = sorted(name for name in {*now, *record.plan} if now.get(name) != record.plan.get(name))
    problems = [f"the plan changed since the draw ({first_few(changed)})"] if changed else []
    if record.plan_hash != again.record.plan_hash:
        problems.append("the record was edited or is of another plan: its plan hash is not that of the plan")
    problems += record_differences(plan, (), record, again.record)
    if table is not None:
        problems += sample_differences(column or plan.frame.id, again.table, table)
    return DrawVerification(not problems, tuple(problems), checks)
