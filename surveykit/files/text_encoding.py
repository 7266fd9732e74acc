"""Tell the encoding of a text file: its mark, UTF-8, or what its bytes would say in each of the others."""

from __future__ import annotations

import codecs
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path

from surveykit.errors import DataError
from surveykit.files.looking import open_regular

__all__ = ["detect_encoding", "likely_encodings"]

ENCODINGS = ("utf-8-sig", "gb18030")
BLOCK = 1 << 20
SNIFFED = 2000
TELLING = 200_000  # bytes that tell an encoding
_BETWEEN_CELLS = re.compile(rb"[,;\t\r\n\"]+")
_TITLES = {
    "cp950": "Big5",
    "big5hkscs": "Big5 (Hong Kong)",
    "cp932": "Shift JIS",
    "euc_jp": "EUC-JP",
    "cp949": "EUC-KR",
    "cp1251": "Windows-1251",
    "cp1252": "Windows-1252",
}
MANY_NULS = 100  # one in so many bytes: a stray one is a character of an answer


# The characters that running text and questionnaires hold most of, simplified, then their traditional forms.
_FREQUENT = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事"
    "成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已"
    "工使情明性知全三又关点正业外将两高间由问很最重并物手应向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表"
    "化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结"
    "反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难"
    "且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运男岁满否服务居区街"
    "城乡村镇镇县省京沪津渝苏浙闽粤川陕号序选项单填写提交答卷所详细来源微信手机网站编码姓性别年龄职业学历收入户籍婚姻小初高"
    "中专科硕博士本以及上较般差优良谢谢请问您是否了解参加活动知晓意见建议评价环境交通医疗养老卫生安全设施停车绿化垃圾邻里其它"
    "他无暂没有不清楚说愿拒绝同反对非常比较一般经常偶尔从不每天周次以下岁至元千百六七八九零两星期早午晚父母孩子朋友亲戚独居"
    "這個們來為國時說會對後過發裡種經麼學現當沒動進樣開從實軍無與長機關點業將兩間問應頭體見產話內門教東聲員論處義幾認條氣題"
    "爾別變總電數報結務場計資統區隊決馬書則聽達強難權設記類據張該規萬領確傳師觀讓識帶導爭運歲滿單答卷選項環療養衛綠鄰較謝請"
    "李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石"
    "您議價覺課與還並樂錢買賣點樣唔係嘅咗喺嗰啲佢哋冇"
)
_SIGNS = frozenset(
    "，。、；：？！（）“”‘’《》【】—…·〖〗［］％～　①②③④⑤⑥⑦⑧⑨⑩→「」『』￥×÷±°℃㎡㎏㎝ⅠⅡⅢⅣⅤⅥαβγ○●◎□■△▲☆★√€"
) | frozenset(map(chr, range(0xFF10, 0xFF5B)))
_HANGUL = frozenset(
    "이다는을가의에한고하지를로은서도기어사자대인아있니것나들그리일해수안시여주만게보정없전부습요면상원과제라생우조스장공동"
    "으적와구성오경연비입무선방마음신미유소매감합좋같때문중학국실세모내발진계회분당까말된용등치불개위더된족편활관양남녀터거저"
)
_HANZI_OF_ALL = 20_000
_LETTER, _BEYOND = "x", "\x80"
HOME = 12.0  # one rare character alone, such as a given name, does not tell
DAMAGE = 1e-12  # bytes that are nothing in an encoding


def _is_hanzi(sign: str) -> bool:
    return "\u4e00" <= sign <= "\u9fff"


def _lead(sign: str, encoding: str) -> int:
    try:
        return int.from_bytes(sign.encode(encoding)[:2], "big")
    except UnicodeEncodeError:
        return 0


def _chinese(common: Callable[[str], bool], size: int) -> Callable[[str, str], float]:
    def share(sign: str, before: str) -> float:
        if sign in _FREQUENT:
            return 0.7 / len(_FREQUENT)
        if sign in _SIGNS:
            return 0.08 / len(_SIGNS)
        if common(sign):
            return 0.2 / size
        return 0.02 / _HANZI_OF_ALL if _is_hanzi(sign) else 1e-7

    return share


def _japanese(common: Callable[[str], bool]) -> Callable[[str, str], float]:
    def share(sign: str, before: str) -> float:
        if "\u3041" <= sign <= "\u30fe":
            return 0.55 / 170
        if sign in _SIGNS:
            return 0.08 / len(_SIGNS)
        if common(sign):
            return 0.35 / 2965
        return 0.02 / _HANZI_OF_ALL if _is_hanzi(sign) else 1e-7

    return share


def _korean(sign: str, before: str) -> float:
    if sign in _HANGUL:
        return 0.7 / len(_HANGUL)
    if "\uac00" <= sign <= "\ud7a3":
        return 0.2 / 2350 if 0xB0A1 <= _lead(sign, "euc_kr") <= 0xC8FE else 1e-6
    return 0.02 / _HANZI_OF_ALL if _is_hanzi(sign) else 1e-7


def _latin(sign: str, before: str) -> float:
    """Letters with marks stand one by one between plain ones."""
    alone = 0.02 if before == _BEYOND else 1.0
    return alone / 60 if "\u00c0" <= sign <= "\u00ff" or sign in "œŒšŠžŽ’‘“”–—…€«»°§" else 1e-6


def _cyrillic(sign: str, before: str) -> float:
    mixed = 0.001 if before == _LETTER else 1.0  # no word holds letters of both alphabets
    if "а" <= sign <= "я" or sign == "ё":
        return mixed * 0.9 / 33
    if "А" <= sign <= "Я" or sign == "Ё":
        return mixed * (0.01 if before == _BEYOND else 0.09) / 33
    return 0.01 / 30 if sign in "№«»—–…" else 1e-7


_SIMPLIFIED = _chinese(lambda sign: 0xB000 <= _lead(sign, "gb2312") < 0xD800, 3755)
_TRADITIONAL = _chinese(lambda sign: 0xA440 <= _lead(sign, "big5") <= 0xC67E, 5401)
_LANGUAGES: dict[str, Callable[[str, str], float]] = {
    "gb18030": _SIMPLIFIED,
    "utf-8": _SIMPLIFIED,
    "cp950": _TRADITIONAL,
    "big5hkscs": _TRADITIONAL,
    "cp932": _japanese(lambda sign: 0x889F <= _lead(sign, "cp932") <= 0x9872),
    "euc_jp": _japanese(lambda sign: 0xB0A1 <= _lead(sign, "euc_jp") <= 0xCFFE),
    "cp949": _korean,
    "cp1251": _cyrillic,
    "cp1252": _latin,
}


def _kind_of(sign: str) -> str:
    """What stands before a sign: a letter of ASCII, something else of ASCII, or neither."""
    return _BEYOND if sign > "\x7f" else _LETTER if sign.isalpha() else " "


@lru_cache(maxsize=100_000)
def _weight(encoding: str, sign: str, before: str) -> float:
    return math.log(DAMAGE if sign == "\ufffd" else _LANGUAGES[encoding](sign, before))


def _likelihood(cell: bytes, encoding: str) -> float:
    """Log probability of the signs beyond ASCII."""
    text = cell.decode(encoding, "replace")
    pairs = Counter((sign, _kind_of(old)) for old, sign in zip(" " + text, text, strict=False) if sign > "\x7f")
    return sum(n * _weight(encoding, sign, old) for (sign, old), n in pairs.items())


def likely_encodings(cells: Iterable[bytes]) -> list[str]:
    """Order encodings by how likely some cells are in each, with the languages that are written in it.

    Parameters
    ----------
    cells : iterable of bytes
        Distinct cells of a file that hold bytes beyond ASCII.

    Returns
    -------
    list of str
        Names of encodings, the likeliest first; ``utf-8`` stands for text in UTF-8 with damaged places. GB18030 is
        taken to be `HOME` times as likely beforehand as any other.

    Notes
    -----
    Frequencies of characters in each language: the characters of running text (about 400 cover 70 % of Chinese text),
    the standards' own lists of frequent characters (level 1 of GB 2312, Big5 and JIS X 0208; the syllables of
    KS X 1001), and all others. It tells them apart from a few characters on, since each encoding puts the other ones'
    frequent characters among its rare ones.

    Examples
    --------
    >>> likely_encodings(["非常满意".encode("gbk")])[0], likely_encodings(["很滿意".encode("big5")])[0]
    ('gb18030', 'cp950')
    """
    held = list(cells)
    scores = {encoding: sum(_likelihood(cell, encoding) for cell in held) for encoding in _LANGUAGES}
    scores["gb18030"] += math.log(HOME)
    return sorted(scores, key=lambda name: -scores[name])


def _marked_encodings(path: Path) -> tuple[str, ...]:
    """Encodings to try: the one that the first bytes state, or all."""
    with open_regular(path) as stream:
        start = stream.read(BLOCK)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    if start[:SNIFFED].count(b"\0") > len(start[:SNIFFED]) / MANY_NULS:
        raise DataError(
            f"{path.name}: the file holds NUL bytes: it is UTF-16 without a mark, or no text at all; save it as UTF-8"
        )
    return ("utf-8-sig",) if start.startswith(codecs.BOM_UTF8) else ENCODINGS


def _cells_beyond_ascii(path: Path) -> set[bytes]:
    """Distinct cells that hold bytes beyond ASCII, up to `TELLING` bytes; no encoding has separators within letters."""
    found: set[bytes] = set()
    size, rest = 0, b""
    with open_regular(path) as stream:
        while size < TELLING and (block := stream.read(BLOCK)):
            *cells, rest = _BETWEEN_CELLS.split(rest + block)
            rest = rest[-BLOCK:]
            new = {cell for cell in cells if not cell.isascii()} - found
            size += sum(map(len, new))
            found |= new
    return found if rest.isascii() or size >= TELLING else found | {rest}


def _fails_at(path: Path, encoding: str) -> int | None:
    """Place of the first byte that is nothing in an encoding; None where the whole file decodes."""
    position = 0
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with open_regular(path) as stream:
            while block := stream.read(BLOCK):
                decoder.decode(block)
                position += len(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return position + error.start
    return None


def detect_encoding(path: Path) -> str:
    """Return UTF-8, or what the file's mark says, or GB18030, if the whole file decodes and reads like it.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    str

    Raises
    ------
    DataError
        The text is damaged, or reads like another encoding, which the message names; see
        `likely_encodings`.
    """
    first, *others = _marked_encodings(path)
    place = _fails_at(path, first)
    if place is None:
        return first
    likely = likely_encodings(_cells_beyond_ascii(path))[0] if others else first
    if likely in ("utf-8", first, "gb18030"):
        if likely == "gb18030" and (place := _fails_at(path, likely)) is None:
            return likely
        raise DataError(
            f"{path.name}: the text is in {likely.removesuffix('-sig').upper()} but damaged or cut off "
            f"(byte {place} does not belong there); export it again"
        )
    if (wrong := _fails_at(path, likely)) is not None:
        tried = ((first, place), ("gb18030", _fails_at(path, "gb18030")), (likely, wrong))
        places = ", ".join(f"{encoding} fails at byte {at}" for encoding, at in tried if at is not None)
        raise DataError(
            f"{path.name}: the text is in none of the encodings tried ({places}); save it as UTF-8 and read it again"
        )
    raise DataError(
        f"{path.name}: the text is not in UTF-8 and reads like {_TITLES[likely]}, not like GB18030; "
        f"say which it is, encoding: {likely} or encoding: gb18030, or save it as UTF-8"
    )
