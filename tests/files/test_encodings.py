"""Encodings of text files: those that are read, and those that are refused instead of being read as GB18030."""

import pytest

from surveykit.errors import DataError
from surveykit.files.csv_text import read_csv_text
from surveykit.files.text_encoding import detect_encoding

# Article 1 of the Universal Declaration of Human Rights, as the United Nations publish it.
ARTICLE = {
    "gb18030": "人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心，并应以兄弟关系的精神相对待。",
    "cp950": "人人生而自由，在尊嚴和權利上一律平等。他們賦有理性和良心，並應以兄弟關係的精神互相對待。",
    "cp932": "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。",
    "euc_jp": "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。",
    "cp949": "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다.",
    "cp1251": "Все люди рождаются свободными и равными в своем достоинстве и правах.",
    "cp1252": "Tous les êtres humains naissent libres et égaux en dignité et en droits.",
}
SHORT = {
    "cp950": ("滿意", "沒有", "很好", "男性", "意見"),
    "cp932": ("はい", "いいえ", "男性", "満足"),
    "cp949": ("남자", "여자", "매우 만족", "보통"),
    "cp1252": ("Müller", "français", "niño", "Zürich"),
}
CHINESE = ("男", "女性", "是", "王鑫", "陈淼", "张喆", "鼓楼区", "10㎡", "×", "“好”", "℃", "Ⅱ", "繁體中文", "𠮷", "€5")


def write(path, text, encoding):
    path.write_bytes(f"a,b\n1,{text}\n2,x\n".encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ARTICLE)
def test_text_of_another_encoding_is_named_and_read_when_said(tmp_path, encoding):
    path = write(tmp_path / "a.csv", ARTICLE[encoding], encoding)
    if encoding == "gb18030":
        assert detect_encoding(path) == encoding
    else:
        with pytest.raises(DataError, match=rf"a\.csv: .*encoding: {encoding} or encoding: gb18030"):
            read_csv_text(path)
    assert read_csv_text(path, encoding=encoding)["b"].tolist() == [ARTICLE[encoding], "x"]


@pytest.mark.parametrize(("encoding", "text"), [(e, t) for e, texts in SHORT.items() for t in texts])
def test_a_word_of_another_encoding_is_never_read_as_chinese(tmp_path, encoding, text):
    with pytest.raises(DataError, match=r"not in UTF-8|none of the encodings|damaged"):
        read_csv_text(write(tmp_path / "a.csv", text, encoding))


@pytest.mark.parametrize("text", CHINESE)
def test_a_few_chinese_characters_are_read(tmp_path, text):
    assert read_csv_text(write(tmp_path / "a.csv", text, "gb18030"))["b"].tolist() == [text, "x"]


def test_damaged_text_is_said_to_be_damaged(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("a,b\n1,满意\n".encode() + b"\xb8\xff,x\n")
    with pytest.raises(DataError, match=r"in UTF-8 but damaged or cut off \(byte 13 "):
        read_csv_text(path)
    path.write_bytes(("a,b\n1," + ARTICLE["gb18030"]).encode("gb18030")[:-1])
    with pytest.raises(DataError, match=r"in GB18030 but damaged or cut off"):
        read_csv_text(path)
