"""Report: the results as PDF and HTML."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from surveykit.study import places
from surveykit.study.stage import Making, Stage

if TYPE_CHECKING:
    from surveykit.study.loading import Study, StudyOutline

__all__ = ["report_stage"]


def report_stage(study: StudyOutline) -> Stage:
    """Write the report."""
    made = (places.ALLOCATION, places.LINKED, places.LINKED_MISSING, places.QUALITY, places.RESPONSES_LOG)
    made += (places.CLEANING_SUMMARY, places.OUTCOME_RATES, places.MARKED_RATES)
    results = (places.WEIGHTS, places.WEIGHTING_LOG, places.ESTIMATES, places.TOPLINE, places.DRIVERS, places.SCORE)
    return Stage(
        "report",
        "writing the report",
        ("study.yaml", *study.definition.files.named().values(), *_template_files(study), *made, *results),
        (places.REPORT_PDF, places.REPORT_HTML),
        _make,
    )


def _template_files(study: StudyOutline) -> tuple[str, ...]:
    folder = study.definition.files.report_templates
    if folder is None:
        return ()
    found = sorted(path for path in (study.root / folder).rglob("*.html") if path.is_file())
    return tuple(path.relative_to(study.root).as_posix() for path in found)


def _own_templates(study: Study) -> Path | None:
    folder = study.definition.files.report_templates
    own = study.root / folder if folder else None
    return own if own and (own / "report.html").is_file() else None


def _make(making: Making) -> None:
    from surveykit.report import build_pdf, make_document, render_html
    from surveykit.report.rendering import BASE_TEMPLATE
    from surveykit.study.reporting import report_input

    study = making.study
    content = report_input(study)
    language = study.definition.languages[0]
    own = _own_templates(study)
    template = "report.html" if own else BASE_TEMPLATE
    making.report("    laying out the pages")
    document = make_document(content, edition=language)
    printed = render_html(document, template=template, study_templates=own)
    pdf = build_pdf(printed, published=study.definition.report_date)
    making.output(places.REPORT_PDF).write_bytes(pdf)
    page = render_html(document, medium="screen", template=template, study_templates=own)
    making.output(places.REPORT_HTML).write_text(page, encoding="utf-8")
    making.counts |= {"pdf_bytes": len(pdf), "html_bytes": len(page.encode())}
