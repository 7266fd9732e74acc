"""Make the report's fonts from Debian's Noto CJK collections: ``python tools/make_fonts.py``.

One OpenType file per face, under the private family names "SK Sans" and "SK Serif", holding GB2312, Latin, Greek,
symbols and the characters of ``tools/font_characters.txt``. The same input gives the same bytes. Needs fontTools and
Debian's package fonts-noto-cjk; the files made are committed, so this is run again only when characters are added.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parent.parent
SIMPLIFIED_CHINESE_FACE = 2
FACES = {
    "sk-sans-regular.otf": ("NotoSansCJK-Regular.ttc", "SK Sans", "Regular"),
    "sk-sans-bold.otf": ("NotoSansCJK-Bold.ttc", "SK Sans", "Bold"),
    "sk-serif-regular.otf": ("NotoSerifCJK-Regular.ttc", "SK Serif", "Regular"),
    "sk-serif-bold.otf": ("NotoSerifCJK-Bold.ttc", "SK Serif", "Bold"),
}
RANGES = (
    (0x20, 0x7E),  # ASCII
    (0xA0, 0x17F),  # Latin-1 and Latin Extended-A
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


def wanted_characters() -> set[int]:
    """Return the code points that the fonts shall hold, as far as Noto has them."""
    wanted = {code for low, high in RANGES for code in range(low, high + 1)}
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


def make_face(collection: Path, family: str, style: str, target: Path) -> None:
    """Write one face."""
    options = subset.Options()
    options.font_number = SIMPLIFIED_CHINESE_FACE
    options.hinting = False
    options.desubroutinize = False
    options.recalc_timestamp = False
    options.name_IDs = ["*"]
    options.notdef_outline = True
    options.layout_features = ["ccmp", "locl", "kern", "mark", "mkmk", "calt", "liga", "halt", "palt", "chws", "tnum"]
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "DSIG"]
    font = subset.load_font(str(collection), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted_characters())
    subsetter.subset(font)
    rename(font, family, style)
    font["head"].modified = font["head"].created
    font.flavor = None
    subset.save_font(font, str(target), options)


def main() -> None:
    """Make all four faces."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", type=Path, default=Path("/usr/share/fonts/opentype/noto"))
    parser.add_argument("--target", type=Path, default=ROOT / "surveykit" / "report" / "fonts")
    options = parser.parse_args()
    for name, (collection, family, style) in FACES.items():
        target = options.target / name
        make_face(options.source / collection, family, style, target)
        print(f"{target.name}: {target.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
