"""The city's figures under other rules than the report's: how much hangs on the choice."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from surveykit.report.chapters.places import alt_text
from surveykit.report.charts.intervals import caterpillar
from surveykit.report.content import numbers
from surveykit.report.content.inputs import IndicatorInfo
from surveykit.report.document.blocks import Block, Cell, Chapter, Figure, Heading, Prose, Table, make_chapter
from surveykit.report.document.view import Shown, View, label_of
from surveykit.report.publishing.publication import publish

__all__ = ["alternatives_chapter", "rules_by_indicator"]


def rules_by_indicator(view: View) -> dict[str, list[tuple[Shown, bool]]]:
    """Return for every indicator its figures under each rule, under the report's rules of publication.

    Returns
    -------
    dict
        Indicator id to (figure, whether its rule is the report's); only indicators with two or more rules.
    """
    table = view.report.alternatives
    if table is None or not len(table):
        return {}
    names = [f"rule_{place}" for place in range(len(table))]
    known = [str(indicator) in view.indicators for indicator in table["indicator"]]
    infos = [
        replace(
            view.indicators[str(row["indicator"])], id=name, name={view.edition: label_of(row, view.edition, "name")}
        )
        for name, row, given in zip(names, table.to_dict("records"), known, strict=True)
        if given
    ]
    city = table.drop(columns=["indicator"]).assign(variable=names)[known]
    asked = replace(view.report, estimates={"city": city}, indicators=tuple(infos), ranks={}, analyses=())
    labels = {info.id: view.text(info.name) for info in infos}
    shown = [view.show(row) for row in publish(asked, view.rules).itertuples(index=False)]
    found: dict[str, list[tuple[Shown, bool]]] = {}
    for figure in shown:
        row = table.iloc[names.index(figure.indicator)]
        labelled = replace(figure, label=labels[figure.indicator])
        found.setdefault(str(row["indicator"]), []).append((labelled, bool(row["own"])))
    return {id: found[id] for id in view.indicators if len(found.get(id, ())) > 1}


def alternatives_chapter(view: View) -> Chapter | None:
    """Make the chapter: for every indicator with other rules a chart (headlines) and a table of the rules."""
    rules = rules_by_indicator(view)
    if not rules:
        return None
    blocks: list[Block | None] = [Prose(view.say("alternatives_lead"))]
    for id, figures in rules.items():
        indicator = view.indicators[id]
        if indicator.headline:
            name = view.text(indicator.name)
            blocks += [Heading(name, 2), Prose(_finding(view, name, figures)), _chart(view, indicator, figures)]
    blocks += [Heading(view.say("alternatives_title"), 2), _table(view, rules)]
    return make_chapter("alternatives", view.say("chapter_alternatives"), blocks)


def _ends(view: View, figures: list[tuple[Shown, bool]]) -> tuple[str, str]:
    known = sorted((figure for figure, _ in figures if not figure.withheld), key=lambda figure: figure.estimate)
    return (view.value(known[0]), view.value(known[-1])) if known else ("", "")


def _finding(view: View, name: str, figures: list[tuple[Shown, bool]]) -> str:
    low, high = _ends(view, figures)
    own = next((figure for figure, is_own in figures if is_own), None)
    return view.say("key_alternatives", name=name, value=view.value(own), low=low, high=high)


def _chart(view: View, indicator: IndicatorInfo, figures: list[tuple[Shown, bool]]) -> Figure | None:
    known = [(figure, own) for figure, own in figures if not figure.withheld]
    if len(known) < 2:
        return None
    rows = pd.DataFrame(
        {
            "label": [figure.label for figure, _ in known],
            "estimate": [figure.estimate for figure, _ in known],
            "conf_low": [figure.low for figure, _ in known],
            "conf_high": [figure.high for figure, _ in known],
            "n": [figure.n for figure, _ in known],
            "band": ["own" if own else "not_distinguishable" for _, own in known],
            "text": [view.value(figure, unit=False) for figure, _ in known],
        }
    )
    name, key = view.text(indicator.name), f"alternatives-{indicator.id}"
    alt = alt_text(view, indicator, [figure for figure, _ in known])
    axis = view.say("axis_percent" if indicator.kind == "rate" else "axis_points", name=name)
    low, high = _ends(view, known)
    listed = [view.say("alternative_base", rule=figure.label, n=view.count(figure.n)) for figure, _ in known]
    notes = (
        view.say("note_only_interval", level=view.level_percent) + view.say("note_official_rule"),
        view.say("note_wording", wording=view.text(indicator.wording)),
        view.say("note_profile_base", bases=view.say("alt_separator").join(listed)),
    )
    drawing = caterpillar(rows, key=key, alt=alt, axis=axis)
    title = view.say("figure_alternatives", name=name, low=low, high=high)
    return Figure(key, title, drawing, alt, rows.drop(columns=["text", "band"]), notes, view.source)


def _table(view: View, rules: dict[str, list[tuple[Shown, bool]]]) -> Table:
    rows: list[list[Cell]] = []
    used: list[Shown] = []
    strong: set[int] = set()
    gaps = _gaps(view)
    for figures in rules.values():
        own = next((figure for figure, is_own in figures if is_own), None)
        for figure, is_own in figures:
            used.append(figure)
            if is_own:
                strong.add(len(rows))
            cells = [Cell(figure.label), view.value_cell(figure), view.interval_cell(figure)]
            rows.append([*cells, _difference(figure, own, gaps.get(figure.indicator)), view.count_cell(figure.n)])
    columns = [
        ("rule", view.say("rule_name_head"), "text"),
        ("estimate", view.say("estimate_head"), "number"),
        ("interval", view.say("interval_head", level=view.level_percent), "number"),
        ("difference", view.say("difference_head"), "number"),
        ("n", view.say("n_head"), "number"),
    ]
    notes = (view.say("note_difference"), view.say("note_bases_of_rules"), *view.sign_notes(used))
    title, unit = view.say("alternatives_title"), view.say("unit_both")
    return view.table("alternatives", title, columns, rows, unit=unit, notes=notes, emphasis=frozenset(strong))


def _gaps(view: View) -> dict[str, float]:
    """Return for every figure under another rule its distance from that of the report's rule, before rounding."""
    rows = [] if view.report.alternatives is None else view.report.alternatives.to_dict("records")
    official = {str(row["indicator"]): float(row["estimate"]) for row in rows if bool(row["own"])}
    gaps = {}
    for place, row in enumerate(rows):
        id = str(row["indicator"])
        if not bool(row["own"]) and id in official and id in view.indicators:
            scale = 100.0 if view.indicators[id].kind == "rate" else 1.0
            gaps[f"rule_{place}"] = scale * (float(row["estimate"]) - official[id])
    return gaps


def _difference(figure: Shown, own: Shown | None, gap: float | None) -> Cell:
    if gap is None or own is None or own.withheld or figure.withheld:
        return Cell("")
    shown = numbers.rounded(gap)
    return Cell(numbers.signed(shown), shown)
