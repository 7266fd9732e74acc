"""Charts of answers: diverging stacked bars, and importance against performance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from surveykit.report.charts.labels import apart
from surveykit.report.charts.style import BLUE, DIVERGING, GREY, INK, LIGHT, Drawing, extent, wrap_label
from surveykit.report.content.numbers import fixed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["diverging_bars", "importance_performance"]

LEGEND = 44
"""Width of a legend's text, in characters of its size."""
ROOM = np.array([300.0, 150.0])
"""Room between the outermost points of the scatter, in points."""


def diverging_bars(
    rows: pd.DataFrame, grades: Sequence[str], labels: Sequence[str], *, key: str, alt: str, axis: str, unknown: str
) -> Drawing:
    """Draw answers on a scale as bars that part at the middle, with don't know in a panel of its own.

    Parameters
    ----------
    rows : DataFrame
        label, one column of percentages for each of ``grades`` (out of the valid answers), unknown (percentage of don't
        know out of all asked), text (the top grades with their interval, at the right).
    grades : sequence of str
        Columns from the most negative to the most positive.
    labels : sequence of str
        Their names for the legend.
    key, alt, axis : str
        Id, alternative text and axis label.
    unknown : str
        Heading of the panel of don't know.

    Returns
    -------
    Drawing
        Not drawn yet.
    """
    shares = rows[list(grades)].to_numpy(dtype=float)
    middle = len(grades) // 2
    neutral = len(grades) % 2 == 1
    left = shares[:, :middle].sum(axis=1) + (shares[:, middle] / 2 if neutral else 0)
    edges = np.concatenate([-left[:, None], -left[:, None] + np.cumsum(shares, axis=1)], axis=1)
    colors = [DIVERGING[round(place)] for place in np.linspace(0, len(DIVERGING) - 1, len(grades))]

    def draw(figure: Figure) -> None:
        axes, side = figure.subplots(1, 2, sharey=True, width_ratios=[8, 1.3])
        for grade, (label, color) in enumerate(zip(labels, colors, strict=True)):
            widths = edges[:, grade + 1] - edges[:, grade]
            places = np.arange(len(rows))
            axes.barh(
                places, widths, left=edges[:, grade], height=0.62, color=color, label=label,
                edgecolor="white", linewidth=0.5,
            )  # fmt: skip
            dark = grade in (0, len(grades) - 1)
            for place, (start, width) in enumerate(zip(edges[:, grade], widths, strict=True)):
                if width >= 7:
                    ink = "white" if dark else INK
                    axes.text(start + width / 2, place, fixed(width), ha="center", va="center", fontsize=6.8, color=ink)
        axes.axvline(0, color=INK, linewidth=0.7, zorder=0.5)
        axes.set_yticks(range(len(rows)), [wrap_label(str(label), 12, 3) for label in rows["label"]], linespacing=0.95)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_xlim(min(edges.min() * 1.05, -5), edges.max() * 1.03)
        _positive_ticks(axes)
        axes.set_xlabel(axis)
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=_columns(labels), handlelength=1.0, fontsize=7)
        side.barh(
            np.arange(len(rows)),
            rows["unknown"].to_numpy(dtype=float),
            height=0.62,
            color=LIGHT,
            hatch="///",
            edgecolor=GREY,
            linewidth=0.4,
        )
        for place, row in enumerate(rows.to_dict("records")):
            side.text(float(row["unknown"]) + 0.6, place, fixed(float(row["unknown"])), va="center", fontsize=6.8)
        side.set_title(wrap_label(unknown, 6), fontsize=7.0)
        side.set_xlim(0, max(float(rows["unknown"].max()) * 2.2, 6))
        side.set_xticks([])
        right = side.secondary_yaxis("right")
        right.set_yticks(range(len(rows)), [str(text) for text in rows["text"]])
        right.tick_params(labelsize=6.8, length=0)
        right.spines["right"].set_visible(False)

    return Drawing(draw, key=key, alt=alt, height=2.4 + 0.75 * len(rows))


def _columns(labels: Sequence[str]) -> int:
    """Columns of a legend that is as wide as the chart at most."""
    return min(len(labels), 5 if sum(extent(label) + 3 for label in labels) <= LEGEND else 3)


def _positive_ticks(axes: Axes) -> None:
    """Write the ticks left of the middle without a minus sign: they are shares too."""
    low, high = axes.get_xlim()
    ticks = [tick for tick in range(-100, 101, 20) if low <= tick <= high]
    axes.set_xticks(ticks, [str(abs(tick)) for tick in ticks])


def importance_performance(
    rows: pd.DataFrame, *, key: str, alt: str, axis: str, vertical: str, corners: tuple[str, str, str, str]
) -> Drawing:
    """Draw the importance of items against their performance, axes crossing at the means.

    A point is hollow when either interval crosses an axis, for then its quarter is not certain.

    Parameters
    ----------
    rows : DataFrame
        label, performance, performance_low, performance_high, importance, importance_low, importance_high.
    key, alt, axis, vertical : str
        Id, alternative text and axis labels.
    corners : tuple of str
        Names of the quarters: low performance and high importance, high and high, low and low, high and low.

    Returns
    -------
    Drawing
        Not drawn yet.
    """
    middle_x, middle_y = float(rows["performance"].mean()), float(rows["importance"].mean())

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        axes.axvline(middle_x, color=GREY, linewidth=0.8)
        axes.axhline(middle_y, color=GREY, linewidth=0.8)
        low = rows[["performance_low", "importance_low"]].min().to_numpy(dtype=float)
        high = rows[["performance_high", "importance_high"]].max().to_numpy(dtype=float)
        points = (rows[["performance", "importance"]].to_numpy(dtype=float) - low) / np.maximum(high - low, 1e-9) * ROOM
        offsets = apart(points, [str(label) for label in rows["label"]], 7.5)
        for row, (dx, dy, side) in zip(rows.to_dict("records"), offsets, strict=True):
            x, y = float(row["performance"]), float(row["importance"])
            sure = not (row["performance_low"] <= middle_x <= row["performance_high"]) and not (
                row["importance_low"] <= middle_y <= row["importance_high"]
            )
            axes.plot([row["performance_low"], row["performance_high"]], [y, y], color=INK, linewidth=0.8)
            axes.plot([x, x], [row["importance_low"], row["importance_high"]], color=INK, linewidth=0.8)
            axes.plot(
                [x], [y], marker="o", markersize=6, markerfacecolor=BLUE if sure else "white", markeredgecolor=INK
            )
            axes.annotate(str(row["label"]), (x, y), (dx, dy), textcoords="offset points", fontsize=7.5, ha=side)
        axes.margins(0.12)
        places = (
            (0.01, 0.98, "left", "top"),
            (0.99, 0.98, "right", "top"),
            (0.01, 0.02, "left", "bottom"),
            (0.99, 0.02, "right", "bottom"),
        )
        for text, (x, y, across, up) in zip(corners, places, strict=True):
            axes.text(x, y, text, transform=axes.transAxes, ha=across, va=up, fontsize=7.5, color=GREY)
        axes.set_xlabel(axis)
        axes.set_ylabel(vertical)

    return Drawing(draw, key=key, alt=alt, height=8.4)
