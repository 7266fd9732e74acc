"""Results by sex, age and the other groupings."""

from __future__ import annotations

from surveykit.report.chapters.indicators import caterpillar_figures
from surveykit.report.chapters.summary import group_sentence
from surveykit.report.document import Block, Cell, Chapter, Heading, Prose, Table, make_chapter
from surveykit.report.view import View

__all__ = ["group_table", "groups_chapter"]


def group_table(view: View, by: str) -> Table | None:
    """Make the table of all indicators by the levels of a grouping."""
    rows, used = [], []
    for indicator in view.report.indicators:
        for position, figure in enumerate(view.figures(indicator.id, by)):
            used.append(figure)
            rows.append(
                [
                    Cell("" if position else view.text(indicator.name), label=view.text(indicator.name)),
                    Cell(figure.label),
                    view.value_cell(figure),
                    view.interval_cell(figure),
                    view.count_cell(figure.n),
                ]
            )
    if not rows:
        return None
    name = view.group_name(by)
    return view.table(
        f"group-{by}",
        view.say("group_title", group=name),
        [
            ("indicator", view.say("indicator_head"), "text"),
            ("level", name, "text"),
            ("estimate", view.say("estimate_head"), "number"),
            ("interval", view.say("interval_head", level=view.level_percent), "number"),
            ("n", view.say("n_head"), "number"),
        ],
        rows,
        unit=view.say("unit_both"),
        notes=view.sign_notes(used),
    )


def groups_chapter(view: View) -> Chapter | None:
    """Make the chapter on groups: for each grouping a sentence, a chart and a table."""
    blocks: list[Block | None] = []
    for by in view.groups:
        table = group_table(view, by)
        if table is None:
            continue
        sentence = group_sentence(view, by)
        blocks += [Heading(view.say("heading_group", group=view.group_name(by)), 2)]
        blocks += [Prose(sentence)] if sentence else []
        blocks += [figure for indicator in view.headlines for figure in caterpillar_figures(view, indicator, by)[:1]]
        blocks.append(table)
    return make_chapter("groups", view.say("chapter_groups"), blocks)
