"""Field visits and evidence: checklists become values by district, with the error of sampled sites."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from surveykit.design import SurveyDesign
from surveykit.errors import DataError, first_few
from surveykit.estimation import Mean, estimate

__all__ = ["FieldResults", "summarise_evidence", "summarise_field_visits"]


@dataclass(frozen=True)
class FieldResults:
    """Values of field visits.

    Attributes
    ----------
    table : DataFrame
        district, criterion, value, unit, std_error, df, sites: rows for the table of the other methods.
    covariance : DataFrame
        district, criterion, with, covariance: between criteria that were checked at the same sites, each pair once.
    """

    table: pd.DataFrame
    covariance: pd.DataFrame = field(repr=False)


def _require(table: pd.DataFrame, columns: tuple[str, ...], what: str) -> None:
    absent = [name for name in columns if name not in table.columns]
    if absent:
        raise DataError(f"{what}: columns {', '.join(absent)} are missing; it needs {', '.join(columns)}")


def _site_table(visits: pd.DataFrame) -> pd.DataFrame:
    """One row for each site, one column for each criterion: the mean over its check points."""
    _require(visits, ("district", "site", "criterion", "value"), "visits")
    rows = visits.assign(value=pd.to_numeric(visits["value"], errors="coerce"))
    bad = np.flatnonzero(~rows["value"].between(0, 1))
    if bad.size:
        raise DataError(f"visits: values that are not between 0 and 1 in rows {first_few(bad + 2)} (header is row 1)")
    if "stratum" not in rows:
        rows = rows.assign(stratum="")
    keys = ["district", "stratum", "site"]
    wide = rows.pivot_table(index=keys, columns="criterion", values="value", aggfunc="mean", observed=True)
    moved = wide.reset_index().groupby(["district", "site"])["stratum"].nunique()
    if (moved > 1).any():
        raise DataError(f"visits: sites in more than one stratum ({first_few(moved.index[moved > 1])}); keep one")
    names = list(wide.columns)
    lacking = wide.isna().groupby("district")
    gaps = (lacking.any() & ~lacking.all()).any(axis=1)
    if gaps.any():
        raise DataError(
            f"visits: some sites lack a criterion in {first_few(gaps.index[gaps])}; check the same list at every site "
            f"({', '.join(map(str, names))})"
        )
    return wide.reset_index()


def summarise_field_visits(visits: pd.DataFrame, sites: pd.DataFrame | None = None) -> FieldResults:
    """Estimate each district's mean over all its sites from the sites that were visited.

    Parameters
    ----------
    visits : DataFrame
        district, site, criterion, value (0 to 1; several rows of a site and criterion are its check points and are
        averaged) and, when sites were sampled by type, stratum.
    sites : DataFrame, optional
        district, (stratum,) sites: how many there are. Gives weights and the finite population correction; a district
        whose sites were all visited has no sampling error. Without it sites weigh the same and no correction is made.

    Returns
    -------
    FieldResults

    Raises
    ------
    DataError
        For values outside 0 to 1, sites without a criterion, one visited site in a stratum of more, or more visited
        sites than there are.

    Notes
    -----
    Stratified simple random sampling of sites; variance by linearization of the estimation room, degrees of freedom
    visited sites minus strata within the district. Criteria checked at the same sites are correlated, and the
    covariance keeps that.

    Examples
    --------
    >>> visits = pd.DataFrame({"district": ["a"] * 4, "site": [1, 2, 3, 4], "criterion": ["tidy"] * 4,
    ...     "value": [1.0, 0.5, 1.0, 0.5]})
    >>> summarise_field_visits(visits).table[["value", "std_error"]].round(4).to_numpy().tolist()
    [[0.75, 0.1443]]
    """
    wide = _site_table(visits)
    names = [name for name in wide.columns if name not in ("district", "stratum", "site")]
    design, counts = _site_design(wide, sites)
    tables, pairs = [], []
    found = estimate(design, [Mean(str(name)) for name in names], by="district")
    for district, rows in found.table.groupby("district", sort=False, observed=True):
        here = rows[rows["estimate"].notna()]
        places = here.index.to_numpy(dtype=np.intp)
        covariance = found.covariance[np.ix_(places, places)]
        block = pd.DataFrame(
            {
                "district": district,
                "criterion": here["variable"].to_numpy(),
                "value": here["estimate"].to_numpy(dtype=float),
                "unit": "share of check points met",
                "std_error": np.sqrt(np.diag(covariance)),
                "df": here["df"].to_numpy(dtype=float),
                "sites": counts[str(district)],
            }
        )
        tables.append(block)
        upper = np.triu_indices(len(here), 1)
        variables = here["variable"].to_numpy()
        pairs.append(
            pd.DataFrame(
                {
                    "district": district,
                    "criterion": variables[upper[0]],
                    "with": variables[upper[1]],
                    "covariance": covariance[upper],
                }
            )
        )
    return FieldResults(pd.concat(tables, ignore_index=True), pd.concat(pairs, ignore_index=True))


def _site_design(wide: pd.DataFrame, sites: pd.DataFrame | None) -> tuple[SurveyDesign, dict[str, int]]:
    wide = wide.rename(columns=str)
    wide["district"] = wide["district"].astype(str)
    wide["layer"] = wide["district"] + "/" + wide["stratum"].astype(str)
    visited = wide.groupby("layer")["site"].nunique()
    counts = {str(k): int(v) for k, v in wide.groupby("district")["site"].nunique().items()}
    if sites is None:
        return SurveyDesign(wide.assign(weight=1.0), weights="weight", strata="layer"), counts
    _require(sites, ("district", "sites"), "sites")
    stratum = sites["stratum"].astype(str) if "stratum" in sites else ""
    totals = pd.Series(
        pd.to_numeric(sites["sites"]).to_numpy(), index=sites["district"].astype(str) + "/" + stratum, dtype=float
    )
    absent = [layer for layer in visited.index if layer not in totals.index]
    if absent or totals.index.has_duplicates:
        raise DataError(f"sites: no single count for {first_few(absent or totals.index[totals.index.duplicated()])}")
    over = [layer for layer in visited.index if visited[layer] > totals[layer]]
    if over:
        raise DataError(f"sites: more sites visited than there are in {first_few(over)}; correct the counts")
    wide["population"] = wide["layer"].map(totals)
    return SurveyDesign(wide, strata="layer", population_size="population"), counts


def summarise_evidence(
    items: pd.DataFrame, *, undecided: Literal["not_passed", "left_out"] = "not_passed"
) -> pd.DataFrame:
    """Turn verdicts on uploaded evidence into the share of items that passed.

    Parameters
    ----------
    items : DataFrame
        district, criterion, item, passed ("1"/"0", true/false, or blank when there is no verdict).
    undecided : str
        Blank verdicts count as not passed, or are left out.

    Returns
    -------
    DataFrame
        district, criterion, value, unit: rows for the table of the other methods; no sampling error.

    Raises
    ------
    DataError
        For another verdict, or an item given twice.

    Examples
    --------
    >>> items = pd.DataFrame({"district": ["a", "a"], "criterion": ["plan", "plan"], "item": [1, 2], "passed": [1, 0]})
    >>> summarise_evidence(items)["value"].tolist()
    [0.5]
    """
    _require(items, ("district", "criterion", "item", "passed"), "items")
    known = {"1": 1.0, "1.0": 1.0, "true": 1.0, "0": 0.0, "0.0": 0.0, "false": 0.0, "": np.nan, "nan": np.nan}
    known |= {"none": np.nan, "<na>": np.nan}
    texts = items["passed"].astype(object).map(lambda verdict: str(verdict).strip().lower())
    strange = items.loc[~texts.isin(list(known)), "passed"]
    if len(strange):
        raise DataError(f"items: verdicts other than 1, 0 or blank ({first_few(strange.tolist())}); correct them")
    keys = ["district", "criterion", "item"]
    twice = items.loc[items.duplicated(keys), keys]
    if len(twice):
        raise DataError(f"items: given twice ({first_few(twice.itertuples(index=False, name=None))}); keep one verdict")
    passed = texts.map(known).astype(float)
    if undecided == "not_passed":
        passed = passed.fillna(0.0)
    grouped = items.assign(passed=passed).groupby(["district", "criterion"], sort=False)["passed"]
    found = pd.DataFrame({"value": grouped.mean(), "count": grouped.count()}).reset_index()
    found["unit"] = [f"passed of {count} items" for count in found.pop("count")]
    return found
