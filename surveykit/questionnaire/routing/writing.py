"""The frame of a routing expression in the language of another engine; its renderer writes the leaves.

The other engines take a missing answer for unequal to everything, and order special codes like any number. Each
comparison therefore says that there is an answer, and that the answer is no special code, where that matters.
"""

from __future__ import annotations

from collections.abc import Callable

from surveykit.questionnaire.routing.ast import And, Const, Expression, Not, Or, Ref

__all__ = ["all_of", "constant", "written"]

Leaf = Callable[[Expression], str]


def written(tree: Expression, leaf: Leaf, negate: str, const: Callable[[bool], str]) -> str:
    """Write a bound tree with the words ``and`` and ``or``, every part in brackets.

    Parameters
    ----------
    tree : Expression
        A bound tree; grid rows and special codes must be known.
    leaf : callable
        Writes a test of one answer.
    negate : str
        What stands before the bracket that is negated.
    const : callable
        Writes what always holds, and what never does.

    Returns
    -------
    str
        The expression.
    """
    match tree:
        case And(operands):
            return "(" + " and ".join(written(part, leaf, negate, const) for part in operands) + ")"
        case Or(operands):
            return "(" + " or ".join(written(part, leaf, negate, const) for part in operands) + ")"
        case Not(operand):
            inside = written(operand, leaf, negate, const)
            return negate + (inside if inside.startswith("(") and isinstance(operand, And | Or) else f"({inside})")
        case Const(value):
            return const(value)
    return leaf(tree)


def all_of(*parts: str) -> str:
    """Join guards and a test."""
    return parts[0] if len(parts) == 1 else "(" + " and ".join(parts) + ")"


def constant(ref: Ref, value: str) -> str:
    """Write a value that a reference is compared with: a number as it is, a code as text."""
    return value if ref.kind == "number" else f"'{value}'"
