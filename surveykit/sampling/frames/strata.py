"""Strata of a frame: names, counts and the checks that both sides agree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from surveykit.errors import DataError, first_few
from surveykit.sampling.frames.alike import SAME_TO_THE_EYE, alike_values
from surveykit.sampling.frames.encoding import covered_columns
from surveykit.sampling.frames.frames import DuckDBFrame, Frame, require_columns, require_plain_type
from surveykit.sampling.frames.preparing import open_plan_frame
from surveykit.sampling.plan.definition import SamplingPlan

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ALL", "SEPARATOR", "stratum_expression", "stratum_table"]

ALL = "all"
SEPARATOR = "/"
MEASURES = {"standard_deviation": "stddev_samp", "mean": "avg", "measure": "sum", "cost": "avg"}
LARGE_FRAME = 2_000_000
TEXTUAL = ("VARCHAR", "STRING", "TEXT", "CHAR", "UTF8")
NUMBER = "^[ ]*[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?[ ]*$"


def stratum_expression(plan: SamplingPlan, frame: Frame) -> str:
    """SQL of the stratum name: the stratum columns as text, joined by a slash."""
    dialect = frame.dialect
    if not plan.strata:
        return dialect.literal(ALL)
    parts = [dialect.text(dialect.quote(name)) for name in plan.strata]
    if len(parts) == 1:
        return parts[0]
    return f"concat({(', ' + dialect.literal(SEPARATOR) + ', ').join(parts)})"


def stratum_table(plan: SamplingPlan, frame: Any) -> pd.DataFrame:
    """Count the frame by stratum and check its ids and strata.

    Parameters
    ----------
    plan : SamplingPlan
        The plan.
    frame : path, table or DuckDB relation
        See `draw`.

    Returns
    -------
    pandas.DataFrame
        One row per stratum, sorted by name: ``stratum`` (text), the stratum columns (text), ``population_size``, and
        those of ``standard_deviation``, ``mean``, ``measure`` and ``cost`` for which the plan names a frame column.

    Raises
    ------
    DataError
        If columns, ids or stratum values are missing, or plan and frame name different strata.

    Examples
    --------
    >>> import pandas as pd
    >>> plan = SamplingPlan.model_validate(
    ...     {"id": "p", "frame": {"id": "u"}, "strata": ["d"], "size": {"per_stratum": 1}, "seed": "s"}
    ... )
    >>> stratum_table(plan, pd.DataFrame({"u": ["a", "b", "c"], "d": ["x", "y", "y"]}))["population_size"].tolist()
    [1, 2]
    """
    opened = open_plan_frame(plan, frame)
    rule = plan.stages[0].size if plan.stages else plan.size
    measured = {name: column for name in MEASURES if isinstance(column := getattr(rule, name), str)}
    wanted = [plan.frame.id, *plan.strata, *measured.values(), *(plan.frame.keep or ())]
    wanted += [stage.id for stage in plan.stages]
    kinds = require_columns(opened, wanted)
    for name in (plan.frame.id, *plan.strata):
        require_plain_type(opened, name, kinds[name], "id" if name == plan.frame.id else "stratum")
    require_numeric(plan, opened)
    table = counted_strata(plan, opened, measured)
    require_ids(plan, opened, table)
    for name in plan.strata:
        require_filled(plan, opened, table, name)
    for complaint in [*level_complaints(plan, table)[:1], *likeness_complaints(plan, table)[:1]]:
        raise DataError(f"frame {opened.source!r}: {complaint}")
    table = table.drop(columns="missing_ids").sort_values("stratum", kind="stable", ignore_index=True)
    table["population_size"] = table["population_size"].astype("int64")
    for name in measured:
        table[name] = table[name].astype("float64").fillna(0.0)
    if table["stratum"].duplicated().any():
        twice = table.loc[table["stratum"].duplicated(), "stratum"]
        raise DataError(
            f"frame {opened.source!r}: different strata get the same name ({first_few(twice)}): values of "
            "stratum columns "
            f"may not hold {SEPARATOR!r}"
        )
    return table


def counted_strata(plan: SamplingPlan, frame: Frame, measured: dict[str, str]) -> pd.DataFrame:
    """Rows, missing ids, measures and clusters of each stratum, as they stand in the frame."""
    import pandas as pd

    rows = frame.rows(_count_sql(plan, frame, measured))
    names = [*plan.strata, "population_size", "missing_ids", *measured, *(["clusters"] if plan.stages else [])]
    table = pd.DataFrame(rows, columns=names)
    if plan.strata != ("stratum",):
        table.insert(0, "stratum", [_name(row[: len(plan.strata)]) for row in rows])
    if not rows or table["population_size"].sum() == 0:
        raise DataError(f"frame {frame.source!r} has no rows: check frame.file of the plan")
    return table


def _name(values: Sequence[Any]) -> str:
    return SEPARATOR.join("" if value is None else str(value) for value in values) if len(values) else ALL


def _count_sql(plan: SamplingPlan, frame: Frame, measured: dict[str, str]) -> str:
    dialect = frame.dialect
    columns = [dialect.text(dialect.quote(name)) for name in plan.strata]
    measures = ["count(*)", f"count(*) - count({dialect.quote(plan.frame.id)})"]
    extra = [f"count(distinct {dialect.text(dialect.quote(plan.stages[0].id))})"] if plan.stages else []
    measures += [
        f"{MEASURES[name]}(cast({dialect.quote(column)} as {dialect.double}))" for name, column in measured.items()
    ] + extra
    grouping = f" group by {', '.join(columns)}" if columns else ""
    return f"select {', '.join([*columns, *measures])} from {frame.table}{grouping}"


def require_ids(plan: SamplingPlan, frame: Frame, table: pd.DataFrame) -> None:
    """Fail on rows without an id."""
    missing = table[table["missing_ids"] > 0].sort_values("stratum")
    if len(missing):
        counts = [f"{row.stratum}: {row.missing_ids}" for row in missing.itertuples()]
        raise DataError(
            f"frame {frame.source!r}: id column {plan.frame.id!r} is missing in "
            f"{int(missing['missing_ids'].sum())} rows; strata {first_few(counts)}: give every unit an id"
        )


def require_filled(plan: SamplingPlan, frame: Frame, table: pd.DataFrame, name: str) -> None:
    """Fail on rows without a value of a stratum column."""
    blank = table[name].isna() | (table[name].astype("str").str.strip() == "")
    if blank.any():
        rows = int(table.loc[blank, "population_size"].sum())
        raise DataError(
            f"frame {frame.source!r}: stratum column {name!r} is missing in {rows} rows; "
            f"ids {_ids_where_missing(plan, frame, name, rows)}: fill it in, or leave those units out of the frame"
        )


def require_numeric(plan: SamplingPlan, frame: Frame) -> None:
    """Fail on texts that are no numbers in columns that are read as numbers; a CSV holds nothing but texts."""
    dialect = frame.dialect
    kinds = frame.columns()
    unit = dialect.text(dialect.quote(plan.frame.id))
    for entry in covered_columns(plan, frame):
        if entry.reading != "number" or not kinds[entry.column].upper().startswith(TEXTUAL):
            continue
        text = dialect.text(dialect.quote(entry.column))
        wrong = (
            f"from {frame.table} where {text} is not null and not ({dialect.matches(text, dialect.literal(NUMBER))})"
        )
        count = int(frame.rows(f"select count(*) {wrong}")[0][0])
        if count:
            shown = [f"{a}: {b}" for a, b in frame.rows(f"select {unit} as unit, {text} {wrong} order by unit limit 5")]
            raise DataError(
                f"frame {frame.source!r}: column {entry.column!r} is read as numbers, and {count} rows hold none "
                f"(id: value {', '.join(map(repr, shown))}): correct the values"
            )


def _ids_where_missing(plan: SamplingPlan, frame: Frame, column: str, count: int) -> str:
    dialect = frame.dialect
    identifier, text = dialect.text(dialect.quote(plan.frame.id)), dialect.text(dialect.quote(column))
    found = frame.rows(
        f"select {identifier} from {frame.table} where {text} is null or trim({text}) = '' order by 1 limit 5"
    )
    return ", ".join(repr(row[0]) for row in found) + (", ..." if count > len(found) else "")


def level_complaints(plan: SamplingPlan, table: pd.DataFrame) -> list[str]:
    """What plan and frame name otherwise: all of it in one text, or nothing."""
    complaints = []
    for name, levels in plan.levels.items():
        present = set(table[name].dropna())
        unknown, absent = sorted(present - set(levels)), [level for level in levels if level not in present]
        if unknown:
            complaints.append(f"values of {name!r} in the frame are not in the plan ({first_few(unknown)})")
        if absent:
            complaints.append(f"levels of {name!r} in the plan have no rows in the frame ({first_few(absent)})")
    by_stratum = (plan.stages[0].size if plan.stages else plan.size).by_stratum
    if by_stratum is not None:
        present = set(table["stratum"])
        unsized = sorted(present - set(by_stratum))
        absent = [stratum for stratum in by_stratum if stratum not in present]
        if unsized:
            complaints.append(f"strata of the frame have no size in the plan ({first_few(unsized)})")
        if absent:
            complaints.append(f"strata of the plan have no rows in the frame ({first_few(absent)})")
    return [f"{'; '.join(complaints)}: correct the plan or the frame"] if complaints else []


def likeness_complaints(plan: SamplingPlan, table: pd.DataFrame) -> list[str]:
    """Values of stratum columns that look the same and would be strata of their own, column by column.

    A group that the plan names whole, in ``levels`` or ``size.by_stratum``, or a column of which the plan says
    ``normalise: {column: []}``, is taken as it is.
    """
    by_stratum = (plan.stages[0].size if plan.stages else plan.size).by_stratum or {}
    complaints = []
    for name, counts in _doubtful_columns(plan, table):
        named = plan.levels.get(name, ()) or (tuple(by_stratum) if plan.strata == (name,) else ())
        found = alike_values(name, counts, named, SAME_TO_THE_EYE)
        if found is not None:
            complaints.append(
                f"values of stratum column {name!r} differ by blanks or width only ({found}): write 'normalise: "
                f"{{{name}: [{', '.join(found.steps)}]}}' under 'frame:' of the plan to make them one, or "
                f"'normalise: {{{name}: []}}' if they are strata of their own"
            )
    return complaints


def likeness_notes(plan: SamplingPlan, table: pd.DataFrame) -> tuple[str, ...]:
    """Values of stratum columns that differ by case or leading zeros: strata of their own, and told."""
    notes = []
    for name, counts in _doubtful_columns(plan, table):
        found = alike_values(name, counts)
        if found is not None and alike_values(name, counts, (), SAME_TO_THE_EYE) is None:
            notes.append(
                f"values of stratum column {name!r} differ by case or leading zeros only and are strata of their own "
                f"({found}); 'normalise: {{{name}: [{', '.join(found.steps)}]}}' would make them one"
            )
    return tuple(notes)


def _doubtful_columns(plan: SamplingPlan, table: pd.DataFrame) -> list[tuple[str, dict[str, int]]]:
    """Stratum columns with the rows of each value, but those whose values the plan calls distinct."""
    said = plan.frame.normalise
    names = [name for name in plan.strata if not (isinstance(said, dict) and said.get(name) == ())]
    counts = [table.dropna(subset=[name]).groupby(name)["population_size"].sum() for name in names]
    return [(name, {str(v): int(n) for v, n in found.items()}) for name, found in zip(names, counts, strict=True)]


def require_unique_ids(plan: SamplingPlan, frame: Frame, rows: int, check: str) -> bool:
    """Fail on ids that occur twice; return whether all ids were compared.

    ``check="auto"`` compares all ids of a frame up to two million rows; beyond, the draw compares the candidates only.
    """
    if check == "candidates" or (check == "auto" and rows > LARGE_FRAME):
        return False
    dialect = frame.dialect
    identifier = dialect.text(dialect.quote(plan.frame.id))
    _require_sound_ids(plan, frame, identifier, rows)
    require_distinct_ids(plan, frame, rows)
    return True


def require_distinct_ids(plan: SamplingPlan, frame: Frame, rows: int) -> None:
    """Fail on ids that occur twice, all of them compared."""
    dialect = frame.dialect
    identifier = dialect.text(dialect.quote(plan.frame.id))
    if isinstance(frame, DuckDBFrame):
        # equal ids have equal hashes, so as many hashes as rows prove that no id repeats, in less memory than the ids
        distinct = int(frame.rows(f"select count(distinct hash({identifier})) from {frame.table}")[0][0])
        if distinct == rows:
            return
    twice = (
        f"select {identifier} as unit, count(*) as times from {frame.table} group by {identifier} having count(*) > 1"
    )
    count = int(frame.rows(f"select count(*) from ({twice}) as twice")[0][0])
    if count:
        found = frame.rows(f"{twice} order by 1 limit 5")
        raise DataError(
            f"frame {frame.source!r}: {count} ids occur more than once in column {plan.frame.id!r}: "
            f"{', '.join(f'{unit!r} ({times} times)' for unit, times in found)}{', ...' if count > 5 else ''}: "
            "keep one row per unit"
        )


def _require_sound_ids(plan: SamplingPlan, frame: Frame, identifier: str, rows: int) -> None:
    """Fail on ids that are blank, or texts that a spreadsheet made of numbers."""
    tests = {
        "blank": f"trim({identifier}) = ''",
        "scientific": f"{identifier} like '_.%E+%' or {identifier} like '_E+%'",
        "decimal": f"{identifier} like '%.0'",
    }
    sums = ", ".join(f"sum(case when {test} then 1 else 0 end)" for test in tests.values())
    found = [int(count or 0) for count in frame.rows(f"select {sums} from {frame.table}")[0]]
    counts = dict(zip(tests, found, strict=True))
    if counts["blank"]:
        raise DataError(
            f"frame {frame.source!r}: id column {plan.frame.id!r} is blank in {counts['blank']} rows: "
            "give every unit an id"
        )
    for name, count in (("scientific", counts["scientific"]), ("decimal", counts["decimal"] // max(rows, 1))):
        if count:
            shown = frame.rows(f"select {identifier} from {frame.table} where {tests[name]} order by 1 limit 5")
            raise DataError(
                f"frame {frame.source!r}: id column {plan.frame.id!r} holds texts of floating-point numbers "
                f"({first_few([row[0] for row in shown])}), as spreadsheets make them: export the ids as text again"
            )
