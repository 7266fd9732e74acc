"""Appendices: wording with results, tables with standard errors, the scheme, quality, and the record of the run."""

from __future__ import annotations

from surveykit.report import numbers
from surveykit.report.document import Block, Bullets, Cell, Chapter, Heading, Prose, Table, make_chapter
from surveykit.report.inputs import Question
from surveykit.report.standards import acs_margin
from surveykit.report.view import Shown, View, label_of

__all__ = ["quality_chapter", "questionnaire_chapter", "record_chapter", "scheme_chapter", "tables_chapter"]


def questionnaire_chapter(view: View) -> Chapter | None:
    """Make the topline: each question's exact wording, base, answers, and results where there are any."""
    blocks: list[Block | None] = (
        [Prose(view.say("questionnaire_lead", level=view.level_percent))] if view.report.questions else []
    )
    part = ""
    for place, question in enumerate(view.report.questions, start=1):
        number = question.number or str(place)
        if view.text(question.part) != part:
            part = view.text(question.part)
            blocks.append(Heading(part, 2))
        blocks.append(Heading(view.say("question_heading", number=number, text=view.text(question.text)), 3))
        blocks.append(Prose(_base(view, question), "note"))
        blocks.append(_answers(view, question))
    return make_chapter("questionnaire", view.say("chapter_questionnaire"), blocks, appendix=True)


def _base(view: View, question: Question) -> str:
    """Say who was asked, and how many answered where each gave one answer and none is withheld."""
    values = {"base": view.text(question.base), "kind": view.say("kind_" + question.kind)}
    topline = view.topline
    if topline is None or question.kind == "multi":
        return view.say("question_base", **values)
    own = topline[(topline["question"] == question.id) & (topline["code"] != "top2")]
    if own.empty or (own["status"] == "c").any():
        return view.say("question_base", **values)
    given = view.report.topline
    assert given is not None
    whole = given[(given["question"].astype(str) == question.id) & (given["code"].astype(str) != "top2")]["n"].sum()
    return view.say("question_base_n", n=view.count(view.rules.people(float(whole))), **values)


def _answers(view: View, question: Question) -> Table | Prose | None:
    if not question.choices:
        return None
    topline = view.topline
    found = None if topline is None else topline[topline["question"].astype(str) == question.id]
    if found is None or not len(found):
        items = (
            (f"{choice.code} " if choice.code.isdigit() else "")
            + view.text(choice.label)
            + (view.say("special_choice") if choice.special else "")
            for choice in question.choices
        )
        return Prose(view.say("alt_separator").join(items))
    by_code = {str(row["code"]): row for row in found.to_dict("records")}
    rows = []
    for choice in question.choices:
        row = by_code.get(choice.code)
        cells = [Cell(choice.code if choice.code.isdigit() else ""), Cell(view.text(choice.label))]
        if row is None:
            cells += [Cell("0.0", 0.0), Cell(""), Cell("0", 0.0)]
        elif row["status"] == "c":
            cells += [Cell(view.sign("c"), None, "c"), Cell(""), Cell(view.sign("c"), None, "c")]
        else:
            places = int(row["decimals"])
            share = numbers.rounded(float(row["estimate"]) * 100, places)
            ends = float(row["conf_low"]) * 100, float(row["conf_high"]) * 100
            limits = numbers.interval(*ends, places)
            if view.rules.exact:
                exact: float | None = float(row["estimate"]) * 100
            else:
                exact, ends = None, (numbers.rounded(ends[0], places), numbers.rounded(ends[1], places))
            cells += [Cell(numbers.fixed(share, places), share, exact=exact)]
            cells += [Cell(limits, ends=ends if limits else None), view.count_cell(float(row["n"]))]
        rows.append(cells)
    columns = [
        ("code", view.say("code_head"), "text"),
        ("answer", view.say("answer_head"), "text"),
        ("share", "%", "number"),
        ("interval", view.say("interval_head", level=view.level_percent), "number"),
        ("n", view.say("answers_n_head"), "number"),
    ]
    notes = (view.say("sign_c"),) if (found["status"] == "c").any() else ()
    return view.table(f"topline-{question.id}", view.text(question.text), columns, rows, source="", notes=notes)


def tables_chapter(view: View) -> Chapter | None:
    """Make the tables of every estimate with standard error, design effect and bases."""
    blocks: list[Block | None] = []
    for indicator in view.report.indicators:
        rows, used = [], []
        for by in ("city", "district", *view.groups):
            for figure in view.figures(indicator.id, by):
                used.append(figure)
                margin = acs_margin([figure.std_error])[0]
                rows.append(
                    [
                        Cell(view.group_name(by)),
                        Cell(figure.label),
                        view.value_cell(figure),
                        view.number_cell(figure.std_error, view.deff_decimals, exact=figure.exact[3]),
                        *([view.number_cell(margin)] if view.rules.standard == "acs" else []),
                        view.interval_cell(figure),
                        view.number_cell(figure.deff, view.deff_decimals),
                        view.count_cell(figure.n),
                        Cell(numbers.count(figure.n_eff), float(round(figure.n_eff)) if figure.n_eff >= 0 else None),
                    ]
                )
        if rows:
            notes = (*_n_eff_note(view, used), *view.sign_notes(used))
            blocks.append(_errors_table(view, indicator.id, view.text(indicator.name), rows, notes))
    return make_chapter("tables", view.say("chapter_tables"), blocks, appendix=True)


def _n_eff_note(view: View, shown: list[Shown]) -> tuple[str, ...]:
    """Explain an effective size above the number of people, where there is one."""
    above = [figure for figure in shown if not figure.withheld and figure.n_eff > figure.n]
    if not above:
        return ()
    return (view.say("note_n_eff" if any(figure.deff > 1 for figure in above) else "note_n_eff_plain"),)


def _errors_table(view: View, id: str, name: str, rows: list[list[Cell]], notes: tuple[str, ...]) -> Table:
    columns = [
        ("by", view.say("group_head"), "text"),
        ("level", view.say("level_head"), "text"),
        ("estimate", view.say("estimate_head"), "number"),
        ("std_error", view.say("std_error_head"), "number"),
        *([("margin", view.say("margin_head"), "number")] if view.rules.standard == "acs" else []),
        ("interval", view.say("interval_head", level=view.level_percent), "number"),
        ("deff", view.say("deff_head"), "number"),
        ("n", view.say("n_head"), "number"),
        ("n_eff", view.say("n_eff_head"), "number"),
    ]
    return view.table(f"errors-{id}", view.say("errors_title", name=name), columns, rows, notes=notes, size="small")


def scheme_chapter(view: View) -> Chapter | None:
    """Make the table of the scoring scheme, with the mark on everything that was not published."""
    scheme = view.report.scheme
    if scheme is None or not len(scheme):
        return None
    mark = view.say("illustrative_mark")
    rows = []
    seen: dict[str, str] = {}
    for row in scheme.to_dict("records"):
        cells = []
        for stem in ("indicator", "content", "criterion"):
            label = label_of(row, view.edition, stem)
            named = str(row.get(stem + "_named", row.get("named", "published")))
            text = label + (mark if named == "illustrative" else "")
            cells.append(Cell("" if stem != "criterion" and seen.get(stem) == label else text, label=text))
            if stem == "indicator" and seen.get(stem) != label:
                seen.pop("content", None)
            seen[stem] = label
        cells += [
            Cell(view.say("method_" + str(row["method"]))),
            Cell(numbers.fixed(float(row["points"])) + mark, float(row["points"])),
        ]
        rows.append(cells)
    columns = [(stem, view.say(stem + "_column"), "text") for stem in ("indicator", "content", "criterion", "method")]
    columns.append(("points", view.say("points_head"), "number"))
    table = view.table(
        "scheme",
        view.say("scheme_title"),
        columns,
        rows,
        notes=(view.say("note_illustrative"),),
        source="",
        size="small",
    )
    return make_chapter("scheme", view.say("chapter_scheme"), [Prose(view.say("scheme_lead")), table], appendix=True)


def quality_chapter(view: View) -> Chapter | None:
    """Make the cleaning log."""
    quality = view.report.quality
    if quality is None or not len(quality):
        return None
    rows = [
        [
            Cell(view.known("check", label_of(row, view.edition, "rule"))),
            view.people_cell(float(row["flagged"])),
            view.people_cell(float(row["excluded"])),
        ]
        for row in quality.to_dict("records")
    ]
    columns = [
        ("rule", view.say("rule_head"), "text"),
        ("flagged", view.say("flagged_head"), "number"),
        ("excluded", view.say("excluded_head"), "number"),
    ]
    table = view.table("quality", view.say("quality_title"), columns, rows)
    return make_chapter("quality", view.say("chapter_quality"), [Prose(view.say("quality_lead")), table], appendix=True)


def record_chapter(view: View) -> Chapter | None:
    """Make the change log and the list of versions, seeds and hashes."""
    blocks: list[Block | None] = []
    if view.report.changes:
        blocks += [
            Heading(view.say("heading_changes"), 2),
            Bullets(tuple(view.text(change) for change in view.report.changes)),
        ]
    if view.report.provenance:
        rows = [[Cell(str(key)), Cell(str(value))] for key, value in view.report.provenance.items()]
        columns = [("item", view.say("item_head"), "text"), ("value", view.say("value_head"), "text")]
        blocks += [
            Heading(view.say("heading_provenance"), 2),
            view.table("provenance", view.say("provenance_title"), columns, rows, source="", size="small"),
        ]
    return make_chapter("record", view.say("chapter_record"), blocks, appendix=True)
