"""Resident surveys from the sampling plan to the report.

The public names below are loaded when they are first used, so that ``import surveykit`` is light.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from surveykit._version import __version__

if TYPE_CHECKING:
    from surveykit.design import SurveyDesign
    from surveykit.estimation import (
        Estimates,
        Mean,
        Prop,
        Ratio,
        Total,
        estimate,
        survey_mean,
        survey_prop,
        survey_ratio,
        survey_total,
    )
    from surveykit.questionnaire import Questionnaire
    from surveykit.sampling import SamplingPlan, allocate, draw, verify_draw

_ROOM = {
    "design": ("SurveyDesign",),
    "estimation": (
        "Estimates",
        "Mean",
        "Prop",
        "Ratio",
        "Total",
        "estimate",
        "survey_mean",
        "survey_prop",
        "survey_ratio",
        "survey_total",
    ),
    "questionnaire": ("Questionnaire",),
    "sampling": ("SamplingPlan", "allocate", "draw", "verify_draw"),
}
_HOME = {name: room for room, names in _ROOM.items() for name in names}

__all__ = [
    "Estimates",
    "Mean",
    "Prop",
    "Questionnaire",
    "Ratio",
    "SamplingPlan",
    "SurveyDesign",
    "Total",
    "__version__",
    "allocate",
    "draw",
    "estimate",
    "survey_mean",
    "survey_prop",
    "survey_ratio",
    "survey_total",
    "verify_draw",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'surveykit' has no attribute {name!r}")
    value = getattr(import_module(f"surveykit.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
