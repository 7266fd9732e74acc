"""What all charts share: type, colours, size, and SVG that can stand inside a page."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from surveykit.report.charts.typefaces import SUBSTITUTE, register_fonts, unprintable

if TYPE_CHECKING:
    from matplotlib.cm import ScalarMappable
    from matplotlib.figure import Figure

__all__ = [
    "BLUE",
    "GREY",
    "INK",
    "LIGHT",
    "ORANGE",
    "PALE",
    "WIDTH",
    "Drawing",
    "extent",
    "ink_on",
    "shades_of",
    "words",
    "wrap_label",
]

WIDTH = 15.4
"""Width of a chart in centimetres: the type area of both page profiles."""

INK = "#222222"
GREY = "#6f6f6f"
LIGHT = "#c9c9c9"
PALE = "#ececec"
BLUE = "#1f5a92"
ORANGE = "#c4600c"
DIVERGING = ("#b5520a", "#eda35c", "#e3e3e3", "#7fb0d8", "#1f5a92")
"""Five steps from orange through grey to blue, told apart in grey print by their lightness and by position."""

_STYLE = {
    "font.family": ["SK Sans", "SK Extra"],
    "font.size": 8.0,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.labelsize": 8.0,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "grid.color": PALE,
    "grid.linewidth": 0.6,
    "legend.fontsize": 8.0,
    "legend.frameon": False,
    "svg.fonttype": "none",
    "text.color": INK,
    "text.parse_math": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 8.0,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.left": False,
    "hatch.linewidth": 0.5,
}


def shades_of(values: np.ndarray) -> ScalarMappable:
    """Return the colour scale of places: one hue, light is low and dark is high, so that grey print keeps the order.

    Parameters
    ----------
    values : ndarray
        The values to show; missing ones are passed over.

    Returns
    -------
    matplotlib.cm.ScalarMappable
    """
    import matplotlib
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LinearSegmentedColormap, Normalize

    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    hues = matplotlib.colormaps["Blues"](np.linspace(0.08, 0.92, 64))
    scale = LinearSegmentedColormap.from_list("surveykit_blues", hues)
    return ScalarMappable(Normalize(low, high if high > low else low + 1.0), scale)


def ink_on(color: Sequence[float]) -> str:
    """Return black or white, whichever contrasts more with a colour (WCAG relative luminance).

    Examples
    --------
    >>> ink_on((1.0, 1.0, 1.0)), ink_on((0.0, 0.0, 0.3))
    ('#222222', 'white')
    """
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color[:3]]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return INK if (luminance + 0.05) ** 2 > 0.05 * 1.3 else "white"


@dataclass(frozen=True)
class Drawing:
    """A chart that is drawn when it is asked for, so that outputs without charts cost no drawing.

    Attributes
    ----------
    draw : callable
        Receives an empty matplotlib Figure with constrained layout.
    key : str
        The figure's id; ids inside the SVG are derived from it, so that charts on one page never share one.
    alt : str
        Alternative text.
    width, height : float
        Size in centimetres.
    """

    draw: Callable[[Figure], None]
    key: str
    alt: str
    width: float = WIDTH
    height: float = 8.0

    @cached_property
    def svg(self) -> str:
        """The chart as an ``<svg>`` element with a title, its text as text in the family SK Sans."""
        return _inline(self._save("svg", {"Date": None, "Creator": None}).decode("utf-8"), self.alt)

    def png(self, dpi: int = 220) -> bytes:
        """Return the chart as a bitmap on white."""
        return self._save("png", {"Software": None}, dpi=dpi, facecolor="white")

    def _save(self, kind: str, metadata: dict[str, None], **more: Any) -> bytes:
        import matplotlib
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.backends.backend_svg import FigureCanvasSVG
        from matplotlib.figure import Figure

        register_fonts()
        options: dict[str, Any] = {**_STYLE, "svg.hashsalt": self.key}
        with matplotlib.rc_context(options):
            figure = Figure(figsize=(self.width / 2.54, self.height / 2.54), layout="constrained")
            (FigureCanvasSVG if kind == "svg" else FigureCanvasAgg)(figure)
            self.draw(figure)
            if kind == "png":
                _substitute(figure)
            buffer = io.BytesIO()
            with warnings.catch_warnings():  # SVG keeps its text: whoever sets it in type tells what is lacking
                warnings.filterwarnings("ignore", r"Glyph .* missing from font", UserWarning)
                figure.savefig(buffer, format=kind, transparent=kind == "svg", metadata=metadata, **more)
        return buffer.getvalue()


def _substitute(figure: Figure) -> None:
    """Put the substitute in the place of characters that no packaged face holds."""
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        lacking = unprintable(text.get_text())
        if lacking:
            text.set_text("".join(SUBSTITUTE if sign in lacking else sign for sign in text.get_text()))


def _inline(svg: str, alt: str) -> str:
    """Cut the SVG down to one element without ids that nothing refers to, and give it its title."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r"\s*\n\s*", "\n", svg).strip()
    svg = _without_bare_groups(svg)
    svg = re.sub(r"<style[^>]*>.*?</style>", "", svg, flags=re.DOTALL)
    svg = re.sub(r' style="([^"]*)"', _as_attributes, svg)
    svg = svg.replace(", " + escape("'SK Extra'"), "")  # named again where a page needs it
    head, rest = svg.split(">", 1)
    return f'{head} stroke-linejoin="round" role="img"><title>{escape(alt)}</title>{rest}'


def _without_bare_groups(svg: str) -> str:
    """Drop groups without attributes: they say nothing and cost time in every reader."""
    kept: list[bool] = []

    def decide(match: re.Match[str]) -> str:
        if match[0] == "</g>":
            return match[0] if kept.pop() else ""
        kept.append(match[0] not in ("<g>", "<g/>"))
        if match[0].endswith("/>"):
            kept.pop()
            return ""
        return match[0] if kept[-1] else ""

    return re.sub(r"</?g(?:\s[^>]*)?/?>", decide, svg)


def _as_attributes(match: re.Match[str]) -> str:
    """Write style declarations as attributes: a page's CSS parser would reject SVG properties."""
    pairs = (part.split(":", 1) for part in match[1].split(";") if ":" in part)
    return "".join(f' {name.strip()}="{escape(value.strip())}"' for name, value in pairs)


def extent(part: str) -> float:
    """Return about how wide a text is, in Chinese characters."""
    return sum(1.0 if ord(character) > 0x2E7F else 0.55 for character in part)


def words(text: str) -> list[str]:
    """Split a text where a line may end: before a Chinese character and after the spaces of a Latin word."""
    return re.findall(r"[\u2e80-\uffef]|[^\u2e80-\uffef\s]+\s*", text)


def wrap_label(text: str, width: float = 14.0, lines: int = 2) -> str:
    r"""Break a label into lines of about ``width`` Chinese characters (a Latin letter counts half); cut what is over.

    Examples
    --------
    >>> wrap_label("Chengdu Hi-tech Industrial Development Zone", 12)
    'Chengdu Hi-tech\nIndustrial…'
    """
    rows, row = [], ""
    for piece in words(text):
        if row and extent(row + piece.rstrip()) > width:
            rows.append(row.rstrip())
            row = ""
        while extent(piece.rstrip()) > width:
            rows.append(piece[: int(width)])
            piece = piece[int(width) :]
        row += piece
    rows.append(row.rstrip())
    rows = [part for part in rows if part]
    if len(rows) > lines:
        rows = rows[:lines]
        rows[-1] = rows[-1].rstrip() + "…"
    return "\n".join(rows)
