"""Values that differ by blanks, width, case or leading zeros only: how they are made one, in SQL and in Python.

The steps are plain ``translate``, ``replace`` and ``trim``, the same on every engine. NFKC changes characters one by
one but for marks that combine with the character before them; so the characters that occur in a column are looked up
first, and those that it changes are written into the query.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import get_args

from surveykit.errors import DataError
from surveykit.sampling.frames.dialects import Dialect
from surveykit.sampling.frames.frames import Frame
from surveykit.sampling.plan.definition import NormaliseStep

__all__ = ["ALL_STEPS", "letters_of", "needed_steps", "normalised_sql", "normalised_text"]

ALL_STEPS: tuple[NormaliseStep, ...] = get_args(NormaliseStep)
BLANKS = (
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f\x85\xa0\u1680"
    + "".join(map(chr, range(0x2000, 0x200B)))
    + ("\u2028\u2029\u202f\u205f\u3000")
)
INVISIBLE = "\xad\u200b\u200e\u200f\u2060\ufeff"
UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
WHOLE = "^0+[0-9]+$"
_JAMO = range(0x1160, 0x1200)
_BLANKS = str.maketrans(BLANKS, " " * len(BLANKS), INVISIBLE)
_LOWER = str.maketrans(UPPER, UPPER.lower())


def normalised_text(value: str, steps: Iterable[NormaliseStep]) -> str:
    r"""A value after some steps, as `normalised_sql` gives it.

    Examples
    --------
    >>> normalised_text("\u3000锦江区 ", ["nfkc", "spaces"]), normalised_text("００7", ["nfkc", "zeros"])
    ('锦江区', '7')
    """
    wanted = set(steps)
    if "nfkc" in wanted:
        value = unicodedata.normalize("NFKC", value)
    if "spaces" in wanted:
        value = re.sub(" {2,}", " ", value.translate(_BLANKS)).strip(" ")
    if "case" in wanted:
        value = value.translate(_LOWER)
    if "zeros" in wanted and re.search(WHOLE, value, re.ASCII) and not value.endswith("\n"):
        value = value.lstrip("0") or "0"
    return value


def needed_steps(groups: Iterable[Sequence[str]]) -> tuple[NormaliseStep, ...]:
    """The fewest steps, in their order, that make each group of values one."""
    kept, held = list(ALL_STEPS), [list(group) for group in groups]
    for step in ALL_STEPS:
        fewer = [one for one in kept if one != step]
        if all(len({normalised_text(value, fewer) for value in group}) == 1 for group in held):
            kept = fewer
    return tuple(kept)


def letters_of(frame: Frame, texts: Sequence[str]) -> set[str]:
    """Characters beyond ASCII that occur in some text expressions over a frame."""
    dialect = frame.dialect
    found: set[str] = set()
    for text in texts:
        sql = (
            f"select distinct {dialect.letters('v')} as letter from "
            f"(select distinct {text} as v from {frame.table} where {dialect.beyond_ascii(text)}) as beyond"
        )
        found |= {str(row[0]) for row in frame.rows(sql)}
    return found


def normalised_sql(text: str, steps: Iterable[NormaliseStep], dialect: Dialect, letters: set[str]) -> str:
    """SQL of a text expression after some steps.

    Parameters
    ----------
    text : str
        The expression.
    steps : iterable of str
        Steps; they are taken in the order NFKC, blanks, case, zeros.
    dialect : Dialect
        The engine.
    letters : set of str
        Characters beyond ASCII that the expression can give; see `letters_of`.
    """
    wanted, literal = set(steps), dialect.literal
    if "nfkc" in wanted:
        text = _nfkc(text, dialect, letters)
    if "spaces" in wanted:
        text = f"translate({text}, {literal(BLANKS + INVISIBLE)}, {literal(' ' * len(BLANKS))})"
        text = f"trim({dialect.runs(text)})"
    if "case" in wanted:
        text = f"translate({text}, {literal(UPPER)}, {literal(UPPER.lower())})"
    if "zeros" in wanted:
        bare = f"coalesce(nullif({dialect.without_zeros(text)}, ''), '0')"
        text = f"case when {dialect.matches(text, literal(WHOLE))} then {bare} else {text} end"
    return text


def _nfkc(text: str, dialect: Dialect, letters: set[str]) -> str:
    """Each character by itself; then marks are composed with what stands before them, where any occur."""
    made = {letter: unicodedata.normalize("NFKC", letter) for letter in sorted(letters)}
    changed = {letter: result for letter, result in made.items() if result != letter}
    single = {letter: result for letter, result in changed.items() if len(result) == 1}
    if single:
        text = f"translate({text}, {dialect.literal(''.join(single))}, {dialect.literal(''.join(single.values()))})"
    for letter, result in changed.items():
        if letter not in single:
            text = f"replace({text}, {dialect.literal(letter)}, {dialect.literal(result)})"
    if any(_combines(letter) for result in made.values() for letter in result):
        if dialect.composed is None:
            raise DataError(
                f"frame: values hold marks that combine with the character before them, which {dialect.name} cannot "
                "compose: normalise the frame before, or give it as a file"
            )
        text = dialect.composed(text)
    return text


def _combines(letter: str) -> bool:
    return unicodedata.category(letter).startswith("M") or ord(letter) in _JAMO
