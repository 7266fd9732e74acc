"""Tables of the quality report: item nonresponse, break-offs by page, interviewers, rates with and without marks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.errors import DataError
from surveykit.questionnaire import Questionnaire, evaluate_frame, parse, questionnaire_variables
from surveykit.questionnaire.definition.structure import flow_of
from surveykit.responses.coding.questions import DONT_KNOW, NOT_ASKED, columns_of_questions, question_kinds
from surveykit.responses.quality.checks import QualityReport, exclude, numeric_answers
from surveykit.responses.results import Responses

__all__ = [
    "break_offs",
    "cleaning_summary",
    "icc_oneway",
    "inconsistency_counts",
    "interviewer_table",
    "item_nonresponse",
    "rates_with_and_without",
]


def item_nonresponse(responses: Responses, questionnaire: Questionnaire) -> pd.DataFrame:
    """Blank, don't know and refused of each column among those who were asked.

    Parameters
    ----------
    responses : Responses
        Coded answers.
    questionnaire : Questionnaire
        Its columns; an item with several answers is one question, whichever of its columns a file has; what no file
        has is left out.

    Returns
    -------
    DataFrame
        column, asked, answered, blank, dont_know, refused, and `share` of the asked without a substantive answer.
    """
    names, kinds = question_kinds(replace(responses, questions=columns_of_questions(questionnaire)))
    rows = []
    for place, name in enumerate(names):
        na, blank, dk, rf, nf = np.bincount(kinds[:, place], minlength=6)[1:].tolist()
        asked = len(kinds) - na - nf
        if nf and nf == len(kinds):
            continue
        share = (blank + dk + rf) / asked if asked else float("nan")
        rows.append((name, asked, asked - blank - dk - rf, blank, dk, rf, share))
    return pd.DataFrame(rows, columns=["column", "asked", "answered", "blank", "dont_know", "refused", "share"])


def break_offs(responses: Responses, questionnaire: Questionnaire) -> pd.DataFrame:
    """Where people stop: the last page with an answer, of records that did not reach the last page they were asked.

    Parameters
    ----------
    responses : Responses
        Coded answers.
    questionnaire : Questionnaire
        Its pages.

    Returns
    -------
    DataFrame
        page, asked (records that the routing takes there), answered (records with an answer there), stopped_here
        (records whose last answer is on this page although a later page asks them a required question).
    """
    page_of = {item.id: (step.page_index, step.page.page) for step, item in flow_of(questionnaire).questions}
    columns: dict[tuple[int, str], list[tuple[str, bool]]] = {}
    for v in questionnaire_variables(questionnaire):
        if not v.other_text:
            columns.setdefault(page_of[v.item], []).append((v.id, v.required))
    n = len(responses.data)
    last_answer = np.full(n, -1)
    last_blank = np.full(n, -1)
    rows = []
    for place, ((_, page), names) in enumerate(sorted(columns.items())):
        asked = np.zeros(n, dtype=bool)
        answered = np.zeros(n, dtype=bool)
        blank = np.zeros(n, dtype=bool)
        for name, required in names:
            kinds = responses.missing[name]
            asked |= (~kinds.isin(["na", "nf"])).to_numpy(dtype=bool)
            answered |= kinds.isin(["", "dk", "rf"]).to_numpy(dtype=bool)
            blank |= (kinds == "nr").to_numpy(dtype=bool) & required
        last_answer[answered] = place
        last_blank[blank] = place
        rows.append([page, int(asked.sum()), int(answered.sum()), 0])
    stopped = last_blank > last_answer
    for place, row in enumerate(rows):
        row[3] = int((stopped & (last_answer == place)).sum())
    return pd.DataFrame(rows, columns=["page", "asked", "answered", "stopped_here"])


def icc_oneway(values: NDArray[np.float64], groups: NDArray[np.int64]) -> float:
    """Intraclass correlation of a one-way analysis of variance with groups of unequal size.

    ``(MSB - MSW) / (MSB + (n0 - 1) MSW)`` with ``n0 = (N - sum n_i^2 / N) / (a - 1)``.

    Parameters
    ----------
    values : (n,) array
        NaN is left out.
    groups : (n,) int array
        Group of each value.

    Returns
    -------
    float
        NaN with fewer than two groups or no variation.
    """
    valid = ~np.isnan(values)
    x, g = values[valid], np.unique(groups[valid], return_inverse=True)[1]
    a, n = (int(g.max()) + 1 if len(g) else 0), len(x)
    if a < 2 or n <= a:
        return float("nan")
    size = np.bincount(g)
    mean = np.bincount(g, x) / size
    between = float((size * (mean - x.mean()) ** 2).sum() / (a - 1))
    within = float(((x - mean[g]) ** 2).sum() / (n - a))
    n0 = (n - (size**2).sum() / n) / (a - 1)
    whole = between + (n0 - 1) * within
    return float((between - within) / whole) if whole > 0 else float("nan")


def interviewer_table(
    responses: Responses, questionnaire: Questionnaire, quality: QualityReport
) -> dict[str, pd.DataFrame]:
    """Differences between interviewers.

    Parameters
    ----------
    responses : Responses
        Coded answers whose `meta` names the interviewer.
    questionnaire : Questionnaire
        Its ordinal columns.
    quality : QualityReport
        Flags, and the rule on interviewers.

    Returns
    -------
    dict of str to DataFrame
        "interviewers": interviewer, records, median_seconds, dont_know (share of asked questions), flagged (share);
        "items": column and ICC. Both empty without interviewers.
    """
    rule = quality.rules.interviewers
    empty = {"interviewers": pd.DataFrame(), "items": pd.DataFrame()}
    if rule is None:
        return empty
    if rule.column not in responses.meta:
        raise DataError(f"the meta data have no column {rule.column!r}, which the rule on interviewers names")
    who = responses.meta[rule.column].astype("str")
    counts = who[who.notna() & (who != "")].value_counts()
    kept = counts.index[counts >= rule.minimum]
    here = who.isin(kept).to_numpy(dtype=bool)
    if not here.any():
        return empty
    kinds = question_kinds(responses)[1]
    asked, unknown = (~np.isin(kinds, NOT_ASKED)).sum(axis=1), (kinds == DONT_KNOW).sum(axis=1)
    table = pd.DataFrame(
        {
            "interviewer": who.to_numpy(),
            "seconds": responses.meta["duration_seconds"].to_numpy(dtype=float, na_value=np.nan),
            "dont_know": unknown / np.maximum(asked, 1),
            "flagged": quality.flags.any(axis=1).to_numpy(),
        }
    )[here]
    summary = table.groupby("interviewer").agg(
        records=("flagged", "size"),
        median_seconds=("seconds", "median"),
        dont_know=("dont_know", "mean"),
        flagged=("flagged", "mean"),
    )
    names = [
        v.id for v in questionnaire_variables(questionnaire) if v.level == "ordinal" and v.kind in ("single", "grid")
    ]
    group = pd.factorize(table["interviewer"])[0]
    x = numeric_answers(responses.data, names)[here]
    items = pd.DataFrame({"column": names, "icc": [icc_oneway(x[:, j], group) for j in range(len(names))]})
    return {"interviewers": summary.reset_index(), "items": items}


def inconsistency_counts(responses: Responses, questionnaire: Questionnaire, quality: QualityReport) -> pd.DataFrame:
    """How often each declared contradiction occurs.

    Parameters
    ----------
    responses, questionnaire, quality
        As for `interviewer_table`.

    Returns
    -------
    DataFrame
        id, severity, when, zh, en, count.
    """
    rows = []
    for rule in quality.rules.inconsistencies:
        found = evaluate_frame(parse(rule.when, questionnaire), responses.data, responses.missing)
        rows.append((rule.id, rule.severity, rule.when, rule.zh, rule.en, int(found.sum())))
    return pd.DataFrame(rows, columns=["id", "severity", "when", "zh", "en", "count"])


def rates_with_and_without(
    headline: pd.DataFrame, quality: QualityReport, weights: NDArray[np.float64] | None = None
) -> pd.DataFrame:
    """Headline rates over all records, without each kind of marked records, and without those with enough flags.

    Parameters
    ----------
    headline : DataFrame
        One column for each rate, 0/1 with NaN outside the base, rows as in the responses.
    quality : QualityReport
        Flags.
    weights : (n,) array, optional
        Base weights, 0 for records that do not count; adds the weighted columns.

    Returns
    -------
    DataFrame
        rate, without ("" for all records, a check, or "enough_flags"), estimate, records, difference from all records,
        and with weights weighted and weighted_difference.

    Raises
    ------
    DataError
        If the rows of rates and checks are not the same.
    """
    if len(headline) != len(quality.flags):
        raise DataError(f"the rates have {len(headline)} rows and the checks {len(quality.flags)}")
    drops = {"": np.zeros(len(headline), dtype=bool)}
    drops |= {str(name): quality.flags[name].to_numpy(dtype=bool) for name in quality.flags}
    drops["enough_flags"] = exclude(quality).to_numpy(dtype=bool)
    rows = []
    for rate in map(str, headline):
        x = headline[rate].to_numpy(dtype=float, na_value=np.nan)
        known = ~np.isnan(x)
        for name, gone in drops.items():
            kept = known & ~gone
            estimate, weighted = _mean(x, kept), _mean(x, kept, weights)
            plain = (rate, name, estimate, int(kept.sum()), estimate - _mean(x, known))
            rows.append((*plain, weighted, weighted - _mean(x, known, weights)))
    columns = ["rate", "without", "estimate", "records", "difference", "weighted", "weighted_difference"]
    table = pd.DataFrame(rows, columns=columns)
    return table if weights is not None else table[columns[:5]]


def _mean(x: NDArray[np.float64], kept: NDArray[np.bool_], weights: NDArray[np.float64] | None = None) -> float:
    weight = kept.astype(float) if weights is None else np.where(kept, weights, 0.0)
    total = weight.sum()
    return float((weight * np.where(kept, x, 0.0)).sum() / total) if total > 0 else float("nan")


def cleaning_summary(quality: QualityReport) -> pd.DataFrame:
    """The cleaning log by reason and district.

    Parameters
    ----------
    quality : QualityReport
        With its log.

    Returns
    -------
    DataFrame
        district, check, marked, excluded.
    """
    if not len(quality.log):
        return pd.DataFrame(columns=["district", "check", "marked", "excluded"])
    log = quality.log.assign(district=quality.log["district"].astype("str").fillna(""))
    table = log.groupby(["district", "check", "action"]).size().unstack("action", fill_value=0)
    return table.reindex(columns=["marked", "excluded"], fill_value=0).reset_index().rename_axis(columns=None)
