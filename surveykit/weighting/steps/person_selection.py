"""Selection within the household: weight over the probability with which the person who answered was chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from surveykit.errors import DataError, Problem, first_few
from surveykit.files.person_methods import GridMethod
from surveykit.sampling.multistage.persons import person_probabilities
from surveykit.weighting.arrays.distances import Array
from surveykit.weighting.binding.step import Binding, Path, Place, Step, Wanted
from surveykit.weighting.inputs.outcome import Description, Outcome
from surveykit.weighting.variance.credited import KeptInfluence


class PersonSelectionStep(Step):
    """Household weights become weights of persons.

    Attributes
    ----------
    eligible : str
        Column with the number of eligible persons of the household, as it was answered.
    method : {"equal", "kish_1949"}
        Whether each had the same chance (a grid row of the household's own, the next birthday), or that of Kish's
        eight tables.
    selected : str, optional
        Column with the position of the person who was chosen; Kish's tables need it.
    maximum : int, optional
        Largest factor. It is told how many households have more persons; their weight is then too small, which trades
        bias for variance and is never done unless asked for.
    """

    kind: Literal["person_selection"]
    eligible: str
    method: Literal["equal", "kish_1949"] = "equal"
    selected: str | None = None
    maximum: int | None = Field(default=None, ge=1)

    def check(self, place: Place) -> list[Problem]:
        """Refuse the step where it would destroy margins that are met, and Kish's tables without the person."""
        problems = []
        if any(before.meets_totals for before in place.before):
            what = "selection within the household moves weights away from the margins before it"
            problems.append(Problem(what, "put it before the margins", place.path))
        if self.method == "kish_1949" and self.selected is None:
            what = "Kish's tables give persons different chances in households of five"
            problems.append(Problem(what, "give selected, the position of the person", (*place.path, "selected")))
        return problems

    def columns(self, at: Path) -> Wanted:
        """Return the columns of the household's size and of who was chosen."""
        wanted: Wanted = [(self.eligible, (*at, "eligible"))]
        return wanted + ([(self.selected, (*at, "selected"))] if self.selected is not None else [])

    def bind(self, binding: Binding, weights: Array) -> ByPersons:
        """Read the numbers of rows with weight; a number that is not known is an error, never guessed."""
        used = weights > 0
        rows = binding.table[used]
        size = pd.to_numeric(rows[self.eligible], errors="coerce").to_numpy(dtype=float)
        bad = ~(np.isfinite(size) & (size >= 1) & (size == np.floor(size)))
        if bad.any():
            unit = "unit_id" if "unit_id" in rows else None
            named = (rows[unit] if unit else pd.Series(rows.index))[bad].tolist()
            raise DataError(
                f"person_selection: {self.eligible!r}, the number of eligible persons, is missing or no whole number "
                f"of at least 1 for {int(bad.sum())} of {int(used.sum())} respondents ({first_few(named)}): find it "
                "out, or count these answers as nonresponse; it is never guessed"
            )
        chosen = None
        if self.method == "kish_1949":
            chosen = pd.to_numeric(rows[self.selected], errors="coerce").to_numpy(dtype=float)
        kind: GridMethod = "kish_1949" if self.method == "kish_1949" else "kish"
        try:
            factor = 1.0 / person_probabilities(kind, size, chosen)
        except DataError as error:
            raise DataError(f"person_selection: {error}") from error
        over = int((factor > self.maximum).sum()) if self.maximum is not None else 0
        factors, persons = np.ones(len(weights)), np.zeros(len(weights))
        factors[used] = factor if self.maximum is None else np.minimum(factor, float(self.maximum))
        persons[used] = size
        return ByPersons(factors, persons, over, self.settings)


@dataclass(frozen=True, slots=True, eq=False)
class ByPersons:
    """Divide by the probability of the person within the household."""

    factors: Array
    persons: Array
    over: int
    settings: dict[str, Any]
    kind: str = "person_selection"

    def run(self, weights: Array, multiplicity: Array | None = None) -> Outcome:
        """Return the weights after the step; a fixed factor leaves weighted influence values as they are."""
        return Outcome(weights * self.factors, KeptInfluence(self.kind))

    def describe(self, before: Array, outcome: Outcome) -> Description:
        """Return how many respondents live in households of which size, and what was cut off."""
        used = before > 0
        sizes, rows = np.unique(self.persons[used], return_counts=True)
        totals = [float(outcome.weights[used & (self.persons == size)].sum()) for size in sizes]
        cells = pd.DataFrame({"cell": [f"{int(size)}" for size in sizes], "rows": rows, "total_after": totals})
        notes = []
        if self.over:
            notes.append(
                f"the factor of {self.over} households was cut off at {self.settings['maximum']}: their persons weigh "
                "less than their chance of being chosen asks for"
            )
        many = int((self.persons[used] > 6).sum())
        if many and self.settings.get("method") == "kish_1949":
            notes.append(f"{many} households have more than six persons; from the seventh on nobody could be chosen")
        return Description(cells, tuple(notes), {}, self.settings)
