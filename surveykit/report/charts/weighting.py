"""Charts of weights: concentration, design effects by group, differences from the population before and after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from surveykit.report.charts.labels import Rows, label_rows
from surveykit.report.charts.style import BLUE, GREY, INK, ORANGE, Drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["concentration_curves", "concentration_of", "design_effects", "standardised_differences"]

_LOOKS = ((BLUE, "o", "-"), (ORANGE, "s", "--"), (GREY, "^", ":"))


def concentration_of(weights: np.ndarray) -> np.ndarray:
    """Share of the total weight that the heaviest 0, 1, ..., 100 % of the rows carry, shape (101,).

    Examples
    --------
    >>> float(concentration_of(np.ones(200))[50])
    0.5
    """
    heavy = np.sort(weights[weights > 0])[::-1]
    reached = np.concatenate([[0.0], np.cumsum(heavy) / heavy.sum()])
    out: np.ndarray = np.interp(np.arange(101) / 100 * heavy.size, np.arange(heavy.size + 1), reached)
    return out


def concentration_curves(
    curves: Sequence[tuple[str, np.ndarray]], *, key: str, alt: str, axis: str, vertical: str
) -> Drawing:
    """Draw which share of the weight the heaviest rows carry.

    Parameters
    ----------
    curves : sequence of (name, shares (101,))
        As :func:`concentration_of`, at most three.
    key, alt, axis, vertical : str
        Id, alternative text and axis labels.

    Returns
    -------
    Drawing
        Not drawn yet.
    """

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        axes.plot([0, 100], [0, 100], color=GREY, linewidth=0.8)
        for (name, shares), (color, _, line) in zip(curves, _LOOKS, strict=False):
            axes.plot(np.arange(101), 100 * shares, color=color, linestyle=line, linewidth=1.4, label=name)
        axes.axvline(1.0, color=INK, linewidth=0.6, linestyle=(0, (4, 2)))
        axes.set_xlim(0, 100)
        axes.set_ylim(0, 100)
        axes.set_xlabel(axis)
        axes.set_ylabel(vertical)
        axes.grid()
        axes.legend(loc="lower right")

    return Drawing(draw, key=key, alt=alt, height=6.6)


def design_effects(
    labels: Sequence[str], columns: Sequence[tuple[str, np.ndarray]], *, key: str, alt: str, axis: str
) -> Drawing:
    """Draw the design effect of unequal weights of each group, one mark for each analysis.

    Parameters
    ----------
    labels : sequence of str
        Groups, from the top.
    columns : sequence of (name, values (k,))
        Analyses, at most three.
    key, alt, axis : str
        Id, alternative text and axis label.

    Returns
    -------
    Drawing
        Not drawn yet.
    """
    spread = label_rows(labels)

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        places = spread.places
        for (name, values), (color, mark, _) in zip(columns, _LOOKS, strict=False):
            axes.plot(values, places, color=color, marker=mark, linestyle="", markersize=4, label=name)
        axes.axvline(1.0, color=INK, linewidth=0.8)
        _rows(axes, spread)
        axes.set_xlabel(axis)
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3)

    return Drawing(draw, key=key, alt=alt, height=2.4 + 0.42 * spread.height)


def standardised_differences(
    labels: Sequence[str],
    before: np.ndarray,
    after: np.ndarray,
    *,
    key: str,
    alt: str,
    axis: str,
    names: tuple[str, str],
) -> Drawing:
    """Draw how far each level is from the population before and after weighting.

    Parameters
    ----------
    labels : sequence of str
        Levels, from the top.
    before, after : ndarray, shape (k,)
        Standardised differences of the shares.
    key, alt, axis : str
        Id, alternative text and axis label.
    names : tuple of str
        Names of before and after.

    Returns
    -------
    Drawing
        Not drawn yet.
    """
    spread = label_rows(labels)

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        places = spread.places
        axes.hlines(places, np.minimum(before, after), np.maximum(before, after), color=GREY, linewidth=0.6)
        axes.plot(
            before, places, color=ORANGE, marker="o", linestyle="", markersize=4, fillstyle="none", label=names[0]
        )
        axes.plot(after, places, color=BLUE, marker="o", linestyle="", markersize=4, label=names[1])
        axes.axvline(0.0, color=INK, linewidth=0.8)
        _rows(axes, spread)
        axes.set_xlabel(axis)
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2)

    return Drawing(draw, key=key, alt=alt, height=2.4 + 0.42 * spread.height)


def _rows(axes: Axes, spread: Rows) -> None:
    axes.set_yticks(spread.places, spread.labels, linespacing=0.95)
    axes.set_ylim(spread.height - 0.5, -0.5)
    axes.grid(axis="x")
