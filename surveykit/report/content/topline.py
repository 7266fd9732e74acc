"""Answers to every question with intervals, and which aspects go with overall satisfaction."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.design import SurveyDesign
from surveykit.errors import DataError, first_few
from surveykit.estimation import Mean, estimate
from surveykit.report.content.inputs import Question

__all__ = ["make_drivers", "make_topline", "shapley_shares"]

FloatArray = NDArray[np.float64]
SPECIAL_CODES: Mapping[str, str] = {"dk": "98", "rf": "99"}
MISSING_TOPLINE = ["question", "code", "n", "estimate", "conf_low", "conf_high"]


def make_topline(
    design: SurveyDesign,
    questions: Sequence[Question],
    data: pd.DataFrame,
    missing: pd.DataFrame,
    *,
    special_codes: Mapping[str, str] = SPECIAL_CODES,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Estimate the share of every answer, out of all who were asked and answered, don't know included.

    Parameters
    ----------
    design : SurveyDesign
        Final weights; its rows are those of ``data``.
    questions : sequence of Question
        Open questions are passed over. Several-answer questions take columns ``<id>_<code>`` of booleans.
    data : DataFrame, shape (rows of the design, columns)
        Coded answers, NA where there is none.
    missing : DataFrame of the same shape
        Why an answer is missing: "", "na", "nr", "dk" or "rf".
    special_codes : mapping
        Code of the choice that a kind of missing answer stands for.
    conf_level : float
        Level of the logit intervals.

    Returns
    -------
    DataFrame
        question, code, n (unweighted number who gave this answer), estimate, conf_low, conf_high. For rows of a grid
        also a code "top2": the two last grades out of the valid answers.

    Raises
    ------
    DataError
        When the tables do not have the design's rows.
    """
    if len(data) != design.n_rows or len(missing) != design.n_rows:
        raise DataError(
            f"answers have {len(data)} rows and the design {design.n_rows}: give one row for each of its rows"
        )
    columns: dict[str, FloatArray] = {}
    keys: list[tuple[str, str]] = []
    for question in questions:
        for code, values in _shares(question, data, missing, special_codes):
            if np.isfinite(values[design.weights > 0]).any():
                keys.append((question.id, code))
                columns[f"answer_{len(keys)}"] = values
    if not keys:
        return pd.DataFrame(columns=MISSING_TOPLINE)
    carried = design.with_data(columns)
    table = estimate(carried, [Mean(name) for name in columns], conf_level=conf_level).table
    given = [int(np.nansum(np.where(design.weights > 0, values, 0.0))) for values in columns.values()]
    found = pd.DataFrame(keys, columns=["question", "code"]).assign(n=given)
    for name in ("estimate", "conf_low", "conf_high"):
        found[name] = table[name].to_numpy(dtype=float)
    return found


def _shares(
    question: Question, data: pd.DataFrame, missing: pd.DataFrame, special_codes: Mapping[str, str]
) -> list[tuple[str, FloatArray]]:
    """Return for every choice a column of 1 (given), 0 (another was) and NaN (not asked or blank)."""
    if question.kind == "multi":
        named = [(choice.code, f"{question.id}_{choice.code}") for choice in question.choices]
        return [
            (
                code,
                pd.to_numeric(data[column].astype("boolean").astype("Float64")).to_numpy(dtype=float, na_value=np.nan),
            )
            for code, column in named
            if column in data.columns
        ]
    if not question.choices or question.id not in data.columns:
        return []
    answers = data[question.id].astype("string")
    kinds = missing[question.id].astype("string") if question.id in missing.columns else pd.Series("", data.index)
    for kind, code in special_codes.items():
        answers = answers.mask((kinds == kind).to_numpy(), code)
    known = answers.notna().to_numpy()
    columns = [
        (choice.code, np.where(known, (answers == choice.code).fillna(False).to_numpy(dtype=float), np.nan))
        for choice in question.choices
    ]
    grades = [choice.code for choice in question.choices if not choice.special]
    if question.grid and len(grades) >= 3:
        valid = answers.isin(grades).to_numpy()
        columns.append(("top2", np.where(valid, answers.isin(grades[-2:]).to_numpy(dtype=float), np.nan)))
    return columns


def make_drivers(
    design: SurveyDesign,
    questions: Sequence[Question],
    overall: str,
    data: pd.DataFrame,
    *,
    replicates: int = 200,
    seed: int = 2021,
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Measure performance and derived importance of the aspects of a grid.

    Performance is the share in the two best grades (design-based, logit interval). Importance is the aspect's share
    of the explained variance of overall satisfaction in a weighted linear regression on all aspects, averaged over
    all orders in which they may enter (Shapley value; Lindeman, Merenda and Gold 1980), with percentile intervals from
    a rescaling bootstrap of first-stage units within strata (Rao and Wu 1988). Rows with an answer to every aspect and
    to the overall question count.

    Parameters
    ----------
    design : SurveyDesign
        Final weights and strata.
    questions : sequence of Question
        Rows of one grid, graded from worst to best; at most 8.
    overall : str
        Column of overall satisfaction, graded in the same way.
    data : DataFrame, shape (rows of the design, columns)
        Coded answers.
    replicates, seed : int
        Of the bootstrap.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    DataFrame
        item, label_zh, label_en, performance, performance_low, performance_high, importance, importance_low,
        importance_high; shares from 0 to 1, importance adds up to 1.

    Raises
    ------
    DataError
        With more than 8 aspects, or fewer complete rows than 10 for each aspect.
    """
    items = [question.id for question in questions]
    if not 2 <= len(items) <= 8:
        raise DataError(f"importance needs 2 to 8 aspects, not {first_few(items, 10)}")
    graded = pd.DataFrame({name: pd.to_numeric(data[name], errors="coerce") for name in [*items, overall]})
    values = graded.to_numpy(dtype=float, na_value=np.nan)
    used = np.isfinite(values).all(axis=1) & (design.weights > 0)
    if used.sum() < 10 * len(items):
        raise DataError(f"only {int(used.sum())} complete answers to {len(items)} aspects and {overall!r}: too few")
    top = {
        question.id: np.where(
            graded[question.id].notna(),
            data[question.id].astype("string").isin([c.code for c in question.choices if not c.special][-2:]),
            np.nan,
        ).astype(float)
        for question in questions
    }
    performance = estimate(design.with_data(top), [Mean(name) for name in items], conf_level=conf_level).table
    weights = np.where(used, design.weights, 0.0)
    filled = np.where(used[:, None], values, 0.0)
    shares = shapley_shares(filled[:, :-1], filled[:, -1], weights)
    random = np.random.default_rng(seed)
    drawn = np.array(
        [shapley_shares(filled[:, :-1], filled[:, -1], weights * _rescaled(design, random)) for _ in range(replicates)]
    )
    low, high = np.quantile(drawn, [(1 - conf_level) / 2, (1 + conf_level) / 2], axis=0)
    found: dict[str, Any] = {
        "item": items,
        "label_zh": [question.text.get("zh", question.id) for question in questions],
        "label_en": [question.text.get("en", question.id) for question in questions],
    }
    names = {"performance": "estimate", "performance_low": "conf_low", "performance_high": "conf_high"}
    found |= {name: performance[column].to_numpy(dtype=float) for name, column in names.items()}
    return pd.DataFrame(found | {"importance": shares, "importance_low": low, "importance_high": high})


def shapley_shares(x: FloatArray, y: FloatArray, weights: FloatArray) -> FloatArray:
    """Divide the explained variance of a weighted regression among its variables, averaged over all orders.

    Parameters
    ----------
    x : ndarray, shape (n, p)
        Explanatory variables.
    y : ndarray, shape (n,)
        What is explained.
    weights : ndarray, shape (n,)
        Weights; rows of weight 0 do not count.

    Returns
    -------
    ndarray, shape (p,)
        Shares that add up to 1; agrees with ``relaimpo::calc.relimp(type = "lmg", rela = TRUE)`` with these weights.

    Examples
    --------
    >>> x = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    >>> shapley_shares(x, x @ np.array([2.0, 1.0]), np.ones(4)).round(2).tolist()
    [0.8, 0.2]
    """
    joined = np.column_stack([x, y])
    total = weights.sum()
    centred = joined - (weights @ joined) / total
    cross = (centred * weights[:, None]).T @ centred / total
    p = x.shape[1]
    explained: dict[tuple[int, ...], float] = {(): 0.0}
    for size in range(1, p + 1):
        for chosen in itertools.combinations(range(p), size):
            part = list(chosen)
            solved = np.linalg.lstsq(cross[np.ix_(part, part)], cross[part, p], rcond=None)[0]
            explained[chosen] = float(solved @ cross[part, p])
    shares = np.zeros(p)
    for variable in range(p):
        others = [other for other in range(p) if other != variable]
        for size in range(p):
            weight = math.factorial(size) * math.factorial(p - size - 1) / math.factorial(p)
            for chosen in itertools.combinations(others, size):
                joint = tuple(sorted((*chosen, variable)))
                shares[variable] += weight * (explained[joint] - explained[chosen])
    whole = shares.sum()
    return shares / whole if whole > 0 else np.full(p, 1 / p)


def _rescaled(design: SurveyDesign, random: np.random.Generator) -> FloatArray:
    """Draw one set of bootstrap factors: n_h - 1 units of each stratum with replacement, scaled to keep totals."""
    stage = design.stages[0]
    factors = np.ones(stage.n_units)
    for stratum in np.unique(stage.unit_stratum):
        units = np.flatnonzero(stage.unit_stratum == stratum)
        if len(units) > 1:
            counts = np.bincount(random.integers(0, len(units), len(units) - 1), minlength=len(units))
            factors[units] = counts * len(units) / (len(units) - 1)
    return np.asarray(factors[stage.unit], dtype=float)
