"""The Word file: its structure, and its pages as LibreOffice draws them."""

import dataclasses
import io
import subprocess
import zipfile

import pypdf
import pytest
from PIL import Image

from surveykit.report import build_docx
from surveykit.report.document import Cell, Chapter, Column, Prose, Table


@pytest.fixture
def long(tiny):
    columns = (Column("name", "名称"), Column("value", "数值", "number"))
    rows = tuple((Cell(f"第{place}行"), Cell(str(place), float(place))) for place in range(90))
    chapters = (
        Chapter("one", "正文", (Prose("他说“好”，共3项。"),)),
        Chapter("two", "附表", (Table("long", "长表", columns, rows),)),
    )
    return dataclasses.replace(tiny, chapters=chapters)


def parts(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}


def test_structure(long):
    official = parts(build_docx(dataclasses.replace(long, profile="official")))
    body, styles = official["word/document.xml"], official["word/styles.xml"]
    assert body.count("<w:cantSplit/>") == 91
    assert body.count("<w:tblHeader/>") == 1
    assert 'TOC \\o "1-2"' in body
    assert 'w:dirty="true"' in body
    assert body.count('<w:hyperlink w:anchor="_Toc') == 2
    assert '<w:rFonts w:hint="eastAsia"/></w:rPr><w:t>“</w:t>' in body
    assert 'w:firstLineChars="200"' in styles
    assert "Light List" not in styles
    assert "<w:evenAndOddHeaders/>" in official["word/settings.xml"]
    feet = "".join(text for name, text in official.items() if "footer" in name)
    assert 'w:val="right"' in feet
    assert 'w:val="left"' in feet
    assert "<dc:language>zh-CN</dc:language>" in official["docProps/core.xml"]


def drawn(content, folder):
    """Pages of text, and the second and third page as pictures."""
    (folder / "a.docx").write_bytes(content)
    home = f"-env:UserInstallation=file://{folder / 'home'}"
    command = ["soffice", home, "--headless", "--convert-to", "pdf", "--outdir", folder, folder / "a.docx"]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    subprocess.run(["pdftoppm", "-r", "60", "-png", folder / "a.pdf", folder / "p"], check=True)
    return [page.extract_text() for page in pypdf.PdfReader(folder / "a.pdf").pages], sorted(folder.glob("p-*.png"))


def black(path):
    """Share of dark points of a page."""
    histogram = Image.open(path).convert("L").histogram()
    return sum(histogram[:128]) / sum(histogram)


@pytest.mark.office
def test_heads_of_tables_repeat_and_are_not_black(long, tmp_path):
    good, bad = tmp_path / "good", tmp_path / "bad"
    good.mkdir()
    bad.mkdir()
    content = build_docx(long)
    texts, pictures = drawn(content, good)
    held = [place for place, text in enumerate(texts) if "行" in text]
    assert len(held) >= 2
    assert all("数值" in texts[place] for place in held)
    spoiled = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(spoiled, "w") as target:
        for name in source.namelist():
            fill = b'<w:shd w:val="clear" w:fill="000000"/><w:vAlign w:val="bottom"/>'
            target.writestr(name, source.read(name).replace(b'<w:vAlign w:val="bottom"/>', fill))
    _, spoiled_pictures = drawn(spoiled.getvalue(), bad)
    for place in held:
        assert black(pictures[place]) + 0.005 < black(spoiled_pictures[place])
        assert black(pictures[place]) < 0.05
