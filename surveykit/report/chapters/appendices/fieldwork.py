"""Appendix on the fieldwork: outcome rates and cleaning log by district, headline rates without marked records."""

from __future__ import annotations

from typing import Any

import pandas as pd

from surveykit.report.content import numbers
from surveykit.report.document.blocks import Block, Cell, Chapter, Heading, Prose, Table, make_chapter
from surveykit.report.document.view import View
from surveykit.report.publishing.differencing import SMALL_BASE, protected_rates

__all__ = ["fieldwork_chapter"]

_RATES = ("RR1", "RR2", "RR3", "RR5", "COOP1", "COOP3", "REF1", "CON1")


def fieldwork_chapter(view: View) -> Chapter | None:
    """Make the appendix on outcome rates, cleaning and what the marked records change."""
    tables = view.report.fieldwork
    blocks: list[Block | None] = []
    outcomes, cleaning, rates = (tables.get(name) for name in ("outcome_rates", "cleaning", "marked_rates"))
    if outcomes is not None and len(outcomes):
        lead = "outcomes_lead" if view.rules.exact else "outcomes_lead_protected"
        blocks += [Heading(view.say("heading_outcomes"), 2), Prose(view.say(lead))]
        blocks += [_outcomes(view, outcomes, kind) for kind in ("unweighted", "base_weighted")]
    if cleaning is not None and len(cleaning):
        blocks += [
            Heading(view.say("heading_cleaning"), 2),
            Prose(view.say("cleaning_lead")),
            _cleaning(view, cleaning),
        ]
    if rates is not None and len(rates):
        blocks += [Heading(view.say("heading_marked"), 2), Prose(view.say("marked_lead")), _marked(view, rates)]
    return make_chapter("fieldwork", view.say("chapter_fieldwork"), blocks, appendix=True)


def _percent(view: View, value: float, digits: int = 1) -> Cell:
    return view.number_cell(float(value) * 100, digits)


def _in_order(view: View, levels: pd.Series) -> list[str]:
    """The whole city first, then districts in administrative order, then what is no district."""
    held = list(dict.fromkeys(levels.astype(str)))
    known = ["", *view.district_names]
    return [level for level in known if level in held] + [level for level in held if level not in known]


def _place(view: View, level: str) -> str:
    return view.district_names.get(level, level or view.text(view.report.study.city))


def _outcomes(view: View, table: pd.DataFrame, kind: str) -> Table | None:
    """Rates of districts in whole per cent: tenths would give away how few ended in a rare outcome."""
    here = table[table["weighting"] == kind]
    if here.empty:
        return None
    found: dict[str, dict[Any, Any]] = {str(row["level"]): row for row in here.to_dict("records")}
    if not view.rules.exact:  # districts have too few drawn; sums of weights cannot be rounded to people
        if kind != "unweighted" or "" not in found:
            return None
        found = {"": found[""] | protected_rates(found[""], view.rules.base)}
    rows = [
        [Cell(_place(view, level)), view.count_cell(float(found[level]["n"]))]
        + [_percent(view, found[level][rate], 0 if level or not view.rules.exact else 1) for rate in _RATES]
        for level in _in_order(view, pd.Series(list(found)))
    ]
    columns = [("district", view.say("by_district"), "text"), ("n", view.say("sampled_head"), "number")]
    columns += [(rate, rate, "number") for rate in _RATES]
    return view.table(
        f"outcomes-{kind.replace('_', '-')}", view.say(f"outcomes_title_{kind}"), columns, rows,
        unit=view.say("unit_percent"), notes=(_note(view),),
        emphasis=frozenset({0}), size="small",
    )  # fmt: skip


def _note(view: View) -> str:
    return view.say("note_rates") if view.rules.exact else view.say("note_rates_whole_only", base=view.rules.base)


def _cleaning(view: View, table: pd.DataFrame) -> Table:
    rules = table.drop_duplicates("check")
    names = {str(row["check"]): view.known("check", str(row["check"])) for row in rules.to_dict("records")}
    table = table.assign(district=table["district"].astype(str))
    touched = table.assign(count=table["marked"] + table["excluded"])
    counts = touched.groupby(["district", "check"])["count"].sum().to_dict()
    order = [level for level in _in_order(view, table["district"]) if level]
    order += [""] if "" in set(table["district"]) else []
    whole = touched.groupby("check")["count"].sum().to_dict()
    rows = [[Cell(view.text(view.report.study.city)), *(view.people_cell(float(whole[c])) for c in names)]]
    for level in order:
        place = _place(view, level) if level else view.say("district_unknown")
        rows.append([Cell(place), *(view.people_cell(float(counts.get((level, c), 0))) for c in names)])
    columns = [("district", view.say("by_district"), "text")]
    columns += [(check, name, "number") for check, name in names.items()]
    excluded = numbers.count(view.rules.people(float(table["excluded"].sum())))
    return view.table(
        "cleaning", view.say("cleaning_title"), columns, rows,
        notes=(view.say("note_cleaning", excluded=excluded),), emphasis=frozenset({0}), size="small",
    )  # fmt: skip


def _marked(view: View, table: pd.DataFrame) -> Table:
    names = {indicator.id: view.text(indicator.name) for indicator in view.report.indicators}
    rows, before = [], ""
    for row in table.to_dict("records"):
        rate = names.get(str(row["rate"]), str(row["rate"]))
        cells = [Cell("" if rate == before else rate, label=rate), Cell(view.known("check", str(row["without"])))]
        cells += [view.people_cell(float(row["records"]))]
        places = 1 if view.rules.exact or float(row["records"]) >= SMALL_BASE else 0
        names_shown = ("estimate", "difference", "weighted", "weighted_difference")
        cells += [_percent(view, row[name], places) for name in names_shown]
        rows.append(cells)
        before = rate
    heads = [("rate", "rate_head", "text"), ("rule", "without_head", "text"), ("n", "records_head", "number")]
    heads += [("estimate", "unweighted_head", "number"), ("difference", "marked_difference_head", "number")]
    heads += [("weighted", "weighted_head", "number"), ("weighted_difference", "marked_difference_head", "number")]
    columns = [(key, view.say(head), kind) for key, head, kind in heads]
    return view.table(
        "marked-rates", view.say("marked_title"), columns, rows,
        unit=view.say("unit_percent"), notes=(view.say("note_marked"),), size="small",
    )  # fmt: skip
