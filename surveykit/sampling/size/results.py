"""What sample sizes and precisions are made of: conditions, results and shared steps."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from surveykit.display import NamedTable, Presentation, Shown, Words, facts
from surveykit.display.content import recipe_notes
from surveykit.sampling.size.equation import require_conditions, round_up

__all__ = ["Field", "Precision", "RatioMoments", "SampleSize", "numbers_presentation"]


def numbers_presentation(title: Words, result: Any, recipe: Mapping[str, Any] | None = None) -> Presentation:
    """Return the plain numbers of a small result as one table."""
    items = {name: value for name, value in asdict(result).items() if isinstance(value, bool | int | float | str)}
    return Presentation(title, (NamedTable(title, facts(items)),), recipe_notes(recipe or {}))


@dataclass(frozen=True, slots=True)
class Field:
    """What happens between the draw and the data.

    Attributes
    ----------
    response_rate : float
        Share of eligible units that respond.
    eligibility_rate : float
        Share of drawn units that belong to the population.
    """

    response_rate: float = 1.0
    eligibility_rate: float = 1.0


@dataclass(frozen=True, slots=True)
class SampleSize(Shown):
    """A sample size and how it was found.

    Attributes
    ----------
    n : int
        Units to draw.
    n_net : int
        Eligible responding units that are needed.
    continuous : float
        The needed number of responding units before rounding up.
    half_width : float
        Half-width of the interval that ``n_net`` units reach.
    recipe : dict
        Method and assumptions.
    """

    n: int
    n_net: int
    continuous: float
    half_width: float
    recipe: dict[str, object]

    def presentation(self) -> Presentation:
        """Return what is shown and exported."""
        return numbers_presentation(("样本量", "Sample size"), self, self.recipe)


@dataclass(frozen=True, slots=True)
class Precision(Shown):
    """The precision that a sample size reaches.

    Attributes
    ----------
    std_error : float
        Standard error.
    half_width : float
        Half the width of the interval.
    conf_low, conf_high : float
        The interval, were the estimate the assumed value.
    n_net : float
        Expected responding units.
    """

    std_error: float
    half_width: float
    conf_low: float
    conf_high: float
    n_net: float

    def presentation(self) -> Presentation:
        """Return what is shown and exported."""
        return numbers_presentation(("精度", "Precision"), self)


@dataclass(frozen=True, slots=True)
class RatioMoments:
    """Means, variances and covariance of numerator y and denominator x in the population."""

    mean_y: float
    mean_x: float
    var_y: float
    var_x: float
    cov_xy: float

    @property
    def ratio(self) -> float:
        """Mean of y over mean of x."""
        return self.mean_y / self.mean_x

    @property
    def linearized_sd(self) -> float:
        """Standard deviation of ``(y - R x) / mean(x)``."""
        r = self.ratio
        return math.sqrt(max(self.var_y + r * r * self.var_x - 2.0 * r * self.cov_xy, 0.0)) / abs(self.mean_x)


def yield_rate(response_rate: float | Field, deff: float, population: float | None) -> float:
    """Share of drawn units that give data, checked."""
    field = response_rate if isinstance(response_rate, Field) else Field(response_rate)
    require_conditions(deff, population, response_rate=field.response_rate, eligibility_rate=field.eligibility_rate)
    return field.response_rate * field.eligibility_rate


def whole_size(net: float, population: float | None) -> int:
    """Responding units rounded up, at most the population."""
    return int(at_most(max(1, round_up(net)), population))


def at_most(net: float, population: float | None) -> float:
    """A size, at most the population."""
    return net if population is None else min(net, population)


def recipe_of(
    statistic: str, conf_level: float, population: float | None, deff: float, rate: float, **more: object
) -> dict[str, object]:
    """Method and assumptions of a result."""
    return {
        "statistic": statistic,
        "conf_level": conf_level,
        "population_size": population,
        "deff": deff,
        "yield": rate,
        **more,
    }
