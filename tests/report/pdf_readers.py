"""Pages as four PDF readers draw them, and the boxes of text on them, for tests that compare readers by ink."""

import io
import re
import subprocess
import xml.etree.ElementTree as ET

import numpy as np
from PIL import Image

DPI = 120


def poppler(path, folder):
    subprocess.run(["pdftoppm", "-r", str(DPI), "-gray", path, folder / "poppler"], check=True)
    return [np.asarray(Image.open(found)) for found in sorted(folder.glob("poppler*.pgm"), key=_number)]


def ghostscript(path, folder):
    command = ["gs", "-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", "-sDEVICE=pnggray", f"-r{DPI}"]
    command += ["-dTextAlphaBits=4", "-dGraphicsAlphaBits=4", f"-sOutputFile={folder}/gs-%d.png", str(path)]
    subprocess.run(command, check=True, capture_output=True)
    return [np.asarray(Image.open(found)) for found in sorted(folder.glob("gs-*.png"), key=_number)]


def mupdf(path, folder):
    import pymupdf

    with pymupdf.open(path) as document:
        maps = [page.get_pixmap(dpi=DPI, colorspace=pymupdf.csGRAY) for page in document]
    return [np.frombuffer(found.samples, dtype=np.uint8).reshape(found.height, found.stride) for found in maps]


def pdfium(path, folder):
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    try:
        return [np.asarray(page.render(scale=DPI / 72).to_pil().convert("L")) for page in document]
    finally:
        document.close()


READERS = {"poppler": poppler, "mupdf": mupdf, "ghostscript": ghostscript, "pdfium": pdfium}


def _number(path):
    return int(re.findall(r"\d+", path.stem)[-1])


def text_boxes(path):
    """Boxes of the lines of text of each page in points from the top left: x, y, x, y and the text."""
    made = subprocess.run(["pdftotext", "-bbox-layout", path, "-"], check=True, capture_output=True).stdout
    root = ET.fromstring(re.sub(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", b"", made))
    name = "{http://www.w3.org/1999/xhtml}"
    pages = []
    for page in root.iter(f"{name}page"):
        lines = []
        for line in page.iter(f"{name}line"):
            box = [float(line.get(side)) for side in ("xMin", "yMin", "xMax", "yMax")]
            lines.append((*box, " ".join(word.text or "" for word in line.iter(f"{name}word"))))
        pages.append(lines)
    return pages


def ink(picture, box):
    """Sum of darkness in a box, in pixels of full black."""
    x1, y1, x2, y2 = (value * DPI / 72 for value in box[:4])
    part = picture[max(int(y1) - 1, 0) : int(y2) + 2, max(int(x1) - 1, 0) : int(x2) + 2]
    return float((255.0 - part).sum() / 255)


def inks(data, folder):
    """Ink of every text box of a PDF as each reader draws it: page, text, reader to ink."""
    path = folder / "page.pdf"
    path.write_bytes(data)
    drawn = {}
    for name, reader in READERS.items():
        (folder / name).mkdir()
        drawn[name] = reader(path, folder / name)
    boxes = text_boxes(path)
    assert {len(pages) for pages in drawn.values()} == {len(boxes)}
    return [
        (number, box[4], {name: ink(pages[number], box) for name, pages in drawn.items()})
        for number, lines in enumerate(boxes)
        for box in lines
    ]


def page_texts(data, folder):
    """Text of each page of a PDF as pypdf and as pdftotext read it."""
    import pypdf

    path = folder / "text.pdf"
    path.write_bytes(data)
    first = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages]
    second = subprocess.run(["pdftotext", "-raw", path, "-"], check=True, capture_output=True).stdout.decode()
    return {"pypdf": first, "pdftotext": second.split("\f")[:-1]}


def extracted(data, folder):
    """Text of a PDF as pypdf and as pdftotext read it, without white space."""
    return {reader: re.sub(r"\s", "", "".join(pages)) for reader, pages in page_texts(data, folder).items()}
