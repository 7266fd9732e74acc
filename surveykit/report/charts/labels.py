"""Labels of rows and tiles that are read whole: lines that do not meet, words that are not cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from surveykit.report.charts.style import extent, words, wrap_label

__all__ = ["Rows", "apart", "fit_label", "label_rows"]

Side = Literal["left", "right"]

SMALLEST = 5.0
STEP = 0.25
SECOND_LINE = 0.7
"""Height that the second line of a label takes, in rows."""


def fit_label(text: str, width: float, size: float, lines: int = 3) -> tuple[str, float]:
    r"""Return a label and the size of type at which it stands whole in its lines, no word cut.

    Parameters
    ----------
    text : str
        Label.
    width : float
        Width in Chinese characters of the size given.
    size : float
        Size of type in points; it is made smaller as far as needed, to 5 points.
    lines : int
        Lines that there is room for.

    Returns
    -------
    tuple of str and float
        What does not fit at 5 points is cut there.

    Examples
    --------
    >>> fit_label("Qingbaijiang District", 6.5, 7.5)
    ('Qingbaijiang\nDistrict', 7.25)
    """
    widest = max((extent(word.rstrip()) for word in words(text)), default=0.0)
    for smaller in np.arange(size, SMALLEST - STEP / 2, -STEP):
        room = width * size / float(smaller)
        label = wrap_label(text, room, lines)
        if widest <= room and not label.endswith("…"):
            return label, float(smaller)
    return wrap_label(text, width * size / SMALLEST, lines), SMALLEST


@dataclass(frozen=True)
class Rows:
    """Labels of the rows of a chart, the place of each, and the height of all, in rows of one line."""

    labels: list[str]
    places: NDArray[np.float64]
    height: float


def label_rows(labels: Sequence[object], width: float = 16.0) -> Rows:
    r"""Wrap labels into two lines and give rows of two lines more room, so that no label meets the next.

    Parameters
    ----------
    labels : sequence
        From the top.
    width : float
        Of a line, in Chinese characters.

    Returns
    -------
    Rows

    Examples
    --------
    >>> rows = label_rows(["Jintang County", "Chengdu Hi-tech Industrial Development Zone", "Xindu District"])
    >>> rows.labels[1], rows.places.tolist(), rows.height
    ('Chengdu Hi-tech Industrial\nDevelopment Zone', [0.0, 1.35, 2.7], 3.7)
    """
    wrapped = [wrap_label(str(label), width) for label in labels]
    heights = np.array([1.0 + SECOND_LINE * ("\n" in label) for label in wrapped])
    places = np.cumsum(heights) - heights / 2 - (0.5 if len(heights) else 0.0)
    return Rows(wrapped, np.round(places, 9), float(np.round(heights.sum(), 9)))


def apart(points: NDArray[np.float64], labels: Sequence[str], size: float) -> list[tuple[float, float, Side]]:
    """Place the label of each point beside it, where it meets no label before it.

    Parameters
    ----------
    points : ndarray, shape (k, 2)
        In points of type.
    labels : sequence of str
        One a point.
    size : float
        Size of type in points.

    Returns
    -------
    list of tuple
        Offset to the right and up in points, and the side of the text that is there: above right if that is free, else
        below right, farther away, or at the left if that is not outside; above right when none is.

    Examples
    --------
    >>> apart(np.array([[0.0, 0.0], [20.0, 2.0]]), ["a longer label", "another one"], 7.5)
    [(6.0, 6.0, 'left'), (6.0, -12.0, 'left')]
    """
    choices: tuple[tuple[float, float, Side], ...] = (
        (6.0, 6.0, "left"), (6.0, -12.0, "left"), (6.0, 19.0, "left"), (6.0, -24.0, "left"),
        (-6.0, 6.0, "right"), (-6.0, -12.0, "right"),
    )  # fmt: skip
    boxes: list[tuple[float, float, float, float]] = []
    chosen = []
    for (x, y), label in zip(points.tolist(), labels, strict=True):
        width = extent(label) * size
        made = [
            (
                x + dx - (width if side == "right" else 0),
                y + dy,
                x + dx + (width if side == "left" else 0),
                y + dy + size,
            )
            for dx, dy, side in choices
        ]
        free = [
            place for place, box in enumerate(made) if box[0] >= 0 and not any(_meet(box, other) for other in boxes)
        ]
        chosen.append(choices[free[0] if free else 0])
        boxes.append(made[free[0] if free else 0])
    return chosen


def _meet(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
