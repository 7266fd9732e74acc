"""What WeasyPrint 70 leaves to mend before PDF/UA-1 and PDF/A-3 hold for a PDF; done on its objects, before writing.

Clauses are those of ISO 14289-1 (PDF/UA-1), ISO 19005-3 (PDF/A-3) and ISO 32000-1 (PDF 1.7).
"""

from __future__ import annotations

import zlib
from typing import Any

__all__ = ["mend_structure"]

_PRINT = 4


def mend_structure(pdf: Any) -> None:
    """Mend a ``pydyf.PDF`` in place.

    XMP metadata is left uncompressed (PDF/A-3, 6.6.2.1); embedded files are listed once, and their name tree is sorted
    (PDF 1.7, 7.9.6); annotations are printed (PDF/A-3, 6.3.2); header cells say whether they head a column or, in the
    body of a table, a row (PDF/UA-1, 7.5); running heads and page numbers are artifacts, not content without a place in
    the structure (PDF/UA-1, 7.1); what stands in a list item stands in its body (PDF 1.7, 14.8.4.3.3); and no
    compressed stream ends in a carriage return, which could be taken for the end of line after it (PDF/A-3, 6.1.7.1).
    """
    for item in list(pdf.objects):
        if isinstance(item, dict) and item.get("S") == "/LI":
            _wrap_in_body(pdf, item)
    for item in pdf.objects:
        extra = getattr(item, "extra", None)
        if isinstance(extra, dict) and extra.get("Type") == "/Metadata":
            item.compress = False
        if isinstance(item, dict) and item.get("Type") == "/Annot":
            item["F"] = int(item.get("F", 0)) | _PRINT
        if isinstance(item, dict) and item.get("S") == "/TH" and isinstance(item.get("A"), dict):
            part = _object(pdf, _object(pdf, item["P"])["P"])["S"]
            item["A"].setdefault("Scope", "/Row" if part == "/TBody" else "/Column")
        if getattr(item, "compress", False):
            _avoid_carriage_return(item)
    if "AF" in pdf.catalog:
        pdf.catalog["AF"][:] = dict.fromkeys(pdf.catalog["AF"])
    _sort_embedded_files(pdf)
    _running_heads_are_artifacts(pdf)


def _object(pdf: Any, reference: Any) -> Any:
    text = reference.decode() if isinstance(reference, bytes) else str(reference)
    return pdf.objects[int(text.split()[0])]


def _wrap_in_body(pdf: Any, item: Any) -> None:
    """Put children of a list item that are neither its label nor its body into a body of their own."""
    kids = list(item["K"])
    loose = [isinstance(kid, bytes) and _object(pdf, kid).get("S") not in ("/Lbl", "/LBody", None) for kid in kids]
    if not any(loose):
        return
    body = type(item)({"Type": "/StructElem", "S": "/LBody", "K": type(item["K"])(), "P": item.reference})
    if "Pg" in item:
        body["Pg"] = item["Pg"]
    pdf.add_object(body)
    kept = []
    for kid, moved in zip(kids, loose, strict=True):
        if moved:
            _object(pdf, kid)["P"] = body.reference
            body["K"].append(kid)
        else:
            kept.append(kid)
    item["K"][:] = [*kept, body.reference]


def _avoid_carriage_return(stream: Any) -> None:
    """Let the last byte of a zlib stream, which is that of the checksum of its content, be no carriage return."""
    from pydyf import _to_bytes

    content = b"\n".join(_to_bytes(part) for part in stream.stream)
    if zlib.adler32(content) & 0xFF == ord("\r"):
        stream.compress = False


def _sort_embedded_files(pdf: Any) -> None:
    names = pdf.catalog.get("Names", {})
    if "EmbeddedFiles" not in names:
        return
    entries = _object(pdf, names["EmbeddedFiles"])["Names"]
    pairs = sorted(zip(entries[::2], entries[1::2], strict=True), key=lambda pair: pair[0].data)
    entries[:] = [part for pair in pairs for part in pair]


def _running_heads_are_artifacts(pdf: Any) -> None:
    if "StructTreeRoot" not in pdf.catalog:
        return
    root = _object(pdf, pdf.catalog["StructTreeRoot"])
    numbers = _object(pdf, root["ParentTree"])["Nums"]
    parents = dict(zip(numbers[::2], numbers[1::2], strict=True))
    reached = {_object(pdf, top).number for top in _object(pdf, root["K"][0])["K"]}
    document = _object(pdf, root["K"][0]).number

    def placed(element: Any) -> bool:
        while True:
            above = _object(pdf, element["P"])
            if above.number == document:
                return bool(element.number in reached)
            element = above

    for page in pdf.objects:
        if isinstance(page, dict) and page.get("Type") == "/Page" and "StructParents" in page:
            elements = parents[page["StructParents"]]
            loose = {place for place, element in enumerate(elements) if not placed(_object(pdf, element))}
            for place in loose:
                elements[place] = b"null"
            _mark_as_artifacts(_object(pdf, page["Contents"]).stream, loose)


def _mark_as_artifacts(stream: list[Any], loose: set[int]) -> None:
    place = 0
    while place < len(stream):
        item = stream[place]
        if isinstance(item, dict) and item.get("MCID") in loose:
            stream[place - 1 : place + 2] = ["/Artifact", b"BMC"]
        place += 1
