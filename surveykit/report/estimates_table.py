"""Every published estimate in one long table, one a row: the first sheet of the workbook."""

from __future__ import annotations

from surveykit.report import numbers
from surveykit.report.document import Cell, Table
from surveykit.report.view import Shown, View, band_of

__all__ = ["estimates_table"]


def estimates_table(view: View) -> Table:
    """Make the table of all published estimates.

    Parameters
    ----------
    view : View
        The edition.

    Returns
    -------
    Table
        Indicator, grouping and level with their ids and names, the estimate with its interval and standard error in
        the unit of print, bases, the set of possible ranks and the band where districts are ranked, and the rule that
        withheld a figure. Its cells are those of the report's own tables.
    """
    ranks = _ranks(view)
    rows, used = [], []
    for indicator in view.report.indicators:
        for by in ("city", "district", *view.groups):
            for figure in view.figures(indicator.id, by):
                used.append(figure)
                rows.append(_row(view, figure, ranks))
    interval = view.say("interval_head", level=view.level_percent)
    columns = [
        ("indicator_id", view.say("indicator_id_head"), "text"),
        ("indicator", view.say("indicator_head"), "text"),
        ("by_id", view.say("group_id_head"), "text"),
        ("by", view.say("group_head"), "text"),
        ("level_id", view.say("level_id_head"), "text"),
        ("level", view.say("level_head"), "text"),
        ("unit", view.say("unit_head"), "text"),
        ("estimate", view.say("estimate_head"), "number"),
        ("std_error", view.say("std_error_head"), "number"),
        ("interval", interval, "number"),
        ("deff", view.say("deff_head"), "number"),
        ("n", view.say("n_head"), "number"),
        ("n_eff", view.say("n_eff_head"), "number"),
        ("ranks", view.say("ranks_head"), "number"),
        ("band", view.say("band_head"), "text"),
        ("reason", view.say("reason_head"), "text"),
    ]
    return view.table("estimates", view.say("data_title"), columns, rows, notes=view.sign_notes(used))


def _row(view: View, figure: Shown, ranks: dict[tuple[str, str], tuple[Cell, Cell]]) -> list[Cell]:
    unit = "unit_of_rate" if figure.kind == "rate" else "unit_of_score"
    ranked = None if figure.by != "district" or figure.withheld else ranks.get((figure.indicator, figure.level))
    n_eff = float(round(figure.n_eff)) if figure.n_eff >= 0 else None
    return [
        Cell(figure.indicator),
        Cell(view.text(view.indicators[figure.indicator].name)),
        Cell(figure.by),
        Cell(view.group_name(figure.by)),
        Cell(figure.level),
        Cell(figure.label),
        Cell(view.say(unit)),
        view.value_cell(figure),
        view.number_cell(figure.std_error, exact=figure.exact[3]),
        view.interval_cell(figure),
        view.number_cell(figure.deff),
        view.count_cell(figure.n),
        Cell(numbers.count(figure.n_eff), n_eff),
        *(ranked or (Cell(""), Cell(""))),
        Cell(figure.reason),
    ]


def _ranks(view: View) -> dict[tuple[str, str], tuple[Cell, Cell]]:
    """Return the possible ranks and the band by indicator and district."""
    return {
        (indicator, str(row["district"])): (
            view.ranks_cell(row["rank_low"], row["rank_high"]),
            Cell(view.say("band_" + band_of(row["band"]))),
        )
        for indicator, table in view.report.ranks.items()
        for row in table.to_dict("records")
    }
