"""Recursive-descent parser of the routing language.

Grammar::

    expr := or ; or := and {"or" and} ; and := not {"and" not} ; not := "not" not | "(" expr ")" | test
    test := ref ("=="|"!="|"<"|"<="|">"|">=") literal | ref "in" "[" literal {"," literal} "]"
          | ref "has" literal | "answered(" ref ")" | "count(" ref ")" cmp integer | "true" | "false"
    ref  := id | id.row            literal := number | code | 'code'
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NoReturn, cast

from surveykit.errors import SurveyKitError
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

__all__ = ["MAX_LENGTH", "RoutingError", "parse_expression"]

MAX_LENGTH = 4000
MAX_DEPTH = 60
_TOKEN = re.compile(
    r"\s*(?:(?P<quoted>'[^']*')|(?P<op>==|!=|<=|>=|<|>)|(?P<mark>[\[\](),.])"
    r"|(?P<word>-?\d+\.\d+|-?[A-Za-z0-9_][A-Za-z0-9_-]*))"
)
_WORDS = {"and", "or", "not", "in", "has", "answered", "count", "true", "false"}
_ID = re.compile(r"[a-z][a-z0-9_]*\Z")
_FULL_WIDTH = dict(zip("（），＝＜＞！［］【】。‘’“”＂", "(),=<>![][].''''\"", strict=True))
_HINTS = {
    "=": "write '==' for equality",
    "&": "write 'and'",
    "|": "write 'or'",
    "!": "write 'not'",
    '"': "quote codes with '...'",
}


class RoutingError(SurveyKitError):
    """A routing expression cannot be read.

    Parameters
    ----------
    what : str
        What is wrong.
    todo : str
        What to do.
    expression : str
        The whole expression.
    position : int
        Where it goes wrong, counted from 0.
    """

    def __init__(self, what: str, todo: str, expression: str, position: int) -> None:
        self.what, self.todo, self.expression, self.position = what, todo, expression, position
        shown = expression if len(expression) <= 80 else expression[:77] + "..."
        super().__init__(f"{what} at character {position + 1} of {shown!r}: {todo}")


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    position: int


def parse_expression(expression: str) -> Expression:
    """Parse a routing expression into an unbound tree.

    Parameters
    ----------
    expression : str
        Text in the routing language, at most 4,000 characters.

    Returns
    -------
    Expression
        The tree.

    Raises
    ------
    RoutingError
        With the position and a hint.
    """
    if len(expression) > MAX_LENGTH:
        raise RoutingError(
            f"the expression has {len(expression)} characters, more than {MAX_LENGTH}",
            "split it over derived variables",
            expression,
            MAX_LENGTH,
        )
    return _parse_cached(expression)


@lru_cache(maxsize=4096)
def _parse_cached(expression: str) -> Expression:
    parser = _Parser(expression)
    tree = parser.either(0)
    if parser.here.kind != "end":
        parser.fail(f"unexpected {parser.here.text!r}", "join tests with 'and' or 'or'")
    return tree


def _tokens(expression: str) -> list[_Token]:
    tokens: list[_Token] = []
    position = 0
    end = len(expression.rstrip())
    while position < end:
        found = _TOKEN.match(expression, position)
        if found is None:
            position += len(expression[position:]) - len(expression[position:].lstrip())
            raise _bad_character(expression, position)
        kind = cast(str, found.lastgroup)
        tokens.append(_Token(kind, found.group(kind), found.start(kind)))
        position = found.end()
    tokens.append(_Token("end", "", len(expression)))
    return tokens


def _bad_character(expression: str, position: int) -> RoutingError:
    character = expression[position]
    if character in _FULL_WIDTH:
        todo = f"write the half-width {_FULL_WIDTH[character]!r}"
        return RoutingError(f"full-width {character!r}", todo, expression, position)
    if character == "'":
        return RoutingError("a quote without its end", "close it with '", expression, position)
    todo = _HINTS.get(character, "quote codes that are not letters, digits, '_' or '-' as '...'")
    return RoutingError(f"unexpected {character!r}", todo, expression, position)


class _Parser:
    def __init__(self, expression: str) -> None:
        self.expression = expression
        self.tokens = _tokens(expression)
        self.at = 0

    @property
    def here(self) -> _Token:
        return self.tokens[self.at]

    def fail(self, what: str, todo: str) -> NoReturn:
        raise RoutingError(what, todo, self.expression, self.here.position)

    def accept(self, *texts: str) -> str | None:
        token = self.here
        if token.kind in ("op", "mark", "word") and token.text in texts:
            self.at += 1
            return token.text
        return None

    def expect(self, text: str, todo: str) -> None:
        if self.accept(text) is None:
            found = repr(self.here.text) if self.here.text else "the end"
            self.fail(f"expected {text!r}, found {found}", todo)

    def either(self, depth: int) -> Expression:
        parts = [self.both(depth)]
        while self.accept("or"):
            parts.append(self.both(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def both(self, depth: int) -> Expression:
        parts = [self.negated(depth)]
        while self.accept("and"):
            parts.append(self.negated(depth))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def negated(self, depth: int) -> Expression:
        if depth > MAX_DEPTH:
            self.fail(f"more than {MAX_DEPTH} levels of nesting", "split it over derived variables")
        if self.accept("not"):
            return Not(self.negated(depth + 1))
        if self.accept("("):
            inside = self.either(depth + 1)
            self.expect(")", "close the parenthesis")
            return inside
        return self.test()

    def test(self) -> Expression:
        if self.accept("true"):
            return Const(True)
        if self.accept("false"):
            return Const(False)
        if (function := self.accept("answered", "count")) is not None:
            self.expect("(", f"write {function}(item)")
            ref = self.reference()
            self.expect(")", f"write {function}(item)")
            return Answered(ref) if function == "answered" else Count(ref, self.operator(), self.integer())
        ref = self.reference()
        if self.accept("in"):
            return In(ref, self.literals())
        if self.accept("has"):
            return Has(ref, self.literal())
        return Compare(ref, self.operator(), self.literal())

    def reference(self) -> Ref:
        name = self.name("an item id")
        if self.accept("."):
            return Ref(name, self.name("a row id"))
        if self.here.text == "(" and self.here.kind == "mark":
            self.fail(f"unknown function {name!r}", "only answered(item) and count(item) exist")
        return Ref(name)

    def name(self, wanted: str) -> str:
        token = self.here
        if token.kind != "word" or token.text in _WORDS:
            found = repr(token.text) if token.text else "the end"
            self.fail(f"expected {wanted}, found {found}", "start each test with an item id, as in 'aware == 1'")
        if _ID.match(token.text) is None:
            self.fail(
                f"{token.text!r} is not an id", "ids are lower-case letters, digits and '_', and start with a letter"
            )
        self.at += 1
        return token.text

    def operator(self) -> Operator:
        found = self.accept("==", "!=", "<", "<=", ">", ">=")
        if found is None:
            text = repr(self.here.text) if self.here.text else "the end"
            self.fail(f"expected a comparison, found {text}", "write one of == != < <= > >= in has")
        return cast(Operator, found)

    def literal(self) -> str:
        token = self.here
        if token.kind == "quoted":
            self.at += 1
            return token.text[1:-1]
        if token.kind == "word" and token.text not in _WORDS:
            self.at += 1
            if self.here.kind == "mark" and self.here.text in (".", "("):
                self.fail("a comparison with another item", "compare with a code or a number")
            return token.text
        found = repr(token.text) if token.text else "the end"
        return self.fail(f"expected a code or a number, found {found}", "write the code after the comparison")

    def literals(self) -> tuple[str, ...]:
        self.expect("[", "write item in [1, 2]")
        values = [self.literal()]
        while self.accept(","):
            values.append(self.literal())
        self.expect("]", "close the list of codes with ']'")
        return tuple(values)

    def integer(self) -> int:
        token = self.here
        if token.kind != "word" or not token.text.isascii() or not token.text.isdigit():
            self.fail(f"count() is compared with {token.text!r}", "compare with a whole number from 0")
        self.at += 1
        return int(token.text)
