"""Draws of the inputs of a scheme within their sampling error."""

from __future__ import annotations

import numpy as np

from surveykit.estimation.rate_contrasts import rate_correlation
from surveykit.scoring.margins import SCORES, InputTables, input_tables, moment_table, other_table
from surveykit.scoring.numerics import FloatArray, covariance_root
from surveykit.scoring.other_methods import OtherMethods
from surveykit.scoring.survey_inputs import SurveyInputs

__all__ = ["draw_inputs", "draw_other"]


def draw_inputs(
    inputs: SurveyInputs, draws: int, rng: np.random.Generator, tables: InputTables | None = None
) -> tuple[FloatArray, FloatArray]:
    """Draw the survey's indicators from their joint distribution, for standard errors and for probabilities.

    Parameters
    ----------
    inputs : SurveyInputs
    draws : int
    rng : numpy.random.Generator
    tables : InputTables, optional
        Of the inputs, where they are there already.

    Returns
    -------
    spread, belief : ndarray, shape (draws, units, indicators)
        `spread` has the estimates' standard errors (`moment_table`); `belief` has the distributions of their intervals
        (`input_tables`). Missing values stay missing.

    Notes
    -----
    Normal scores with the correlations of the estimates (a Gaussian copula), looked up in each input's table. Values
    without sampling error stay.
    """
    shape = inputs.values.shape
    tables = tables or input_tables(inputs, _nothing(inputs), comparing=False)
    root = covariance_root(rate_correlation(inputs.covariance))
    scores = (root @ rng.standard_normal((root.shape[0], draws))).T.reshape(draws, *shape)
    return _look_up(moment_table(inputs, tables), scores), _look_up(tables.survey, scores)


def draw_other(other: OtherMethods, draws: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Draw the values of the other methods, normal and with the spread of Student's t, inside the range of the input.

    Returns
    -------
    spread, belief : ndarray, shape (draws, units, inputs)
        Without the first axis when nothing was sampled.
    """
    if not ((other.std_errors > 0) | other.edges).any():
        return other.values, other.values
    units, inputs = other.values.shape
    roots = np.stack([covariance_root(rate_correlation(one)) for one in other.covariance])
    scores = np.einsum("ukj,ruj->ruk", roots, rng.standard_normal((draws, units, inputs)))
    return _look_up(other_table(other, student=False), scores), _look_up(other_table(other), scores)


def _nothing(inputs: SurveyInputs) -> OtherMethods:
    units = len(inputs.units)
    empty = np.zeros((units, 0))
    return OtherMethods(
        inputs.units, (), empty, np.zeros((units, 0, 0)), np.full(units, np.inf), np.zeros((0, 2)), True
    )


def _look_up(table: FloatArray, scores: FloatArray) -> FloatArray:
    found = np.empty(scores.shape)
    for place in np.ndindex(*table.shape[:2]):
        found[(slice(None), *place)] = np.interp(scores[(slice(None), *place)], SCORES, table[place])
    return found
