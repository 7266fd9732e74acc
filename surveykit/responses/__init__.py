"""Raw exports in, coded answers out: reading, coding, quality, sample link."""

from surveykit.responses.cells.user_mapping import UserMapping, check_user_mapping
from surveykit.responses.coding.account import account_lines, account_of
from surveykit.responses.coding.coding import code_responses
from surveykit.responses.coding.merging import Merge, merge_responses, stack_responses
from surveykit.responses.coding.originals import original_cells
from surveykit.responses.fieldwork.outcome_rates import outcome_rates
from surveykit.responses.fieldwork.sample_link import LinkedSample, link_sample
from surveykit.responses.privacy.free_text import mask_identifiers
from surveykit.responses.privacy.minors import block_minors, minor_condition
from surveykit.responses.privacy.public_file import PublicFile, deidentify
from surveykit.responses.privacy.releases import Release
from surveykit.responses.privacy.risk import risk_table
from surveykit.responses.privacy.small_cells import suppress_small_cells
from surveykit.responses.quality.checks import QualityReport, check_quality, exclude
from surveykit.responses.quality.rules import QualityRules, check_quality_rules
from surveykit.responses.readers.detect import detect_source, read_responses
from surveykit.responses.readers.limesurvey import read_limesurvey
from surveykit.responses.readers.odk_kobo import read_kobo, read_odk
from surveykit.responses.readers.stat_files import read_spss, read_stata
from surveykit.responses.readers.table_files import read_form, read_table
from surveykit.responses.readers.wjx import read_wjx
from surveykit.responses.reporting.account import account_table, matched_line
from surveykit.responses.reporting.report import quality_html, quality_tables, write_quality_xlsx
from surveykit.responses.results import Finding, RawResponses, Responses

__all__ = [
    "Finding",
    "LinkedSample",
    "Merge",
    "PublicFile",
    "QualityReport",
    "QualityRules",
    "RawResponses",
    "Release",
    "Responses",
    "UserMapping",
    "account_lines",
    "account_of",
    "account_table",
    "block_minors",
    "check_quality",
    "check_quality_rules",
    "check_user_mapping",
    "code_responses",
    "deidentify",
    "detect_source",
    "exclude",
    "link_sample",
    "mask_identifiers",
    "matched_line",
    "merge_responses",
    "minor_condition",
    "original_cells",
    "outcome_rates",
    "quality_html",
    "quality_tables",
    "read_form",
    "read_kobo",
    "read_limesurvey",
    "read_odk",
    "read_responses",
    "read_spss",
    "read_stata",
    "read_table",
    "read_wjx",
    "risk_table",
    "stack_responses",
    "suppress_small_cells",
    "write_quality_xlsx",
]
