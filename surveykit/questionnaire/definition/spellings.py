"""What may stand in a cell for each option of a question: exact spellings first, then spellings of one meaning."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from surveykit.questionnaire.definition.structure import Choice
from surveykit.questionnaire.definition.text import half_width

__all__ = ["OptionsBy", "Spellings", "fold_label", "options_alike", "whole_number"]

OptionsBy = Literal["label", "code", "place"]
_TAGS = re.compile(r"</?[A-Za-z][^<>]{0,200}>")
_WIDE = half_width("".join(map(chr, range(0x21, 0x7F)))) | {0x3000: 0x20}
_ONE_SIGN = str.maketrans(
    dict.fromkeys("‐‑‒–—―−", "-")
    | dict.fromkeys("〜∼", "~")
    | dict.fromkeys("“”„", '"')
    | dict.fromkeys("‘’", "'")
    | {"【": "[", "】": "]"}
)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_BLANK_BESIDE_SIGN = re.compile(r"(?<![0-9A-Za-z])\s+|\s+(?![0-9A-Za-z])")
_WHOLE = re.compile(r"([+-]?\d+)\.0+\Z")
_WIDE_DIGITS = half_width()


def fold_label(text: str) -> str:
    """Bring a label to a form that all ways of writing the same signs share; no sign is dropped.

    Parameters
    ----------
    text : str
        A label of an option.

    Returns
    -------
    str
        Small letters, half-width signs, one kind of dash and of quotation mark, without tags and without blanks but
        for those between two Latin letters or digits.

    Examples
    --------
    >>> fold_label("18—29 岁") == fold_label("18-29岁")
    True
    >>> fold_label("<18") == fold_label(">18"), fold_label("1-5次") == fold_label("15次")
    (False, False)
    """
    plain = unicodedata.normalize("NFC", html.unescape(_TAGS.sub("", text))).translate(_WIDE).translate(_ONE_SIGN)
    return _BLANK_BESIDE_SIGN.sub("", " ".join(_INVISIBLE.sub("", plain).split())).casefold()


def whole_number(text: str) -> str:
    """Return a number that programs wrote with a point as whole: 3 for ``3.0``; any other text as it is.

    Examples
    --------
    >>> whole_number("3.0"), whole_number("３"), whole_number("-1"), whole_number("3.5")
    ('3', '3', '-1', '3.5')
    """
    plain = text.translate(_WIDE_DIGITS) if text and ord(text[0]) in _WIDE_DIGITS else text
    match = _WHOLE.match(plain)
    return match[1] if match else plain


def _stripped(text: str) -> str:
    return " ".join(text.split())


def _owners(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Code of each text; a text of two codes leads nowhere."""
    held: dict[str, set[str]] = {}
    for text, code in pairs:
        held.setdefault(text, set()).add(code)
    return {text: min(codes) for text, codes in held.items() if text and len(codes) == 1}


def options_alike(choices: Sequence[Choice]) -> list[tuple[str, str, str, str]]:
    """Find options that no cell can tell apart, since they have one text, small and capital letters aside.

    Parameters
    ----------
    choices : sequence of Choice
        The options of a question, specials included.

    Returns
    -------
    list of (text, language, code, code)
        Empty when every option has a text of its own in each language.
    """
    found = []
    for language in dict.fromkeys(language for choice in choices for language in choice.labels):
        seen: dict[str, str] = {}
        for choice in choices:
            text = _stripped(choice.labels.get(language, ""))
            if text and text.casefold() in seen:
                found.append((text, language, seen[text.casefold()], choice.code))
            seen.setdefault(text.casefold(), choice.code)
    return found


class Spellings:
    """The options of one question by what may stand for them in a cell.

    Parameters
    ----------
    choices : sequence of Choice
        The options, specials included.
    by : {"label", "code", "place"}
        What is tried first: labels, codes, or the place of the option from 1 on and nothing else.
    shown : sequence of (code, text)
        The options as a platform shows them, in its order; further labels, and the places.
    said : mapping of str to str
        Code of a cell as the user says; it comes before everything else, and is compared exactly.

    Notes
    -----
    A cell is compared with codes exactly (``3.0`` with 3 too), with labels exactly, and at last with labels by
    `fold_label` as far as no two options share the form.

    Examples
    --------
    >>> three = [Choice("1", {"en": "C"}), Choice("2", {"en": "C++"}), Choice("3", {"en": "C#"})]
    >>> labels = Spellings(three, by="label")
    >>> [labels.find(cell) for cell in ("C", "c++", "C #", "1", "1.0", "-1", "C+")]
    ['1', '2', '3', '1', '1', None, None]
    """

    def __init__(
        self,
        choices: Sequence[Choice],
        *,
        by: OptionsBy,
        shown: Sequence[tuple[str, str]] = (),
        said: Mapping[str, str] | None = None,
    ) -> None:
        self._said = {cell.strip(): code for cell, code in (said or {}).items()}
        self.with_words = frozenset(choice.code for choice in choices if choice.other)
        labels = [(text, choice.code) for choice in choices for text in choice.labels.values()]
        labels += [(text, code) for code, text in shown]
        exact = _owners((_stripped(text), code) for text, code in labels)
        codes = {choice.code: choice.code for choice in choices}
        self._folded: dict[str, str] = {}
        if by == "place":
            ordered = [code for code, _ in shown] or [choice.code for choice in choices]
            self._exact: tuple[dict[str, str], ...] = ({str(i): code for i, code in enumerate(ordered, start=1)},)
            return
        self._exact = (codes, exact) if by == "code" else (exact, codes)
        shared = {_stripped(text) for text, _ in labels} - set(exact)
        self._folded = _owners((fold_label(text), code) for text, code in labels)
        for text in shared:
            self._folded.pop(fold_label(text), None)

    def find(self, cell: str) -> str | None:
        """Code that a cell stands for, or None."""
        plain = _stripped(cell)
        if (code := self._said.get(cell.strip())) is not None:
            return code
        whole = whole_number(plain)
        for known in self._exact:
            if (code := known.get(plain) or known.get(whole)) is not None:
                return code
        return self._folded.get(fold_label(plain))

    @property
    def longest(self) -> int:
        """Characters of the longest spelling."""
        return max((len(text) for known in (self._said, *self._exact, self._folded) for text in known), default=0)

    def replaced(self, known: Mapping[str, str], kept: Iterable[str]) -> Spellings:
        """The same options by other cells: only those of `known`, and what stands for the codes in `kept`."""
        codes = set(kept)
        other = object.__new__(Spellings)
        other._said, other.with_words = self._said, self.with_words
        left = tuple({text: code for text, code in part.items() if code in codes} for part in self._exact)
        other._exact = (dict(known), *left)
        other._folded = {text: code for text, code in self._folded.items() if code in codes}
        return other
