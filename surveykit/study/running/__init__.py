"""Runs: stages, locks, the journal, the manifest, private files."""

from surveykit.study.running.run import RunResult, all_current, run_stages

__all__ = [
    "RunResult",
    "all_current",
    "run_stages",
]
