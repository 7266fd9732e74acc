"""Listings of the drawn clusters as they arrive: one file, or a folder with a file for each cluster."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from surveykit.errors import DataError, first_few
from surveykit.sampling.drawing.record import Sample
from surveykit.sampling.frames.frames import open_frame, require_plain_type
from surveykit.sampling.frames.opening.text_file import TEXT_FILES
from surveykit.sampling.frames.opening.workbook import WORKBOOKS
from surveykit.sampling.frames.preparing import (
    open_as_said,
    open_beside,
    preparation_notes,
    prepared_frame,
    steps_by_column,
)
from surveykit.sampling.plan.definition import SamplingPlan

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SUFFIXES", "listing_files", "read_listing", "read_noted_listing", "read_statuses"]

SUFFIXES = (*(end for end in TEXT_FILES if not end.startswith(".txt")), ".parquet", ".pq", *WORKBOOKS)
WORDS = ("listed", "refused", "empty")


def listing_files(folder: Path) -> list[Path]:
    """Files of a folder of listings, in the order of their names; hidden files and those that are open are left out.

    Raises
    ------
    DataError
        If the folder holds anything else than tables.
    """
    files = sorted(path for path in folder.iterdir() if not path.name.startswith((".", "~$")))
    strange = [path.name for path in files if not path.name.lower().endswith(SUFFIXES) or not path.is_file()]
    if strange:
        raise DataError(
            f"listing {folder.name!r}: not tables ({first_few(strange)}): keep one CSV, Excel or Parquet file for "
            "each cluster there, and nothing else"
        )
    return files


def read_listing(plan: SamplingPlan, first: Sample, listing: Any) -> pd.DataFrame:
    """Read what was listed.

    Parameters
    ----------
    plan : SamplingPlan
        The plan.
    first : Sample
        The drawn clusters.
    listing : path of a file or folder, or table
        A row per unit with the id of its cluster. In a folder, a file without that column is the listing of the
        cluster whose id is the file's name; a file without rows says that nothing was found.

    Returns
    -------
    pandas.DataFrame
        A row per unit with its columns as they were listed; ids and cluster ids are text, ``cluster_path`` is the drawn
        cluster (missing for any other).

    Raises
    ------
    DataError
        If a file cannot be read, or lacks the id, or the strata where a cluster's id is not enough.
    """
    table, _ = read_noted_listing(plan, first, listing)
    return table


def read_noted_listing(plan: SamplingPlan, first: Sample, listing: Any) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Read what was listed as `read_listing` does, and say what was made of it: ids of parts, values normalised."""
    import pandas as pd

    if isinstance(listing, str | Path) and Path(listing).is_dir():
        parts = [_read(plan, path, _stem(path)) for path in listing_files(Path(listing))]
        if not parts:
            raise DataError(f"listing {str(listing)!r}: the folder holds no file: put one there for each cluster")
        table = pd.concat(parts, ignore_index=True)
    else:
        table = _read(plan, listing, None)
    table, notes = _prepared(plan, table)
    return table.assign(cluster_path=_paths(plan, first, table, "listing")), notes


def _stem(path: Path) -> str:
    name = path.name
    return next(name[: -len(suffix)] for suffix in SUFFIXES if name.lower().endswith(suffix))


def _read(plan: SamplingPlan, source: Any, cluster: str | None) -> pd.DataFrame:
    opened = open_as_said(plan.frame, source)
    kinds, first = opened.columns(), plan.stages[0].id
    ids = _id_columns(plan)
    needed = [*(name for name in ids if name != first), *([] if cluster is not None else [first])]
    missing = [name for name in needed if name not in kinds]
    if missing:
        raise DataError(
            f"listing {opened.source!r}: columns are missing ({first_few(missing)}); it has "
            f"{first_few(list(kinds), 12)}: correct the file or the plan's column names"
        )
    if plan.frame.id not in ids and plan.frame.id in kinds:
        raise DataError(
            f"listing {opened.source!r}: it has {plan.frame.id!r}, and the plan makes ids of "
            f"{' and '.join(map(repr, ids))}: take one of them out"
        )
    texts = [name for name in dict.fromkeys([*ids, first, *plan.strata]) if name in kinds]
    for name in texts:
        require_plain_type(opened, name, kinds[name], "id" if name in ids else "cluster")
    quote, text = opened.dialect.quote, opened.dialect.text
    columns = [f"{text(quote(n))} as {quote(n)}" for n in texts] + [quote(n) for n in kinds if n not in texts]
    table: pd.DataFrame = opened.arrow(f"select {', '.join(columns)} from {opened.table}").to_pandas()
    return table if first in kinds else table.assign(**{first: cluster})


def _id_columns(plan: SamplingPlan) -> tuple[str, ...]:
    """Columns of a listing that identify a unit: its id, the parts of it, or cluster and number."""
    if plan.listing is not None and plan.listing.number is not None:
        return (plan.stages[0].id, plan.listing.number)
    return plan.frame.parts or (plan.frame.id,)


def _prepared(plan: SamplingPlan, table: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Make ids and normalise values as the plan says of its units; with notes on what changed."""
    number = plan.listing.number if plan.listing is not None else None
    parts = plan.frame.parts if number is None else ()
    steps = {name: taken for name, taken in steps_by_column(plan).items() if name in table}
    notes: tuple[str, ...] = ()
    if parts or any(steps.values()):
        frame = prepared_frame(plan, open_frame(table), parts, steps)
        table = frame.arrow(f"select * from {frame.table}").to_pandas()
        notes = preparation_notes(plan, frame)
    if number is not None:
        cluster, numbers = table[plan.stages[0].id].astype("str"), table[number]
        blank = numbers.isna() | (numbers.astype("str").str.strip() == "")
        table = table.assign(**{plan.frame.id: (cluster + "-" + numbers.astype("str")).mask(blank)})
    return table, notes


def _paths(plan: SamplingPlan, first: Sample, table: pd.DataFrame, what: str) -> pd.Series:
    """The drawn cluster of each row; missing where it was not drawn."""
    name, drawn = plan.stages[0].id, first.table
    keys = [name, *(column for column in plan.strata if column in table)]
    if drawn.duplicated(keys).any():
        twice = first_few(sorted(drawn.loc[drawn.duplicated(keys), name]))
        raise DataError(
            f"{what}: clusters of different strata have one id ({twice}): add the columns {first_few(plan.strata)}"
        )
    known = {tuple(map(str, row[:-1])): row[-1] for row in drawn[[*keys, "cluster_path"]].itertuples(index=False)}
    import pandas as pd

    rows = table[keys].astype("str").itertuples(index=False)
    return pd.Series([known.get(tuple(row)) for row in rows], index=table.index, dtype="object")


def read_statuses(plan: SamplingPlan, first: Sample, status: Any) -> tuple[dict[str, str], list[str]]:
    """Read what became of the drawn clusters; return their status by path, and what is wrong in the table.

    A table has the id of the cluster and ``status``: ``listed``, ``refused`` (nobody was let in) or ``empty`` (there
    are no units). A row without a status says nothing.
    """
    if status is None:
        return {}, []
    opened = open_beside(plan, status, None)
    wanted = [plan.stages[0].id, "status"]
    missing = [name for name in wanted if name not in opened.columns()]
    if missing:
        raise DataError(f"listing status {opened.source!r}: columns are missing ({first_few(missing)}): add them")
    table: pd.DataFrame = opened.arrow(f"select * from {opened.table}").to_pandas()
    table = table[table["status"].notna() & (table["status"].astype("str").str.strip() != "")]
    paths, words = _paths(plan, first, table, "listing status"), table["status"].astype("str").str.strip()
    problems = []
    strange = [f"{c}: {word}" for c, word in zip(table[wanted[0]], words, strict=True) if word not in WORDS]
    undrawn = table.loc[paths.isna(), wanted[0]].astype("str").tolist()
    if strange:
        problems.append(f"status is none of listed, refused and empty in {first_few(strange)}")
    if undrawn:
        problems.append(f"a status is given for clusters that were not drawn ({first_few(undrawn)})")
    if paths.dropna().duplicated().any():
        problems.append(f"a status is given twice for clusters {first_few(paths[paths.duplicated()])}")
    return dict(zip(paths, words, strict=True)), problems
