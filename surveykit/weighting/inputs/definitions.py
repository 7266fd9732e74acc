"""What a weighting plan says about population margins: their names, files, totals and groups."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

Size = Annotated[float, Field(gt=0)]


class Definition(BaseModel):
    """A part of a plan: read once, never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class MarginDefinition(Definition):
    """A population margin that a step refers to.

    Attributes
    ----------
    variable : str or tuple of str
        Column of the table, or several columns that are crossed.
    file : str, optional
        CSV with the columns variable, level, population; opened by whoever runs the plan.
    name : str, optional
        Name under which the margin is handed to `apply_weighting`; the file or the variable when left out.
    groups : dict of str to tuple of str, optional
        Levels of the margin, each with the codes of the data that it holds.
    totals : dict of str to float, optional
        The totals themselves, in place of a file; in a step with ``by``, such a dict for each group.
    """

    variable: str | tuple[str, ...]
    file: str | None = None
    name: str | None = None
    groups: dict[str, tuple[str, ...]] | None = None
    totals: dict[str, float] | dict[str, dict[str, float]] | None = None

    @property
    def variables(self) -> tuple[str, ...]:
        """The column or columns of the margin."""
        return (self.variable,) if isinstance(self.variable, str) else self.variable

    @property
    def label(self) -> str:
        """Name for messages and tables."""
        return self.name or " x ".join(self.variables)


class NumericTotal(Definition):
    """A numeric auxiliary and its population total; in a step with ``by`` the total of each group."""

    variable: str
    total: float | dict[str, float]


class MarginSet(Definition):
    """Margins, and whether their files hold counts or shares of a population of declared size.

    Attributes
    ----------
    margins : tuple of MarginDefinition
        The margins.
    totals : {"counts", "shares"}
        What the figures of all margins are.
    population_size : float or dict of str to float, optional
        With shares: the size of the population; with ``by`` that of each group.
    by : str or tuple of str
        Columns of groups, each of which is brought to margins of its own. The margins' tables have these columns too;
        a group is named by its levels, joined by ``/``.
    """

    margins: tuple[MarginDefinition, ...] = ()
    totals: Literal["counts", "shares"] = "counts"
    population_size: Size | dict[str, Size] | None = None
    by: tuple[str, ...] = ()

    @field_validator("by", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value
