"""Charts of how the figures came about: response, weights, raking."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from surveykit.report.charts.style import BLUE, GREY, INK, LIGHT, ORANGE, PALE, Drawing, wrap_label

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["raking_convergence", "response_flow", "weight_histogram"]


def response_flow(steps: Sequence[tuple[str, str, int, str]], *, key: str, alt: str) -> Drawing:
    """Draw how many units each stage kept and lost.

    Parameters
    ----------
    steps : sequence of (label, count text, count, text of those lost before the next stage)
        From the sample drawn to the answers used.
    key, alt : str
        Id and alternative text.

    Returns
    -------
    Drawing
        Not drawn yet.
    """
    top = max(max(step[2] for step in steps), 1)

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for place, (label, text, size, lost) in enumerate(steps):
            axes.barh(place, top, height=0.62, color=PALE, linewidth=0)
            axes.barh(place, size, height=0.62, color=BLUE, linewidth=0)
            inside = size > 0.25 * top
            axes.text(
                size - 0.01 * top if inside else size + 0.01 * top, place, text, va="center",
                ha="right" if inside else "left", color="white" if inside else INK, fontsize=8.0,
            )  # fmt: skip
            if lost:
                axes.text(0.0, place + 0.5, "↓ " + lost, va="center", ha="left", fontsize=7.0, color=GREY)
            axes.text(-0.015 * top, place, wrap_label(label, 11), va="center", ha="right", fontsize=8.0)
        axes.set_xlim(-0.3 * top, top * 1.02)
        axes.set_ylim(len(steps) - 0.3, -0.5)
        axes.set_axis_off()

    return Drawing(draw, key=key, alt=alt, height=0.6 + 1.15 * len(steps))


def weight_histogram(relative: np.ndarray, *, key: str, alt: str, axis: str, vertical: str) -> Drawing:
    """Draw the distribution of the final weights relative to their mean.

    Parameters
    ----------
    relative : ndarray, shape (n,)
        Weights divided by their mean; zeros left out.
    key, alt, axis, vertical : str
        Id, alternative text and axis labels.

    Returns
    -------
    Drawing
        Not drawn yet.
    """

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        axes.hist(relative, bins=40, color=LIGHT, edgecolor="white", linewidth=0.4)
        axes.axvline(1.0, color=INK, linewidth=0.9, linestyle=(0, (4, 2)))
        axes.set_xlim(left=0)
        axes.set_xlabel(axis)
        axes.set_ylabel(vertical)
        axes.grid(axis="y")
        axes.set_axisbelow(True)

    return Drawing(draw, key=key, alt=alt, height=5.6)


def raking_convergence(gaps: np.ndarray, *, key: str, alt: str, axis: str, vertical: str, first: int = 1) -> Drawing:
    """Draw the largest remaining gap to a margin after each iteration, on a logarithmic scale.

    Parameters
    ----------
    gaps : ndarray, shape (iterations,)
        Largest relative gap after each iteration; positive.
    key, alt, axis, vertical : str
        As :func:`weight_histogram`.
    first : int
        Number of the first iteration; 0 where the first gap is the one before any.

    Returns
    -------
    Drawing
        Not drawn yet.
    """

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        places = np.arange(first, first + len(gaps))
        floor = np.maximum(gaps, 1e-16)
        axes.plot(places, np.log10(floor), color=BLUE, marker="o", markersize=3.5, linewidth=1.1)
        ticks = np.arange(np.floor(np.log10(floor.min())), np.ceil(np.log10(floor.max())) + 1, 2)
        axes.set_yticks(ticks, [f"1e{tick:.0f}".replace("-", "−") for tick in ticks])
        axes.axhline(np.log10(floor[-1]), color=ORANGE, linewidth=0.6)
        axes.set_xlabel(axis)
        axes.set_ylabel(vertical)
        axes.grid(axis="y")

    return Drawing(draw, key=key, alt=alt, height=5.2)
