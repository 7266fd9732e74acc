"""Would-be answers of every unit of the frame: the finite-population truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.errors import DataError, first_few
from surveykit.questionnaire import Questionnaire, questionnaire_variables
from surveykit.simulation.model import generator, ordered_category, ordered_tails
from surveykit.simulation.plan import AnswerModel, SimulationPlan
from surveykit.simulation.routing import asked_table
from surveykit.simulation.truth import cell_effects

__all__ = ["simulate_answers"]


def _draw_single(
    plan: SimulationPlan, model: AnswerModel, frame: pd.DataFrame, attitude: NDArray[np.float64]
) -> NDArray[np.object_]:
    """Codes of one column, special and blank answers included, before routing."""
    rng = generator(plan.seed, "answers", model.id)
    n = len(frame)
    shares = np.array(list(model.shares.values()))
    names = np.array(list(model.shares), dtype=object)
    if model.kind == "frame":
        values = frame[model.id].astype(object).to_numpy().copy()
    elif model.kind == "choice":
        values = names[rng.choice(len(names), size=n, p=shares / shares.sum())]
    elif model.kind == "text":
        values = np.array(model.phrases, dtype=object)[rng.integers(0, len(model.phrases), size=n)]
    else:
        tails = ordered_tails(shares, cell_effects(plan, model, frame))
        values = names[ordered_category(tails, attitude, model.loading, rng)]
    special = rng.random(n)
    values[special < model.dont_know + model.refused] = plan.specials["rf"]
    values[special < model.dont_know] = plan.specials["dk"]
    values[rng.random(n) < model.blank] = ""
    return values


def _draw_multi(plan: SimulationPlan, model: AnswerModel, n: int) -> dict[str, NDArray[np.bool_]]:
    """Ticks by option; who would tick nothing ticks the likeliest option, who does not know ticks that alone."""
    rng = generator(plan.seed, "answers", model.id)
    shares = np.array(list(model.shares.values()))
    ticks = rng.random((n, len(shares))) < shares[None, :]
    ticks[~ticks.any(axis=1), int(np.argmax(shares))] = True
    dont_know = rng.random(n) < model.dont_know
    blank = rng.random(n) < model.blank
    ticks[dont_know | blank] = False
    columns = {f"{model.id}_{code}": ticks[:, i] for i, code in enumerate(model.shares)}
    if model.dont_know:
        columns[f"{model.id}_{plan.specials['dk']}"] = dont_know & ~blank
    return columns


def _draw_columns(plan: SimulationPlan, frame: pd.DataFrame) -> dict[str, NDArray[np.object_] | NDArray[np.bool_]]:
    attitude = generator(plan.seed, "answers", "attitude").standard_normal(len(frame))
    drawn: dict[str, NDArray[np.object_] | NDArray[np.bool_]] = {}
    for model in plan.answers:
        if model.kind == "multi":
            drawn.update(_draw_multi(plan, model, len(frame)))
        else:
            drawn[model.id] = _draw_single(plan, model, frame, attitude)
    return drawn


def simulate_answers(plan: SimulationPlan, frame: pd.DataFrame, questionnaire: Questionnaire) -> pd.DataFrame:
    """Say what every unit of the frame would answer if it were asked.

    Answers follow ordered logit models by district, age group and sex; a general attitude of the person makes
    them go together. The routing of the questionnaire is then applied, so that nobody answers what is not asked.

    Parameters
    ----------
    plan : SimulationPlan
        Answer models.
    frame : DataFrame
        From `simulate_frame`.
    questionnaire : Questionnaire
        Its columns and routing.

    Returns
    -------
    DataFrame
        One row per unit, index and order of `frame`; the questionnaire's data columns. A cell holds the code as
        text, special codes included ("98"); "" where the person would leave the question blank; missing where it
        would not be asked. Options of a multiple-choice item are nullable booleans.

    Raises
    ------
    DataError
        If the plan models columns that the questionnaire does not have, or leaves a required one out.
    """
    columns = {column.id: column for column in questionnaire_variables(questionnaire)}
    drawn = _draw_columns(plan, frame)
    unknown = [name for name in drawn if name not in columns]
    if unknown:
        raise DataError(
            f"the simulation plan models columns that {questionnaire.id} does not have: {first_few(unknown)}"
        )
    missing = [
        c.id for c in columns.values() if c.required and c.kind != "multi" and not c.other_text and c.id not in drawn
    ]
    if missing:
        raise DataError(f"required columns of {questionnaire.id} without an answer model: {first_few(missing)}")
    series: dict[str, pd.Series] = {}
    for name, column in columns.items():
        if column.kind == "multi":
            values = drawn.get(name, np.zeros(len(frame), dtype=bool))
            series[name] = pd.Series(values, index=frame.index).astype("boolean")
        else:
            series[name] = pd.Series(drawn.get(name, ""), index=frame.index, dtype="str")
    table = pd.DataFrame(series, index=frame.index)
    asked = asked_table(questionnaire, table)
    return table.where(asked)
