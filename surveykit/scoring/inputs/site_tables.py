"""The tables of field visits, read and checked: one row for each visited site, and how many sites there are."""

from __future__ import annotations

import numpy as np
import pandas as pd

from surveykit.errors import DataError, first_few

__all__ = ["require", "site_counts", "site_table"]

Note = tuple[str, str]


def require(table: pd.DataFrame, columns: tuple[str, ...], what: str) -> None:
    """Refuse a table that lacks columns."""
    absent = [name for name in columns if name not in table.columns]
    if absent:
        raise DataError(f"{what}: columns {', '.join(absent)} are missing; it needs {', '.join(columns)}")


def _blank(values: pd.Series) -> pd.Series:
    return values.isna() | (values.astype(str).str.strip() == "")


def _lines(bad: pd.Series) -> str:
    """Rows of a table as lines of its file, the header being line 1."""
    return first_few([int(row) + 2 for row in np.flatnonzero(bad)])


def _keys(table: pd.DataFrame, names: tuple[str, ...], what: str) -> pd.DataFrame:
    """Keys as text; an error for blank ones."""
    keyed = table.reset_index(drop=True)
    for name in names:
        blank = _blank(keyed[name])
        if blank.any():
            raise DataError(f"{what}: {name} is blank in lines {_lines(blank)}; fill it in")
    return keyed.assign(**{name: keyed[name].astype(str).str.strip() for name in names})


def _shares(values: pd.Series) -> pd.Series:
    """Values as numbers from 0 to 1, or the error that says what they are instead."""
    numbers = pd.to_numeric(values, errors="coerce").astype(float)
    blank = _blank(values)
    if blank.any():
        raise DataError(
            f"visits: value is blank in lines {_lines(blank)}; leave out check points that were not judged, or say how "
            "they count (0 or 1)"
        )
    if numbers.isna().any():
        strange = values[numbers.isna()].tolist()
        raise DataError(
            f"visits: value is no number in lines {_lines(numbers.isna())} ({first_few(strange)}); write 0.75"
        )
    outside = ~numbers.between(0, 1)
    if outside.any():
        raise DataError(
            f"visits: values that are not between 0 and 1 in lines {_lines(outside)} (from {numbers.min():g} to "
            f"{numbers.max():g}); give the share of check points met: "
            "percentages / 100, faults as 1 - faults / check points"
        )
    return numbers


def site_table(visits: pd.DataFrame) -> tuple[pd.DataFrame, list[Note]]:
    """Return one row for each site with the mean of each criterion, and notes on what was averaged.

    Parameters
    ----------
    visits : DataFrame
        As for `summarise_field_visits`.

    Returns
    -------
    wide : DataFrame
        district, stratum, site, layer ("district/stratum"), and one column for each criterion.
    notes : list of (str, str)
        Chinese and English.

    Raises
    ------
    DataError
        For bad values, sites in two strata, gaps.
    """
    require(visits, ("district", "site", "criterion", "value"), "visits")
    if not len(visits):
        raise DataError("visits: the table has no rows")
    optional = [name for name in ("stratum", "visitor", "point") if name in visits]
    rows = _keys(visits, ("district", "site", "criterion", *optional), "visits")
    rows = rows.assign(value=_shares(rows["value"]))
    if "stratum" not in rows:
        rows = rows.assign(stratum="")
    strata = rows.groupby(["district", "site"])["stratum"].nunique()
    if (strata > 1).any():
        raise DataError(
            f"visits: site ids that stand in more than one stratum ({first_few(strata.index[strata > 1])}); give every "
            "site of a district its own id, or correct the stratum"
        )
    notes = _repeated(rows)
    keys = ["district", "stratum", "site", "criterion"]
    if "visitor" in rows:
        rows = rows.groupby([*keys, "visitor"])["value"].mean().reset_index()
    wide = rows.groupby(keys)["value"].mean().unstack("criterion")
    gaps = (lacking := wide.isna().groupby("district")).any() & ~lacking.all()
    if gaps.any(axis=None):
        places = gaps.index[gaps.any(axis=1)]
        raise DataError(
            f"visits: some sites lack a criterion in {first_few(places)}; check the same list at every site "
            f"({', '.join(map(str, wide.columns))})"
        )
    found = wide.reset_index().rename(columns=str)
    return found.assign(layer=found["district"] + "/" + found["stratum"]), notes


def _repeated(rows: pd.DataFrame) -> list[Note]:
    """Notes on sites judged by several visitors or by several rows; an error for a check point given twice."""
    keys = ["district", "site", "criterion", *(name for name in ("visitor", "point") if name in rows)]
    if "point" in rows and rows.duplicated(keys).any():
        twice = rows.loc[rows.duplicated(keys), keys].itertuples(index=False, name=None)
        raise DataError(f"visits: check points given twice ({first_few(twice)}); keep one, or name the visitors")
    if "visitor" in rows:
        each = rows.groupby(["district", "site", "criterion", "visitor"])["value"].mean()
        several = each.groupby(["district", "site", "criterion"]).agg(["count", "min", "max"])
        several = several[several["count"] > 1]
        if not len(several):
            return []
        count = several.reset_index().drop_duplicates(["district", "site"]).shape[0]
        gap = float((several["max"] - several["min"]).mean())
        return [
            (
                f"{count}个站点有多名访员，先按访员、再在访员之间取平均；平均相差{gap:.3f}，这一差异未计入误差。",
                f"{count} sites were judged by several visitors, averaged by visitor and then over visitors; they "
                f"differ by {gap:.3f} on average, which is no part of the error.",
            )
        ]
    rows_each = rows.groupby(["district", "site", "criterion"]).size()
    if "point" in rows or rows_each.max() == 1:
        return []
    count, most = int((rows_each > 1).sum()), int(rows_each.max())
    return [
        (
            f"{count}组站点与标准有多行（至多{most}行），按检查点取平均；如为不同访员，请加visitor列。",
            f"{count} pairs of site and criterion have several rows (up to {most}), which are "
            "averaged as check points; name visitors in a column visitor.",
        )
    ]


def site_counts(wide: pd.DataFrame, sites: pd.DataFrame, unvisited: str) -> tuple[pd.Series, dict[str, dict[str, int]]]:
    """Return the number of sites by layer, and by district the strata that nobody visited.

    Parameters
    ----------
    wide : DataFrame
        From `site_table`.
    sites : DataFrame
        district, (stratum,) sites.
    unvisited : {"error", "as_visited"}

    Raises
    ------
    DataError
        For counts that are no whole numbers, strata given twice or not at all, more visited sites than there are, and
        districts or (with "error") strata that nobody visited.
    """
    require(sites, ("district", "sites"), "sites")
    layered = "stratum" in sites
    rows = _keys(sites, ("district", "stratum") if layered else ("district",), "sites")
    numbers = pd.to_numeric(rows["sites"], errors="coerce").astype(float)
    bad = ~((numbers >= 0) & (numbers == np.floor(numbers)) & np.isfinite(numbers))
    if bad.any():
        given = first_few(rows.loc[bad, "sites"].tolist())
        raise DataError(
            f"sites: the number of sites is no whole number in lines {_lines(bad)} ({given}); write it "
            "without separators, like 1400"
        )
    layer = rows["district"] + "/" + (rows["stratum"] if layered else "")
    if layer.duplicated().any():
        raise DataError(f"sites: given twice for {first_few(layer[layer.duplicated()])}; keep one row")
    totals = pd.Series(numbers.to_numpy(), index=layer)
    visited = wide.groupby("layer")["site"].nunique()
    absent = [name for name in visited.index if name not in totals.index]
    if absent:
        apart = layered != bool((wide["stratum"] != "").any())
        why = " (only one of the tables has a column stratum)" if apart else ""
        raise DataError(f"sites: no single count for {first_few(absent)}{why}; add the rows")
    over = [f"{name} ({visited[name]} of {totals[name]:g})" for name in visited.index if visited[name] > totals[name]]
    if over:
        raise DataError(f"sites: more sites visited than there are in {first_few(over)}; correct the counts")
    return totals, _unvisited(rows, totals, set(visited.index), set(wide["district"]), unvisited)


def _unvisited(
    rows: pd.DataFrame, totals: pd.Series, visited: set[str], districts: set[str], unvisited: str
) -> dict[str, dict[str, int]]:
    nowhere = [name for name in dict.fromkeys(rows["district"]) if name not in districts]
    if nowhere:
        raise DataError(
            f"sites: districts without any visit ({first_few(nowhere)}); add their visits, or leave them out of sites: "
            "they then have no value, and missing: of the criterion says what that means"
        )
    left: dict[str, dict[str, int]] = {}
    strata = rows["stratum"] if "stratum" in rows else [""] * len(rows)
    for district, stratum, (layer, count) in zip(rows["district"], strata, totals.items(), strict=True):
        if count > 0 and layer not in visited:
            left.setdefault(district, {})[stratum] = int(count)
    if left and unvisited == "error":
        named = [f"{d}/{s} ({n} sites)" for d, strata in left.items() for s, n in strata.items()]
        raise DataError(
            f"sites: strata that nobody visited ({first_few(named)}); visit them, or say unvisited='as_visited' to "
            "take them to be like the visited strata of their district"
        )
    return left
