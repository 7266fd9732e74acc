"""Raw exports in, coded answers out: reading, coding, quality, sample link."""

from surveykit.responses.coding import code_responses
from surveykit.responses.limesurvey import read_limesurvey
from surveykit.responses.odk_kobo import read_kobo, read_odk
from surveykit.responses.outcome_rates import outcome_rates
from surveykit.responses.quality import QualityReport, check_quality, exclude
from surveykit.responses.quality_rules import QualityRules, check_quality_rules
from surveykit.responses.reading import detect_source, read_responses
from surveykit.responses.sample_link import LinkedSample, link_sample
from surveykit.responses.stat_files import read_spss, read_stata
from surveykit.responses.table_files import read_form, read_table
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
    "detect_source",
    "exclude",
    "link_sample",
    "outcome_rates",
    "read_form",
    "read_kobo",
    "read_limesurvey",
    "read_odk",
    "read_responses",
    "read_spss",
    "read_stata",
    "read_table",
    "read_wjx",
]
