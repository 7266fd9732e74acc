"""A CSV table's problems are all told at once, each with its line."""

import pytest

from surveykit.errors import DefinitionError
from surveykit.study.files.tables import TableRules, read_table

RULES = TableRules(("district", "population"), key=("district",), numeric=("population",))


def problems(tmp_path, text):
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        read_table(path, RULES, "t.csv")
    return [(p.line, p.what) for p in caught.value.problems]


def test_reads_text_and_numbers(tmp_path):
    (tmp_path / "t.csv").write_text("\ufeffdistrict,population,code\na,10,010\n\nb,20,\n", encoding="utf-8")
    table = read_table(tmp_path / "t.csv", RULES, "t.csv")
    assert table["population"].tolist() == [10, 20]
    assert table["code"].tolist() == ["010", ""]
    assert table.attrs["lines"] == [2, 4]


def test_duplicate_district_names_both_lines(tmp_path):
    found = problems(tmp_path, "district,population\na,1\nb,2\na,3\n")
    assert found == [(4, "district 'a' stands twice (first on line 2)")]


def test_all_problems_at_once(tmp_path):
    found = problems(tmp_path, "district,population\na,x\n,2\nb,-1\nc,\n")
    assert [line for line, _ in found] == [3, 5, 2, 4]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "empty"),
        ("district\na\n", "'population' is missing"),
        ("district,population,district\na,1,b\n", "stands twice"),
        ("district,population\na,1,2\n", "3 cells where the header has 2"),
        ('district,population\n"a,1\n', "not valid CSV"),
    ],
)
def test_broken_files(tmp_path, text, what):
    assert any(what in told for _, told in problems(tmp_path, text))
