"""A public file: direct identifiers out, texts out, rare combinations blanked, with the risk before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.display import NamedTable, Presentation, Shown
from surveykit.errors import DataError, first_few
from surveykit.questionnaire import Questionnaire, questionnaire_variables
from surveykit.responses.cells.missing_codes import is_number
from surveykit.responses.privacy.free_text import mask_series
from surveykit.responses.results import Responses

__all__ = ["PublicFile", "class_sizes", "deidentify", "risk_table", "suppress_small_cells"]


@dataclass(frozen=True)
class PublicFile(Shown):
    """A de-identified table.

    Attributes
    ----------
    data : DataFrame
        One row per record in a new order under a new number; multiple choices as booleans.
    risk : DataFrame
        `risk_table` before and after, by `stage`.
    log : DataFrame
        What was done: column, action, cells.
    """

    data: pd.DataFrame
    risk: pd.DataFrame
    log: pd.DataFrame

    def __repr__(self) -> str:
        smallest = int(self.risk.loc[self.risk["stage"] == "after", "smallest_class"].iloc[-1])
        return f"<PublicFile {len(self.data)} records, {self.data.shape[1]} columns, k = {smallest}>"

    def presentation(self) -> Presentation:
        """Return the risk before and after, and what was done."""
        tables = (NamedTable(("风险", "Risk"), self.risk), NamedTable(("处理", "What was done"), self.log))
        return Presentation(("去标识化数据", "De-identified data"), tables)


def class_sizes(data: pd.DataFrame, keys: Sequence[str], persons: pd.Series | None = None) -> NDArray[np.int64]:
    """Number of persons who share a record's values of the key variables; missing is a value.

    Parameters
    ----------
    data : DataFrame
        Records.
    keys : sequence of str
        Key variables.
    persons : Series, optional
        Whose record it is, index as in `data`; by default, and where it is missing, each record is a person of its own.

    Returns
    -------
    (n,) int array
    """
    if not len(data):
        return np.zeros(0, dtype=np.int64)
    columns = [data[k].astype("str").fillna("\x00") for k in keys]
    group = data.groupby(columns, sort=False).ngroup().to_numpy() if keys else np.zeros(len(data), dtype=np.int64)
    first = np.ones(len(data), dtype=bool)
    if persons is not None:
        who = persons.reindex(data.index)
        known = who.notna().to_numpy(dtype=bool)
        again = pd.DataFrame({"group": group, "who": who.to_numpy()}).duplicated().to_numpy(dtype=bool)
        first = ~(again & known)
    return np.asarray(np.bincount(group[first], minlength=int(group.max()) + 1)[group], dtype=np.int64)


def _diversity(data: pd.DataFrame, keys: Sequence[str], sensitive: Sequence[str]) -> int | None:
    """Fewest distinct answers to a sensitive question within a class; a class of one record has one."""
    if not sensitive or not len(data):
        return None
    group = data.groupby([data[k].astype("str").fillna("\x00") for k in keys], sort=False).ngroup()
    return min(int(data[name].astype("str").fillna("\x00").groupby(group).nunique().min()) for name in sensitive)


def risk_table(
    data: pd.DataFrame,
    keys: Sequence[str],
    k: int = 5,
    *,
    sensitive: Sequence[str] = (),
    persons: pd.Series | None = None,
) -> pd.DataFrame:
    """Risk of re-identification by each key variable and by all together.

    Parameters
    ----------
    data : DataFrame
        Records.
    keys : sequence of str
        Key variables: what an outsider may know about a person.
    k : int
        Size that every class should have.
    sensitive : sequence of str
        Columns whose answers must not follow from the class alone.
    persons : Series, optional
        Whose record it is; see `class_sizes`. Several records of one person are one in the size of a class.

    Returns
    -------
    DataFrame
        keys, classes, smallest_class (the k of k-anonymity), unique (records alone in their class), below_k (records
        in classes smaller than k), share_below_k, expected_matches (sum over records of one over the class size,
        the expected number of right matches of somebody who knows that a person is in the file), and with `sensitive`
        smallest_diversity, the l of l-diversity: the fewest distinct answers to one of them within a class.

    Notes
    -----
    Samarati and Sweeney (1998) for k-anonymity; Machanavajjhala et al. (2007) for (distinct) l-diversity.
    """
    rows = []
    for subset in [*([key] for key in keys), list(keys)] if len(keys) > 1 else [list(keys)]:
        sizes = class_sizes(data, subset, persons)
        rows.append(
            {
                "keys": " x ".join(subset),
                "classes": int(data.groupby([data[n].astype("str").fillna("\x00") for n in subset]).ngroups),
                "smallest_class": int(sizes.min()) if len(sizes) else 0,
                "unique": int((sizes == 1).sum()),
                "below_k": int((sizes < k).sum()),
                "share_below_k": float((sizes < k).mean()) if len(sizes) else 0.0,
                "expected_matches": float((1 / sizes).sum()),
                **({"smallest_diversity": _diversity(data, subset, sensitive)} if sensitive else {}),
            }
        )
    return pd.DataFrame(rows)


def _suppress(
    data: pd.DataFrame, keys: Sequence[str], k: int, persons: pd.Series
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Blank key variables from the last to the first in classes that are too small."""
    data = data.copy()
    blanked: dict[str, int] = {}
    for key in reversed(keys):
        small = class_sizes(data, keys, persons) < k
        if not small.any():
            break
        cells = small & data[key].notna().to_numpy(dtype=bool)
        blanked[key] = int(cells.sum())
        data[key] = data[key].mask(cells)
    return data, blanked


def _options_only(data: pd.DataFrame, questionnaire: Questionnaire) -> tuple[pd.DataFrame, dict[str, int]]:
    """Blank what is no option of its closed question, and no number of a number: typed words may name a person."""
    changed: dict[str, pd.Series] = {}
    counts: dict[str, int] = {}
    for variable in questionnaire_variables(questionnaire):
        if variable.id not in data or variable.kind not in ("single", "grid", "number"):
            continue
        cells = data[variable.id]
        if variable.kind == "number":
            strange = cells.notna() & ~cells.astype("str").fillna("").map(is_number)
        else:
            strange = cells.notna() & ~cells.isin([code for code, _ in variable.choices])
        if strange.any():
            changed[variable.id] = cells.mask(strange)
            counts[variable.id] = int(strange.sum())
    return data.assign(**changed), counts


def _persons(responses: Responses) -> pd.Series:
    """Token of each record; missing where it has none."""
    units = responses.meta["unit_id"] if "unit_id" in responses.meta else pd.Series(pd.NA, index=responses.meta.index)
    return units.mask(units.astype("str").fillna("").str.strip() == "")


def deidentify(
    responses: Responses,
    questionnaire: Questionnaire,
    *,
    keys: Sequence[str],
    k: int = 5,
    keep_text: Sequence[str] = (),
    sensitive: Sequence[str] = (),
    seed: int | None = None,
) -> PublicFile:
    """Make a public file.

    Tokens, record numbers, times and open answers are left out, the order of the records is drawn anew, and key
    variables are blanked, from the last named to the first, where fewer than `k` persons share a combination; several
    records of one token are one person. Records that are still in a class smaller than `k` are left out. What is no
    option of a closed question, and no number where one was asked, is blanked: it is text that somebody typed.

    Parameters
    ----------
    responses : Responses
        Coded answers; `meta` adds nothing to the file.
    questionnaire : Questionnaire
        Says which columns are open answers.
    keys : sequence of str
        Key variables, the most important first, for example ``["district", "age_group", "sex", "education"]``.
    k : int
        Smallest class allowed, at least 2.
    keep_text : sequence of str
        Open answers that were read by a person and hold nothing personal; phone and identity numbers, e-mail addresses
        and accounts that were overlooked are masked.
    sensitive : sequence of str
        Columns for which the risk table says how diverse the answers within a class are.
    seed : int, optional
        Of the new order; from the system's randomness when it is not given, so that nobody can undo it.

    Returns
    -------
    PublicFile

    Raises
    ------
    DataError
        If a key is no column or `k` is below 2.
    """
    absent = [name for name in (*keys, *keep_text, *sensitive) if name not in responses.data]
    if absent:
        raise DataError(f"the data have no column {first_few(absent)}; they have {first_few(responses.data.columns)}")
    if not keys:
        raise DataError("name at least one key variable: what an outsider may know about a person")
    if k < 2:
        raise DataError(f"k must be at least 2, not {k}")
    log: list[tuple[str, str, int]] = [
        ("(meta)", "left out: tokens, record numbers, times, files", len(responses.meta))
    ]
    open_columns = [
        v.id for v in questionnaire_variables(questionnaire) if v.kind in ("text", "date") and v.id not in keep_text
    ]
    data = responses.data.drop(columns=open_columns)
    log += [(name, "left out: open answer", int(responses.data[name].notna().sum())) for name in open_columns]
    if "blocked" in responses.meta:
        gone = responses.meta["blocked"].to_numpy(dtype=bool)
        data = data[~gone]
        log.append(("(rows)", "left out: under age", int(gone.sum())))
    for name in keep_text:
        texts, changed, _ = mask_series(data[name])
        data = data.assign(**{name: texts})
        log.append((name, "masked: phone or identity numbers, addresses, accounts", len(changed)))
    data, strange = _options_only(data, questionnaire)
    log += [(name, "blanked: values that are no option", count) for name, count in strange.items()]
    persons = _persons(responses)
    before = risk_table(data, keys, k, sensitive=sensitive, persons=persons)
    data, blanked = _suppress(data, keys, k, persons)
    log += [(name, "blanked: rare combination", count) for name, count in blanked.items()]
    small = class_sizes(data, keys, persons) < k
    if small.any():
        data = data[~small]
        log.append(("(rows)", "left out: combination still too rare", int(small.sum())))
    order = np.random.default_rng(seed).permutation(len(data))
    public = data.iloc[order].reset_index(drop=True)
    after = risk_table(data, keys, k, sensitive=sensitive, persons=persons)
    public.insert(0, "record", np.arange(1, len(public) + 1))
    risk = pd.concat([before.assign(stage="before"), after.assign(stage="after")], ignore_index=True)
    return PublicFile(public, risk, pd.DataFrame(log, columns=["column", "action", "cells"]))


def suppress_small_cells(
    table: pd.DataFrame,
    values: Sequence[str],
    *,
    count: str = "n",
    minimum: int = 5,
    within: Sequence[str] = (),
) -> pd.DataFrame:
    """Blank figures that rest on few people, and one more where the missing one could be worked out.

    Parameters
    ----------
    table : DataFrame
        One row per cell of a published table.
    values : sequence of str
        Columns to blank.
    count : str
        Column with the unweighted number of people.
    minimum : int
        Cells with 1 to ``minimum - 1`` people are suppressed.
    within : sequence of str
        Columns whose combinations have a published total: where one cell alone would be blanked, the next smallest
        is blanked too.

    Returns
    -------
    DataFrame
        The table with a column `suppressed` ("", "small" or "complement"); the count of suppressed cells is blanked.

    Raises
    ------
    DataError
        If a column is not there.
    """
    absent = [name for name in (*values, count, *within) if name not in table]
    if absent:
        raise DataError(f"the table has no column {first_few(absent)}")
    people = pd.to_numeric(table[count]).to_numpy(dtype=float)
    small = (people > 0) & (people < minimum)
    reason = np.where(small, "small", "").astype(object)
    groups = table.groupby(list(within), sort=False).ngroup().to_numpy() if within else np.zeros(len(table), dtype=int)
    for group in np.unique(groups[small]) if within else []:
        here = np.flatnonzero(groups == group)
        if small[here].sum() == 1:
            others = here[~small[here] & (people[here] > 0)]
            if len(others):
                reason[others[np.argmin(people[others])]] = "complement"
    blank = reason != ""
    result = table.assign(suppressed=pd.Series(reason, index=table.index).astype("str"))
    for name in dict.fromkeys((*values, count)):
        result[name] = result[name].mask(blank)
    return result
