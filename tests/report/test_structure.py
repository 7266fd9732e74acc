"""PDF/UA-1 and PDF/A-3u as far as the file's own structure can show it."""

import hashlib
import io
import itertools
import re

import pypdf
import pytest

from surveykit.report import build_pdf, figure_files, make_document, render_html

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(scope="module")
def document(make_small_report):
    return make_document(make_small_report(questions=(), quality=None))


@pytest.fixture(scope="module")
def page(document):
    return render_html(document)


@pytest.fixture(scope="module")
def accessible(page):
    return pypdf.PdfReader(io.BytesIO(build_pdf(page)))


@pytest.fixture(scope="module")
def archive(page, document):
    files = figure_files(document)
    content = build_pdf(page, variant="pdf/a-3u", attachments=files, published=document.published)
    return pypdf.PdfReader(io.BytesIO(content)), files


def elements(reader):
    found = []

    def walk(node):
        node = node.get_object()
        if isinstance(node, list):
            for child in node:
                walk(child)
        elif isinstance(node, dict):
            found.append(node)
            if "/K" in node and not isinstance(node["/K"], int):
                walk(node["/K"])

    walk(reader.trailer["/Root"]["/StructTreeRoot"]["/K"])
    return found


def metadata(reader):
    return reader.trailer["/Root"]["/Metadata"].get_object().get_data().decode()


def fonts(reader):
    found = {}
    for page in reader.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            font = font.get_object()
            inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
            found[str(font["/BaseFont"])] = (inner["/FontDescriptor"].get_object(), font)
    return found


def test_ua_identification_title_and_language(accessible, document):
    root, xmp = accessible.trailer["/Root"], metadata(accessible)
    assert re.search(r'pdfuaid:part(>|=")1', xmp)
    assert document.title in xmp
    assert root["/Lang"] == "zh-CN"
    assert bool(root["/MarkInfo"]["/Marked"])
    assert bool(root["/ViewerPreferences"]["/DisplayDocTitle"])


def test_every_page_is_in_the_structure_and_tabs_follow_it(accessible):
    tree = accessible.trailer["/Root"]["/StructTreeRoot"]
    assert len(tree["/ParentTree"]["/Nums"]) > 0
    assert all("/StructParents" in page for page in accessible.pages)
    assert all(page.get("/Tabs") == "/S" for page in accessible.pages)


def test_all_content_is_marked(accessible):
    """Nothing is painted outside marked content: every show of text lies between BDC or BMC and EMC."""
    for number, page in enumerate(accessible.pages, start=1):
        depth = 0
        for operands, operator in pypdf.generic.ContentStream(page.get_contents(), accessible).operations:
            if operator in (b"BDC", b"BMC"):
                depth += 1
            elif operator == b"EMC":
                depth -= 1
            elif operator in (b"Tj", b"TJ", b"f", b"S", b"Do"):
                assert depth > 0, (number, operator, operands)


def test_tables_have_headers_and_cells(accessible, document):
    found = elements(accessible)
    kinds = [str(node.get("/S")) for node in found]
    tables = list(document.tables())
    assert kinds.count("/Table") == len(tables)
    assert kinds.count("/TH") == sum(len(table.columns) for table in tables)
    assert kinds.count("/TD") == sum(len(row) for table in tables for row in table.rows)
    assert kinds.count("/Caption") >= len(tables)


def test_headings_do_not_skip_a_level(accessible):
    levels = [int(str(node["/S"])[2:]) for node in elements(accessible) if re.fullmatch(r"/H\d", str(node.get("/S")))]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_every_figure_has_its_own_text(accessible, document):
    texts = [str(node["/Alt"]) for node in elements(accessible) if node.get("/S") == "/Figure"]
    assert sorted(texts) == sorted(figure.alt for figure in document.figures())


def test_fonts_are_embedded_and_map_to_characters(accessible, archive):
    for reader in (accessible, archive[0]):
        for name, (descriptor, font) in fonts(reader).items():
            assert "+SK-S" in name
            assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor)
            assert "/ToUnicode" in font


def test_archive_identification_and_output_intent(archive):
    reader, _ = archive
    xmp = metadata(reader)
    assert re.search(r'pdfaid:part(>|=")3', xmp)
    assert re.search(r'pdfaid:conformance(>|=")U', xmp)
    intent = reader.trailer["/Root"]["/OutputIntents"][0].get_object()
    assert intent["/S"] == "/GTS_PDFA1"
    assert len(intent["/DestOutputProfile"].get_object().get_data()) > 100
    assert len(reader.trailer["/ID"]) == 2
    assert "/Encrypt" not in reader.trailer


def test_archive_holds_nothing_that_runs_or_lies_outside(archive):
    reader, _ = archive
    raw = repr([reader.get_object(number) for number in range(1, len(reader.xref[0]) + 1) if number in reader.xref[0]])
    for forbidden in ("/JavaScript", "/Launch", "/RichMedia", "/URI'"):
        assert forbidden not in raw


def test_archive_files_say_how_they_relate(archive):
    reader, files = archive
    root = reader.trailer["/Root"]
    assert len(root["/AF"]) == len(files) > 0
    contents = {file.name: file.content for file in files}
    for entry in root["/AF"]:
        spec = entry.get_object()
        assert spec["/AFRelationship"] == "/Data"
        assert spec["/UF"] in contents
        stream = spec["/EF"]["/F"].get_object()
        assert stream.get_data() == contents[str(spec["/UF"])]
        assert stream["/Subtype"] == "/text/csv"
        assert spec["/Desc"]


def test_the_data_files_of_figures_are_not_all_alike(archive):
    digests = {hashlib.sha256(file.content).hexdigest() for file in archive[1]}
    assert len(digests) == len(archive[1])
