"""Which cells of a table of would-be answers are asked."""

from __future__ import annotations

import pandas as pd

from surveykit.questionnaire import Questionnaire, questionnaire_variables, replay_frame
from surveykit.questionnaire.definition.structure import flow_of

__all__ = ["asked_table", "page_columns"]


def page_columns(questionnaire: Questionnaire) -> list[list[str]]:
    """Columns of each page, in the order of asking.

    Parameters
    ----------
    questionnaire : Questionnaire
        A definition without problems.

    Returns
    -------
    list of list of str
        Pages without a question are left out.
    """
    page_of = {item.id: step.page_index for step, item in flow_of(questionnaire).questions}
    pages: dict[int, list[str]] = {}
    for column in questionnaire_variables(questionnaire):
        pages.setdefault(page_of[column.item], []).append(column.id)
    return [pages[number] for number in sorted(pages)]


def asked_table(questionnaire: Questionnaire, table: pd.DataFrame) -> pd.DataFrame:
    """Say which cells are asked, by walking every row through the routing.

    Parameters
    ----------
    questionnaire : Questionnaire
        A definition without problems.
    table : DataFrame
        Codes as text with special codes; "" or missing where there is no answer; ticks of a multi as booleans.

    Returns
    -------
    DataFrame of bool
        Same index and columns. An answer to what is not asked counts for nothing later.
    """
    held = {
        name: table[name] if table[name].dtype == "boolean" else table[name].mask(table[name] == "") for name in table
    }
    work = pd.DataFrame(held, index=table.index)
    asked = replay_frame(questionnaire, work, pd.DataFrame(index=table.index)).asked
    for column in questionnaire_variables(questionnaire):
        if column.other_text:
            by_option = f"{column.item}_{column.option}"
            ticked = work[by_option] if by_option in work else work[column.item] == column.option
            first = by_option if by_option in asked else column.item
            asked[column.id] = asked[first] & ticked.fillna(False).astype(bool)
    return asked[list(table.columns)]
