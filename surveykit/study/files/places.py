"""Where the artefacts of a study lie, as paths from its root; `located` puts them into a study's own output folder."""

__all__ = [
    "ALLOCATION",
    "ALTERNATIVES",
    "CHANGED_ANSWERS",
    "CLEANING_LOG",
    "CLEANING_SUMMARY",
    "CLUSTERS",
    "CLUSTERS_CSV",
    "CLUSTERS_RECORD",
    "COLUMN_MAP",
    "COLUMN_MAP_CSV",
    "COMMITMENT",
    "CONTACT_SHEETS",
    "DRAW_LOG",
    "DRAW_RECORD",
    "DRIVERS",
    "ESTIMATES",
    "ESTIMATES_TABLE",
    "EVALUATION",
    "FINAL_WEIGHTS",
    "FORM",
    "FRAME_INDEX",
    "LINKED",
    "LINKED_MISSING",
    "LISTING_FORM",
    "LISTING_REPORT",
    "MARKED_RATES",
    "ORIGINALS",
    "OUTCOME_RATES",
    "PLAN_DOCUMENT",
    "PLAN_HTML",
    "PLAN_SUMMARY",
    "PUBLIC_DATA",
    "PUBLIC_LOG",
    "PUBLIC_RISK",
    "QUALITY",
    "QUALITY_HTML",
    "QUALITY_XLSX",
    "QUOTA",
    "RELEASED",
    "RELEASES",
    "REPORT_HTML",
    "REPORT_PDF",
    "RESPONSES_LOG",
    "SAMPLE",
    "SAMPLE_CSV",
    "SCORE",
    "SCORE_TABLE",
    "STUDY",
    "TOPLINE",
    "TRUTH",
    "WEIGHTING_LOG",
    "WEIGHTS",
    "located",
]

STUDY = "study.yaml"
TRUTH = "output/simulation/true_rates.csv"
EVALUATION = "output/simulation/evaluation.csv"
ALLOCATION = "output/plan/allocation.csv"
PLAN_SUMMARY = "output/plan/plan.json"
PLAN_HTML = "output/plan/plan.html"
PLAN_DOCUMENT = "output/plan/plan.docx"
SAMPLE = "output/draw/sample.parquet"
SAMPLE_CSV = "output/draw/sample.csv"
DRAW_RECORD = "output/draw/record.json"
COMMITMENT = "output/draw/commitment.json"
CLUSTERS = "output/draw/clusters.parquet"
CLUSTERS_CSV = "output/draw/clusters.csv"
CLUSTERS_RECORD = "output/draw/clusters_record.json"
LISTING_FORM = "output/draw/listing_status_form.csv"
LISTING_REPORT = "output/draw/listing.csv"
CONTACT_SHEETS = "output/draw/contact_sheets.html"
DRAW_LOG = "output/draw/log.jsonl"
RELEASED = "output/draw/released.csv"
FRAME_INDEX = "output/frame_index.parquet"
FORM = "output/questionnaire/form.html"
COLUMN_MAP = "output/questionnaire/wjx_columns.json"
COLUMN_MAP_CSV = "output/questionnaire/wjx_columns.csv"
LINKED = "output/responses/linked.parquet"
LINKED_MISSING = "output/responses/linked_missing.parquet"
QUALITY = "output/responses/quality.csv"
QUALITY_HTML = "output/responses/quality.html"
QUALITY_XLSX = "output/responses/quality.xlsx"
CHANGED_ANSWERS = "output/responses/changed_answers.csv"
QUOTA = "output/responses/quota.csv"
ORIGINALS = "output/responses/originals.parquet"
OUTCOME_RATES = "output/responses/outcome_rates.csv"
MARKED_RATES = "output/responses/rates_without_marked.csv"
CLEANING_SUMMARY = "output/responses/cleaning_by_district.csv"
CLEANING_LOG = "output/responses/cleaning_log.csv"
RESPONSES_LOG = "output/responses/log.json"
WEIGHTS = "output/weights/weights.csv"
FINAL_WEIGHTS = "output/weights/weights.parquet"
WEIGHTING_LOG = "output/weights/log.json"
ESTIMATES = "output/estimates/estimates.json"
ESTIMATES_TABLE = "output/estimates/estimates.csv"
ALTERNATIVES = "output/estimates/alternative_rules.csv"
TOPLINE = "output/estimates/topline.csv"
DRIVERS = "output/estimates/drivers.csv"
SCORE = "output/score/score.json"
SCORE_TABLE = "output/score/score.csv"
PUBLIC_DATA = "output/public/data.csv"
PUBLIC_RISK = "output/public/risk.csv"
PUBLIC_LOG = "output/public/log.csv"
RELEASES = "output/responses/releases.parquet"
REPORT_PDF = "output/report.pdf"
REPORT_HTML = "output/report.html"


def located(place: str, output: str, study_file: str) -> str:
    """Return where a study keeps a place: in its own output folder, and its own study file for study.yaml.

    Names that are no places, such as the study's data files, are returned as they are.

    Examples
    --------
    >>> located(REPORT_PDF, "output_residents", "study_residents.yaml")
    'output_residents/report.pdf'
    """
    if place == STUDY:
        return study_file
    return output + place.removeprefix("output") if place in _PLACES else place


_PLACES = frozenset(
    value for value in tuple(globals().values()) if isinstance(value, str) and value.startswith("output/")
)
