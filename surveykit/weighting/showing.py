"""What weighting results and model-based estimates show of themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from surveykit.display import NamedTable, Presentation, Words, facts
from surveykit.errors import DataError
from surveykit.weighting.quality.charts import weight_histogram

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from surveykit.language import Language
    from surveykit.weighting.models.residents import ResidentEstimates
    from surveykit.weighting.models.small_area import FayHerriot
    from surveykit.weighting.quality.response_quality import ResponseQuality
    from surveykit.weighting.result import WeightingResult

__all__ = [
    "plot_intervals",
    "plot_side_by_side",
    "plot_weighting",
    "quality_presentation",
    "residents_presentation",
    "small_area_presentation",
    "weighting_presentation",
]


def weighting_presentation(result: WeightingResult) -> Presentation:
    """Return the log, the cost of the weights, and the margins before and after; no rows of the sample."""
    found = result.diagnostics
    tables = [
        NamedTable(("权数概况", "Weights"), facts(found.overall)),
        NamedTable(("各步骤", "Steps"), result.log_table()),
    ]
    more: tuple[tuple[Words, pd.DataFrame], ...] = (
        (("边际", "Margins"), found.margins),
        (("总量", "Totals"), found.totals),
        (("各子总体", "Domains"), found.domains),
    )
    tables += [NamedTable(name, table) for name, table in more if len(table)]
    tables += [NamedTable(("框的覆盖", "Coverage of the frame"), r.cells) for r in result.log if r.kind == "coverage"]
    for step, errors in found.history.items():
        history = pd.DataFrame({"iteration": range(len(errors)), "margin_error": errors})
        kind = next(record.kind for record in result.log if record.step == step)
        tables.append(NamedTable((f"第{step}步（{kind}）的收敛过程", f"History of step {step} ({kind})"), history))
    figure = weight_histogram(result.design.weights)
    return Presentation(("加权", "Weighting"), tuple(tables), ((f"推断性质：{result.label}", result.label),), figure)


def plot_weighting(
    result: WeightingResult, ax: Axes | None, language: Language, labels: Mapping[str, str] | None, what: str
) -> Axes:
    """Draw the distribution of the final weights, or the margins before and after."""
    from surveykit.display import charts
    from surveykit.display.style import label_of

    zh = language == "zh"
    if what == "weights":
        weights = result.design.weights
        used = weights[weights > 0]
        axis, side = ("最终权数 ÷ 平均权数", "答卷数") if zh else ("final weight / mean weight", "respondents")
        return charts.histogram(used / used.mean(), ax, axis=axis, side=side)
    margins = result.diagnostics.margins
    if not len(margins):
        raise DataError("plot: the plan meets no margins: draw what='weights'")
    rows = margins.assign(
        label=[
            f"{label_of(m, labels)} · {label_of(level, labels)}"
            for m, level in zip(margins["margin"], margins["level"], strict=True)
        ],
        before=margins["share_before"],
        after=margins["share_after"],
        target=margins["share_population"],
    )
    names = ("加权前", "加权后", "目标") if zh else ("before", "after", "target")
    return charts.before_after_chart(rows, ax, axis="占比" if zh else "share", names=names)


def small_area_presentation(result: FayHerriot) -> Presentation:
    """Return direct and model-based estimates side by side."""
    said = f"{result.label}: area variance {result.area_variance:.6g}"
    tables = (
        NamedTable(("各地区", "Areas"), result.table),
        NamedTable(("系数", "Coefficients"), result.coefficients),
    )
    note = (f"模型估计（费-赫里奥特）；地区方差 {result.area_variance:.6g}；区间依模型而定。", said)
    return Presentation(("小域估计", "Small areas"), tables, (note,))


def residents_presentation(result: ResidentEstimates) -> Presentation:
    """Return model-based estimates for residents with their assumptions."""
    table = result.table.drop(columns=["method", "label"])
    title = ("居民（模型调整）", "Residents (model-adjusted)")
    notes: list[Words] = [
        ("模型调整结果，不是通常意义上的误差范围；方法：" + result.method, f"{result.label}; {result.method}")
    ]
    notes += [(note, note) for note in result.notes]
    return Presentation(title, (NamedTable(title, table),), tuple(notes))


def quality_presentation(result: ResponseQuality) -> Presentation:
    """Return how representative the response is."""
    items = {
        "indicator": result.indicator,
        "std_error": result.std_error,
        "unadjusted": result.unadjusted,
        "response_rate": result.response_rate,
        "maximal_bias": result.maximal_bias,
    }
    tables = (
        NamedTable(("总体", "Overall"), facts(items)),
        NamedTable(("部分指标", "Partial indicators"), result.partial),
    )
    return Presentation(("应答代表性", "Representativity of the response"), tables)


def plot_intervals(
    table: pd.DataFrame, names: list[Any], ax: Axes | None, language: Language, labels: Mapping[str, str] | None
) -> Axes:
    """Draw model-based estimates with their intervals, and say that they are model-based."""
    from surveykit.display.charts import interval_chart
    from surveykit.display.style import label_of

    rows = table.assign(label=[label_of(name, labels) for name in names])
    axis = "模型估计值与区间（依模型而定）" if language == "zh" else "model-based estimate with interval"
    return interval_chart(rows, ax, axis=axis, language=language)


def plot_side_by_side(
    table: pd.DataFrame, ax: Axes | None, language: Language, labels: Mapping[str, str] | None
) -> Axes:
    """Draw the direct estimate of each area beside the model-based one; areas without answers have the second only."""
    from surveykit.display.style import chart_axes, chart_style, label_of, set_fonts

    zh = language == "zh"
    names = ("直接估计", "模型估计（费-赫里奥特）") if zh else ("direct", "model-based (Fay-Herriot)")
    with chart_style():
        axes = chart_axes(ax, 7.0, 0.9 + 0.32 * max(len(table), 2))
        places = np.arange(len(table))
        sides = (("direct", "direct_std_error", -0.14, "#c4600c", "s"), ("estimate", "std_error", 0.14, "#1f5a92", "o"))
        for (column, error, shift, color, mark), name in zip(sides, names, strict=True):
            centre, reach = table[column].to_numpy(dtype=float), 1.96 * table[error].to_numpy(dtype=float)
            look: dict[str, Any] = {
                "color": color,
                "marker": mark,
                "markersize": 4,
                "linestyle": "",
                "elinewidth": 1.0,
                "label": name,
            }
            axes.errorbar(centre, places + shift, xerr=reach, **look)
        axes.set_yticks(places, [label_of(name, labels) for name in table["area"]])
        axes.set_ylim(len(table) - 0.5, -0.5)
        side = "估计值与1.96倍标准误（依模型而定）" if zh else "estimate, 1.96 standard errors (model-dependent)"
        axes.set_xlabel(side)
        axes.legend(loc="best")
        set_fonts(axes)
    return axes
