"""From estimates to the figures that may be published: one table, in which a withheld number is no longer there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from surveykit.errors import DataError, choose, first_few
from surveykit.report.content.inputs import EstimatesLike, ReportInput
from surveykit.report.content.numbers import rounded
from surveykit.report.publishing.differencing import (
    SMALL_BASE,
    base_differences,
    hide_with_neighbours,
    protect_bases,
    rounded_people,
)
from surveykit.report.publishing.standards import acs_reliability, nchs_count, nchs_proportion
from surveykit.report.publishing.suppression import suppress_counts

__all__ = ["DEFAULT_RULES", "PUBLISHED_COLUMNS", "PublicationRules", "publish", "publish_topline"]

Standard = Literal["nchs2017", "acs", "none"]

PUBLISHED_COLUMNS = (
    "indicator",
    "kind",
    "by",
    "level",
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
    "df",
    "deff",
    "n",
    "n_eff",
    "status",
    "reason",
)
_VALUES = ["estimate", "std_error", "conf_low", "conf_high", "df", "deff", "n_eff"]


@dataclass(frozen=True)
class PublicationRules:
    """What is held back, and why.

    Attributes
    ----------
    standard : {"nchs2017", "acs", "none"}
        Reliability rule: NCHS 2017 for rates with that of 2023 for scores, coefficients of variation as users of the
        American Community Survey judge them, or none. Confidentiality does not depend on it.
    smallest_count : int
        Unweighted counts from 1 to one less are confidential.
    round_counts_to : int
        With 1 all numbers of respondents are exact, and the report says so and what follows from it. With more they are
        protected: rounded to multiples of this (of ``smallest_count`` at least) in every table, text and file, together
        with everything that they could be solved for from
        (:func:`surveykit.report.publishing.differencing.protect_bases`).
    """

    standard: Standard = "nchs2017"
    smallest_count: int = 5
    round_counts_to: int = 1

    def __post_init__(self) -> None:
        choose("standard", self.standard, get_args(Standard))
        if self.smallest_count < 1 or self.round_counts_to < 1:
            raise DataError("smallest_count and round_counts_to must be 1 or more")

    @property
    def base(self) -> int:
        """What numbers of respondents are rounded to; 1 when they are exact."""
        return 1 if self.exact else max(self.round_counts_to, self.smallest_count)

    @property
    def exact(self) -> bool:
        """Whether numbers of respondents are exact."""
        return self.round_counts_to == 1

    def people(self, count: float) -> float:
        """Return a number of respondents as it may be shown."""
        return float(count) if self.exact else float(rounded_people(count, self.base))


DEFAULT_RULES = PublicationRules()


def publish(report: ReportInput, rules: PublicationRules = DEFAULT_RULES) -> pd.DataFrame:
    """Make the one table of figures that every output is written from.

    Parameters
    ----------
    report : ReportInput
        Estimates by city and by each grouping.
    rules : PublicationRules
        What is withheld.

    Returns
    -------
    DataFrame
        One row an indicator, grouping and level, columns PUBLISHED_COLUMNS. ``by`` is "city" or the grouping,
        ``level`` its value ("" for the city). ``status`` is "" (shown), "rv" (shown, for statistical review),
        "u" (withheld as unreliable), "c" (withheld as confidential) or "x" (no data); withheld rows hold no numbers
        but n, and confidential rows not even that.

    Raises
    ------
    DataError
        When the city's figures or a required column are missing.
    """
    return _withhold(_tidied(report), rules)


def unprotected(report: ReportInput, rules: PublicationRules) -> pd.DataFrame:
    """Return the rows of :func:`publish` with all their numbers, to compare outputs with; never to be published."""
    table = _tidied(report)
    _reliability(table, rules)
    return table


def _tidied(report: ReportInput) -> pd.DataFrame:
    if "city" not in report.estimates:
        raise DataError("the report has no estimates under the key 'city': estimate the indicators with by=None")
    kinds = {indicator.id: indicator.kind for indicator in report.indicators}
    parts = [_tidy(key, estimates, kinds) for key, estimates in report.estimates.items()]
    parts.append(_absent_districts(report, parts))
    table = pd.concat([part for part in parts if len(part)], ignore_index=True)
    return _in_report_order(table, report)


def table_of(estimates: EstimatesLike | pd.DataFrame) -> pd.DataFrame:
    """Return the tidy table of estimates, or the table itself."""
    return estimates if isinstance(estimates, pd.DataFrame) else estimates.table


def recipe_of(report: ReportInput, key: str) -> Mapping[str, object]:
    """Return how the estimates under a key were made; empty when nobody recorded it."""
    found = getattr(report.estimates[key], "recipe", None)
    return dict(found) if isinstance(found, Mapping) else dict(report.recipes.get(key, {}))


def _tidy(key: str, estimates: EstimatesLike | pd.DataFrame, kinds: Mapping[str, str]) -> pd.DataFrame:
    source = table_of(estimates)
    needed = ["variable", "estimate", "std_error", "conf_low", "conf_high", "n"] + ([] if key == "city" else [key])
    lacking = [column for column in needed if column not in source.columns]
    if lacking:
        raise DataError(f"estimates {key!r} lack columns {first_few(lacking)}")
    source = source[source["variable"].isin(list(kinds))]
    tidy = pd.DataFrame(
        {
            "indicator": source["variable"].astype(str).to_numpy(),
            "kind": [kinds[str(name)] for name in source["variable"]],
            "by": key,
            "level": "" if key == "city" else source[key].astype(str).to_numpy(),
        }
    )
    for column in ("estimate", "std_error", "conf_low", "conf_high", "df", "deff", "n", "n_eff", "positives"):
        values = source[column] if column in source.columns else pd.Series(np.nan, index=source.index)
        tidy[column] = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    return tidy


def _absent_districts(report: ReportInput, parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Rows without data for districts in which nobody answered, so that they are named and not forgotten."""
    if "district" not in report.estimates:
        return pd.DataFrame()
    given = pd.concat(parts)
    given = given[given["by"] == "district"]
    known = set(zip(given["indicator"], given["level"], strict=True))
    rows = [
        {"indicator": indicator.id, "kind": indicator.kind, "by": "district", "level": str(district), "n": 0.0}
        for indicator in report.indicators
        for district in report.regions["district"]
        if (indicator.id, str(district)) not in known and indicator.id in set(given["indicator"])
    ]
    return pd.DataFrame(rows)


def _in_report_order(table: pd.DataFrame, report: ReportInput) -> pd.DataFrame:
    levels = {"district": [str(district) for district in report.regions["district"]]}
    levels.update({group.id: list(group.levels) for group in report.groups})
    indicators = [indicator.id for indicator in report.indicators]
    keys = list(report.estimates)
    position = [
        (
            keys.index(by),
            indicators.index(indicator),
            levels[by].index(level) if by in levels and level in levels[by] else len(levels.get(by, ())),
        )
        for by, indicator, level in zip(table["by"], table["indicator"], table["level"], strict=True)
    ]
    unknown = [
        level
        for by, level in zip(table["by"], table["level"], strict=True)
        if by == "district" and level not in levels["district"]
    ]
    if unknown:
        raise DataError(f"estimates by district name districts that the regions table lacks, {first_few(unknown)}")
    order = sorted(range(len(table)), key=lambda row: position[row])
    return table.iloc[order].reset_index(drop=True)


def _withhold(table: pd.DataFrame, rules: PublicationRules) -> pd.DataFrame:
    table = table.copy()
    status = np.full(len(table), "", dtype=object)
    reason = np.full(len(table), "", dtype=object)
    verdict = _reliability(table, rules)
    if verdict is not None:
        status[verdict["status"] == "suppress"] = "u"
        status[verdict["status"] == "review"] = "rv"
        judged = (verdict["status"] != "present").to_numpy()
        reason[judged] = verdict["reason"][judged]
    empty = (table["n"].fillna(0) == 0).to_numpy() | table["estimate"].isna().to_numpy()
    small = _small(table, rules.smallest_count)
    status[small], reason[small] = "c", "small_count"
    beside = hide_with_neighbours(table, small & ~empty) & ~small & ~empty
    status[beside], reason[beside] = "c", "complementary"
    status[empty], reason[empty] = "x", "no_data"
    differing = base_differences(table, rules.smallest_count)
    if not rules.exact:
        table = protect_bases(table, rules.base)
    withheld = np.isin(status, ["u", "c", "x"])
    table.loc[withheld, _VALUES] = np.nan
    table.loc[status == "c", "n"] = np.nan
    made = table.assign(status=status, reason=reason)[list(PUBLISHED_COLUMNS)]
    made.attrs["differing"] = int(differing.sum())
    return made


def _reliability(table: pd.DataFrame, rules: PublicationRules) -> pd.DataFrame | None:
    """Judge every row by the standard; fills in effective sizes of rates that lack them."""
    if rules.standard == "none":
        return None
    if rules.standard == "acs":
        return acs_reliability(table["estimate"], table["std_error"])
    df, rates = table["df"].fillna(np.inf), (table["kind"] == "rate").to_numpy()
    rate = nchs_proportion(table["estimate"], table["std_error"], table["n"], df)
    effective = table["n_eff"].fillna(table["n"])
    mean = nchs_count(table["estimate"], table["conf_low"], table["conf_high"], effective, df)
    table["n_eff"] = table["n_eff"].where(table["n_eff"].notna() | ~rates, rate["n_eff"])
    return pd.DataFrame({name: np.where(rates, rate[name], mean[name]) for name in ("status", "reason")})


def _small(table: pd.DataFrame, smallest: int) -> np.ndarray:
    """Cells of fewer people than the rule allows, or whose few people would stand out against the rest of the cell."""

    def between(values: pd.Series) -> np.ndarray:
        counts = values.to_numpy(dtype=float)
        return (counts > 0) & (counts < smallest)

    return np.asarray(between(table["n"]) | between(table["positives"]) | between(table["n"] - table["positives"]))


def publish_topline(report: ReportInput, rules: PublicationRules = DEFAULT_RULES) -> pd.DataFrame | None:
    """Withhold small counts of answers, with a second one where the answers of a question add up to its base.

    Parameters
    ----------
    report : ReportInput
        Questions and their topline.
    rules : PublicationRules
        The smallest count that may be shown.

    Returns
    -------
    DataFrame or None
        The topline with columns ``status`` and ``decimals`` (of the percentages); withheld rows hold no numbers, and a
        question with a withheld answer has no "top2". None without a topline.
    """
    if report.topline is None:
        return None
    table = report.topline.astype({"question": str, "code": str, "n": float}).reset_index(drop=True).assign(status="")
    several = {question.id for question in report.questions if question.kind == "multi"}
    for question in table["question"].unique():
        rows = table.index[(table["question"] == question) & (table["code"] != "top2")]
        counts = table.loc[rows, "n"].to_numpy(dtype=float)
        if question in several:
            hidden = (counts > 0) & (counts < rules.smallest_count)
        else:
            given = counts > 0
            hidden = np.zeros(len(counts), dtype=bool)
            if given.sum() > 1:
                hidden[given] = suppress_counts(counts[given], smallest=rules.smallest_count, protection=0.0)
        if hidden.any():
            table.loc[rows[hidden], "status"] = "c"
            table = table.drop(table.index[(table["question"] == question) & (table["code"] == "top2")])
    bases = table["question"].map(table[table["code"] != "top2"].groupby("question")["n"].sum())
    table.loc[table["status"] == "c", ["n", "estimate", "conf_low", "conf_high"]] = np.nan
    table["decimals"] = 1
    if not rules.exact:
        table["decimals"] = (bases >= SMALL_BASE).astype(int)
        table["n"] = rounded_people(table["n"].to_numpy(dtype=float), rules.base)
        for name in ("estimate", "conf_low", "conf_high"):
            table[name] = [rounded(v, 2 + d) for v, d in zip(table[name], table["decimals"], strict=True)]
    return table.reset_index(drop=True)
