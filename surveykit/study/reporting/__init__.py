"""From a study and its artefacts to what the report is made from."""

from surveykit.study.reporting.assembling import report_input

__all__ = ["report_input"]
