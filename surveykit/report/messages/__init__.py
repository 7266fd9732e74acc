"""Every sentence and label of the report, in Chinese and English, under one set of keys."""

from __future__ import annotations

from surveykit.errors import choose
from surveykit.language import LANGUAGES
from surveykit.report.content.inputs import Edition, StudyInfo
from surveykit.report.messages import checks, office, process, weights
from surveykit.report.messages.en import MESSAGES as EN
from surveykit.report.messages.zh import MESSAGES as ZH

__all__ = ["CATALOGUES", "place_words", "say"]

CATALOGUES: dict[Edition, dict[str, str]] = {
    "zh": ZH | process.ZH | checks.ZH | weights.ZH | office.ZH,
    "en": EN | process.EN | checks.EN | weights.EN | office.EN,
}


def say(edition: Edition, key: str, **values: object) -> str:
    """Return a message with its values filled in; a missing key or value is a KeyError.

    Examples
    --------
    >>> say("en", "unit_percent")
    'Unit: %'
    """
    choose("edition", edition, LANGUAGES)
    return CATALOGUES[edition][key].format(**values)


def place_words(edition: Edition, study: StudyInfo) -> dict[str, str]:
    """Return what messages call the units compared and the whole that they make up; the words are the study's.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> place_words("en", SimpleNamespace(unit={"en": "ward"}, city={"en": "Leeds"}))
    {'unit': 'ward', 'units': 'wards', 'Unit': 'Ward', 'Units': 'Wards', 'whole': 'Leeds', 'Whole': 'Leeds'}
    """
    choose("edition", edition, LANGUAGES)
    one = str(study.unit.get(edition) or study.unit.get("zh") or "")
    many = str(study.unit.get("en_plural") or one + "s") if edition == "en" else one
    whole = str(study.city.get(edition) or study.city.get("zh") or "")
    inline = str(study.city.get("en_inline") or whole) if edition == "en" else whole
    capital = {"Unit": one[:1].upper() + one[1:], "Units": many[:1].upper() + many[1:]}
    return {"unit": one, "units": many, **capital, "whole": inline, "Whole": whole}
