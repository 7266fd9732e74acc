"""Charts of results: intervals, rank sets, sizes, weights. Each draws on axes and returns them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from surveykit.display.content import Words, pick
from surveykit.display.intervals import (
    BANDS,
    SCREEN,
    draw_intervals,
    draw_rank_sets,
    draw_reference,
    name_rows,
    plain_frame,
    rank_axis,
)
from surveykit.display.style import BLUE, GREY, INK, LIGHT, ORANGE, chart_axes, chart_style, set_fonts
from surveykit.language import Language

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["before_after_chart", "histogram", "interval_chart", "line_chart", "rank_chart", "size_chart"]

ROW = 0.27
BAND_WORDS: dict[str, Words] = {
    "above": ("高于平均", "above the mean"),
    "not_distinguishable": ("与平均无显著差异", "not distinguishable from the mean"),
    "below": ("低于平均", "below the mean"),
}


def interval_chart(
    rows: pd.DataFrame, ax: Axes | None, *, axis: str, language: Language, reference: float | None = None
) -> Axes:
    """Draw estimates with their intervals, one row each, from the top in the order given.

    Parameters
    ----------
    rows : DataFrame
        label, and what `draw_intervals` draws.
    ax : Axes or None
        Where to draw; new axes when None.
    axis : str
        Label of the horizontal axis.
    language : {"zh", "en"}
        Of the legend of bands.
    reference : float, optional
        A value marked by a dashed line.

    Returns
    -------
    Axes
    """
    with chart_style():
        ax = chart_axes(ax, 7.0, 0.9 + ROW * max(len(rows), 2))
        if reference is not None and np.isfinite(reference):
            draw_reference(ax, reference)
        draw_intervals(ax, rows, SCREEN)
        if "band" in rows:
            _legend_of_bands(ax, rows, language, bars=False)
        _rows_axis(ax, rows["label"].tolist(), axis)
        set_fonts(ax)
        return ax


def rank_chart(rows: pd.DataFrame, ax: Axes | None, *, axis: str, language: Language) -> Axes:
    """Draw the set of ranks of each unit as a bar from its lowest to its highest, by band where there is one.

    Parameters
    ----------
    rows : DataFrame
        label, and what `draw_rank_sets` draws.
    ax, axis, language
        As `interval_chart`.

    Returns
    -------
    Axes
    """
    with chart_style():
        ax = chart_axes(ax, 7.0, 0.9 + ROW * max(len(rows), 2))
        draw_rank_sets(ax, rows, SCREEN)
        if "band" in rows:
            _legend_of_bands(ax, rows, language, bars=True)
        _rows_axis(ax, rows["label"].tolist(), axis)
        rank_axis(ax, len(rows))
        set_fonts(ax)
        return ax


def _legend_of_bands(ax: Axes, rows: pd.DataFrame, language: Language, *, bars: bool) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    held = set(rows["band"].astype(str))
    handles: list[Any] = []
    for name, words in BAND_WORDS.items():
        marker, fill, sign = BANDS[name]
        look: dict[str, Any] = {"linestyle": "", "markeredgecolor": INK, "markersize": SCREEN.marker}
        mark = Line2D([], [], marker=marker, markerfacecolor=fill, label=pick(words, language), **look)
        bar = Patch(color=fill if sign else LIGHT, label=pick(words, language))
        handles += [bar if bars else mark] if name in held else []
    ax.legend(handles=handles, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, fontsize=8)


def _rows_axis(ax: Axes, labels: list[Any], axis: str) -> None:
    name_rows(ax, [str(label) for label in labels], axis)
    ax.tick_params(axis="y", length=0)


def size_chart(rows: pd.DataFrame, ax: Axes | None, *, axis: str, percent: bool = False) -> Axes:
    """Draw one bar for each row of label and value, with the number beside it."""
    from matplotlib.ticker import PercentFormatter

    with chart_style():
        ax = chart_axes(ax, 7.0, 0.9 + ROW * max(len(rows), 2))
        values = rows["value"].to_numpy(float)
        bars = ax.barh(np.arange(len(rows)), values, height=0.66, color=BLUE, gid="value")
        texts = [f"{v:.1%}" if percent else f"{v:,.0f}" for v in values]
        ax.bar_label(bars, texts, padding=3, fontsize=7.5, color=INK)
        _rows_axis(ax, rows["label"].tolist(), axis)
        ax.margins(x=0.12)
        if percent:
            ax.xaxis.set_major_formatter(PercentFormatter(1.0))
        set_fonts(ax)
        return ax


def histogram(values: np.ndarray, ax: Axes | None, *, axis: str, side: str, bins: int = 30) -> Axes:
    """Draw how many values fall into each of equally wide classes."""
    with chart_style():
        ax = chart_axes(ax, 6.0, 2.8)
        ax.hist(values, bins=bins, color=BLUE, edgecolor="white", linewidth=0.5, gid="count")
        ax.set_xlabel(axis)
        ax.set_ylabel(side)
        plain_frame(ax, "y")
        set_fonts(ax)
        return ax


def before_after_chart(rows: pd.DataFrame, ax: Axes | None, *, axis: str, names: tuple[str, str, str]) -> Axes:
    """Draw for each row of label, before, after and target how the value moved and where it should be.

    Parameters
    ----------
    rows : DataFrame
        label, before, after, target.
    ax, axis
        As `interval_chart`.
    names : tuple of str
        Of before, after and target in the legend.

    Returns
    -------
    Axes
    """
    with chart_style():
        ax = chart_axes(ax, 7.0, 1.0 + ROW * max(len(rows), 2))
        places = np.arange(len(rows), dtype=float)
        before, after = rows["before"].to_numpy(float), rows["after"].to_numpy(float)
        ax.hlines(places, before, after, color=LIGHT, linewidth=1.5, gid="move")
        marks = (("before", "o", "white"), ("after", "o", BLUE), ("target", "|", ORANGE))
        for (column, marker, fill), name in zip(marks, names, strict=True):
            edge = ORANGE if marker == "|" else INK
            size = 13 if marker == "|" else 6
            look: dict[str, Any] = {"markerfacecolor": fill, "markeredgecolor": edge, "markersize": size}
            ax.plot(rows[column].to_numpy(float), places, linestyle="", marker=marker, label=name, gid=column, **look)
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, fontsize=8)
        _rows_axis(ax, rows["label"].tolist(), axis)
        set_fonts(ax)
        return ax


def line_chart(
    across: np.ndarray, lines: dict[str, np.ndarray], ax: Axes | None, *, axis: str, side: str, percent: bool = False
) -> Axes:
    """Draw one line for each named series, told apart by colour, dash and marker."""
    from matplotlib.ticker import PercentFormatter

    looks = ((BLUE, "-", "o"), (ORANGE, "--", "s"), (INK, ":", "^"), (GREY, "-.", "D"))
    with chart_style():
        ax = chart_axes(ax, 6.4, 3.4)
        for i, (name, values) in enumerate(lines.items()):
            color, dash, marker = looks[i % len(looks)]
            ax.plot(across, values, color=color, linestyle=dash, marker=marker, markersize=4, label=name, gid=name)
        if percent:
            ax.yaxis.set_major_formatter(PercentFormatter(1.0))
        ax.set_xlabel(axis)
        ax.set_ylabel(side)
        ax.set_ylim(bottom=0)
        plain_frame(ax, "both")
        ax.legend(fontsize=8)
        set_fonts(ax)
        return ax
