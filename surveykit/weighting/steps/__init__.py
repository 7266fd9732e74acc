"""The kinds of steps of a weighting plan: one file each, listed here; plans, checks and runs walk this list."""

from typing import get_args

from surveykit.weighting.binding.step import Step
from surveykit.weighting.steps.base import BaseStep
from surveykit.weighting.steps.calibration import CalibrationStep
from surveykit.weighting.steps.coverage import CoverageStep
from surveykit.weighting.steps.nonresponse import NonresponseStep
from surveykit.weighting.steps.normalisation import NormalisationStep
from surveykit.weighting.steps.person_selection import PersonSelectionStep
from surveykit.weighting.steps.poststratification import PoststratificationStep
from surveykit.weighting.steps.raking import RakingStep
from surveykit.weighting.steps.residents import ResidentsStep
from surveykit.weighting.steps.trimming import TrimmingStep
from surveykit.weighting.steps.unknown_eligibility import UnknownEligibilityStep

__all__ = ["STEPS", "kind_of"]


def kind_of(step: type[Step]) -> str:
    """Return the word by which a plan asks for a step.

    Examples
    --------
    >>> kind_of(RakingStep)
    'raking'
    """
    (kind,) = get_args(step.model_fields["kind"].annotation)
    return str(kind)


STEPS: dict[str, type[Step]] = {
    kind_of(step): step
    for step in (
        BaseStep,
        UnknownEligibilityStep,
        NonresponseStep,
        PersonSelectionStep,
        PoststratificationStep,
        RakingStep,
        CalibrationStep,
        TrimmingStep,
        NormalisationStep,
        CoverageStep,
        ResidentsStep,
    )
}
"""Kinds of steps, in the order in which messages list them."""
