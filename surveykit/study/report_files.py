"""The report in other editions, profiles and formats, made on demand from a finished run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from surveykit.study.manifest import write_atomically

if TYPE_CHECKING:
    from collections.abc import Callable

    from surveykit.report import ReportInput
    from surveykit.report.document import Document
    from surveykit.study.loading import Study

__all__ = ["KINDS", "ReportOrder", "write_report_files"]

KINDS = ("pdf", "archive", "html", "docx", "xlsx", "data", "brief", "districts")
_FOLDER = "reports"


@dataclass(frozen=True)
class ReportOrder:
    """What is wanted.

    Attributes
    ----------
    kinds : tuple of str
        Of `KINDS`: "pdf" is tagged for accessibility, "archive" is PDF/A-3 with the data behind each figure.
    edition : {"zh", "en"}
        Language; numbers do not depend on it.
    profile : {"research", "official"}
        研究报告 or 公文.
    """

    kinds: tuple[str, ...]
    edition: Literal["zh", "en"] = "zh"
    profile: Literal["research", "official"] = "research"


def write_report_files(study: Study, order: ReportOrder, say: Callable[[str], None]) -> list[Path]:
    """Write what is ordered into reports/ of the output folder; each file appears whole or not at all.

    Returns
    -------
    list of pathlib.Path
        The files written.
    """
    from surveykit.report import make_document
    from surveykit.study.reporting import report_input

    content = report_input(study)
    document = make_document(content, edition=order.edition, profile=order.profile)
    stem = f"{study.definition.id}-{order.edition}" + ("-official" if order.profile == "official" else "")
    written: list[Path] = []
    for kind in order.kinds:
        for name, data in _make(kind, study, content, document, order).items():
            path = study.output / _FOLDER / f"{stem}{name}"
            write_atomically(path, data)
            written.append(path)
            say(f"  {path.relative_to(study.root)}")
    return written


def _make(kind: str, study: Study, content: ReportInput, document: Document, order: ReportOrder) -> dict[str, bytes]:
    from surveykit import report as rep

    published = study.definition.report_date
    if kind == "pdf":
        return {".pdf": rep.build_pdf(rep.render_html(document), published=published)}
    if kind == "archive":
        files = rep.figure_files(document)
        page = rep.render_html(document)
        return {"-archive.pdf": rep.build_pdf(page, variant="pdf/a-3u", attachments=files, published=published)}
    if kind == "html":
        return {".html": rep.render_html(document, medium="screen").encode("utf-8")}
    if kind == "docx":
        return {".docx": rep.build_docx(document)}
    if kind == "xlsx":
        return {".xlsx": rep.build_xlsx(document)}
    if kind == "data":
        return {f"-{name}": data for name, data in rep.data_files(content).items()}
    if kind == "brief":
        page = rep.render_html(rep.make_brief(content, edition=order.edition), template=rep.BRIEF_TEMPLATE)
        return {"-brief.pdf": rep.build_pdf(page, published=published)}
    made = rep.build_district_pdfs(content, edition=order.edition, profile=order.profile)
    return {f"-{district}.pdf": data for district, data in made.items()}
