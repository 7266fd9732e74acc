"""Steps about population margins: their check, their groups, and the table of margins before and after."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pandas as pd

from surveykit.errors import Problem
from surveykit.weighting.arrays.distances import Array
from surveykit.weighting.arrays.raking import RakingMargin
from surveykit.weighting.binding.step import Binding, Path, Place, Step, Wanted
from surveykit.weighting.inputs.definitions import MarginSet
from surveykit.weighting.inputs.groups import Group
from surveykit.weighting.inputs.margins import check_groups


class MarginStep(MarginSet, Step):
    """A step about margins, in one piece or in each group of ``by``.

    Attributes
    ----------
    sized : bool
        Whether shares need a size of the population.
    """

    sized: ClassVar[bool] = True

    def check(self, place: Place) -> list[Problem]:
        """Find totals, sizes and groups that contradict each other."""
        return [*self._sizes(place.path), *self._sources(place.path), *self._by(place.path)]

    def columns(self, at: Path) -> Wanted:
        """Return the columns of groups and margins."""
        wanted: Wanted = [(name, (*at, "by", position)) for position, name in enumerate(self.by)]
        return wanted + [
            (name, (*at, "margins", position, "variable"))
            for position, margin in enumerate(self.margins)
            for name in margin.variables
        ]

    def domains(self) -> tuple[str, ...]:
        """Return the columns of groups and margins."""
        return (*self.by, *(name for margin in self.margins for name in margin.variables))

    def margin_files(self) -> tuple[str, ...]:
        """Return the files of the margins."""
        return tuple(margin.file for margin in self.margins if margin.file is not None)

    def group_columns(self) -> tuple[str, ...]:
        """Return the columns of the groups."""
        return self.by

    def check_groups(self, binding: Binding, groups: tuple[Group, ...]) -> None:
        """Refuse groups with totals but no rows, and groups with rows but no totals."""
        check_groups(self, binding.margins, groups)

    def _sizes(self, at: Path) -> list[Problem]:
        problems = []
        if self.totals == "shares" and self.population_size is None and self.sized:
            problems.append(Problem("shares need a population_size", "add population_size", (*at, "population_size")))
        if self.totals == "counts" and self.population_size is not None:
            what, todo = "population_size is only used with shares", "declare totals: shares, or remove it"
            problems.append(Problem(what, todo, (*at, "totals")))
        return problems

    def _sources(self, at: Path) -> list[Problem]:
        problems = []
        for position, margin in enumerate(self.margins):
            place = (*at, "margins", position)
            if margin.file is not None and margin.totals is not None:
                problems.append(Problem("a file and totals are both given", "keep one of them", (*place, "totals")))
            if margin.groups:
                problems += _in_two_groups(margin.groups, (*place, "groups"))
        return problems

    def _by(self, at: Path) -> list[Problem]:
        problems = []
        sizes = isinstance(self.population_size, dict)
        if self.population_size is not None and sizes != bool(self.by):
            what = (
                "a step by groups needs the size of each group" if self.by else "sizes of groups in a step without by"
            )
            todo = "write population_size: {group: size, ...}" if self.by else "add by, or write one number"
            problems.append(Problem(what, todo, (*at, "population_size")))
        for position, margin in enumerate(self.margins):
            if margin.totals is None:
                continue
            nested = bool(margin.totals) and all(isinstance(value, dict) for value in margin.totals.values())
            if nested != bool(self.by):
                what, todo = "totals of groups in a step without by", "add by, or leave the groups out"
                if self.by:
                    what = "a step by groups needs totals for each group"
                    todo = "write totals: {group: {level: total, ...}, ...}"
                problems.append(Problem(what, todo, (*at, "margins", position, "totals")))
            if any(name in self.by for name in margin.variables):
                what = f"the margin {margin.label!r} is of a variable that makes the groups"
                todo = "take it out of by or out of margins"
                problems.append(Problem(what, todo, (*at, "margins", position, "variable")))
        return problems


def _in_two_groups(groups: dict[str, tuple[str, ...]], at: Path) -> list[Problem]:
    owner: dict[str, str] = {}
    problems = []
    for level, codes in groups.items():
        for code in codes:
            if code in owner:
                what = f"code {code!r} is in the groups {owner[code]!r} and {level!r}"
                problems.append(Problem(what, "keep it in one", (*at, level)))
            owner[code] = level
    return problems


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
