"""What score cards, rank sets and comparisons show of themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from surveykit.display import NamedTable, Presentation, Words, facts
from surveykit.errors import DataError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from surveykit.language import Language

__all__ = ["card_presentation", "plot_points", "plot_ranks", "presentation_of", "rank_sets_presentation"]


def presentation_of(title: Words, tables: Mapping[Words, pd.DataFrame], *notes: Words) -> Presentation:
    """Return named tables under a title; empty ones are left out."""
    return Presentation(title, tuple(NamedTable(n, t) for n, t in tables.items() if len(t)), notes)


def card_presentation(card: Any) -> Presentation:
    """Return what may be published of a score card: sets of ranks and bands, no bare rank."""
    notes = list(zip(card.notes_zh, card.notes, strict=True)) if len(card.notes_zh) == len(card.notes) else []
    notes = notes or [(note, note) for note in card.notes]
    scheme = str(card.recipe.get("scheme", ""))
    title = (f"得分卡 {scheme}".strip(), f"Score card {scheme}".strip())
    return presentation_of(title, {("得分与名次集合", "Points and rank sets"): card.published}, *notes)


def rank_sets_presentation(sets: Any) -> Presentation:
    """Return the sets with what they hold for."""
    simultaneous = str(sets.method).endswith("simultaneous")
    df = "normal" if sets.df is None else f"df = {sets.df:g}"
    holds = "对所有单位同时成立" if simultaneous else "只对事先指定的一个单位成立"
    note = (
        f"{sets.conf_level:.0%} 名次置信集合，{holds}；{sets.method}，{sets.draws} 次抽取",
        f"{sets.method}, level {sets.conf_level:g}, {sets.draws} draws, {df}",
    )
    title = ("名次置信集合", "Rank confidence sets")
    return presentation_of(title, {title: sets.table.drop(columns="rank")}, note)


def plot_points(
    table: pd.DataFrame,
    ax: Axes | None,
    language: Language,
    labels: Mapping[str, str] | None,
    *,
    unit: str,
    value: str,
    axis: Words,
    bands: pd.DataFrame | None = None,
    sort: bool = True,
) -> Axes:
    """Draw values with intervals by unit, with the mean of all units as reference, and bands where they are given."""
    from surveykit.display.charts import interval_chart

    rows = _rows(table, unit, labels, bands).assign(estimate=table[value].to_numpy(float))
    if sort:
        rows = rows.sort_values("estimate", ascending=False, kind="stable")
    mean = float(rows["estimate"].mean()) if "band" in rows else None
    return interval_chart(rows, ax, axis=axis[0 if language == "zh" else 1], language=language, reference=mean)


def plot_ranks(
    table: pd.DataFrame,
    ax: Axes | None,
    language: Language,
    labels: Mapping[str, str] | None,
    *,
    unit: str,
    value: str,
    bands: pd.DataFrame | None = None,
    sort: bool = True,
) -> Axes:
    """Draw the rank set of each unit; `sort` puts the unit with the largest value on top."""
    from surveykit.display.charts import rank_chart

    rows = _rows(table, unit, labels, bands)
    if sort:
        rows = rows.sort_values(value, ascending=False, kind="stable")
    axis = "名次（1为最好），置信集合" if language == "zh" else "rank (1 is best), confidence set"
    return rank_chart(rows, ax, axis=axis, language=language)


def _rows(table: pd.DataFrame, unit: str, labels: Mapping[str, str] | None, bands: pd.DataFrame | None) -> pd.DataFrame:
    from surveykit.display.style import label_of

    rows = table.assign(label=[label_of(name, labels) for name in table[unit]])
    if bands is None:
        return rows
    held = dict(zip(bands[bands.columns[0]], bands["band"], strict=True)) if "band" in bands else {}
    missing = [name for name in table[unit] if name not in held]
    if missing:
        raise DataError(
            f"plot: bands has no band for {missing[:3]}: pass the table of compare_with_mean for the same units"
        )
    return rows.assign(band=[held[name] for name in table[unit]])


def plain_numbers(title: Words, items: Mapping[str, Any], *notes: Words) -> Presentation:
    """Return single numbers as a result."""
    return presentation_of(title, {title: facts(items)}, *notes)
