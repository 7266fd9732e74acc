"""Model formulas: a small language, parsed and never evaluated as code."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from surveykit.design.tables import categories, holds_numbers, numeric_column
from surveykit.errors import DataError

__all__ = ["Formula", "ModelMatrix", "model_matrix", "parse_formula", "response"]

FUNCTIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "log": np.log,
    "log2": np.log2,
    "log10": np.log10,
    "exp": np.exp,
    "sqrt": np.sqrt,
}
_TOKEN = re.compile(r"\s*(?:(`[^`]+`)|([A-Za-z_.\u0080-\uffff][\w.]*)|(\d+(?:\.\d+)?)|(\*\*|[-+*:()~^]))")


@dataclass(frozen=True)
class Factor:
    """One variable of a term: a column, a function of it, a power, or a column read as categories."""

    column: str
    function: str = ""
    power: float = 1.0

    @property
    def label(self) -> str:
        """Name as in R."""
        if self.power != 1.0:
            return f"I({self.column}^{self.power:g})"
        return f"{self.function}({self.column})" if self.function else self.column


@dataclass(frozen=True)
class Formula:
    """A parsed formula.

    Attributes
    ----------
    left : Factor or None
        The response.
    intercept : bool
        Whether there is a constant.
    terms : tuple of tuple of Factor
        Main effects first, then interactions by their order, as in R.
    """

    left: Factor | None
    intercept: bool
    terms: tuple[tuple[Factor, ...], ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns named."""
        names = [factor.column for term in self.terms for factor in term]
        return tuple(dict.fromkeys(([self.left.column] if self.left else []) + names))


def parse_formula(text: str) -> Formula:
    """Parse ``response ~ a + b + a:b + c*d + log(e) + factor(f) + I(g^2) - 1``.

    Parameters
    ----------
    text : str
        Names with signs other than dots and underscores go in backticks; so may all names.

    Raises
    ------
    DataError
        When the text is no such formula, with the place.

    Examples
    --------
    >>> [":".join(f.label for f in term) for term in parse_formula("y ~ a*b").terms]
    ['a', 'b', 'a:b']
    """
    tokens, at = [], 0
    stripped = text.rstrip()
    while at < len(stripped):
        match = _TOKEN.match(stripped, at)
        if not match:
            raise DataError(f"The formula {text!r} cannot be read at {stripped[at:]!r}: put odd names in backticks.")
        tokens.append(match.group(0).strip())
        at = match.end()
    return _Parser(text, tokens).formula()


class _Parser:
    def __init__(self, text: str, tokens: list[str]) -> None:
        self.text, self.tokens, self.at = text, tokens, 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, expected: str = "") -> str:
        token = self.peek()
        if not token or (expected and token != expected):
            raise DataError(f"The formula {self.text!r} needs {expected or 'a name'!r} before {token or 'its end'!r}.")
        self.at += 1
        return token

    def formula(self) -> Formula:
        left = None
        if "~" in self.tokens:
            if self.peek() != "~":
                left = self.factor()
            self.take("~")
        intercept, terms = self.terms()
        ordered = sorted(dict.fromkeys(terms), key=len)
        if not ordered and not intercept:
            raise DataError(f"The formula {self.text!r} has neither a term nor a constant.")
        return Formula(left, intercept, tuple(ordered))

    def terms(self) -> tuple[bool, list[tuple[Factor, ...]]]:
        intercept, sign = True, "+"
        terms: list[tuple[Factor, ...]] = []
        if self.peek() in ("+", "-"):
            sign = self.take()
        while True:
            if self.peek() in ("0", "1"):
                number = self.take()
                intercept = (number == "1") == (sign == "+")
            else:
                found = self.product()
                terms = terms + found if sign == "+" else [t for t in terms if t not in found]
            if self.peek() not in ("+", "-"):
                break
            sign = self.take()
        if self.at < len(self.tokens):
            raise DataError(f"The formula {self.text!r} cannot be read at {self.peek()!r}.")
        return intercept, terms

    def product(self) -> list[tuple[Factor, ...]]:
        parts = [self.interaction()]
        while self.peek() == "*":
            self.take("*")
            parts.append(self.interaction())
        out = []
        for size in range(1, len(parts) + 1):
            for chosen in combinations(parts, size):
                out.append(tuple(dict.fromkeys(factor for part in chosen for factor in part)))
        return out

    def interaction(self) -> tuple[Factor, ...]:
        factors = [self.factor()]
        while self.peek() == ":":
            self.take(":")
            factors.append(self.factor())
        return tuple(dict.fromkeys(factors))

    def factor(self) -> Factor:
        name = self.take()
        if name in ("+", "-", "*", ":", "(", ")", "~", "^", "**") or name[0].isdigit():
            raise DataError(f"The formula {self.text!r} needs a name where {name!r} is.")
        plain = name.strip("`")
        if self.peek() != "(" or name.startswith("`"):
            return Factor(plain)
        self.take("(")
        inner = self.take().strip("`")
        power = 1.0
        if plain == "I" and self.peek() in ("^", "**"):
            self.take()
            power = float(self.take())
        self.take(")")
        if plain == "I":
            return Factor(inner, power=power)
        if plain in ("factor", "C", "as.factor"):
            return Factor(inner, "factor")
        if plain not in FUNCTIONS:
            known = ", ".join([*FUNCTIONS, "factor", "I"])
            raise DataError(f"The formula {self.text!r} uses {plain}(), which is not known: use one of {known}.")
        return Factor(inner, plain)


@dataclass(frozen=True, eq=False)
class ModelMatrix:
    """Columns of a model.

    Attributes
    ----------
    x : numpy.ndarray, shape (n, p)
        NaN in rows with a missing value.
    names : tuple of str
        Column names as R gives them.
    assign : tuple of int
        Term of each column: 0 the constant, then 1, 2, ... in the order of the formula.
    term_labels : tuple of str
        Label of each term.
    levels : mapping
        Levels of the categorical columns, the first being the reference.
    """

    x: np.ndarray
    names: tuple[str, ...]
    assign: tuple[int, ...]
    term_labels: tuple[str, ...]
    levels: Mapping[str, list[Any]]


def _is_categorical(frame: pd.DataFrame, factor: Factor) -> bool:
    if factor.function == "factor":
        return True
    column = frame[factor.column]
    if pd.api.types.is_bool_dtype(column.dtype):
        return not factor.function and factor.power == 1.0
    return not holds_numbers(column)


def numeric_factor(frame: pd.DataFrame, factor: Factor) -> np.ndarray:
    """Return the values of a numeric factor of a formula, NaN where the function is not defined."""
    values = numeric_column(frame, factor.column)
    with np.errstate(divide="ignore", invalid="ignore"):
        out = FUNCTIONS[factor.function](values) if factor.function else values**factor.power
    return np.where(np.isfinite(out), out, np.nan)


def response(frame: pd.DataFrame, factor: Factor) -> np.ndarray:
    """Return the response; a column with two levels is 1 for the second (sorted) level."""
    if not _is_categorical(frame, factor):
        return numeric_factor(frame, factor)
    codes, _ = categories(frame, factor.column)
    there = np.unique(codes[codes >= 0])
    if there.size != 2:
        raise DataError(f"The response {factor.column!r} has {there.size} levels: a categorical response needs two.")
    return np.where(codes < 0, np.nan, (codes == there[1]).astype(float))


def model_matrix(
    frame: pd.DataFrame, formula: Formula, rows: np.ndarray, levels: Mapping[str, list[Any]] | None = None
) -> ModelMatrix:
    """Return the columns of a model with treatment contrasts, coded as R codes them.

    Parameters
    ----------
    frame : pandas.DataFrame
        The data.
    formula : Formula
        The model.
    rows : numpy.ndarray of bool
        Rows whose levels count; levels that do not occur among them get no column.
    levels : mapping, optional
        Levels to use instead of those found.
    """
    found: dict[str, list[Any]] = {}
    blocks, names, assign = [], [], []
    if formula.intercept:
        blocks, names, assign = [np.ones((len(frame), 1))], ["(Intercept)"], [0]
    present: set[frozenset[str]] = {frozenset(f.label for f in term) for term in formula.terms}
    if formula.intercept:
        present.add(frozenset())
    for position, term in enumerate(formula.terms, start=1):
        block, label = np.ones((len(frame), 1)), [""]
        for factor in term:
            rest = frozenset(f.label for f in term) - {factor.label}
            columns, ends = _factor_columns(frame, factor, rows, rest in present, levels, found)
            block = (block[:, None, :] * columns[:, :, None]).reshape(len(frame), -1)
            label = [f"{a}:{b}" if a else b for b in ends for a in label]
        present.add(frozenset(f.label for f in term))
        blocks.append(block)
        names += label
        assign += [position] * block.shape[1]
    labels = tuple(":".join(factor.label for factor in term) for term in formula.terms)
    return ModelMatrix(np.concatenate(blocks, axis=1), tuple(names), tuple(assign), labels, found)


def _factor_columns(
    frame: pd.DataFrame,
    factor: Factor,
    rows: np.ndarray,
    contrast: bool,
    given: Mapping[str, list[Any]] | None,
    found: dict[str, list[Any]],
) -> tuple[np.ndarray, list[str]]:
    if not _is_categorical(frame, factor):
        return numeric_factor(frame, factor)[:, None], [factor.label]
    codes, levels = categories(frame, factor.column)
    if given is not None:
        wanted = given[factor.label]
    else:
        there = set(np.unique(codes[rows & (codes >= 0)]).tolist())
        wanted = [level for i, level in enumerate(levels) if i in there]
    found[factor.label] = wanted
    if len(wanted) < 2:
        raise DataError(f"Column {factor.column!r} has {len(wanted)} level(s) in the domain: a term needs two.")
    position = {level: i for i, level in enumerate(levels)}
    used = wanted[1:] if contrast else wanted
    columns = np.column_stack([(codes == position.get(level, -2)).astype(float) for level in used])
    known = np.isin(codes, [position[level] for level in wanted if level in position])
    columns[~known] = np.nan
    shown = [str(level).upper() if isinstance(level, bool) else str(level) for level in used]
    return columns, [f"{factor.label}{level}" for level in shown]
