"""The statements without which a survey report is not published.

The items follow the list that the AAPOR Code (III.A, April 2021) asks to be given with every release.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from surveykit.errors import DefinitionError, Problem

__all__ = ["DISCLOSURE_ITEMS", "Disclosure", "check_disclosure"]

DISCLOSURE_ITEMS = (
    "strategy",
    "sponsor",
    "conductor",
    "funding",
    "instrument",
    "population",
    "geography",
    "frame",
    "selection",
    "recruitment",
    "mode",
    "languages",
    "dates",
    "sample_size",
    "precision",
    "weighting",
    "processing",
    "limitations",
)
_NOT_APPLICABLE = {"zh": "不适用", "en": "not applicable"}
_SEPARATORS = ":：,，;；-— "


@dataclass(frozen=True, kw_only=True)
class Disclosure:
    """What a reader must be told about how the figures came about; each item a text in every language.

    An item that does not apply says "不适用：" or "not applicable:" followed by the reason.

    Attributes
    ----------
    strategy : mapping
        Kind of data collection.
    sponsor, conductor, funding : mapping
        Who ordered, who carried out, who paid.
    instrument : mapping
        Where the exact wording and order stand.
    population, geography : mapping
        About whom, and where, the figures speak.
    frame, selection : mapping
        What list the sample came from with its gaps, and how units were chosen; whether by known probability.
    recruitment : mapping
        How those drawn were asked to take part, how often they were reminded, and what they got for it.
    mode, languages, dates : mapping
        How, in which languages and when people answered.
    sample_size, precision : mapping
        How many answered, and how uncertain the figures are (whether the design effect is included).
    weighting, processing : mapping
        How weights were made, and which quality checks and edits were done.
    limitations : mapping
        What the figures cannot say.
    """

    strategy: Mapping[str, str]
    sponsor: Mapping[str, str]
    conductor: Mapping[str, str]
    funding: Mapping[str, str]
    instrument: Mapping[str, str]
    population: Mapping[str, str]
    geography: Mapping[str, str]
    frame: Mapping[str, str]
    selection: Mapping[str, str]
    recruitment: Mapping[str, str]
    mode: Mapping[str, str]
    languages: Mapping[str, str]
    dates: Mapping[str, str]
    sample_size: Mapping[str, str]
    precision: Mapping[str, str]
    weighting: Mapping[str, str]
    processing: Mapping[str, str]
    limitations: Mapping[str, str]


def check_disclosure(disclosure: Disclosure, languages: tuple[str, ...] = ("zh", "en")) -> list[Problem]:
    """List the items that are empty, or that say "not applicable" without a reason.

    Parameters
    ----------
    disclosure : Disclosure
        The record.
    languages : tuple of str
        Languages in which every item must be given.

    Returns
    -------
    list of Problem
        Empty when the report may be built.
    """
    problems = []
    for item in (entry.name for entry in fields(disclosure)):
        texts = getattr(disclosure, item)
        for language in languages:
            text = str(texts.get(language, "")).strip()
            if not text:
                problems.append(Problem("is empty", "say it in one sentence", ("disclosure", item, language)))
            elif _lacks_reason(text, language):
                problems.append(
                    Problem("says that it does not apply and gives no reason", "add it", ("disclosure", item, language))
                )
    return problems


def require_disclosure(disclosure: Disclosure, language: str) -> None:
    """Raise DefinitionError unless every required item is given in the language of the edition."""
    problems = check_disclosure(disclosure, (language,))
    if problems:
        raise DefinitionError(problems)


def _lacks_reason(text: str, language: str) -> bool:
    phrase = _NOT_APPLICABLE.get(language, _NOT_APPLICABLE["en"])
    lowered = text.lower().rstrip("。. ")
    return lowered.startswith(phrase) and not lowered[len(phrase) :].strip(_SEPARATORS)
