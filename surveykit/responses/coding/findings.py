"""What coding finds in the answers: declared missing values, numbers out of range, routing that cannot be known."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.errors import first_few
from surveykit.questionnaire import Item, Questionnaire, item_choices, references
from surveykit.questionnaire.definition.structure import flow_of
from surveykit.questionnaire.routing.evaluate import as_number
from surveykit.responses.cells.times import day_month_order, parse_times
from surveykit.responses.coding.decoding import Cells
from surveykit.responses.privacy.free_text import mask_identifiers
from surveykit.responses.results import Finding, RawResponses

__all__ = ["asked_by_answers", "declared_findings", "empty_findings", "range_findings", "repeated_findings"]

Bools = NDArray[np.bool_]
ROWS_SHOWN = 5
_KINDS = {"nr": "blank (nr)", "na": "not asked (na)", "dk": "don't know (dk)", "rf": "refused (rf)"}


def declared_findings(cells: dict[str, Cells]) -> list[Finding]:
    """Say which declared missing values were met, and what they count as."""
    found = []
    for name, part in cells.items():
        if not part.declared:
            continue
        parts = [f"{cell!r} as {_KINDS[kind]} in {count} rows" for cell, (kind, count) in part.declared.items()]
        count = sum(count for _, count in part.declared.values())
        found.append(Finding("declared_missing", f"{name}: declared missing: {first_few(parts)}", name, count))
    return found


def repeated_findings(meta: pd.DataFrame) -> list[Finding]:
    """Say which record ids stand in several rows of a file: repeated instruments, or a file put together twice.

    Parameters
    ----------
    meta : DataFrame
        See `Responses.meta`.

    Returns
    -------
    list of Finding
        None or one; ids are masked where they look like a phone or identity number.
    """
    twice = meta.duplicated(["file", "response_id"], keep=False)
    if not twice.any():
        return []
    counts = meta.loc[twice].groupby(["file", "response_id"], sort=False).size()
    names = [str(name) for _, name in counts.index[:ROWS_SHOWN]]
    shown = tuple(map(int, meta.loc[twice, "row"].to_numpy()[:ROWS_SHOWN]))
    message = (
        f"record ids that stand in several rows, each read as a record of its own: {len(counts)} ids in "
        f"{int(twice.sum())} rows, first {', '.join(mask_identifiers(names))}; "
        "if they are repeated instruments or events, leave one row of each person"
    )
    return [Finding("repeated_record_id", message, count=len(counts), rows=shown)]


def empty_findings(missing: pd.DataFrame, rows: NDArray[np.int64]) -> list[Finding]:
    """Say which records hold no answer at all; linked to a sample they are break-offs, never complete.

    Parameters
    ----------
    missing : DataFrame of category
        Kind of missing by data column.
    rows : (n,) int array
        Row of the file of each record.

    Returns
    -------
    list of Finding
        None or one.
    """
    held = np.zeros(len(missing), dtype=bool)
    for name in missing:
        kinds = missing[name].cat
        places = kinds.categories.get_indexer(pd.Index(["", "dk", "rf"]))
        held |= np.isin(kinds.codes.to_numpy(), places)
    if held.all():
        return []
    shown = tuple(map(int, rows[~held][:ROWS_SHOWN]))
    message = (
        f"records without any answer: {int((~held).sum())}, first in row {', '.join(map(str, shown))}; "
        "they are break-offs (R), as empty returns are"
    )
    return [Finding("no_answer_at_all", message, count=int((~held).sum()), rows=shown)]


def _range(item: Item, what: str, wrong: Bools, raw: RawResponses, shown: list[str]) -> list[Finding]:
    places = np.flatnonzero(wrong)
    if not len(places):
        return []
    rows = tuple(map(int, raw.row_numbers[places[:ROWS_SHOWN]]))
    examples = first_few([shown[p] for p in places[:ROWS_SHOWN]]) if shown else ""
    message = f"{item.id}: {what} in {len(places)} rows{f' ({examples})' if examples else ''}, first in row "
    return [Finding("out_of_range", message + ", ".join(map(str, rows)), item.id, len(places), rows)]


def _numbers(item: Item, values: pd.Series, raw: RawResponses) -> list[Finding]:
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    shown = values.astype("str").fillna("").tolist() if np.isfinite(numbers).any() else []
    low, high = as_number(item.min), as_number(item.max)
    found = []
    with np.errstate(invalid="ignore"):
        if low is not None:
            found += _range(item, f"below the minimum {item.min}", numbers < low, raw, shown)
        if high is not None:
            found += _range(item, f"above the maximum {item.max}", numbers > high, raw, shown)
        scaled = numbers * 10.0**item.decimals
        ragged = np.abs(scaled - np.round(scaled)) > 1e-6 * np.maximum(1.0, np.abs(scaled))
    what = "not a whole number" if item.decimals == 0 else f"more than {item.decimals} decimal places"
    return found + _range(item, what, ragged, raw, shown)


def _dates(item: Item, values: pd.Series, raw: RawResponses) -> list[Finding]:
    order = day_month_order([str(v) for v in values.dropna().unique()])[0] if raw.day_first is None else raw.day_first
    moments = parse_times(values.astype("str").fillna(""), "UTC", order)
    shown = values.astype("str").fillna("").tolist()
    found = []
    for limit, what, sign in ((item.min, "before the first date", -1), (item.max, "after the last date", 1)):
        if limit is not None:
            border = pd.Timestamp(limit, tz="UTC")
            wrong = (moments < border) if sign < 0 else (moments >= border + pd.Timedelta(days=1))
            found += _range(item, f"{what} {limit}", wrong.to_numpy(dtype=bool), raw, shown)
    return found


def _ticks(questionnaire: Questionnaire, item: Item, cells: dict[str, Cells], raw: RawResponses) -> list[Finding]:
    names = [f"{item.id}_{c.code}" for c in item_choices(questionnaire, item) if not c.special]
    held = [cells[name].values.fillna(False).to_numpy(dtype=bool) for name in names if cells[name].in_file]
    if not held:
        return []
    count = np.sum(held, axis=0)
    answered = count > 0
    found = []
    if (most := as_number(item.max)) is not None:
        found += _range(item, f"more than {item.max} options chosen", count > most, raw, [])
    if (fewest := as_number(item.min)) is not None:
        found += _range(item, f"fewer than {item.min} options chosen", answered & (count < fewest), raw, [])
    return found


def range_findings(questionnaire: Questionnaire, cells: dict[str, Cells], raw: RawResponses) -> list[Finding]:
    """Compare numbers, dates and numbers of ticks with the limits of the questionnaire; nothing is changed.

    Parameters
    ----------
    questionnaire : Questionnaire
        Its min, max and decimals.
    cells : dict of str to Cells
        Decoded cells by column.
    raw : RawResponses
        For the rows.

    Returns
    -------
    list of Finding
        Of the kind "out_of_range".
    """
    found = []
    for _, item in flow_of(questionnaire).questions:
        if item.type == "multi":
            found += _ticks(questionnaire, item, cells, raw) if item.min or item.max else []
            continue
        part = cells.get(item.id)
        if part is None or not part.in_file:
            continue
        values = part.values.mask(part.unmapped)
        if item.type == "number":
            found += _numbers(item, values, raw)
        elif item.type == "date" and (item.min or item.max):
            found += _dates(item, values, raw)
        elif item.type == "text" and (most := as_number(item.max)) is not None:
            long = (values.str.len() > most).fillna(False).to_numpy(dtype=bool)
            found += _range(item, f"more than {item.max} characters", long, raw, [])
    return found


def asked_by_answers(
    questionnaire: Questionnaire, cells: dict[str, Cells], asked: pd.DataFrame
) -> tuple[pd.DataFrame, list[Finding]]:
    """Count a question as asked where it is answered if its condition rests on a question that the file does not have.

    Parameters
    ----------
    questionnaire : Questionnaire
        A definition without problems.
    cells : dict of str to Cells
        Decoded cells by column.
    asked : DataFrame of bool
        By replaying the routing, in which a question without a column is unanswered.

    Returns
    -------
    tuple of DataFrame and list of Finding
        Where the answer does not tell, the question stays not asked; one finding names the questions.
    """
    unknown = {
        item.id
        for _, item in flow_of(questionnaire).questions
        if not any(part.in_file for name, part in cells.items() if _belongs(name, item, questionnaire))
    }
    if not unknown:
        return asked, []
    changed: dict[str, pd.Series] = {}
    told = []
    for step, item in flow_of(questionnaire).questions:
        if not {ref.id for ref in references(step.own)} & unknown:
            continue
        names = [str(name) for name in asked if _belongs(str(name), item, questionnaire)]
        there = np.any([cells[n].answered | (cells[n].special > 0) for n in names], axis=0)
        if item.id not in unknown:
            told.append(item.id)
        unknown.add(item.id)
        changed |= {name: asked[name] | there for name in names}
    if not told:
        return asked.assign(**changed), []
    message = (
        "questions whose condition rests on a question that the file does not have; counted as asked where they are "
        f"answered: {first_few(told)}"
    )
    return asked.assign(**changed), [Finding("routing_unknown", message, count=len(told))]


def _belongs(name: str, item: Item, questionnaire: Questionnaire) -> bool:
    if item.type == "grid":
        return name in {f"{item.id}_{row[0]}" for row in item.rows}
    if item.type == "multi":
        return name in {f"{item.id}_{choice.code}" for choice in item_choices(questionnaire, item)}
    return name == item.id
