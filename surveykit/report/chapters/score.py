"""The overall score of the evaluation, with its uncertainty."""

from __future__ import annotations

import numpy as np
import pandas as pd

from surveykit.report.chapters.indicators import rank_figure
from surveykit.report.chapters.summary import score_sentence
from surveykit.report.charts.intervals import caterpillar
from surveykit.report.charts.parts import sensitivity_bars
from surveykit.report.content import numbers
from surveykit.report.document.blocks import Block, Bullets, Cell, Chapter, Figure, Heading, Prose, Table, make_chapter
from surveykit.report.document.claims import interval_ranks
from surveykit.report.document.view import View, band_of, label_of

__all__ = ["score_chapter", "score_figure", "score_table"]

BOOTSTRAP_LEVEL = 0.95


def _ordered(view: View, scores: pd.DataFrame) -> pd.DataFrame:
    rows = scores.assign(district=scores["district"].astype(str)).set_index("district")
    rows = rows.loc[[district for district in view.district_names if district in rows.index]].reset_index()
    rows.insert(1, "label", [view.district_names[district] for district in rows["district"]])
    return rows


def score_table(view: View, scores: pd.DataFrame) -> Table:
    """Make the table of points with intervals, rank sets and bands, in administrative order."""
    ranked = {"rank_low", "rank_high", "band"} <= set(scores.columns)
    rows = []
    for row in _ordered(view, scores).to_dict("records"):
        cells = [
            Cell(row["label"]),
            view.number_cell(row["points"], exact=row["points"]),
            Cell(numbers.interval(row["conf_low"], row["conf_high"], 2), ends=(row["conf_low"], row["conf_high"])),
            view.number_cell(row["std_error"], exact=row["std_error"]),
        ]
        if ranked:
            cells += [view.ranks_cell(row["rank_low"], row["rank_high"])]
            cells += [Cell(view.say("band_" + band_of(row["band"])))]
        rows.append(cells)
    columns = [
        ("district", view.say("by_district"), "text"),
        ("points", view.say("points_head"), "number"),
        ("interval", view.say("interval_head", level=view.level_percent), "number"),
        ("std_error", view.say("std_error_head"), "number"),
    ]
    if ranked:
        columns += [("ranks", view.say("ranks_head"), "number"), ("band", view.say("band_head"), "text")]
    return view.table(
        "score",
        view.say("score_title"),
        columns,
        rows,
        unit=view.say("unit_points"),
        notes=(view.say("note_order"), view.say("note_score"), *_illustrative(view)),
    )


def _illustrative(view: View) -> tuple[str, ...]:
    scheme = view.report.scheme
    marked = scheme is not None and "named" in scheme.columns and (scheme["named"] == "illustrative").any()
    return (view.say("note_illustrative"),) if marked else ()


def score_figure(view: View, scores: pd.DataFrame) -> Figure:
    """Make the chart of points with their intervals, in administrative order."""
    rows = _ordered(view, scores)
    rows = pd.DataFrame(
        {
            "district": rows["district"],
            "label": rows["label"],
            "estimate": [numbers.rounded(float(x), 2) for x in rows["points"]],
            "conf_low": [numbers.rounded(float(x), 2) for x in rows["conf_low"]],
            "conf_high": [numbers.rounded(float(x), 2) for x in rows["conf_high"]],
            "band": rows["band"].map(band_of) if "band" in rows.columns else "not_distinguishable",
        }
    )
    rows["text"] = [numbers.fixed(x, 2) for x in rows["estimate"]]
    alt = view.say(
        "alt_intervals",
        name=view.say("score_name"),
        rows=view.say("alt_separator").join(
            view.say(
                "alt_row",
                label=r["label"],
                value=r["text"],
                interval=numbers.interval(r["conf_low"], r["conf_high"], 2),
            )
            for r in rows.to_dict("records")
        ),
    )
    drawing = caterpillar(rows.head(60), key="score-intervals", alt=alt, axis=view.say("axis_score"))
    low, high = numbers.fixed(rows["estimate"].min(), 2), numbers.fixed(rows["estimate"].max(), 2)
    notes = (view.say("note_score_chart", level=view.level_percent), view.say("note_band_marks"), *_illustrative(view))
    apart = _told_apart(scores)
    ranked = {"rank_low", "rank_high"} <= set(scores.columns) and len(scores) > 1
    key = "figure_score_plain" if not ranked else "figure_score" if apart else "figure_score_none"
    title = view.say(key, low=low, high=high, share=numbers.percent(apart, 0 if apart >= 0.005 else 1))
    return Figure("score-intervals", title, drawing, alt, rows.drop(columns="text"), notes, view.source)


def _told_apart(scores: pd.DataFrame) -> float:
    """Return the share of pairs of districts whose rank sets do not meet; 0 without rank sets."""
    if not {"rank_low", "rank_high"} <= set(scores.columns):
        return 0.0
    low, high = scores["rank_low"].to_numpy(dtype=float), scores["rank_high"].to_numpy(dtype=float)
    first, second = np.triu_indices(len(scores), k=1)
    meet = (low[first] <= high[second]) & (low[second] <= high[first])
    return 1 - float(meet.mean()) if len(meet) else 0.0


def score_chapter(view: View) -> Chapter | None:
    """Make the chapter on the score: finding, chart, table, rank sets, remarks."""
    scores = view.report.scores
    if scores is None or not len(scores):
        return None
    blocks: list[Block | None] = [Prose(score_sentence(view), "key")] if score_sentence(view) else []
    if _illustrative(view):
        blocks.append(Prose(view.say("illustrative_warning"), "warning"))
    blocks += [
        Prose(view.say("score_lead", level=view.level_percent)),
        score_figure(view, scores),
        score_table(view, scores),
    ]
    if {"rank_low", "rank_high"} <= set(scores.columns):
        blocks += [
            Heading(view.say("heading_ranks"), 2),
            Prose(view.say("reading_ranks", level=view.level_percent)),
            rank_figure(view, "score", scores, view.say("score_name")),
        ]
    if (sensitivity := _sensitivity(view)) is not None:
        blocks += [Heading(view.say("heading_sensitivity"), 2), Prose(view.say("sensitivity_lead")), sensitivity]
    if (values := _rounded_values(view)) is not None:
        blocks += [Heading(view.say("heading_score_values"), 2), Prose(view.say("score_values_lead")), values]
    if view.report.score_notes:
        notes = tuple(view.text(note) for note in view.report.score_notes)
        blocks += [Heading(view.say("heading_score_notes"), 2), Bullets(notes)]
    return make_chapter("score", view.say("chapter_score"), blocks)


def _rounded_values(view: View) -> Table | None:
    """Make the table of values that the scheme rounds before their rule, as estimated and as the rule saw them."""
    values = view.report.score_values
    if values is None or not len(values):
        return None
    rows = []
    for _, block in values.groupby("criterion_zh", sort=False):
        for row in _ordered(view, block).to_dict("records"):
            decimals, rate = int(row["decimals"]), row["kind"] == "rate"
            rows.append(
                [
                    Cell(label_of(row, view.edition, "criterion")),
                    Cell(row["label"]),
                    _value_cell(row["value"], decimals + 2, rate=rate),
                    _value_cell(row["value_used"], decimals, rate=rate),
                    view.number_cell(row["points"]),
                ]
            )
    columns = [
        ("criterion", view.say("criterion_column"), "text"),
        ("district", view.say("by_district"), "text"),
        ("value", view.say("value_unrounded_head"), "number"),
        ("value_used", view.say("value_used_head"), "number"),
        ("points", view.say("points_head"), "number"),
    ]
    notes = (view.say("note_score_values"),)
    return view.table("score-values", view.say("score_values_title"), columns, rows, notes=notes, size="small")


def _value_cell(value: float, decimals: int, *, rate: bool) -> Cell:
    if not np.isfinite(value):
        return Cell("")
    return Cell(numbers.percent(value, decimals) if rate else numbers.fixed(value, decimals), float(value))


def _sensitivity(view: View) -> Figure | None:
    """Draw how far the choices made move the ranks."""
    sensitivity = view.report.sensitivity
    if sensitivity is None or not len(sensitivity):
        return None
    labels = [view.known("factor", label_of(row, view.edition, "input")) for row in sensitivity.to_dict("records")]
    rows = pd.DataFrame({"label": labels})
    for column in ("value", "conf_low", "conf_high"):
        rows[column] = [numbers.rounded(float(value), 2) for value in sensitivity[column]]
    rows = rows.sort_values("value", ascending=False, kind="stable").reset_index(drop=True)
    listed = view.say("alt_separator").join(
        f"{r['label']} {numbers.fixed(r['value'], 2)}" for r in rows.to_dict("records")
    )
    alt = view.say("alt_sensitivity", rows=listed)
    drawing = sensitivity_bars(rows, key="sensitivity", alt=alt, axis=view.say("axis_sensitivity"))
    first, _ = interval_ranks(rows["value"], rows["conf_low"], rows["conf_high"], BOOTSTRAP_LEVEL)
    key = "figure_sensitivity" if len(rows) > 1 and (first == 1).sum() == 1 else "figure_sensitivity_range"
    ends = {"value": numbers.fixed(rows["value"].max(), 2), "least": numbers.fixed(rows["value"].min(), 2)}
    title = view.say(key, input=rows["label"][0], **ends)
    return Figure("sensitivity", title, drawing, alt, rows, (view.say("note_sensitivity"),), view.source)
