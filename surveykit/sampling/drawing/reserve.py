"""Reserves and replicates: the tail and the slices of one random order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from surveykit.display import NamedTable, Presentation, Shown
from surveykit.errors import DataError, first_few
from surveykit.sampling.drawing.record import Sample, in_reserve
from surveykit.sampling.frames.strata import SEPARATOR
from surveykit.sampling.plan.definition import SamplingPlan

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "ReleaseLedger",
    "fielded",
    "open_ledger",
    "planned",
    "release",
    "release_columns",
    "replicate_samples",
]


@dataclass(frozen=True)
class ReleaseLedger(Shown):
    """Which units of a sample with reserve are in the field, and how that came about.

    Attributes
    ----------
    sample : Sample
        The draw with its reserve.
    released : dict of str to int
        Units in the field by stratum, or by cluster (its path, ``stratum/cluster``) in a sample of stages: always the
        first ones of the random order.
    entries : tuple of dict
        The releases in order: ``step``, ``stratum``, ``first``, ``last`` (selection orders) and ``reason``.
    """

    sample: Sample
    released: dict[str, int]
    entries: tuple[dict[str, object], ...]

    @property
    def table(self) -> pd.DataFrame:
        """Units in the field with the probabilities and weights that hold for what has been released."""
        return fielded(self.sample.table, clusters_of(self.sample), self.released, reserve_of(self.sample))

    def presentation(self) -> Presentation:
        """Return how many units are in use by stratum and every release with its reason, no units."""
        import pandas as pd

        table = self.table
        names = _groups(table, clusters_of(self.sample)).rename("stratum")
        groups = table.groupby(names, sort=False, observed=True)["base_weight"]
        strata = groups.agg(sample_size="size", smallest_weight="min", largest_weight="max").reset_index()
        said = [{name: str(value) for name, value in entry.items()} for entry in self.entries]
        tables = [NamedTable(("各层", "Strata"), strata)]
        tables += [NamedTable(("放出记录", "Releases"), pd.DataFrame(said))] if said else []
        return Presentation(("备用样本台账", "Ledger of the reserve"), tuple(tables))


def open_ledger(sample: Sample) -> ReleaseLedger:
    """Begin with the planned sample in the field and the reserve in hand.

    Parameters
    ----------
    sample : Sample
        A draw, usually with a reserve; its plan may have stages.

    Returns
    -------
    ReleaseLedger
        The ledger.

    Raises
    ------
    DataError
        If it was drawn by a method whose prefixes are not samples, and without a reserve.

    Examples
    --------
    >>> import pandas as pd
    >>> from surveykit.sampling import SamplingPlan, draw
    >>> plan = SamplingPlan.model_validate(
    ...     {"id": "p", "frame": {"id": "u"}, "size": {"per_stratum": 2}, "reserve": 2, "seed": "s"}
    ... )
    >>> ledger = open_ledger(draw(plan, pd.DataFrame({"u": list("abcdefgh")})))
    >>> release(ledger, {"all": 1}, "refusals").table["base_weight"].round(2).tolist()
    [2.67, 2.67, 2.67]
    """
    last = sample.record.stages[-1].method if sample.record.stages else sample.record.method
    if last != "srs" and not reserve_of(sample):
        raise DataError(f"reserve: the sample by {sample.record.method!r} has no reserve: draw it with one")
    return ReleaseLedger(sample, planned(sample.table, clusters_of(sample), reserve_of(sample)), ())


def clusters_of(sample: Sample) -> tuple[str, ...]:
    """Columns whose values, joined, name the groups in which units are released; the stratum when empty."""
    return release_columns(SamplingPlan.model_validate(sample.record.plan))


def reserve_of(sample: Sample) -> int:
    """Units in reserve by stratum or cluster, as the plan says."""
    return SamplingPlan.model_validate(sample.record.plan).reserve


def release_columns(plan: SamplingPlan) -> tuple[str, ...]:
    """Columns that make up the path of a cluster of the last stage but one and its strata; none without stages."""
    if not plan.stages:
        return ()
    return (*plan.strata, *(stage.id for stage in plan.stages[:-1]), *plan.stages[-1].strata)


def _groups(table: pd.DataFrame, columns: tuple[str, ...]) -> pd.Series:
    """The group of each unit: its stratum, or the path of its cluster."""
    if not columns:
        return table["stratum"].astype("str")
    path = table[columns[0]].astype("str")
    for name in columns[1:]:
        path = path + SEPARATOR + table[name].astype("str")
    return path


def planned(table: pd.DataFrame, columns: tuple[str, ...], reserve: int) -> dict[str, int]:
    """Units of each group before any release."""
    main = table[~in_reserve(table, reserve)]
    return {str(name): int(count) for name, count in _groups(main, columns).value_counts(sort=False).items()}


def fielded(table: pd.DataFrame, columns: tuple[str, ...], released: Mapping[str, int], reserve: int) -> pd.DataFrame:
    """Units in the field, with the probabilities and weights that hold for what was released."""
    group = _groups(table, columns)
    out = group.map(dict(released)).fillna(0)
    share = out / group.map(planned(table, columns, reserve))
    stages = sorted(name for name in table.columns if columns and name.startswith("inclusion_probability_"))
    changed = ["inclusion_probability", *stages[-1:]]
    made = table.assign(**{name: table[name] * share for name in changed})
    made["base_weight"] = 1.0 / made["inclusion_probability"]
    field: pd.DataFrame = made[table["selection_order"] <= out].reset_index(drop=True)
    return field


def release(ledger: ReleaseLedger, units: Mapping[str, int], reason: str) -> ReleaseLedger:
    """Send the next reserve units of some strata into the field, in the random order and never by choice.

    Parameters
    ----------
    ledger : ReleaseLedger
        The ledger so far.
    units : mapping of str to int
        Number of units to release by stratum, or by cluster in a sample of stages.
    reason : str
        Why, for the record.

    Returns
    -------
    ReleaseLedger
        A new ledger; in its table all units in the field have their probability in the planned sample times
        ``released / planned``, which is ``released / N`` for a simple random sample.

    Raises
    ------
    DataError
        If a stratum is unknown, a number is not positive, or the reserve does not hold it.

    Notes
    -----
    Every prefix of the random order of a stratum is a simple random sample of its length, so released units need no
    other weights than the first ones, as long as whole prefixes are released and all released units count as sampled.
    By any other method the units of sample and reserve are drawn together and put in a random order: a prefix is a
    simple random subsample of them, and its probabilities are those of the method times the share (two-phase sampling,
    Särndal, Swensson & Wretman 1992, section 9.3).
    """
    _require_releasable(ledger, units)
    if not reason.strip():
        raise DataError("release: give a reason for the record")
    step = len({entry["step"] for entry in ledger.entries}) + 1
    entries: list[dict[str, object]] = [
        {"step": step, "stratum": s, "first": ledger.released[s] + 1, "last": ledger.released[s] + n, "reason": reason}
        for s, n in units.items()
    ]
    released = {s: n + units.get(s, 0) for s, n in ledger.released.items()}
    return ReleaseLedger(ledger.sample, released, (*ledger.entries, *entries))


def _require_releasable(ledger: ReleaseLedger, units: Mapping[str, int]) -> None:
    """Refuse strata or clusters that were not drawn, and numbers that the reserve does not hold."""
    clusters = clusters_of(ledger.sample)
    drawn = _groups(ledger.sample.table, clusters).value_counts().to_dict()
    unknown = [name for name in units if name not in ledger.released]
    if unknown and clusters:
        raise DataError(
            f"release: clusters are not in the sample ({first_few(unknown)}): name them by their path, "
            f"{'/'.join(clusters)}; drawn were {first_few(list(ledger.released))}"
        )
    if unknown:
        raise DataError(
            f"release: strata are not in the sample ({first_few(unknown)}): those of the sample are "
            f"{first_few(list(ledger.released))}"
        )
    wrong = [f"{s}: {n}" for s, n in units.items() if isinstance(n, bool) or n < 1 or n != int(n)]
    if wrong:
        raise DataError(f"release: numbers are no whole numbers of 1 or more ({first_few(wrong)}): correct them")
    short = [
        f"{s}: {n} of {drawn.get(s, 0) - ledger.released[s]}"
        for s, n in units.items()
        if ledger.released[s] + n > drawn.get(s, 0)
    ]
    if short:
        raise DataError(
            f"release: numbers are above what the reserve holds ({first_few(short)}): release what it holds. A plan "
            "with a larger reserve is another plan and, unless the units come by simple random sampling, another sample"
        )


def replicate_samples(sample: Sample, replicates: int) -> pd.DataFrame:
    """Deal a simple random sample out to replicates, each a simple random sample of its stratum by itself.

    Parameters
    ----------
    sample : Sample
        A draw by simple random sampling.
    replicates : int
        Number of replicates, at most the smallest stratum sample.

    Returns
    -------
    pandas.DataFrame
        The sample table with ``replicate`` (1 to ``replicates``) and ``replicate_weight``, the weight of a unit when
        its replicate is used alone.

    Raises
    ------
    DataError
        If a stratum has fewer units than replicates, or the method is not simple random sampling.

    Examples
    --------
    >>> import pandas as pd
    >>> from surveykit.sampling import SamplingPlan, draw
    >>> plan = SamplingPlan.model_validate({"id": "p", "frame": {"id": "u"}, "size": {"per_stratum": 4}, "seed": "s"})
    >>> replicate_samples(draw(plan, pd.DataFrame({"u": list("abcdefgh")})), 2)["replicate"].tolist()
    [1, 2, 1, 2]
    """
    if sample.record.method != "srs":
        raise DataError(f"replicates: method {sample.record.method!r} cannot be dealt out: draw with method 'srs'")
    table = sample.table[~in_reserve(sample.table, reserve_of(sample))]
    counts = table["stratum"].value_counts()
    small = counts[counts < replicates]
    if replicates < 1 or len(small):
        raise DataError(
            f"replicates: {replicates} replicates cannot be made; strata with fewer units: "
            f"{first_few(small.index.tolist())}"
        )
    number = (table["selection_order"] - 1) % replicates + 1
    size = table.assign(replicate=number).groupby(["stratum", "replicate"])["selection_order"].transform("size")
    population = table["stratum"].map({s.stratum: s.population_size for s in sample.record.strata})
    return table.assign(replicate=number.astype(np.int64), replicate_weight=population / size).reset_index(drop=True)
