"""What people answered on scales, and which aspects go with overall satisfaction."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from surveykit.report import numbers
from surveykit.report.charts.answers import diverging_bars, importance_performance
from surveykit.report.claims import interval_ranks
from surveykit.report.document import Block, Cell, Chapter, Figure, Heading, Prose, Table, make_chapter
from surveykit.report.inputs import Question
from surveykit.report.view import View, label_of

__all__ = ["drivers_chapter", "likert_figure"]

_QUARTERS = ("quarter_improve", "quarter_keep", "quarter_watch", "quarter_secure")


def drivers_chapter(view: View) -> Chapter | None:
    """Make the chapter on aspects: the answers to each grid, then importance against performance."""
    blocks: list[Block | None] = []
    for grid in dict.fromkeys(question.grid for question in view.report.questions if question.grid):
        figure = likert_figure(view, grid)
        if figure is not None:
            blocks += [figure]
    if blocks:
        gridded = [question for question in view.report.questions if question.grid]
        words = _undecided(view, gridded)
        lead = view.say("answers_lead", words=words) if words else view.say("answers_lead_plain")
        blocks = [Heading(view.say("heading_answers"), 2), Prose(lead), *blocks]
    if view.report.drivers is not None and len(view.report.drivers) >= 2:
        blocks += [Heading(view.say("heading_drivers"), 2), Prose(view.say("drivers_lead"))]
        blocks += [_driver_figure(view, view.report.drivers), _driver_table(view, view.report.drivers)]
    return make_chapter("drivers", view.say("chapter_drivers"), blocks)


def likert_figure(view: View, grid: str) -> Figure | None:
    """Make the diverging bars of a grid from the topline; None without results or with rows of unlike scales."""
    topline = view.topline
    questions = [question for question in view.report.questions if question.grid == grid]
    if topline is None or not questions:
        return None
    withheld = set(topline.loc[topline["status"] == "c", "question"])
    questions = [question for question in questions if question.id not in withheld]
    shares = {
        (str(row["question"]), str(row["code"])): row for row in topline.to_dict("records") if float(row["n"]) > 0
    }
    questions = [question for question in questions if any((question.id, c.code) in shares for c in question.choices)]
    if not questions or len({tuple(c.code for c in question.choices) for question in questions}) > 1:
        return None
    grades = [choice for choice in questions[0].choices if not choice.special]
    records = [_likert_row(view, question, [c.code for c in grades], shares) for question in questions]
    rows = pd.DataFrame([record for record in records if record is not None])
    if rows.empty or len(grades) < 3:
        return None
    labels = [view.text(choice.label) for choice in grades]
    ordered = sorted(rows.to_dict("records"), key=lambda row: float(row["top"]))
    title = _likert_title(view, ordered, shares)
    listed = view.say("alt_separator").join(f"{row['label']} {row['text']}" for row in rows.to_dict("records"))
    alt = view.say("alt_likert", rows=listed)
    codes = [choice.code for choice in grades]
    drawing = diverging_bars(
        rows,
        codes,
        labels,
        key=f"likert-{grid}",
        alt=alt,
        axis=view.say("axis_answers"),
        unknown=view.say("axis_unknown", words=_undecided(view, questions)),
    )
    notes = (view.say("note_likert", level=view.level_percent), _base_note(view, questions))
    return Figure(f"likert-{grid}", title, drawing, alt, rows.drop(columns="text"), notes, view.source)


def _undecided(view: View, questions: Sequence[Question]) -> str:
    """Return the answers that are no grades, as the questionnaire words them."""
    words = [view.text(choice.label) for question in questions for choice in question.choices if choice.special]
    return view.say("list_separator").join(dict.fromkeys(words))


def _likert_title(
    view: View, ordered: Sequence[dict[Any, Any]], shares: dict[tuple[str, str], dict[Hashable, Any]]
) -> str:
    """Return the range of the best two grades, and the highest and lowest aspect where the intervals leave no other."""
    best, worst = ordered[-1], ordered[0]
    ends = {"high": numbers.fixed(best["top"]), "low": numbers.fixed(worst["top"])}
    named = {"best": best["label"], "worst": worst["label"]}
    rows = [shares.get((str(row["question"]), "top2")) for row in ordered]
    top = bottom = False
    if len(rows) > 1 and all(row is not None for row in rows):
        limits = [[float(row[name]) for row in rows if row] for name in ("estimate", "conf_low", "conf_high")]
        first, last = interval_ranks(limits[0], limits[1], limits[2], view.report.conf_level)
        top, bottom = (first == 1).sum() == 1, (last == len(rows)).sum() == 1
    ending = {(True, True): "", (True, False): "_top", (False, True): "_bottom", (False, False): "_range"}
    return view.say("figure_likert" + ending[bool(top), bool(bottom)], **ends, **named)


def _base_note(view: View, questions: Sequence[Question]) -> str:
    """Say who was asked the rows of a grid, how many gave a grade, and in which words."""
    topline = view.report.topline
    ids = {question.id for question in questions}
    graded = pd.Series(dtype=float)
    if topline is not None:
        special = {
            (question.id, choice.code) for question in questions for choice in question.choices if choice.special
        }
        topline = topline.astype({"question": str, "code": str})
        rows = topline[topline["question"].isin(ids) & (topline["code"] != "top2")]
        kept = [pair not in special for pair in zip(rows["question"], rows["code"], strict=True)]
        graded = rows[np.asarray(kept, dtype=bool)].groupby("question")["n"].sum()
    text, aspect = view.text(questions[0].text), view.aspects.get(questions[0].id, "")
    wording = text[: text.rfind(aspect)].strip(" —–-：:") if aspect and aspect in text else text
    low, high = (
        numbers.count(view.rules.people(value)) for value in ((graded.min(), graded.max()) if len(graded) else (0, 0))
    )
    note = view.say("note_grid_base", base=view.text(questions[0].base), low=low, high=high)
    return note + (view.say("note_wording", wording=wording) if wording else "")


def _likert_row(
    view: View, question: Question, codes: list[str], shares: dict[tuple[str, str], dict[object, object]]
) -> dict[str, object] | None:
    def share(code: str) -> float:
        row = shares.get((question.id, code))
        return 0.0 if row is None else float(str(row["estimate"]))

    valid = sum(share(code) for code in codes)
    if valid <= 0:
        return None
    unknown = sum(share(choice.code) for choice in question.choices if choice.special)
    percents = {code: numbers.rounded(100 * share(code) / valid) for code in codes}
    best = shares.get((question.id, "top2"))
    top = float(str(best["estimate"])) if best is not None else sum(share(code) for code in codes[-2:]) / valid
    text = numbers.percent(top)
    if best is not None:
        limits = numbers.interval(100 * float(str(best["conf_low"])), 100 * float(str(best["conf_high"])))
        text += f"\n({limits})"
    row: dict[str, object] = {"question": question.id, "label": view.aspects[question.id], **percents}
    return row | {"unknown": numbers.rounded(100 * unknown), "top": numbers.rounded(100 * top), "text": text}


def _driver_rows(view: View, drivers: pd.DataFrame) -> pd.DataFrame:
    records = drivers.to_dict("records")
    labels = [view.aspects.get(str(row["item"])) or label_of(row, view.edition, "label") for row in records]
    rows = pd.DataFrame({"label": labels})
    for stem in ("performance", "importance"):
        for ending in ("", "_low", "_high"):
            rows[stem + ending] = [numbers.rounded(100 * float(value)) for value in drivers[stem + ending]]
    return rows


def _driver_figure(view: View, drivers: pd.DataFrame) -> Figure:
    rows = _driver_rows(view, drivers)
    first = max(rows.to_dict("records"), key=lambda row: float(row["importance"]))
    listed = view.say("alt_separator").join(
        f"{row['label']} {numbers.fixed(row['performance'])}% / {numbers.fixed(row['importance'])}%"
        for row in rows.to_dict("records")
    )
    alt = view.say("alt_drivers", rows=listed)
    corners = tuple(view.say(key) for key in _QUARTERS)
    drawing = importance_performance(
        rows, key="drivers", alt=alt, axis=view.say("axis_performance"), vertical=view.say("axis_importance"),
        corners=(corners[0], corners[1], corners[2], corners[3]),
    )  # fmt: skip
    sets, _ = interval_ranks(
        rows["importance"], rows["importance_low"], rows["importance_high"], view.report.conf_level
    )
    key = "figure_drivers" if (sets == 1).sum() == 1 else "figure_drivers_range"
    least = numbers.fixed(rows["importance"].min())
    title = view.say(key, item=first["label"], share=numbers.fixed(first["importance"]), least=least)
    asked = [question for question in view.report.questions if question.id in set(drivers["item"].astype(str))]
    reading = view.say("note_drivers", level=view.level_percent) + view.say("note_hollow")
    notes = (reading, *([_base_note(view, asked)] if asked else []))
    return Figure("drivers", title, drawing, alt, rows, notes, view.source)


def _driver_cells(view: View, row: Mapping[Any, Any], name: str) -> list[Cell]:
    low, high = row[name + "_low"], row[name + "_high"]
    ends = Cell(numbers.interval(low, high), ends=(float(low), float(high)))
    return [view.number_cell(row[name], 1, exact=float(row[name])), ends]


def _driver_table(view: View, drivers: pd.DataFrame) -> Table:
    rows = [
        [
            Cell(row["label"]),
            *_driver_cells(view, row, "performance"),
            *_driver_cells(view, row, "importance"),
        ]
        for row in _driver_rows(view, drivers).to_dict("records")
    ]
    interval = view.say("interval_head", level=view.level_percent)
    columns = [
        ("item", view.say("aspect_head"), "text"),
        ("performance", view.say("performance_head"), "number"),
        ("performance_interval", interval, "number"),
        ("importance", view.say("importance_head"), "number"),
        ("importance_interval", interval, "number"),
    ]
    return view.table("drivers-table", view.say("drivers_title"), columns, rows, unit=view.say("unit_percent"))
