"""Report: the results as PDF and HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surveykit.study import places
from surveykit.study.stage import Making, Stage

if TYPE_CHECKING:
    from surveykit.study.loading import Study

__all__ = ["report_stage"]


def report_stage(study: Study) -> Stage:
    """Write the report."""
    raise NotImplementedError
