"""How the survey was done: disclosure items, sample, response, weights, standards, limits."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.report.chapters.appendices.reading import reading_rules
from surveykit.report.charts.process import raking_convergence, response_flow, weight_histogram
from surveykit.report.content import numbers
from surveykit.report.document.blocks import Block, Bullets, Cell, Chapter, Figure, Heading, Prose, Table, make_chapter
from surveykit.report.document.view import View, label_of
from surveykit.report.publishing.differencing import protected_rates
from surveykit.report.publishing.suppression import suppress_counts

__all__ = ["methods_chapter", "response_table"]

DISPOSITIONS = ("I", "P", "R", "NC", "O", "UH", "UO", "NE")
COMPLETE = ("I", "P")


def methods_chapter(view: View) -> Chapter | None:
    """Make the chapter on methods."""
    blocks: list[Block | None] = [Heading(view.say("heading_disclosure"), 2), _disclosure_table(view)]
    flow = _flow_figure(view)
    table = response_table(view)
    if table is not None:
        blocks += [Heading(view.say("heading_response"), 2), Prose(_response_sentence(view)), flow, table, _rates(view)]
    weighting = [_steps_table(view), _weight_figure(view), _raking_figure(view), _margins_table(view)]
    if any(block is not None for block in weighting):
        blocks += [Heading(view.say("heading_weighting"), 2), Prose(view.say("weighting_lead")), *weighting]
    blocks += [Heading(view.say("heading_reading"), 2), Bullets(reading_rules(view))]
    return make_chapter("methods", view.say("chapter_methods"), blocks)


def _disclosure_table(view: View) -> Table:
    record = view.report.disclosure
    rows = [
        [Cell(view.say("disclosure_" + item.name)), Cell(view.text(getattr(record, item.name)))]
        for item in fields(record)
    ]
    columns = [("item", view.say("item_head"), "text"), ("text", view.say("text_head"), "text")]
    return view.table("disclosure", view.say("disclosure_title"), columns, rows, source="")


def _counts(view: View) -> pd.DataFrame | None:
    dispositions = view.report.dispositions
    if dispositions is None or not len(dispositions):
        return None
    wide = dispositions.assign(district=dispositions["district"].astype(str)).pivot_table(
        index="district", columns="disposition", values="count", aggfunc="sum", fill_value=0
    )
    known = [code for code in DISPOSITIONS if code in wide.columns]
    return wide.reindex([district for district in view.district_names if district in wide.index])[known]


def _response_sentence(view: View) -> str:
    counts = _counts(view)
    if counts is None:
        return ""
    total = counts.sum()
    complete = view.rules.people(float(total.get("I", 0) + total.get("P", 0)))
    eligible = view.rules.people(float(total.sum() - total.get("NE", 0)))
    return view.say(
        "response_sentence",
        sampled=numbers.count(total.sum()),
        complete=numbers.count(complete),
        rate=numbers.percent(complete / eligible if eligible else float("nan"), 1 if view.rules.exact else 0),
    )


def response_table(view: View) -> Table | None:
    """Make the table of dispositions and response rates by district.

    Outcomes of which some district has only a few people are put together as "other"; what is still small is hidden
    with the cells from which it could be worked out.
    """
    counts = _counts(view)
    if counts is None:
        return None
    table, merged = _merged(counts, view.rules.smallest_count)
    hidden = suppress_counts(table.to_numpy(dtype=float), smallest=view.rules.smallest_count, lonely=False)
    whole = _response_row(view, view.text(view.report.study.city), table.sum(), counts.sum(), np.zeros(table.shape[1]))
    rows = [whole]
    for place, district in enumerate(table.index):
        name = view.district_names[str(district)]
        rows.append(_response_row(view, name, table.iloc[place], counts.iloc[place], hidden[place], coarse=merged))
    columns = [("district", view.say("by_district"), "text"), ("sampled", view.say("sampled_head"), "number")]
    heads = {"complete": "complete_head", "other": "other_outcomes_head"}
    columns += [(code, view.say(heads.get(code, f"disposition_{code}")), "number") for code in table.columns]
    columns.append(("rate", view.say("response_rate_head"), "number"))
    notes = [view.say("note_response")]
    if not view.rules.exact:
        notes.append(view.say("note_rounded", base=view.rules.base))
    if merged:
        notes.append(view.say("note_response_merged", most=view.rules.smallest_count - 1))
    if hidden.any():
        notes.append(view.say("note_response_hidden", most=view.rules.smallest_count - 1))
    return view.table(
        "response", view.say("response_title"), columns, rows,
        notes=tuple(notes), emphasis=frozenset({0}), size="small",
    )  # fmt: skip


def _merged(counts: pd.DataFrame, smallest: int) -> tuple[pd.DataFrame, bool]:
    """Put complete and partial together, and the outcomes that are rare somewhere; say whether any were."""
    complete = [code for code in COMPLETE if code in counts]
    table = pd.DataFrame({"complete": counts[complete].sum(axis=1)})
    rest = [code for code in counts if code not in COMPLETE and counts[code].sum() > 0]
    rare = [code for code in rest if ((counts[code] > 0) & (counts[code] < smallest)).any()]
    for code in rest:
        if code not in rare:
            table[code] = counts[code]
    if rare:
        table["other"] = counts[rare].sum(axis=1)
    return table, bool(rare)


def _response_row(
    view: View, label: str, shown: pd.Series, exact: pd.Series, hidden: NDArray[Any], *, coarse: bool = False
) -> list[Cell]:
    """Make a row; ``coarse`` gives the rate in whole per cent, so that no rare outcome follows from it."""
    eligible = view.rules.people(float(exact.sum() - exact.get("NE", 0)))
    rate = view.rules.people(float(shown["complete"])) / eligible if eligible else float("nan")
    cells = [Cell(label), view.count_cell(float(shown.sum()))]
    cells += [view.people_cell(float("nan") if out else float(x)) for x, out in zip(shown, hidden, strict=True)]
    if hidden.any():
        return [*cells, Cell(view.sign("c"), None, "c")]
    return [*cells, view.number_cell(100 * rate, 0 if coarse or not view.rules.exact else 1)]


def _flow_figure(view: View) -> Figure | None:
    counts = _counts(view)
    if counts is None:
        return None
    total = {code: int(counts[code].sum()) if code in counts else 0 for code in DISPOSITIONS}
    sampled = sum(total.values())
    eligible = int(view.rules.people(sampled - total["NE"]))
    reached = int(view.rules.people(sampled - total["NE"] - total["NC"] - total["UH"] - total["UO"]))
    complete = int(view.rules.people(total["I"] + total["P"]))
    total = {code: int(view.rules.people(count)) for code, count in total.items()}
    stages = [
        ("flow_sampled", sampled, ("NE",)),
        ("flow_eligible", eligible, ("NC", "UH", "UO")),
        ("flow_reached", reached, ("R", "O")),
        ("flow_complete", complete, ()),
    ]
    steps = []
    for key, size, losses in stages:
        lost = [f"{view.say('disposition_' + code)} {numbers.count(total[code])}" for code in losses if total[code]]
        steps.append((view.say(key), numbers.count(size), size, view.say("list_separator").join(lost)))
    alt = view.say("alt_flow", rows=view.say("alt_separator").join(f"{label} {text}" for label, text, _, _ in steps))
    title = view.say("figure_flow", sampled=numbers.count(sampled), complete=numbers.count(complete))
    data = pd.DataFrame(
        {"stage": [key.removeprefix("flow_") for key, _, _ in stages], "count": [s for _, s, _ in stages]}
    )
    drawing = response_flow(steps, key="response-flow", alt=alt)
    return Figure("response-flow", title, drawing, alt, data, (view.say("note_flow"),), view.source)


def _rates(view: View) -> Table | None:
    rates = view.report.outcome_rates
    if rates is None or not len(rates):
        return None
    counts, exact = _counts(view), view.rules.exact
    weighted = exact and "weighted" in rates.columns
    if not exact:  # as the numbers of people beside them are: rounded
        coarse = protected_rates(
            {} if counts is None else {str(code): float(count) for code, count in counts.sum().items()}, view.rules.base
        )
        rates = rates.assign(value=[coarse[str(name)] for name in rates["rate"]])
    columns = [("rate", view.say("rate_head"), "text"), ("value", view.say("unweighted_head"), "number")]
    columns += [("weighted", view.say("weighted_head"), "number")] if weighted else []
    rows = []
    for row in rates.to_dict("records"):
        cells = [Cell(str(row["rate"]))]
        for column in ("value", "weighted")[: 1 + weighted]:
            cells.append(view.number_cell(float(row[column]) * 100, 1 if exact else 0))
        rows.append(cells)
    return view.table(
        "outcome-rates",
        view.say("rates_title"),
        columns,
        rows,
        unit=view.say("unit_percent"),
        notes=(view.say("note_rates") if exact else view.say("note_rates_whole_only", base=view.rules.base),),
    )


def _steps_table(view: View) -> Table | None:
    steps = view.report.weighting_steps
    if steps is None or not len(steps):
        return None
    heads = [c for c in ("deff", "minimum", "maximum") if c in steps.columns]
    rows = [
        [
            Cell(str(position), float(position)),
            Cell(label_of(row, view.edition, "description") or view.known("step", str(row["step"]))),
            *(view.number_cell(row[c]) for c in heads),
        ]
        for position, row in enumerate(steps.to_dict("records"), start=1)
    ]
    columns = [("step", view.say("step_head"), "number"), ("description", view.say("description_head"), "text")]
    columns += [(c, view.say(c + "_head"), "number") for c in heads]
    return view.table(
        "weighting", view.say("weighting_title"), columns, rows, notes=(view.say("note_kish"),) if heads else ()
    )


def _weight_figure(view: View) -> Figure | None:
    if view.report.weights is None or not view.rules.exact:
        return None  # the bars add up to the number of respondents
    weights = view.report.weights.to_numpy(dtype=float)
    weights = weights[weights > 0]
    if not len(weights):
        return None
    relative = weights / weights.mean()
    deff = numbers.fixed(float((relative**2).mean()), 2)
    low, high = numbers.fixed(float(relative.min()), 2), numbers.fixed(float(relative.max()), 2)
    alt = view.say("alt_weights", low=low, high=high, deff=deff)
    drawing = weight_histogram(
        relative, key="weights", alt=alt, axis=view.say("axis_weight"), vertical=view.say("axis_count")
    )
    counts, edges = np.histogram(relative, bins=40)
    data = pd.DataFrame({"from": edges[:-1], "to": edges[1:], "count": counts})
    return Figure(
        "weights",
        view.say("figure_weights", low=low, high=high, deff=deff),
        drawing,
        alt,
        data,
        (view.say("note_weights") + view.say("note_profile_base", bases=numbers.count(len(weights))),),
        view.source,
    )


def _raking_figure(view: View) -> Figure | None:
    raking = view.report.raking
    if raking is None or len(raking) < 2:
        return None
    gaps = raking["max_gap"].to_numpy(dtype=float)
    last = f"{gaps[-1]:.1e}".replace("-", numbers.MINUS)
    done = int(raking["iteration"].max())
    alt = view.say("alt_raking", iterations=done, gap=last)
    drawing = raking_convergence(
        gaps,
        key="raking",
        alt=alt,
        axis=view.say("axis_iteration"),
        vertical=view.say("axis_gap"),
        first=done + 1 - len(gaps),
    )
    return Figure(
        "raking",
        view.say("figure_raking", iterations=done, gap=last),
        drawing,
        alt,
        raking,
        (view.say("note_raking"),),
        view.source,
    )


def _margins_table(view: View) -> Table | None:
    margins = view.report.margins
    if margins is None or not len(margins):
        return None
    rows = [
        [
            Cell(label_of(row, view.edition, "variable")),
            Cell(label_of(row, view.edition, "level")),
            *(view.number_cell(float(row[c]) * 100, 1 if view.rules.exact else 0) for c in ("before", "after")),
            view.number_cell(float(row["target"]) * 100, 1),
        ]
        for row in margins.to_dict("records")
    ]
    heads = [("variable", "text"), ("level", "text"), ("before", "number"), ("after", "number"), ("target", "number")]
    columns = [(key, view.say(key + "_head"), kind) for key, kind in heads]
    return view.table("margins", view.say("margins_title"), columns, rows, unit=view.say("unit_percent"))
