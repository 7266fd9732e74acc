"""Charts of estimates with their intervals: by district, by group, over time, and of ranks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from surveykit.display.intervals import PRINT, draw_intervals, draw_rank_sets, draw_reference, name_rows, rank_axis
from surveykit.report.charts.labels import label_rows
from surveykit.report.charts.style import BLUE, INK, LIGHT, ORANGE, Drawing, wrap_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["caterpillar", "rank_intervals", "side_by_side", "trend"]

ROW = 0.37


def caterpillar(
    rows: pd.DataFrame,
    *,
    key: str,
    alt: str,
    axis: str,
    reference: tuple[float, float, float] | None = None,
    reference_label: str = "",
    limits: tuple[float, float] | None = None,
) -> Drawing:
    """Draw estimates with their intervals, one row each, in the order given from the top.

    Parameters
    ----------
    rows : DataFrame
        label, estimate, conf_low, conf_high, text (shown at the right); optional inner (half-width of the comparison
        interval) and band ("above", "not_distinguishable", "below"). Rows with a missing estimate show only their text.
    key, alt : str
        Id and alternative text.
    axis : str
        Label of the horizontal axis.
    reference : tuple, optional
        Estimate and interval of the whole, drawn as a line in a strip.
    reference_label : str
        Name of the reference.
    limits : tuple, optional
        Ends of the axis; from the data when missing.

    Returns
    -------
    Drawing
        Not drawn yet.
    """
    spread = label_rows(list(rows["label"]))

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        if reference is not None:
            draw_reference(axes, reference[0], reference[1:], reference_label)
        draw_intervals(axes, _with_comparison(rows).assign(place=spread.places), PRINT)
        name_rows(axes, spread.labels, axis, top=-1.1, places=spread.places, height=spread.height)
        axes.set_xlim(limits or _limits(rows, reference))
        _side_texts(axes, rows, spread.places)

    return Drawing(draw, key=key, alt=alt, height=1.9 + ROW * (spread.height + 1))


def _with_comparison(rows: pd.DataFrame) -> pd.DataFrame:
    """Turn the half-widths of comparison intervals into their ends, which stay inside the confidence interval."""
    if "inner" not in rows:
        return rows
    estimate, inner = rows["estimate"].to_numpy(float), rows["inner"].to_numpy(float)
    low = np.fmax(estimate - inner, rows["conf_low"].to_numpy(float))
    high = np.fmin(estimate + inner, rows["conf_high"].to_numpy(float))
    known = np.isfinite(inner)
    return rows.assign(compare_low=np.where(known, low, np.nan), compare_high=np.where(known, high, np.nan))


def _side_texts(axes: Axes, rows: pd.DataFrame, places: Iterable[float]) -> None:
    """Write the text of each row at the right."""
    side = axes.secondary_yaxis("right")
    side.set_yticks([*places], [str(text) for text in rows["text"]])
    side.tick_params(labelsize=7.0, length=0)
    side.spines["right"].set_visible(False)


def _limits(rows: pd.DataFrame, reference: tuple[float, float, float] | None) -> tuple[float, float]:
    values = np.concatenate([rows["conf_low"].to_numpy(float), rows["conf_high"].to_numpy(float)])
    values = np.append(values, reference[1:] if reference is not None else ())
    values = values[np.isfinite(values)]
    if not len(values):
        return 0.0, 100.0
    low, high = float(values.min()), float(values.max())
    room = max((high - low) * 0.04, 0.5)
    return max(low - room, -0.5) if low >= 0 else low - room, min(high + room, 100.5) if high <= 100 else high + room


def rank_intervals(rows: pd.DataFrame, *, key: str, alt: str, axis: str) -> Drawing:
    """Draw for each district the set of ranks that the data allow.

    Parameters
    ----------
    rows : DataFrame
        label, rank_low, rank_high; optional expected_rank (a dot) and band.
    key, alt, axis : str
        As :func:`caterpillar`.

    Returns
    -------
    Drawing
        Not drawn yet.
    """
    count, spread = len(rows), label_rows(list(rows["label"]))

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        draw_rank_sets(axes, rows.assign(place=spread.places), PRINT)
        name_rows(axes, spread.labels, axis, places=spread.places, height=spread.height)
        rank_axis(axes, count)

    return Drawing(draw, key=key, alt=alt, height=1.6 + ROW * spread.height)


def side_by_side(rows: pd.DataFrame, *, key: str, alt: str, axis: str, own: str, other: str) -> Drawing:
    """Draw each indicator of one district beside the whole city's, both with intervals.

    Parameters
    ----------
    rows : DataFrame
        label, estimate, conf_low, conf_high (NaN when withheld), text, and the same with the prefix ``city_``.
    key, alt, axis : str
        As :func:`caterpillar`.
    own, other : str
        Names of the district and of the whole, for the legend.

    Returns
    -------
    Drawing
        Not drawn yet.
    """

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        styles = (("", -0.16, "o", BLUE, own), ("city_", 0.16, "D", "white", other))
        for prefix, shift, marker, fill, name in styles:
            places = np.arange(len(rows)) + shift
            middle = rows[prefix + "estimate"].to_numpy(float)
            for place, low, high in zip(places, rows[prefix + "conf_low"], rows[prefix + "conf_high"], strict=True):
                axes.plot([low, high], [place, place], color=INK, linewidth=0.9)
            look: dict[str, Any] = {"marker": marker, "markerfacecolor": fill, "markeredgecolor": INK, "linestyle": ""}
            axes.plot(middle, places, markersize=5, label=wrap_label(name, 16, 1), **look)
        axes.set_yticks(range(len(rows)), [wrap_label(str(label), 9) for label in rows["label"]])
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_xlabel(axis)
        axes.grid(axis="x")
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
        _side_texts(axes, rows, range(len(rows)))

    return Drawing(draw, key=key, alt=alt, height=1.9 + 0.7 * len(rows))


def trend(rows: pd.DataFrame, *, key: str, alt: str, axis: str) -> Drawing:
    """Draw an indicator over waves with its interval band; a break in the series interrupts the line.

    Parameters
    ----------
    rows : DataFrame
        wave (text, in order), estimate, conf_low, conf_high, text, break_before (bool).
    key, alt, axis : str
        As :func:`caterpillar`; the axis is the vertical one.

    Returns
    -------
    Drawing
        Not drawn yet.
    """

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        breaks = rows["break_before"].astype(bool).to_numpy()
        series = np.cumsum(breaks)
        places = np.arange(len(rows))
        for part in np.unique(series):
            held = series == part
            low, high = rows["conf_low"].to_numpy(float)[held], rows["conf_high"].to_numpy(float)[held]
            middle = rows["estimate"].to_numpy(float)[held]
            axes.fill_between(places[held], low, high, color=LIGHT, linewidth=0, alpha=0.7)
            errors = [middle - low, high - middle]
            style: dict[str, Any] = {
                "color": BLUE,
                "marker": "o",
                "markersize": 4,
                "linewidth": 1.2,
                "ecolor": INK,
                "elinewidth": 0.8,
            }
            axes.errorbar(places[held], middle, yerr=errors, **style)
        for place in places[breaks]:
            axes.axvline(place - 0.5, color=ORANGE, linewidth=0.9, linestyle=(0, (3, 2)))
        for place, value, text in zip(places, rows["conf_high"], rows["text"], strict=True):
            axes.annotate(str(text), (place, value), (0, 3), textcoords="offset points", ha="center", fontsize=7.0)
        axes.set_xticks(places, [wrap_label(str(wave), 8) for wave in rows["wave"]])
        axes.set_xlim(-0.5, len(rows) - 0.5)
        axes.margins(y=0.15)
        axes.set_ylabel(axis)
        axes.grid(axis="y")

    return Drawing(draw, key=key, alt=alt, height=6.5)
