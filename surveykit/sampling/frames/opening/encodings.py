"""Tell the encoding of a text file: UTF by its bytes, GB18030 where no other reading makes sense, else ask.

Nearly every byte sequence of Chinese text is also valid Big5, Shift-JIS or EUC-KR. What tells them apart is which
characters a reading gives: simplified Chinese lies within GB 2312 and mostly in its first level, traditional Chinese
in the first level of Big5, Japanese is full of kana. GB18030 is taken only where its reading is ordinary and no
rival's is.
"""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from surveykit.files.duck import raw_blocks
from surveykit.files.looking import FileError

__all__ = ["decoded_blocks", "detect_text_encoding", "require_encoding"]

BLOCK = 1 << 22
SAMPLE = 1 << 20
ORDINARY = 0.9
FEW_KANA = 0.02
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
RIVALS = {"big5": "Big5", "cp932": "Shift-JIS", "euc_jp": "EUC-JP", "euc_kr": "EUC-KR"}


def require_encoding(path: Path, encoding: str) -> str:
    """The encoding that was named, in Python's spelling, or an error."""
    try:
        "".encode(encoding)  # refuses what Python calls an encoding and is none of text, such as hex
        name = codecs.lookup(encoding).name
    except (LookupError, ValueError):
        todo = "name it as Python does: gb18030, utf-16, big5, cp932"
        raise FileError(f"there is no encoding {encoding!r}", todo, path.name) from None
    marked = _marked(next(raw_blocks(path, 4096), b""))
    plain = "utf-8" if name == "utf-8-sig" else name
    if marked and not plain.startswith(marked):
        what = f"the text begins with the mark of {marked.upper()}, and 'encoding:' says {encoding!r}"
        raise FileError(what, "leave 'encoding:' out", path.name, 1)
    return plain


def _marked(start: bytes) -> str:
    return next((name for mark, name in MARKS if start.startswith(mark)), "")


def detect_text_encoding(path: Path) -> str:
    """Find the encoding of a whole text file.

    Returns
    -------
    str
        ``"utf-8"``, ``"utf-16"``, ``"utf-16-le"``, ``"utf-16-be"``, ``"utf-32"`` or ``"gb18030"``.

    Raises
    ------
    FileError
        The text is damaged UTF-8, or may be in more than one encoding: each reading is shown.
    """
    start = next(raw_blocks(path, 65_536), b"")
    if mark := _marked(start):
        return mark
    if wide := _wide(start):
        return wide
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines, good = 1, 0
    for block in raw_blocks(path, BLOCK):
        try:
            text = decoder.decode(block)
        except UnicodeDecodeError as error:
            line = lines + error.object[: error.start].count(b"\n")
            good += sum(letter > 0x7F for letter in error.object[: error.start])
            _require_other(path, line, good)
            return _chinese(path, line)
        lines += block.count(b"\n")
        good += len(block) - len(text)
    if decoder.getstate()[0]:
        raise FileError("the text is UTF-8 but ends within a character", "it may be cut off", path.name, lines)
    return "utf-8"


def _wide(start: bytes) -> str:
    """UTF-16 without a mark: the zeros of its separators and line ends stand on one side of each pair."""
    even, odd = start[::2].count(0), start[1::2].count(0)
    if even + odd <= len(start) / 100 or (even and odd):
        return ""
    return "utf-16-be" if even else "utf-16-le"


def _require_other(path: Path, line: int, good: int) -> None:
    """Fail on text that is UTF-8 but for a few bytes, which text in another encoding never is."""
    sample = _sample(path).decode("utf-8", "replace")
    beyond = sum(letter > "\x7f" for letter in sample)
    if good >= 60 or (beyond >= 20 and sample.count("\ufffd") <= 0.02 * beyond):
        raise FileError("the text is UTF-8 but damaged here", "export it again, or correct the line", path.name, line)


def _sample(path: Path) -> bytes:
    """Lines with bytes beyond ASCII, from the whole file, up to a mebibyte."""
    held: list[bytes] = []
    size, rest = 0, b""
    for block in raw_blocks(path, BLOCK):
        *lines, rest = (rest + block).split(b"\n")
        for line in lines:
            if not line.isascii():
                held.append(line)
                size += len(line)
        if size > SAMPLE:
            return b"\n".join(held)[: 2 * SAMPLE]
    return b"\n".join([*held, rest])


def _chinese(path: Path, line: int) -> str:
    """GB18030, or an error at the first line that is not UTF-8."""
    sample = _sample(path)
    readings = {name: text for name in ("gb18030", *RIVALS) if (text := _read(sample, name))}
    rivals = [name for name in RIVALS if name in readings and ORDINARILY[name](readings[name])]
    if "gb18030" in readings and _ordinary_chinese(readings["gb18030"]) and not rivals:
        return "gb18030"
    shown = [f"as {'GB18030' if name == 'gb18030' else RIVALS[name]} {_shown(text)!r}"
             for name, text in readings.items()]  # fmt: skip
    what = "the text is not UTF-8, and its encoding cannot be told for sure"
    what += f": it reads {', '.join(shown)}" if shown else ""
    todo = "say which it is under 'frame:' of the plan, for example 'encoding: gb18030', 'big5', 'cp932' or 'cp1252'"
    raise FileError(what, todo, path.name, line)


def _read(sample: bytes, encoding: str) -> str:
    try:
        return sample.decode(encoding)
    except UnicodeDecodeError:
        return ""


def _shown(text: str) -> str:
    """The first characters beyond ASCII with what stands beside them."""
    first = next((place for place, letter in enumerate(text) if letter > "\x7f"), 0)
    return text[max(first - 2, 0) : first + 10].replace("\n", " ").replace("\r", "")


def _leads(text: str, encoding: str) -> Counter[int]:
    """Number of characters beyond ASCII by the first byte that an encoding gives them; 0 counts those it lacks."""
    found: Counter[int] = Counter()
    for letter, count in Counter(text).items():
        if letter > "\x7f":
            raw = letter.encode(encoding, "ignore")
            found[raw[0] if raw else 0] += count
    return found


def _share(leads: Counter[int], allowed: Callable[[int], bool]) -> float:
    whole = leads.total()
    return sum(count for lead, count in leads.items() if allowed(lead)) / whole if whole else 0.0


def _ordinary_chinese(text: str) -> bool:
    """GB 2312 holds nearly all characters, and its first level of 3,755 most of the hanzi."""
    leads = _leads(text.replace("\u3007", ""), "gb2312")
    hanzi = Counter({lead: count for lead, count in leads.items() if lead >= 0xB0})
    kana = _share(leads, lambda lead: lead in (0xA4, 0xA5))
    return (
        _share(leads, lambda lead: lead > 0) >= ORDINARY
        and _share(hanzi, lambda lead: lead < 0xD8) >= 0.7
        and kana <= FEW_KANA
    )


def _ordinary_big5(text: str) -> bool:
    """Symbols, and the 5,401 hanzi of the first level."""
    return _share(_leads(text, "big5"), lambda lead: 0xA1 <= lead <= 0xC6) >= ORDINARY


def _ordinary_japanese(text: str) -> bool:
    """Symbols, kana of both widths and the first level of kanji."""
    leads = _leads(text, "cp932")
    return _share(leads, lambda lead: lead in (0x81, 0x82, 0x83) or 0x88 <= lead <= 0x98 or 0xA1 <= lead <= 0xDF) >= (
        ORDINARY
    )


def _ordinary_euc_japanese(text: str) -> bool:
    return _ordinary_japanese(text) and sum("\u3040" <= letter <= "\u30ff" for letter in text) > FEW_KANA * sum(
        letter > "\x7f" for letter in text
    )


def _ordinary_korean(text: str) -> bool:
    """Symbols and hangul."""
    return _share(_leads(text, "euc_kr"), lambda lead: 0xA1 <= lead <= 0xC8) >= ORDINARY


ORDINARILY: dict[str, Callable[[str], bool]] = {
    "big5": _ordinary_big5,
    "cp932": _ordinary_japanese,
    "euc_jp": _ordinary_euc_japanese,
    "euc_kr": _ordinary_korean,
}


def decoded_blocks(path: Path, encoding: str) -> Iterator[str]:
    """Iterate over the text of a file block by block, without a mark at its start."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines, first = 1, True
    try:
        for raw in raw_blocks(path, BLOCK):
            text = decoder.decode(raw)
            yield text.removeprefix("\ufeff") if first else text
            first = False
            lines += text.count("\n")
        yield decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        line = lines + error.object[: error.start].count(b"\n")
        what = f"the text is not in {encoding} from here on ({error.reason})"
        raise FileError(what, "name its encoding under 'frame:' of the plan", path.name, line) from None
