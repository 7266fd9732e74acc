"""What several commands share."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surveykit.cli.parsing import Options
from surveykit.cli.telling.terminal import current
from surveykit.study.files.location import find_study, named_study

if TYPE_CHECKING:
    from surveykit.study.files.study import Study, StudyOutline

__all__ = ["give", "open_outline", "open_study", "say", "show", "working"]


def say(line: str) -> None:
    """Print one line that is good to know, at once; ``--quiet`` leaves it out."""
    current().say(line)


def show(line: str) -> None:
    """Print one line of what was asked for, at once."""
    current().show(line)


def working(title: str) -> None:
    """Say what is being done, for progress."""
    current().working(title)


def give(entries: Mapping[str, Any]) -> None:
    """Add to the result of ``--json``: plain values, paths, mappings, lists and tables."""
    current().give(entries)


def open_outline(options: Options) -> StudyOutline:
    """Read no more than study.yaml of the study that a call means."""
    from surveykit.study.files.loading import load_outline

    return load_outline(_folder(options), trust=options.trust)


def open_study(options: Options) -> Study:
    """Load the study that a call means, with every definition checked."""
    from surveykit.study.files.loading import load_study

    return load_study(_folder(options), trust=options.trust)


def _folder(options: Options) -> Path:
    return named_study(options.study) if options.study is not None else find_study(Path.cwd())
