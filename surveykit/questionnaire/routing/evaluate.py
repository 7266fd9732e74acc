"""The meaning of a routing expression for one respondent."""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Mapping
from typing import Any

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
    Operator,
    Or,
    Ref,
)

__all__ = ["OPERATORS", "as_number", "evaluate", "is_missing"]

OPERATORS: dict[Operator, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def evaluate(expression: Expression, answers: Mapping[str, Any]) -> bool:
    """Say whether an expression holds for one set of answers.

    Parameters
    ----------
    expression : Expression
        A tree from :func:`parse`, best bound to its questionnaire; an unbound tree does not know which codes are
        special and reads a reference as a number when both sides are numbers.
    answers : mapping
        Column id to answer: a code (text), a number, or a collection of codes for a multiple choice (under the item
        id). Missing, ``None``, ``""``, NaN and an empty collection all mean that there is no answer.

    Returns
    -------
    bool
        Comparisons with a missing answer are false, ``!=`` included; ``not`` is classical; order comparisons are
        false for special codes; ``count`` of a missing answer is 0.

    Examples
    --------
    >>> from surveykit.questionnaire import parse
    >>> evaluate(parse("aware in [1, 2] and count(channel) >= 2"), {"aware": "2", "channel": ["1", "96"]})
    True
    >>> evaluate(parse("aware != 1"), {}), evaluate(parse("not (aware == 1)"), {})
    (False, True)
    """
    match expression:
        case Const(value):
            return value
        case And(operands):
            return all(evaluate(part, answers) for part in operands)
        case Or(operands):
            return any(evaluate(part, answers) for part in operands)
        case Not(operand):
            return not evaluate(operand, answers)
        case Count(ref, op, number):
            return bool(OPERATORS[op](len(_codes(answers.get(ref.column))), number))
        case Has(ref, code):
            return code in _codes(answers.get(ref.column))
        case Answered(ref):
            return not is_missing(answers.get(ref.column))
        case In(ref, values):
            held = answers.get(ref.column)
            return not is_missing(held) and any(_equal(ref, held, value) for value in values)
        case Compare(ref, op, value):
            held = answers.get(ref.column)
            return not is_missing(held) and _compare(ref, held, op, value)


def is_missing(value: Any) -> bool:
    """Whether there is no answer: ``None``, blank text, NaN, NA or an empty collection."""
    if value is None:
        return True
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, Collection):
        return len(value) == 0
    return bool(value != value) if isinstance(value, float) else type(value).__name__ == "NAType"


def as_number(value: Any) -> float | None:
    """Return a finite number, or None."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if abs(number) < float("inf") else None


def _codes(value: Any) -> Collection[str]:
    if is_missing(value):
        return ()
    return (value,) if isinstance(value, str) else {str(code) for code in value}


def _compare(ref: Ref, held: Any, op: Operator, value: str) -> bool:
    if op == "==":
        return _equal(ref, held, value)
    if op == "!=":
        return not _equal(ref, held, value)
    if _is_special(ref, held):
        return False
    left, right = as_number(held), as_number(value)
    return left is not None and right is not None and bool(OPERATORS[op](left, right))


def _equal(ref: Ref, held: Any, value: str) -> bool:
    if str(held) == value:
        return True
    if ref.kind == "code" or (ref.kind == "unbound" and isinstance(held, str)):
        return False
    left = as_number(held)
    return left is not None and left == as_number(value)


def _is_special(ref: Ref, held: Any) -> bool:
    codes = [code for code, _ in ref.specials]
    return str(held) in codes or (ref.kind == "number" and as_number(held) in map(as_number, codes))
