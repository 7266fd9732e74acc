"""Translate finished messages: of the templates of a catalogue that fit one, the heaviest is meant."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal, get_args

from surveykit.language.catalogue import read_catalogue
from surveykit.language.template import Template

__all__ = ["LANGUAGES", "Language", "Translator", "translator"]

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
# Letters of fixed text that make a value inside a message a message itself, and not somebody's data.
SURELY_A_MESSAGE = 12
# A template of fewer letters fits too much: its values must look like values.
LIGHT = 8
_QUOTES = "'\"“‘`"


_Told = tuple[int, str]  # letters that templates explain, and the translation


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

    def _message(self, text: str) -> str:
        whole = self._whole(text)
        if whole is not None:
            return whole[1]
        for joint in ("\n", "; "):
            if joint in text:
                return joint.join(self(part) for part in text.split(joint))
        return self._after_place(text) or text

    def _after_place(self, text: str) -> str | None:
        """Translate what follows a place such as ``file:line: key: ``, when the rest is a text of the catalogue."""
        for found in re.finditer(r": ", text):
            rest = text[found.end() :]
            whole = self._whole(rest, LIGHT)
            told = whole[1] if whole else self._with_advice(rest)
            if told is not None:
                return self._exact.get(text[: found.start()], text[: found.start()]) + ": " + told
        return self._with_advice(text) or self._before_values(text)

    def _before_values(self, text: str) -> str | None:
        """Translate what stands before a list of values."""
        head, joint, values = text.partition(": ")
        told = self._whole(head, LIGHT)
        return f"{told[1]}: {_counted(values)}" if told and joint else None

    def _with_advice(self, text: str) -> str | None:
        """Translate a problem that was joined to a line: what is wrong, and what to do."""
        for found in re.finditer(r": ", text):
            what, todo = self._whole(text[: found.start()], LIGHT), self._whole(text[found.end() :])
            if what is not None and todo is not None:
                return f"{what[1]}: {todo[1]}"
        return None

    def _whole(self, text: str, least: int = 1) -> _Told | None:
        """Return the weight and the translation of a text, by the templates that explain most of its letters."""
        exact = self._exact.get(text)
        if exact is not None:
            return len(text), exact.replace("{{", "{").replace("}}", "}")
        best: _Told | None = None
        for template in self._patterns:
            if template.weight < least:
                break
            if template.anchor in text:
                found = template.pattern.fullmatch(text)
                if found and (template.weight >= LIGHT or all(map(self._is_value, found.groups()))):
                    told = self._fill(template, found)
                    if best is None or told[0] >= best[0]:
                        best = told
        return best

    def _is_value(self, text: str) -> bool:
        """Whether a text can be a value: words without spaces, something quoted, or a message of the catalogue."""
        quoted = text[:1] in _QUOTES and text.rstrip(")")[-1:] in (*_QUOTES, "”", "’", ".")
        if quoted or all(re.fullmatch(r"\S*( \d+)?", part) for part in text.split(", ")):
            return True
        return self._whole(text, LIGHT) is not None

    def _fill(self, template: Template, found: re.Match[str]) -> _Told:
        values, weight = {}, template.weight
        for slot, value in zip(template.slots, found.groups(), strict=True):
            told = self._marked(value) if slot.endswith("!") else self._value(value)
            values[slot.rstrip("!")] = told[1]
            weight += told[0]
        return weight, template.fill(values)

    def _marked(self, text: str) -> _Told:
        """Translate a value that is known to be a phrase, or a list of phrases."""
        body = text.strip()
        for joint in ("; ", ", or ", ", "):
            parts = [self._whole(part) for part in body.split(joint)]
            if len(parts) > 1 and all(parts):
                told = [part for part in parts if part is not None]
                return sum(part[0] for part in told), self._exact.get(joint, joint).join(part[1] for part in told)
        whole = self._whole(body) if body else None
        return (whole[0], text.replace(body, whole[1], 1)) if whole else (0, text)

    def _value(self, text: str) -> _Told:
        """Translate a value only if it can be nothing but a message, such as an error quoted in another."""
        if len(text) >= SURELY_A_MESSAGE and text[0] not in _QUOTES:
            whole = self._whole(text, SURELY_A_MESSAGE)
            if whole is not None:
                return whole
        return 0, _counted(text)


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
