"""All districts by all headline indicators, in administrative order."""

from __future__ import annotations

from surveykit.report.document.blocks import Block, Cell, Chapter, Heading, Prose, Table, make_chapter
from surveykit.report.document.view import Shown, View

__all__ = ["analyses_table", "overview_chapter", "overview_table"]


def overview_table(view: View) -> Table | None:
    """Make the table of districts by headline indicators, each with its interval."""
    indicators = [indicator for indicator in view.headlines if view.figures(indicator.id, "district")]
    if not indicators:
        return None
    columns = [("district", view.say("by_district"), "text")]
    for indicator in indicators:
        columns += [
            (indicator.id, view.text(indicator.name), "number"),
            (indicator.id + "_interval", view.say("interval_head", level=view.level_percent), "number"),
        ]
    columns.append(("n", view.say("n_head"), "number"))
    first = indicators[0].id
    rows, used = [], []
    for by, level, label in [("city", "", view.text(view.report.study.city))] + [
        ("district", district, name) for district, name in view.district_names.items()
    ]:
        figures = [view.figure(indicator.id, by, level) for indicator in indicators]
        used += [figure for figure in figures if figure is not None]
        rows.append(_row(view, label, figures, view.figure(first, by, level)))
    return view.table(
        "overview",
        view.say("overview_title"),
        columns,
        rows,
        unit=_unit(view, {indicator.kind for indicator in indicators}),
        notes=(view.say("note_order"), view.say("note_n", name=view.text(indicators[0].name)), *view.sign_notes(used)),
        emphasis=frozenset({0}),
        size="small" if len(indicators) > 2 else "normal",
    )


def _row(view: View, label: str, figures: list[Shown | None], sized: Shown | None) -> list[Cell]:
    cells = [Cell(label)]
    for figure in figures:
        cells += [view.value_cell(figure), view.interval_cell(figure)]
    cells.append(view.count_cell(sized.n) if sized is not None else Cell(view.sign("x"), None, "x"))
    return cells


def _unit(view: View, kinds: set[str]) -> str:
    if kinds == {"rate"}:
        return view.say("unit_percent")
    return view.say("unit_points") if kinds == {"score"} else view.say("unit_both")


def analyses_table(view: View) -> Table | None:
    """Make the table of the city's figures for the main population beside the others."""
    report = view.report
    if not report.analyses:
        return None
    others = [view.other_figures(other) for other in report.analyses]
    columns = [("indicator", view.say("indicator_head"), "text")]
    named = [("main", view.text(report.main_analysis), False)]
    named += [(other.id, view.text(other.name), other.model_based) for other in report.analyses]
    for id, name, model_based in named:
        head = "interval_model_head" if model_based else "interval_head"
        columns += [
            (id, name, "number"),
            (id + "_interval", view.say(head, level=view.level_percent), "number"),
        ]
    rows, used = [], []
    for indicator in report.indicators:
        figures = [view.figure(indicator.id), *(found.get(indicator.id) for found in others)]
        if all(figure is None for figure in figures):
            continue
        used += [figure for figure in figures if figure is not None]
        cells = [Cell(view.text(indicator.name))]
        for figure in figures:
            cells += [view.value_cell(figure), view.interval_cell(figure)]
        rows.append(cells)
    notes = (*(view.text(other.note) for other in report.analyses if view.text(other.note)), *view.sign_notes(used))
    return view.table("analyses", view.say("analyses_title"), columns, rows, unit=view.say("unit_both"), notes=notes)


def overview_chapter(view: View) -> Chapter | None:
    """Make the chapter with the overview table and, where there are several analyses, their comparison."""
    table, analyses = overview_table(view), analyses_table(view)
    blocks: list[Block | None] = []
    if table is not None:
        blocks += [Prose(view.say("overview_lead", count=len(view.district_names))), table]
    if analyses is not None:
        blocks += [Heading(view.say("heading_analyses"), 2), Prose(view.say("analyses_lead")), analyses]
    return make_chapter("overview", view.say("chapter_overview"), blocks)
