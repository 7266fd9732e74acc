"""Selection from the listed units of each stratum, for every method besides simple random sampling."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from surveykit.errors import DataError, first_few
from surveykit.sampling import selection as methods
from surveykit.sampling.frames.digest import frame_digest
from surveykit.sampling.frames.frames import Frame, require_columns
from surveykit.sampling.frames.keys import key_expression, permanent_key, uniform_numbers
from surveykit.sampling.frames.scan import carried_columns
from surveykit.sampling.frames.strata import stratum_expression
from surveykit.sampling.plan.definition import SamplingPlan, Selection

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["listing_sql", "select_rows"]

Floats = NDArray[np.float64]
CERTAIN = 1.0 - 1e-12
NUMBER, ORDER = "listed_number_", "listed_order_"


def listing_sql(plan: SamplingPlan, frame: Frame) -> str:
    """SQL that lists every unit with its key and what the method needs, in the order of stratum, key and id."""
    dialect = frame.dialect
    quote, text = dialect.quote, dialect.text
    plain = [plan.frame.id, *(name for name in plan.strata if name != "stratum")]
    columns = [f"{text(quote(name))} as {quote(name)}" for name in plain]
    columns += [quote(name) for name in carried_columns(plan, frame)]
    chosen = plan.selection
    numeric = [*([chosen.size] if chosen.size else []), *chosen.balance, *chosen.coordinates]
    columns += [f"cast({quote(name)} as {dialect.double}) as {NUMBER}{at}" for at, name in enumerate(numeric)]
    columns += [f"{quote(name)} as {ORDER}{at}" for at, name in enumerate(chosen.order)]
    key = key_expression(plan, frame, str(plan.seed))
    return (
        f"select {', '.join(columns)}, {stratum_expression(plan, frame)} as stratum, {key} as prn from {frame.table} "
        f"order by stratum, prn, {quote(plan.frame.id)}"
    )


def select_rows(
    plan: SamplingPlan, frame: Frame, sizes: dict[str, int]
) -> tuple[pd.DataFrame, str, str, tuple[str, ...]]:
    """Select from every stratum; return the drawn rows, the listing's SQL, the frame digest and notes."""
    import pandas as pd

    chosen = plan.selection
    numeric = [*([chosen.size] if chosen.size else []), *chosen.balance, *chosen.coordinates]
    require_columns(frame, [*numeric, *chosen.order])
    sql = listing_sql(plan, frame)
    try:
        listed: pd.DataFrame = frame.arrow(sql).to_pandas()
    except Exception as error:
        if "onversion" in type(error).__name__ or "cast" in str(error).lower():
            raise DataError(
                f"frame {frame.source!r}: a column of {first_few(numeric)} is not numeric: {error}"
            ) from error
        raise
    _require_numbers(plan, frame, listed, numeric)
    drawn, notes, inexact = [], [], []
    for stratum, rows in listed.groupby("stratum", sort=True):
        n = sizes.get(str(stratum), 0)
        if n == 0:
            continue
        whole = min(n + plan.reserve, len(rows))
        at, pi = _select(plan, rows, whole, str(stratum), numeric)
        certain = np.flatnonzero(pi >= CERTAIN)
        if len(certain) and whole < len(rows):
            named = rows[plan.frame.id].to_numpy()[certain]
            notes.append(f"stratum {stratum}: units so large that they are taken with certainty: {first_few(named)}")
        if not len(at):
            notes.append(f"stratum {stratum}: Poisson sampling drew no unit; {n} were expected")
        if plan.method == "sequential_poisson" or plan.method == "pareto":
            true = methods.order_sampling_probabilities(plan.method, pi, at)
            if true is None:
                inexact.append(str(stratum))
            else:
                pi = pi.copy()
                pi[at] = true
        if plan.reserve and len(at) > n:
            at, pi = _shuffled(plan, rows, at), pi * (n / len(at))
            notes.append(
                f"stratum {stratum}: {len(at)} units were drawn by {plan.method}, {n} of them at random as the sample: "
                "probabilities are those of the larger draw times the share, not those of a draw of the sample alone"
            )
        drawn.append(rows.iloc[at].assign(inclusion_probability=pi[at], selection_order=np.arange(1, len(at) + 1)))
    if inexact:
        notes.append(
            f"the inclusion probabilities are those that {plan.method} aims at in strata too large for the true ones: "
            f"{first_few(inexact)}"
        )
    if not drawn:
        raise DataError(f"plan {plan.id!r}: no units are to be drawn in any stratum: raise the size")
    table = pd.concat(drawn, ignore_index=True)
    helpers = [f"{NUMBER}{at}" for at in range(len(numeric))] + [f"{ORDER}{at}" for at in range(len(chosen.order))]
    return table.drop(columns=helpers), sql, frame_digest(plan, frame), tuple(notes)


def _shuffled(plan: SamplingPlan, rows: pd.DataFrame, at: NDArray[np.int64]) -> NDArray[np.int64]:
    """The drawn units in a random order of their own: the first n are the sample, the others its reserve.

    A simple random subsample of what a method drew has that method's probabilities times the share that is taken
    (two-phase sampling), for any number that is released later.
    """
    units = rows[plan.frame.id].to_numpy()[at]
    keys = [permanent_key(f"{plan.seed}:reserve", str(unit), plan.hash) for unit in units]
    order: NDArray[np.int64] = at[np.argsort(np.array(keys), kind="stable")]
    return order


def _select(
    plan: SamplingPlan, rows: pd.DataFrame, n: int, stratum: str, numeric: list[str]
) -> tuple[NDArray[np.int64], Floats]:
    """Positions of the drawn units, in the order of selection, and the probabilities of all units."""
    chosen, method = plan.selection, plan.method
    numbers = rows[[f"{NUMBER}{at}" for at in range(len(numeric))]].to_numpy(dtype=float)
    order = _order(chosen, rows)
    count = len(rows)
    pi = np.full(count, n / count)
    if chosen.size:
        pi = methods.inclusion_probabilities(numbers[:, 0], n, chosen.certainty)
    chance = methods.HashChance(f"{plan.seed}:{method}:{stratum}")
    if method in ("poisson", "sequential_poisson", "pareto"):
        uniforms = uniform_numbers(rows["prn"].tolist())
        return {
            "poisson": methods.poisson,
            "sequential_poisson": methods.sequential_poisson,
            "pareto": methods.pareto,
        }[method](pi, uniforms), pi
    if method == "sampford":
        return methods.sampford(pi, chance, uniform_numbers(rows["prn"].tolist())), pi
    if method == "brewer":
        return methods.brewer(pi, chance), pi
    extra = numbers[:, 1:] if chosen.size else numbers
    if method == "cube":
        return methods.cube(pi, extra, chance), pi
    if method == "local_pivotal":
        return methods.local_pivotal(pi, extra, chance), pi
    if method == "systematic":
        return order[methods.systematic(count, n, chance)], pi
    if method == "systematic_pps":
        return order[methods.systematic_pps(pi[order], chance.uniform())], pi
    if method == "ordered_pivotal":
        return order[methods.ordered_pivotal(pi[order], chance)], pi
    return _chromy(pi, order, chance), pi


def _chromy(pi: Floats, order: NDArray[np.int64], chance: methods.Chance) -> NDArray[np.int64]:
    """Chromy's selection of the units that are not certain, with the certain ones first."""
    certain = order[pi[order] >= CERTAIN]
    rest = order[pi[order] < CERTAIN]
    n = round(float(pi[rest].sum()))
    if n == 0:
        return certain
    hits = methods.chromy_hits(pi[rest], n, chance)
    return np.concatenate([certain, rest[hits > 0]])


def _order(chosen: Selection, rows: pd.DataFrame) -> NDArray[np.int64]:
    """Order of the list: by the order columns, or as it comes, which is by the random numbers."""
    columns = [rows[f"{ORDER}{at}"].to_numpy() for at in range(len(chosen.order))]
    if not columns:
        return np.arange(len(rows), dtype=np.int64)
    if chosen.serpentine:
        return methods.serpentine_order(columns)
    codes = [np.unique(column, return_inverse=True)[1] for column in columns]
    return np.lexsort(codes[::-1]).astype(np.int64)


def _require_numbers(plan: SamplingPlan, frame: Frame, listed: pd.DataFrame, numeric: list[str]) -> None:
    for at, name in enumerate(numeric):
        values = listed[f"{NUMBER}{at}"].to_numpy(dtype=float)
        size = name == plan.selection.size and at == 0
        wrong = ~np.isfinite(values) | ((values <= 0) & size)
        if wrong.any():
            units = [f"{s}: {u}" for s, u in listed.loc[wrong, ["stratum", plan.frame.id]].itertuples(index=False)]
            raise DataError(
                f"frame {frame.source!r}: {name!r} is missing{' or not positive' if size else ''} for units "
                f"{first_few(units)}: correct the values, or leave those units out of the frame and say so"
            )
    for at, name in enumerate(plan.selection.order):
        missing = listed[f"{ORDER}{at}"].isna()
        if missing.any():
            raise DataError(
                f"frame {frame.source!r}: {name!r}, which orders the list, is missing for units "
                f"{first_few(listed.loc[missing, plan.frame.id])}: fill it in"
            )
