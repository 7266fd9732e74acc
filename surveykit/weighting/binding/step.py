"""What a kind of weighting step is: its definition in a plan, its check, and its binding to the rows of a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol, runtime_checkable

import pandas as pd

from surveykit.errors import DataError, Problem
from surveykit.weighting.arrays.distances import Array
from surveykit.weighting.inputs.auxiliaries import Auxiliaries
from surveykit.weighting.inputs.definitions import Definition
from surveykit.weighting.inputs.groups import Group
from surveykit.weighting.inputs.margins import MarginTables
from surveykit.weighting.inputs.outcome import CompiledStep
from surveykit.weighting.inputs.statuses import Statuses

Path = tuple[str | int, ...]
Wanted = list[tuple[str, Path]]
"""Columns that a step needs, each with its path in the plan."""


@dataclass(frozen=True, slots=True, eq=False)
class Binding:
    """What a step is bound to: the table, the margins, the dispositions and the steps before it."""

    table: pd.DataFrame
    margins: MarginTables
    statuses: Statuses
    before: tuple[CompiledStep, ...] = ()
    group: Group | None = None


class Step(Definition):
    """A step of a plan; each kind is a subclass with a literal ``kind``, in a file of `surveykit.weighting.steps`.

    Every method has a default that suits a step without columns, margins and groups, except `bind`.

    Attributes
    ----------
    needs : tuple of str
        Kinds of steps without which units that cannot be weighted any further would still carry weight here.
    """

    if TYPE_CHECKING:
        kind: str  # a field of every subclass; not of this class, so that it stays last in what a plan writes

    needs: ClassVar[tuple[str, ...]] = ("unknown_eligibility", "nonresponse")

    @property
    def settings(self) -> dict[str, Any]:
        """What the plan asked for, as plain values for the log."""
        out: dict[str, Any] = self.model_dump(mode="json", exclude_defaults=True)
        return out

    @property
    def meets_totals(self) -> bool:
        """Whether population totals hold exactly after the step, so that trimming can keep them."""
        return False

    @property
    def models_participation(self) -> bool:
        """Whether the weights rest on a model of who takes part, and describe no probability sample."""
        return False

    def check(self, place: Place) -> list[Problem]:
        """Find what the step must say beyond its shape."""
        return []

    def columns(self, at: Path) -> Wanted:
        """Return the columns that the step needs."""
        return []

    def domains(self) -> tuple[str, ...]:
        """Return the columns by which the weights are worth looking at after the step."""
        return ()

    def margin_files(self) -> tuple[str, ...]:
        """Return the files of margins that the step names."""
        return ()

    def tables(self) -> dict[str, str]:
        """Return the other tables that the step names, by the field that names them."""
        return {}

    def number_columns(self) -> tuple[str, ...]:
        """Return the columns of these tables that hold numbers; the others hold levels."""
        return ()

    def group_columns(self) -> tuple[str, ...]:
        """Return the columns of the groups in each of which the step is made on its own."""
        return ()

    def check_groups(self, binding: Binding, groups: tuple[Group, ...]) -> None:
        """Refuse groups in which the step cannot be made.

        Raises
        ------
        DataError
            Naming the groups.
        """

    def bind(self, binding: Binding, weights: Array) -> CompiledStep:
        """Bind the step to rows, given the weights (n,) before it.

        Raises
        ------
        DataError
            If table or margins do not fit.
        """
        raise DataError(f"the step {self.kind!r} cannot be run here")


class Place(NamedTuple):
    """Where a step stands: all steps of its plan, and its position among them."""

    steps: tuple[Step, ...]
    position: int

    @property
    def path(self) -> Path:
        """Path of the step in the plan."""
        return ("steps", self.position)

    @property
    def before(self) -> tuple[Step, ...]:
        """The steps before it."""
        return self.steps[: self.position]

    @property
    def is_last(self) -> bool:
        """Whether no step follows."""
        return self.position == len(self.steps) - 1


class Balance(NamedTuple):
    """Margins or totals with base and final weights; None where a step has none of the kind."""

    margins: pd.DataFrame | None = None
    totals: pd.DataFrame | None = None


@runtime_checkable
class Balancing(Protocol):
    """A compiled step that brings weights to population totals."""

    def balance(self, before: Array, after: Array) -> Balance:
        """Return its totals with the weights (n,) before the whole plan and after it."""

    def exact_totals(self) -> Auxiliaries | None:
        """Return the totals that hold exactly after it, with their auxiliaries; None for a ridge."""
