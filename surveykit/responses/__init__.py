"""Raw exports in, coded answers out: reading, coding, quality, sample link."""

from surveykit.responses.coding import code_responses
from surveykit.responses.quality import QualityReport, check_quality, exclude
from surveykit.responses.quality_rules import QualityRules, check_quality_rules
from surveykit.responses.sample_link import LinkedSample, link_sample
from surveykit.responses.types import Finding, RawResponses, Responses
from surveykit.responses.wjx import read_wjx

__all__ = [
    "Finding",
    "LinkedSample",
    "QualityReport",
    "QualityRules",
    "RawResponses",
    "Responses",
    "check_quality",
    "check_quality_rules",
    "code_responses",
    "exclude",
    "link_sample",
    "read_wjx",
]
