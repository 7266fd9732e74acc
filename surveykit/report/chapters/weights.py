"""Appendix on the weights: their spread and cost, overall and by group, and what they achieve."""

from __future__ import annotations

import numpy as np
import pandas as pd

from surveykit.report import numbers
from surveykit.report.charts.weighting import (
    concentration_curves,
    concentration_of,
    design_effects,
    standardised_differences,
)
from surveykit.report.document import Block, Cell, Chapter, Figure, Heading, Prose, Table, make_chapter
from surveykit.report.view import View, label_of
from surveykit.report.weighting_record import WeightDiagnostics

__all__ = ["weights_chapter"]

_MEASURES = (
    ("n", 0),
    ("deff_kish", 2),
    ("n_eff", 0),
    ("cv", 2),
    ("minimum", 2),
    ("p01", 2),
    ("median", 2),
    ("p99", 2),
    ("maximum", 2),
    ("ratio", 1),
    ("top_1_percent_share", 1),
)


def weights_chapter(view: View) -> Chapter | None:
    """Make the appendix on weights, when the report has diagnostics of any."""
    records = view.report.weighting
    if not records:
        return None
    blocks: list[Block | None] = [Prose(view.say("weights_lead")), Heading(view.say("heading_weights_cost"), 2)]
    blocks += [_overall(view, records), _top_figure(view, records), _domains(view, records)]
    blocks += [_deff_figure(view, records), _histories(view, records)]
    shifted = [record for record in records if len(record.margins)]
    if shifted:
        blocks.append(Heading(view.say("heading_weights_effect"), 2))
        for record in shifted:
            blocks += [_margins(view, record), _margins_figure(view, record)]
    covered = next((record for record in records if len(record.coverage)), None)
    if covered is not None:
        blocks += [Heading(view.say("heading_coverage"), 2), _coverage(view, covered)]
    return make_chapter("weights", view.say("chapter_weights"), blocks, appendix=True)


def _overall(view: View, records: tuple[WeightDiagnostics, ...]) -> Table:
    columns = [("measure", view.say("measure_head"), "text")]
    columns += [(f"weights-{record.id}", view.text(record.name), "number") for record in records]
    rows = []
    for name, decimals in _MEASURES:
        cells = [Cell(view.say("weights_" + name))]
        for record in records:
            value = float(record.overall[name])
            if name in ("minimum", "p01", "median", "p99", "maximum"):
                value /= float(record.overall["mean"])
            value = value * 100 if name == "top_1_percent_share" else value
            coarse = name in ("deff_kish", "cv") and not view.rules.exact
            cells.append(
                view.people_cell(value) if decimals == 0 else view.number_cell(value, 1 if coarse else decimals)
            )
        rows.append(cells)
    notes = (view.say("note_weights_kish"),)
    return view.table("weights-overall", view.say("weights_overall_title"), columns, rows, notes=notes)


def _top_figure(view: View, records: tuple[WeightDiagnostics, ...]) -> Figure:
    curves = [(view.text(record.name), concentration_of(record.weights.to_numpy(dtype=float))) for record in records]
    last = records[-1]
    share = numbers.percent(float(last.overall["top_1_percent_share"]))
    listed = [
        f"{name} 1% {numbers.percent(float(shares[1]))}, 10% {numbers.percent(float(shares[10]))}"
        for name, shares in curves
    ]
    alt = view.say("alt_weights_top", rows=view.say("alt_separator").join(listed))
    drawing = concentration_curves(
        curves[:3], key="weights-top", alt=alt, axis=view.say("axis_weights_top"),
        vertical=view.say("axis_weights_share"),
    )  # fmt: skip
    data = pd.DataFrame({"heaviest_percent": np.arange(101)})
    for record, (_, shares) in zip(records, curves, strict=True):
        data[record.id] = shares if view.rules.exact else np.round(shares, 2)
    title = view.say("figure_weights_top", share=share, name=view.text(last.name))
    return Figure("weights-top", title, drawing, alt, data, (view.say("note_weights_top"),), view.source)


def _domains(view: View, records: tuple[WeightDiagnostics, ...]) -> Table | None:
    first = records[0].domains
    if not len(first):
        return None
    columns = [("variable", view.say("weights_group_head"), "text"), ("level", view.say("weights_level_head"), "text")]
    columns.append(("n", view.say("n_head"), "number"))
    for record in records:
        name = view.text(record.name)
        columns.append((f"deff-{record.id}", view.say("weights_deff_of", name=name), "number"))
        columns.append((f"n-eff-{record.id}", view.say("weights_n_eff_of", name=name), "number"))
    found = [record.domains.set_index(["variable", "level"]) for record in records]
    rows = []
    for row in first.to_dict("records"):
        confidential = float(row["n"]) < view.rules.smallest_count
        cells = [Cell(label_of(row, view.edition, "variable")), Cell(label_of(row, view.edition, "level"))]
        cells.append(view.people_cell(np.nan if confidential else float(row["n"])))
        for table in found:
            key = (row["variable"], row["level"])
            if confidential or key not in table.index:
                cells += [Cell(view.sign("c"), None, "c")] * 2
                continue
            cells += [view.number_cell(float(table.loc[key, "deff_kish"]), view.deff_decimals)]
            cells += [view.people_cell(float(table.loc[key, "n_eff"]))]
        rows.append(cells)
    notes = (view.say("note_weights_kish"), *((view.say("sign_c"),) if _any_sign(rows) else ()))
    return view.table(
        "weights-domains", view.say("weights_domains_title"), columns, rows, notes=notes, size="small"
    )  # fmt: skip


def _any_sign(rows: list[list[Cell]]) -> bool:
    return any(cell.status == "c" for row in rows for cell in row)


def _deff_figure(view: View, records: tuple[WeightDiagnostics, ...]) -> Figure | None:
    first = records[0].domains
    if not len(first):
        return None
    variable = first["variable"].iloc[0]
    shown = first[(first["variable"] == variable) & (first["n"] >= view.rules.smallest_count)]
    if not len(shown):
        return None
    labels = [label_of(row, view.edition, "level") for row in shown.to_dict("records")]
    columns, data = [], pd.DataFrame({"level": shown["level"].to_numpy(), "label": labels})
    for record in records[:3]:
        own = record.domains[record.domains["variable"] == variable].set_index("level")["deff_kish"]
        values = own.reindex(shown["level"]).to_numpy(dtype=float)
        values = values if view.rules.exact else np.round(values, 1)
        columns.append((view.text(record.name), values))
        data[record.id] = values
    every = np.concatenate([values for _, values in columns])
    group = label_of(shown.iloc[0].to_dict(), view.edition, "variable")
    low, high = (numbers.fixed(float(end(every)), view.deff_decimals) for end in (np.nanmin, np.nanmax))
    title = view.say("figure_weights_deff", group=group, low=low, high=high)
    alt = _rows_alt(view, title, labels, [values for _, values in columns])
    drawing = design_effects(labels, columns, key="weights-deff", alt=alt, axis=view.say("axis_weights_deff"))
    return Figure("weights-deff", title, drawing, alt, data, (), view.source)


def _rows_alt(view: View, title: str, labels: list[str], columns: list[np.ndarray]) -> str:
    listed = [
        f"{label} {', '.join(numbers.fixed(float(column[place]), 2) for column in columns)}"
        for place, label in enumerate(labels)
    ]
    return view.say("alt_weights_rows", title=title, rows=view.say("alt_separator").join(listed))


def _histories(view: View, records: tuple[WeightDiagnostics, ...]) -> Table | None:
    rows, seen = [], set()
    for record in records:
        for step, own in record.histories.groupby("step", sort=True):
            if step in seen or not len(own):
                continue
            seen.add(step)
            label = view.known("step", str(own["kind"].iloc[0]))
            ends = [float(own["max_gap"].iloc[place]) for place in (0, -1)]
            cells = [Cell(label), view.count_cell(float(own["iteration"].max()))]
            rows.append([*cells, *(Cell(f"{end:.1e}".replace("-", numbers.MINUS), end) for end in ends)])
    if not rows:
        return None
    columns = [("step", view.say("weights_step_head"), "text")]
    heads = ("weights_iterations_head", "weights_first_gap_head", "weights_last_gap_head")
    columns += [(head, view.say(head), "number") for head in heads]
    return view.table("weights-history", view.say("weights_history_title"), columns, rows)


def _margins(view: View, record: WeightDiagnostics) -> Table:
    columns = [("variable", view.say("weights_group_head"), "text"), ("level", view.say("weights_level_head"), "text")]
    shares = ("share_population", "share_before", "share_after")
    differences = ("standardised_before", "standardised_after")
    columns += [(name, view.say(name + "_head"), "number") for name in (*shares, *differences)]
    rows = []
    for row in record.margins.to_dict("records"):
        cells = [Cell(label_of(row, view.edition, "variable")), Cell(label_of(row, view.edition, "level"))]
        exact = view.rules.exact
        cells += [view.number_cell(100 * float(row[name]), 1 if exact or name == shares[0] else 0) for name in shares]
        rows.append([*cells, *(view.number_cell(float(row[name]), 3 if exact else 1) for name in differences)])
    title = view.say("weights_margins_title", name=view.text(record.name))
    notes = (view.say("note_standardised"),)
    return view.table(f"weights-margins-{record.id}", title, columns, rows, notes=notes, size="small")


def _margins_figure(view: View, record: WeightDiagnostics) -> Figure:
    table = record.margins
    labels = [label_of(row, view.edition, "level") for row in table.to_dict("records")]
    before, after = (table[f"standardised_{name}"].to_numpy(dtype=float) for name in ("before", "after"))
    if not view.rules.exact:
        before, after = np.round(before, 1), np.round(after, 1)
    ends = {
        "before": numbers.fixed(float(np.abs(before).max()), 2),
        "after": numbers.fixed(float(np.abs(after).max()), 2),
    }
    better = np.abs(after).max() < np.abs(before).max()
    key = "figure_weights_margins" if better else "figure_weights_margins_not"
    title = view.say(key, name=view.text(record.name), **ends)
    alt = _rows_alt(view, title, labels, [before, after])
    id = f"weights-differences-{record.id}"
    drawing = standardised_differences(
        labels, before, after, key=id, alt=alt, axis=view.say("axis_standardised"),
        names=(view.say("weights_before"), view.say("weights_after")),
    )  # fmt: skip
    data = table[["variable", "level"]].assign(before=before, after=after)
    return Figure(id, title, drawing, alt, data, (view.say("note_standardised"),), view.source)


def _coverage(view: View, record: WeightDiagnostics) -> Table:
    columns = [("variable", view.say("weights_group_head"), "text"), ("level", view.say("weights_level_head"), "text")]
    columns += [(name, view.say(f"coverage_{name}_head"), "number") for name in ("frame", "population")]
    columns.append(("coverage", view.say("coverage_head"), "number"))
    columns += [(name, view.say(f"coverage_{name}_head"), "number") for name in ("ratio", "difference")]
    rows = []
    for row in record.coverage.to_dict("records"):
        cells = [Cell(label_of(row, view.edition, "variable")), Cell(label_of(row, view.edition, "level"))]
        cells += [view.count_cell(float(row["frame"])), view.count_cell(float(row["population"]))]
        cells.append(view.number_cell(100 * float(row["coverage"]), 1))
        rows.append([*cells, *(view.number_cell(float(row[name]), 2) for name in ("ratio", "standardised_difference"))])
    notes = (view.say("note_coverage"),)
    return view.table("coverage", view.say("coverage_title"), columns, rows, notes=notes, size="small")
