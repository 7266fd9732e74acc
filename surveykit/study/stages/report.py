"""Report: the results as PDF and HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surveykit.study.files import places
from surveykit.study.running.stage import Making, Stage

if TYPE_CHECKING:
    from surveykit.study.files.study import StudyOutline

__all__ = ["report_stage"]


def report_stage(study: StudyOutline) -> Stage:
    """Write the report."""
    made: tuple[str, ...] = (
        places.ALLOCATION,
        places.LINKED,
        places.LINKED_MISSING,
        places.QUALITY,
        places.RESPONSES_LOG,
    )
    made += (places.CLEANING_SUMMARY, places.OUTCOME_RATES, places.MARKED_RATES)
    results: tuple[str, ...] = (
        places.WEIGHTS,
        places.FINAL_WEIGHTS,
        places.WEIGHTING_LOG,
        places.ESTIMATES,
        places.TOPLINE,
        places.DRIVERS,
        places.SCORE,
    )
    results += (places.ALTERNATIVES,)
    return Stage(
        "report",
        "writing the report",
        (study.file, *study.definition.files.named().values(), *_template_files(study), *made, *results),
        (places.REPORT_PDF, places.REPORT_HTML),
        _make,
    )


def _template_files(study: StudyOutline) -> tuple[str, ...]:
    folder = study.definition.files.report_templates
    if folder is None:
        return ()
    # All of them: templates and report.yaml may name a file with any ending.
    found = sorted(path for path in (study.root / folder).rglob("*") if path.is_file())
    return tuple(path.relative_to(study.root).as_posix() for path in found)


def _make(making: Making) -> None:
    from surveykit.report import build_pdf, make_document, render_html
    from surveykit.study.reporting import report_input
    from surveykit.study.tasks.report_files import own_template

    study = making.study
    content = report_input(study)
    language = study.definition.languages[0]
    own = own_template(study)
    making.report("    laying out the pages")
    document = make_document(content, edition=language)
    printed = render_html(document, **own)
    page = render_html(document, medium="screen", **own)
    making.output(places.REPORT_HTML).write_text(page, encoding="utf-8")
    del document, content  # the layout of the pages needs the memory
    pdf = build_pdf(printed, published=study.definition.report_date)
    making.output(places.REPORT_PDF).write_bytes(pdf)
    making.counts |= {"pdf_bytes": len(pdf), "html_bytes": len(page.encode())}
