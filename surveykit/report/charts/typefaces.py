"""The fonts that travel with surveykit, and what of a text can be set in them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

from surveykit.errors import RenderError

__all__ = [
    "EXTRA_FACE",
    "FACES",
    "FONT_SCHEME",
    "SUBSTITUTE",
    "Setting",
    "face_rule",
    "fit_to_fonts",
    "font_bytes",
    "font_characters",
    "font_path",
    "needs_extra_face",
    "register_fonts",
    "unprintable",
]

FACES = (
    ("sk-sans-regular.otf", "SK Sans", 400),
    ("sk-sans-bold.otf", "SK Sans", 700),
    ("sk-serif-regular.otf", "SK Serif", 400),
    ("sk-serif-bold.otf", "SK Serif", 700),
)
EXTRA_FACE = ("sk-extra-regular.otf", "SK Extra", 400)
"""Rare hanzi in one sans face; a page loads it only when it holds one of them."""

FONT_SCHEME = "surveykit-font"
SUBSTITUTE = "\u3013"
"""〓, which typesetters put where a type is missing."""

_SILENT_TAGS = {"style", "script", "head", "metadata"}
_VOID_TAGS = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\u00ad]")


def font_path(name: str) -> Path:
    """Return the path of one of the packaged font files."""
    return Path(str(files("surveykit.report") / "fonts" / name))


def font_bytes(name: str) -> bytes:
    """Return one of the packaged font files; RenderError for any other name."""
    if name not in {face for face, _, _ in (*FACES, EXTRA_FACE)}:
        raise RenderError(f"font {name!r} is not among surveykit's fonts: use the families SK Sans and SK Serif")
    return font_path(name).read_bytes()


def face_rule(face: tuple[str, str, int]) -> str:
    """Return the ``@font-face`` rule of one packaged face."""
    name, family, weight = face
    return f'@font-face {{ font-family: "{family}"; font-weight: {weight}; src: url("{FONT_SCHEME}:{name}"); }}'


def _held(name: str) -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with TTFont(font_path(name), lazy=True) as font:
        return frozenset(font.getBestCmap())


@cache
def font_characters() -> frozenset[int]:
    """Return the code points that all four faces of SK Sans and SK Serif hold."""
    return frozenset.intersection(*(_held(name) for name, _, _ in FACES))


@cache
def _extra_characters() -> frozenset[int]:
    return _held(EXTRA_FACE[0])


def unprintable(text: str) -> list[str]:
    """Return the characters of a text that no packaged face holds, each once, in their order.

    Examples
    --------
    >>> unprintable("䶮城臺𠀋")
    ['𠀋']
    """
    held = font_characters()
    asked = dict.fromkeys(character for character in _INVISIBLE.sub("", text) if ord(character) not in held)
    return [character for character in asked if ord(character) not in _extra_characters()]


def needs_extra_face(text: str) -> bool:
    """Whether SK Extra holds a character of the text that SK Sans and SK Serif lack."""
    return any(
        ord(character) in _extra_characters() for character in set(text) if ord(character) not in font_characters()
    )


@cache
def register_fonts() -> None:
    """Make the fonts known to matplotlib, once per process."""
    from matplotlib import font_manager

    for name, _, _ in (*FACES, EXTRA_FACE):
        font_manager.fontManager.addfont(font_path(name))
    extra = font_manager.fontManager.ttflist[-1]
    font_manager.fontManager.ttflist.append(replace(extra, weight=700))  # else bold text is warned about in the log


class _TextCollector(HTMLParser):
    """Collects (place, text) of everything that is set in type."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, str]] = []
        self._open: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element and its id."""
        if tag not in _VOID_TAGS:
            self._open.append((tag, dict(attrs).get("id") or ""))

    def handle_endtag(self, tag: str) -> None:
        """Leave the element and whatever was left open inside it."""
        for position in range(len(self._open) - 1, -1, -1):
            if self._open[position][0] == tag:
                del self._open[position:]
                return

    def handle_data(self, data: str) -> None:
        """Keep the text unless it is never shown."""
        if data.strip() and not any(tag in _SILENT_TAGS for tag, _ in self._open):
            place = next((name for _, name in reversed(self._open) if name), self._open[-1][0] if self._open else "")
            self.found.append((place, data))


@dataclass(frozen=True)
class Setting:
    """A page that can be set whole in the packaged fonts.

    Attributes
    ----------
    html : str
        The page, with `SUBSTITUTE` in the place of every character that no face holds.
    count : int
        How many such characters there are.
    named : str
        The first few of them and where each first stands.
    """

    html: str
    count: int = 0
    named: str = ""


def fit_to_fonts(html: str) -> Setting:
    """See that every character of a page can be set: load SK Extra when it is needed, substitute what no face holds.

    Text that is made by style sheets is not looked at; WeasyPrint's own warning about it is an error.

    Parameters
    ----------
    html : str
        A whole HTML document.

    Returns
    -------
    Setting
    """
    collector = _TextCollector()
    collector.feed(html)
    collector.close()
    held = font_characters()
    rare: dict[str, str] = {}
    for place, text in collector.found:
        for character in _INVISIBLE.sub("", text):
            if ord(character) not in held and character not in rare:
                start = max(text.find(character) - 12, 0)
                rare[character] = f"in {place!r}: …{text[start : start + 25].strip()}…"
    missing = {character: where for character, where in rare.items() if ord(character) not in _extra_characters()}
    if len(rare) > len(missing):
        html = _with_extra_face(html)
    return Setting(_substituted(html, missing), len(missing), _named(missing)) if missing else Setting(html)


def _with_extra_face(html: str) -> str:
    """Load SK Extra, and name it after SK Sans and SK Serif wherever a style or an attribute names those."""
    quoted = re.compile(r"""("|'|&#x27;|&#39;|&quot;)SK (?:Sans|Serif)\1""")

    def extended(text: str) -> str:
        parts = re.split(r"(@font-face\s*\{[^}]*\})", text)
        parts[::2] = [quoted.sub(lambda name: f"{name[0]}, {name[1]}SK Extra{name[1]}", part) for part in parts[::2]]
        return "".join(parts)

    html = re.sub(r"<style[^>]*>.*?</style>|<[^>]*SK [^>]*>", lambda found: extended(found[0]), html, flags=re.DOTALL)
    rule = f"<style>{face_rule(EXTRA_FACE)}</style>"
    return re.sub(r"<head[^>]*>", lambda head: head[0] + rule, html, count=1)


def _substituted(html: str, missing: Iterable[str]) -> str:
    """Put the substitute into texts and what style sheets print of attributes; alternative texts stay as they are."""
    table = str.maketrans(dict.fromkeys(missing, SUBSTITUTE))

    def reference(match: re.Match[str]) -> str:
        code = int(match[1][1:], 16) if match[1][0] in "xX" else int(match[1])
        return SUBSTITUTE if code in table else match[0]

    parts = re.split(r"(<[^>]*>)", html)
    parts[::2] = [re.sub(r"&#([xX][0-9a-fA-F]{1,6}|[0-9]{1,7});", reference, part).translate(table)
                  for part in parts[::2]]  # fmt: skip
    parts[1::2] = [part.translate(table) if " data-continued=" in part else part for part in parts[1::2]]
    return "".join(parts)


def _named(missing: dict[str, str]) -> str:
    named = ", ".join(f"{character} (U+{ord(character):04X}) {where}" for character, where in list(missing.items())[:5])
    return named + (", ..." if len(missing) > 5 else "")
