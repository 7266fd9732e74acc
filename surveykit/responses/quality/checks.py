"""Check the quality of coded answers: mark, check, exclude."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.display import NamedTable, Presentation, Shown
from surveykit.questionnaire import Questionnaire, evaluate_frame, parse, questionnaire_variables
from surveykit.responses.coding.questions import NOT_ASKED, question_kinds
from surveykit.responses.quality.duplicates import duplicate_flags, near_duplicate_flags
from surveykit.responses.quality.patterns import all_equal, irv, longstring, mahalanobis
from surveykit.responses.quality.rules import QualityRules
from surveykit.responses.quality.speed import speed_flags
from surveykit.responses.results import Responses

__all__ = ["FAMILIES", "QualityReport", "check_quality", "exclude", "grid_columns", "numeric_answers"]

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

ROWS_AT_ONCE = 100_000
FAMILIES: dict[str, str] = {
    "speeder": "time",
    "straight_line": "pattern",
    "longstring": "pattern",
    "low_variability": "pattern",
    "mahalanobis": "outlier",
    "duplicate_token": "duplicate",
    "same_answers": "duplicate",
    "near_duplicate": "duplicate",
    "item_nonresponse": "nonresponse",
    "inconsistent": "inconsistency",
}


@dataclass(frozen=True)
class QualityReport(Shown):
    """What the checks found.

    Attributes
    ----------
    flags : DataFrame of bool
        Index of the responses, one column per check.
    excluded : Series of bool
        Records that the rules exclude; all False when the action is "mark".
    indices : DataFrame
        The numbers behind the flags (seconds, threshold, longest run, ...).
    table : DataFrame
        check, family, count, share: one row per check, and "two_or_more" families together.
    log : DataFrame
        One row per flagged record and check: response_id, unit_id, district, check, family, action.
    rules : QualityRules
        The rules used.
    notes : tuple of str
        Checks that were left out, and why.
    """

    flags: pd.DataFrame
    excluded: pd.Series
    indices: pd.DataFrame
    table: pd.DataFrame
    log: pd.DataFrame
    rules: QualityRules
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        found = ", ".join(f"{name} {int(count)}" for name, count in self.flags.sum().items())
        return f"<QualityReport {len(self.flags)} records: {found}; excluded {int(self.excluded.sum())}>"

    def presentation(self) -> Presentation:
        """Return the checks with their counts; the log of records is not shown."""
        title = ("数据质量检查", "Quality checks")
        left = int(self.excluded.sum())
        note = (
            f"{len(self.flags)} 份答卷，剔除 {left} 份；标记不等于剔除。",
            f"{len(self.flags)} records, {left} excluded; a mark is no exclusion",
        )
        return Presentation(title, (NamedTable(title, self.table),), (note,))


def grid_columns(questionnaire: Questionnaire) -> dict[str, list[str]]:
    """Columns of each grid, by item.

    Parameters
    ----------
    questionnaire : Questionnaire
        A definition without problems.

    Returns
    -------
    dict of str to list of str
    """
    grids: dict[str, list[str]] = {}
    for variable in questionnaire_variables(questionnaire):
        if variable.kind == "grid":
            grids.setdefault(variable.item, []).append(variable.id)
    return grids


def numeric_answers(data: pd.DataFrame, columns: list[str]) -> Floats:
    """Codes of some columns as numbers.

    Parameters
    ----------
    data : DataFrame
        Coded answers.
    columns : list of str
        Columns in the wanted order.

    Returns
    -------
    (n, k) array
        NaN where missing or not a number.
    """
    parts = [pd.to_numeric(data[name], errors="coerce").to_numpy(dtype=float, na_value=np.nan) for name in columns]
    return np.column_stack(parts) if parts else np.empty((len(data), 0))


def _patterns(
    responses: Responses, questionnaire: Questionnaire, rules: QualityRules, indices: dict[str, Floats]
) -> dict[str, Bools]:
    rule = rules.straight_lining
    grids = grid_columns(questionnaire)
    if rule is None or not grids:
        return {}
    n = len(responses.data)
    straight, longest, spread = np.zeros(n, dtype=bool), np.zeros(n), np.full(n, np.nan)
    join = np.logical_or if rule.grids == "any" else np.logical_and
    for start in range(0, n, ROWS_AT_ONCE):  # every index is one person's: the codes of all are never held as numbers
        here = slice(start, start + ROWS_AT_ONCE)
        answers = {item: numeric_answers(responses.data.iloc[here], columns) for item, columns in grids.items()}
        straight[here] = join.reduce([all_equal(x, rule.minimum_rows) for x in answers.values()])
        combined = np.column_stack(list(answers.values()))
        longest[here] = longstring(combined)[0]
        spread[here] = irv(combined)
    indices["longstring"] = longest
    indices["irv"] = spread
    flags = {"straight_line": straight}
    if rule.longstring is not None:
        flags["longstring"] = longest >= rule.longstring
    if rule.irv_below is not None:
        with np.errstate(invalid="ignore"):
            flags["low_variability"] = spread < rule.irv_below
    return flags


def _outliers(
    responses: Responses, questionnaire: Questionnaire, rules: QualityRules, indices: dict[str, Floats]
) -> dict[str, Bools]:
    rule = rules.mahalanobis
    if rule is None:
        return {}
    columns = list(rule.columns) or [
        v.id for v in questionnaire_variables(questionnaire) if v.level == "ordinal" and v.kind in ("single", "grid")
    ]
    distance, flags, _ = mahalanobis(numeric_answers(responses.data, columns), rule.confidence)
    indices["mahalanobis"] = distance
    return {"mahalanobis": flags}


def _item_nonresponse(responses: Responses, rules: QualityRules, indices: dict[str, Floats]) -> dict[str, Bools]:
    rule = rules.nonresponse
    if rule is None:
        return {}
    _, kinds = question_kinds(responses)
    asked = (~np.isin(kinds, NOT_ASKED)).sum(axis=1)
    counted = [place for place, name in enumerate(("", "na", "nr", "dk", "rf")) if name in rule.kinds]
    share = np.isin(kinds, counted).sum(axis=1) / np.maximum(asked, 1)
    indices["item_nonresponse"] = share
    return {"item_nonresponse": share > rule.above}


def _inconsistent(responses: Responses, questionnaire: Questionnaire, rules: QualityRules) -> dict[str, Bools]:
    hard = [rule for rule in rules.inconsistencies if rule.severity == "hard"]
    if not hard:
        return {}
    found = np.zeros(len(responses.data), dtype=bool)
    for rule in hard:
        found |= evaluate_frame(parse(rule.when, questionnaire), responses.data, responses.missing)
    return {"inconsistent": found}


def check_quality(
    responses: Responses, questionnaire: Questionnaire, rules: QualityRules | None = None
) -> QualityReport:
    """Check coded answers and mark what is doubtful; nothing is dropped.

    Parameters
    ----------
    responses : Responses
        Coded answers.
    questionnaire : Questionnaire
        Its grids, scales and routing.
    rules : QualityRules, optional
        Which checks, and whether records with enough flags are excluded; by default they are only marked.

    Returns
    -------
    QualityReport
        Flags by record, the records that the rules exclude, and the log.

    Notes
    -----
    Flags of one family are not independent: a record with a straight-lined grid has a long run as well. The rule
    counts families. See docs/methods/responses.md for the formulas.
    """
    rules = QualityRules() if rules is None else rules
    indices: dict[str, Floats] = {}
    found: dict[str, Bools] = {}
    notes: list[str] = []
    checks: tuple[Callable[[], dict[str, Bools]], ...] = (
        lambda: speed_flags(responses, rules.speeders, indices),
        lambda: _patterns(responses, questionnaire, rules, indices),
        lambda: _outliers(responses, questionnaire, rules, indices),
        lambda: duplicate_flags(responses, rules.duplicates, indices),
        lambda: near_duplicate_flags(responses, questionnaire, rules.near_duplicates, indices, notes),
        lambda: _item_nonresponse(responses, rules, indices),
        lambda: _inconsistent(responses, questionnaire, rules),
    )
    for check in checks:
        found.update(check())
    flags = pd.DataFrame(found, index=responses.data.index)
    families = pd.DataFrame(
        {f: flags[[str(c) for c in flags if FAMILIES[str(c)] == f]].any(axis=1) for f in _families(flags)}
    )
    enough = families.sum(axis=1) >= rules.minimum_flags
    excluded = (enough if rules.action == "exclude" else pd.Series(False, index=flags.index)).rename("excluded")
    return QualityReport(
        flags=flags,
        excluded=excluded,
        indices=pd.DataFrame(indices, index=flags.index),
        table=_summary(flags, enough),
        log=_cleaning_log(responses, flags, excluded),
        rules=rules,
        notes=tuple(notes),
    )


def exclude(quality: QualityReport, *, minimum_flags: int | None = None) -> pd.Series:
    """Say which records would be excluded, whatever the rules' action is.

    Parameters
    ----------
    quality : QualityReport
        From `check_quality`.
    minimum_flags : int, optional
        Families of flags needed; that of the rules by default.

    Returns
    -------
    Series of bool
    """
    needed = quality.rules.minimum_flags if minimum_flags is None else minimum_flags
    parts = [
        quality.flags[[str(c) for c in quality.flags if FAMILIES[str(c)] == f]].any(axis=1)
        for f in _families(quality.flags)
    ]
    return (pd.concat(parts, axis=1).sum(axis=1) >= needed).rename("excluded")


def _families(flags: pd.DataFrame) -> list[str]:
    return list(dict.fromkeys(FAMILIES[str(name)] for name in flags))


def _summary(flags: pd.DataFrame, enough: pd.Series) -> pd.DataFrame:
    n = max(len(flags), 1)
    rows = [(name, FAMILIES[str(name)], int(flags[name].sum())) for name in flags]
    rows.append(("enough_flags", "", int(enough.sum())))
    table = pd.DataFrame(rows, columns=["check", "family", "count"])
    return table.assign(share=table["count"] / n)


def _cleaning_log(responses: Responses, flags: pd.DataFrame, excluded: pd.Series) -> pd.DataFrame:
    parts = []
    place = responses.data["district"] if "district" in responses.data else pd.Series("", index=flags.index)
    for name in map(str, flags):
        rows = flags.index[flags[name]]
        parts.append(
            pd.DataFrame(
                {
                    "response_id": responses.meta.loc[rows, "response_id"],
                    "unit_id": responses.meta.loc[rows, "unit_id"],
                    "district": place.loc[rows],
                    "check": name,
                    "family": FAMILIES[str(name)],
                    "action": np.where(excluded.loc[rows], "excluded", "marked"),
                }
            )
        )
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
