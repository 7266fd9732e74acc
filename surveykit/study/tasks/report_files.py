"""The report in other editions, profiles and formats, made on demand from a finished run."""

from __future__ import annotations

import importlib.util
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surveykit.errors import DataError, first_few
from surveykit.report import make_document
from surveykit.report.audit import audit_outputs
from surveykit.report.content.inputs import Edition, Profile
from surveykit.report.publishing.publication import PublicationRules
from surveykit.study.reporting import report_input
from surveykit.study.running.journal import require_settled
from surveykit.study.running.lock import study_lock
from surveykit.study.running.manifest import write_atomically

if TYPE_CHECKING:
    from collections.abc import Callable

    from surveykit.report import ReportInput
    from surveykit.report.audit import Leak
    from surveykit.report.document.blocks import Document
    from surveykit.study.files.study import Study

__all__ = ["KINDS", "ReportOrder", "own_template", "write_report_files"]

KINDS = ("pdf", "archive", "html", "docx", "xlsx", "data", "brief", "districts")
_FOLDER = "reports"
SHOWN = 10
"""Leaks that are shown one by one."""


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
    rules : PublicationRules
        What is withheld, and how counts are rounded.
    workers : int, optional
        Processes for the district reports; the number of cores when absent.
    reviewed : bool
        Write a protected edition although the disclosure audit finds numbers in it: a person looked at each of them.
    """

    kinds: tuple[str, ...]
    edition: Edition = "zh"
    profile: Profile = "research"
    rules: PublicationRules = field(default_factory=PublicationRules)
    workers: int | None = None
    reviewed: bool = False

    @property
    def stem(self) -> str:
        """What the names of the files say of edition, profile and rules, after the study's id."""
        rules, plain = self.rules, PublicationRules()
        parts = [self.edition] + (["official"] if self.profile == "official" else [])
        parts += [rules.standard] if rules.standard != plain.standard else []
        parts += [f"min{rules.smallest_count}"] if rules.smallest_count != plain.smallest_count else []
        parts += [f"round{rules.round_counts_to}"] if rules.round_counts_to != plain.round_counts_to else []
        return "-".join(parts)


def write_report_files(study: Study, order: ReportOrder, say: Callable[[str], None]) -> list[Path]:
    """Write what is ordered into reports/ of the output folder; each file appears whole or not at all.

    All files are made, then read by the disclosure audit, then written.

    Returns
    -------
    list of pathlib.Path
        The files written.

    Raises
    ------
    DataError
        When the audit finds a number in a protected edition that should not be there; nothing is written then.
    """
    finished: dict[str, bytes] = {}
    with study_lock(study.output):
        require_settled(study)
        content = report_input(study, order.rules)
        document = make_document(content, edition=order.edition, profile=order.profile, rules=order.rules)
        stem = f"{study.definition.id}-{order.stem}"
        for kind in order.kinds:
            start = time.perf_counter()
            made = _make(kind, study, content, document, order)
            finished |= {f"{stem}{name}": data for name, data in made.items()}
            seconds = time.perf_counter() - start
            say(f"  {kind}: {len(made)} file{'s' * (len(made) > 1)} in {seconds:.1f} s")
        for line in _audit(finished, content, order):
            say(line)
        written = [study.output / _FOLDER / name for name in finished]
        for path in written:
            write_atomically(path, finished[path.name])
            say(f"  {path.relative_to(study.root)}")
    return written


def _audit(finished: dict[str, bytes], content: ReportInput, order: ReportOrder) -> list[str]:
    """Search finished outputs for numbers that should not be in them, and say what was found.

    A protected edition with such a number is not published, unless a person looked at it (``order.reviewed``). One with
    exact bases says that its bases are exact; there a withheld figure that stands somewhere is a warning. A PDF is read
    where pypdf is installed; else it is said that it was not.
    """
    readable = importlib.util.find_spec("pypdf") is not None
    chosen = {name: data for name, data in finished.items() if readable or not name.endswith(".pdf")}
    found, left = audit_outputs(chosen, content, order.rules), len(finished) - len(chosen)
    lines = [f"  disclosure audit: {left} PDF files not read (pip install pypdf)"] if left else []
    if found and not order.rules.exact and not order.reviewed:
        raise DataError(_refusal(found, len(finished)))
    if order.rules.exact:
        first = f"  warning: disclosure audit: {len(found)} numbers that may be withheld figures"
        return [first, *_listed(found), *lines] if found else lines
    first = f"  disclosure audit: {len(chosen)} files read, {len(found)} numbers that may give a base away"
    return [first, *_listed(found), *lines]


def _listed(found: list[Leak]) -> list[str]:
    """Write the first few leaks, a line each."""
    return [f"    {leak.file}: {leak.what}, beside {leak.level or '-'}: {leak.where}" for leak in found[:SHOWN]]


def _refusal(found: list[Leak], n_files: int) -> str:
    """Say how many numbers stand where, and what can be done."""
    by_file = Counter(leak.file for leak in found)
    named = first_few([f"{name} ({count})" for name, count in by_file.items()])
    lines = [
        f"disclosure audit: {len(found)} numbers in {len(by_file)} of {n_files} files of this protected edition may "
        f"give away what it protects, {named}; nothing was written",
        *_listed(found),
        "take the numbers out of the texts of the study, choose a larger --round-counts or leave that format out; if "
        "each of them is another number that agrees by chance, repeat with --reviewed",
    ]
    return "\n".join(lines)


def _make(kind: str, study: Study, content: ReportInput, document: Document, order: ReportOrder) -> dict[str, bytes]:
    from surveykit import report as rep

    published, own = study.definition.report_date, own_template(study)
    if kind == "pdf":
        return {".pdf": rep.build_pdf(rep.render_html(document, **own), published=published)}
    if kind == "archive":
        files = rep.figure_files(document)
        page = rep.render_html(document, **own)
        return {"-archive.pdf": rep.build_pdf(page, variant="pdf/a-3u", attachments=files, published=published)}
    if kind == "html":
        return {".html": rep.render_html(document, medium="screen", **own).encode("utf-8")}
    if kind == "docx":
        return {".docx": rep.build_docx(document)}
    if kind == "xlsx":
        return {".xlsx": rep.build_xlsx(document)}
    if kind == "data":
        return {f"-{name}": data for name, data in rep.data_files(content, order.rules).items()}
    if kind == "brief":
        brief = rep.make_brief(content, edition=order.edition, rules=order.rules)
        return {"-brief.pdf": rep.build_pdf(rep.render_html(brief, template=rep.BRIEF_TEMPLATE), published=published)}
    made = rep.build_district_pdfs(
        content, edition=order.edition, profile=order.profile, rules=order.rules, workers=order.workers
    )
    return {f"-{district}.pdf": data for district, data in made.items()}


def own_template(study: Study) -> dict[str, Any]:
    """Return the study's own template and its folder as arguments of `render_html`; the library's when it has none."""
    folder = study.definition.files.report_templates
    own = study.root / folder if folder else None
    if own is None or not (own / "report.html").is_file():
        return {}
    return {"template": "report.html", "study_templates": own}
