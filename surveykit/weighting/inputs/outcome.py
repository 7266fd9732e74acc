"""What a weighting step says about itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import numpy as np
import pandas as pd

from surveykit.weighting.arrays.cells import Codes
from surveykit.weighting.arrays.distances import Array, Mask
from surveykit.weighting.variance.credits import Credit


class Outcome(NamedTuple):
    """Weights after a step (n,), what it does to the variance, and the margin errors of its iterations."""

    weights: Array
    credit: Credit
    history: tuple[float, ...] = ()


class CompiledStep(Protocol):
    """A step of a plan, bound to the rows of one table; a pure function of the weights before it."""

    @property
    def kind(self) -> str:
        """Kind of the step in the plan."""

    def run(self, weights: Array, multiplicity: Array | None = None) -> Outcome:
        """Return the weights after the step, the very same array where it only reports.

        In a replicate, multiplicities (n,) say how often a unit counts.
        """

    def describe(self, before: Array, outcome: Outcome) -> Description:
        """Say what the step did, as a table of its cells and notes."""


@dataclass(frozen=True, slots=True)
class Description:
    """Cells of a step (one row each), notes in words, rows that end with weight 0 by reason, and settings."""

    cells: pd.DataFrame
    notes: tuple[str, ...] = ()
    excluded: dict[str, int] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class StepRecord:
    """One line of the weighting log.

    Attributes
    ----------
    step : int
        Position in the plan, from 1.
    kind : str
        Kind of the step.
    settings : dict
        What the plan asked for.
    cells : DataFrame
        Cells of the step with rows, sums of weights before and after, and factors.
    total_before, total_after : float
        Sums of weights.
    rows_before, rows_after : int
        Rows with weight.
    factor_min, factor_max : float
        Range of weight after over weight before, among rows that keep a weight.
    excluded : dict of str to int
        Rows whose weight became 0, by reason.
    history : tuple of float
        Largest relative margin error at each iteration, where there are iterations.
    notes : tuple of str
        Merged classes and other things to know.
    """

    step: int
    kind: str
    settings: dict[str, Any]
    cells: pd.DataFrame
    total_before: float
    total_after: float
    rows_before: int
    rows_after: int
    factor_min: float
    factor_max: float
    excluded: dict[str, int] = field(default_factory=dict)
    history: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return (
            f"{self.step}. {self.kind}: {self.rows_before} -> {self.rows_after} rows, sum of weights "
            f"{self.total_before:.6g} -> {self.total_after:.6g}, factors {self.factor_min:.4g} to {self.factor_max:.4g}"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain values, for manifests and reports."""
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "cells"}
        plain["history"], plain["notes"] = list(self.history), list(self.notes)
        plain["cells"] = self.cells.to_dict(orient="records")
        return plain


def record_step(number: int, step: CompiledStep, before: Array, outcome: Outcome) -> StepRecord:
    """Make the log's line for a step."""
    description = step.describe(before, outcome)
    after = outcome.weights
    kept = (before > 0) & (after > 0)
    factors = after[kept] / before[kept]
    return StepRecord(
        step=number,
        kind=step.kind,
        settings=description.settings,
        cells=description.cells,
        total_before=float(before.sum()),
        total_after=float(after.sum()),
        rows_before=int((before > 0).sum()),
        rows_after=int((after > 0).sum()),
        factor_min=float(factors.min()) if factors.size else float("nan"),
        factor_max=float(factors.max()) if factors.size else float("nan"),
        excluded={reason: count for reason, count in description.excluded.items() if count},
        history=outcome.history,
        notes=description.notes,
    )


def cell_table(labels: tuple[str, ...], codes: Codes, before: Array, after: Array, receivers: Mask) -> pd.DataFrame:
    """Rows, receivers and sums of weights of each cell, with the factor of the receivers."""
    inside, size = codes >= 0, len(labels)
    taking = inside & receivers
    sums = {
        "rows": np.bincount(codes[inside], minlength=size),
        "receivers": np.bincount(codes[taking], minlength=size),
        "total_before": np.bincount(codes[inside], weights=before[inside], minlength=size),
        "total_after": np.bincount(codes[inside], weights=after[inside], minlength=size),
    }
    kept = np.bincount(codes[taking], weights=before[taking], minlength=size)
    factor = np.divide(sums["total_after"], kept, out=np.full(size, np.nan), where=kept > 0)
    return pd.DataFrame({"cell": list(labels), **sums, "factor": factor})
