"""Score all units by a scheme, sampling error carried through the whole of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from surveykit._version import __version__
from surveykit.errors import DefinitionError, Problem, first_few
from surveykit.scoring.card.card import ScoreCard
from surveykit.scoring.card.criteria import with_seen
from surveykit.scoring.card.limits import card_limits
from surveykit.scoring.card.notes import AREA, card_notes
from surveykit.scoring.card.run import SchemeRun
from surveykit.scoring.card.tables import CardDraws, card_tables
from surveykit.scoring.inputs.draws import draw_inputs, draw_other
from surveykit.scoring.inputs.other_methods import OtherMethods, check_other_methods, read_other_methods
from surveykit.scoring.inputs.survey import SurveyInputs, inputs_from_estimates
from surveykit.scoring.kernel.numerics import FloatArray, generator
from surveykit.scoring.scheme.checks import check_scheme
from surveykit.scoring.scheme.definition import ScoringScheme
from surveykit.scoring.scheme.rounding import with_kinds

__all__ = ["score"]


def score(
    scheme: ScoringScheme,
    estimates: Any,
    other_methods: pd.DataFrame | OtherMethods | None = None,
    *,
    draws: int = 5000,
    seed: int = 2021,
    conf_level: float = 0.95,
    plain: bool = False,
    unit: Mapping[str, str] = AREA,
) -> ScoreCard:
    """Turn rates and the results of the other methods into scores, ranks and bands.

    Parameters
    ----------
    scheme : ScoringScheme
    estimates : Estimates or SurveyInputs
        Indicators by district with their joint covariance, or replicate estimates (`inputs_from_replicates`).
    other_methods : DataFrame or OtherMethods, optional
        Columns district, criterion, value; optional std_error and df of values that were sampled, such as field visits.
        `read_other_methods` adds the covariance of values from the same sites.
    draws : int
        Draws from the joint distribution; with replicates their number is taken.
    seed : int
    conf_level : float
    plain : bool
        True takes rates and scores as plain numbers: limits by estimate -+ t times standard error on their own scale,
        ranks and bands by the plain covariance. It does not hold near 0 and 1.
    unit : mapping
        What the notes call one of the units scored: zh, en, and en_plural where that adds no s.

    Returns
    -------
    ScoreCard

    Raises
    ------
    DefinitionError
        With all problems of the scheme, the survey's units and the other methods' table at once.

    Notes
    -----
    Standard errors and shares of the variance come from draws that go through rules, sums and adjustments, with the
    estimates' own standard errors and covariances (`draw_inputs`); with replicates, from these. Intervals, rank sets
    and bands come from the joint region of the inputs carried through the rules (`card_limits`, `score_pairs`,
    `score_bands`), so that they hold at bends and jumps of the rules, at 0 and 100 %, and with few respondents; a
    score that is a straight line of one rate has that rate's interval. A rate of 0 or 1 has no standard error: its
    share in the spread of the draws is that of its interval.

    Examples
    --------
    >>> from surveykit.scoring.card.example import small_example
    >>> small = small_example()
    >>> card = score(small.scheme, small.survey, small.other_table, draws=1000)
    >>> card.table[["district", "points"]].round(1).to_numpy().tolist()
    [['jinjiang', 73.0], ['qingyang', 78.0], ['jinniu', 87.0], ['wuhou', 82.8]]
    >>> card.table["band"].tolist()
    ['not_distinguishable', 'not_distinguishable', 'not_distinguishable', 'not_distinguishable']
    """
    inputs = estimates
    if not isinstance(inputs, SurveyInputs):
        wanted, optional = scheme.questionnaire_inputs(), scheme.optional_inputs()
        inputs = inputs_from_estimates(estimates, indicators=wanted, may_lack=optional)
    scheme = with_kinds(scheme, inputs.indicators, inputs.kinds)
    units = scheme.units or inputs.units
    other = _checked(scheme, inputs, units, other_methods)
    run = SchemeRun(scheme, inputs.of_units(units), other)
    drawn = _simulate(run, draws, generator(seed))
    limits = card_limits(run, conf_level, plain=plain, seed=seed)
    tables = card_tables(run, drawn, limits, conf_level)
    recipe = {
        "scheme": scheme.id,
        "scheme_note": scheme.note,
        "aggregation": scheme.aggregation,
        "total": scheme.total,
        "uncertainty": drawn.kind,
        "draws": int(drawn.normal_points.shape[0]),
        "seed": seed,
        "conf_level": conf_level,
        "scale": "plain" if plain else "confidence distributions",
        "df": tables.pop("df"),
        "version": __version__,
    }
    tables["criteria"] = with_seen(scheme, tables["criteria"], drawn.values)
    told = card_notes(scheme, inputs, other, tables["criteria"], unit)
    english, chinese = tuple(en for _, en in told), tuple(zh for zh, _ in told)
    return ScoreCard(**tables, notes=english, notes_zh=chinese, recipe=recipe)


def _checked(
    scheme: ScoringScheme, inputs: SurveyInputs, units: Sequence[str], given: pd.DataFrame | OtherMethods | None
) -> OtherMethods:
    """Find all problems at once; return the other methods' values."""
    if isinstance(given, OtherMethods):
        problems = check_scheme(scheme, questionnaire_inputs=inputs.indicators, other_inputs=given.inputs)
        problems += _survey_problems(scheme, inputs, units)
        if tuple(units) != given.units:
            problems.append(Problem("the other methods were read for other units", "read them again", ("units",)))
    else:
        table = pd.DataFrame(columns=["district", "criterion", "value"]) if given is None else given
        names = set(table["criterion"].astype(str)) if "criterion" in table else set()
        problems = check_scheme(scheme, questionnaire_inputs=inputs.indicators, other_inputs=names)
        problems += [*_survey_problems(scheme, inputs, units), *check_other_methods(scheme, table, units)]
    if problems:
        raise DefinitionError(problems)
    return given if isinstance(given, OtherMethods) else read_other_methods(scheme, table, units)


def _survey_problems(scheme: ScoringScheme, inputs: SurveyInputs, units: Sequence[str]) -> list[Problem]:
    """Units without survey results, and indicators that a unit lacks although a criterion needs them."""
    problems = []
    absent = [unit for unit in units if unit not in inputs.units]
    if absent:
        problems.append(
            Problem(f"no survey results for {first_few(absent)}", "estimate them, or leave them out", ("units",))
        )
    optional = scheme.optional_inputs()
    for name in scheme.questionnaire_inputs():
        if name in inputs.indicators and name not in optional:
            column = inputs.values[:, inputs.indicators.index(name)]
            lacking = [u for u, value in zip(inputs.units, column, strict=True) if u in units and np.isnan(value)]
            if lacking:
                what = f"{name!r} (questionnaire) has no value for {first_few(lacking)}"
                problems.append(Problem(what, "set missing: zero or rescale on the criterion", ("units",)))
    return problems


def _simulate(run: SchemeRun, draws: int, rng: np.random.Generator) -> CardDraws:
    inputs = run.inputs
    values, points = run.through(inputs.values, run.other.values)
    kind = "parametric"
    if inputs.replicates is None:
        spread, belief = draw_inputs(inputs, draws, rng, run.tables)
    else:
        kind = "bootstrap" if _equal_factors(inputs) else "replicates"
        spread = belief = inputs.replicates
    count = draws if kind == "replicates" else spread.shape[0]
    other_spread, other_belief = draw_other(run.other, count, rng)
    if kind == "replicates":
        return _replicate_draws(run, values, points, other_spread)
    first = run.through(spread, other_spread)
    second = first if belief is spread and other_belief is other_spread else run.through(belief, other_belief)
    count_shape = (count, *points.shape)
    arrays = [np.broadcast_to(array, count_shape) for array in (*first, *second)]
    scale = np.full(count, 1 / count)
    return CardDraws(values, points, arrays[1], arrays[2], arrays[3], scale, kind, inputs.df, run.other.df)


def _equal_factors(inputs: SurveyInputs) -> bool:
    factors = inputs.replicate_scale
    return factors is None or bool(np.allclose(factors, 1 / factors.size, rtol=0.05))


def _replicate_draws(run: SchemeRun, values: FloatArray, points: FloatArray, other: FloatArray) -> CardDraws:
    """Jackknife-like replicates of the survey, then draws of the other methods around the point estimates."""
    assert run.inputs.replicates is not None and run.inputs.replicate_scale is not None
    first = run.through(run.inputs.replicates, run.other.values)
    factors = run.inputs.replicate_scale
    stacked = list(np.broadcast_arrays(*first))
    if other.ndim == 3:
        more = run.through(np.broadcast_to(run.inputs.values, (other.shape[0], *run.inputs.values.shape)), other)
        stacked = [np.concatenate([one, two]) for one, two in zip(stacked, more, strict=True)]
        factors = np.concatenate([factors, np.full(other.shape[0], 1 / other.shape[0])])
    seen, marks = stacked
    return CardDraws(values, points, marks, seen, marks, factors, "replicates", run.inputs.df, run.other.df)
