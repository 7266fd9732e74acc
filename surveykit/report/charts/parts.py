"""Charts of what a number is made of: the score's waterfall, and sensitivity bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from surveykit.report.charts.style import BLUE, GREY, INK, LIGHT, PALE, Drawing, wrap_label
from surveykit.report.content.numbers import fixed

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["sensitivity_bars", "waterfall"]


def waterfall(
    rows: pd.DataFrame, total: tuple[float, float, float], *, key: str, alt: str, axis: str, total_label: str
) -> Drawing:
    """Draw how parts add up to a total; each part's interval on its end, what it could have been in pale.

    Parameters
    ----------
    rows : DataFrame
        label, points, conf_low, conf_high, maximum.
    total : tuple of float
        Points and interval of the sum.
    key, alt, axis, total_label : str
        Id, alternative text, axis label and name of the total.

    Returns
    -------
    Drawing
        Not drawn yet.
    """
    points = rows["points"].to_numpy(dtype=float)
    starts = np.concatenate([[0.0], np.cumsum(points)[:-1]])

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for place, row in enumerate(rows.to_dict("records")):
            start = float(starts[place])
            axes.barh(place, float(row["maximum"]), left=start, height=0.6, color=PALE, linewidth=0)
            axes.barh(place, float(row["points"]), left=start, height=0.6, color=BLUE, linewidth=0)
            low, high = start + float(row["conf_low"]), start + float(row["conf_high"])
            if high > low:
                axes.plot([low, high], [place, place], color=INK, linewidth=1.2)
            text = f"{fixed(float(row['points']), 2)} / {fixed(float(row['maximum']))}"
            axes.text(start + float(row["maximum"]) + 0.6, place, text, va="center", fontsize=7.2)
        last = len(rows)
        axes.barh(last, total[0], height=0.6, color=GREY, linewidth=0)
        axes.plot(total[1:], [last, last], color=INK, linewidth=1.2)
        axes.text(max(total[0], total[2]) + 0.6, last, fixed(total[0], 2), va="center", fontsize=7.5, weight="bold")
        axes.set_yticks(range(last + 1), [*(wrap_label(str(label), 16) for label in rows["label"]), total_label])
        axes.set_ylim(last + 0.6, -0.6)
        axes.set_xlim(0, max(float(rows["maximum"].sum()), total[2]) * 1.09)
        axes.set_xlabel(axis)
        axes.grid(axis="x")
        axes.set_axisbelow(True)

    return Drawing(draw, key=key, alt=alt, height=1.4 + 0.6 * (len(rows) + 1))


def sensitivity_bars(rows: pd.DataFrame, *, key: str, alt: str, axis: str) -> Drawing:
    """Draw how much of the movement of ranks each choice accounts for (total Sobol index), with intervals.

    Parameters
    ----------
    rows : DataFrame
        label, value, conf_low, conf_high.
    key, alt, axis : str
        Id, alternative text and axis label.

    Returns
    -------
    Drawing
        Not drawn yet.
    """

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        places = np.arange(len(rows))
        values = rows["value"].to_numpy(dtype=float)
        axes.barh(places, values, height=0.6, color=LIGHT, linewidth=0)
        for place, row in enumerate(rows.to_dict("records")):
            axes.plot([row["conf_low"], row["conf_high"]], [place, place], color=INK, linewidth=1.0)
            axes.text(
                max(float(row["conf_high"]), float(row["value"])) + 0.012,
                place,
                fixed(float(row["value"]), 2),
                va="center",
                fontsize=7.2,
            )
        axes.set_yticks(places, [wrap_label(str(label), 22) for label in rows["label"]])
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_xlim(0, max(float(rows["conf_high"].max()) * 1.15, 0.1))
        axes.set_xlabel(axis)
        axes.grid(axis="x")
        axes.set_axisbelow(True)

    return Drawing(draw, key=key, alt=alt, height=1.6 + 0.6 * len(rows))
