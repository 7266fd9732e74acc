"""A path is one file, and what lies behind it is looked at before it is read."""

from __future__ import annotations

import itertools
import os
import re
import zipfile

import pandas as pd
import pytest
from broken_files import judge
from hypothesis import given
from hypothesis import strategies as st

from surveykit.errors import DataError
from surveykit.files.csv_rules import QuoteRules
from surveykit.files.looking import FileError, read_bytes, read_json
from surveykit.files.workbook import read_workbook
from surveykit.responses.readers.file_cells import read_cells
from surveykit.sampling.frames.frames import open_frame

NAMES = ["s [1]", "st*r", "a?b", "[!a]", "{a,b}", "DATA=2023-08-28", "~", "per%20cent", "q'q", "新"]
pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows forbids these names")


def rows(path, **options):
    frame = open_frame(path, **options)
    return frame.rows(f"select * from {frame.table}")


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_path_is_one_file(tmp_path, kind):
    """Each folder's file holds the folder's name; those that a pattern would match instead lie beside it."""
    for name in [*NAMES, "s 1", "star", "axb", "b", "a"]:
        folder = tmp_path / name
        folder.mkdir()
        table = pd.DataFrame({"id": [name.replace(",", ";")], "DATA": ["own"]})
        table.to_csv(folder / "f [1].csv", index=False)
        table.to_parquet(folder / "f [1].parquet", index=False)
    for name in NAMES:
        assert rows(tmp_path / name / f"f [1].{kind}") == [(name.replace(",", ";"), "own")]


def test_a_separator_is_detected_from_the_header_and_never_guessed(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id;d\n1;x,y\n", encoding="utf-8")
    assert rows(path) == [("1", "x,y")]
    assert open_frame(path).reading["separator"] == "semicolon (detected)"
    path.write_text("id;d,e\n1;x,y\n", encoding="utf-8")
    with pytest.raises(DataError, match="2 columns by comma, 2 columns by semicolon: say 'separator: ','"):
        open_frame(path)
    assert rows(path, separator=";") == [("1", "x,y")]
    (tmp_path / "b.tsv").write_text("id\td\n1\tx\n", encoding="utf-8")
    assert rows(tmp_path / "b.tsv") == [("1", "x")]


LATE = "".join(f"v{i},north\n" for i in range(30_000))


@pytest.mark.parametrize(
    ("late", "message"),
    [
        (b'w,"no"rth\n', r"a\.csv:30002: a quotation mark stands in the middle"),
        (b'w,"north\n', r"a\.csv:30002: a quotation mark is never closed"),
        (b"w,north,1\n", r"a\.csv:30002: not as many cells"),
        (b"w\n", r"a\.csv:30002: not as many cells"),
        (b"w,\xff\n", r"a\.csv:30002: the text is not UTF-8"),
        (b"w,north\r\n", "lines end in different ways"),
    ],
)
def test_what_is_wrong_far_down_is_told_with_its_line(tmp_path, late, message):
    path = tmp_path / "a.csv"
    path.write_bytes(("id,d\n" + LATE).encode() + late)
    with pytest.raises(DataError, match=message):
        rows(path)


@given(st.lists(st.sampled_from([b'"', b",", b"\n", b"a"]), max_size=12), st.lists(st.integers(0, 12), max_size=4))
def test_blocks_make_no_difference(parts, cuts):
    """The rules find the same in one block and in any others."""

    def verdict(blocks):
        rules = QuoteRules("a", ",")
        try:
            for block in blocks:
                rules.feed(block)
            rules.end()
        except FileError as error:
            return error.problem.line
        return None

    whole = b"".join(parts)
    places = [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]
    pieces = [whole[a:b] for a, b in itertools.pairwise(places)]
    assert (verdict(pieces) is None) == (verdict([whole]) is None)


def test_pipes_devices_and_sizes_are_refused(tmp_path):
    os.mkfifo(tmp_path / "p.csv")
    for path in (tmp_path / "p.csv", tmp_path):
        with pytest.raises(DataError, match="not a file"):
            read_bytes(path)
    (tmp_path / "a.json").write_bytes(b"[" * 100_000)
    with pytest.raises(DataError, match="nested too deeply"):
        read_json(tmp_path / "a.json")
    with pytest.raises(DataError, match="more than 1,000"):
        read_bytes(tmp_path / "a.json", limit=1_000)


SPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
BOMBS = {
    "many long strings": ("<row>" + '<c t="s"><v>0</v></c>' * 6 + "</row>") * 20_000,
    "last columns": '<row><c r="XFC1"/></row>' * 4_000,
    "rows": "<row/>" * 1_100_000,
    "no such string": '<row><c t="s"><v>-1</v></c></row>',
    "short rows": '<row><c r="XFD1"><v>1</v></c></row>' + "<row><c><v>1</v></c></row>" * 100_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_workbooks_that_are_bombs(seeds, tmp_path, name):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", f'<workbook {SPACE}><sheets><sheet name="S" id="r"/></sheets></workbook>')
        archive.writestr("xl/_rels/workbook.xml.rels", '<R><Relationship Id="r" Target="s.xml"/></R>')
        archive.writestr("xl/sharedStrings.xml", f"<sst {SPACE}><si><t>{'A' * 600_000}</t></si></sst>")
        archive.writestr("xl/s.xml", f"<worksheet {SPACE}><sheetData>{BOMBS[name]}</sheetData></worksheet>")
    error = judge(lambda: read_cells(path))
    assert isinstance(error, DataError)
    assert re.match(r"a\.xlsx: (not a readable XLSX file|100,000 rows that end after few of)", str(error))


def test_an_encrypted_workbook(seeds):
    content = bytearray(seeds["xlsx"])
    at = content.find(b"PK\x01\x02")
    while at >= 0:  # the bit that says so, in the directory and before each part
        content[at + 8] |= 1
        at = content.find(b"PK\x01\x02", at + 1)
    with pytest.raises(DataError, match="encrypted"):
        read_workbook(bytes(content), "a.xlsx")


def test_archives_written_by_a_clock_before_1980(monkeypatch, tmp_path):
    import time

    from surveykit.files import clock

    early = time.struct_time((1975, 3, 1, 0, 0, 0, 5, 60, 0))
    monkeypatch.setattr(zipfile, "time", zipfile.time)
    monkeypatch.setattr(clock.time, "localtime", lambda seconds=None: early)
    assert clock.clock_is_early()
    clock.date_archives_from_1980()
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a", "b")
        assert archive.infolist()[0].date_time[0] == 1980
