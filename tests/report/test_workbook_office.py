"""The workbook after a passage through LibreOffice: every published figure is still a number there."""

import re
import subprocess

import numpy as np
import pandas as pd
import pypdf
import pytest
from conftest import build_report, regions_table

from surveykit.report import build_xlsx, make_document, publish

pytestmark = pytest.mark.office
SCALES = {"estimate": 100, "conf_low": 100, "conf_high": 100, "std_error": 100, "n": 1, "n_eff": 1, "deff": 1}


@pytest.fixture(scope="module")
def report():
    """Six districts with a figure that is withheld."""
    made = build_report(regions=regions_table().head(6), trend=None)
    district = made.estimates["district"]
    few = (district["district"] == "wuhou") & (district["variable"] == "awareness")
    district.loc[few, ["std_error", "conf_low", "conf_high"]] = [0.1654, 0.211, 0.801]
    return made


@pytest.fixture(scope="module")
def converted(report, tmp_path_factory):
    """The workbook as LibreOffice writes it again, as CSV of every sheet, and as pages."""
    folder = tmp_path_factory.mktemp("office")
    (folder / "book.xlsx").write_bytes(build_xlsx(make_document(report, edition="en")))
    home = f"-env:UserInstallation=file://{folder / 'home'}"
    sheets = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"  # as stored, every sheet
    for kind in ("xlsx", sheets, "pdf"):
        command = ["soffice", home, "--headless", "--convert-to", kind, "--outdir", folder / "made", "book.xlsx"]
        subprocess.run(command, check=True, capture_output=True, timeout=300, cwd=folder)
    return folder / "made"


def figures(report):
    """The published figures in the unit of print: (indicator, by, level) to column to number."""
    kinds = {indicator.id: indicator.kind for indicator in report.indicators}
    for row in publish(report).to_dict("records"):
        shares = kinds[row["indicator"]] == "rate"
        numbers = {
            name: row[name] * (scale if shares or scale == 1 else 1)
            for name, scale in SCALES.items()
            if np.isfinite(row[name])
        }
        yield row, numbers


def holds(table, wanted):
    """Whether one row holds all the numbers, as numbers and to full precision where they are given so."""
    cells = table.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float)
    near = [np.isclose(cells, value, rtol=1e-9, atol=5e-3 if name == "deff" else 1e-9).any(axis=1)
            for name, value in wanted.items()]  # fmt: skip
    return np.logical_and.reduce(near).any()


def check(tables, report):
    lost, seen = [], 0
    for row, wanted in figures(report):
        if row["status"] in ("", "rv"):
            seen += 1
            wanted["n_eff"] = float(np.floor(wanted["n_eff"] + 0.5))  # as printed
            lost += [] if any(holds(table, wanted) for table in tables) else [(row["indicator"], row["level"])]
    assert seen > 45 and not lost, (len(lost), lost[:5])


def test_every_published_figure_is_a_number_in_the_file_that_libreoffice_writes(converted, report):
    sheets = pd.read_excel(converted / "book.xlsx", sheet_name=None, header=None, engine="openpyxl")
    kept = [table.map(lambda cell: np.nan if isinstance(cell, str) else cell) for table in sheets.values()]
    check(kept, report)
    withheld = 100 * report.estimates["district"].query("district == 'wuhou' and variable == 'awareness'")["estimate"]
    assert not any(holds(table, {"estimate": float(withheld.iloc[0])}) for table in kept)


def test_every_published_figure_is_in_the_text_tables_of_libreoffice(converted, report):
    files = sorted(converted.glob("book-*.csv"))
    assert len(files) > 8
    longest = max(len(line.split(",")) for file in files for line in file.read_text("utf-8").splitlines())
    tables = [pd.read_csv(file, header=None, names=range(longest), dtype=str) for file in files]
    check(tables, report)


def test_sheets_print_with_their_titles_and_repeated_heads(converted):
    pages = [re.sub(r"\s+", " ", page.extract_text()) for page in pypdf.PdfReader(converted / "book.pdf").pages]
    assert not any("###" in page for page in pages)  # a column too narrow for its numbers
    estimates = [page for page in pages if "Awareness rate" in page and "Jinjiang" in page]
    assert estimates
    with (converted / "book.xlsx").open("rb") as book:
        assert pd.read_excel(book, sheet_name=3, header=3, engine="openpyxl").shape[0] > 20
