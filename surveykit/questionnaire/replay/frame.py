"""Walk a whole table of coded responses through the questionnaire."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from surveykit.questionnaire.definition.models import End, Questionnaire
from surveykit.questionnaire.definition.structure import flow_of
from surveykit.questionnaire.replay.respondent import item_columns
from surveykit.questionnaire.routing.ast import references
from surveykit.questionnaire.routing.frame import evaluate_frame

__all__ = ["FrameReplay", "replay_frame"]


@dataclass(frozen=True)
class FrameReplay:
    """What happened to each respondent.

    Attributes
    ----------
    asked : DataFrame of bool
        One column per column of the questionnaire, same index as the data.
    ended : Series of str
        Status of the early end, ``""`` if the questionnaire was gone through.
    """

    asked: pd.DataFrame
    ended: pd.Series


def replay_frame(questionnaire: Questionnaire, data: pd.DataFrame, missing: pd.DataFrame) -> FrameReplay:
    """Say which questions each row of a coded table was asked, as :func:`replay` does for one respondent.

    Parameters
    ----------
    questionnaire : Questionnaire
        A definition without problems.
    data, missing : DataFrame
        Coded answers and the kind of each missing value; columns that do not exist count as unanswered.

    Returns
    -------
    FrameReplay
        Recomputed from the answers; answers to questions that were not asked have no effect on later questions.
    """
    flow = flow_of(questionnaire)
    needed = {ref.id for step in flow.steps for ref in references(step.own)}
    held: dict[str, pd.Series] = {}
    kinds: dict[str, pd.Series] = {}
    asked: dict[str, np.ndarray] = {}
    ended = np.full(len(data), "", dtype=object)
    for step in flow.steps:
        entry = step.entry
        if not isinstance(entry, End) and entry.type == "note":
            continue
        here = evaluate_frame(
            step.own, pd.DataFrame(held, index=data.index), pd.DataFrame(kinds, index=data.index, dtype=object)
        )
        here = here & (ended == "")
        if isinstance(entry, End):
            ended[here] = entry.end
            continue
        for column in item_columns(questionnaire, entry):
            asked[column] = here
            if entry.id in needed:
                blank = pd.Series(pd.NA, index=data.index, dtype=object)
                held[column] = _objects(data[column]).where(here, pd.NA) if column in data else blank
                known = missing[column].where(here, "na") if column in missing else blank.fillna("nr")
                kinds[column] = known
    frame = pd.DataFrame(asked, index=data.index)
    return FrameReplay(frame, pd.Series(ended, index=data.index, name="ended"))


def _objects(column: pd.Series) -> pd.Series:
    """A column as Python objects, one for each distinct text: a million records have few codes."""
    if isinstance(column.dtype, pd.StringDtype):
        column = column.astype("category")
    return column.astype(object)
