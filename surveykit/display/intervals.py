"""Intervals and sets of ranks, one row for each unit: notebooks and the report draw them here, on axes of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from surveykit.display.style import BLUE, GREY, INK, LIGHT, ORANGE, PALE

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = [
    "BANDS", "PRINT", "SCREEN", "Look", "draw_intervals", "draw_rank_sets", "draw_reference", "name_rows",
    "plain_frame", "rank_axis",
]  # fmt: skip

BANDS = {
    "above": ("^", BLUE, "▲"),
    "not_distinguishable": ("o", "white", ""),
    "below": ("v", ORANGE, "▼"),
    "own": ("o", INK, ""),
}
"""Marker and its filling for each band, and the sign in a bar; "own" stands out among alternatives to it."""


@dataclass(frozen=True)
class Look:
    """Sizes of a chart's marks.

    Attributes
    ----------
    thin, thick : float
        Widths of the line of an interval, and of a comparison interval in it, in points.
    marker, edge, dot : float
        Size of the mark of an estimate, width of its edge, and size of the dot of an expected rank, in points.
    bar, reach : float
        Height of a bar in rows, and how far it goes beyond its first and last rank.
    plain : str
        Filling of marks that belong to no band.
    """

    thin: float
    thick: float
    marker: float
    edge: float
    dot: float
    bar: float
    reach: float
    plain: str


SCREEN = Look(thin=0.9, thick=2.8, marker=6.0, edge=1.0, dot=4.0, bar=0.62, reach=0.4, plain=BLUE)
PRINT = Look(thin=0.8, thick=2.6, marker=5.2, edge=0.8, dot=3.4, bar=0.56, reach=0.35, plain="white")


def draw_intervals(axes: Axes, rows: pd.DataFrame, look: Look) -> None:
    """Draw estimates with their intervals from the top in the order given.

    Parameters
    ----------
    axes : Axes
    rows : DataFrame
        estimate, conf_low, conf_high; optional compare_low and compare_high (drawn thick), band, one of `BANDS`, and
        place (in rows from the top, where rows differ in height). A
        missing estimate leaves its row empty; without limits only the mark is drawn.
    look : Look
    """
    for place, row in zip(
        _places(rows), _records(rows, ("estimate", "conf_low", "conf_high", "compare_low", "compare_high")), strict=True
    ):
        if not np.isfinite(row["estimate"]):
            continue
        ends = [row["conf_low"], row["conf_high"]]
        axes.plot(ends, [place, place], color=INK, linewidth=look.thin, zorder=2, gid="interval")
        inner = [row["compare_low"], row["compare_high"]]
        if np.isfinite(inner).all():
            thick: dict[str, Any] = {"linewidth": look.thick, "solid_capstyle": "butt", "gid": "comparison"}
            axes.plot(inner, [place, place], color=INK, zorder=2, **thick)
        marker, fill, _ = BANDS.get(row["band"], ("o", look.plain, ""))
        axes.plot(
            [row["estimate"]], [place], marker=marker, markersize=look.marker, zorder=3, gid="estimate",
            markerfacecolor=fill, markeredgecolor=INK, markeredgewidth=look.edge, linestyle="",
        )  # fmt: skip


def draw_rank_sets(axes: Axes, rows: pd.DataFrame, look: Look) -> None:
    """Draw sets of ranks as bars from the lowest to the highest rank, told apart by colour and by sign.

    Parameters
    ----------
    axes : Axes
    rows : DataFrame
        rank_low, rank_high; optional expected_rank (a dot), band, one of `BANDS`, and place.
    look : Look
    """
    for place, row in zip(_places(rows), _records(rows, ("rank_low", "rank_high", "expected_rank")), strict=True):
        low, high = row["rank_low"], row["rank_high"]
        _, fill, sign = BANDS.get(row["band"], ("o", "white", ""))
        color = fill if sign else LIGHT
        wide = {"left": low - look.reach, "height": look.bar}
        axes.barh(place, high - low + 2 * look.reach, color=color, linewidth=0, gid="rank_set", **wide)
        if sign:
            axes.text((low + high) / 2, place, sign, ha="center", va="center", color="white", fontsize=6.5)
        if np.isfinite(row["expected_rank"]):
            dot: dict[str, Any] = {"marker": "o", "markersize": look.dot, "color": INK, "linestyle": ""}
            axes.plot([row["expected_rank"]], [place], gid="expected_rank", **dot)


def draw_reference(axes: Axes, value: float, strip: tuple[float, float] | None = None, name: str = "") -> None:
    """Mark a value by a dashed line, with its interval as a strip behind it and its name above the rows."""
    if strip is not None:
        axes.axvspan(*strip, color=PALE, linewidth=0)
    axes.axvline(value, color=GREY, linewidth=0.8, linestyle=(0, (4, 2)), gid="reference")
    if name:
        axes.text(value, -1.0, name, ha="center", va="bottom", fontsize=7.5, color=GREY)


def name_rows(
    axes: Axes,
    labels: Sequence[str],
    axis: str,
    top: float = -0.6,
    *,
    places: Sequence[float] | np.ndarray | None = None,
    height: float | None = None,
) -> None:
    """Name the rows at the left, the first one at the top, and the horizontal axis; rows are 1 high unless placed."""
    axes.set_yticks(range(len(labels)) if places is None else places, labels, linespacing=0.95)
    axes.set_ylim((len(labels) if height is None else height) - 0.4, top)
    axes.set_xlabel(axis)
    plain_frame(axes, "x")


def rank_axis(axes: Axes, count: int) -> None:
    """Scale the horizontal axis for ranks from 1 to `count`."""
    axes.set_xlim(0.3, count + 0.7)
    step = 1 if count <= 12 else 2 if count <= 30 else 10
    axes.set_xticks([1, *range(1 + step, count + 1, step)])


def plain_frame(axes: Axes, grid: Literal["x", "y", "both"]) -> None:
    """Only the left and lower line, and a pale grid behind, also on axes that were made elsewhere."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis=grid, color=PALE)
    axes.set_axisbelow(True)


def _places(rows: pd.DataFrame) -> list[float]:
    return rows["place"].to_numpy(float).tolist() if "place" in rows else [float(i) for i in range(len(rows))]


def _records(rows: pd.DataFrame, numbers: Sequence[str]) -> list[dict[str, Any]]:
    """Return each row with its numbers, NaN where there is no such column, and its band, "" where there is none."""
    absent = np.full(len(rows), np.nan)
    columns = [rows[name].to_numpy(float).tolist() if name in rows else absent.tolist() for name in numbers]
    bands = rows["band"].fillna("").astype(str).tolist() if "band" in rows else [""] * len(rows)
    return [dict(zip([*numbers, "band"], row, strict=True)) for row in zip(*columns, bands, strict=True)]
