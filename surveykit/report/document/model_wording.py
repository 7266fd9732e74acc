"""Figures that rest on a model never bear a plain margin of error or confidence interval: worded, and guarded."""

from __future__ import annotations

import re
from collections.abc import Iterator

from surveykit.errors import DataError
from surveykit.report.content.inputs import Edition, ReportInput
from surveykit.report.document.blocks import Block, Bullets, Document, Figure, Heading, Prose, Table, Written
from surveykit.report.publishing.publication import recipe_of, table_of

__all__ = ["guard_intervals", "model_wording", "rests_on_model"]

_WORDS: dict[Edition, tuple[tuple[str, str], ...]] = {
    "zh": (
        ("置信区间", "模型区间（仅抽样误差）"),
        ("误差范围", "模型误差范围（仅抽样误差）"),
        ("误差限", "模型误差限（仅抽样误差）"),
    ),
    "en": (
        (r"\b([Cc])onfidence intervals\b", "model-based intervals (sampling error only)"),
        (r"\b([Cc])onfidence interval\b", "model-based interval (sampling error only)"),
        (r"\bCIs?\b", "model-based interval (sampling error only)"),
        (r"\b([Mm])argins of error\b", "model-based margins (sampling error only)"),
        (r"\b([Mm])argin of error\b", "model-based margin (sampling error only)"),
    ),
}
_PLAIN = re.compile(r"置信区间|误差范围|误差限|confidence intervals?|\bCIs?\b|margins? of error", re.IGNORECASE)
_SAID = re.compile("模型|model", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[。！？；])|(?<=[.!?;])\s")
_LABEL = "model-based"


def rests_on_model(report: ReportInput) -> bool:
    """Whether any of the report's main estimates rests on a model: they say so in label, table or recipe."""
    for key, estimates in report.estimates.items():
        table = table_of(estimates)
        said = [str(getattr(estimates, "label", "")), str(recipe_of(report, key).get("adjustments", ""))]
        said += [str(value) for value in table["label"].unique()] if "label" in table.columns else []
        if any(_LABEL in text for text in said):
            return True
    return False


def model_wording(edition: Edition, text: str) -> str:
    """Name intervals in a text as what they are when figures rest on a model.

    Examples
    --------
    >>> model_wording("en", "95% CI"), model_wording("zh", "95%置信区间")
    ('95% model-based interval (sampling error only)', '95%模型区间（仅抽样误差）')
    """
    for pattern, words in _WORDS[edition]:
        text = re.sub(pattern, words, text)
    return text


def guard_intervals(document: Document, report: ReportInput) -> Document:
    """Return a document in which nothing that rests on a model bears a plain interval.

    Parameters
    ----------
    document : Document
        Any edition or extract of the report.
    report : ReportInput
        What it was made from.

    Returns
    -------
    Document
        The same.

    Raises
    ------
    DataError
        Naming the places, if a heading, caption, note or sentence calls an interval of model-based figures a confidence
        interval or margin of error and does not say in the same sentence that it rests on a model.
    """
    everywhere = rests_on_model(report)
    modelled = tuple(other.id for other in report.analyses if other.model_based)
    found = []
    for chapter in document.chapters:
        for block in chapter.blocks:
            texts = _texts(block) if everywhere else _model_headings(block, modelled)
            found += [f"{chapter.title}: {text!r}" for text in texts if _plain(text)]
    if found:
        shown = "; ".join(found[:5])
        raise DataError(
            f"{len(found)} texts of the report give a plain confidence interval or margin of error to figures that are "
            f"adjusted by a model ({shown}); say that they rest on a model, or report a probability sample there"
        )
    return document


def _plain(text: str) -> bool:
    return any(_PLAIN.search(part) and not _SAID.search(part) for part in _SENTENCE.split(text))


def _texts(block: Block) -> Iterator[str]:
    if isinstance(block, Heading | Prose):
        yield block.text
    elif isinstance(block, Bullets):
        yield from block.items
    elif isinstance(block, Written):
        yield from block.plain
    elif isinstance(block, Table):
        yield from (block.title, block.unit, *block.notes, *(column.label for column in block.columns))
        yield from (cell.text for row in block.rows for cell in row)
    elif isinstance(block, Figure):
        yield from (block.title, block.alt, *block.notes)


def _model_headings(block: Block, modelled: tuple[str, ...]) -> Iterator[str]:
    if isinstance(block, Table):
        for column in block.columns:
            if any(column.key == id or column.key.startswith(id + "_") for id in modelled):
                yield column.label
