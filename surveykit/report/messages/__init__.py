"""Every sentence and label of the report, in Chinese and English, under one set of keys."""

from __future__ import annotations

from surveykit.report.inputs import Edition
from surveykit.report.messages import checks, office, process, weights
from surveykit.report.messages.en import MESSAGES as EN
from surveykit.report.messages.zh import MESSAGES as ZH

__all__ = ["CATALOGUES", "say"]

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
    return CATALOGUES[edition][key].format(**values)
