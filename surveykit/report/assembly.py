"""From a report's input to its content in one language."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from surveykit.errors import DefinitionError, Problem, choose, first_few
from surveykit.language import LANGUAGES
from surveykit.report.chapters import base_chapters
from surveykit.report.chapters.own import own_chapter
from surveykit.report.content.disclosure_record import require_disclosure
from surveykit.report.content.inputs import Edition, Profile, ReportInput
from surveykit.report.document.blocks import Chapter, Document
from surveykit.report.document.estimates_table import estimates_table
from surveykit.report.document.model_wording import guard_intervals
from surveykit.report.document.typography import set_ranges
from surveykit.report.document.view import View, make_view
from surveykit.report.publishing.publication import DEFAULT_RULES, PublicationRules

__all__ = ["make_document"]

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def make_document(
    report: ReportInput,
    *,
    edition: Edition = "zh",
    profile: Profile = "research",
    rules: PublicationRules = DEFAULT_RULES,
) -> Document:
    """Make the report's content: every sentence, table and figure of one edition, rounded and suppressed.

    Parameters
    ----------
    report : ReportInput
        All numbers and texts.
    edition : {"zh", "en"}
        Language. Numbers do not depend on it.
    profile : {"research", "official"}
        研究报告 or 公文; changes numbering and page, not content.
    rules : PublicationRules
        What is withheld, and why.

    Returns
    -------
    Document
        Chapters without data are left out.

    Raises
    ------
    DefinitionError
        When an item of the disclosure record is empty, or a study's own chapter cannot be placed.
    """
    choose("edition", edition, LANGUAGES)
    choose("profile", profile, get_args(Profile))
    require_disclosure(report.disclosure, edition)
    view = make_view(report, edition=edition, profile=profile, rules=rules)
    document = document_of(view, _with_own(view, base_chapters(view)))
    return replace(document, data=(estimates_table(view),))


def document_of(view: View, chapters: list[Chapter], *, title: str = "", subtitle: str = "") -> Document:
    """Put a cover on chapters; the title is the study's unless another is given."""
    study = view.report.study
    facts = (
        ("fact_commissioner", view.text(study.commissioner)),
        ("fact_conductor", view.text(study.conductor)),
        ("fact_period", view.text(study.field_period)),
        ("fact_published", long_date(view)),
        ("fact_version", study.version),
    )
    made = Document(
        edition=view.edition,
        profile=view.profile,
        title=title or view.text(study.title),
        subtitle=subtitle or view.text(study.subtitle),
        facts=tuple((view.say(key), value) for key, value in facts if value),
        published=study.published,
        chapters=tuple(chapters),
        mark=view.say("simulated_mark") if study.simulated else "",
        city=view.text(study.city),
        logo=view.report.logo,
        id=study.id,
    )
    return set_ranges(guard_intervals(made, view.report))


def long_date(view: View) -> str:
    """Write the date of the report in the edition's language."""
    day = view.report.study.published
    return view.say("date", year=day.year, month=day.month, day=day.day, month_name=_MONTHS[day.month - 1])


def _with_own(view: View, chapters: list[Chapter]) -> list[Chapter]:
    placed = list(chapters)
    problems = []
    for own in view.report.chapters:
        ids = [chapter.id for chapter in placed]
        if own.after not in ids:
            problems.append(
                Problem(
                    f"no chapter {own.after!r} to follow",
                    f"chapters are {first_few(ids, 20)}",
                    ("chapters", own.id, "after"),
                )
            )
        elif (made := own_chapter(view, own)) is not None:
            placed.insert(ids.index(own.after) + 1, made)
    if problems:
        raise DefinitionError(problems)
    return placed
