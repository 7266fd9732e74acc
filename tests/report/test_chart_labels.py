"""Labels of charts: no word cut, no label on another, as the drawing itself measures them."""

import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from surveykit.report.charts.answers import diverging_bars, importance_performance
from surveykit.report.charts.intervals import caterpillar, rank_intervals
from surveykit.report.charts.labels import fit_label
from surveykit.report.charts.tiles import tile_grid
from surveykit.report.charts.typefaces import register_fonts
from surveykit.report.charts.weighting import design_effects

LONG = [
    "Qingbaijiang District", "Chengdu Hi-tech Industrial Development Zone",
    "Sichuan Tianfu New Area (directly administered part)", "Chengdu Eastern New Area", "Jintang County",
]  # fmt: skip


def drawn(drawing):
    """The drawing on a canvas, and the boxes of its texts in points of the screen."""
    from matplotlib import rc_context

    from surveykit.report.charts.style import _STYLE

    register_fonts()
    with rc_context(_STYLE):
        figure = Figure(figsize=(drawing.width / 2.54, drawing.height / 2.54), layout="constrained", dpi=100)
        canvas = FigureCanvasAgg(figure)
        drawing.draw(figure)
        canvas.draw()
    from matplotlib.text import Text

    texts = [text for text in figure.findobj(Text) if text.get_visible() and re.search(r"[^\W\d]", text.get_text())]
    return figure, [(text.get_text(), text.get_window_extent()) for text in texts]  # ticks may stand beyond the axis


def rows(**columns):
    low = np.linspace(50, 70, len(LONG))
    return pd.DataFrame({"label": LONG, "conf_low": low, "estimate": low + 5, "conf_high": low + 10, **columns})


DRAWINGS = {
    "caterpillar": lambda: caterpillar(rows(text="70.0"), key="k", alt="a", axis="Rate (%)"),
    "ranks": lambda: rank_intervals(rows(rank_low=1, rank_high=5), key="k", alt="a", axis="Rank"),
    "weights": lambda: design_effects(LONG, [("Residents", np.linspace(1, 1.5, 5))], key="k", alt="a", axis="Effect"),
    "tiles": lambda: tile_grid(
        rows(row=[0, 0, 1, 1, 2], column=[0, 1, 0, 1, 6], value=[59.4, 60, 70, 80, 82.9], text="59.4\n±5.5"),
        key="k", alt="a", scale_label="Recognition and support rate of all centers and stations (%)",
    ),
    "answers": lambda: diverging_bars(
        pd.DataFrame({"label": ["How they respond to residents' needs"] * 3, "1": 5.0, "2": 10.0, "3": 20.0, "4": 35.0,
                      "5": 30.0, "unknown": 4.0, "text": "65.0%"}),
        "12345", ["Very dissatisfied", "Dissatisfied", "Neither satisfied nor dissatisfied", "Satisfied",
                  "Very satisfied"],
        key="k", alt="a", axis="Percent of valid answers", unknown="Don't know (%)",
    ),
    "scatter": lambda: importance_performance(
        pd.DataFrame({"label": ["How they respond to residents' needs", "What the activities offer", "Venues"],
                      "performance": [78.0, 80.5, 90.0], "importance": [24.0, 24.6, 12.0]}).assign(
            performance_low=lambda t: t["performance"] - 1, performance_high=lambda t: t["performance"] + 1,
            importance_low=lambda t: t["importance"] - 4, importance_high=lambda t: t["importance"] + 4),
        key="k", alt="a", axis="Performance", vertical="Importance", corners=("", "", "", ""),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DRAWINGS)
def test_labels_neither_meet_nor_leave_the_chart(name):
    figure, boxes = drawn(DRAWINGS[name]())
    page = figure.bbox
    outside = [text for text, box in boxes if box.x0 < page.x0 - 1 or box.x1 > page.x1 + 1 or box.y0 < page.y0 - 1]
    assert not outside
    meeting = [
        (one, other)
        for place, (one, a) in enumerate(boxes)
        for other, b in boxes[place + 1 :]
        if min(a.x1, b.x1) - max(a.x0, b.x0) > 1 and min(a.y1, b.y1) - max(a.y0, b.y0) > 2.5
    ]
    assert not meeting


@pytest.mark.parametrize("text", [*LONG, "青白江区", "Llanfairpwllgwyngyll"])
def test_no_word_of_a_tile_is_cut(text):
    label, size = fit_label(text, 6.5, 7.5)
    assert 5.0 <= size <= 7.5
    kept = label.removesuffix("…").replace("\n", " ").split()
    assert kept == text.split()[: len(kept)] or label.replace("\n", "") == text
