"""A public file: direct identifiers out, texts out, rare combinations blanked, with the risk before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import get_args

import numpy as np
import pandas as pd

from surveykit.display import NamedTable, Presentation, Shown
from surveykit.errors import DataError, choose, first_few
from surveykit.questionnaire import Questionnaire, questionnaire_variables
from surveykit.responses.cells.missing_codes import is_number
from surveykit.responses.privacy.binning import bin_numbers, shared_weights
from surveykit.responses.privacy.free_text import mask_series
from surveykit.responses.privacy.releases import Release, refuse_joinable
from surveykit.responses.privacy.risk import Blanks, class_sizes, risk_table
from surveykit.responses.privacy.suppression import suppress
from surveykit.responses.results import Responses

__all__ = ["STRATUM", "WEIGHT", "PublicFile", "deidentify"]

WEIGHT, STRATUM = "weight", "stratum"
Log = list[tuple[str, str, int]]


@dataclass(frozen=True)
class PublicFile(Shown):
    """A de-identified table.

    Attributes
    ----------
    data : DataFrame
        One row per record in a new order under a new number; multiple choices as booleans, numbers as ranges.
    risk : DataFrame
        `risk_table` before and after, by `stage`.
    log : DataFrame
        What was done: column, action, cells.
    release : Release
        The same with the persons behind it, for `deidentify` of the next file; keep it as you keep the answers.
    """

    data: pd.DataFrame
    risk: pd.DataFrame
    log: pd.DataFrame
    release: Release = field(repr=False)

    def __repr__(self) -> str:
        smallest = int(self.risk.loc[self.risk["stage"] == "after", "smallest_class"].iloc[-1])
        return f"<PublicFile {len(self.data)} records, {self.data.shape[1]} columns, k = {smallest}>"

    def presentation(self) -> Presentation:
        """Return the risk before and after, and what was done."""
        tables = (NamedTable(("风险", "Risk"), self.risk), NamedTable(("处理", "What was done"), self.log))
        return Presentation(("去标识化数据", "De-identified data"), tables)


def _options_only(data: pd.DataFrame, questionnaire: Questionnaire) -> tuple[pd.DataFrame, Log]:
    """Blank what is no option of its closed question, and no number of a number: typed words may name a person."""
    changed: dict[str, pd.Series] = {}
    log: Log = []
    for variable in questionnaire_variables(questionnaire):
        if variable.id not in data or variable.kind not in ("single", "grid", "number", "multi"):
            continue
        cells = data[variable.id]
        if variable.kind == "number":
            strange = cells.notna() & ~cells.astype("str").fillna("").map(is_number)
        elif variable.kind == "multi":
            strange = cells.notna() & ~cells.isin([True, False])
        else:
            strange = cells.notna() & ~cells.isin([code for code, _ in variable.choices])
        if strange.any():
            changed[variable.id] = cells.mask(strange)
            log.append((variable.id, "blanked: values that are no option", int(strange.sum())))
    return data.assign(**changed), log


def _persons(responses: Responses) -> pd.Series:
    """Token of each record; its own number where it has none."""
    meta = responses.meta
    units = meta["unit_id"] if "unit_id" in meta else pd.Series(pd.NA, index=meta.index)
    units = units.astype("str")
    unknown = units.isna() | (units.str.strip() == "")
    own = meta["response_id"].astype("str") if "response_id" in meta else pd.Series(meta.index.astype(str), meta.index)
    source = meta["source"].astype("str") + " " if "source" in meta else ""
    return ("unit " + units).where(~unknown, "record " + source + own)


def _remembered(persons: pd.Series, responses: Responses) -> pd.Series:
    """Persons as the memory may name them: tokens like phone numbers masked, with the record's own number."""
    masked, changed, _ = mask_series(persons)
    if not len(changed) or "response_id" not in responses.meta:
        return masked
    own = masked + " " + responses.meta["response_id"].astype("str").loc[persons.index]
    where = np.zeros(len(persons), dtype=bool)
    where[changed] = True
    return masked.mask(where, own)


def _check_order(
    responses: Responses, questionnaire: Questionnaire, keys: Sequence[str], k: int, named: Sequence[str]
) -> None:
    absent = [name for name in (*keys, *named) if name not in responses.data]
    if absent:
        raise DataError(f"the data have no column {first_few(absent)}; they have {first_few(responses.data.columns)}")
    if not keys:
        raise DataError("name at least one key variable: what an outsider may know about a person")
    if k < 2:
        raise DataError(f"k must be at least 2, not {k}")
    kinds = {v.id: v.kind for v in questionnaire_variables(questionnaire)}
    texts = [name for name in keys if kinds.get(name, "text") in ("text", "date")]
    if texts:
        raise DataError(f"key variables that are open answers, which are left out: {first_few(texts)}")


def _columns_out(
    responses: Responses, questionnaire: Questionnaire, keep_text: Sequence[str], leave_out: Sequence[str]
) -> tuple[pd.DataFrame, Log]:
    """Leave out open answers, columns that are no question's, and those named; mask open answers that are kept."""
    data = responses.data
    variables = questionnaire_variables(questionnaire)
    kinds = {v.id: "text" if v.other_text else v.kind for v in variables}
    log: Log = [("(meta)", "left out: tokens, record numbers, times, files", len(responses.meta))]
    for name in map(str, responses.data):
        if name in leave_out:
            reason = "left out: as asked"
        elif name not in kinds:
            reason = "left out: not in the questionnaire"
        elif kinds[name] in ("text", "date") and name not in keep_text:
            reason = "left out: open answer"
        else:
            continue
        data = data.drop(columns=name)
        log.append((name, reason, int(responses.data[name].notna().sum())))
    for name in keep_text:
        texts, changed, _ = mask_series(data[name])
        data = data.assign(**{name: texts})
        log.append((name, "masked: phone or identity numbers, addresses, accounts", len(changed)))
    return data, log


def _numbers_binned(
    data: pd.DataFrame,
    questionnaire: Questionnaire,
    persons: pd.Series,
    k: int,
    exact: Sequence[str],
    bins: Mapping[str, float | Sequence[float]],
) -> tuple[pd.DataFrame, Log]:
    log: Log = []
    numbers = [v.id for v in questionnaire_variables(questionnaire) if v.kind == "number" and v.id in data]
    strange = [name for name in (*exact, *bins) if name not in numbers]
    if strange:
        raise DataError(f"no columns of numbers: {first_few(strange)}; those there are: {first_few(numbers)}")
    for name in numbers:
        count = int(data[name].notna().sum())
        if name in exact:
            log.append((name, "kept: exact numbers, as asked", count))
            continue
        values, ranges = bin_numbers(data[name], persons, k, bins.get(name))
        data = data.assign(**{name: values})
        told = f"binned: {', '.join(ranges)}" if ranges else f"left out: no two ranges of {k} persons"
        log.append((name, told, count))
    return data, log


def _design_columns(
    data: pd.DataFrame, units: pd.Series, k: int, weights: pd.Series | None, strata: pd.Series | None
) -> tuple[pd.DataFrame, Log]:
    """Put stratum and weight of each record's unit beside its answers."""
    log: Log = []
    for what, given in ((STRATUM, strata), (WEIGHT, weights)):
        if given is None:
            continue
        if what in data:
            raise DataError(f"the answers have a column {what!r} of their own; rename it in the questionnaire")
        twice = given.index[given.index.duplicated()]
        if len(twice):
            raise DataError(f"{what}: {len(twice):,} units stand twice; give one value for each token")
        found = units.map(pd.Series(given.to_numpy(), index=given.index.astype("str")))
        if not found.notna().any():
            raise DataError(f"{what}: none of the records' tokens is in the index; it must hold unit_id")
        if what == STRATUM:
            data = data.assign(**{STRATUM: found.astype("str")})
            log.append((STRATUM, "added: as asked", int(found.notna().sum())))
            continue
        further = units.duplicated() & found.notna()
        if further.any():
            raise DataError(
                f"weight: {int(further.sum()):,} records are further ones of units that have one already, and "
                "would count twice; keep one record of each unit"
            )
        numbers = pd.to_numeric(found, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        who = pd.factorize(units)[0].astype(np.int64)
        shared, change = shared_weights(numbers, who, k)
        data = data.assign(**{WEIGHT: shared})
        log.append((WEIGHT, "added: as asked", int(np.isfinite(shared).sum())))
        moved = int((np.abs(shared - numbers) > 0).sum())
        if moved:
            log.append((WEIGHT, f"replaced by means of at least {k} persons, by {change:.2%} at most", moved))
    return data, log


def _protected(
    data: pd.DataFrame, keys: Sequence[str], k: int, persons: pd.Series, blanks: Blanks
) -> tuple[pd.DataFrame, Log]:
    """Blank rare combinations; leave out records of which no key could stay."""
    left_out = 0
    while True:
        shown, blanked = suppress(data, keys, k, persons, blanks)
        small = class_sizes(shown, keys, persons, blanks) < k
        left_out += int(small.sum())
        if not small.any() or blanks == "value":
            break
        data = data[~small]  # whom they helped to hide is to be hidden without them
    log: Log = [(name, "blanked: rare combination", count) for name, count in blanked.items()]
    if left_out:
        log.append(("(rows)", "left out: combination still too rare", left_out))
    return shown[~small], log


def deidentify(
    responses: Responses,
    questionnaire: Questionnaire,
    *,
    keys: Sequence[str],
    k: int = 5,
    keep_text: Sequence[str] = (),
    sensitive: Sequence[str] = (),
    exact: Sequence[str] = (),
    bins: Mapping[str, float | Sequence[float]] | None = None,
    leave_out: Sequence[str] = (),
    weights: pd.Series | None = None,
    strata: pd.Series | None = None,
    blanks: Blanks = "fit",
    earlier: Sequence[Release] = (),
    name: str = "this file",
    seed: int | None = None,
) -> PublicFile:
    """Make a public file.

    Tokens, record numbers, times and open answers are left out and the order of the records is drawn anew. Numbers
    become ranges. Key values are blanked, as few as it takes and rather those of the last named keys, until at least
    `k` persons fit every record; records of which no key could stay are left out; several records of one token are one
    person. What is no option of a closed question,
    and no number where one was asked, is blanked: it is text that somebody typed.

    Parameters
    ----------
    responses : Responses
        Coded answers; `meta` adds nothing to the file.
    questionnaire : Questionnaire
        Says which columns are open answers; columns that it does not have are left out.
    keys : sequence of str
        Key variables, the most important first, for example ``["district", "age_group", "sex", "education"]``.
    k : int
        Persons that must fit every record, at least 2.
    keep_text : sequence of str
        Open answers that were read by a person and hold nothing personal; phone and identity numbers, e-mail addresses
        and accounts that were overlooked are masked.
    sensitive : sequence of str
        Columns for which the risk table says how diverse the answers within a class are.
    exact : sequence of str
        Numbers that leave as they are.
    bins : mapping of str to float or sequence of float, optional
        Width or borders of the ranges of a number; see `surveykit.responses.privacy.binning.bin_numbers` for the rule
        that the others follow.
    leave_out : sequence of str
        Columns that are not published.
    weights : Series, optional
        Weight by token (index `unit_id`), published as `weight`: weights that fewer than `k` persons share become the
        mean of persons with nearly the same weight, which keeps their sum. A unit may then have one record only.
    strata : Series, optional
        Stratum by token, published as `stratum` and the first of the key variables.
    blanks : {"fit", "value"}
        Whether a blank key fits any value, as in sdcMicro; or is a value of its own, so that k persons show exactly
        the same keys: keys are then blanked in whole classes, from the last named to the first, which blanks more, and
        records that are still too rare are left out.
    earlier : sequence of Release
        `PublicFile.release` of files of the same study that were published before; a file that could be joined with
        one of them is refused.
    name : str
        What messages call this file when it is an earlier one.
    seed : int, optional
        Of the new order; from the system's randomness when it is not given, so that nobody can undo it.

    Returns
    -------
    PublicFile

    Raises
    ------
    DataError
        If a column is not there, a key is an open answer, `k` is below 2, a weight would count
        twice, or the file could be joined with an earlier
        one; see `surveykit.responses.privacy.releases.refuse_joinable` for the rule.
    """
    choose("blanks", blanks, get_args(Blanks))
    _check_order(responses, questionnaire, keys, k, (*keep_text, *sensitive, *leave_out))
    hidden = [column for column in (*keys, *sensitive) if column in leave_out]
    if hidden:
        raise DataError(f"columns that are to be left out and are keys or sensitive: {first_few(hidden)}")
    data, log = _columns_out(responses, questionnaire, keep_text, leave_out)
    persons = _persons(responses)
    if "blocked" in responses.meta:
        gone = responses.meta["blocked"].to_numpy(dtype=bool)
        data = data[~gone]
        log.append(("(rows)", "left out: under age", int(gone.sum())))
    persons = persons.loc[data.index]
    data, done = _options_only(data, questionnaire)
    log += done
    data, done = _numbers_binned(data, questionnaire, persons, k, exact, bins or {})
    log += done
    data, done = _design_columns(data, persons.str.removeprefix("unit "), k, weights, strata)
    log += done
    keys = [STRATUM, *keys] if strata is not None else list(keys)
    before = risk_table(data, keys, k, sensitive=sensitive, persons=persons, blanks=blanks)
    data, done = _protected(data, keys, k, persons, blanks)
    log += done
    release = Release(
        name, tuple(keys), data.assign(person=_remembered(persons, responses).loc[data.index]).reset_index(drop=True)
    )
    refuse_joinable(release, earlier, k)
    after = risk_table(data, keys, k, sensitive=sensitive, persons=persons, blanks=blanks)
    order = np.random.default_rng(seed).permutation(len(data))
    public = data.iloc[order].reset_index(drop=True)
    public.insert(0, "record", np.arange(1, len(public) + 1))
    risk = pd.concat([before.assign(stage="before"), after.assign(stage="after")], ignore_index=True)
    return PublicFile(public, risk, pd.DataFrame(log, columns=["column", "action", "cells"]), release)
