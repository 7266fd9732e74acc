"""Charts of results: intervals, rank sets, sizes, weights. Each draws on axes and returns them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from surveykit.display.style import BLUE, GREY, INK, LIGHT, ORANGE, PALE, chart_axes, chart_style, set_fonts

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from surveykit.language import Language

__all__ = ["before_after_chart", "histogram", "interval_chart", "line_chart", "rank_chart", "size_chart"]

ROW = 0.27
BANDS = {
    "above": ("^", BLUE, ("高于平均", "above the mean")),
    "not_distinguishable": ("o", "white", ("与平均无显著差异", "not distinguishable from the mean")),
    "below": ("v", ORANGE, ("低于平均", "below the mean")),
}


def interval_chart(
    rows: pd.DataFrame, ax: Axes | None, *, axis: str, language: Language, reference: float | None = None
) -> Axes:
    """Draw estimates with their intervals, one row each, from the top in the order given.

    Parameters
    ----------
    rows : DataFrame
        label, estimate, conf_low, conf_high; optional compare_low and compare_high (drawn thick) and band. A missing
        estimate leaves its row empty.
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
        places = np.arange(len(rows), dtype=float)
        values = {name: rows[name].to_numpy(float) for name in ("estimate", "conf_low", "conf_high")}
        if reference is not None and np.isfinite(reference):
            ax.axvline(reference, color=GREY, linewidth=0.9, linestyle=(0, (4, 2)), gid="reference")
        ax.hlines(places, values["conf_low"], values["conf_high"], color=INK, linewidth=0.9, gid="interval")
        if "compare_low" in rows:
            low, high = rows["compare_low"].to_numpy(float), rows["compare_high"].to_numpy(float)
            ax.hlines(places, low, high, color=INK, linewidth=2.8, gid="comparison")
        _points(ax, rows, places, language)
        _rows_axis(ax, rows["label"].tolist(), axis)
        set_fonts(ax)
        return ax


def _points(ax: Axes, rows: pd.DataFrame, places: np.ndarray, language: Language) -> None:
    look: dict[str, Any] = {"linestyle": "", "markeredgecolor": INK, "markersize": 6, "zorder": 3}
    estimate = rows["estimate"].to_numpy(float)
    if "band" not in rows:
        ax.plot(estimate, places, marker="o", markerfacecolor=BLUE, gid="estimate", **look)
        return
    bands = rows["band"].astype(str).to_numpy()
    for name, (marker, fill, words) in BANDS.items():
        held = bands == name
        if held.any():
            text = words[0] if language == "zh" else words[1]
            ax.plot(
                estimate[held], places[held], marker=marker, markerfacecolor=fill, gid="estimate", label=text, **look
            )
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, fontsize=8)


def _rows_axis(ax: Axes, labels: list[Any], axis: str) -> None:
    ax.set_yticks(range(len(labels)), [str(label) for label in labels])
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(labels) - 0.4, -0.6)
    ax.set_xlabel(axis)
    _plain_frame(ax, "x")


def _plain_frame(ax: Axes, grid: Literal["x", "y", "both"]) -> None:
    """Only the left and lower line, and a pale grid behind, also on axes that were made elsewhere."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(axis=grid, color=PALE)
    ax.set_axisbelow(True)


def rank_chart(rows: pd.DataFrame, ax: Axes | None, *, axis: str, language: Language) -> Axes:
    """Draw the set of ranks of each unit as a bar from its lowest to its highest, coloured by band where there is one.

    Parameters
    ----------
    rows : DataFrame
        label, rank_low, rank_high; optional band, and expected_rank (drawn as a dot).
    ax, axis, language
        As `interval_chart`.

    Returns
    -------
    Axes
    """
    with chart_style():
        ax = chart_axes(ax, 7.0, 0.9 + ROW * max(len(rows), 2))
        places = np.arange(len(rows), dtype=float)
        low, high = rows["rank_low"].to_numpy(float), rows["rank_high"].to_numpy(float)
        bands = rows["band"].astype(str).to_numpy() if "band" in rows else np.full(len(rows), "not_distinguishable")
        for name, (_, fill, words) in BANDS.items():
            held = bands == name
            if held.any():
                color, text = (LIGHT if fill == "white" else fill), words[0] if language == "zh" else words[1]
                width = high[held] - low[held] + 0.8
                ax.barh(places[held], width, left=low[held] - 0.4, height=0.62, color=color, label=text, gid="rank_set")
        if "expected_rank" in rows:
            dots: dict[str, Any] = {"linestyle": "", "marker": "o", "color": INK, "markersize": 4}
            ax.plot(rows["expected_rank"].to_numpy(float), places, gid="expected_rank", **dots)
        if "band" in rows:
            ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, fontsize=8)
        _rows_axis(ax, rows["label"].tolist(), axis)
        last = len(rows)
        step = 1 if last <= 12 else 2 if last <= 30 else 10
        ax.set_xticks([1, *range(1 + step, last + 1, step)])
        ax.set_xlim(0.4, last + 0.6)
        set_fonts(ax)
        return ax


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
        _plain_frame(ax, "y")
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
        _plain_frame(ax, "both")
        ax.legend(fontsize=8)
        set_fonts(ax)
        return ax
