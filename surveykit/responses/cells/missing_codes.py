"""Missing values that a file or its user declares: codes, ranges of numbers and blank cells, each with its kind."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from surveykit.questionnaire.definition.spellings import whole_number
from surveykit.questionnaire.definition.text import half_width

__all__ = [
    "ALL",
    "DECLARED_KINDS",
    "Declared",
    "DeclaredFor",
    "blanks_by_item",
    "codes_by_item",
    "is_number",
    "number_of",
]

ALL = "*"  # every item of the file
DECLARED_KINDS = ("nr", "na", "dk", "rf")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?\Z")
_RANGE = re.compile(r"\s*([+-]?\d+(?:\.\d+)?)\s*\.\.\s*([+-]?\d+(?:\.\d+)?)\s*\Z")
_WIDE = half_width(".-+")


def number_of(text: str) -> str:
    """A number with half-width digits and signs; any other text as it is.

    Examples
    --------
    >>> number_of("２５"), number_of("－１．５"), number_of("二十")
    ('25', '-1.5', '二十')
    """
    plain = text.strip().translate(_WIDE).replace("−", "-")
    return plain if _NUMBER.match(plain) else text


def is_number(text: str) -> bool:
    """Whether a text is a finite number in digits, without signs between them."""
    return _NUMBER.match(number_of(text)) is not None


@dataclass(frozen=True)
class Declared:
    """Missing values of one column.

    Attributes
    ----------
    codes : mapping of str to str
        Kind of missing by cell.
    ranges : tuple of (low, high, kind)
        Ranges of numbers, ends included.

    Examples
    --------
    >>> declared = Declared({"-9": "rf", "n/a": "nr"}, ((-8, -1, "nr"),))
    >>> [declared.kind(cell) for cell in ("-9", "-9.0", "-3", "n/a", "9", "3")]
    ['rf', 'rf', 'nr', 'nr', None, None]
    """

    codes: Mapping[str, str] = field(default_factory=dict)
    ranges: tuple[tuple[float, float, str], ...] = ()

    def kind(self, cell: str) -> str | None:
        """Kind of missing of a cell; None where it is not declared."""
        if not self.codes and not self.ranges:
            return None
        if (kind := self.codes.get(cell) or self.codes.get(whole_number(cell))) is not None:
            return kind
        if self.ranges and is_number(cell):
            value = float(number_of(cell))
            return next((kind for low, high, kind in self.ranges if low <= value <= high), None)
        return None

    def over(self, other: Declared) -> Declared:
        """Both; where both speak of a cell, this one counts."""
        return Declared({**other.codes, **self.codes}, (*self.ranges, *other.ranges))

    def with_kinds(self, specials: Sequence[tuple[str, str]]) -> Declared:
        """The same, with the kind that a questionnaire gives to the codes that it knows."""
        known = {code: kind for code, kind in specials if self.kind(code) is not None}
        return Declared({**self.codes, **known}, self.ranges)

    @classmethod
    def of(cls, said: Mapping[str, str]) -> Declared:
        """Read what a user wrote: codes, and ranges such as ``-99..-1``."""
        codes, ranges = {}, []
        for text, kind in said.items():
            if match := _RANGE.match(text):
                ranges.append((float(match[1]), float(match[2]), kind))
            else:
                codes[text.strip()] = kind
        return cls(codes, tuple(ranges))


@dataclass(frozen=True)
class DeclaredFor:
    """Missing values of one column: those declared for it, and those declared for the whole file.

    Attributes
    ----------
    own : Declared
        For the column; they come before its options.
    whole : Declared
        For the file; a cell that is an option of the question stays that option.
    """

    own: Declared = Declared()
    whole: Declared = Declared()

    def kind(self, cell: str, *, is_option: bool) -> str | None:
        """Kind of missing of a cell; None where it is not declared."""
        kind = self.own.kind(cell)
        return self.whole.kind(cell) if kind is None and not is_option else kind


def codes_by_item(given: Any) -> Any:
    """Bring ``missing_codes:`` to kinds by code by item; codes for the whole file stand under ``*``.

    Examples
    --------
    >>> codes_by_item(["-9", "99"])
    {'*': {'-9': 'nr', '99': 'nr'}}
    >>> codes_by_item({"-9": "rf", "income": {"0": "nr"}})
    {'*': {'-9': 'rf'}, 'income': {'0': 'nr'}}
    """
    if isinstance(given, list | tuple):
        given = dict.fromkeys(map(str, given), "nr")
    if not isinstance(given, Mapping):
        return given
    found: dict[str, Any] = {}
    for name, said in given.items():
        if isinstance(said, list | tuple):
            found[str(name)] = dict.fromkeys(map(str, said), "nr")
        elif isinstance(said, Mapping):
            found.setdefault(str(name), {}).update({str(code): kind for code, kind in said.items()})
        else:
            found.setdefault(ALL, {})[str(name)] = said
    return found


def blanks_by_item(given: Any) -> Any:
    """Bring ``blanks:`` to lists of cells by item; cells for the whole file stand under ``*``."""
    if isinstance(given, str):
        return {ALL: [given]}
    if isinstance(given, list | tuple):
        return {ALL: [str(cell) for cell in given]}
    if isinstance(given, Mapping):
        return {
            str(name): [str(c) for c in (said if isinstance(said, list | tuple) else [said])]
            for name, said in given.items()
        }
    return given
