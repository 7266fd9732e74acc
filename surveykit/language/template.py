"""One text of a catalogue: an English template, and how a finished message is recognised by it.

A slot ``{name}`` stands for any value, ``{is|are}`` for one of some words, ``{what!}`` for a value that is a phrase of
the catalogue itself and is translated in its turn.  ``{{`` and ``}}`` are braces.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

__all__ = ["Template", "shape", "slot_names"]

_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")


def shape(key: str) -> str:
    """Return a template without the names of its slots: renaming a variable does not make another text.

    Examples
    --------
    >>> shape("needs {missing}, which {is|are} not there")
    'needs {}, which {is|are} not there'
    """
    return _TOKEN.sub(lambda found: found[0] if found[1] is None or "|" in found[1] else "{}", key)


def slot_names(key: str) -> set[str]:
    """Return the names of a template's slots, without marks.

    Examples
    --------
    >>> sorted(slot_names("no {what!} between {low} and {{braces}}"))
    ['low', 'what']
    """
    return {found[1].rstrip("!") for found in _TOKEN.finditer(key) if found[1] is not None and "|" not in found[1]}


@dataclass(frozen=True)
class Template:
    """An English template and its translation.

    Attributes
    ----------
    key : str
        The English template.
    translation : str
        The translation, with some or all of its slots.
    """

    key: str
    translation: str

    @cached_property
    def literals(self) -> list[str]:
        """The pieces of fixed text between the slots."""
        pieces, text, last = [], "", 0
        for found in _TOKEN.finditer(self.key):
            text += self.key[last : found.start()]
            last = found.end()
            if found[1] is None:
                text += found[0][0]
            else:
                pieces.append(text)
                text = ""
        return [*pieces, text + self.key[last:]]

    @cached_property
    def weight(self) -> int:
        """How many letters the fixed text has; of several templates that fit, the heaviest is meant."""
        return sum(character.isalpha() for piece in self.literals for character in piece)

    @cached_property
    def anchor(self) -> str:
        """The longest piece of fixed text; a message without it cannot fit."""
        return max(self.literals, key=len)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What fits a finished message; slots are groups in their order."""
        text, last = "", 0
        for found in _TOKEN.finditer(self.key):
            text += re.escape(self.key[last : found.start()])
            last = found.end()
            if found[1] is None:
                text += re.escape(found[0][0])
            elif "|" in found[1]:
                text += f"(?:{'|'.join(re.escape(word) for word in found[1].split('|'))})"
            else:
                text += "(.*?)"
        return re.compile(text + re.escape(self.key[last:]), re.DOTALL)

    @cached_property
    def slots(self) -> list[str]:
        """The slots in their order, with the mark of those that are translated."""
        return [found[1] for found in _TOKEN.finditer(self.key) if found[1] is not None and "|" not in found[1]]

    def fill(self, values: dict[str, str]) -> str:
        """Return the translation with values in its slots."""
        return _TOKEN.sub(
            lambda found: found[0][0] if found[1] is None else values.get(found[1], found[0]), self.translation
        )
