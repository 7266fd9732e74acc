"""Scalars stay text; what plain YAML must not hold is refused with its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveykit.errors import DefinitionError
from surveykit.study.files.yaml_reader import MAX_BYTES, parse_yaml, read_yaml


def problems(text):
    with pytest.raises(DefinitionError) as caught:
        parse_yaml(text, "a.yaml")
    return caught.value.problems


@pytest.mark.parametrize("scalar", ["010", "1e3", "no", "Yes", "12:30", "null", "~", "2021-01-01", "0x1F", "1_000"])
def test_scalars_stay_text(scalar):
    assert parse_yaml(f"a: {scalar}\nb: [{scalar}]", "a.yaml").data == {"a": scalar, "b": [scalar]}


def test_lines_of_places():
    document = parse_yaml("a:\n  - x: 1\n    y: 2\n  - {x: 3}\nb: t\n", "a.yaml")
    assert document.line(("a", 0, "y")) == 3
    assert document.line(("a", 1, "x")) == 4
    assert document.line(("a", 1, "missing")) == 4
    assert document.line(("b",)) == 5


def test_all_duplicates_at_once_with_lines():
    found = problems("a: 1\nb:\n  c: 1\n  c: 2\na: 3\n")
    assert [(p.file, p.line) for p in found] == [("a.yaml", 4), ("a.yaml", 5)]
    assert "first on line 1" in found[1].what


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("a: &x 1\nb: *x\n", 1, "anchor"),
        ("a: 1\nb: *x\n", 2, "alias"),
        ("a: !!python/object:os.system x\n", 1, "tag"),
        ("a: [1, 2\nb: 3\n", 2, "not valid YAML"),
        ("a: 1\n---\nb: 2\n", 2, "second document"),
        ("", 1, "empty"),
        ("a: \x00", 1, "NUL"),
        ("? [1, 2]\n: 3\n", 1, "plain text"),
        ("[" * 60 + "]" * 60, 1, "deeper"),
    ],
)
def test_refused(text, line, word):
    first = problems(text)[0]
    assert first.line == line
    assert word in first.what


def test_not_utf8_names_the_line(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_bytes("a: 1\nb: 成都\n".encode("gb18030"))
    with pytest.raises(DefinitionError, match=r"a.yaml:2: the file is not in UTF-8"):
        read_yaml(path, "a.yaml")


def test_missing_and_huge_files(tmp_path):
    with pytest.raises(DefinitionError, match="does not exist"):
        read_yaml(tmp_path / "none.yaml")
    (tmp_path / "big.yaml").write_bytes(b"a" * (MAX_BYTES + 1))
    with pytest.raises(DefinitionError, match="more than"):
        read_yaml(tmp_path / "big.yaml")


KEYS = st.text(alphabet="abcdefghij", min_size=1, max_size=8)
TEXTS = st.text(alphabet="aZ09 '\"#:,-[]{}&*!|>%@`~是否，。：成都①é", min_size=1, max_size=20).filter(str.strip)


@given(st.dictionaries(KEYS, TEXTS, min_size=1, max_size=5))
def test_quoted_text_survives(content):
    text = "\n".join(f"{key}: '{value.replace(chr(39), chr(39) * 2)}'" for key, value in content.items())
    assert parse_yaml(text, "a.yaml").data == content
