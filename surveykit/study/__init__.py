"""A study on disk: reading, checking, running and starting it. The only package that opens a study's files."""

from surveykit.study.opening import open_study, run_study

__all__ = ["open_study", "run_study"]
