"""The public value to come that makes the seed: which drawing, when, and how its value is written (RFC 3797)."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from surveykit.errors import DataError, Problem, first_few

__all__ = ["DRAND", "NumberGroup", "PublicSource", "ValueForm", "canonical_value", "due_time", "source_problems"]

DRAND: dict[str, tuple[str, int, int]] = {
    "quicknet": ("52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971", 1692803367, 3),
    "default": ("8990e7a9aaed2ffed73dbd7092123d6f289930540d7651336225dc172e51b2ce", 1595431050, 30),
}
"""Hash, second of the first round (Unix time) and seconds between rounds of the chains of drand."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NumberGroup(_Frozen):
    """Numbers that are drawn together.

    Attributes
    ----------
    count : int
        How many.
    low, high : int
        Least and greatest number that can be drawn.
    ascending : bool
        Whether the numbers are sorted before they are used; if not, they are used in the order of the drawing.
    repeats : bool
        Whether a number can be drawn twice.
    """

    count: int = Field(ge=1)
    low: int = Field(default=1, ge=0)
    high: int = Field(ge=0)
    ascending: bool = True
    repeats: bool = False


class ValueForm(_Frozen):
    """The canonical form of a public value.

    Attributes
    ----------
    kind : {"numbers", "decimal", "hex", "drand"}
        Numbers of a lottery; a number with a fixed number of decimals, such as the closing value of an index;
        hexadecimal digits; the randomness of a round of drand.
    groups : tuple of NumberGroup
        For ``"numbers"``: the groups in the order in which they are published.
    decimals : int
        For ``"decimal"``.
    digits : int
        For ``"hex"``.
    chain : {"quicknet", "default"}
        For ``"drand"``.
    """

    kind: Literal["numbers", "decimal", "hex", "drand"]
    groups: tuple[NumberGroup, ...] = ()
    decimals: int = Field(default=2, ge=0)
    digits: int = Field(default=64, ge=1)
    chain: Literal["quicknet", "default"] = "quicknet"


class PublicSource(_Frozen):
    """A public value that nobody knows yet.

    Attributes
    ----------
    name : str
        What is drawn or published, and by whom.
    draw : str
        The exact drawing: its number, or the round of drand.
    due : str
        When the value becomes known, ISO 8601 with the offset from UTC: ``2026-12-01T21:15:00+08:00``.
    where : str
        Where it is published.
    form : ValueForm
        How the value is written.

    Examples
    --------
    >>> source = PublicSource.model_validate({
    ...     "name": "Double Colour Ball", "draw": "2026137", "due": "2026-12-01T21:15:00+08:00",
    ...     "form": {"kind": "numbers", "groups": [{"count": 6, "high": 33}, {"count": 1, "high": 16}]},
    ... })
    >>> canonical_value(source, "30 05 11 17 23 28 + 09")
    '5.11.17.23.28.30./9./'
    """

    name: str = Field(min_length=1)
    draw: str = Field(min_length=1)
    due: str
    where: str = ""
    form: ValueForm


def due_time(source: PublicSource) -> datetime:
    """When the value becomes known; `source_problems` tells what is wrong with it."""
    return datetime.fromisoformat(source.due)


def source_problems(source: PublicSource) -> list[Problem]:
    """What is wrong with a source beyond its shape."""
    path = ("public_source",)
    try:
        due = datetime.fromisoformat(source.due)
    except ValueError:
        due = None
    if due is None or due.utcoffset() is None:
        what = f"due {source.due!r} is no date and time with the offset from UTC"
        return [Problem(what, "write it as 2026-12-01T21:15:00+08:00", (*path, "due"))]
    problems = []
    if source.form.kind == "numbers":
        if not source.form.groups:
            problems.append(Problem("the numbers have no groups", "say how many numbers from where to where", path))
        for at, group in enumerate(source.form.groups):
            if group.high < group.low or (not group.repeats and group.count > group.high - group.low + 1):
                what = f"{group.count} numbers cannot be drawn from {group.low} to {group.high}"
                problems.append(Problem(what, "correct count, low and high", (*path, "form", "groups", at)))
    if source.form.kind == "drand":
        problems += _round_problems(source, due)
    return problems


def _round_problems(source: PublicSource, due: datetime) -> list[Problem]:
    """A round of drand has one time, so a source that names both must have them agree."""
    path = ("public_source", "draw")
    if not re.fullmatch(r"[1-9][0-9]*", source.draw):
        return [Problem(f"draw {source.draw!r} is no round of drand", "give the number of the round", path)]
    _, first, period = DRAND[source.form.chain]
    second = first + (int(source.draw) - 1) * period
    if int(due.timestamp()) != second:
        right = datetime.fromtimestamp(second, due.tzinfo).isoformat()
        what = f"round {source.draw} of drand's {source.form.chain} is due at {right}, not at {source.due}"
        return [Problem(what, "correct the round or the time", path)]
    return []


def canonical_value(source: PublicSource, text: str) -> str:
    """Write a public value in the one way that the source allows.

    Parameters
    ----------
    source : PublicSource
        The source with its form.
    text : str
        The value as it was published. Full-width digits are read as digits. Numbers may be parted by spaces and by any
        of ``, . ; + / | -``, with or without leading zeros; numbers that are sorted may stand in any order.

    Returns
    -------
    str
        Numbers without leading zeros, each with a full stop, each group with a slash (RFC 3797, section 4.1);
        hexadecimal digits in lower case; a decimal number as it stands, zero without a sign.

    Raises
    ------
    DataError
        If the text is not a value of this form: nothing is guessed.
    """
    form = source.form
    plain = unicodedata.normalize("NFKC", text).strip()
    if form.kind == "numbers":
        return _canonical_numbers(form, plain)
    if form.kind == "decimal":
        wanted = r"-?(0|[1-9][0-9]*)" + (rf"\.[0-9]{{{form.decimals}}}" if form.decimals else "")
        if not re.fullmatch(wanted, plain):
            raise DataError(
                f"public value {text!r}: it is no number with {form.decimals} decimals and without thousands marks: "
                "write it as it was announced before"
            )
        return plain.removeprefix("-") if not plain.strip("-0.") else plain  # zero has no sign
    digits = 64 if form.kind == "drand" else form.digits
    if not re.fullmatch(rf"[0-9a-fA-F]{{{digits}}}", plain):
        raise DataError(f"public value {text!r}: it is not {digits} hexadecimal digits: give the randomness alone")
    return plain.lower()


def _canonical_numbers(form: ValueForm, text: str) -> str:
    if not re.fullmatch(r"[0-9\s,.;+/|、-]*", text):
        raise DataError(f"public value {text!r}: it holds more than numbers and their separators: give these alone")
    numbers = [int(part) for part in re.findall(r"[0-9]+", text)]
    wanted = sum(group.count for group in form.groups)
    if len(numbers) != wanted:
        raise DataError(f"public value {text!r}: it has {len(numbers)} numbers, the announced form has {wanted}")
    parts, start = [], 0
    for group in form.groups:
        drawn = numbers[start : start + group.count]
        start += group.count
        outside = [number for number in drawn if not group.low <= number <= group.high]
        if outside:
            raise DataError(
                f"public value {text!r}: numbers lie outside of {group.low} to {group.high} ({first_few(outside)})"
            )
        if not group.repeats and len(set(drawn)) < len(drawn):
            raise DataError(f"public value {text!r}: a number occurs twice, which the announced form does not allow")
        parts.append("".join(f"{number}." for number in (sorted(drawn) if group.ascending else drawn)))
    return "".join(f"{part}/" for part in parts)
