"""The fonts that travel with surveykit, and the check that a text can be set in them."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

from surveykit.errors import RenderError, first_few

__all__ = ["FACES", "FONT_SCHEME", "check_glyphs", "font_bytes", "font_characters", "font_path", "register_fonts"]

FACES = (
    ("sk-sans-regular.otf", "SK Sans", 400),
    ("sk-sans-bold.otf", "SK Sans", 700),
    ("sk-serif-regular.otf", "SK Serif", 400),
    ("sk-serif-bold.otf", "SK Serif", 700),
)
FONT_SCHEME = "surveykit-font"
_SILENT_TAGS = {"style", "script", "head", "metadata"}
_VOID_TAGS = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\u00ad]")


def font_path(name: str) -> Path:
    """Return the path of one of the packaged font files."""
    return Path(str(files("surveykit.report") / "fonts" / name))


def font_bytes(name: str) -> bytes:
    """Return one of the packaged font files; RenderError for any other name."""
    if name not in {face for face, _, _ in FACES}:
        raise RenderError(f"font {name!r} is not among surveykit's fonts: use the families SK Sans and SK Serif")
    return font_path(name).read_bytes()


@cache
def font_characters() -> frozenset[int]:
    """Return the code points that all four faces hold."""
    from fontTools.ttLib import TTFont

    held: frozenset[int] | None = None
    for name, _, _ in FACES:
        with TTFont(font_path(name), lazy=True) as font:
            codes = frozenset(font.getBestCmap())
        held = codes if held is None else held & codes
    return held or frozenset()


@cache
def register_fonts() -> None:
    """Make the fonts known to matplotlib, once per process."""
    from matplotlib import font_manager

    for name, _, _ in FACES:
        font_manager.fontManager.addfont(font_path(name))


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


def check_glyphs(html: str) -> None:
    """Raise RenderError when the page holds a character that the fonts lack.

    The error names each character and its code point and says where it stands. Text that is made by style sheets
    is not looked at; WeasyPrint's own warning about it is an error too.

    Parameters
    ----------
    html : str
        A whole HTML document.
    """
    collector = _TextCollector()
    collector.feed(html)
    collector.close()
    held = font_characters()
    missing: dict[str, str] = {}
    for place, text in collector.found:
        for character in _INVISIBLE.sub("", text):
            if ord(character) not in held and character not in missing:
                start = max(text.find(character) - 12, 0)
                missing[character] = f"in {place!r}: …{text[start : start + 25].strip()}…"
    if missing:
        named = [f"{character} (U+{ord(character):04X}) {where}" for character, where in missing.items()]
        raise RenderError(
            f"characters that surveykit's fonts lack, {first_few(named)}. "
            "Replace them, or add them to tools/font_characters.txt and make the fonts again"
        )
