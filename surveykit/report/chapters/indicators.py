"""One chapter for each headline indicator: what it is, the city, the districts, ranks and the tile grid."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import norm

from surveykit.report.chapters.places import alt_text, base_notes, map_figure, tile_figure, trend_figure
from surveykit.report.chapters.summary import band_counts, headline_sentence, range_sentence
from surveykit.report.charts.intervals import caterpillar, rank_intervals
from surveykit.report.content import numbers
from surveykit.report.content.inputs import IndicatorInfo
from surveykit.report.document.blocks import Block, Bullets, Cell, Chapter, Figure, Heading, Prose, Table, make_chapter
from surveykit.report.document.claims import order_of
from surveykit.report.document.view import Shown, View, band_of
from surveykit.scoring import goldstein_healy

__all__ = ["caterpillar_figures", "indicator_chapters", "rank_figure"]

ROWS_A_CHART = 40


def indicator_chapters(view: View) -> list[Chapter]:
    """Make the chapters of the headline indicators."""
    chapters = [_chapter(view, indicator) for indicator in view.headlines]
    return [chapter for chapter in chapters if chapter is not None]


def _chapter(view: View, indicator: IndicatorInfo) -> Chapter | None:
    name = view.text(indicator.name)
    definition = tuple(
        view.say("definition_" + item, text=view.text(getattr(indicator, item)))
        for item in ("wording", "numerator", "base", "dont_know")
    )
    spread = range_sentence(view, indicator)
    blocks: list[Block | None] = [Prose(headline_sentence(view, indicator), "key")]
    if spread:
        blocks += [Heading(view.say("heading_districts"), 2), Prose(spread), *caterpillar_figures(view, indicator)]
        blocks += [tile_figure(view, indicator), map_figure(view, indicator)]
    blocks += [Heading(view.say("heading_definition"), 2), Bullets(definition, role="definition")]
    if (over_time := trend_figure(view, indicator)) is not None:
        blocks += [Heading(view.say("heading_trend"), 2), over_time]
    if indicator.id in view.report.ranks:
        blocks += [
            Heading(view.say("heading_ranks"), 2),
            Prose(view.say("reading_ranks", level=view.level_percent)),
            rank_figure(view, indicator.id, view.report.ranks[indicator.id], name, base_notes(view, indicator)),
            _band_table(view, indicator),
        ]
    return make_chapter("indicator-" + indicator.id, name, blocks)


def _finding(view: View, name: str, by: str, known: Sequence[Shown]) -> tuple[str, str]:
    """Return the title of a chart of intervals, the finding, and the note on the test that it rests on."""
    top, bottom = max(known, key=lambda f: f.estimate), min(known, key=lambda f: f.estimate)
    high, low = view.value(top), view.value(bottom)
    if len(known) < 2 or high == low:
        key = "figure_equal" if len(known) > 1 else "figure_single"
        return view.say(key, name=name, group=view.group_word(by), value=high), ""
    order = order_of(view, top.indicator, by)
    key = "figure_spread" if order.apart else "figure_spread_flat"
    note = view.say("note_test_" + order.test, level=view.level_percent, most=view.most_percent)
    return view.say(key, name=name, group=view.group_word(by), high=high, low=low), note


def caterpillar_figures(view: View, indicator: IndicatorInfo, by: str = "district") -> list[Figure]:
    """Make the charts of intervals, highest estimate first; more than 40 rows make several charts."""
    every = view.figures(indicator.id, by)
    known = sorted((figure for figure in every if not figure.withheld), key=lambda figure: -figure.estimate)
    if not known:
        return []
    hidden = [figure for figure in every if figure.withheld]
    bands = _bands_by_district(view, indicator.id) if by == "district" else {}
    errors = {figure.level: _error_of(view, figure) for figure in known}
    factor = _comparison_factor(list(errors.values()), view.report.conf_level)
    city = view.figure(indicator.id)
    name = view.text(indicator.name)
    figures = []
    pieces = [known[start : start + ROWS_A_CHART] for start in range(0, len(known), ROWS_A_CHART)]
    for position, piece in enumerate(pieces):
        rows = pd.DataFrame(
            {
                "level": [figure.level for figure in piece],
                "label": [figure.label for figure in piece],
                "estimate": [figure.estimate for figure in piece],
                "conf_low": [figure.low for figure in piece],
                "conf_high": [figure.high for figure in piece],
                "n": [figure.n for figure in piece],
                "inner": [factor * errors[figure.level] for figure in piece],
                "band": [bands.get(figure.level, "not_distinguishable") for figure in piece],
                "text": [view.value(figure, unit=False) for figure in piece],
            }
        )
        id = f"caterpillar-{by}-{indicator.id}" + (f"-{position + 1}" if len(pieces) > 1 else "")
        reference = None if city is None or city.withheld else (city.estimate, city.low, city.high)
        drawing = caterpillar(
            rows,
            key=id,
            alt=alt_text(view, indicator, piece),
            axis=view.say("axis_percent" if indicator.kind == "rate" else "axis_points", name=name),
            reference=reference,
            reference_label=view.say("reference_label", city=view.text(view.report.study.city), value=view.value(city)),
        )
        notes = [view.say("note_caterpillar", level=view.level_percent), *base_notes(view, indicator)]
        title, test = _finding(view, name, by, known)
        if test:
            notes.insert(1, test)
        if bands:
            notes.insert(1, view.say("note_band_marks"))
        if hidden and position == len(pieces) - 1:
            listed = view.say("list_separator").join(f"{figure.label} {view.value(figure)}" for figure in hidden)
            notes.append(view.say("note_withheld", districts=listed))
            notes += view.sign_notes(hidden)
        title += view.say("figure_part", part=position + 1, parts=len(pieces)) if len(pieces) > 1 else ""
        data = rows.drop(columns=["inner", "text"])
        figures.append(Figure(id, title, drawing, alt_text(view, indicator, piece), data, tuple(notes), view.source))
    return figures


def _error_of(view: View, figure: Shown) -> float:
    """Return the standard error of a figure, from its printed interval where it is not given."""
    if np.isfinite(figure.std_error):
        return figure.std_error
    return (figure.high - figure.low) / (2 * float(norm.ppf(0.5 + view.report.conf_level / 2)))


def _comparison_factor(std_errors: Sequence[float], conf_level: float) -> float:
    """Return the factor of comparison intervals of independent estimates; that of intervals if none can be compared."""
    errors = np.asarray(std_errors, dtype=float)
    errors = errors[np.isfinite(errors) & (errors > 0)]
    if len(errors) < 2:
        return float(norm.ppf(0.5 + conf_level / 2))
    return goldstein_healy(np.zeros(len(errors)), np.diag(errors**2), conf_level=conf_level).multiplier


def _bands_by_district(view: View, indicator: str) -> dict[str, str]:
    ranks = view.report.ranks.get(indicator)
    if ranks is None:
        return {}
    return dict(zip(ranks["district"].astype(str), ranks["band"].map(band_of), strict=True))


def rank_figure(view: View, key: str, ranks: pd.DataFrame, name: str, more: Sequence[str] = ()) -> Figure | None:
    """Make the chart of rank sets, in administrative order; ``more`` are further notes."""
    rows = ranks.assign(district=ranks["district"].astype(str)).set_index("district")
    order = [district for district in view.district_names if district in rows.index]
    if len(order) < 2:
        return None
    rows = rows.loc[order].reset_index()
    rows["band"] = rows["band"].map(band_of) if "band" in rows.columns else "not_distinguishable"
    rows.insert(1, "label", [view.district_names[district] for district in order])
    alt = view.say(
        "alt_ranks",
        name=name,
        rows=view.say("alt_separator").join(
            view.say("alt_rank_row", label=row["label"], low=int(row["rank_low"]), high=int(row["rank_high"]))
            for row in rows.to_dict("records")
        ),
    )
    widths = rows["rank_high"].astype(float) - rows["rank_low"].astype(float) + 1
    title = view.say("figure_ranks", name=name, width=numbers.fixed(float(widths.mean())), count=len(rows))
    id = f"ranks-{key}"
    columns = [c for c in ("district", "label", "rank_low", "rank_high", "band") if c in rows.columns]
    pieces = [rows.iloc[start : start + 60] for start in range(0, len(rows), 60)]
    drawing = rank_intervals(pieces[0], key=id, alt=alt, axis=view.say("axis_rank"))
    notes = (view.say("note_ranks", level=view.level_percent), *more)
    return Figure(id, title, drawing, alt, rows[columns], notes, view.source)


def _band_table(view: View, indicator: IndicatorInfo) -> Table | None:
    bands = band_counts(view, indicator.id)
    if bands is None:
        return None
    rows = [
        [Cell(view.say("band_" + band)), view.count_cell(len(names)), Cell(view.say("list_separator").join(names))]
        for band, names in bands.items()
    ]
    return view.table(
        f"bands-{indicator.id}",
        view.say("bands_title", name=view.text(indicator.name)),
        [
            ("band", view.say("band_head"), "text"),
            ("count", view.say("count_head"), "number"),
            ("districts", view.say("by_district"), "text"),
        ],
        rows,
        notes=(view.say("note_bands", most=view.most_percent),),
    )
