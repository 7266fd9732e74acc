"""True rates: exact over the frame for those whom it lists, by the cell model for other residents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.errors import choose
from surveykit.simulation.frame import resident_cells
from surveykit.simulation.model import gauss_hermite, ordered_tails, tail_given_attitude
from surveykit.simulation.plan import AnswerModel, Population, RateDefinition, SimulationPlan
from surveykit.simulation.residents import community_effects

__all__ = ["cell_effects", "frame_rates", "true_rates"]

Floats = NDArray[np.float64]
DOMAINS: tuple[tuple[str, ...], ...] = ((), ("district",), ("sex",), ("age_group",), ("district", "age_group"))


def cell_effects(plan: SimulationPlan, model: AnswerModel, people: pd.DataFrame) -> Floats:
    """Effect on the log-odds of an answer for each row.

    Parameters
    ----------
    plan : SimulationPlan
        Holds the factors.
    model : AnswerModel
        The question's model.
    people : DataFrame
        Columns district, sex, age_group, and community where the plan has effects of communities.

    Returns
    -------
    (n,) array
        ``shift + weight * (district + age group + sex + community effects)``.
    """
    total = np.full(len(people), model.shift)
    if model.factor is None:
        return total
    factor = plan.factors[model.factor]
    for variable in ("district", "age_group", "sex"):
        effects: Mapping[str, float] = getattr(factor, variable)
        if effects:
            codes, levels = pd.factorize(people[variable])
            total += model.weight * np.array([effects.get(str(level), 0.0) for level in levels])[codes]
    if "community" in people:
        total += model.weight * community_effects(plan, model.factor, people["community"])
    return total


def _chance_of_codes(
    plan: SimulationPlan, column: str, codes: Sequence[str], cells: pd.DataFrame, attitude: Floats
) -> tuple[Floats, float]:
    """Chance of one of the codes among valid answers, given the attitude, (m, n); and the chance of a valid answer."""
    model = next(answer for answer in plan.answers if answer.id == column)
    valid = (1 - model.dont_know - model.refused) * (1 - model.blank)
    names = list(model.shares)
    wanted = np.array([name in codes for name in names], dtype=float)
    if model.kind == "choice":
        share = float(np.dot(wanted, np.array(list(model.shares.values()))))
        return np.full((len(attitude), len(cells)), share), valid
    tails = ordered_tails(np.array(list(model.shares.values())), cell_effects(plan, model, cells))
    given = tail_given_attitude(tails, attitude, model.loading)
    edge = np.concatenate([np.ones((*given.shape[:2], 1)), given, np.zeros((*given.shape[:2], 1))], axis=2)
    return np.asarray((edge[:, :, :-1] - edge[:, :, 1:]) @ wanted), valid


def _cell_rate(plan: SimulationPlan, rate: RateDefinition, cells: pd.DataFrame) -> tuple[Floats, Floats]:
    """Chance of the numerator and of the base in each cell; answers are independent given the attitude."""
    attitude, weights = gauss_hermite()
    base = np.ones((len(attitude), len(cells)))
    for column, codes in rate.base.items():
        chance, valid = _chance_of_codes(plan, column, codes, cells, attitude)
        base = base * chance * valid
    numerator = base
    all_valid = 1.0
    answered = 1.0
    for column, codes in rate.items.items():
        chance, valid = _chance_of_codes(plan, column, codes, cells, attitude)
        numerator = numerator * chance * valid
        all_valid *= valid
        model = next(answer for answer in plan.answers if answer.id == column)
        answered *= 1 - model.blank
    kept = all_valid if rate.dont_know == "out_of_base" else answered
    return weights @ numerator, weights @ base * kept


def frame_rates(plan: SimulationPlan, rate: RateDefinition, answers: pd.DataFrame) -> tuple[Floats, Floats]:
    """Numerator and base of a rate for each unit of the frame.

    Parameters
    ----------
    plan : SimulationPlan
        Its special codes.
    rate : RateDefinition
        The rate.
    answers : DataFrame
        From `simulate_answers`.

    Returns
    -------
    tuple of (n,) arrays
        0 or 1.
    """
    specials = tuple(plan.specials.values())
    base = np.ones(len(answers), dtype=bool)
    for column, codes in rate.base.items():
        base &= answers[column].isin(codes).to_numpy(dtype=bool)
    numerator = base.copy()
    for column, codes in rate.items.items():
        values = answers[column]
        asked = values.notna().to_numpy(dtype=bool) & (values != "").fillna(False).to_numpy(dtype=bool)
        base &= asked
        if rate.dont_know == "out_of_base":
            base &= ~values.isin(specials).to_numpy(dtype=bool)
        numerator &= values.isin(codes).to_numpy(dtype=bool)
    return (numerator & base).astype(float), base.astype(float)


def _summarise(
    people: pd.DataFrame, numerator: Floats, base: Floats, rate: str, population: str, people_count: Floats
) -> list[pd.DataFrame]:
    table = people[["district", "sex", "age_group"]].assign(
        numerator=numerator * people_count, base=base * people_count
    )
    parts = []
    for by in DOMAINS:
        if by:
            sums = table.groupby(list(by), sort=False, observed=True)[["numerator", "base"]].sum().reset_index()
            level = sums[list(by)].astype(str).agg("|".join, axis=1)
        else:
            sums = table[["numerator", "base"]].sum().to_frame().T
            level = pd.Series([""])
        parts.append(
            pd.DataFrame(
                {
                    "population": population,
                    "rate_id": rate,
                    "domain": "|".join(by),
                    "level": level,
                    "rate": (sums["numerator"] / sums["base"]).to_numpy(dtype=float),
                    "base": sums["base"].to_numpy(dtype=float),
                }
            )
        )
    return parts


def true_rates(
    plan: SimulationPlan,
    frame: pd.DataFrame,
    answers: pd.DataFrame,
    regions: pd.DataFrame,
    margins: Mapping[str, pd.DataFrame] | None = None,
    *,
    populations: Sequence[Population] = ("platform", "residents"),
    listed: Population = "platform",
) -> pd.DataFrame:
    """True values of the plan's rates, for the city and by district, sex and age group.

    For those whom the frame lists the rate is counted over the frame: it is the finite-population truth of these
    would-be answers. For residents whom it does not list it is the expected rate of the answer model over the census
    cells of district, sex and age group.

    Parameters
    ----------
    plan : SimulationPlan
        Answer models and rates.
    frame, answers : DataFrame
        From `simulate_frame` and `simulate_answers`, with the same index.
    regions : DataFrame
        Columns `district` and `census_population_2020`.
    margins : mapping of str to DataFrame, optional
        Census margins for "sex" and "age_group", columns `level` and `population`.
    populations : sequence of str
        Which truths to work out.
    listed : {"platform", "residents"}
        Whom the frame lists.

    Returns
    -------
    DataFrame
        population ("platform" or "residents"), rate_id, domain ("" for the city, "district", "sex", "age_group"
        or "district|age_group"), level ("" for the city; two codes joined by "|"), rate (0 to 1),
        base (people in the denominator).
    """
    choose("listed", listed, get_args(Population))
    for population in (populations,) if isinstance(populations, str) else populations:
        choose("populations", population, get_args(Population))
    parts: list[pd.DataFrame] = []
    for rate in plan.rates:
        if listed in populations:
            numerator, base = frame_rates(plan, rate, answers)
            parts += _summarise(frame, numerator, base, rate.id, listed, np.ones(len(frame)))
        if "residents" in populations and listed != "residents":
            cells = resident_cells(plan, regions, margins)
            numerator, base = _cell_rate(plan, rate, cells)
            people = cells["population"].to_numpy(dtype=float)
            parts += _summarise(cells, numerator, base, rate.id, "residents", people)
    return pd.concat(parts, ignore_index=True)
