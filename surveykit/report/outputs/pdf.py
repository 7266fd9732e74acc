"""From HTML to PDF by WeasyPrint; whatever it would only warn about is an error here."""

from __future__ import annotations

import contextlib
import ctypes
import datetime
import gc
import logging
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from surveykit.display.pdf_structure import mend_structure
from surveykit.errors import MissingDependencyError, MissingGlyphWarning, RenderError, choose, first_few
from surveykit.report.charts.typefaces import EXTRA_FACE, FACES, FONT_SCHEME, SUBSTITUTE, fit_to_fonts, font_bytes
from surveykit.report.document.typography import hold_together, with_curly_quotes

__all__ = ["DataFile", "build_pdf", "require_weasyprint"]

Variant = Literal["pdf/ua-1", "pdf/a-3u", "pdf/a-3a", "plain"]
CHART_SCHEME = "surveykit-chart"
_INSTALL = (
    "WeasyPrint cannot find Pango. Debian/Ubuntu: sudo apt install libpango-1.0-0 libpangoft2-1.0-0 "
    "libharfbuzz-subset0. macOS: brew install pango. Windows: pacman -S mingw-w64-ucrt-x86_64-pango in MSYS2. "
    "HTML, DOCX and XLSX need none of it"
)


@dataclass(frozen=True)
class DataFile:
    """A file to embed in a PDF: the data behind a figure."""

    name: str
    content: bytes
    description: str


def require_weasyprint() -> Any:
    """Import WeasyPrint; MissingDependencyError with the line to type when its libraries are missing."""
    try:
        import weasyprint
    except (ImportError, OSError) as error:
        raise MissingDependencyError(f"{_INSTALL} ({error})") from error
    return weasyprint


def build_pdf(
    html: str,
    *,
    variant: Variant = "pdf/ua-1",
    attachments: Sequence[DataFile] = (),
    published: datetime.date | None = None,
) -> bytes:
    """Make a PDF from the print HTML.

    Parameters
    ----------
    html : str
        A whole page that :func:`surveykit.report.build_html` made with ``medium="print"``.
    variant : {"pdf/ua-1", "pdf/a-3u", "pdf/a-3a", "plain"}
        Tagged for accessibility, or for archives.
    attachments : sequence of DataFile
        Embedded files; only PDF/A-3 and plain PDF carry them.
    published : date, optional
        Date of the attachments; needed when there are any.

    Returns
    -------
    bytes
        The same bytes for the same input and the same Pango and HarfBuzz.

    Warns
    -----
    MissingGlyphWarning
        When characters are in none of surveykit's fonts: they are printed as 〓, and named.

    Raises
    ------
    RenderError
        When a font other than surveykit's would be embedded, a resource outside the page is asked for, or WeasyPrint
        warns about anything.
    MissingDependencyError
        When Pango is not installed.
    """
    choose("variant", variant, get_args(Variant))
    setting = fit_to_fonts(html)
    if setting.count:
        warnings.warn(
            f"characters that surveykit's fonts lack, printed as {SUBSTITUTE}, {setting.count}: {setting.named}. "
            "Write them another way, for example as a description in parentheses, if the text is yours",
            MissingGlyphWarning,
            stacklevel=2,
        )
    weasyprint = require_weasyprint()
    options: dict[str, Any] = {"attachments": _attachments(weasyprint, attachments, published)}
    if variant != "plain":
        options["pdf_variant"] = variant
    fonts: set[str] = set()

    def finish(document: Any, pdf: Any) -> None:
        fonts.update(_embedded_fonts(pdf))
        mend_structure(pdf)

    with _warnings_are_errors() as complaints:
        light, charts = _charts_aside(_typeset(setting.html))
        page = weasyprint.HTML(string=light, base_url=None, url_fetcher=_fetcher(charts))
        _return_memory()
        laid = page.render(**options)
        _forget_layout(laid)
        content: bytes = laid.write_pdf(finisher=finish, **options)
    if complaints:
        raise RenderError(f"WeasyPrint would not render this faithfully, {first_few(dict.fromkeys(complaints))}")
    foreign = sorted(name for name in fonts if not _is_ours(name))
    if foreign:
        raise RenderError(
            f"fonts other than surveykit's were used, {first_few(foreign)}: a style asks for another family"
        )
    return content


def _typeset(html: str) -> str:
    english = re.search(r"<html[^>]* lang=[\"']?en\b", html) is not None
    return hold_together(with_curly_quotes(html) if english else html)


def _forget_layout(document: Any) -> None:
    """Let go of what WeasyPrint needs for layout only; it would keep it until the file is written (a tenth of memory).

    Every line of text keeps the layout context alive, and that the boxes from before the layout and all their styles.
    """
    texts = (box for page in document.pages for box in page._page_box.descendants())
    layouts = (getattr(box, "pango_layout", None) for box in texts)
    contexts = (getattr(layout, "context", None) for layout in layouts)
    context = next((found for found in contexts if found is not None), None)
    for name in ("tables", "page_maker", "style_for", "target_collector"):
        if context is not None:
            vars(context).pop(name, None)
    _return_memory()


def _return_memory() -> None:
    """Collect garbage and, where the C library can (glibc), hand free memory back before more is asked for."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def _attachments(weasyprint: Any, files: Sequence[DataFile], published: datetime.date | None) -> list[Any]:
    if not files:
        return []
    if published is None:
        raise RenderError("attachments need the date of publication: pass published=")
    moment = datetime.datetime(published.year, published.month, published.day, tzinfo=datetime.UTC)
    return [
        weasyprint.Attachment(
            string=file.content, name=file.name, description=file.description,
            relationship="Data", created=moment, modified=moment,
        )
        for file in files
    ]  # fmt: skip


def _charts_aside(html: str) -> tuple[str, dict[str, bytes]]:
    """Put every inline SVG behind an address of its own: read as XML it costs a tenth of what it costs as HTML."""
    charts: dict[str, bytes] = {}

    def take(match: re.Match[str]) -> str:
        title = re.search(r"<title>(.*?)</title>", match[0], re.DOTALL)
        if title is None or not title[1].strip():
            return match[0]
        address = f"{CHART_SCHEME}:{len(charts)}"
        charts[address] = match[0].encode("utf-8")
        alt = title[1].replace('"', "&quot;")
        return f'<img class="chart" src="{address}" alt="{alt}">'

    return re.sub(r"<svg\b.*?</svg>", take, html, flags=re.DOTALL), charts


def _fetcher(charts: dict[str, bytes]) -> Any:
    """Return a fetcher that knows our fonts, the page's own charts and nothing else."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class OwnFetcher(URLFetcher):  # type: ignore[misc]
        """Opens ``surveykit-font:`` and ``surveykit-chart:`` addresses only."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            """Return a packaged font or a chart of the page, or stop."""
            if url in charts:
                return URLFetcherResponse(url, body=charts[url], headers={"Content-Type": "image/svg+xml"})
            scheme, _, name = url.partition(":")
            if scheme != FONT_SCHEME or name not in {face for face, _, _ in (*FACES, EXTRA_FACE)}:
                raise FatalURLFetchingError(f"the page asks for {url[:80]!r}; nothing outside the page is ever read")
            return URLFetcherResponse(url, body=font_bytes(name), headers={"Content-Type": "font/otf"})

    return OwnFetcher()


@contextlib.contextmanager
def _warnings_are_errors() -> Iterator[list[str]]:
    """Collect what WeasyPrint logs as a warning or worse, and turn a refused address into our error."""
    from weasyprint.urls import FatalURLFetchingError

    complaints: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            complaints.append(record.getMessage())

    collector = Collector(level=logging.WARNING)
    logger = logging.getLogger("weasyprint")
    kept, propagated = list(logger.handlers), logger.propagate
    logger.handlers, logger.propagate = [collector], False
    try:
        yield complaints
    except FatalURLFetchingError as error:
        raise RenderError(str(error)) from error
    finally:
        logger.handlers, logger.propagate = kept, propagated


def _embedded_fonts(pdf: Any) -> set[str]:
    names = set()
    for entry in pdf.objects:
        if isinstance(entry, dict) and entry.get("Type") in ("/Font", "/FontDescriptor"):
            name = entry.get("FontName") or entry.get("BaseFont") or ""
            names.add(name.decode("latin-1") if isinstance(name, bytes) else str(name))
    return names


def _is_ours(name: str) -> bool:
    base = name.lstrip("/").split("+", 1)[-1].replace("-", "").replace("#20", "").replace(" ", "")
    return base.startswith(("SKSans", "SKSerif", "SKExtra"))
