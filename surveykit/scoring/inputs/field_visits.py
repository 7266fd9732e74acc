"""Field visits and evidence: checklists become values by district, with the error of sampled sites."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
import pandas as pd

from surveykit.design import SurveyDesign
from surveykit.errors import DataError, choose, first_few
from surveykit.estimation import Mean, estimate
from surveykit.scoring.inputs.site_tables import require, site_counts, site_table

__all__ = ["FieldResults", "summarise_evidence", "summarise_field_visits"]

Unvisited = Literal["error", "as_visited"]
Undecided = Literal["not_passed", "left_out"]

Note = tuple[str, str]


@dataclass(frozen=True)
class FieldResults:
    """Values of field visits.

    Attributes
    ----------
    table : DataFrame
        district, criterion, value, unit, std_error, df, sites, n_eff (sites of a simple random sample that would tell
        as much; missing for a full count), unvisited (strata that nobody visited and that are taken to be like the
        visited ones; "" for none): rows for the table of the other methods.
    covariance : DataFrame
        district, criterion, with, covariance: between criteria that were checked at the same sites, each pair once.
    notes, notes_zh : tuple of str
        What was assumed or averaged, in English and in Chinese.
    """

    table: pd.DataFrame
    covariance: pd.DataFrame = field(repr=False)
    notes: tuple[str, ...] = ()
    notes_zh: tuple[str, ...] = ()


def summarise_field_visits(
    visits: pd.DataFrame, sites: pd.DataFrame | None = None, *, unvisited: Unvisited = "error"
) -> FieldResults:
    """Estimate each district's mean over all its sites from the sites that were visited.

    Parameters
    ----------
    visits : DataFrame
        district, site, criterion, value (a share from 0 to 1: percentages are divided by 100, faults are counted as
        1 - faults / check points) and, when sites were sampled by type, stratum. Several rows of a site and criterion
        are its check points and are averaged, each with the same weight; with a column visitor they are averaged
        within each visitor first and then over the visitors; with a column point a check point given twice by the same
        visitor is an error. A site is one id within its district.
    sites : DataFrame, optional
        district, (stratum,) sites: how many there are, a whole number. Gives weights and the finite population
        correction; a district whose sites were all visited has no sampling error. Without it sites weigh the same and
        no correction is made.
    unvisited : {"error", "as_visited"}
        A stratum of `sites` that no visit covers: an error, or taken to be like the visited strata of its district,
        which the notes and the column `unvisited` say. A district without any visit is always an error.

    Returns
    -------
    FieldResults

    Raises
    ------
    DataError
        For blank keys, values that are no numbers or outside 0 to 1, sites without a criterion, sites in two strata,
        one visited site in a stratum of more, strata or districts that nobody visited, counts of sites that are no
        whole numbers, or more visited sites than there are.

    Notes
    -----
    Stratified simple random sampling of sites; variance by linearization of the estimation room, degrees of freedom
    visited sites minus strata within the district. Criteria checked at the same sites are correlated, and the
    covariance keeps that. Differences between visitors at one site are no part of the error. Let q be the share of a
    district's sites in strata that nobody visited: the mean over all sites lies between (1 - q) v and (1 - q) v + q,
    v being the mean of the visited strata; the notes give these bounds.

    Examples
    --------
    >>> visits = pd.DataFrame({"district": ["a"] * 4, "site": [1, 2, 3, 4], "criterion": ["tidy"] * 4,
    ...     "value": [1.0, 0.5, 1.0, 0.5]})
    >>> summarise_field_visits(visits).table[["value", "std_error"]].round(4).to_numpy().tolist()
    [[0.75, 0.1443]]
    """
    choose("unvisited", unvisited, get_args(Unvisited))
    wide, notes = site_table(visits)
    names = [name for name in wide.columns if name not in ("district", "stratum", "site", "layer")]
    counts = {str(k): int(v) for k, v in wide.groupby("district")["site"].nunique().items()}
    if sites is None:
        _lonely(wide, None)
        left: dict[str, dict[str, int]] = {}
        totals = pd.Series(dtype=float)
        design = SurveyDesign(wide.assign(weight=1.0), weights="weight", strata="layer")
    else:
        totals, left = site_counts(wide, sites, unvisited)
        _lonely(wide, totals)
        population = wide["layer"].map(totals)
        design = SurveyDesign(wide.assign(population=population), strata="layer", population_size="population")
    n_eff = _effective_sites(wide, None if sites is None else totals)
    tables, pairs = [], []
    found = estimate(design, [Mean(str(name)) for name in names], by="district")
    for district, rows in found.table.groupby("district", sort=False, observed=True):
        here = rows[rows["estimate"].notna()]
        places = here.index.to_numpy(dtype=np.intp)
        covariance = found.covariance[np.ix_(places, places)]
        variables = here["variable"].to_numpy()
        block = pd.DataFrame(
            {
                "district": district,
                "criterion": variables,
                "value": here["estimate"].to_numpy(dtype=float),
                "unit": "share of check points met",
                "std_error": np.sqrt(np.diag(covariance)),
                "df": here["df"].to_numpy(dtype=float),
                "sites": counts[str(district)],
                "n_eff": n_eff.get(str(district), np.nan),
                "unvisited": ", ".join(left.get(str(district), {})),
            }
        )
        tables.append(block)
        one, two = np.triu_indices(len(here), 1)
        pair = {"criterion": variables[one], "with": variables[two], "covariance": covariance[one, two]}
        pairs.append(pd.DataFrame({"district": district, **pair}))
    table = pd.concat(tables, ignore_index=True)
    for district, strata in left.items():
        seen = float(totals[wide.loc[wide["district"] == district, "layer"].unique()].sum())
        notes.append(_assumed(table, seen, district, strata))
    english, chinese = tuple(en for _, en in notes), tuple(zh for zh, _ in notes)
    return FieldResults(table, pd.concat(pairs, ignore_index=True), english, chinese)


def _effective_sites(wide: pd.DataFrame, totals: pd.Series | None) -> dict[str, float]:
    """Return ``1 / sum_h W_h^2 (1 - f_h) / n_h`` of each district, W_h the share of its sites; NaN for a full count.

    That many sites of a simple random sample with replacement would give a share the same variance.
    """
    visited = wide.groupby(["district", "layer"])["site"].nunique().reset_index(name="count")
    visited["all"] = visited["count"] if totals is None else visited["layer"].map(totals)
    fraction = 0.0 if totals is None else visited["count"] / visited["all"]
    share = visited["all"] / visited.groupby("district")["all"].transform("sum")
    slack = (share**2 * (1 - fraction) / visited["count"]).groupby(visited["district"].astype(str)).sum()
    return {str(name): float(1 / value) if value > 0 else float("nan") for name, value in slack.items()}


def _lonely(wide: pd.DataFrame, totals: pd.Series | None) -> None:
    """Refuse strata of more sites of which one was visited: their error cannot be estimated."""
    visited = wide.groupby("layer")["site"].nunique()
    many = [name for name in visited.index if visited[name] == 1 and (totals is None or totals[name] > 1)]
    if many:
        known = [name if totals is None else f"{name} (1 of {totals[name]:g})" for name in many]
        more = "" if totals is not None else "; if the stratum has no other site, say so in the table sites"
        raise DataError(
            f"visits: one site was visited in strata of more, so that their error cannot be estimated "
            f"({first_few(known)}); visit a second site, or join the stratum to a similar one in both tables{more}"
        )


def _assumed(table: pd.DataFrame, seen: float, district: str, strata: dict[str, int]) -> Note:
    """Say what was assumed of the strata that nobody visited, with the bounds of what it could be."""
    share = sum(strata.values()) / (sum(strata.values()) + seen)
    rows = table[table["district"].astype(str) == district]
    limits = [
        f"{name} {(1 - share) * value:.3f}-{(1 - share) * value + share:.3f}"
        for name, value in zip(rows["criterion"], rows["value"], strict=True)
    ]
    named = ", ".join(f"{name} ({count})" for name, count in strata.items())
    bounds = ", ".join(limits[:5]) + (" ..." if len(limits) > 5 else "")
    return (
        f"{district}：未走访{named}，占站点的{share:.1%}；按已走访站点的水平计，未走访者全为0或全为1时的界限：{bounds}。",
        f"{district}: nobody visited {named}, {share:.1%} of the sites; taken to be like the visited ones. "
        f"Bounds if they were all 0 or all 1: {bounds}.",
    )


def summarise_evidence(items: pd.DataFrame, *, undecided: Undecided = "not_passed") -> pd.DataFrame:
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
    choose("undecided", undecided, get_args(Undecided))
    require(items, ("district", "criterion", "item", "passed"), "items")
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
