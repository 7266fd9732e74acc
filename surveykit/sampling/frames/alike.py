"""Values that look like one and are several: told with the steps that would make them one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from surveykit.sampling.frames.frames import DuckDBFrame, Frame
from surveykit.sampling.frames.normalising import (
    ALL_STEPS,
    letters_of,
    needed_steps,
    normalised_sql,
    normalised_text,
)
from surveykit.sampling.plan.definition import NormaliseStep

__all__ = ["SAME_TO_THE_EYE", "Alike", "alike_ids", "alike_values"]

SAME_TO_THE_EYE: tuple[NormaliseStep, ...] = ("nfkc", "spaces")

SHOWN = 3
CHANGEABLE = "[^!-~]|[A-Z]"  # what some step may change, but for leading zeros


@dataclass(frozen=True, slots=True)
class Alike:
    """Groups of values of a column that differ by blanks, width, case or leading zeros only.

    Attributes
    ----------
    column : str
        The column.
    groups : int
        Number of groups.
    shown : tuple of tuple of str
        The first groups.
    rows : mapping of str to int
        Number of rows of the values shown, where they were counted.
    steps : tuple of str
        What makes each of the groups (of ids: those shown) one.
    """

    column: str
    groups: int
    shown: tuple[tuple[str, ...], ...]
    rows: Mapping[str, int]
    steps: tuple[NormaliseStep, ...]

    def __str__(self) -> str:
        told = "; ".join(" and ".join(self._value(value) for value in group) for group in self.shown)
        return f"{self.groups}: {told}{'; ...' if self.groups > len(self.shown) else ''}"

    def _value(self, value: str) -> str:
        return f"{value!r} ({self.rows[value]:,} rows)" if value in self.rows else repr(value)


def alike_values(
    column: str,
    counts: Mapping[str, int],
    distinct: Collection[str] = (),
    steps: Sequence[NormaliseStep] = ALL_STEPS,
) -> Alike | None:
    """Find values of a column that look like one, or None.

    Parameters
    ----------
    column : str
        The column.
    counts : mapping of str to int
        Rows by value.
    distinct : collection of str
        Values that the plan names itself; a group of nothing else is meant as it is.
    steps : sequence of str
        What makes values alike.
    """
    held: defaultdict[str, list[str]] = defaultdict(list)
    for value in sorted(counts):
        held[normalised_text(value, steps)].append(value)
    groups = [tuple(group) for group in held.values() if len(group) > 1 and not set(group) <= set(distinct)]
    return _alike(column, groups, len(groups), counts) if groups else None


def _alike(column: str, groups: Sequence[tuple[str, ...]], number: int, counts: Mapping[str, int]) -> Alike:
    return Alike(column, number, tuple(groups[:SHOWN]), counts, needed_steps(groups))


def alike_ids(frame: Frame, column: str) -> Alike | None:
    """Find ids that look like one, in the engine: on DuckDB by as many hashes as there are distinct ids."""
    dialect = frame.dialect
    text = dialect.text(dialect.quote(column))
    whole = normalised_sql(text, ALL_STEPS, dialect, letters_of(frame, [text]))
    doubtful = f"{text} like '0%' or {dialect.matches(text, dialect.literal(CHANGEABLE))}"
    made = f"case when {doubtful} then {whole} else {text} end"  # most ids are as they would be made
    if isinstance(frame, DuckDBFrame):
        sql = f"select count(distinct hash({text})), count(distinct hash({made})) from {frame.table}"
        plain, folded = frame.rows(sql)[0]
        if plain == folded:
            return None
    pairs = f"select {text} as unit, {made} as folded from {frame.table} where {text} is not null"
    grouped = (
        f"select folded, min(unit) as first_unit, max(unit) as last_unit from ({pairs}) as pairs "
        "group by folded having count(distinct unit) > 1"
    )
    number = int(frame.rows(f"select count(*) from ({grouped}) as grouped")[0][0])
    if not number:
        return None
    rows: Iterable[tuple[str, str, str]] = frame.rows(f"{grouped} order by folded limit 50")
    return _alike(column, [(str(first), str(last)) for _, first, last in rows], number, {})
