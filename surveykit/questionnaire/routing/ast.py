"""The tree of a routing expression.

Nodes are frozen and hashable. A freshly parsed tree is unbound: it knows names only.
:func:`surveykit.questionnaire.bind` looks the names up in a questionnaire and fills in ``kind``, ``specials`` and
``codes`` of each reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

__all__ = [
    "And",
    "Answered",
    "Compare",
    "Const",
    "Count",
    "Expression",
    "Has",
    "In",
    "Not",
    "Or",
    "Ref",
    "conjunction",
    "expression_text",
    "negation",
    "references",
    "to_json",
]

RefKind = Literal["unbound", "code", "number", "multi", "other"]
Operator = Literal["==", "!=", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference to an item or to a row of a grid.

    Attributes
    ----------
    id : str
        The item.
    row : str, optional
        The row of a grid.
    kind : {"unbound", "code", "number", "multi", "other"}
        What the reference holds; ``"other"`` (text, date) can only be tested with ``answered()``.
    specials : tuple of (str, str)
        Special codes of the item, each with its kind of missing value (``"dk"``, ``"rf"``).
    codes : tuple of str
        Codes of a multiple choice, specials included.
    """

    id: str
    row: str | None = None
    kind: RefKind = "unbound"
    specials: tuple[tuple[str, str], ...] = ()
    codes: tuple[str, ...] = ()

    @property
    def column(self) -> str:
        """The data column: ``sat_venue`` for ``sat.venue``."""
        return self.id if self.row is None else f"{self.id}_{self.row}"

    @property
    def text(self) -> str:
        """As written in an expression."""
        return self.id if self.row is None else f"{self.id}.{self.row}"


@dataclass(frozen=True, slots=True)
class Compare:
    """``ref op value``; false when the value is missing, order false for special codes."""

    ref: Ref
    op: Operator
    value: str


@dataclass(frozen=True, slots=True)
class In:
    """``ref in [values]``; false when the value is missing."""

    ref: Ref
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Has:
    """``ref has value``: the option of a multiple choice is ticked."""

    ref: Ref
    value: str


@dataclass(frozen=True, slots=True)
class Answered:
    """``answered(ref)``: asked, and answered with anything, special codes included."""

    ref: Ref


@dataclass(frozen=True, slots=True)
class Count:
    """``count(ref) op value``: the number of ticked options, 0 when missing."""

    ref: Ref
    op: Operator
    value: int


@dataclass(frozen=True, slots=True)
class Const:
    """``true`` or ``false``."""

    value: bool


@dataclass(frozen=True, slots=True)
class Not:
    """Classical negation: true when the operand is false, also for want of an answer."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class And:
    """True when every operand is."""

    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """True when any operand is."""

    operands: tuple[Expression, ...]


Expression = Compare | In | Has | Answered | Count | Const | Not | And | Or


def references(expression: Expression) -> Iterator[Ref]:
    """Yield every reference of an expression, in the order of writing, repeats included."""
    match expression:
        case And(operands) | Or(operands):
            for operand in operands:
                yield from references(operand)
        case Not(operand):
            yield from references(operand)
        case Const():
            return
        case _:
            yield expression.ref


def conjunction(*parts: Expression | None) -> Expression:
    """Join expressions with ``and``; absent and constantly true parts fall away, repeats too."""
    flat: list[Expression] = []
    for part in parts:
        for operand in part.operands if isinstance(part, And) else (part,):
            if operand is None or operand == Const(True) or operand in flat:
                continue
            flat.append(operand)
    if Const(False) in flat:
        return Const(False)
    if not flat:
        return Const(True)
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def negation(part: Expression) -> Expression:
    """Negate; a double negation falls away."""
    if isinstance(part, Not):
        return part.operand
    return Const(not part.value) if isinstance(part, Const) else Not(part)


def expression_text(expression: Expression) -> str:
    """Write an expression in the routing language, always in the same way.

    Examples
    --------
    >>> from surveykit.questionnaire import parse
    >>> expression_text(parse("aware in [1,2]and not(visited==2)"))
    'aware in [1, 2] and not (visited == 2)'
    """
    match expression:
        case And(operands):
            return " and ".join(_wrapped(part, (Or,)) for part in operands)
        case Or(operands):
            return " or ".join(_wrapped(part, ()) for part in operands)
        case Not(operand):
            return f"not ({expression_text(operand)})"
        case Const(value):
            return "true" if value else "false"
        case Compare(ref, op, value):
            return f"{ref.text} {op} {_literal(value)}"
        case In(ref, values):
            return f"{ref.text} in [{', '.join(map(_literal, values))}]"
        case Has(ref, value):
            return f"{ref.text} has {_literal(value)}"
        case Answered(ref):
            return f"answered({ref.text})"
        case Count(ref, op, number):
            return f"count({ref.text}) {op} {number}"


_PLAIN = re.compile(r"(?!(?:and|or|not|in|has|answered|count|true|false)\Z)-?(?:\d+\.\d+|[A-Za-z0-9_][A-Za-z0-9_-]*)\Z")


def _literal(value: str) -> str:
    return value if _PLAIN.match(value) else f"'{value}'"


def _wrapped(part: Expression, kinds: tuple[type, ...]) -> str:
    text = expression_text(part)
    return f"({text})" if isinstance(part, kinds) else text


def to_json(expression: Expression) -> list[Any]:
    """Turn a bound expression into nested lists, the form that the browser evaluates.

    Returns
    -------
    list
        ``["and", ...]``, ``["or", ...]``, ``["not", x]``, ``["const", true]``, ``["cmp", column, op, value, kind,
        specials]``, ``["in", column, values]``, ``["has", column, value]``, ``["answered", column]`` or
        ``["count", column, op, number]``.
    """
    match expression:
        case And(operands):
            return ["and", *(to_json(part) for part in operands)]
        case Or(operands):
            return ["or", *(to_json(part) for part in operands)]
        case Not(operand):
            return ["not", to_json(operand)]
        case Const(value):
            return ["const", value]
        case Compare(ref, op, value):
            return ["cmp", ref.column, op, value, ref.kind, [code for code, _ in ref.specials]]
        case In(ref, values):
            return ["in", ref.column, list(values), ref.kind]
        case Has(ref, value):
            return ["has", ref.column, value]
        case Answered(ref):
            return ["answered", ref.column]
        case Count(ref, op, number):
            return ["count", ref.column, op, number]
