"""Lists of clusters and of the units in them, as the stages of a draw see them, and the table of clusters."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from surveykit.errors import DataError, first_few
from surveykit.sampling.frames.frames import DuckDBFrame, Frame, private_name, require_columns, require_plain_type
from surveykit.sampling.frames.preparing import open_beside, open_plan_frame
from surveykit.sampling.plan.definition import SamplingPlan, Stage

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CLUSTER_SIZE", "cluster_columns", "join_clusters", "list_clusters", "list_units", "path_expression"]

PATH = "/"
CLUSTER_SIZE = "cluster_size"


def path_expression(plan: SamplingPlan, frame: Frame, depth: int) -> str:
    """SQL of the path of cluster ids down to a depth, strata first so that ids are nested in them."""
    dialect = frame.dialect
    names = [*plan.strata, *(stage.id for stage in plan.stages[:depth])]
    parts = [dialect.text(dialect.quote(name)) for name in names]
    return parts[0] if len(parts) == 1 else f"concat({(', ' + dialect.literal(PATH) + ', ').join(parts)})"


def cluster_columns(stage: Stage) -> list[str]:
    """Columns besides the size that the selection of clusters reads: each has one value in a cluster."""
    chosen = stage.selection
    names = [*chosen.order, *chosen.balance, *chosen.coordinates, *stage.strata]
    return [name for name in dict.fromkeys(names) if name != CLUSTER_SIZE]


def list_clusters(plan: SamplingPlan, frame: Frame, number: int) -> pd.DataFrame:
    """One row per cluster of a stage: path, stratum (its parent at later stages), size, and what selects it.

    The size is summed over the rows of a cluster, from the smallest up so that it is the same on every engine; at the
    first stage of a plan with a table of clusters it is the cluster's own.
    """
    dialect, stage = frame.dialect, plan.stages[number]
    quote = dialect.quote
    _require_ids(frame, stage.id)
    size, own = stage.selection.size, number == 0 and plan.clusters is not None
    if size and not own:
        _require_sizes(frame, plan, size)
    value = f"cast({quote(size)} as {dialect.double})" if size else ""
    measure = (f"min({value})" if own else dialect.sorted_sum(value)) if size else "count(*)"
    constant = cluster_columns(stage)
    shared = [*constant, *([size] if size and own else [])]
    require_columns(frame, shared)
    names = ["cluster_path", *(["stratum"] if number else [quote(name) for name in plan.strata])]
    free = [name for name in constant if name not in plan.strata]
    varies = [f"sum(case when {quote(n)} is null then 1 else 0 end) + case when min({quote(n)}) = max({quote(n)}) then "
              f"0 else 1 end as varies_{at}" for at, n in enumerate(shared)]  # fmt: skip
    keys = [f"{path_expression(plan, frame, number + 1)} as cluster_path"]
    if number:
        keys.append(f"{path_expression(plan, frame, number)} as stratum")
    else:
        keys += [f"{dialect.text(quote(name))} as {quote(name)}" for name in plan.strata]
    read = [quote(n) for n in dict.fromkeys([*free, *shared, *([size] if size else [])]) if n not in plan.strata]
    chosen = [f"min({quote(name)}) as {quote(name)}" for name in free]
    sql = (
        f"select {', '.join([*names, f'{measure} as {CLUSTER_SIZE}', *chosen, *varies])} from "
        f"(select {', '.join([*keys, *read])} from {frame.table}) as clusters group by {', '.join(names)}"
    )
    table: pd.DataFrame = frame.arrow(sql).to_pandas()
    for at, name in enumerate(shared):
        _require_constant(frame, table, name, table.pop(f"varies_{at}") > 0)
    return table


def _require_ids(frame: Frame, name: str) -> None:
    column = frame.dialect.quote(name)
    empty = f"{column} is null or trim({frame.dialect.text(column)}) = ''"
    missing = int(frame.rows(f"select count(*) from {frame.table} where {empty}")[0][0])
    if missing:
        raise DataError(
            f"frame {frame.source!r}: cluster column {name!r} is missing in {missing} rows: fill it in, or leave "
            "those units out of the frame"
        )


def _require_constant(frame: Frame, table: pd.DataFrame, name: str, wrong: pd.Series) -> None:
    if wrong.any():
        raise DataError(
            f"frame {frame.source!r}: {name!r} is missing or has more than one value in {int(wrong.sum())} clusters "
            f"({first_few(sorted(table.loc[wrong, 'cluster_path']))}), and one value is needed to select clusters by "
            "it: correct the values"
        )


def _require_sizes(frame: Frame, plan: SamplingPlan, column: str) -> None:
    """Fail on rows that add nothing known, or a negative number, to the size of their cluster."""
    dialect = frame.dialect
    size, unit = f"cast({dialect.quote(column)} as {dialect.double})", dialect.text(dialect.quote(plan.frame.id))
    require_columns(frame, [column])
    wrong = f"from {frame.table} where {size} is null or not ({size} >= 0)"
    count = int(frame.rows(f"select count(*) {wrong}")[0][0])
    if count:
        shown = [row[0] for row in frame.rows(f"select {unit} {wrong} order by 1 limit 5")]
        raise DataError(
            f"frame {frame.source!r}: {column!r}, the size of a cluster, is missing or negative in {count} rows; ids "
            f"{first_few(shown)}: correct the values"
        )


def list_units(plan: SamplingPlan, frame: Frame, drawn: set[str]) -> pd.DataFrame:
    """Units of the drawn clusters, with their cluster as the stratum and the columns that the sample carries."""
    dialect, last = frame.dialect, plan.stages[-1]
    names = [plan.frame.id, *plan.strata, *(stage.id for stage in plan.stages[:-1])]
    kept = plan.frame.keep if plan.frame.keep is not None else tuple(frame.columns())
    kept = (*kept, *(plan.clusters.keep if plan.clusters is not None and plan.listing is not None else ()))
    chosen = last.selection
    used = [*([chosen.size] if chosen.size else []), *chosen.order, *chosen.balance, *chosen.coordinates, *last.strata]
    require_columns(frame, used)
    columns = [f"{dialect.text(dialect.quote(name))} as {dialect.quote(name)}" for name in dict.fromkeys(names)]
    columns += [dialect.quote(name) for name in dict.fromkeys([*kept, *used]) if name not in names]
    path = path_expression(plan, frame, len(plan.stages) - 1)
    inside = f" where {path} in ({', '.join(map(dialect.literal, sorted(drawn)))})"
    sql = f"select {', '.join(columns)}, {path} as stratum from {frame.table}{inside}"
    table: pd.DataFrame = frame.arrow(sql).to_pandas()
    return table


def join_clusters(plan: SamplingPlan, frame: Any, clusters: Any) -> Frame:
    """Put the columns of a table of clusters beside the units of a frame, to draw from both in one step.

    Parameters
    ----------
    plan : SamplingPlan
        A staged plan with ``clusters``.
    frame : path, table or DuckDB relation
        A row per unit, with the id of its unit of the first stage.
    clusters : path or table
        A row per unit of the first stage: its id, any of the stratum columns, and columns that the frame lacks.

    Returns
    -------
    Frame
        The frame with these columns, which `draw`, `verify_draw` and `commit_plan` take in its place, so that digest
        and commitment cover them. On Spark or PostgreSQL, join the tables there.

    Raises
    ------
    DataError
        If a unit's cluster is not in the table, a cluster of the table has no units, is there twice, or both have a
        column of one name that is neither id nor stratum.

    Examples
    --------
    >>> import pandas as pd
    >>> plan = SamplingPlan.model_validate({"id": "p", "frame": {"id": "u"}, "clusters": {}, "seed": "s", "stages": [
    ...     {"id": "c", "size": {"per_stratum": 1}}, {"id": "u", "size": {"per_stratum": 1}}]})
    >>> frame = pd.DataFrame({"u": ["a", "b"], "c": ["x", "y"]})
    >>> list(join_clusters(plan, frame, pd.DataFrame({"c": ["x", "y"], "town": ["t", "t"]})).columns())
    ['u', 'c', 'town']
    """
    opened = open_plan_frame(plan, frame)
    table = open_beside(plan, clusters, plan.clusters)
    if not isinstance(opened, DuckDBFrame):
        raise DataError("clusters: the frame lies in another engine: join the table of clusters to it there")
    first = plan.stages[0].id
    require_columns(opened, [first])
    kinds = require_columns(table, [first])
    require_plain_type(table, first, kinds[first], "cluster")
    keys = [first, *(name for name in plan.strata if name in kinds and name in opened.columns())]
    clash = [name for name in kinds if name not in keys and name in opened.columns()]
    if clash:
        raise DataError(
            f"clusters: frame and table of clusters both have columns {first_few(clash)}: leave them out of one"
        )
    text = table.dialect.text
    names = ", ".join(f"{text(table.dialect.quote(n))} as joined_{at}" for at, n in enumerate(keys))
    cluster_rows = table.arrow(f"select *, {names} from {table.table}")
    _require_match(plan, opened, cluster_rows.to_pandas(), keys)
    quote = opened.dialect.quote
    added = ", ".join(f"cluster_rows.{quote(name)}" for name in kinds if name not in keys)
    on = " and ".join(
        f"{opened.dialect.text(f'{opened.table}.{quote(n)}')} = cluster_rows.joined_{at}" for at, n in enumerate(keys)
    )
    picked = f"select {opened.table}.*{', ' + added if added else ''} from {opened.table} join cluster_rows on {on}"
    return replace(opened, relation=opened.relation.query(opened.table, picked), table=private_name())


def _require_match(plan: SamplingPlan, frame: Frame, table: pd.DataFrame, keys: list[str]) -> None:
    """Fail unless frame and table name the same clusters, each once in the table."""
    quote, text = frame.dialect.quote, frame.dialect.text
    joined = [f"joined_{at}" for at in range(len(keys))]
    twice = table.duplicated(joined)
    named = table[joined].agg(PATH.join, axis=1)
    if twice.any():
        raise DataError(
            f"clusters: {int(twice.sum())} are in the table twice ({first_few(named[twice])}): keep one row"
        )
    there = {
        PATH.join("" if part is None else str(part) for part in row)
        for row in frame.rows(f"select distinct {', '.join(text(quote(name)) for name in keys)} from {frame.table}")
    }
    absent, empty = sorted(there - set(named)), sorted(set(named) - there)
    if absent or empty:
        raise DataError(
            f"clusters: units lie in clusters that the table does not have ({first_few(absent)}), or clusters have no "
            f"units in frame {frame.source!r} ({first_few(empty)}): correct one of them"
        )
