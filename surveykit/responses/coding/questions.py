"""Answers counted by question: an item with several answers is one question, a row of a grid is one."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from surveykit.questionnaire import Questionnaire, questionnaire_variables
from surveykit.responses.results import Responses

__all__ = ["BLANK", "DONT_KNOW", "NOT_ASKED", "columns_of_questions", "question_kinds"]

_NAMES = ("", "na", "nr", "dk", "rf", "nf")
NOT_ASKED = (1, 5)  # not asked, and not in the file
BLANK, DONT_KNOW = 2, 3
# Of the columns of one question the first kind that any of them has is the question's.
_ORDER = ("dk", "rf", "", "nr", "na", "nf")


def columns_of_questions(questionnaire: Questionnaire) -> dict[str, tuple[str, ...]]:
    """Columns of each question.

    Parameters
    ----------
    questionnaire : Questionnaire
        A definition without problems.

    Returns
    -------
    dict of str to tuple of str
        By the item's id, or the grid's column; the words after "other" belong to no question.
    """
    found: dict[str, list[str]] = {}
    for variable in questionnaire_variables(questionnaire):
        if not variable.other_text:
            found.setdefault(variable.item if variable.kind == "multi" else variable.id, []).append(variable.id)
    return {name: tuple(columns) for name, columns in found.items()}


def question_kinds(responses: Responses, leave_out: Collection[str] = ()) -> tuple[list[str], NDArray[np.int8]]:
    """Kind of missing of each question.

    Parameters
    ----------
    responses : Responses
        Coded answers.
    leave_out : collection of str
        Questions, or columns of questions, that do not count.

    Returns
    -------
    tuple of list of str and (n, q) int8 array
        The questions, and for each 0 answered, 1 not asked, 2 blank, 3 don't know, 4 refused, 5 not in the file.
    """
    held = responses.questions or {str(name): (str(name),) for name in responses.missing}
    names = [name for name, columns in held.items() if not {name, *columns} & set(leave_out)]
    kinds = np.ones((len(responses.missing), len(names)), dtype=np.int8)
    for k, name in enumerate(names):
        columns = [column for column in held[name] if column in responses.missing]
        codes = np.column_stack([_codes(responses, column) for column in columns])
        for kind in reversed(_ORDER):
            place = _NAMES.index(kind)
            kinds[(codes == place).any(axis=1), k] = place
    return names, kinds


def _codes(responses: Responses, column: str) -> NDArray[np.int8]:
    column_kinds = responses.missing[column].astype("category")
    places = np.array([_NAMES.index(str(name)) for name in column_kinds.cat.categories], dtype=np.int8)
    return places[column_kinds.cat.codes.to_numpy()]
