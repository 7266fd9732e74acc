"""Resident surveys from the sampling plan to the report.

What a survey needs day by day stands here; the rest lives in the package that it belongs to, such as
``surveykit.sampling``.  Names and packages are loaded when they are first used, so that ``import surveykit`` is light.
"""

import warnings
from importlib import import_module
from typing import Any

from surveykit._moved import install as _install
from surveykit._version import __version__ as __version__

_PACKAGES = (
    "design",
    "display",
    "estimation",
    "questionnaire",
    "report",
    "responses",
    "sampling",
    "scoring",
    "simulation",
    "study",
    "weighting",
)

# __init__.pyi tells the same to static tools.
_PUBLIC = {
    "design": """
        PPS ReplicateDesign SurveyDesign as_bootstrap_design as_brr_design as_jackknife_design as_sdr_design
    """,
    "display": """
        ResultTable chart_style
    """,
    "errors": """
        SurveyKitError
    """,
    "estimation": """
        Estimates GlmResult Mean Prop Quantile Ratio Row Total Variance combine estimate
        pairwise_comparisons survey_alpha survey_chisq survey_cor survey_cov survey_glm survey_gof
        survey_item_rest survey_mean survey_prop survey_quantile survey_ranktest survey_ratio survey_total
        survey_ttest survey_var
    """,
    "questionnaire": """
        Questionnaire check_questionnaire codebook diff_questionnaires evaluate_frame import_wjx_text
        import_xlsform lint_questionnaire questionnaire_yaml render_questionnaire replay replay_frame
    """,
    "report": """
        Disclosure ReportInput build_district_pdfs build_docx build_html build_pdf build_xlsx make_brief
        make_document
    """,
    "responses": """
        Responses check_quality code_responses deidentify link_sample merge_responses outcome_rates
        read_form read_kobo read_limesurvey read_odk read_responses read_spss read_stata read_table read_wjx
        stack_responses
    """,
    "sampling": """
        Allocation AllocationBounds AllocationOptions DrawRecord FrameReport PublicSource Sample
        SamplingPlan allocate allocate_multivariate check_frame check_listing commit_plan comparison_table
        contact_sheets digest_sql domain_sizes draw draw_clusters draw_indexed draw_listed draw_rotated
        index_frame join_clusters lavallee_hidiroglou open_ledger optimal_boundaries person_grid release
        reveal_seed sample_size_difference sample_size_proportion spark_frame stratum_table verify_clusters
        verify_commitment verify_draw verify_listed
    """,
    "scoring": """
        IndicatorSet ScoreCard ScoringScheme compare_waves compare_with_mean estimate_indicators
        goldstein_healy indicator_columns rank_confidence_sets read_other_methods score sensitivity tau_best
        two_waves what_if
    """,
    "simulation": """
        EvaluationOptions evaluate_plan simulate_residents true_rates write_wjx_export
    """,
    "study": """
        open_study run_study
    """,
    "weighting": """
        ResidentModel WeightBounds WeightingPlan adjust_to_residents apply_weighting base_design calibrate
        calibration_feasibility coverage_table fay_herriot kish_deff naive_design poststratified_regression
        poststratify rake rerun_replicates small_areas trim_weights
    """,
}
# Once names of the top level: they are found, with a warning that says where they live.
_IN_PACKAGES = {
    "estimation": """
        Correlation Covariance TestResult
    """,
    "questionnaire": """
        evaluate parse render_html_form resolve_scales wjx_column_map
    """,
    "responses": """
        QualityRules block_minors detect_source
    """,
    "sampling": """
        cum_root_f document_docx document_html draw_second_phase geometric_boundaries open_index
        plan_document postgres_frame power_difference precision_difference precision_mean
        precision_proportion precision_ratio replicate_samples sample_size_mean sample_size_power
        sample_size_ratio smallest_difference three_stage_optimum two_stage_optimum
    """,
    "scoring": """
        RankSets best_unit expected_ranks klein_wright_wieczorek sample_size_to_separate tau_worst
    """,
    "simulation": """
        SimulationPlan simulate_answers simulate_frame simulate_responses
    """,
    "weighting": """
        Diagnostics FayHerriot MultilevelModel ResidentEstimates WeightingResult check_weighting_plan
        response_quality ridge_calibrate
    """,
}
_HOME = {name: package for package, names in _PUBLIC.items() for name in names.split()}
_ONCE_HERE = {name: package for package, names in _IN_PACKAGES.items() for name in names.split()}

__all__ = sorted(["__version__", *_HOME])

_install()


def __getattr__(name: str) -> Any:
    if name in _PACKAGES:
        return import_module(f"surveykit.{name}")
    if name in _ONCE_HERE:
        home = f"surveykit.{_ONCE_HERE[name]}"
        warnings.warn(f"the name surveykit.{name} has moved to {home}.{name}", DeprecationWarning, stacklevel=2)
        return getattr(import_module(home), name)
    if name not in _HOME:
        raise AttributeError(f"module 'surveykit' has no attribute {name!r}")
    value = getattr(import_module(f"surveykit.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, *_PACKAGES])
