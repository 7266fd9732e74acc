"""Steps bound to the rows of a table: dropping, classes, margins, trimming, normalisation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

from surveykit.errors import DataError
from surveykit.weighting.adjusting.poststratify import group_factors
from surveykit.weighting.arrays.cells import indicator_matrix
from surveykit.weighting.arrays.credits import (
    CalibrationCredit,
    DropCredit,
    GroupTotalCredit,
    Mask,
    RedistributionCredit,
    TrimmingCredit,
)
from surveykit.weighting.arrays.distances import Array
from surveykit.weighting.arrays.raking import RakingMargin, check_levels, rake_weights
from surveykit.weighting.arrays.trimming import spread_trim
from surveykit.weighting.inputs.classes import Classes, class_factors
from surveykit.weighting.inputs.outcome import Description, Outcome, cell_table


@dataclass(frozen=True, slots=True, eq=False)
class DropRows:
    """Give weight 0 to rows that are out of the population."""

    rows: Mask
    reason: str
    kind: str = "ineligible"

    def run(self, weights: Array, multiplicity: Array | None = None) -> Outcome:
        """Return the weights after the step."""
        return Outcome(np.where(self.rows, 0.0, weights), DropCredit(self.rows))

    def describe(self, before: Array, outcome: Outcome) -> Description:
        """Say how many rows left."""
        return Description(pd.DataFrame(), excluded={self.reason: int((self.rows & (before > 0)).sum())})


@dataclass(frozen=True, slots=True, eq=False)
class Redistribute:
    """Hand the weight of classes to their receivers."""

    kind: str
    classes: Classes
    receivers: Mask
    reason: str
    settings: dict[str, Any] = field(default_factory=dict)

    def run(self, weights: Array, multiplicity: Array | None = None) -> Outcome:
        """Return the weights after the step."""
        codes = self.classes.codes
        inside = codes >= 0
        factors = class_factors(codes, self.receivers, weights)
        after = np.where(inside, np.where(self.receivers, weights * factors[np.where(inside, codes, 0)], 0.0), weights)
        return Outcome(after, RedistributionCredit(codes, self.receivers, weights, self.kind))

    def describe(self, before: Array, outcome: Outcome) -> Description:
        """Return the classes with their factors."""
        codes = self.classes.codes
        lost = int(((codes >= 0) & ~self.receivers & (before > 0)).sum())
        cells = cell_table(self.classes.labels, codes, before, outcome.weights, self.receivers)
        if self.kind == "nonresponse":
            cells["response_rate"] = 1.0 / cells["factor"]
        return Description(cells, self.classes.notes, {self.reason: lost}, self.settings)


@dataclass(frozen=True, slots=True, eq=False)
class MeetMargins:
    """Post-stratify (one margin) or rake (several) to fixed totals."""

    kind: Literal["poststratification", "raking"]
    margins: tuple[RakingMargin, ...]
    settings: dict[str, Any] = field(default_factory=dict)

    def run(self, weights: Array, multiplicity: Array | None = None) -> Outcome:
        """Return the weights after the step."""
        if self.kind == "poststratification":
            margin = self.margins[0]
            check_levels(margin, np.where(margin.codes >= 0, weights, 0.0))
            after = weights * group_factors(margin, weights)
            return Outcome(after, GroupTotalCredit(margin.codes, weights))
        used = weights > 0
        reduced = [RakingMargin(m.name, m.codes[used], m.totals, m.levels) for m in self.margins]
        solution = rake_weights(weights[used], reduced)
        factors = np.ones_like(weights)
        factors[used] = solution.factors
        codes, sizes = [m.codes for m in self.margins], [m.totals.shape[0] for m in self.margins]
        credit = CalibrationCredit(indicator_matrix(codes, sizes), weights, factors, factors, name="raking")
        return Outcome(weights * factors, credit, solution.history)

    def describe(self, before: Array, outcome: Outcome) -> Description:
        """Return each margin before and after."""
        return Description(margin_table(self.margins, before, outcome.weights), settings=self.settings)


@dataclass(frozen=True, slots=True, eq=False)
class Trim:
    """Cut off weights at limits; the sum is kept, margins are not."""

    lower: float
    upper: float
    settings: dict[str, Any] = field(default_factory=dict)
    kind: str = "trimming"

    def run(self, weights: Array, multiplicity: Array | None = None) -> Outcome:
        """Return the weights after the step."""
        trimmed = spread_trim(weights, self.lower, self.upper, strict=True, multiplicity=multiplicity)
        return Outcome(trimmed.weights, TrimmingCredit(weights, trimmed.weights, trimmed.cut, trimmed.receivers))

    def describe(self, before: Array, outcome: Outcome) -> Description:
        """Say how many weights were cut off at which limits."""
        cells = limit_table(before, outcome.weights, self.lower, self.upper)
        return Description(cells, ("margins met before this step are not met after it",), {}, self.settings)


@dataclass(frozen=True, slots=True, eq=False)
class Normalise:
    """Scale weights to a total."""

    total: float
    kind: str = "normalisation"

    def run(self, weights: Array, multiplicity: Array | None = None) -> Outcome:
        """Return the weights after the step."""
        used = weights > 0
        reached = float(weights.sum())
        if reached <= 0:
            raise DataError("normalisation: there is no weight to scale; check the steps before it")
        groups = np.where(used, 0, -1)
        return Outcome(weights * (self.total / reached), GroupTotalCredit(groups, weights, "normalisation"))

    def describe(self, before: Array, outcome: Outcome) -> Description:
        """Return nothing beyond the totals."""
        return Description(pd.DataFrame(), settings={"total": self.total})


def limit_table(before: Array, after: Array, lower: float, upper: float) -> pd.DataFrame:
    """Count weights outside limits before a step, and at them after it."""
    used = before > 0
    return pd.DataFrame(
        {
            "cell": ["below", "above"],
            "limit": [lower, upper],
            "rows": [int((used & (before < lower)).sum()), int((used & (before > upper)).sum())],
            "rows_at_limit": [int((used & (after <= lower)).sum()), int((used & (after >= upper)).sum())],
        }
    )


def margin_table(margins: tuple[RakingMargin, ...], before: Array, after: Array) -> pd.DataFrame:
    """Margins before and after: one row for each level.

    Parameters
    ----------
    margins : tuple of RakingMargin
        Margins with codes of the rows.
    before, after : array, shape (n,)
        Weights.

    Returns
    -------
    DataFrame
        Columns margin, level, rows, population, before, after, share_population, share_before, share_after,
        standardised_before, standardised_after (difference of the shares over sqrt(P (1 - P))), relative_error (of the
        total after).
    """
    parts = [_one_margin(margin, before, after) for margin in margins]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _one_margin(margin: RakingMargin, before: Array, after: Array) -> pd.DataFrame:
    population, size = margin.totals, margin.totals.shape[0]
    rows = (margin.codes >= 0) & (after > 0)
    start = (margin.codes >= 0) & (before > 0)
    first = np.bincount(margin.codes[start], weights=before[start], minlength=size)
    last = np.bincount(margin.codes[rows], weights=after[rows], minlength=size)
    shares = [totals / max(float(totals.sum()), 1e-300) for totals in (population, first, last)]
    spread = np.sqrt(np.maximum(shares[0] * (1 - shares[0]), 1e-300))
    return pd.DataFrame(
        {
            "margin": margin.name,
            "level": list(margin.levels),
            "rows": np.bincount(margin.codes[rows], minlength=size),
            "population": population,
            "before": first,
            "after": last,
            "share_population": shares[0],
            "share_before": shares[1],
            "share_after": shares[2],
            "standardised_before": (shares[1] - shares[0]) / spread,
            "standardised_after": (shares[2] - shares[0]) / spread,
            "relative_error": np.abs(last - population) / np.maximum(np.maximum(population, last), 1e-300),
        }
    )
