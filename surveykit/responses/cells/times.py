"""Times with their zone and durations in seconds, from the texts of exports."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.responses.cells.values import distinct_cells

__all__ = ["parse_durations", "parse_times"]

_PARTS = re.compile(
    r"^(?:(?P<d>\d+)\s*(?:天|d)\s*)?(?:(?P<h>\d+)\s*(?:小时|时|h)\s*)?(?:(?P<m>\d+)\s*(?:分钟|分|min|m)\s*)?"
    r"(?:(?P<s>\d+(?:\.\d+)?)\s*(?:秒|s|sec)?)?$"
)
_CLOCK = re.compile(r"^(?:(\d+):)?(\d{1,2}):(\d{2}(?:\.\d+)?)$")


def _seconds(text: str) -> float:
    plain = text.strip()
    if not plain:
        return float("nan")
    if clock := _CLOCK.match(plain):
        hours, minutes, seconds = clock.groups()
        return int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds)
    if match := _PARTS.match(plain):
        d, h, m, s = (float(match[name] or 0) for name in "dhms")
        return d * 86400 + h * 3600 + m * 60 + s
    return float("nan")


def parse_durations(cells: pd.Series) -> NDArray[np.float64]:
    """Read durations such as ``123秒``, ``2分3秒``, ``0:02:03`` or ``123``.

    Parameters
    ----------
    cells : Series
        Text.

    Returns
    -------
    (n,) array
        Seconds; NaN where there is none or it cannot be read.
    """
    distinct, places = distinct_cells(cells)
    return np.array([_seconds(text) for text in distinct])[places]


def parse_times(cells: pd.Series, zone: str) -> pd.Series:
    """Read times; those without a zone are taken to be in `zone`.

    Parameters
    ----------
    cells : Series
        Text such as ``2021/9/6 8:05:00`` or ``2021-09-06T00:05:00.000Z``.
    zone : str
        Name of a time zone.

    Returns
    -------
    Series of datetime64[us, UTC]
        NaT where it cannot be read. The original text stays in the raw table.
    """
    distinct, places = distinct_cells(cells)
    texts = pd.Series(distinct, dtype="str").str.strip().str.replace("/", "-", regex=False)
    zoned = texts.str.contains(r"(?:Z|[+-]\d{2}:?\d{2})$", regex=True) & texts.str.contains("T", regex=False)
    plain = pd.to_datetime(texts.where(~zoned), format="mixed", errors="coerce")
    local = plain.dt.tz_localize(zone, ambiguous="NaT", nonexistent="NaT").dt.tz_convert("UTC")
    utc = pd.to_datetime(texts.where(zoned), format="ISO8601", errors="coerce", utc=True)
    moments = local.where(local.notna(), utc).astype("datetime64[us, UTC]")
    return moments.iloc[places].reset_index(drop=True)
