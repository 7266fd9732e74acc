"""How far the completed interviews fill the plan, by district, sex, age or any other column of the sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from surveykit.errors import DataError, first_few

__all__ = ["quota_fill"]


def quota_fill(
    table: pd.DataFrame,
    columns: Sequence[str],
    targets: Mapping[str, Mapping[str, float]] | None = None,
    *,
    weights: str = "base_weight",
) -> pd.DataFrame:
    """Compare completed interviews with what was planned.

    Parameters
    ----------
    table : DataFrame
        One row per sampled unit, for example `LinkedSample.table`, with `disposition`.
    columns : sequence of str
        Columns of the sample, as the frame has them.
    targets : mapping of str to mapping of str to float, optional
        Completed interviews wanted, by column and level. Where none are given the drawn units are the plan.
    weights : str
        Base weights for the effective size; left out when there is no such column.

    Returns
    -------
    DataFrame
        variable, level, planned, completed (I and P), fill (completed over planned), shortfall, planned_share,
        completed_share (each over the levels of the variable) and n_eff, the effective number of completed interviews
        under the base weights, ``(sum w)^2 / sum w^2`` (Kish).

    Raises
    ------
    DataError
        If a column is not there, or a target names a level that nobody in the sample has.
    """
    lacking = [name for name in (*columns, "disposition") if name not in table]
    if lacking:
        raise DataError(f"the sample has no column {first_few(lacking)}; it has {first_few(table.columns)}")
    done = table["disposition"].isin(["I", "P"]).to_numpy(dtype=bool)
    weight = table[weights].to_numpy(dtype=float) if weights in table else np.ones(len(table))
    parts = []
    for name in columns:
        level = table[name].astype("str").fillna("")
        drawn = level.value_counts().sort_index()
        wanted = (targets or {}).get(name)
        if wanted and (strange := sorted(set(wanted) - set(drawn.index))):
            raise DataError(f"targets of {name!r} for levels that nobody in the sample has: {first_few(strange)}")
        plan = pd.Series(dict(wanted), dtype=float) if wanted else drawn.astype(float)
        kept = pd.DataFrame({"level": level[done], "w": weight[done], "w2": weight[done] ** 2})
        sums = kept.groupby("level")[["w", "w2"]].sum()
        made = level[done].value_counts().reindex(plan.index, fill_value=0).to_numpy(dtype=float)
        sums = sums.reindex(plan.index, fill_value=0.0)
        with np.errstate(invalid="ignore", divide="ignore"):
            part = {
                "variable": name,
                "level": plan.index,
                "planned": plan.to_numpy(),
                "completed": made.astype(int),
                "fill": made / plan.to_numpy(),
                "shortfall": np.maximum(plan.to_numpy() - made, 0),
                "planned_share": plan.to_numpy() / plan.sum(),
                "completed_share": made / made.sum(),
                "n_eff": np.where(sums["w2"] > 0, sums["w"] ** 2 / sums["w2"], 0.0),
            }
        parts.append(pd.DataFrame(part))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
