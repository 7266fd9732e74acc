"""Routing expressions in the languages of other engines, with guards that keep the meaning.

The other engines take a missing answer for unequal to everything, and order special codes like any number. Each
comparison therefore says that there is an answer, and that the answer is no special code, where that matters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

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
)

__all__ = ["limesurvey_text", "surveyjs_text", "xpath_text"]

Leaf = Callable[[Expression], str]


def _join(tree: Expression, leaf: Leaf, negate: str, const: Callable[[bool], str]) -> str:
    match tree:
        case And(operands):
            return "(" + " and ".join(_join(part, leaf, negate, const) for part in operands) + ")"
        case Or(operands):
            return "(" + " or ".join(_join(part, leaf, negate, const) for part in operands) + ")"
        case Not(operand):
            inside = _join(operand, leaf, negate, const)
            return negate + (inside if inside.startswith("(") and isinstance(operand, And | Or) else f"({inside})")
        case Const(value):
            return const(value)
    return leaf(tree)


def _all(*parts: str) -> str:
    return parts[0] if len(parts) == 1 else "(" + " and ".join(parts) + ")"


def xpath_text(expression: Expression) -> str:
    """Write a bound expression for XLSForm (XPath of ODK).

    Parameters
    ----------
    expression : Expression
        A bound tree; grid rows and special codes must be known.

    Returns
    -------
    str
        References are written ``${column}``.

    Examples
    --------
    >>> from surveykit.questionnaire import parse
    >>> xpath_text(parse("a != 1 or b >= 4"))
    "((${a} != '' and ${a} != '1') or number(${b}) >= 4)"
    """
    return _join(expression, _xpath, "not", lambda value: "true()" if value else "false()")


def _xpath(leaf: Expression) -> str:
    match leaf:
        case Answered(ref):
            return f"{_dollar(ref)} != ''"
        case Has(ref, code):
            return f"selected({_dollar(ref)}, '{code}')"
        case Count(ref, op, number):
            return f"count-selected({_dollar(ref)}) {'=' if op == '==' else op} {number}"
        case In(ref, values):
            tests = [f"{_dollar(ref)} = {_constant(ref, value)}" for value in values]
            return tests[0] if len(tests) == 1 else "(" + " or ".join(tests) + ")"
        case Compare(ref, "==", value):
            return f"{_dollar(ref)} = {_constant(ref, value)}"
        case Compare(ref, "!=", value):
            return _all(f"{_dollar(ref)} != ''", f"{_dollar(ref)} != {_constant(ref, value)}")
        case Compare(ref, op, value):
            guards = [f"{_dollar(ref)} != {_constant(ref, code)}" for code, _ in ref.specials]
            return _all(*guards, f"number({_dollar(ref)}) {op} {value}")
    raise TypeError(leaf)


def _dollar(ref: Ref) -> str:
    return f"${{{ref.column}}}"


def _constant(ref: Ref, value: str) -> str:
    return value if ref.kind == "number" else f"'{value}'"


def surveyjs_text(expression: Expression) -> str:
    """Write a bound expression for SurveyJS.

    Parameters
    ----------
    expression : Expression
        A bound tree.

    Returns
    -------
    str
        References are written ``{item}`` and ``{grid.row}``.

    Examples
    --------
    >>> from surveykit.questionnaire import parse
    >>> surveyjs_text(parse("m has 1 and count(m) >= 2"))
    "(({m} notempty and {m} contains '1') and iif({m} empty, 0, {m.length}) >= 2)"
    """
    return _join(expression, _surveyjs_leaf, "!", lambda value: "1 = 1" if value else "1 = 2")


def _surveyjs_leaf(leaf: Expression) -> str:
    # survey-core 3.1 does not test {grid.row} again when the whole grid is cleared; naming {grid} makes it.
    ref = getattr(leaf, "ref", None)
    text = _surveyjs(leaf)
    return text if ref is None or ref.row is None else f"({{{ref.id}}} notempty and {text})"


def _surveyjs(leaf: Expression) -> str:
    match leaf:
        case Answered(ref):
            return f"{_braces(ref)} notempty"
        case Has(ref, code):
            return _all(f"{_braces(ref)} notempty", f"{_braces(ref)} contains '{code}'")
        case Count(ref, op, number):
            sign = {"==": "=", "!=": "<>"}.get(op, op)
            return f"iif({_braces(ref)} empty, 0, {{{ref.id}.length}}) {sign} {number}"
        case In(ref, values):
            tests = [f"{_braces(ref)} = {_constant(ref, value)}" for value in values]
            return tests[0] if len(tests) == 1 else "(" + " or ".join(tests) + ")"
        case Compare(ref, "==", value):
            return f"{_braces(ref)} = {_constant(ref, value)}"
        case Compare(ref, "!=", value):
            return _all(f"{_braces(ref)} notempty", f"{_braces(ref)} <> {_constant(ref, value)}")
        case Compare(ref, op, value):
            guards = [f"{_braces(ref)} <> {_constant(ref, code)}" for code, _ in ref.specials]
            return _all(f"{_braces(ref)} notempty", *guards, f"{_braces(ref)} {op} {value}")
    raise TypeError(leaf)


def _braces(ref: Ref) -> str:
    return f"{{{ref.text}}}"


def limesurvey_text(
    expression: Expression, names: Mapping[str, str], codes: Mapping[tuple[str, str], str], multi: Mapping[str, str]
) -> str:
    """Write a bound expression for the expression manager of LimeSurvey (experimental).

    Parameters
    ----------
    expression : Expression
        A bound tree.
    names : mapping
        Our column to LimeSurvey's name of the answer.
    codes : mapping
        (item, our code) to LimeSurvey's answer code.
    multi : mapping
        ``item_code`` of a multi to the name of its subquestion.

    Returns
    -------
    str
        The expression without its braces.
    """

    def code(ref: Ref, value: str) -> str:
        return value if ref.kind == "number" else f'"{codes.get((ref.id, value), value)}"'

    def leaf(test: Expression) -> str:
        match test:
            case Answered(ref):
                if ref.kind == "multi":
                    return f"count({_ticks(ref)}) > 0"
                return f"!is_empty({names[ref.column]}.NAOK)"
            case Has(ref, value):
                return f'{multi[f"{ref.id}_{value}"]}.NAOK == "Y"'
            case Count(ref, op, number):
                return f"count({_ticks(ref)}) {op} {number}"
            case In(ref, values):
                return "(" + " or ".join(f"{names[ref.column]}.NAOK == {code(ref, value)}" for value in values) + ")"
            case Compare(ref, op, value):
                name = f"{names[ref.column]}.NAOK"
                guards = [] if op == "==" else [f"!is_empty({name})"]
                if op not in ("==", "!="):
                    guards += [f"{name} != {code(ref, special)}" for special, _ in ref.specials]
                    return _all(*guards, f"{name} {op} {value}")
                return _all(*guards, f"{name} {op} {code(ref, value)}")
        raise TypeError(test)

    def _ticks(ref: Ref) -> str:
        return ", ".join(f"{multi[f'{ref.id}_{value}']}.NAOK" for value in ref.codes)

    return _join(expression, leaf, "!", lambda value: "1 == 1" if value else "1 == 2")
