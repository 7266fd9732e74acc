"""What identifiers look like in open answers: numbers in groups, spoken accounts, documents, plates, hidden e-mail."""

from __future__ import annotations

import re

from surveykit.questionnaire.definition.text import half_width

__all__ = ["KINDS", "PLAIN", "WORTH_A_LOOK"]

# Signs that stand for others, one for one, so that places in the plain text are places in the text.
_LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_NUMERALS = ("零〇", "一幺壹①", "二贰②", "三叁③", "四肆④", "五伍⑤", "六陆⑥", "七柒⑦", "八捌⑧", "九玖⑨")
PLAIN: dict[int, int] = half_width("@.-_()[]:" + _LATIN) | {
    ord(sign): ord(str(digit)) for digit, signs in enumerate(_NUMERALS) for sign in signs
}
# Between the groups of one number; a comma or 、 parts the entries of a list instead.
_GAP = r"[ \t\-－—–_.·•/\\*~\u00a0\u200b\u3000]{0,3}"
_SEP = r"[ \t\-－—–_.·•/\\*~\u00a0\u200b\u3000\ufe0f\u20e3]{1,3}"
_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_YEAR = r"(?:18|19|20)\d{2}"
_BYTE = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_FREE, _END = r"(?<![\d.])", r"(?!\d)"
_86 = rf"(?:(?:\+|00)?86{_GAP})?"
# Digits written one by one are a number only if the same sign parts them all: "1 3 8 0 ...", never "1、3、5、...".
_SINGLE = rf"1({_SEP})[3-9](?:\1\d){{9}}"
_MOBILE = (
    rf"{_86}(?:1[3-9]\d{_GAP}[\doO]{{4}}{_GAP}[\doO]{{4}}|1[3-9]\d\d{_GAP}\d{{3}}{_GAP}\d{{4}}|1[3-9]\d{{3}}{_GAP}\d{{6}}"
    rf"|1[3-9]\d{_GAP}\d{{3}}{_GAP}\d{{5}}|1[3-9]\d{_GAP}\d\d{_GAP}\d\d{_GAP}\d\d{_GAP}\d\d"
    rf"|1[3-9]{_GAP}\d{{3}}{_GAP}\d{{3}}{_GAP}\d{{3}})"
)
_PART = r"[ \t\-－—–_.·•*~\u00a0\u200b\u3000]{0,3}"  # no slash: years and pages of addresses on the net have those
_LAND = rf"(?:(?:\+|00)86{_PART}[(]?0?[1-9]\d{{1,2}}|[(]?0[1-9]\d{{1,2}})[)]?{_PART}[2-9]\d{{2,3}}{_PART}\d{{4}}"
_INSIDE = r"(?:\s*(?:转|-|ext\.?)\s*\d{1,6})?"
_CALL = r"(?:电话|座机|固话|家电|宅电|联系我?|致电|拨打|拨|打给我|打|呼我|手机|传真|tel|phone|call(?: me)?)"
_FILL = r"[\s号码是为：:=（(）)\"“”'，,在]{0,4}"
_MAILS = (
    r"qq|vip\.qq|163|126|yeah|gmail|outlook|hotmail|live|msn|foxmail|sina|sohu|aliyun|icloud|yahoo|139|189|wo|tom"
    "|proton"
)
_AT = r"\s*(?:@|[(\[{<【（]\s*(?:at|@|a|艾特)\s*[)\]}>】）]|艾特|圈a|圈A|#)\s*"
_DOT = r"\s*(?:\.|。|．|·|点|[(\[{<【（]\s*(?:dot|点|\.)\s*[)\]}>】）]|\sdot\s)\s*"
_TOP = r"(?:com|cn|net|org|edu|gov|io|me|cc|info|hk|tw|top|xyz)"
_LOCAL = r"[A-Za-z0-9][A-Za-z0-9._%+-]{1,63}"
_HIDDEN = rf"{_LOCAL}{_AT}[A-Za-z0-9-]{{1,40}}(?:{_DOT}[A-Za-z0-9-]{{2,40}}){{0,2}}{_DOT}{_TOP}(?![A-Za-z])"
_SPOKEN = rf"{_LOCAL}(?:\s+at\s+|{_AT})(?:{_MAILS})(?:{_DOT}{_TOP})?(?![A-Za-z0-9])"
_DOMAIN = rf"{_LOCAL}\s+at\s+[A-Za-z0-9-]{{2,40}}\s+dot\s+{_TOP}(?![A-Za-z])"
_QQ = r"(?:qq|扣扣|叩叩|球球|企鹅|q\s*(?=号|[:=]|\s?\d{5}))"
_QQ_MORE = r"\s*(?:号码|号|群号|群|邮箱)?[\s:：=是为我的加叫\"“(（]{0,5}"
_CHAT = r"(?:微信|威信|薇信|微芯|卫星号|徽信|v信|v-信|weixin|wechat|we\s?chat|微❤|vx|wx|加\s*(?:我|个)?\s*v)"
_MARKED = r"\s*(?:号码|号|账号|帐号|id|ID)?\s*[我的]{0,2}\s*(?:是|为|叫|[:：=]|is)\s*[\"“(（]?\s*"
_NAMED = r"\s*(?:号码|号|账号|帐号|id|ID)\s*[\"“(（]?\s*"
_ID = r"[a-z0-9][a-z0-9_-]{4,19}(?![a-z0-9_-])"
_ID_DIGIT = r"(?=[a-z0-9_-]*[\d_])[a-z][a-z0-9_-]{4,19}(?![a-z0-9_-])"
_ID_ANY = r"(?=[a-z0-9_-]*[\d_])[a-z0-9][a-z0-9_-]{4,19}(?![a-z0-9_-])"
_OTHER = r"(?:抖音|快手|小红书|支付宝|钉钉|陌陌|telegram|tg|whatsapp|skype|line(?=\s*(?:id|号|[:：]))|微博)"
# Within the borders of China; elsewhere two numbers with four decimals are as often figures as a place.
_LATITUDE, _LONGITUDE = r"(?:1[89]|[2-4]\d|5[0-4])\.\d{4,}", r"(?:7[3-9]|[89]\d|1[0-2]\d|13[0-6])\.\d{4,}"
_COMMA = r"\s*[,，;/ ]\s*"
_CARD = (
    rf"{_FREE}(?:3[47]\d{{13}}|[3-6]\d{{15,18}}|[3-6]\d{{3}}(?:{_SEP}\d{{4}}){{3}}(?:{_SEP}?\d{{1,4}})?"
    rf"|[3-6]\d{{5}}{_SEP}\d{{9,13}}){_END}"
)
_PROVINCE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使"
_PLATE = (
    rf"[{_PROVINCE}]\s?[A-HJ-NP-Za-hj-np-z]\s?[·•.\-]?\s?(?=[A-HJ-NP-Za-hj-np-z0-9]{{0,3}}\d)(?=(?:[A-Za-z]?\d){{3}}|\d{{2}})"
    r"[A-HJ-NP-Za-hj-np-z0-9]{4,5}[A-HJ-NP-Za-hj-np-z0-9挂学警港澳](?![A-Za-z0-9])"
)


def _of(
    kind: str, mark: str, pattern: str, *, group: int | str = 0, case: bool = False
) -> tuple[str, str, re.Pattern[str], int | str]:
    return kind, mark, re.compile(pattern, 0 if case else re.IGNORECASE), group


_I, _P, _A = "【证件号】", "【电话】", "【账号】"
# In this order: what is found is masked before the next is looked for. The last entry is the part that is masked.
KINDS: tuple[tuple[str, str, re.Pattern[str], int | str], ...] = (
    _of("email", "【邮箱】", r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+"),
    _of("email", "【邮箱】", _HIDDEN),
    _of("email", "【邮箱】", _SPOKEN),
    _of("email", "【邮箱】", _DOMAIN),
    _of("identity_number", _I, rf"(?<!\d)[1-9]\d{{5}}{_GAP}{_YEAR}{_GAP}{_DAY}{_GAP}\d{{3}}{_GAP}[\dXx](?![\dXx])"),
    _of(
        "bank_card",
        "【卡号】",
        _CARD,
    ),
    _of("identity_number", _I, rf"(?<!\d)[1-9]\d{{5}}\d{{2}}{_DAY}\d{{3}}(?!\d)"),
    _of(
        "identity_number",
        _I,
        r"(?<![A-Za-z0-9])[A-Z]\d{6}[(]\d[)]|(?<![A-Za-z0-9])[A-Z][12]\d{8}(?![A-Za-z0-9])",
        case=True,
    ),
    _of(
        "passport",
        _I,
        r"(?<![A-Za-z0-9])(?:[EGDSPHMCWK]\d{8}(?:\d\d)?|E[A-HJ-NP-Z]\d{7}|1[45]\d{7}(?=\D*护照))(?![A-Za-z0-9])",
        case=True,
    ),
    _of(
        "passport",
        _I,
        rf"(?:护照|passport|通行证|台胞证|回乡证|居留证|军官证|驾驶?证){_FILL}(?:no\.?|is|number)?\s*[:：#]?\s*([A-Z]{{0,2}}\d{{6,10}}[A-Z]?)(?![A-Za-z0-9])",
        group=1,
    ),
    _of("mobile", _P, rf"{_FREE}(?:{_SINGLE}|{_MOBILE}){_END}"),
    _of("telephone", _P, rf"(?<![\d./]){_LAND}{_INSIDE}{_END}"),
    _of(
        "telephone",
        _P,
        rf"{_FREE}\+{_GAP}(?!86)\d{{1,3}}{_GAP}[(]?\d{{1,4}}[)]?{_GAP}\d{{2,4}}{_GAP}\d{{2,4}}(?:{_GAP}\d{{1,4}})?{_END}",
    ),
    _of("account", _A, rf"{_QQ}{_QQ_MORE}([1-9](?:{_GAP}\d){{4,11}}){_END}", group=1),
    _of("account", _A, rf"{_QQ}{_QQ_MORE}([1-9]({_SEP})\d(?:\2\d){{3,10}}){_END}", group=1),
    _of("telephone", _P, rf"{_CALL}{_FILL}([2-9]\d{{2,3}}{_GAP}\d{{4}}){_END}", group=1),
    _of("account", _A, rf"{_CHAT}(?:{_MARKED}|{_NAMED})({_ID})", group=1),
    _of("account", _A, rf"(?<![A-Za-z])v\s*[:：]\s*({_ID_DIGIT})", group=1),
    _of("account", _A, rf"{_CHAT}[\s，,。:：]{{0,3}}({_ID_DIGIT})", group=1),
    _of("account", _A, rf"{_CHAT}\s*(?:号|:|：)?\s*([1-9]\d{{5,11}}){_END}", group=1),
    _of("account", _A, rf"(?<![A-Za-z]){_OTHER}\s*(?:号码|号|账号|帐号|id)?[\s:：=是为叫@]{{1,4}}({_ID_ANY})", group=1),
    _of("account", _A, rf"(?<![A-Za-z])加\s*(?:我|个)?\s*q[\s:：]*([1-9]\d{{4,11}}){_END}", group=1),
    _of("plate", "【车牌】", _PLATE),
    _of("location", "【位置】", rf"{_FREE}(?:{_LATITUDE}{_COMMA}{_LONGITUDE}|{_LONGITUDE}{_COMMA}{_LATITUDE}){_END}"),
    _of("address", "【IP】", rf"(?<![\d.])(?:{_BYTE}\.){{3}}{_BYTE}(?![\d.])"),
)
_DIGIT = f"[0-9０-９oO{''.join(_NUMERALS)}]"
_BETWEEN = r"[ \t\-－—–_.·•/\\*~()（），,;\x{a0}\x{200b}\x{3000}\x{fe0f}\x{20e3}]{0,3}"
# What every pattern needs: cells without it are not looked at, which matters with a million of them.
WORTH_A_LOOK = "(?i)" + "|".join(
    (
        rf"(?:{_DIGIT}{_BETWEEN}){{5}}",
        r"[@＠#]|\bat\b|艾特|圈a|[(\[{<【（]\s*(?:at|a)",
        r"微信|威信|薇信|微芯|卫星号|徽信|v.?信|weixin|we.?chat|微❤|vx|wx|加.{0,3}[vq]|v\s*[:：]",
        r"抖音|快手|小红书|支付宝|钉钉|陌陌|telegram|tg|whatsapp|skype|line|微博",
        rf"[{_PROVINCE}]\s?[a-zＡ-Ｚａ-ｚ]",
    )
)
