"""The quality indicators that official statistics give, under their concept numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from surveykit.report.content import numbers
from surveykit.report.document.blocks import Cell, Chapter, Prose, make_chapter
from surveykit.report.document.view import View

__all__ = ["quality_indicators_chapter"]

Line = tuple[str, str, Cell]


def quality_indicators_chapter(view: View) -> Chapter | None:
    """Make the table of quality indicators by concept of the ESQRS and SIMS; those without data are left out."""
    lines = [*_published(view), *_sampling(view), *_units(view), *_items(view), *_facts(view), *_waves(view)]
    lines.sort(key=lambda line: [int(part) for part in line[0].split(".")])
    if not lines:
        return None
    rows, before = [], ""
    for concept, text, cell in lines:
        named = (concept, view.say("concept_" + concept))
        rows.append([*(Cell("" if concept == before else part, label=part) for part in named), Cell(text), cell])
        before = concept
    columns = [
        ("code", view.say("code_head"), "text"),
        ("concept", view.say("concept_head"), "text"),
        ("indicator", view.say("quality_indicator_head"), "text"),
        ("value", view.say("value_head"), "number"),
    ]
    title, notes = view.say("indicators_title"), (view.say("note_indicators"),)
    table = view.table("quality-indicators", title, columns, rows, notes=notes)
    title = view.say("chapter_indicators")
    return make_chapter("quality-indicators", title, [Prose(view.say("indicators_lead")), table], appendix=True)


def _share(value: float, decimals: int = 1) -> Cell:
    shown = numbers.rounded(100 * value, decimals)
    return Cell(numbers.fixed(shown, decimals) + "%", shown)


def _coarse(view: View, value: float) -> Cell:
    """Write an unweighted share; in whole per cent where numbers of respondents are protected."""
    return _share(value, 1 if view.rules.exact else 0)


def _published(view: View) -> list[Line]:
    withheld = view.published["status"].isin(["u", "c", "x"])
    return [("12.3.1", view.say("quality_published"), _share(float(1 - withheld.mean())))]


def _sampling(view: View) -> list[Line]:
    """Coefficients of variation of the headline indicators: the city's, and the largest of the districts'."""
    lines = []
    for indicator in view.headlines:
        name = view.text(indicator.name)
        for by, key in (("city", "quality_cv"), ("district", "quality_cv_districts")):
            shown = [figure for figure in view.figures(indicator.id, by) if not figure.withheld and figure.estimate]
            shown = [figure for figure in shown if np.isfinite(figure.std_error)]
            if shown:
                largest = max(figure.std_error / figure.estimate for figure in shown)
                lines.append(("13.2.1", view.say(key, name=name), _share(largest)))
    return lines


def _units(view: View) -> list[Line]:
    counts, rates = view.report.dispositions, view.report.outcome_rates
    lines = []
    if counts is not None and len(counts):
        total = counts.groupby("disposition")["count"].sum()
        eligible = float(total.sum() - total.get("NE", 0))
        complete = float(total.get("I", 0) + total.get("P", 0))
        if not view.rules.exact:  # a rate of the exact numbers would tell more than the rounded numbers do
            complete, eligible = view.rules.people(complete), view.rules.people(eligible)
        over = view.rules.people(float(total.get("NE", 0))) / float(total.sum())
        lines.append(("13.3.1.1", view.say("quality_over"), _coarse(view, over)))
        if eligible:
            lines.append(("13.3.3.1", view.say("quality_unit_plain"), _coarse(view, 1 - complete / eligible)))
    if rates is not None and "weighted" in rates.columns and view.rules.exact:
        weighted = rates.loc[rates["rate"] == "RR2", "weighted"]
        if len(weighted) and np.isfinite(weighted.iloc[0]):
            lines.append(("13.3.3.1", view.say("quality_unit_weighted"), _coarse(view, 1 - float(weighted.iloc[0]))))
    return lines


def _items(view: View) -> list[Line]:
    """Item non-response of the questions behind the headlines, and of the question that was left blank most."""
    table = view.report.item_nonresponse
    if table is None:
        return []
    asked = table[table["asked"] > 0]
    if asked.empty:
        return []
    rates = pd.Series((asked["blank"] / asked["asked"]).to_numpy(dtype=float), index=asked["question"].astype(str))
    wordings = {
        question.id: view.aspects.get(question.id) or view.text(question.text) for question in view.report.questions
    }
    used = {item for indicator in view.headlines for item in indicator.items}
    lines = [
        ("13.3.3.2", view.say("quality_item", question=wordings.get(item, item)), _coarse(view, rate))
        for item, rate in rates.items()
        if item in used
    ]
    widest = str(rates.idxmax())
    text = view.say("quality_item_widest", question=wordings.get(widest, widest))
    return [*lines, ("13.3.3.2", text, _coarse(view, float(rates.max())))]


def _facts(view: View) -> list[Line]:
    facts = view.report.quality_facts
    lines: list[Line] = []
    for name, concept, key in (("excluded", "13.3.4", "quality_excluded"), ("imputed", "18.5.1", "quality_imputed")):
        if name in facts:
            lines.append((concept, view.say(key), _share(float(facts[name]))))
    units = (
        ("days", "14.1.2", "quality_timeliness", "unit_days", 0),
        ("minutes", "16", "quality_minutes", "unit_minutes", 1),
        ("revisions", "17.2", "quality_revision", "unit_waves", 0),
    )
    for name, concept, key, unit, decimals in units:
        if name in facts:
            value = numbers.rounded(float(facts[name]), decimals)
            text = view.say(unit, value=numbers.fixed(value, decimals))
            lines.append((concept, view.say(key), Cell(text, value)))
    return lines


def _waves(view: View) -> list[Line]:
    """Waves since the last break, for the headline indicators that have a series."""
    trend, lines = view.report.trend, []
    for indicator in view.headlines if trend is not None else ():
        assert trend is not None
        own = trend[trend["indicator"].astype(str) == indicator.id]
        if len(own):
            runs = own["break_before"].astype(bool).cumsum()
            count = int((runs == runs.iloc[-1]).sum())
            text = view.say("quality_waves", name=view.text(indicator.name))
            lines.append(("15.2.2", text, Cell(view.say("unit_waves", value=count), float(count))))
    return lines
