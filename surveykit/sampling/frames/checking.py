"""Every problem of a frame at once, before anything is drawn from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from surveykit.display import NamedTable, Presentation, Shown
from surveykit.errors import DataError, Problem, choose, first_few
from surveykit.sampling.frames.alike import Alike, alike_ids, alike_values
from surveykit.sampling.frames.frames import Frame, reading_of, require_plain_type
from surveykit.sampling.frames.preparing import first_stage_plan, open_plan_frame, preparation_notes, steps_by_column
from surveykit.sampling.frames.row_tests import row_problem, row_tests
from surveykit.sampling.frames.strata import (
    LARGE_FRAME,
    counted_strata,
    level_complaints,
    likeness_complaints,
    likeness_notes,
    require_distinct_ids,
    require_ids,
)
from surveykit.sampling.plan.definition import SamplingPlan

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FrameReport", "check_frame"]

IdReport = Literal["auto", "all"]


@dataclass(frozen=True, slots=True)
class FrameReport(Shown):
    """What a frame is and what is wrong with it.

    Attributes
    ----------
    source : str
        Name of the file, or kind of object.
    reading : dict of str to str
        How the file was read: kind, encoding, separator, sheet, what was left out.
    rows, strata : int
        Units and strata; 0 where they could not be counted.
    problems : tuple of Problem
        All that keeps the plan from being drawn; empty when nothing does.
    doubts : tuple of Problem
        What may be a slip: ids and clusters that look like one.
    notes : tuple of str
        What normalising changes.
    skipped : tuple of str
        What was not looked at, and why.
    """

    source: str
    reading: dict[str, str]
    rows: int
    strata: int
    problems: tuple[Problem, ...]
    doubts: tuple[Problem, ...]
    notes: tuple[str, ...]
    skipped: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<FrameReport: {self.rows} units, {len(self.problems)} problems, {len(self.doubts)} doubts>"

    def presentation(self) -> Presentation:
        """Return what was found."""
        import pandas as pd

        found = [("problem", str(one)) for one in self.problems] + [("doubt", str(one)) for one in self.doubts]
        table = pd.DataFrame(found, columns=["kind", "found"])
        told = (*(f"{name}: {value}" for name, value in self.reading.items()), *self.notes, *self.skipped)
        return Presentation(
            ("抽样框检查", "Check of the frame"),
            (NamedTable(("发现", "Found"), table),),
            tuple((text, text) for text in told),
        )


def check_frame(plan: SamplingPlan, frame: Any, *, ids: IdReport = "auto") -> FrameReport:
    """Open a frame, or the table of clusters of a draw in two steps, and find everything that hinders the plan's draw.

    Parameters
    ----------
    plan : SamplingPlan
        The plan; it needs no seed.
    frame : path, table or DuckDB relation
        See `draw`.
    ids : {"auto", "all"}
        Ids that look like one are sought in frames up to two million rows, or in all; ids that are one are sought in
        all on DuckDB, by their hashes, and up to two million rows elsewhere. What was skipped is said.

    Returns
    -------
    FrameReport
        Problems: columns that are missing or of a type whose text differs between engines, ids and strata missing,
        strata that plan and frame do not share, strata smaller than their sample, values of strata that look like one,
        sizes that are no positive numbers, order columns with gaps, ids more than once. Doubts: ids and clusters that
        look like one.

    Examples
    --------
    >>> import pandas as pd
    >>> content = {"id": "p", "frame": {"id": "u"}, "strata": ["d"], "size": {"per_stratum": 1}}
    >>> plan = SamplingPlan.model_validate(content)
    >>> report = check_frame(plan, pd.DataFrame({"u": ["a", "a"], "d": ["x", "x "]}))
    >>> len(report.problems)
    2
    """
    choose("ids", ids, get_args(IdReport))
    try:
        opened = open_plan_frame(plan, frame)
        kinds = opened.columns()
    except DataError as error:
        found = getattr(error, "problem", None) or Problem(str(error))
        source = str(getattr(frame, "name", type(frame).__name__))
        return FrameReport(source, {}, 0, 0, (found,), (), (), ("all else: the frame cannot be opened",))
    whole, late = plan, plan.listing is not None and bool(plan.stages)
    if late:
        expected = plan.listing.expected if plan.listing is not None else None
        carried = plan.clusters.keep if plan.clusters is not None else ()
        plan = first_stage_plan(plan, (*carried, *([expected] if expected is not None else [])))
    look = _Look(plan, opened, kinds)
    look.columns()
    table = look.strata()
    rows = int(table["population_size"].sum()) if table is not None else 0
    look.rows()
    if late:
        look.clusters(rows)
    else:
        look.ids(rows, ids)
    return FrameReport(
        opened.source,
        reading_of(opened),
        rows,
        0 if table is None else len(table),
        tuple(look.problems),
        tuple(look.doubts),
        preparation_notes(whole, opened),
        tuple(look.skipped),
    )


class _Look:
    """One look at a frame, in as few scans as it takes."""

    def __init__(self, plan: SamplingPlan, frame: Frame, kinds: dict[str, str]) -> None:
        self.plan, self.frame, self.kinds = plan, frame, kinds
        self.problems: list[Problem] = []
        self.doubts: list[Problem] = []
        self.skipped: list[str] = []

    def columns(self) -> None:
        """Columns that are missing, and types whose text differs between engines."""
        plan = self.plan
        needed = [plan.frame.id, *plan.strata, *(stage.id for stage in plan.stages), *(plan.frame.keep or ())]
        for owner in plan.stages or (plan,):
            chosen, rule = owner.selection, owner.size
            needed += [*([chosen.size] if chosen.size else []), *chosen.order, *chosen.balance, *chosen.coordinates]
            measures = (rule.standard_deviation, rule.mean, rule.measure, rule.cost)
            needed += [name for name in measures if isinstance(name, str)]
        missing = [name for name in dict.fromkeys(needed) if name not in self.kinds]
        if missing:
            what = f"columns are missing ({first_few(missing)}); the frame has {first_few(list(self.kinds), 12)}"
            self.problems.append(Problem(what, "correct the plan's column names or the frame"))
        for name in dict.fromkeys([plan.frame.id, *plan.strata, *(stage.id for stage in plan.stages[:-1])]):
            role = "id" if name == plan.frame.id else "stratum" if name in plan.strata else "cluster"
            if name in self.kinds:
                try:
                    require_plain_type(self.frame, name, self.kinds[name], role)
                except DataError as error:
                    self.problems.append(Problem(str(error)))

    def strata(self) -> pd.DataFrame | None:
        """Strata against the plan; None where they cannot be counted."""
        plan = self.plan
        present = {name for name in (plan.frame.id, *plan.strata) if name in self.kinds}
        if plan.frame.id not in present:
            self.skipped.append("ids, strata and sizes: the id column is missing")
            return None
        if len(present) <= len(plan.strata):
            self.skipped.append("strata: a stratum column is missing")
        held = plan.model_copy(update={"strata": tuple(n for n in plan.strata if n in present), "stages": ()})
        try:
            table = counted_strata(held, self.frame, {}).sort_values("stratum", kind="stable", ignore_index=True)
        except DataError as error:
            self.problems.append(Problem(str(error)))
            return None
        try:
            require_ids(held, self.frame, table)
        except DataError as error:
            self.problems.append(Problem(str(error)))
        if held.strata == plan.strata:
            self.problems += [Problem(text) for text in level_complaints(plan, table)]
            self.problems += [Problem(text) for text in _small_strata(plan, table)]
            self.problems += [Problem(text) for text in likeness_complaints(plan, table)]
            self.doubts += [Problem(note) for note in likeness_notes(plan, table)]
        return table

    def rows(self) -> None:
        """What is wrong row by row: all tests in one scan, and the rows of those that fail in one each."""
        plan, frame = self.plan, self.frame
        if plan.frame.id not in self.kinds:
            return
        tests = row_tests(plan, frame)
        sums = ", ".join(f"sum(case when {test.condition} then 1 else 0 end)" for test in tests)
        counts = frame.rows(f"select {sums} from {frame.table}")[0]
        dialect = frame.dialect
        unit = dialect.text(dialect.quote(plan.frame.id))
        for test, number in zip(tests, counts, strict=True):
            count = int(number or 0)
            if count:
                value = dialect.text(dialect.quote(test.column))
                shown = frame.rows(
                    f"select {unit} as unit, {value} as cell from {frame.table} where {test.condition} "
                    "order by unit limit 3"
                )
                few = ", ".join(
                    repr(cell) if test.column == plan.frame.id else f"{one}: {cell!r}" for one, cell in shown
                )
                self.problems.append(row_problem(test, count, few + (", ..." if count > len(shown) else "")))

    def ids(self, rows: int, ids: IdReport) -> None:
        """Ids that are one, and ids and clusters that look like one."""
        plan, frame = self.plan, self.frame
        if not rows:
            return
        large = rows > LARGE_FRAME and ids == "auto"
        if large and frame.dialect.name != "duckdb":
            self.skipped.append(f"duplicate ids: the frame has more than {LARGE_FRAME:,} rows")
        else:
            try:
                require_distinct_ids(plan, frame, rows)
            except DataError as error:
                self.problems.append(Problem(str(error)))
        if large:
            self.skipped.append(
                f"ids that look like one: the frame has more than {LARGE_FRAME:,} rows; --all-ids looks"
            )
        elif plan.frame.id not in steps_by_column(plan) or steps_by_column(plan)[plan.frame.id]:
            self._doubt(alike_ids(frame, plan.frame.id), "ids")
        for stage in plan.stages[:-1]:
            if stage.id in self.kinds and steps_by_column(plan).get(stage.id) != ():
                self._doubt(self._alike_clusters(stage.id), "clusters")

    def clusters(self, rows: int) -> None:
        """Clusters of a table of clusters that have more than one row, and ids of clusters that look like one."""
        plan, dialect = self.plan, self.frame.dialect
        if not rows:
            return
        names = [name for name in (*plan.strata, plan.frame.id) if name in self.kinds]
        keys = ", ".join(dialect.text(dialect.quote(name)) for name in names)
        twice = f"select {keys}, count(*) from {self.frame.table} group by {keys} having count(*) > 1"
        found = sorted("/".join(map(str, row[:-1])) for row in self.frame.rows(twice))
        if found:
            self.problems.append(
                Problem(f"clusters have more than one row ({first_few(found)})", "keep one row per cluster")
            )
        if steps_by_column(plan).get(plan.frame.id) != ():
            self._doubt(self._alike_clusters(plan.frame.id), "clusters")

    def _alike_clusters(self, column: str) -> Alike | None:
        dialect = self.frame.dialect
        text = dialect.text(dialect.quote(column))
        counts = self.frame.rows(
            f"select {text} as cluster, count(*) from {self.frame.table} where {text} is not null group by {text}"
        )
        return alike_values(column, {str(value): int(number) for value, number in counts})

    def _doubt(self, found: Alike | None, kind: str) -> None:
        if found is not None:
            steps = ", ".join(found.steps)
            self.doubts.append(
                Problem(
                    f"{kind} in column {found.column!r} differ by blanks, width, case or leading zeros only ({found})",
                    f"write 'normalise: {{{found.column}: [{steps}]}}' under 'frame:' of the plan if they are one, "
                    f"'normalise: {{{found.column}: []}}' if they are not",
                )
            )


def _small_strata(plan: SamplingPlan, table: pd.DataFrame) -> list[str]:
    """Strata that hold fewer units than are asked of them, where the plan says how many."""
    if plan.stages:
        return []
    fixed = plan.size.by_stratum or {}
    asked = [fixed.get(str(name), plan.size.per_stratum or 0) for name in table["stratum"]]
    sizes = zip(table["stratum"], table["population_size"].tolist(), asked, strict=True)
    short = [f"{name} ({n} of {size})" for name, size, n in sizes if n > size and str(name).strip()]
    return [f"more units are asked for than the stratum holds in {first_few(short)}: lower their size"] if short else []
