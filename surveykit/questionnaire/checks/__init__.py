"""Static checks of a questionnaire, one group of rules per file."""

from __future__ import annotations

from surveykit.errors import Problem
from surveykit.questionnaire.checks.conditions import check_conditions, check_piping
from surveykit.questionnaire.checks.household import check_household
from surveykit.questionnaire.checks.items import check_derived, check_items, check_quotas
from surveykit.questionnaire.checks.names import check_ids, check_languages, check_scales
from surveykit.questionnaire.checks.reach import check_reach
from surveykit.questionnaire.definition.models import Questionnaire

__all__ = ["check_questionnaire"]

RULES = (
    check_ids,
    check_languages,
    check_scales,
    check_items,
    check_derived,
    check_conditions,
    check_piping,
    check_quotas,
    check_household,
)


def check_questionnaire(questionnaire: Questionnaire) -> list[Problem]:
    """Find everything that is wrong in a questionnaire.

    Parameters
    ----------
    questionnaire : Questionnaire
        A definition of the right shape, scales in files resolved.

    Returns
    -------
    list of Problem
        All problems at once, in the order of their place; empty when the questionnaire can be used. Unreachable
        questions are looked for when nothing else is wrong.

    Examples
    --------
    >>> from surveykit.questionnaire import Questionnaire
    >>> q = Questionnaire.model_validate({
    ...     "surveykit": "1", "id": "tiny", "languages": ["en"], "title": {"en": "Tiny"},
    ...     "scales": {"yn": {"choices": [["1", "Yes"], ["2", "No"]]}},
    ...     "flow": [{"page": "p", "items": [
    ...         {"id": "aware", "type": "single", "scale": "yn", "en": "Aware?"},
    ...         {"id": "used", "type": "single", "scale": "yn", "en": "Used?", "ask_if": "awere == 1"}]}]})
    >>> for problem in check_questionnaire(q):
    ...     print(problem)
    flow.0.items.1.ask_if: unknown item 'awere' in 'awere == 1': did you mean 'aware'?
    """
    problems = [problem for rule in RULES for problem in rule(questionnaire)]
    if not problems:
        problems = list(check_reach(questionnaire))
    return sorted(problems, key=_place)


def _place(problem: Problem) -> tuple[int, tuple[tuple[int, str], ...]]:
    order = ("languages", "title", "intro", "closing", "specials", "scales", "derive", "quotas", "household", "flow")
    first = order.index(str(problem.path[0])) if problem.path and problem.path[0] in order else -1
    return first, tuple((part, "") if isinstance(part, int) else (-1, part) for part in problem.path[1:])
