"""A number planted in every column of an answer file is in nothing that the program writes or says, errors included."""

from __future__ import annotations

import csv
import io

import pytest
from town import drawn_town, everything_in, name_responses, web_cells, write_csv

from surveykit.cli.main import main

# What a record is found again by, in the files for the owner only: the number that the platform gave it, and as many
# seconds as its duration says.
KEPT = {"output/responses/linked.parquet": (0, 2), "output/responses/originals.parquet": (0,)}
FORMS = ("139{:08d}", "139-{0[0]}-{0[1]}", "5101041990030{:05d}")


def canary(column: int, form: int) -> str:
    number = 10_010_000 + 100 * column + form
    return FORMS[form].format(
        number if form == 0 else (str(number)[:4], str(number)[4:]) if form == 1 else number % 100_000
    )


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """A study whose answers hold one canary in each column and form, each in a record of its own."""
    folder = drawn_town(tmp_path_factory.mktemp("canary") / "town")
    cells = web_cells(folder).astype(object)
    width = cells.shape[1]
    for form in range(len(FORMS)):
        for column in range(width):
            cells.iloc[form * width + column, column] = canary(column, form)
    write_csv(cells.astype("str"), folder / "data/web.csv")
    name_responses(folder, "- {file: data/web.csv, unmapped: missing}")
    return folder, [canary(column, form) for form in range(len(FORMS)) for column in range(width)]


def leaks(folder, needles, *texts: str) -> list[tuple[str, str]]:
    """Canaries in files below the output folder, in their names, and in texts; blanks and line ends do not hide one."""
    held = {
        str(path.relative_to(folder)): everything_in(path) for path in (folder / "output").rglob("*") if path.is_file()
    }
    held |= {f"names {i}": name.encode() for i, name in enumerate(held)}
    held |= {f"text {i}": text.encode() for i, text in enumerate(texts)}
    own = {needle: place % (len(needles) // len(FORMS)) for place, needle in enumerate(needles)}
    found = []
    for name, content in held.items():
        forms = (content, content.replace(b" ", b"").replace(b"\n", b""))
        found += [
            (name, needle)
            for needle in needles
            if any(needle.encode() in form for form in forms) and own[needle] not in KEPT.get(name, ())
        ]
    return found


def say(folder, capfd, *command: str) -> tuple[int, str]:
    code = main(["--study", str(folder), *command])
    shown = capfd.readouterr()
    return code, shown.out + shown.err


def test_what_ingest_and_the_public_file_write(planted, capfd):
    folder, needles = planted
    raw = (folder / "data/web.csv").read_bytes()
    assert all(needle.encode() in raw for needle in needles)
    code, said = say(folder, capfd, "ingest")
    assert code == 0, said
    assert leaks(folder, needles, said) == []
    code, said = say(folder, capfd, "deidentify", "--keys", "district", "--keep-text", "suggestion")
    assert code == 0, said
    assert leaks(folder, needles, said) == []


def broken(text: str, how: str) -> str:
    """The file with something wrong in it."""
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    if how == "a cell too many":
        rows[20].append("13910010000")
        rows[21].append("more")
    if how == "a column gone":
        rows = [row[:6] for row in rows]
    if how == "one number twice":
        for row in rows[1:9]:
            row[0] = "13910010000"
    made = io.StringIO()
    csv.writer(made, lineterminator="\n").writerows(rows)
    if how == "an open quotation mark":
        return made.getvalue().replace(",13910010800", ',"13910010800', 1)
    return made.getvalue()


HOWS = ("values that are no options", "a cell too many", "a column gone", "one number twice", "an open quotation mark")


@pytest.mark.parametrize("how", HOWS)
def test_what_failures_say(planted, capfd, how):
    folder, needles = planted
    whole = (folder / "data/web.csv").read_text(encoding="utf-8-sig")
    (folder / "data/other.csv").write_text(broken(whole, how), encoding="utf-8")
    policy = "error" if how.startswith("values") else "missing"
    entries = f"- {{file: data/other.csv, unmapped: {policy}, survey: a}}"
    if how == "one number twice":
        entries += "\n- {file: data/web.csv, unmapped: missing, survey: a}"
    name_responses(folder, entries)
    code, said = say(folder, capfd, "ingest")
    assert code != 0
    assert len(said) > 60
    assert leaks(folder, needles, said) == []
