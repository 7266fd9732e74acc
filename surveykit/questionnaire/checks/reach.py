"""Questions that nobody can come to, proved by enumeration."""

from __future__ import annotations

from collections.abc import Iterator

from surveykit.errors import Problem
from surveykit.questionnaire.checks.walk import walk
from surveykit.questionnaire.definition.models import End, Questionnaire
from surveykit.questionnaire.definition.structure import flow_of
from surveykit.questionnaire.routing.ast import expression_text

__all__ = ["check_reach"]


def check_reach(q: Questionnaire) -> Iterator[Problem]:
    """Every question can be asked and every early end can happen; where there are too many cases nothing is claimed."""
    result = walk(q)
    unproved = set(result.unproved)
    for step in flow_of(q).steps:
        if step.path in result.reached or step.path in unproved:
            continue
        entry = step.entry
        name = f"the end {entry.end!r}" if isinstance(entry, End) else f"{entry.id!r}"
        key = "if" if isinstance(entry, End) else "ask_if"
        own = entry.condition if isinstance(entry, End) else entry.ask_if
        path = step.path if own is None else (*step.path, key)
        shown = expression_text(step.own)
        verb = "never happens" if isinstance(entry, End) else "is never asked"
        what = f"{name} {verb}: no earlier answers fulfil {shown!r} where it stands"
        yield Problem(what, "change the condition or the conditions of the questions that it names", path)
