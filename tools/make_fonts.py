"""Make the report's fonts from Debian's Noto CJK collections: ``python tools/make_fonts.py``.

Four faces under the private family names "SK Sans" and "SK Serif" hold Latin, Greek, symbols, GB2312, the Table of
General Standard Chinese Characters (8,105, 国务院 2013) and ``tools/font_characters.txt``. A fifth, "SK Extra", holds
the other hanzi of GB 18030-2022 levels 1 and 2, for names and quotations; a document loads it only when it needs it.
The same input gives the same bytes. The files made are committed, so this is run again only when characters are added.

Source: Debian's packages fonts-noto-cjk (Noto Sans CJK 2.004, Noto Serif CJK 2.001) and unicode-data (Unihan, property
kTGH); ``apt-get install`` them, or unpack them with ``dpkg -x`` and name the folders. Needs fontTools.

Noto numbers its glyphs by CID. A subset numbers them anew but keeps the old CIDs in its charset; a PDF that names
glyphs by number is then blank in readers that go through the charset, as ISO 32000-1 9.7.4.2 asks. So the charset is
made the identity again.
"""

from __future__ import annotations

import argparse
import bz2
from io import BytesIO
from pathlib import Path

from font_spacing import with_contextual_spacing
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables.DefaultTable import DefaultTable

ROOT = Path(__file__).resolve().parent.parent
SIMPLIFIED_CHINESE_FACE = 2
FACES = {
    "sk-sans-regular.otf": ("NotoSansCJK-Regular.ttc", "SK Sans", "Regular"),
    "sk-sans-bold.otf": ("NotoSansCJK-Bold.ttc", "SK Sans", "Bold"),
    "sk-serif-regular.otf": ("NotoSerifCJK-Regular.ttc", "SK Serif", "Regular"),
    "sk-serif-bold.otf": ("NotoSerifCJK-Bold.ttc", "SK Serif", "Bold"),
    "sk-extra-regular.otf": ("NotoSansCJK-Regular.ttc", "SK Extra", "Regular"),
}
EXTRA = "sk-extra-regular.otf"
RANGES = (
    (0x20, 0x7E),  # ASCII
    (0xA0, 0x17F),  # Latin-1 and Latin Extended-A
    (0x1CD, 0x1DC),  # vowels of Hanyu Pinyin
    (0x370, 0x3FF),  # Greek
    (0x2000, 0x206F),  # punctuation
    (0x2070, 0x209F),  # superscripts and subscripts
    (0x20A0, 0x20BF),  # currency
    (0x2100, 0x218F),  # letter-like signs, fractions, Roman numerals
    (0x2190, 0x21FF),  # arrows
    (0x2200, 0x22FF),  # mathematics
    (0x2460, 0x24FF),  # enclosed numbers
    (0x2500, 0x27BF),  # boxes, shapes, ticks
    (0x3000, 0x303F),  # Chinese punctuation
    (0x3200, 0x33FF),  # enclosed and squared
    (0xFF00, 0xFFEF),  # full-width forms
)
EXTRA_RANGES = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF))  # CJK Unified Ideographs and their Extension A
LAYOUT = ("ccmp", "locl", "kern", "liga", "halt", "palt", "pwid")


def standard_hanzi(unihan: Path) -> set[int]:
    """Return the 8,105 characters of the Table of General Standard Chinese Characters, from Unihan's property kTGH."""
    with bz2.open(unihan / "Unihan_OtherMappings.txt.bz2", "rt", encoding="utf-8") as lines:
        fields = (line.split("\t") for line in lines if not line.startswith("#"))
        found = {int(field[0].removeprefix("U+"), 16) for field in fields if len(field) == 3 and field[1] == "kTGH"}
    if len(found) != 8105:
        raise SystemExit(f"{unihan}: {len(found)} characters have kTGH, the table of 2013 has 8,105")
    return found


def main_characters(unihan: Path) -> set[int]:
    """Return the code points that the four faces shall hold, as far as Noto has them."""
    wanted = {code for low, high in RANGES for code in range(low, high + 1)} | standard_hanzi(unihan)
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                wanted.add(ord(bytes((row, cell)).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    extra = (ROOT / "tools" / "font_characters.txt").read_text(encoding="utf-8")
    lines = (line for line in extra.splitlines() if not line.startswith("#"))
    return wanted | {ord(character) for line in lines for character in line if not character.isspace()}


def rename(font: TTFont, family: str, style: str) -> None:
    """Give the font its private name everywhere a program may look; copyright and licence stay."""
    postscript = f"{family.replace(' ', '')}-{style}"
    names = {1: family, 2: style, 3: f"surveykit;{postscript}", 4: f"{family} {style}", 6: postscript}
    table = font["name"]
    kept = [record for record in table.names if record.nameID in (0, 5, 7, 13, 14) and record.langID in (0, 0x409)]
    table.names = kept
    for name_id, text in names.items():
        table.setName(text, name_id, 3, 1, 0x409)
        table.setName(text, name_id, 1, 0, 0)
    outlines = font["CFF "].cff
    outlines.fontNames = [postscript]
    top = outlines.topDictIndex[0]
    top.FullName, top.FamilyName, top.Weight = f"{family} {style}", family, style


def cut(collection: Path, characters: set[int], family: str, style: str, layout: tuple[str, ...]) -> bytes:
    """Return the face of a collection with only these characters and layout features."""
    options = subset.Options()
    options.font_number = SIMPLIFIED_CHINESE_FACE
    options.hinting = False
    options.desubroutinize = False
    options.recalc_timestamp = False
    options.name_IDs = ["*"]
    options.notdef_outline = True
    options.layout_features = list(layout)
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "DSIG"]
    font = subset.load_font(str(collection), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    rename(font, family, style)
    font["head"].modified = font["head"].created
    font.flavor = None
    target = BytesIO()
    subset.save_font(font, target, options)
    return target.getvalue()


def with_table(data: bytes, tag: str, content: bytes) -> bytes:
    """Return the font with one table replaced; every other table keeps its bytes."""
    font = TTFont(BytesIO(data), lazy=True, recalcTimestamp=False, recalcBBoxes=False)
    table = DefaultTable(tag)
    table.data = content
    font[tag] = table
    target = BytesIO()
    font.save(target, reorderTables=None)
    return target.getvalue()


def with_identity_charset(data: bytes) -> bytes:
    """Return the font with CID = glyph id for every glyph.

    Tables other than CFF speak of glyph ids, as FDSelect and the private dictionaries do: they stay as they are.
    """
    font = TTFont(BytesIO(data), lazy=True, recalcTimestamp=False, recalcBBoxes=False)
    table = font["CFF "]
    top = table.cff.topDictIndex[0]
    old = top.charset
    new = [".notdef", *(f"cid{place:05d}" for place in range(1, len(old)))]
    strings = top.CharStrings
    by_old = dict(strings.charStrings)
    strings.charStrings = {name: by_old[before] for name, before in zip(new, old, strict=True)}
    top.charset = new
    top.CIDCount = len(new)
    font.setGlyphOrder(new)
    return with_table(data, "CFF ", table.compile(font))


def features(data: bytes) -> set[str]:
    """Return the tags of the font's layout features."""
    font = TTFont(BytesIO(data), lazy=True)
    return {record.FeatureTag for tag in ("GSUB", "GPOS") for record in font[tag].table.FeatureList.FeatureRecord}


def main() -> None:
    """Make all faces."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", type=Path, default=Path("/usr/share/fonts/opentype/noto"))
    parser.add_argument("--unihan", type=Path, default=Path("/usr/share/unicode"))
    parser.add_argument("--target", type=Path, default=ROOT / "surveykit" / "report" / "fonts")
    options = parser.parse_args()
    common = main_characters(options.unihan)
    extra = {code for low, high in EXTRA_RANGES for code in range(low, high + 1)} - common
    extra |= {0x20, 0xA0, 0x3000}  # a space is set in the face of the character before it
    for name, (collection, family, style) in FACES.items():
        characters, layout = (extra, ()) if name == EXTRA else (common, LAYOUT)
        data = cut(options.source / collection, characters, family, style, layout)
        if name != EXTRA:
            data = with_contextual_spacing(data)
            lacking = {*LAYOUT, "chws"} - features(data)
            if lacking:
                raise SystemExit(f"{name} lacks the features {', '.join(sorted(lacking))}")
        data = with_identity_charset(data)
        (options.target / name).write_bytes(data)
        print(f"{name}: {len(data) / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
