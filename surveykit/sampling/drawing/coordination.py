"""Coordination of samples by permanent random numbers: overlap, separation, rotation, and two-phase draws."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from surveykit.errors import DataError
from surveykit.sampling.allocation.allocation import allocate
from surveykit.sampling.drawing.draw import draw
from surveykit.sampling.drawing.listing import listing_sql
from surveykit.sampling.drawing.record import Sample, in_reserve
from surveykit.sampling.drawing.reserve import ReleaseLedger, reserve_of
from surveykit.sampling.drawing.units import require_drawable, stratum_sizes
from surveykit.sampling.frames.preparing import open_plan_frame
from surveykit.sampling.frames.strata import require_unique_ids, stratum_table
from surveykit.sampling.plan.definition import SamplingPlan

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["draw_rotated", "draw_second_phase", "overlap"]

BITS = 52


def draw_rotated(plan: SamplingPlan, frame: Any, shift: float) -> pd.DataFrame:
    """Draw simple random samples from a shifted start of the random numbers: the tool of rotation between waves.

    Parameters
    ----------
    plan : SamplingPlan
        A plan with method ``"srs"`` and a fixed size; waves share its seed.
    frame : path, table or DuckDB relation
        The frame of this wave.
    shift : float
        From 0 up to 1: units are taken in the order of ``(u - shift) modulo 1``. Shift 0 gives the sample of `draw`,
        the same shift the same units again, a shift advanced by ``share * n / N`` renews that share of the sample, and
        one advanced by more than n / N gives other units (Ohlsson 1995).

    Returns
    -------
    pandas.DataFrame
        The sample table.

    Raises
    ------
    DataError
        If the shift lies outside 0 to 1, or the frame is wrong in any way that `draw` refuses.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"u": [f"{i}" for i in range(1000)]})
    >>> plan = SamplingPlan.model_validate({"id": "p", "frame": {"id": "u"}, "size": {"per_stratum": 100}, "seed": "s"})
    >>> first, second = draw_rotated(plan, frame, 0.0), draw_rotated(plan, frame, 0.5)
    >>> overlap(first, second, "u")
    0.0
    """
    require_drawable(plan)
    if plan.method != "srs" or plan.stages:
        raise DataError("rotation: only simple random samples in one stage are rotated")
    if not 0.0 <= shift < 1.0:
        raise DataError(f"rotation: shift {shift!r} is not from 0 up to 1")
    opened = open_plan_frame(plan, frame)
    strata = stratum_table(plan, opened)
    require_unique_ids(plan, opened, int(strata["population_size"].sum()), "all")
    sizes = stratum_sizes(strata, allocate(plan, strata))
    table: pd.DataFrame = opened.arrow(listing_sql(plan, opened)).to_pandas()
    whole = np.array([int(key[:13], 16) for key in table["prn"]], dtype=np.int64)
    table["turned"] = (whole - int(shift * 2**BITS)) % 2**BITS
    table = table.sort_values(["stratum", "turned", "prn", plan.frame.id], kind="stable", ignore_index=True)
    order = table.groupby("stratum").cumcount() + 1
    probability = table["stratum"].map(sizes) / table.groupby("stratum")["turned"].transform("size")
    table = table.drop(columns=["turned", "prn"]).assign(
        inclusion_probability=probability, base_weight=1.0 / probability, selection_order=order
    )
    return table[order <= table["stratum"].map(sizes)].reset_index(drop=True)


def overlap(first: pd.DataFrame, second: pd.DataFrame, column: str) -> float:
    """Share of the units of the first sample that are in the second.

    Parameters
    ----------
    first, second : pandas.DataFrame
        Sample tables.
    column : str
        Id column.

    Returns
    -------
    float
        From 0 to 1.

    Examples
    --------
    >>> import pandas as pd
    >>> overlap(pd.DataFrame({"u": ["a", "b"]}), pd.DataFrame({"u": ["b", "c"]}), "u")
    0.5
    """
    return float(first[column].isin(set(second[column])).mean())


def draw_second_phase(plan: SamplingPlan, first: Sample | ReleaseLedger) -> Sample:
    """Draw a subsample of a sample and multiply the inclusion probabilities.

    Parameters
    ----------
    plan : SamplingPlan
        Plan of the second phase; its id and strata are columns of the first sample's table, so the strata may use
        what the first phase found out. Give it a seed of its own.
    first : Sample or ReleaseLedger
        The first-phase sample, with added columns if need be. Units in reserve are left out; give the ledger when some
        of them were released, so that the first-phase probabilities are those of what is in the field.

    Returns
    -------
    Sample
        ``inclusion_probability`` is the product, ``first_phase_probability`` and ``second_phase_probability`` its
        parts; the record is that of the second draw.

    Raises
    ------
    DataError
        If the two phases, or a stage of the first, share a seed: the second draw would be a function of the first.

    Notes
    -----
    Särndal, Swensson & Wretman (1992), chapter 9: the product is the weight's denominator, though not an inclusion
    probability in the strict sense when the second plan depends on the first sample.
    """
    sample, table = (first.sample, first.table) if isinstance(first, ReleaseLedger) else (first, first.table)
    if isinstance(first, Sample):
        table = table[~in_reserve(table, reserve_of(sample))].reset_index(drop=True)
    used = {sample.record.seed, *(stage.seed for stage in sample.record.stages)}
    if plan.seed in used:
        raise DataError("second phase: the seed is that of the first phase: give the second phase its own seed")
    added = ["inclusion_probability", "base_weight", "selection_order", "stratum"]
    added += ["reserve"] if reserve_of(sample) else []
    frame = table.drop(columns=[name for name in added if name in table])
    second = draw(plan, frame.assign(first_phase_probability=table["inclusion_probability"]))
    lookup = table.set_index(table[plan.frame.id].astype("str"))["inclusion_probability"]
    table = second.table.assign(first_phase_probability=second.table[plan.frame.id].map(lookup))
    product = table["first_phase_probability"] * table["inclusion_probability"]
    table = table.assign(
        second_phase_probability=table["inclusion_probability"],
        inclusion_probability=product,
        base_weight=1.0 / product,
    )
    return replace(second, table=table)
