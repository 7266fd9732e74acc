"""Rows of a result as plain values, and back: what a file or another program can hold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from surveykit.errors import DataError
from surveykit.estimation.results.rows import EstimateRows

__all__ = ["payload_of", "rows_of_payload"]

PAYLOAD_VERSION = 1


def payload_of(rows: EstimateRows) -> dict[str, Any]:
    """Return plain values; missing numbers are None. See `Estimates.to_payload`."""
    return {
        "version": PAYLOAD_VERSION,
        "table": {str(name): [_plain(v) for v in rows.table[name]] for name in rows.table.columns},
        "covariance": [[_plain(v) for v in row] for row in rows.covariance],
        "recipe": json.loads(json.dumps(rows.recipe, default=str)),
        "conf_level": rows.conf_level,
        "design_df": _plain(rows.design_df),
        "replicates": None if rows.replicates is None else [[_plain(v) for v in r] for r in rows.replicates],
    }


def rows_of_payload(payload: Mapping[str, Any]) -> EstimateRows:
    """Return the rows that `payload_of` made plain; see `Estimates.from_payload`."""
    if payload.get("version") != PAYLOAD_VERSION:
        raise DataError(f"The payload has version {payload.get('version')!r}, not {PAYLOAD_VERSION}: make it again.")
    table = pd.DataFrame(dict(payload["table"]))
    for column in ("estimate", "std_error", "conf_low", "conf_high", "df", "deff", "n_eff"):
        table[column] = [_number(v) for v in payload["table"][column]]
    covariance = np.array([[_number(v) for v in row] for row in payload["covariance"]], dtype=float)
    replicates = payload.get("replicates")
    return EstimateRows(
        table,
        covariance.reshape(len(table), len(table)),
        dict(payload["recipe"]),
        float(payload["conf_level"]),
        _number(payload["design_df"]),
        None if replicates is None else np.array([[_number(v) for v in row] for row in replicates]),
    )


def _plain(value: Any) -> Any:
    if isinstance(value, (float, np.floating)):
        value = float(value)
        if np.isinf(value):
            return "inf" if value > 0 else "-inf"
        return None if np.isnan(value) else value
    if isinstance(value, np.generic):
        return value.item()
    return None if value is pd.NA else value


def _number(value: Any) -> float:
    return float("nan") if value is None else float(value)
