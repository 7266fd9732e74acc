"""Office files with the same bytes every time: fixed order of parts, fixed dates, fixed properties."""

from __future__ import annotations

import io
import re
import zipfile

__all__ = ["same_bytes"]

_MOMENT = (1980, 1, 1, 0, 0, 0)
_DATES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms:(?:created|modified)>)")


def same_bytes(content: bytes, iso_date: str) -> bytes:
    """Rewrite an office file so that nothing in it depends on when it was written.

    Parameters
    ----------
    content : bytes
        A zip archive such as DOCX or XLSX.
    iso_date : str
        Date of the report, for the document's properties.

    Returns
    -------
    bytes
    """
    moment = f"{iso_date}T00:00:00Z".encode()
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as result:
        for name in sorted(source.namelist(), key=lambda part: (part != "[Content_Types].xml", part)):
            data = source.read(name)
            if name == "docProps/core.xml":
                data = _DATES.sub(rb"\g<1>" + moment + rb"\g<2>", data)
            entry = zipfile.ZipInfo(name, _MOMENT)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            result.writestr(entry, data)
    return target.getvalue()
