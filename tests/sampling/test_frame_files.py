"""Frames as they arrive: text in every encoding and separator, workbooks, databases; what is found is said."""

import datetime
import gzip
import sqlite3

import duckdb
import openpyxl
import pandas as pd
import pytest

from surveykit.errors import DataError
from surveykit.sampling import draw, open_frame, verify_draw

ROWS = 120
PEOPLE = pd.DataFrame(
    {
        "编号": [f"{i:05d}" for i in range(ROWS)],
        "区县": [["锦江区", "武侯区", "青白江区"][i % 3] for i in range(ROWS)],
        "姓名": [["欧阳娜", "王伟", "张敏，女", "〇二"][i % 4] for i in range(ROWS)],
    }
)
PLAN = {"frame": {"id": "编号"}, "strata": ["区县"], "size": {"per_stratum": 5}}


def written(path, encoding="utf-8", separator=",", table=PEOPLE, above="", end="\n"):
    text = above + table.to_csv(index=False, sep=separator, lineterminator=end)
    path.write_bytes(text.encode(encoding))
    return path


def cells(path, **options):
    frame = open_frame(path, **options)
    return frame.rows(f"select * from {frame.table} order by 1")


RIGHT = list(PEOPLE.itertuples(index=False, name=None))


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("gb18030", "GB18030"),
        ("gbk", "GB18030"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16-LE"),
        ("utf-16-be", "UTF-16-BE"),
        ("utf-32", "UTF-32"),
    ],
)
def test_encoding_and_separator_are_found_and_said(tmp_path, make_plan, encoding, told, separator):
    path = written(tmp_path / "f.csv", encoding, separator)
    assert cells(path) == RIGHT
    word = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}[separator]
    reading = {"kind": "CSV", "encoding": f"{told} (detected)", "separator": f"{word} (detected)"}
    sample, right = draw(make_plan(**PLAN), path), draw(make_plan(**PLAN), PEOPLE)
    assert sample.record.reading == reading
    assert sample.record.frame_digest == right.record.frame_digest
    assert sample.table["姓名"].tolist() == right.table["姓名"].tolist()
    assert verify_draw(make_plan(**PLAN), written(tmp_path / "again.csv"), sample.record, sample.table).ok


def test_what_the_plan_says_is_not_called_detected(tmp_path, make_plan):
    path = written(tmp_path / "f.csv", "big5", ";", PEOPLE.replace({"锦江区": "錦江區"}).drop(columns="姓名").rename(
        columns={"编号": "id", "区县": "d"}).query("d == '錦江區'"))  # fmt: skip
    plan = make_plan(frame={"id": "id", "encoding": "Big5", "separator": ";"}, strata=["d"], size={"per_stratum": 5})
    assert draw(plan, path).record.reading == {"kind": "CSV", "encoding": "BIG5", "separator": "semicolon"}


# Words of an official kind in four languages; nobody's encodings but their own give them back.
AMBIGUOUS = {
    "big5": (["臺北市", "新竹縣", "桃園區"], "Big5"),
    "cp932": (["さくら市", "東京都", "札幌市"], "Shift-JIS"),
    "euc_jp": (["さくら市", "とうきょう", "札幌市"], "EUC-JP"),
    "euc_kr": (["서울시", "부산시", "대구시"], "EUC-KR"),
}


@pytest.mark.parametrize("encoding", AMBIGUOUS)
def test_other_scripts_are_asked_for_and_never_read_as_chinese(tmp_path, encoding):
    words, name = AMBIGUOUS[encoding]
    table = pd.DataFrame({"id": range(60), "d": words * 20})
    path = written(tmp_path / "f.csv", encoding, table=table)
    with pytest.raises(
        DataError, match=rf"cannot be told for sure: it reads .*as {name} '.*{words[0][:2]}.*'encoding: "
    ):
        open_frame(path)
    assert cells(path, encoding=encoding)[0] == ("0", words[0])


def test_half_width_kana_and_western_letters_are_not_chinese(tmp_path):
    for encoding, words in (("cp932", ["ｱｲｳ", "ｶｷｸ"]), ("cp1252", ["Málaga", "Köln"])):
        table = pd.DataFrame({"id": range(60), "d": words * 30})
        with pytest.raises(DataError, match="cannot be told for sure"):
            open_frame(written(tmp_path / "f.csv", encoding, table=table))


@pytest.mark.parametrize("late", [1, 30_000])
def test_one_wrong_byte_in_utf8_is_damage_and_no_other_encoding(tmp_path, late):
    lines = ["id,d"] + [f"{i},锦江区" for i in range(late + 40)]
    content = "\n".join(lines).encode().split(b"\n")
    content[late] += b"\xb1"
    (tmp_path / "f.csv").write_bytes(b"\n".join(content) + b"\n")
    with pytest.raises(DataError, match=rf"f\.csv:{late + 1}: the text is UTF-8 but damaged here"):
        open_frame(tmp_path / "f.csv")


def test_damage_in_gb18030_is_told_with_its_line(tmp_path):
    path = written(tmp_path / "f.csv", "gb18030")
    content = path.read_bytes().split(b"\n")
    content[90] += b"\xff"
    path.write_bytes(b"\n".join(content))
    with pytest.raises(DataError, match=r"f\.csv:91: the text is not in gb18030"):
        open_frame(path, encoding="gb18030")


def test_an_encoding_that_the_file_contradicts(tmp_path):
    for encoding, message in (("gbk", "mark of UTF-16"), ("hex", "no encoding 'hex'"), ("klingon", "no encoding")):
        with pytest.raises(DataError, match=message):
            open_frame(written(tmp_path / "f.csv", "utf-16"), encoding=encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_rules_hold_in_every_encoding(tmp_path, encoding):
    """Lines are those of the file, also when a title stands above and a copy is read."""
    for late, message in (('x,"a"b,c\n', "104: a quotation mark stands"), ("x,y\n", "104: not as many cells")):
        path = tmp_path / "f.csv"
        text = "名单\n2026年\n" + PEOPLE.head(100).replace({"张敏，女": "张敏"}).to_csv(index=False) + late
        path.write_bytes(text.encode(encoding))
        with pytest.raises(DataError, match=rf"f\.csv:{message}"):
            cells(path, header_row=3)


def test_titles_above_the_header_are_left_out_and_said(tmp_path):
    path = written(tmp_path / "f.csv.gz", above="附件1,,\n\n")
    path.write_bytes(gzip.compress(path.read_bytes()))
    assert cells(path, header_row=3) == RIGHT
    assert open_frame(path, header_row=3).reading["left_out"] == "2 lines above the header"
    with pytest.raises(DataError, match=r"columns without a name in the header: 2: number 2, 3: .*'header_row:'"):
        open_frame(path)
    with pytest.raises(DataError, match="it has no line 999: correct 'header_row:'"):
        open_frame(path, header_row=999)


def test_long_files_are_copied_in_blocks(tmp_path, monkeypatch):
    from surveykit.sampling.frames.opening import encodings

    monkeypatch.setattr(encodings, "BLOCK", 101)
    assert cells(written(tmp_path / "f.csv", "gb18030", above="一\n二\n", end="\r\n"), header_row=3) == RIGHT


def test_the_copy_goes_with_the_frame(tmp_path):
    frame = open_frame(written(tmp_path / "f.csv", "gb18030"))
    folder = frame.scratch.folder
    assert folder.stat().st_mode & 0o077 == 0
    assert list(folder.iterdir())
    del frame
    assert not folder.exists()


def workbook(path, sheets, hidden=(), merged=()):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        sheet.sheet_state = "hidden" if name in hidden else "visible"
    for name, cells_ in merged:
        book[name].merge_cells(cells_)
    book.save(path)
    return path


TABLE = [list(PEOPLE), *map(list, RIGHT)]


def test_a_workbook_gives_the_same_sample(tmp_path, make_plan):
    rows = [["居民名单"], TABLE[0], [], *TABLE[1:], [None], []]
    path = workbook(tmp_path / "f.xlsx", {"说明": [["截至2026年"]], "名单": rows})
    with pytest.raises(DataError, match=r"several sheets hold cells .2: '说明', '名单'.: say 'sheet:'"):
        open_frame(path)
    with pytest.raises(DataError, match="row 2 looks like the column names"):
        open_frame(path, sheet="名单", header_row=3)
    plan = make_plan(**PLAN | {"frame": {"id": "编号", "sheet": "名单", "header_row": 2}})
    sample, right = draw(plan, path), draw(make_plan(**PLAN), PEOPLE)
    assert sample.record.frame_digest == right.record.frame_digest
    assert sample.record.reading == {
        "kind": "workbook", "sheet": "名单", "header_row": "2", "left_out": "1 rows above the header, 1 blank rows",
    }  # fmt: skip


def test_cells_become_text_as_people_write_them(tmp_path):
    row = ["007", 5, 5.5, True, datetime.datetime(2021, 1, 2, 3, 4), datetime.date(2021, 1, 2), 1e-7, None, " x"]
    path = workbook(tmp_path / "f.xlsx", {"a": [list("abcdefghi"), row], "b": [["hidden"]]}, hidden=["b"])
    assert cells(path) == [("007", "5", "5.5", "TRUE", "2021-01-02 03:04:00", "2021-01-02", "1e-07", None, " x")]
    assert open_frame(path).reading["sheet"] == "a (of 2, the only one shown that holds cells)"


def test_what_a_spreadsheet_loses_is_refused(tmp_path, make_plan):
    lost = [["编号", "区县"], [510104199001011230, "锦江区"], [510104199001011231, "锦江区"]]
    plan = make_plan(frame={"id": "编号"}, strata=["区县"], size={"per_stratum": 1})
    with pytest.raises(DataError, match=r"floating-point numbers .*as spreadsheets make them"):
        draw(plan, workbook(tmp_path / "lost.xlsx", {"a": lost}))
    tall = [["附件"], ["编号", "区县"], ["1", "锦江区"], ["2", None]]
    path = workbook(tmp_path / "tall.xlsx", {"a": tall}, merged=[("a", "A1:B1"), ("a", "B3:B4")])
    with pytest.raises(DataError, match=r"merged over several rows of the table .1 times, first in row 3"):
        open_frame(path, header_row=2)
    wide = [["编号", "区县"], ["1", "锦江区", "a note"]]
    with pytest.raises(
        DataError, match=r"wide\.xlsx:2: row 2 has cells beyond the 2 columns of the header .1: 'a note'"
    ):
        open_frame(workbook(tmp_path / "wide.xlsx", {"a": wide}))
    twice = [["编号", "编号"], ["1", "2"]]
    with pytest.raises(DataError, match="occur twice"):
        open_frame(workbook(tmp_path / "twice.xlsx", {"a": twice}))
    (tmp_path / "no.xls").write_bytes(b"no workbook")
    with pytest.raises(DataError, match="not a readable workbook"):
        open_frame(tmp_path / "no.xls")


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_tables_of_databases(tmp_path, make_plan, kind):
    path = tmp_path / f"f.{kind}"
    if kind == "sqlite":
        connection = sqlite3.connect(path)
        PEOPLE.to_sql("居民 1", connection, index=False)
        connection.execute("create table other (a real, b blob)")
        connection.execute("insert into other values (0.5, x'00')")
        connection.commit()
    else:
        connection = duckdb.connect(path)
        connection.register("people", PEOPLE)
        connection.execute('create table "居民 1" as from people; create table other (a int)')
    connection.close()
    with pytest.raises(DataError, match=r"several tables or none .2: .*say 'sheet:'"):
        open_frame(path)
    with pytest.raises(DataError, match="no table 'x'"):
        open_frame(path, sheet="x")
    sample = draw(make_plan(**PLAN | {"frame": {"id": "编号", "sheet": "居民 1"}}), path)
    assert sample.record.frame_digest == draw(make_plan(**PLAN), PEOPLE).record.frame_digest
    assert sample.record.reading["table"] == "居民 1"
    if kind == "sqlite":
        with pytest.raises(DataError, match=r"columns hold binary values .1: 'b'"):
            open_frame(path, sheet="other")


def test_options_that_a_kind_of_file_does_not_have(tmp_path):
    PEOPLE.to_parquet(tmp_path / "f.parquet")
    with pytest.raises(DataError, match="of a kind that has no 'encoding', 'sheet': remove"):
        open_frame(tmp_path / "f.parquet", encoding="gbk", sheet="a")
    (tmp_path / "f.db").write_bytes(b"x" * 40)
    with pytest.raises(DataError, match="neither a SQLite nor a DuckDB database"):
        open_frame(tmp_path / "f.db")
