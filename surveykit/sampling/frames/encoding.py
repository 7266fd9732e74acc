"""The canonical text of a row: what two engines must agree on to the last character before it is hashed.

Each cell is written so that no two rows of different content give one text: ``-`` for a missing value, ``7tu000001``
(number of characters, ``t``, the characters) for text, ``n12;`` for a whole number, ``f3fb999999999999a;`` (the 64 bits
of IEEE 754) for any other number, ``xnan;`` ``xinf;`` ``x-inf;``, ``btrue;`` for a truth value, ``d1.50;`` for a
decimal, ``a2026-11-28;`` for a date and ``w2026-11-28 08:30:00.000000000;`` for a moment without time zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from surveykit.errors import DataError
from surveykit.sampling.frames.frames import FLOATING, UNSTABLE, Frame
from surveykit.sampling.frames.preparing import steps_by_column
from surveykit.sampling.plan.definition import SamplingPlan

__all__ = ["Covered", "covered_columns", "row_expression"]

Reading = Literal["text", "number", "value"]
LARGEST = "1.7976931348623157e308"
WHOLE_BELOW = "9e18"


@dataclass(frozen=True, slots=True)
class Covered:
    """A column that decides the sample, and how the selection reads it.

    Attributes
    ----------
    reading : {"text", "number", "value"}
        As text (ids, strata, clusters), as a double (sizes, balance, coordinates, what an allocation needs), or as the
        engine holds it (what a list is ordered by, where 10 follows 9 but "10" precedes "9").
    column : str
        Name in the frame.
    steps : tuple of str
        Steps by which its values are normalised.
    """

    reading: Reading
    column: str
    steps: tuple[str, ...] = ()


def covered_columns(plan: SamplingPlan, frame: Frame) -> tuple[Covered, ...]:
    """Every column of the frame that decides the sample, in the order of the encoding.

    Names that the frame lacks, such as the ``cluster_size`` of a stage's own list, follow from the others.
    """
    steps = steps_by_column(plan)
    identity = tuple(f"{part}:{step}" for part in plan.frame.parts for step in steps.get(part, ()))
    found = [Covered("text", plan.frame.id, identity or steps.get(plan.frame.id, ()))]
    found += [Covered("text", name, steps.get(name, ())) for name in plan.strata]
    found += [Covered("text", stage.id, steps.get(stage.id, ())) for stage in plan.stages[:-1]]
    for owner in plan.stages or (plan,):
        chosen, rule = owner.selection, owner.size
        measures = (rule.standard_deviation, rule.mean, rule.measure, rule.cost)
        numbers = [chosen.size, *chosen.balance, *chosen.coordinates, *measures]
        found += [Covered("number", name) for name in numbers if isinstance(name, str)]
        found += [Covered("value", name) for name in chosen.order]
    found += [Covered("text", name) for stage in plan.stages for name in stage.strata]
    if plan.listing is not None and plan.listing.expected is not None:
        found.append(Covered("number", plan.listing.expected))
    present = frame.columns()
    return tuple(entry for entry in dict.fromkeys(found) if entry.column in present)


def row_expression(columns: tuple[Covered, ...], frame: Frame) -> str:
    """SQL of the canonical text of a row."""
    kinds = frame.columns()
    cells = [_cell(entry, kinds[entry.column], frame) for entry in columns]
    return cells[0] if len(cells) == 1 else f"concat({', '.join(cells)})"


def _cell(entry: Covered, kind: str, frame: Frame) -> str:
    dialect = frame.dialect
    name = dialect.quote(entry.column)
    form = {"text": "text", "number": "number"}.get(entry.reading) or _form(entry.column, kind, frame)
    text = dialect.text(name)
    if form == "text":
        return f"case when {name} is null then '-' else concat(length({text}), 't', {text}) end"
    if form == "number":
        return _number(f"cast({name} as {dialect.double})", frame)
    mark, content = {
        "whole": ("n", text),
        "truth": ("b", text),
        "decimal": ("d", text),
        "date": ("a", text),
        "moment": ("w", dialect.moment(name, kind)),
    }[form]
    return f"case when {name} is null then '-' else concat('{mark}', {content}, ';') end"


def _number(value: str, frame: Frame) -> str:
    """A double: whole numbers in decimal digits, so that 3 and 3.0 are one; minus zero is zero."""
    dialect = frame.dialect
    infinite = f"cast('Infinity' as {dialect.double})"
    below = f"cast('-Infinity' as {dialect.double})"
    return (
        f"case when {value} is null then '-' when {value} = {infinite} then 'xinf;' when {value} = {below} "
        f"then 'x-inf;' when {value} = cast('NaN' as {dialect.double}) then 'xnan;' "
        f"when {value} = floor({value}) and abs({value}) < {WHOLE_BELOW} "
        f"then concat('n', {dialect.text(f'cast({value} as bigint)')}, ';') "
        f"else concat('f', {dialect.double_hex(value)}, ';') end"
    )


def _form(column: str, kind: str, frame: Frame) -> str:
    """How a column that orders a list is written, by the engine's name of its type."""
    name = kind.upper()
    if name.startswith("TIMESTAMP") and "ZONE" not in name and not name.startswith("TIMESTAMPTZ"):
        return "moment"
    if name == "DATE":
        return "date"
    if name.startswith("BOOL"):
        return "truth"
    if name.startswith(("DECIMAL", "NUMERIC")):
        return "decimal"
    if name.startswith(FLOATING):
        return "number"
    if name.startswith((*UNSTABLE, "INTERVAL")) or name.endswith("]"):
        raise DataError(
            f"frame {frame.source!r}: column {column!r}, which orders the list, is of type {kind}, whose order differs "
            "between engines: give numbers, dates, moments without time zone, or text"
        )
    return "whole" if "INT" in name and not name.startswith("POINT") else "text"
