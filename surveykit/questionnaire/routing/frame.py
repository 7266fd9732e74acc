"""The meaning of a routing expression for a whole table of coded responses."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from surveykit.errors import DataError, first_few
from surveykit.questionnaire.routing.ast import (
    And,
    Answered,
    Compare,
    Const,
    Count,
    Expression,
    Has,
    In,
    Not,
    Or,
    Ref,
    references,
)
from surveykit.questionnaire.routing.evaluate import OPERATORS, as_number

__all__ = ["evaluate_frame", "multi_columns"]

Mask = npt.NDArray[np.bool_]


def evaluate_frame(expression: Expression, data: pd.DataFrame, missing: pd.DataFrame | None = None) -> Mask:
    """Say for each row of a coded table whether an expression holds.

    Parameters
    ----------
    expression : Expression
        A tree, best bound to the questionnaire (``parse(text, questionnaire)``): only then can tests name special
        codes.
    data : DataFrame
        Text codes (or numbers), missing = NA; one boolean column ``item_code`` per option of a multi.
    missing : DataFrame, optional
        Same index and columns: ``""`` where answered, else ``"na"``, ``"nr"``, ``"dk"`` or ``"rf"``. Don't know and
        refused count as answers, as in :func:`evaluate`. Without it every NA is a missing answer.

    Returns
    -------
    ndarray of bool, shape (n,)
        No missing values: what cannot be compared is false.

    Raises
    ------
    DataError
        The table lacks a column that the expression names.
    """
    lacking = [ref.text for ref in references(expression) if ref.column not in data and not multi_columns(ref, data)]
    if lacking:
        columns = ", ".join(map(str, list(data.columns)[:8]))
        raise DataError(
            f"columns that the condition names are not in the data: {first_few(lacking)}; it has {columns}, ..."
        )
    return _evaluate(expression, data, missing)


def _evaluate(tree: Expression, data: pd.DataFrame, missing: pd.DataFrame | None) -> Mask:
    match tree:
        case Const(value):
            return np.full(len(data), value)
        case And(operands):
            return _all([_evaluate(part, data, missing) for part in operands])
        case Or(operands):
            return _any([_evaluate(part, data, missing) for part in operands])
        case Not(operand):
            return ~_evaluate(operand, data, missing)
        case Has(ref, code):
            return _ticks(ref, data, missing).get(code, np.zeros(len(data), dtype=bool))
        case Count(ref, op, number):
            ticks = list(_ticks(ref, data, missing).values())
            counts = np.sum(ticks, axis=0) if ticks else np.zeros(len(data))
            return np.asarray(OPERATORS[op](counts, number), dtype=bool)
        case Answered(ref):
            if ref.column not in data:
                ticks = list(_ticks(ref, data, missing).values())
                return _any(ticks)
            return data[ref.column].notna().to_numpy(dtype=bool) | _special(ref.column, missing, len(data))
        case In(ref, values):
            return _any([_equal(ref, value, data, missing) for value in values])
        case Compare(ref, op, value):
            return _compare(ref, op, value, data, missing)


def _all(parts: list[Mask]) -> Mask:
    return np.asarray(np.all(parts, axis=0), dtype=bool)


def _any(parts: list[Mask]) -> Mask:
    return np.asarray(np.any(parts, axis=0), dtype=bool)


def _special(column: str, missing: pd.DataFrame | None, n: int, kind: str | None = None) -> Mask:
    if missing is None or column not in missing:
        return np.zeros(n, dtype=bool)
    kinds = ("dk", "rf") if kind is None else (kind,)
    return missing[column].isin(kinds).to_numpy(dtype=bool)


def _compare(ref: Ref, op: Any, value: str, data: pd.DataFrame, missing: pd.DataFrame | None) -> Mask:
    if op in ("==", "!="):
        equal = _equal(ref, value, data, missing)
        if op == "==":
            return equal
        return (data[ref.column].notna().to_numpy(dtype=bool) | _special(ref.column, missing, len(data))) & ~equal
    bound = as_number(value)
    if bound is None:
        return np.zeros(len(data), dtype=bool)
    numbers = _numbers(data[ref.column])
    codes = [as_number(code) for code, _ in ref.specials]
    with np.errstate(invalid="ignore"):
        return np.asarray(OPERATORS[op](numbers, bound), dtype=bool) & ~np.isin(
            numbers, [c for c in codes if c is not None]
        )


def _numbers(column: pd.Series[Any]) -> npt.NDArray[np.float64]:
    return np.asarray(pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan))


def _equal(ref: Ref, value: str, data: pd.DataFrame, missing: pd.DataFrame | None) -> Mask:
    for code, kind in ref.specials:
        if code == value:
            return _special(ref.column, missing, len(data), kind) | _text_equal(data[ref.column], value)
    column = data[ref.column]
    numeric = pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype)
    number = as_number(value)
    if number is not None and (ref.kind == "number" or (ref.kind == "unbound" and numeric)):
        return np.asarray(_numbers(column) == number)
    return _text_equal(column, value)


def _text_equal(column: pd.Series[Any], value: str) -> Mask:
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(object)
    texts = column if not pd.api.types.is_numeric_dtype(column.dtype) else column.map(_plain, na_action="ignore")
    return (texts == value).fillna(False).to_numpy(dtype=bool)


def _plain(value: Any) -> str:
    return str(int(value)) if float(value).is_integer() else str(value)


def multi_columns(ref: Ref, data: pd.DataFrame) -> dict[str, str]:
    """Return code to column for the options of a multi in a table, text after "other" left out."""
    if ref.row is not None:
        return {}
    start = f"{ref.id}_"
    if ref.codes:
        return {code: start + code for code in ref.codes if start + code in data}
    names = [str(name) for name in data.columns if str(name).startswith(start)]
    return {name[len(start) :]: name for name in names if not name.endswith("_text")}


def _ticks(ref: Ref, data: pd.DataFrame, missing: pd.DataFrame | None) -> dict[str, Mask]:
    columns = multi_columns(ref, data)
    ticks = {code: _true(data[name]) for code, name in columns.items()}
    for code, kind in ref.specials:
        marks = [_special(name, missing, len(data), kind) for name in columns.values()]
        if marks:
            ticks[code] = np.logical_or.reduce([ticks.get(code, np.zeros(len(data), dtype=bool)), *marks])
    return ticks


def _true(column: pd.Series[Any]) -> Mask:
    if pd.api.types.is_bool_dtype(column.dtype):
        return column.fillna(False).to_numpy(dtype=bool)
    if pd.api.types.is_numeric_dtype(column.dtype):
        return np.asarray(_numbers(column) == 1)
    return column.isin([True, "True", "true", "1", "TRUE"]).to_numpy(dtype=bool)
