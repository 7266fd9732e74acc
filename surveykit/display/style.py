"""What the charts of results share: fonts with Chinese glyphs, colours, and the axes to draw on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["BLUE", "GREY", "INK", "LIGHT", "ORANGE", "PALE", "chart_axes", "chart_style", "label_of", "set_fonts"]

INK, GREY, LIGHT, PALE = "#222222", "#6f6f6f", "#c9c9c9", "#ececec"
BLUE, ORANGE = "#1f5a92", "#c4600c"
"""Blue and orange are told apart by every kind of colour vision, and by lightness in grey print."""

FAMILY = "SK Sans"
_STYLE: dict[str, Any] = {
    "font.family": [FAMILY, "sans-serif"],
    "font.size": 9.0,
    "axes.edgecolor": GREY,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid.axis": "x",
    "axes.unicode_minus": True,
    "grid.color": PALE,
    "legend.frameon": False,
    "text.parse_math": False,
}


@cache
def _register_fonts() -> None:
    from matplotlib import font_manager

    for face in sorted(Path(str(files("surveykit") / "report" / "fonts")).glob("sk-sans-*.otf")):
        font_manager.fontManager.addfont(face)


@contextmanager
def chart_style() -> Iterator[None]:
    """Draw with surveykit's fonts, which hold Chinese, and its style; nothing stays set afterwards.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> with chart_style():
    ...     title = Figure().add_subplot().set_title("知晓率")
    >>> title.get_fontfamily()[0]
    'SK Sans'
    """
    from matplotlib import rcParams

    _register_fonts()
    # Only these keys are put back: rc_context would also undo what a backend sets when the first figure loads it,
    # and a notebook would show no figure any more.
    before = {key: rcParams[key] for key in _STYLE}
    rcParams.update(_STYLE)
    try:
        yield
    finally:
        rcParams.update(before)


def chart_axes(ax: Axes | None, width: float, height: float) -> Axes:
    """Return the axes that were given, or new ones on a figure of `width` by `height` inches."""
    if ax is not None:
        return ax
    from matplotlib import pyplot

    made: Axes = pyplot.subplots(figsize=(width, height), layout="constrained")[1]
    return made


def set_fonts(ax: Axes) -> None:
    """Set everything written on the axes in surveykit's font, also where the axes were made elsewhere."""
    family = [FAMILY, "sans-serif"]
    for text in (ax.xaxis.label, ax.yaxis.label, ax.title):
        text.set_fontfamily(family)
    ax.tick_params(labelfontfamily=FAMILY)
    legend = ax.get_legend()
    for text in legend.get_texts() if legend is not None else ():
        text.set_fontfamily(family)


def label_of(code: object, labels: Mapping[str, str] | None) -> str:
    """Return the text of a code, or the code."""
    return (labels or {}).get(str(code), str(code))
