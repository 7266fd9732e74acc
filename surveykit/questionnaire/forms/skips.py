"""The routing table of the paper form: where each answer leads, as far as the answer alone decides it."""

from __future__ import annotations

from surveykit.questionnaire.definition.models import End, Item, Questionnaire
from surveykit.questionnaire.definition.structure import Step, flow_of, item_choices
from surveykit.questionnaire.routing.ast import And, Const, Expression, Not, Or
from surveykit.questionnaire.routing.evaluate import evaluate

__all__ = ["skips"]


def skips(questionnaire: Questionnaire) -> dict[tuple[str, str], int | str]:
    """Say for each answer to a single question which question follows.

    Parameters
    ----------
    questionnaire : Questionnaire
        A definition without problems.

    Returns
    -------
    dict
        (item, code) to the number of the next question that is not excluded by this answer alone, or to the status of
        an early end that it brings about. Only answers that skip something are listed.
    """
    steps = flow_of(questionnaire).steps
    found: dict[tuple[str, str], int | str] = {}
    for k, step in enumerate(steps):
        if not isinstance(step.entry, Item) or step.entry.type != "single":
            continue
        for choice in item_choices(questionnaire, step.entry):
            target = _target(steps[k + 1 :], step.entry.id, choice.code)
            if target is not None and target != step.number + 1:
                found[step.entry.id, choice.code] = target
    return found


def _target(following: tuple[Step, ...], item: str, code: str) -> int | str | None:
    for step in following:
        held = _known(step.own, item, code)
        if isinstance(step.entry, End):
            if held is True:
                return step.entry.end
        elif step.entry.type != "note" and held is not False:
            return step.number
    return None


def _known(tree: Expression, item: str, code: str) -> bool | None:
    """Whether the condition is settled by one answer; None if it also depends on others."""
    match tree:
        case Const(value):
            return value
        case And(operands):
            parts = [_known(part, item, code) for part in operands]
            return False if False in parts else None if None in parts else True
        case Or(operands):
            parts = [_known(part, item, code) for part in operands]
            return True if True in parts else None if None in parts else False
        case Not(operand):
            inside = _known(operand, item, code)
            return None if inside is None else not inside
    return evaluate(tree, {item: code}) if tree.ref.column == item else None
