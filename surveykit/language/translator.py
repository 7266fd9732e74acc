"""Translate finished messages: of the templates of a catalogue that fit one, the heaviest is meant."""

from __future__ import annotations

import re
from functools import cache

from surveykit.language.catalogue import read_catalogue
from surveykit.language.template import Template

__all__ = ["LANGUAGES", "Translator", "translator"]

LANGUAGES = ("zh", "en")
# Letters of fixed text that make a value inside a message a message itself, and not somebody's data.
SURELY_A_MESSAGE = 12
# A template of fewer letters fits too much: its values must look like values.
LIGHT = 8
_QUOTES = "'\"“‘`"


class Translator:
    """Translates messages by a catalogue; what is not in it stays as it is.

    Parameters
    ----------
    catalogue : sequence of Template
        Heaviest first.

    Examples
    --------
    >>> texts = {"no file {name}: {advice!}": "没有文件{name}：{advice}", "add it": "补上"}
    >>> speak = Translator([Template(key, text) for key, text in texts.items()])
    >>> speak("no file 'a.csv': add it")
    "没有文件'a.csv'：补上"
    >>> speak("something else")
    'something else'
    """

    def __init__(self, catalogue: tuple[Template, ...] | list[Template]) -> None:
        self._exact = {t.literals[0]: t.translation for t in catalogue if len(t.literals) == 1}
        self._patterns = [t for t in catalogue if t.slots or len(t.literals) > 1]

    def __call__(self, text: str) -> str:
        """Return a message in the language of the catalogue."""
        body = text.strip()
        if not body:
            return text
        head = text[: len(text) - len(text.lstrip())]
        return head + self._message(body) + text[len(text.rstrip()) :]

    def phrase(self, text: str) -> str | None:
        """Return the translation of a text that a template fits as a whole, else None."""
        return self._whole(text, 1)

    def _message(self, text: str) -> str:
        whole = self._whole(text, 1)
        if whole is not None:
            return whole
        for joint in ("\n", "; "):
            if joint in text:
                return joint.join(self(part) for part in text.split(joint))
        return self._after_place(text) or text

    def _after_place(self, text: str) -> str | None:
        """Translate what follows a place such as ``file:line: key: ``, when the rest is a text of the catalogue."""
        for found in re.finditer(r": ", text):
            rest = text[found.end() :]
            told = self._whole(rest, LIGHT) or self._with_advice(rest)
            if told is not None:
                return self._words(text[: found.start()]) + ": " + told
        return self._with_advice(text)

    def _with_advice(self, text: str) -> str | None:
        """Translate a problem that was joined to a line: what is wrong, and what to do."""
        for found in re.finditer(r": ", text):
            what, todo = self._whole(text[: found.start()], LIGHT), self._whole(text[found.end() :], 1)
            if what is not None and todo is not None:
                return f"{what}: {todo}"
        return None

    def _words(self, text: str) -> str:
        return self._exact.get(text, text)

    def _whole(self, text: str, least: int) -> str | None:
        exact = self._exact.get(text)
        if exact is not None:
            return exact.replace("{{", "{").replace("}}", "}")
        for template in self._patterns:
            if template.weight < least:
                return None
            if template.anchor in text:
                found = template.pattern.fullmatch(text)
                if found and (template.weight >= LIGHT or all(map(self._is_value, found.groups()))):
                    return self._fill(template, found)
        return None

    def _is_value(self, text: str) -> bool:
        """Whether a text can be a value: one word, something quoted, or a message of the catalogue."""
        return " " not in text or text[0] in _QUOTES or self._whole(text, LIGHT) is not None

    def _fill(self, template: Template, found: re.Match[str]) -> str:
        values = {}
        for slot, value in zip(template.slots, found.groups(), strict=True):
            values[slot.rstrip("!")] = self._marked(value) if slot.endswith("!") else self._value(_counted(value))
        return template.fill(values)

    def _marked(self, text: str) -> str:
        """Translate a value that is known to be a phrase, or a list of phrases."""
        body = text.strip()
        whole = self._whole(body, 1) if body else None
        if whole is not None:
            return text.replace(body, whole, 1)
        for joint in ("; ", ", "):
            if joint in text:
                return joint.join(self._whole(part, 1) or part for part in text.split(joint))
        return text

    def _value(self, text: str) -> str:
        """Translate a value only if it can be nothing but a message, such as an error quoted in another."""
        if len(text) < SURELY_A_MESSAGE or text[0] in _QUOTES:
            return text
        return self._whole(text, SURELY_A_MESSAGE) or text


def _counted(text: str) -> str:
    """Write what `errors.first_few` says, ``2: 'a', 'b'``, as a list with its number behind it."""
    found = re.fullmatch(r"(\d+): (.+)", text, re.DOTALL)
    if not found:
        return text
    items = re.split(r", (?=['\"(\d.-])", found[2])
    count, more = int(found[1]), items[-1] == "..."
    if not more and len(items) != count:
        return text
    listed = "、".join(items[:-1] if more else items)
    return listed if count == 1 else f"{listed}{'等' if more else ''}（共{count}个）"


@cache
def translator(language: str) -> Translator:
    """Return the translator into a language; English stays as it is.

    Parameters
    ----------
    language : {"zh", "en"}
    """
    return Translator(() if language == "en" else read_catalogue(language))
