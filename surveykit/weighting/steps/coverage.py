"""Coverage: what the frame covers of a population, level by level; weights stay as they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd

from surveykit.errors import Problem
from surveykit.weighting.arrays.distances import Array, Mask
from surveykit.weighting.arrays.raking import RakingMargin
from surveykit.weighting.binding.margin_step import MarginStep
from surveykit.weighting.binding.step import Binding, Place
from surveykit.weighting.inputs.margins import (
    code_margin,
    margin_source,
    named_table,
    read_sizes,
    read_totals,
    resolve_margins,
)
from surveykit.weighting.inputs.outcome import Description, Outcome
from surveykit.weighting.models.coverage import compare_shares
from surveykit.weighting.variance.credited import KeptInfluence


class CoverageStep(MarginStep):
    """What the frame covers of a population, level by level; weights stay as they are.

    Attributes
    ----------
    margins : tuple of MarginDefinition
        The population's counts, for example by district, sex and age; several variables in one margin are crossed.
    frame : str, optional
        Name of a table of the whole frame: the variables and a column ``count``. Without it the frame is estimated by
        the weights of the sampled units at this point of the plan.
    """

    kind: Literal["coverage"]
    frame: str | None = None

    needs: ClassVar[tuple[str, ...]] = ()
    sized: ClassVar[bool] = False

    def check(self, place: Place) -> list[Problem]:
        """Find what the step must say beyond its shape."""
        problems, at = super().check(place), place.path
        if not self.margins:
            problems.append(Problem("coverage needs margins", "add the population by district, sex and age", at))
        if self.by:
            problems.append(Problem("coverage has no groups", "cross the variables in one margin", (*at, "by")))
        if self.totals == "shares":
            what = "coverage compares counts with counts"
            problems.append(Problem(what, "give the population as counts", (*at, "totals")))
        return problems

    def tables(self) -> dict[str, str]:
        """Return the table of the frame."""
        return {} if self.frame is None else {"frame": self.frame}

    def number_columns(self) -> tuple[str, ...]:
        """Return the column of counts."""
        return ("count",)

    def bind(self, binding: Binding, weights: Array) -> ReportCoverage:
        """Bind the step to rows, or to the table of the frame."""
        tables, ineligible = binding.margins, binding.statuses.ineligible
        if self.frame is None:
            margins = resolve_margins(self, tables, binding.table, weights > 0)
            return ReportCoverage(margins, None, ineligible, self.settings)
        frame = named_table(tables, self.frame, "the frame")
        counts = read_sizes(frame, "count", self.frame)
        coded = []
        for margin in self.margins:
            totals = read_totals(margin_source(margin, tables), margin.variables, margin.label)
            coded.append(
                code_margin(frame, margin.variables, totals, counts > 0, name=margin.label, groups=margin.groups)
            )
        return ReportCoverage(tuple(coded), counts, ineligible, self.settings)


@dataclass(frozen=True, slots=True, eq=False)
class ReportCoverage:
    """Say what the frame covers of a population; weights stay as they are.

    Attributes
    ----------
    margins : tuple of RakingMargin
        The population's totals, with codes of the rows of ``counts``.
    counts : array, optional
        Sizes of the rows of a table of the frame; None when the frame is estimated by the weights.
    ineligible : bool array, shape (n,)
        Sampled rows that are out of the population.
    """

    margins: tuple[RakingMargin, ...]
    counts: Array | None
    ineligible: Mask
    settings: dict[str, Any] = field(default_factory=dict)
    kind: str = "coverage"

    def run(self, weights: Array, multiplicity: Array | None = None) -> Outcome:
        """Return the weights as they are."""
        return Outcome(weights, KeptInfluence(self.kind))

    def describe(self, before: Array, outcome: Outcome) -> Description:
        """Return frame and population, level by level."""
        sizes = np.where(self.ineligible, 0.0, before) if self.counts is None else self.counts
        cells = pd.concat([_compare(margin, sizes) for margin in self.margins], ignore_index=True)
        note = "frame: counted in the table of the frame"
        if self.counts is None:
            note = f"frame: estimated by the weights of {int((sizes > 0).sum())} sampled units, without ineligible ones"
        return Description(cells, (note,), {}, self.settings)


def _compare(margin: RakingMargin, sizes: Array) -> pd.DataFrame:
    inside = margin.codes >= 0
    have = np.bincount(margin.codes[inside], weights=sizes[inside], minlength=margin.totals.shape[0])
    return compare_shares(margin.name, margin.levels, have, margin.totals)
