"""How fast people answered, compared with others who were asked the same in the same mode."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.responses.coding.questions import NOT_ASKED, question_kinds
from surveykit.responses.quality.rules import SpeederRule
from surveykit.responses.results import Responses

__all__ = ["asked_and_paths", "page_seconds", "relative_speed", "speed_flags", "speed_table"]

Floats = NDArray[np.float64]
Groups = NDArray[np.int64]
_PAGE = re.compile(r"page_seconds_(\d+)\Z")
CLIP = 3.0


def asked_and_paths(responses: Responses) -> tuple[Groups, Groups]:
    """Count the asked questions of each record, and tell its path: the set of questions that it was asked.

    Parameters
    ----------
    responses : Responses
        Coded answers.

    Returns
    -------
    tuple of (n,) int arrays
        Number of asked questions, and the path as a number; questions that the file does not have count for neither.
    """
    n = len(responses.missing)
    if not n:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    asked = ~np.isin(question_kinds(responses)[1], NOT_ASKED)
    packed = np.packbits(asked, axis=1)
    keys = np.ascontiguousarray(packed).view(np.dtype((np.void, packed.shape[1]))).ravel()
    paths = pd.factorize(pd.Series(keys.tolist()))[0] if n < 1000 else np.unique(keys, return_inverse=True)[1]
    return asked.sum(axis=1).astype(np.int64), np.asarray(paths, dtype=np.int64)


def page_seconds(responses: Responses) -> Floats | None:
    """Seconds on each page, where the source has them.

    Parameters
    ----------
    responses : Responses
        Coded answers; `meta` has columns ``page_seconds_1``, ``page_seconds_2`` and so on.

    Returns
    -------
    (n, p) array or None
        NaN where a page was not seen.
    """
    names = sorted((m for m in map(_PAGE.match, map(str, responses.meta)) if m), key=lambda m: int(m[1]))
    if not names:
        return None
    return np.column_stack([responses.meta[m[0]].to_numpy(dtype=float, na_value=np.nan) for m in names])


def relative_speed(seconds: Floats, groups: Groups, minimum: int = 1, fallback: Groups | None = None) -> Floats:
    """Index of relative speed: the mean over pages of the median time on the page over one's own, each at most 3.

    Parameters
    ----------
    seconds : (n, p) array
        Time on each page, or one column of total times; NaN where there is none, 0 counts as the fastest.
    groups : (n,) int array
        Records that are compared with each other: the same path in the same mode.
    minimum : int
        Groups with fewer times on a page are compared by `fallback`.
    fallback : (n,) int array, optional
        A wider group, for example the mode; everybody when it is not given.

    Returns
    -------
    (n,) array
        1 is the typical speed, 2 twice as fast; NaN without any time.

    Notes
    -----
    Leiner (2019), Too fast, too straight, too weird, Survey Research Methods 13(3), p. 236: page medians over one's own
    times, clipped at 3 and averaged.

    Examples
    --------
    >>> relative_speed(np.array([[10.0, 20.0], [20.0, 20.0], [30.0, 2.0]]), np.zeros(3, int)).round(3).tolist()
    [1.5, 1.0, 1.833]
    """
    wider = np.zeros(len(seconds), dtype=np.int64) if fallback is None else fallback
    factors = np.full(seconds.shape, np.nan)
    for page in range(seconds.shape[1]):
        own = pd.Series(seconds[:, page])
        held = own.groupby(groups)
        median = held.transform("median")
        small = held.transform("count") < minimum
        median = median.where(~small, own.groupby(wider).transform("median"))
        with np.errstate(invalid="ignore", divide="ignore"):
            factors[:, page] = np.minimum(median.to_numpy(dtype=float) / own.to_numpy(dtype=float), CLIP)
    known = ~np.isnan(factors)
    count = known.sum(axis=1)
    total = np.where(known, factors, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def speed_flags(
    responses: Responses, rule: SpeederRule | None, indices: dict[str, Floats]
) -> dict[str, NDArray[np.bool_]]:
    """Flag records that were answered too fast.

    Parameters
    ----------
    responses : Responses
        Coded answers.
    rule : SpeederRule, optional
        Limits; nothing is flagged without it.
    indices : dict
        Receives seconds, the threshold and the index of relative speed.

    Returns
    -------
    dict of str to (n,) bool array
        "speeder", or nothing when the source has no times.
    """
    if rule is None or responses.meta["duration_seconds"].isna().all():
        return {}
    seconds = responses.meta["duration_seconds"].to_numpy(dtype=float, na_value=np.nan)
    asked, paths = asked_and_paths(responses)
    mode = responses.meta["mode"] if "mode" in responses.meta else pd.Series("", index=responses.meta.index)
    table = pd.DataFrame({"seconds": seconds, "asked": asked, "path": paths, "mode": mode.to_numpy()})
    table["pace"] = table["seconds"] / table["asked"].clip(lower=1)
    groups = table.groupby(["mode", "path"], dropna=False)["seconds"]
    median = groups.transform("median")
    small = groups.transform("count") < rule.minimum_group
    pace = table.groupby("mode", dropna=False)["pace"].transform("median") * table["asked"]
    median = median.mask(small, pace)
    floor = rule.seconds_per_question * table["asked"]
    threshold = np.maximum(floor.to_numpy(dtype=float), (rule.below_median * median).to_numpy(dtype=float))
    indices["seconds"] = seconds
    indices["speeder_threshold"] = threshold
    pages = page_seconds(responses)
    if pages is None:
        with np.errstate(invalid="ignore", divide="ignore"):
            speed = np.minimum(median.to_numpy(dtype=float) / seconds, CLIP)
    else:
        by_mode = np.asarray(table.groupby("mode", dropna=False).ngroup(), dtype=np.int64)
        both = np.asarray(table.groupby(["mode", "path"], dropna=False).ngroup(), dtype=np.int64)
        speed = relative_speed(pages, both, rule.minimum_group, by_mode)
    indices["relative_speed"] = speed
    with np.errstate(invalid="ignore"):
        fast = seconds < threshold
        if rule.relative_speed_above is not None:
            fast = fast | (speed > rule.relative_speed_above)
    return {"speeder": np.asarray(fast)}


def speed_table(responses: Responses, indices: pd.DataFrame) -> pd.DataFrame:
    """Describe times and relative speed by mode.

    Parameters
    ----------
    responses : Responses
        Coded answers.
    indices : DataFrame
        `QualityReport.indices`.

    Returns
    -------
    DataFrame
        mode, records, basis ("pages" or "total"), median_seconds, and the 90th and 99th percentile of relative speed.
    """
    if "relative_speed" not in indices:
        return pd.DataFrame()
    basis = "total" if page_seconds(responses) is None else "pages"
    mode = responses.meta["mode"].to_numpy() if "mode" in responses.meta else ""
    table = pd.DataFrame({"mode": mode, "seconds": indices["seconds"], "speed": indices["relative_speed"]})
    held = table.groupby("mode", dropna=False)
    return pd.DataFrame(
        {
            "records": held.size(),
            "basis": basis,
            "median_seconds": held["seconds"].median(),
            "speed_90": held["speed"].quantile(0.9),
            "speed_99": held["speed"].quantile(0.99),
        }
    ).reset_index()
