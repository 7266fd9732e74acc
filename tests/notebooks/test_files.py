"""Notebooks as they are stored: valid, in order, without outputs, with both languages."""

import ast
import re

import nbformat
import pytest

from .conftest import NOTEBOOKS

STORED = sorted(NOTEBOOKS.glob("*.ipynb"))
NAMES = [
    "01_design_a_plan",
    "02_draw_and_verify",
    "03_from_export_to_rates",
    "04_compare_honestly",
    "05_score_and_sensitivity",
    "06_users_to_residents",
    "07_from_r_stata_svy",
    "08_own_page_and_chart",
]


def test_all_are_there_and_listed():
    assert [path.stem for path in STORED] == NAMES
    listed = (NOTEBOOKS / "README.md").read_text(encoding="utf-8")
    assert [name for name in NAMES if f"{name}.ipynb" not in listed] == []


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_stored_without_outputs(path):
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.metadata.kernelspec.name) == (4, "python3")
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert code
    assert [cell.id for cell in code if cell.outputs or cell.execution_count is not None] == []
    assert [cell.id for cell in notebook.cells if cell.metadata] == []


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_reads_in_both_languages_and_fits_the_page(path):
    notebook = nbformat.read(path, as_version=4)
    first = notebook.cells[0].source
    assert re.match(r"# [一二三四五六七八]　", first) and re.search(r"\*\*\d　[A-Z]", first)
    headings = [line for cell in notebook.cells for line in cell.source.splitlines() if line.startswith("## ")]
    assert len(headings) >= 4 and all(re.search("[\u4e00-\u9fff]", h) and re.search("[A-Za-z]{2}", h) for h in headings)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            ast.parse(cell.source)
            assert [line for line in cell.source.splitlines() if _width(line) > 118] == []


def _width(line):
    """Columns on the page: a Chinese character takes two."""
    return sum(2 if ord(character) > 0x2E7F else 1 for character in line)
