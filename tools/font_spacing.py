"""The layout feature chws for a Noto face: of two adjacent full-width marks one gives the half em that is blank.

The usual chws is a kerning rule. Kerned marks overlap the advance widths that a PDF states for them, and readers that
find words by those widths (poppler) then break the line there when text is copied. So the feature is a substitution
here: marks of half the width are added to the font and take the place of the full ones, and widths stay true.

Which mark gives way follows CSS Text 4, text-spacing-trim (space-all off, trim adjacent), for Simplified Chinese, where
colons, semicolons, exclamation and question marks stand at the left of their em like closing marks.
"""

from __future__ import annotations

from copy import deepcopy
from io import BytesIO

from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

__all__ = ["with_contextual_spacing"]

OPENING = "（〔［｛〈《「『【〖〘“‘"
CLOSING = "）〕］｝〉》」』】〗〙”’、。，．：；！？"
MIDDLE = "・\u3000"
EM = 1000


def with_contextual_spacing(data: bytes) -> bytes:
    """Return the font with half-width marks and the feature chws that puts them in."""
    font = TTFont(BytesIO(data), recalcTimestamp=False)
    names = font.getBestCmap()
    opening = [names[ord(mark)] for mark in OPENING if ord(mark) in names]
    closing = [names[ord(mark)] for mark in CLOSING if ord(mark) in names]
    middle = [names[ord(mark)] for mark in MIDDLE if ord(mark) in names]
    taken = set(font.getGlyphOrder())
    free = (name for name in (f"cid{place:05d}" for place in range(1, 65536)) if name not in taken)
    halves = {}
    for glyph, shift in [(glyph, -EM // 2) for glyph in opening] + [(glyph, 0) for glyph in closing]:
        halves[glyph] = next(free)
        _add_half(font, glyph, halves[glyph], shift)
    rules = _rules(opening, closing, middle, halves)
    built = TTFont()
    built.setGlyphOrder(font.getGlyphOrder())
    built["maxp"] = font["maxp"]
    addOpenTypeFeaturesFromString(built, rules, tables=["GSUB"])
    _append(font["GSUB"].table, built["GSUB"].table)
    target = BytesIO()
    font.save(target, reorderTables=None)
    return target.getvalue()


def _add_half(font: TTFont, glyph: str, half: str, shift: int) -> None:
    """Draw a mark anew on half an em; its ink must lie in the half that is kept."""
    top = font["CFF "].cff.topDictIndex[0]
    glyphs = font.getGlyphSet()
    bounds = BoundsPen(glyphs)
    glyphs[glyph].draw(bounds)
    if font["hmtx"][glyph][0] != EM or not (bounds.bounds[0] + shift >= 0 and bounds.bounds[2] + shift <= EM // 2):
        raise SystemExit(f"{glyph} is no full-width mark with its ink in one half: {bounds.bounds}")
    select = top.FDSelect[font.getGlyphID(glyph)]
    private = top.FDArray[select].Private
    pen = T2CharStringPen(EM // 2 - private.nominalWidthX, glyphs)
    glyphs[glyph].draw(TransformPen(pen, (1, 0, 0, 1, shift, 0)))
    strings = top.CharStrings
    strings.charStringsIndex.append(pen.getCharString(private=private, globalSubrs=font["CFF "].cff.GlobalSubrs))
    strings.charStrings[half] = len(strings.charStringsIndex) - 1
    if top.charset is not font.getGlyphOrder():
        top.charset.append(half)
    font.glyphOrder.append(half)
    vars(font).pop("_reverseGlyphOrderDict", None)
    top.FDSelect.gidArray.append(select)
    font["hmtx"].metrics[half] = (EM // 2, round(bounds.bounds[0] + shift))


def _rules(opening: list[str], closing: list[str], middle: list[str], halves: dict[str, str]) -> str:
    """Return the feature in the language of feature files."""

    def group(glyphs: list[str]) -> str:
        return "[" + " ".join(glyphs) + "]"

    def narrowed(glyphs: list[str]) -> list[str]:
        return [halves[glyph] for glyph in glyphs]

    narrow = "\n".join(f"    sub {glyph} by {half};" for glyph, half in halves.items())
    before = group(opening + narrowed(opening) + middle)
    after = group(closing + opening + middle)
    return f"""
languagesystem DFLT dflt;
lookup halves {{
{narrow}
}} halves;
lookup pairs {{
    sub {group(closing)}' lookup halves {after};
    sub {before} {group(opening)}' lookup halves;
}} pairs;
feature chws {{ lookup pairs; }} chws;
"""


def _append(table: object, added: object) -> None:
    """Append lookups and features of one GSUB to another, for every script and language."""
    lookups, records = table.LookupList.Lookup, table.FeatureList.FeatureRecord  # type: ignore[attr-defined]
    offset = len(lookups)
    for lookup in added.LookupList.Lookup:  # type: ignore[attr-defined]
        for rule in _references(lookup):
            rule.LookupListIndex += offset  # type: ignore[attr-defined]
        lookups.append(lookup)
    table.LookupList.LookupCount = len(lookups)  # type: ignore[attr-defined]
    systems = []
    for script in table.ScriptList.ScriptRecord:  # type: ignore[attr-defined]
        systems += [script.Script.DefaultLangSys] if script.Script.DefaultLangSys else []
        systems += [record.LangSys for record in script.Script.LangSysRecord]
    for record in added.FeatureList.FeatureRecord:  # type: ignore[attr-defined]
        record = deepcopy(record)
        record.Feature.LookupListIndex = [place + offset for place in record.Feature.LookupListIndex]
        records.append(record)
        for system in systems:
            system.FeatureIndex.append(len(records) - 1)
    order = sorted(range(len(records)), key=lambda place: (records[place].FeatureTag, place))
    moved = {old: new for new, old in enumerate(order)}
    records[:] = [records[place] for place in order]
    table.FeatureList.FeatureCount = len(records)  # type: ignore[attr-defined]
    done: set[int] = set()
    for system in systems:
        if id(system) not in done:
            done.add(id(system))
            system.FeatureIndex = sorted(moved[place] for place in system.FeatureIndex)
            system.FeatureCount = len(system.FeatureIndex)


def _references(lookup: object) -> list[object]:
    """Return every place in a lookup that names another lookup by its number."""
    found: list[object] = []
    waiting: list[object] = list(lookup.SubTable)  # type: ignore[attr-defined]
    while waiting:
        item = waiting.pop()
        if hasattr(item, "SubstLookupRecord") and item.SubstLookupRecord:
            found += item.SubstLookupRecord
        for value in vars(item).values():
            if isinstance(value, list):
                waiting += [entry for entry in value if hasattr(entry, "__dict__") and entry not in found]
    return found
