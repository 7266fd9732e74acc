"""Where and when: the tile grid, the user's map, and the trend of an indicator."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from surveykit.errors import DataError
from surveykit.report import numbers
from surveykit.report.charts.intervals import trend
from surveykit.report.charts.maps import boundary_map, polygons
from surveykit.report.charts.tiles import tile_grid
from surveykit.report.claims import order_of
from surveykit.report.document import Figure
from surveykit.report.inputs import IndicatorInfo
from surveykit.report.view import Shown, View

__all__ = ["alt_text", "base_notes", "map_figure", "tile_figure", "trend_figure"]


def base_notes(view: View, indicator: IndicatorInfo) -> list[str]:
    """Return the note on base, sample size and wording."""
    city = view.figure(indicator.id)
    n = "" if city is None else view.count(city.n)
    return [view.say("note_base", base=view.text(indicator.base), n=n, wording=view.text(indicator.wording))]


def alt_text(view: View, indicator: IndicatorInfo, shown: Sequence[Shown]) -> str:
    """Return the alternative text of a chart of estimates: every label, value and interval."""
    rows = view.say("alt_separator").join(
        view.say("alt_row", label=figure.label, value=view.value(figure), interval=view.interval(figure))
        for figure in shown
    )
    return view.say("alt_intervals", name=view.text(indicator.name), rows=rows)


def tile_figure(view: View, indicator: IndicatorInfo) -> Figure | None:
    """Make the tile grid, when the regions table places the tiles."""
    regions = view.report.regions
    if not {"tile_row", "tile_column"} <= set(regions.columns):
        return None
    places = regions.dropna(subset=["tile_row", "tile_column"]).set_index(regions["district"].astype(str))
    shown = [figure for figure in view.figures(indicator.id, "district") if figure.level in places.index]
    if not shown or all(figure.withheld for figure in shown):
        return None
    name = view.text(indicator.name)
    rows = pd.DataFrame(
        {
            "level": [figure.level for figure in shown],
            "label": [figure.label for figure in shown],
            "row": [int(places["tile_row"][figure.level]) for figure in shown],
            "column": [int(places["tile_column"][figure.level]) for figure in shown],
            "value": [np.nan if figure.withheld else figure.estimate for figure in shown],
            "text": [_tile_text(view, figure) for figure in shown],
        }
    )
    id = f"tiles-{indicator.id}"
    alt = alt_text(view, indicator, shown)
    drawing = tile_grid(
        rows,
        key=id,
        alt=alt,
        scale_label=view.say("axis_percent" if indicator.kind == "rate" else "axis_points", name=name),
    )
    return Figure(
        id,
        _extremes(view, name, shown, "figure_tiles"),
        drawing,
        alt,
        rows[["level", "label", "value"]],
        (view.say("note_tiles", level=view.level_percent), *base_notes(view, indicator), *view.sign_notes(shown)),
        view.source,
    )


def _extremes(view: View, name: str, shown: Sequence[Shown], otherwise: str) -> str:
    """Return the finding of a map: its range, and the highest and lowest only where rank sets leave no other."""
    known = sorted((figure for figure in shown if not figure.withheld), key=lambda figure: figure.estimate)
    if len(known) < 2:
        return view.say(otherwise, name=name)
    values = {"high": view.value(known[-1]), "low": view.value(known[0])}
    if values["high"] == values["low"]:
        return view.say("figure_tiles_equal", name=name, value=values["high"])
    order = order_of(view, known[0].indicator, known[0].by)
    labels = {figure.level: figure.label for figure in known}
    key = {(True, True): "spread", (True, False): "top", (False, True): "bottom", (False, False): "range"}
    key_of = key[bool(order.top), bool(order.bottom)]
    named = {"top": labels.get(order.top, ""), "bottom": labels.get(order.bottom, "")}
    return view.say(f"figure_tiles_{key_of}", name=name, **values, **named)


def _tile_text(view: View, figure: Shown) -> str:
    if figure.withheld:
        return view.value(figure)
    half = numbers.rounded((figure.high - figure.low) / 2, figure.decimals)
    return f"{numbers.fixed(figure.estimate, figure.decimals)}\n±{numbers.fixed(half, figure.decimals)}"


def map_figure(view: View, indicator: IndicatorInfo) -> Figure | None:
    """Make the map from the user's GeoJSON; without one there is none, and without an approval number it is refused."""
    geojson = view.report.map_geojson
    shown = view.figures(indicator.id, "district")
    if geojson is None or not shown:
        return None
    if not view.report.map_approval.strip():
        raise DataError("a map needs its approval number (审图号): give map_approval, or leave map_geojson out")
    rows = pd.DataFrame(
        {
            "level": [figure.level for figure in shown],
            "label": [figure.label for figure in shown],
            "value": [np.nan if figure.withheld else figure.estimate for figure in shown],
            "text": [view.value(figure, unit=False) for figure in shown],
        }
    )
    id, alt = f"map-{indicator.id}", alt_text(view, indicator, shown)
    approval = view.say("map_approval", number=view.report.map_approval)
    drawing = boundary_map(polygons(geojson), rows, key=id, alt=alt, approval=approval)
    notes = (view.say("note_shades"), *base_notes(view, indicator), *view.sign_notes(shown))
    title = _extremes(view, view.text(indicator.name), shown, "figure_map")
    return Figure(id, title, drawing, alt, rows.drop(columns="text"), notes, view.source)


def _change(first: pd.Series, last: pd.Series, conf_level: float) -> tuple[float, bool]:
    """Return the change between two waves and whether a test of two independent estimates bears it out."""
    from scipy.stats import norm

    z = float(norm.ppf(0.5 + conf_level / 2))
    errors = [(float(wave["conf_high"]) - float(wave["conf_low"])) / (2 * z) for wave in (first, last)]
    change = float(last["estimate"]) - float(first["estimate"])
    return change, min(errors) > 0 and abs(change) > z * float(np.hypot(errors[0], errors[1]))


def trend_figure(view: View, indicator: IndicatorInfo) -> Figure | None:
    """Make the chart of an indicator over its waves, when there are two or more."""
    waves = view.report.trend
    if waves is None:
        return None
    own = waves[waves["indicator"].astype(str) == indicator.id]
    if len(own) < 2:
        return None
    scale = 100.0 if indicator.kind == "rate" else 1.0
    rows = pd.DataFrame({"wave": own["wave"].astype(str).to_numpy()})
    for column in ("estimate", "conf_low", "conf_high"):
        rows[column] = [numbers.rounded(scale * float(value)) for value in own[column]]
    rows["break_before"] = own["break_before"].astype(bool).to_numpy()
    rows["text"] = [numbers.fixed(value) for value in rows["estimate"]]
    run = rows["break_before"].cumsum()
    series = rows[run == run.iloc[-1]].to_dict("records")
    first, last = series[0], series[-1]
    change, apart = _change(own.iloc[len(own) - len(series)], own.iloc[-1], view.report.conf_level)
    name = view.text(indicator.name)
    difference = numbers.signed(scale * change)
    key = "figure_trend_new" if len(series) == 1 else "figure_trend" if apart else "figure_trend_flat"
    title = view.say(
        key,
        name=name,
        first=first["wave"],
        last=last["wave"],
        difference=difference,
        unit_word=view.say("unit_point" if indicator.kind == "rate" else "unit_score_point"),
    )
    listed = view.say("alt_separator").join(f"{row['wave']} {row['text']}" for row in rows.to_dict("records"))
    alt = view.say("alt_trend", name=name, rows=listed)
    axis = view.say("axis_percent" if indicator.kind == "rate" else "axis_points", name=name)
    notes = [view.say("note_trend", level=view.level_percent)]
    if len(series) > 1:
        notes.append(view.say("note_trend_test", most=view.most_percent))
    if rows["break_before"].any():
        notes.append(view.say("note_break"))
    series_bases = zip(rows["wave"], own["n"], strict=True)
    bases = view.say("alt_separator").join(
        view.say("alternative_base", rule=wave, n=view.count(view.rules.people(n))) for wave, n in series_bases
    )
    notes += [view.say("note_profile_base", bases=bases), *base_notes(view, indicator)]
    id = f"trend-{indicator.id}"
    return Figure(
        id, title, trend(rows, key=id, alt=alt, axis=axis), alt, rows.drop(columns="text"), tuple(notes), view.source
    )
