"""The tile grid: every district a square of one size, roughly where it lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from surveykit.report.charts.labels import fit_label
from surveykit.report.charts.style import GREY, INK, LIGHT, Drawing, ink_on, shades_of
from surveykit.report.content.numbers import fixed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.cm import ScalarMappable
    from matplotlib.figure import Figure

__all__ = ["tile_grid"]

SCALE_STEPS = 24


def tile_grid(rows: pd.DataFrame, *, key: str, alt: str, scale_label: str) -> Drawing:
    """Draw a tile for each district with its name, value and margin.

    Parameters
    ----------
    rows : DataFrame
        label, row, column, value (NaN when withheld), text (value and margin, or the sign).
    key, alt : str
        Id and alternative text.
    scale_label : str
        Label of the colour scale.

    Returns
    -------
    Drawing
        Not drawn yet. Light is low and dark is high, so that the order is kept in grey print.
    """
    values = rows["value"].to_numpy(dtype=float)

    def draw(figure: Figure) -> None:
        from matplotlib.patches import Rectangle

        axes = figure.add_subplot()
        shades = shades_of(values)
        for row in rows.itertuples(index=False):
            value = float(row.value)  # type: ignore[arg-type]
            known_value = np.isfinite(value)
            color = shades.to_rgba(np.asarray([value]))[0] if known_value else (1.0, 1.0, 1.0, 1.0)
            x, y = float(row.column), float(row.row)  # type: ignore[arg-type]
            hatch = None if known_value else "////"
            axes.add_patch(
                Rectangle(
                    (x + 0.03, y + 0.03), 0.94, 0.94, facecolor=color, edgecolor=LIGHT, hatch=hatch, linewidth=0.5
                )
            )
            ink = ink_on(color)
            label, size = fit_label(str(row.label), 6.5, 7.5)
            axes.text(
                x + 0.5,
                y + 0.32,
                label,
                ha="center",
                va="center",
                fontsize=size,
                color=ink,
                linespacing=0.95,
            )
            axes.text(
                x + 0.5, y + 0.72, str(row.text), ha="center", va="center", fontsize=7.0, color=ink, linespacing=1.05
            )
        axes.set_xlim(float(rows["column"].min()), float(rows["column"].max()) + 1)
        axes.set_ylim(float(rows["row"].max()) + 2.1, float(rows["row"].min()))
        axes.set_axis_off()
        _scale(axes, shades, float(rows["row"].max()) + 1.25, scale_label)

    tall = int(rows["row"].max() - rows["row"].min()) + 1
    return Drawing(draw, key=key, alt=alt, height=1.72 * (tall + 1.1))


def _scale(axes: Axes, shades: ScalarMappable, top: float, label: str) -> None:
    """Draw the colour scale as rectangles: a bitmap would not be sharp in print."""
    from matplotlib.patches import Rectangle

    low, high = shades.get_clim()
    left, width = axes.get_xlim()[0] + 1.5, (axes.get_xlim()[1] - axes.get_xlim()[0] - 3) / SCALE_STEPS
    for step, value in enumerate(np.linspace(float(low or 0), float(high or 1), SCALE_STEPS)):
        color = shades.to_rgba(np.asarray([value]))[0]
        axes.add_patch(Rectangle((left + step * width, top), width * 1.02, 0.16, facecolor=color, linewidth=0))
    for place, value in ((left, low), (left + SCALE_STEPS * width, high)):
        axes.text(place, top + 0.34, fixed(float(value or 0)), ha="center", va="center", fontsize=7.0, color=GREY)
    axes.text(left + SCALE_STEPS * width / 2, top + 0.68, label, ha="center", va="center", fontsize=7.5, color=INK)
