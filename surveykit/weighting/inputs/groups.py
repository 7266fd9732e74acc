"""A step made in each group of rows on its own: its weights, its variance, its log and its errors by group."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pandas as pd

from surveykit.errors import ConvergenceError, DataError, first_few
from surveykit.weighting.arrays.cells import level_text
from surveykit.weighting.arrays.distances import Array, Mask
from surveykit.weighting.inputs.outcome import CompiledStep, Description, Outcome
from surveykit.weighting.variance.credits import Credit
from surveykit.weighting.variance.packing import packed

Made = TypeVar("Made")


class Group(NamedTuple):
    """A group of rows: the columns that make it, its levels in them, and its rows (n,)."""

    columns: tuple[str, ...]
    levels: tuple[str, ...]
    rows: Mask

    @property
    def key(self) -> str:
        """Levels joined by a slash, as plans name a group."""
        return "/".join(self.levels)

    @property
    def label(self) -> str:
        """Name for logs and messages."""
        return ", ".join(f"{column}={level}" for column, level in zip(self.columns, self.levels, strict=True))


def find_groups(table: pd.DataFrame, columns: tuple[str, ...], used: Mask) -> tuple[Group, ...]:
    """Find the groups of the rows in use.

    Parameters
    ----------
    table : DataFrame, n rows
        Holds the columns.
    columns : tuple of str
        Columns that are crossed.
    used : bool array, shape (n,)
        Rows with weight.

    Returns
    -------
    tuple of Group
        In the order of their levels.

    Raises
    ------
    DataError
        If a column is missing in a row in use.
    """
    texts = [level_text(table[name]) for name in columns]
    for name, text in zip(columns, texts, strict=True):
        missing = used & pd.isna(text)
        if missing.any():
            raise DataError(
                f"groups: {name!r} is missing in {int(missing.sum())} of {int(used.sum())} weighted rows "
                f"(rows {first_few(np.flatnonzero(missing).tolist())}); complete it, or leave it out of by"
            )
    keys = list(zip(*(text.tolist() for text in texts), strict=True))
    own: dict[tuple[str, ...], list[int]] = {}
    for row in np.flatnonzero(used):
        own.setdefault(keys[row], []).append(int(row))
    found = []
    for levels in sorted(own):
        rows = np.zeros(len(table), dtype=bool)
        rows[own[levels]] = True
        found.append(Group(columns, levels, rows))
    return tuple(found)


def in_each(groups: Sequence[Group], make: Callable[[int], Made]) -> list[Made]:
    """Make something for each group; failures are collected and raised at once, each naming its group.

    Raises
    ------
    DataError, ConvergenceError
        The second if no group fails otherwise.
    """
    made, failed, unmet = [], [], True
    for position, group in enumerate(groups):
        try:
            made.append(make(position))
        except (DataError, ConvergenceError) as error:
            failed.append(f"group {group.label}: {error}")
            unmet = unmet and isinstance(error, ConvergenceError)
    if failed:
        more = f" (and {len(failed) - 3} more groups)" if len(failed) > 3 else ""
        message = f"{len(failed)} of {len(groups)} groups: {'; '.join(failed[:3])}{more}"
        raise ConvergenceError(message) if unmet else DataError(message)
    return made


@packed
@dataclass(frozen=True, slots=True, eq=False)
class GroupedCredit:
    """The credit of a step that was made in each group on its own.

    Attributes
    ----------
    parts : tuple of (rows, Credit)
        Rows of a group, and the credit of the step in it.
    name : str
        Name of the step.
    """

    parts: tuple[tuple[Mask, Credit], ...]
    name: str

    def residuals(self, z: Array) -> Array:
        """Carry ``z`` (n, k) over the step, group by group."""
        return self._carried(z, "residuals", z)

    def direct(self, z: Array) -> Array:
        """Return what goes straight to the base weights."""
        return self._carried(z, "direct", np.zeros_like(z))

    def _carried(self, z: Array, how: str, start: Array) -> Array:
        out = start.copy()
        for rows, credit in self.parts:
            carry = getattr(credit, how, None)
            if carry is not None:
                out[rows] = carry(np.where(rows[:, None], z, 0.0))[rows]
        return out


@dataclass(frozen=True, slots=True, eq=False)
class ByGroups:
    """A step bound to each group on its own.

    Attributes
    ----------
    groups : tuple of Group
        The groups; no row is in two.
    steps : tuple of CompiledStep
        The step of each group, in the same order.
    """

    groups: tuple[Group, ...]
    steps: tuple[CompiledStep, ...]
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """Kind of the step in the plan."""
        return self.steps[0].kind

    def run(self, weights: Array, multiplicity: Array | None = None) -> Outcome:
        """Return the weights after the step."""
        outcomes = in_each(self.groups, lambda at: self.steps[at].run(self._own(at, weights), multiplicity))
        after = weights.copy()
        for group, outcome in zip(self.groups, outcomes, strict=True):
            after[group.rows] = outcome.weights[group.rows]
        parts = tuple((group.rows, outcome.credit) for group, outcome in zip(self.groups, outcomes, strict=True))
        longest = zip_longest(*(outcome.history for outcome in outcomes), fillvalue=0.0)
        return Outcome(after, GroupedCredit(parts, self.kind), tuple(max(errors) for errors in longest))

    def describe(self, before: Array, outcome: Outcome) -> Description:
        """Return the cells of every group, with the group in the first column."""
        cells, notes, excluded = [], [], dict[str, int]()
        for at, group in enumerate(self.groups):
            own = self.steps[at].describe(
                self._own(at, before), outcome._replace(weights=self._own(at, outcome.weights))
            )
            cells.append(own.cells.assign(group=group.label))
            notes += [f"{group.label}: {note}" for note in own.notes]
            for reason, count in own.excluded.items():
                excluded[reason] = excluded.get(reason, 0) + count
        table = pd.concat(cells, ignore_index=True)
        order = ["group", *(name for name in table.columns if name != "group")]
        return Description(table[order], tuple(notes), excluded, self.settings)

    def _own(self, at: int, weights: Array) -> Array:
        out: Array = np.where(self.groups[at].rows, weights, 0.0)
        return out


def flat_steps(steps: Sequence[CompiledStep]) -> Iterator[tuple[str, CompiledStep]]:
    """Yield every compiled step with the label of its group, empty where a step has no groups."""
    for step in steps:
        if isinstance(step, ByGroups):
            yield from ((group.label, own) for group, own in zip(step.groups, step.steps, strict=True))
        else:
            yield "", step
