"""What several commands share."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from surveykit.study.loading import Study, StudyOutline

__all__ = ["open_outline", "open_study", "say"]


def say(line: str) -> None:
    """Print one line at once."""
    print(line, flush=True)


def open_outline(options: argparse.Namespace) -> StudyOutline:
    """Read no more than study.yaml of the study that a call means."""
    from surveykit.study.loading import load_outline

    return load_outline(_folder(options))


def open_study(options: argparse.Namespace) -> Study:
    """Load the study that a call means, with every definition checked."""
    from surveykit.study.loading import load_study

    return load_study(_folder(options))


def _folder(options: argparse.Namespace) -> Path:
    from surveykit.study.location import find_study, named_study

    return named_study(options.study) if options.study is not None else find_study(Path.cwd())
