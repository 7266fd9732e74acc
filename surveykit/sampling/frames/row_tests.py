"""What a row of a frame must hold for a plan, as conditions in SQL that are true where it does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from surveykit.errors import Problem
from surveykit.sampling.frames.encoding import covered_columns
from surveykit.sampling.frames.frames import Frame
from surveykit.sampling.frames.strata import NUMBER, TEXTUAL
from surveykit.sampling.plan.definition import SamplingPlan

__all__ = ["RowTest", "row_problem", "row_tests"]

Fault = Literal["blank id", "digits lost", "missing", "no number", "no size", "endless", "not positive", "unordered"]


@dataclass(frozen=True, slots=True)
class RowTest:
    """A test of each row.

    Attributes
    ----------
    fault : str
        What is wrong with a row.
    column : str
        The column at fault.
    condition : str
        SQL that is true of a wrong row.
    """

    fault: Fault
    column: str
    condition: str


def row_problem(test: RowTest, count: int, few: str) -> Problem:
    """The problem of a test that some rows fail, the first few of which are named."""
    name = test.column
    leave = "correct the values, or leave those units out of the frame and say so"
    if test.fault == "blank id":
        return Problem(f"id column {name!r} is blank in {count:,} rows", "give every unit an id")
    if test.fault == "digits lost":
        what = f"id column {name!r} holds texts of floating-point numbers in {count:,} rows ({few})"
        return Problem(what, "a spreadsheet has lost their last digits: export the ids as text again")
    if test.fault == "missing":
        what = f"column {name!r} is missing in {count:,} rows ({few})"
        return Problem(what, "fill it in, or leave those units out of the frame")
    if test.fault == "no number":
        what = f"column {name!r} is read as numbers, and {count:,} rows hold none ({few})"
        return Problem(what, "correct the values")
    if test.fault == "no size":
        return Problem(f"numbers in column {name!r} are missing in {count:,} rows ({few})", leave)
    if test.fault == "endless":
        return Problem(f"numbers in column {name!r} are infinite or none in {count:,} rows ({few})", leave)
    if test.fault == "not positive":
        return Problem(f"sizes in column {name!r} are not positive in {count:,} rows ({few})", leave)
    return Problem(f"column {name!r}, which orders the list, is missing in {count:,} rows ({few})", "fill it in")


def row_tests(plan: SamplingPlan, frame: Frame) -> list[RowTest]:
    """Tests of ids, strata, clusters, sizes and what else a plan reads, of the columns that the frame has."""
    dialect, unit = frame.dialect, plan.frame.id
    text = dialect.text(dialect.quote(unit))
    found = [
        RowTest("blank id", unit, f"trim({text}) = ''"),
        RowTest("digits lost", unit, f"{text} like '_.%E+%' or {text} like '_E+%'"),
    ]
    for name in [*plan.strata, *(stage.id for stage in plan.stages[:-1])]:
        text = dialect.text(dialect.quote(name))
        found.append(RowTest("missing", name, f"{text} is null or trim({text}) = ''"))
    kinds = frame.columns()
    found += _number_tests(plan, frame, kinds)
    for name in dict.fromkeys(name for owner in plan.stages or (plan,) for name in owner.selection.order):
        found.append(RowTest("unordered", name, f"{dialect.quote(name)} is null"))
    return [test for test in found if test.column in kinds]


def _number_tests(plan: SamplingPlan, frame: Frame, kinds: dict[str, str]) -> list[RowTest]:
    dialect = frame.dialect
    owners = plan.stages or (plan,)
    sizes = [owner.selection.size for owner in owners if owner.selection.size]
    needed = [name for owner in owners for name in (*owner.selection.balance, *owner.selection.coordinates)]
    unit_size = owners[-1].selection.size
    found = []
    for name in [entry.column for entry in covered_columns(plan, frame) if entry.reading == "number"]:
        text = dialect.text(dialect.quote(name))
        given = f"{text} is not null"
        if kinds[name].upper().startswith(TEXTUAL):
            matches = dialect.matches(text, dialect.literal(NUMBER))
            found.append(RowTest("no number", name, f"{given} and not ({matches})"))
            given = f"{given} and {matches}"
        number = f"(case when {given} then cast({dialect.quote(name)} as {dialect.double}) end)"
        if name in (*sizes, *needed):
            endless = ", ".join(f"cast('{word}' as {dialect.double})" for word in ("Infinity", "-Infinity", "NaN"))
            found.append(RowTest("no size", name, f"{text} is null"))
            found.append(RowTest("endless", name, f"{number} in ({endless})"))
        if name in sizes:
            found.append(RowTest("not positive", name, f"{number} {'<= 0' if name == unit_size else '< 0'}"))
    return found
