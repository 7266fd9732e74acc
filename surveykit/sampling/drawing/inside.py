"""What a later stage draws inside each cluster that was drawn before: strata, numbers, and where they fall short."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from surveykit.errors import DataError, first_few
from surveykit.sampling.allocation.importance import AllocationOptions, stratum_importance
from surveykit.sampling.allocation.integers import integer_allocation
from surveykit.sampling.allocation.targets import bounds_of, box_bounds
from surveykit.sampling.frames.strata import SEPARATOR
from surveykit.sampling.plan.definition import SamplingPlan, SizeRule, Stage

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Inside"]


class Inside:
    """Strata inside clusters and the number that is drawn in each.

    Parameters
    ----------
    plan : SamplingPlan
        The staged plan.
    stage : Stage
        A later stage.
    listed : pandas.DataFrame
        Units of the stage in the drawn clusters, with ``stratum``, the path of their cluster.

    Attributes
    ----------
    listed : pandas.DataFrame
        The same units, with ``stratum`` the path and, where the stage has strata, the stratum inside it.
    sizes : dict of str to int
        Number by this stratum.
    notes : tuple of str
        Clusters in which fewer units are drawn than planned, each with its number.
    """

    def __init__(self, plan: SamplingPlan, stage: Stage, listed: pd.DataFrame) -> None:
        self.paths: dict[str, str] | None = None
        self.listed = self._stratified(plan, stage, listed) if stage.strata else listed
        counts = {str(name): int(n) for name, n in self.listed["stratum"].value_counts(sort=False).items()}
        planned = self._planned(plan, stage.size, counts)
        self.sizes = {name: min(planned[name], counts[name]) for name in counts}
        short: dict[str, tuple[int, int]] = {}
        for name in sorted(counts):
            if self.sizes[name] < planned[name]:
                short[name] = (self.sizes[name], planned[name])
        self.notes = _shortfall(stage, short)

    def restored(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return a drawn table with the path of the cluster as its stratum again."""
        return table if self.paths is None else table.assign(stratum=table["stratum"].map(self.paths))

    def _stratified(self, plan: SamplingPlan, stage: Stage, listed: pd.DataFrame) -> pd.DataFrame:
        for name in stage.strata:
            blank = listed[name].isna() | (listed[name].astype("str").str.strip() == "")
            if blank.any():
                raise DataError(
                    f"plan {plan.id!r}: stratum column {name!r} of stage {stage.id!r} is missing in "
                    f"{int(blank.sum())} rows, in clusters {first_few(sorted(set(listed.loc[blank, 'stratum'])))}: "
                    "fill it in"
                )
        whole = listed["stratum"].astype("str")
        for name in stage.strata:
            whole = whole + SEPARATOR + listed[name].astype("str")
        pairs = listed[["stratum"]].assign(inner=whole).drop_duplicates()
        if pairs["inner"].duplicated().any():
            twice = first_few(sorted(pairs.loc[pairs["inner"].duplicated(), "inner"]))
            raise DataError(f"plan {plan.id!r}: different strata inside clusters get the same name ({twice}): ids of "
                            f"clusters and values of strata may not hold {SEPARATOR!r}")  # fmt: skip
        self.paths = dict(zip(pairs["inner"], pairs["stratum"], strict=True))
        return listed.assign(stratum=whole)

    def _planned(self, plan: SamplingPlan, rule: SizeRule, counts: dict[str, int]) -> dict[str, int]:
        if self.paths is None:
            return dict.fromkeys(counts, int(rule.per_stratum or 0))
        if rule.by_stratum is not None:
            level = {name: name.removeprefix(f"{self.paths[name]}{SEPARATOR}") for name in counts}
            unknown = sorted(set(level.values()) - set(rule.by_stratum))
            if unknown:
                raise DataError(
                    f"plan {plan.id!r}: strata inside clusters have no size in by_stratum ({first_few(unknown)}): add "
                    "them"
                )
            return {name: rule.by_stratum[level[name]] for name in counts}
        return _spread(rule, counts, self.paths)


def _spread(rule: SizeRule, counts: dict[str, int], paths: dict[str, str]) -> dict[str, int]:
    """Spread the total of each cluster over its strata; a cluster that holds fewer units is taken whole."""
    members: dict[str, list[str]] = {}
    for name in sorted(counts):
        members.setdefault(paths[name], []).append(name)
    planned: dict[str, int] = {}
    for path, names in members.items():
        units = np.array([counts[name] for name in names], dtype=np.int64)
        total = min(int(rule.total or 0), int(units.sum()))
        importance = stratum_importance(rule.allocation, units, None, AllocationOptions())
        lower, upper = box_bounds(bounds_of(rule, [name.removeprefix(f"{path}{SEPARATOR}") for name in names]), units)
        lower = np.minimum(lower, total // len(names))
        found = integer_allocation(importance, min(total, int(upper.sum())), lower, upper)
        planned |= dict(zip(names, found.tolist(), strict=True))
        left = int(rule.total or 0) - int(found.sum())
        if left > 0:
            planned[names[0]] += left  # told as a shortfall: the cluster holds, or may give, no more
    return planned


def _shortfall(stage: Stage, short: dict[str, tuple[int, int]]) -> tuple[str, ...]:
    if not short:
        return ()
    said = ", ".join(f"{name}: {taken} of {wanted}" for name, (taken, wanted) in short.items())
    return (f"stage {stage.id}: fewer units than planned in {len(short)} clusters or strata inside them, which are "
            f"taken whole ({said})",)  # fmt: skip
