"""Short forms of the report: a one-page brief, and one report for each district, made side by side on the cores."""

from __future__ import annotations

import multiprocessing
import os
import warnings
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from typing import get_args

import pandas as pd

from surveykit.errors import DataError, MissingGlyphWarning, choose, first_few
from surveykit.language import LANGUAGES
from surveykit.report.assembly import document_of
from surveykit.report.chapters.places import tile_figure
from surveykit.report.chapters.profiles import district_blocks
from surveykit.report.chapters.summary import headline_sentence, range_sentence, score_sentence
from surveykit.report.content.disclosure_record import require_disclosure
from surveykit.report.content.inputs import Edition, Profile, ReportInput
from surveykit.report.document.blocks import Block, Bullets, Chapter, Document, Heading, Prose, make_chapter
from surveykit.report.document.view import View, make_view
from surveykit.report.outputs.html import render_html
from surveykit.report.outputs.pdf import Variant, build_pdf
from surveykit.report.publishing.publication import DEFAULT_RULES, PublicationRules, recipe_of, table_of

__all__ = ["build_district_pdfs", "make_brief", "make_district_document"]

BRIEF_TEMPLATE = "surveykit/brief.html"


def make_brief(report: ReportInput, *, edition: Edition = "zh", rules: PublicationRules = DEFAULT_RULES) -> Document:
    """Make the content of a one-page brief: key findings, one picture, how it was done.

    Parameters
    ----------
    report : ReportInput
        The input of the full report.
    edition : {"zh", "en"}
        Language.
    rules : PublicationRules
        What is withheld.

    Returns
    -------
    Document
        For :func:`surveykit.report.render_html` with the template ``surveykit/brief.html``.
    """
    choose("edition", edition, LANGUAGES)
    require_disclosure(report.disclosure, edition)
    view = make_view(report, edition=edition, rules=rules)
    first = view.headlines[:3]
    findings = [headline_sentence(view, indicator) for indicator in first]
    spread = next((text for text in (range_sentence(view, indicator) for indicator in first) if text), "")
    findings += [text for text in (spread, score_sentence(view)) if text]
    picture = next(
        (figure for figure in (tile_figure(view, indicator) for indicator in first) if figure is not None), None
    )
    if picture is not None:
        picture = replace(picture, notes=picture.notes[:1])
    blocks: list[Block | None] = [
        Bullets(tuple(findings), role="key"),
        picture,
        Heading(view.say("brief_box"), 2),
        Prose(_method_text(view), "note"),
        Prose(view.say("reading_intervals", level=view.level_percent), "note"),
    ]
    chapter = make_chapter("brief", view.say("chapter_summary"), blocks)
    chapters = [] if chapter is None else [chapter]
    made = document_of(view, chapters, subtitle=view.say("brief_title"))
    return replace(made, facts=(), numbered=False)


def _method_text(view: View) -> str:
    record = view.report.disclosure
    parts = {
        name: _sentence(view, view.text(getattr(record, name)))
        for name in ("strategy", "sample_size", "precision", "limitations")
    }
    return view.say("brief_text", **parts)


def _sentence(view: View, text: str) -> str:
    stop = "。" if view.edition == "zh" else "."
    return text if text.rstrip().endswith(("。", ".", "！", "？")) else text.rstrip() + stop


def make_district_document(
    report: ReportInput,
    district: str,
    *,
    edition: Edition = "zh",
    profile: Profile = "research",
    rules: PublicationRules = DEFAULT_RULES,
) -> Document:
    """Make the report of one district: its figures beside the city's, and how the survey was done.

    Parameters
    ----------
    report : ReportInput
        The input of the full report.
    district : str
        District id.
    edition, profile, rules
        As :func:`surveykit.report.make_document`.

    Returns
    -------
    Document
        The same numbers as the full report's.

    Raises
    ------
    DataError
        When the district is not in the regions table.
    """
    choose("edition", edition, LANGUAGES)
    choose("profile", profile, get_args(Profile))
    require_disclosure(report.disclosure, edition)
    return _district_document(make_view(report, edition=edition, profile=profile, rules=rules), district)


def _district_document(view: View, district: str) -> Document:
    from surveykit.report.chapters.appendices.methods import methods_chapter

    if district not in view.district_names:
        raise DataError(f"no district {district!r}: districts are {first_few(view.district_names, 30)}")
    blocks: list[Block | None] = [*district_blocks(view, district)]
    blocks.append(Prose(view.say("reading_intervals", level=view.level_percent), "note"))
    if view.report.study.simulated:
        blocks.insert(0, Prose(view.say("simulated_warning"), "warning"))
    plain = replace(view.report, weights=None, raking=None, margins=None, outcome_rates=None, dispositions=None)
    made: list[Chapter | None] = [
        make_chapter("own", view.say("chapter_own"), blocks),
        methods_chapter(replace(view, report=plain)),
    ]
    name = view.district_names[district]
    title = view.say("district_title", title=view.text(view.report.study.title), district=name)
    return document_of(view, [chapter for chapter in made if chapter is not None], title=title, subtitle=name)


_VIEW: dict[str, View] = {}


def _receive(report: ReportInput, edition: Edition, profile: Profile, rules: PublicationRules) -> None:
    """Keep the input in a worker process, so that it is sent once and not with every district."""
    _VIEW["view"] = make_view(report, edition=edition, profile=profile, rules=rules)


def _district_pdf(district: str, variant: Variant) -> tuple[bytes, list[str]]:
    """Make one district's PDF; what is to be told of its characters is handed back to the calling process."""
    page = render_html(_district_document(_VIEW["view"], district))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", MissingGlyphWarning)
        made = build_pdf(page, variant=variant)
    told = [str(entry.message) for entry in caught if issubclass(entry.category, MissingGlyphWarning)]
    for entry in caught:
        if not issubclass(entry.category, MissingGlyphWarning):
            warnings.warn_explicit(entry.message, entry.category, entry.filename, entry.lineno)
    return made, told


def build_district_pdfs(
    report: ReportInput,
    *,
    districts: Sequence[str] | None = None,
    edition: Edition = "zh",
    profile: Profile = "research",
    variant: Variant = "pdf/ua-1",
    rules: PublicationRules = DEFAULT_RULES,
    workers: int | None = None,
) -> dict[str, bytes]:
    """Make one PDF for each district, in processes of their own side by side.

    Parameters
    ----------
    report : ReportInput
        The input of the full report.
    districts : sequence of str, optional
        District ids; all in the regions table when absent.
    edition, profile, rules
        As :func:`surveykit.report.make_document`.
    variant : str
        As :func:`surveykit.report.build_pdf`.
    workers : int, optional
        Processes; the number of cores when absent. With 1 everything is done in this process.

    Returns
    -------
    dict of str to bytes
        District id to PDF, in the order asked for; the same bytes as one by one.
    """
    choose("edition", edition, LANGUAGES)
    choose("profile", profile, get_args(Profile))
    choose("variant", variant, get_args(Variant))
    require_disclosure(report.disclosure, edition)
    asked = [str(district) for district in (report.regions["district"] if districts is None else districts)]
    light = _without_rows(report)
    cores = max(1, min(workers or os.cpu_count() or 1, len(asked)))
    if cores == 1:
        _receive(light, edition, profile, rules)
        return _told_once({district: _district_pdf(district, variant) for district in asked})
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(cores, context, initializer=_receive, initargs=(light, edition, profile, rules)) as pool:
        made = pool.map(_district_pdf, asked, [variant] * len(asked))
        return _told_once(dict(zip(asked, made, strict=True)))


def _told_once(made: dict[str, tuple[bytes, list[str]]]) -> dict[str, bytes]:
    for told in dict.fromkeys(text for _, texts in made.values() for text in texts):
        warnings.warn(told, MissingGlyphWarning, stacklevel=3)
    return {district: data for district, (data, _) in made.items()}


def _without_rows(report: ReportInput) -> ReportInput:
    """Keep the tables of the estimates and leave behind the survey rows that they may refer to."""
    tables: dict[str, pd.DataFrame] = {key: table_of(estimates) for key, estimates in report.estimates.items()}
    recipes = {key: recipe_of(report, key) for key in report.estimates}
    return replace(report, estimates=tables, recipes=recipes, weights=None, topline=None, questions=(), analyses=())
