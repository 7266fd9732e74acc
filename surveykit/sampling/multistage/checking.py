"""Whether the listing of the drawn clusters is whole and sound, with everything that is wrong at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from surveykit.display import NamedTable, Presentation, Shown
from surveykit.errors import DataError, first_few
from surveykit.sampling.drawing.record import Sample
from surveykit.sampling.multistage.first_step import expected_column
from surveykit.sampling.multistage.listings import read_noted_listing, read_statuses
from surveykit.sampling.plan.definition import SamplingPlan

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ListingReport", "check_listing"]


@dataclass(frozen=True, repr=False)
class ListingReport(Shown):
    """What a listing holds, cluster by cluster.

    Attributes
    ----------
    table : pandas.DataFrame
        A row per drawn cluster: ``stratum``, ``cluster`` (its path), ``expected`` units (missing where nothing is
        expected), ``listed`` units and ``status``: ``listed``, ``refused``, ``empty``, or ``missing``.
    problems : tuple of str
        What keeps the second step from being drawn; empty when it can be.
    notes : tuple of str
        What should be known: clusters refused or empty, and counts far from what was expected.
    units : pandas.DataFrame
        The listed units; never shown.
    """

    table: pd.DataFrame
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    units: pd.DataFrame

    def __repr__(self) -> str:
        counts = self.table["status"].value_counts()
        said = ", ".join(f"{count} {word}" for word, count in counts.items())
        return f"<ListingReport: {len(self.table)} clusters ({said}), {len(self.problems)} problems>"

    def presentation(self) -> Presentation:
        """Return the table of clusters, and what is wrong or should be known."""
        title = ("名录核对", "Listing")
        said = tuple((text, text) for text in (*self.problems, *self.notes))
        return Presentation(title, (NamedTable(title, self.table),), said)


def check_listing(plan: SamplingPlan, first: Sample, listing: Any, status: Any = None) -> ListingReport:
    """Compare a listing with the clusters that were drawn.

    Parameters
    ----------
    plan : SamplingPlan
        The plan.
    first : Sample
        What `draw_clusters` drew.
    listing : path of a file or folder, or table
        A row per listed unit with the id of its cluster; or a folder with a file for each cluster.
    status : path or table, optional
        Clusters that could not be listed: the id of the cluster and ``status``, ``refused`` or ``empty``.

    Returns
    -------
    ListingReport
        Every drawn cluster with what was found in it, and all problems at once.

    Raises
    ------
    DataError
        If a file cannot be read or lacks its columns.

    Examples
    --------
    >>> import pandas as pd
    >>> from surveykit.sampling import SamplingPlan, draw_clusters
    >>> plan = SamplingPlan.model_validate({"id": "p", "frame": {"id": "hh"}, "clusters": {}, "listing": {},
    ...     "seed": "s", "stages": [{"id": "v", "size": {"per_stratum": 2}}, {"id": "hh", "size": {"per_stratum": 5}}]})
    >>> first = draw_clusters(plan, pd.DataFrame({"v": ["a", "b"]}))
    >>> check_listing(plan, first, pd.DataFrame({"v": ["a"], "hh": ["1"]})).problems
    ("clusters were drawn and are neither listed nor marked refused or empty (1: 'b')",)
    """
    units, prepared = read_noted_listing(plan, first, listing)
    marked, problems = read_statuses(plan, first, status)
    table = _table(plan, first, units, marked)
    problems += _unit_problems(plan, units)
    problems += _cluster_problems(units, plan, table, marked)
    return ListingReport(table, tuple(problems), (*prepared, *_notes(plan, table)), units)


def _table(plan: SamplingPlan, first: Sample, units: pd.DataFrame, marked: dict[str, str]) -> pd.DataFrame:
    counts = units["cluster_path"].value_counts()
    drawn, expected = first.table, expected_column(plan)
    table = drawn[["stratum", "cluster_path"]].rename(columns={"cluster_path": "cluster"})
    numbers = drawn[expected].astype(float) if expected is not None else np.full(len(drawn), np.nan)
    listed = table["cluster"].map(counts).fillna(0).astype("int64")
    found = [
        marked.get(path) or ("listed" if n else "missing") for path, n in zip(table["cluster"], listed, strict=True)
    ]
    return table.assign(expected=numbers, listed=listed, status=found).reset_index(drop=True)


def _unit_problems(plan: SamplingPlan, units: pd.DataFrame) -> list[str]:
    """Ids that are blank or there twice."""
    ids, problems = units[plan.frame.id], []
    blank = ids.isna() | (ids.astype("str").str.strip() == "")
    if blank.any():
        where = sorted({str(path) for path in units.loc[blank, "cluster_path"]})
        problems.append(f"{int(blank.sum())} rows have no id, in clusters {first_few(where)}")
    rows = units[~blank]
    twice = rows[rows.duplicated(plan.frame.id, keep=False)].sort_values(plan.frame.id, kind="stable")
    if len(twice):
        pairs = twice.groupby(plan.frame.id, sort=False)["cluster_path"].agg(lambda part: " and ".join(map(str, part)))
        said = [f"{unit} in {where}" for unit, where in pairs.items()]
        problems.append(f"ids are listed more than once ({first_few(said)})")
    return problems


def _cluster_problems(
    units: pd.DataFrame, plan: SamplingPlan, table: pd.DataFrame, marked: dict[str, str]
) -> list[str]:
    problems = []
    strange = units["cluster_path"].isna()
    if strange.any():
        named = sorted(set(units.loc[strange, plan.stages[0].id].astype("str")))
        problems.append(f"{int(strange.sum())} rows are of clusters that were not drawn ({first_few(named)})")
    missing = table.loc[table["status"] == "missing", "cluster"].tolist()
    if missing:
        problems.append(
            f"clusters were drawn and are neither listed nor marked refused or empty ({first_few(missing)})"
        )
    both = table.loc[table["status"].isin(["refused", "empty"]) & (table["listed"] > 0), "cluster"].tolist()
    if both:
        problems.append(f"clusters are marked refused or empty, and units are listed in them ({first_few(both)})")
    none = [path for path in table.loc[table["listed"] == 0, "cluster"] if marked.get(path) == "listed"]
    if none:
        problems.append(f"clusters are marked listed, and no units are listed in them ({first_few(none)})")
    unknown = table.loc[(table["status"] == "refused") & ~(table["expected"] >= 1), "cluster"].tolist()
    if unknown:
        problems.append(
            f"clusters were refused, and it is not known how many units they hold ({first_few(unknown)}): give "
            "listing.expected, a column of the table of clusters"
        )
    return problems


def _notes(plan: SamplingPlan, table: pd.DataFrame) -> list[str]:
    notes = []
    for word, said in (("refused", "nobody was let in"), ("empty", "no units are there")):
        paths = table.loc[table["status"] == word, "cluster"].tolist()
        if paths:
            notes.append(f"{len(paths)} of {len(table)} drawn clusters are {word}, {said}: {', '.join(paths)}")
    tolerance = plan.listing.tolerance if plan.listing is not None else 0.25
    ratio = table["listed"] / table["expected"].where(table["expected"] > 0)
    far = (table["status"] == "listed") & ((ratio - 1).abs() > tolerance)
    if far.any():
        apart = [f"{c}: {n} listed, {e:g} expected" for c, n, e in zip(
            table.loc[far, "cluster"], table.loc[far, "listed"], table.loc[far, "expected"], strict=True)]  # fmt: skip
        notes.append(
            f"listings differ by more than {tolerance:.0%} from what was expected in {int(far.sum())} of "
            f"{int((table['status'] == 'listed').sum())} clusters ({', '.join(apart)}): see that the "
            "boundaries are right and nothing was left out"
        )
    if table["expected"].isna().all():
        notes.append("nothing says how many units the clusters should list: their numbers were not compared")
    return notes


def require_sound(report: ListingReport) -> None:
    """Fail with every problem of a listing."""
    if report.problems:
        said = "; ".join(report.problems)
        raise DataError(f"listing: {said}: correct the listing, or mark clusters refused or empty")
