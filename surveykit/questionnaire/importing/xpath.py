"""Conditions of XLSForm in our routing language, as far as it can say them."""

from __future__ import annotations

import re
from collections.abc import Collection

from surveykit.questionnaire.routing.parser import RoutingError, parse_expression

__all__ = ["routing_from_xpath"]

_TOKEN = re.compile(
    r"\s*(?:(?P<selected>selected\(\s*\$\{(\w+)\}\s*,\s*(['\"])([^'\"]*)\3\s*\))"
    r"|(?P<count>count-selected\(\s*\$\{(\w+)\}\s*\))"
    r"|(?P<number>number\(\s*\$\{(\w+)\}\s*\))|(?P<ref>\$\{(\w+)\})"
    r"|(?P<const>(?:true|false)\(\))|(?P<word>and\b|or\b|not\b)|(?P<mark>[()])"
    r"|(?P<op>!=|<=|>=|=|<|>)|(?P<quoted>'[^']*'|\"[^\"]*\")|(?P<figure>-?\d+(?:\.\d+)?))"
)


def routing_from_xpath(text: str, names: dict[str, str], multi: Collection[str]) -> str | None:
    """Translate a ``relevant`` of XLSForm.

    Parameters
    ----------
    text : str
        The expression.
    names : mapping
        Name in the form to our reference (``sat_venue`` to ``sat.venue``).
    multi : collection of str
        Our ids that are multiple choices.

    Returns
    -------
    str or None
        The condition with the same meaning, or None when our language cannot say it. A missing answer is unequal to
        everything in XLSForm, so ``!=`` becomes ``not (... == ...)``.
    """
    parts: list[str] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        found = _TOKEN.match(text, position)
        if found is None:
            return None
        position = found.end()
        kind = found.lastgroup
        if kind == "selected":
            name = names.get(found[2], found[2])
            parts.append(f"{name} has '{found[4]}'" if name in multi else f"{name} == '{found[4]}'")
        elif kind in ("count", "number", "ref"):
            name = names.get(
                found[{"count": 6, "number": 8, "ref": 10}[kind]], found[{"count": 6, "number": 8, "ref": 10}[kind]]
            )
            test = _comparison(text, position, f"count({name})" if kind == "count" else name)
            if test is None:
                return None
            parts.append(test[0])
            position = test[1]
        elif kind in ("const", "word", "mark"):
            parts.append(found.group().strip().removesuffix("()"))
        else:
            return None
    try:
        parse_expression(" ".join(parts))
    except RoutingError:
        return None
    return " ".join(parts)


def _comparison(text: str, position: int, name: str) -> tuple[str, int] | None:
    op = _TOKEN.match(text, position)
    if op is None or op["op"] is None:
        return None
    value = _TOKEN.match(text, op.end())
    if value is None or (value["quoted"] is None and value["figure"] is None):
        return None
    literal = value["figure"] or "'" + value["quoted"][1:-1] + "'"
    if literal == "''":
        said = {"=": f"not (answered({name}))", "!=": f"answered({name})"}.get(op["op"])
        return None if said is None else (said, value.end())
    if op["op"] == "!=" and not name.startswith("count("):
        return f"not ({name} == {literal})", value.end()
    sign = "==" if op["op"] == "=" else op["op"]
    return f"{name} {sign} {literal}", value.end()
