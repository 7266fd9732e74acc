"""Estimates over more domains than one joint covariance is made for: worked through in chunks of domains."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from surveykit.design.domains import Domains
from surveykit.estimation.intervals.rates import replicate_logit_error
from surveykit.estimation.kernel.memory import AT_ONCE, cells_at_once, joint_bytes
from surveykit.estimation.kernel.row_units import RowUnits
from surveykit.estimation.kernel.terms import Context, Term
from surveykit.estimation.results.estimates import Estimates
from surveykit.estimation.statistics.assemble import add_quality, assemble, recipe_of, solve, tabulate
from surveykit.estimation.statistics.requests import Statistic, make_term

__all__ = ["ManyEstimates", "estimate_domains"]


class ManyEstimates(Estimates):
    """Estimates whose joint covariance is made when it is first asked for.

    `table` is complete. `covariance`, `influence` and `units`, and with them contrasts, differences, comparisons, ranks
    and the payload, take one more pass over all domains together; where the machine cannot hold it, `DesignError` says
    how large it is.
    """

    def _joint(self, name: str) -> Any:
        make = self.__dict__["kept"].get("make")
        if make is None:
            return self.__dict__["kept"][name]
        if "whole" not in self.__dict__:
            self.__dict__["whole"] = make()
        return getattr(self.__dict__["whole"], name)

    def _keep(self, name: str, value: Any) -> None:
        self.__dict__.setdefault("kept", {})["make" if callable(value) else name] = value

    @property
    def covariance(self) -> np.ndarray:
        """Covariance of the estimates, rows in the order of the table, shape (k, k)."""
        return np.asarray(self._joint("covariance"))

    @covariance.setter
    def covariance(self, value: Any) -> None:
        """Keep the matrix, or what makes the joint result."""
        self._keep("covariance", value)

    @property
    def influence(self) -> tuple[Any, ...] | None:
        """Linearised totals per unit and the design they come from, see `Estimates`."""
        found: tuple[Any, ...] | None = self._joint("influence")
        return found

    @influence.setter
    def influence(self, value: Any) -> None:
        """Keep what was given; the joint result has its own."""
        self._keep("influence", value)

    @property
    def units(self) -> RowUnits | None:
        """First-stage units behind each row, see `Estimates`."""
        found: RowUnits | None = self._joint("units")
        return found

    @units.setter
    def units(self, value: Any) -> None:
        """Keep what was given; the joint result has its own."""
        self._keep("units", value)


def estimate_domains(
    context: Context, statistics: Sequence[Statistic], conf_level: float, interval: str, deff_reference: str
) -> Estimates:
    """Evaluate statistics over all domains, in chunks of domains where there are many.

    Notes
    -----
    What a row says of itself rests on its own domain and the design, so that chunks give the numbers of one pass. What
    is pooled over domains (design effects of intervals) is made from the whole table. Memory grows with the rows of
    the data and of the table, not with units times domains.
    """
    design = context.design
    terms = [make_term(context, statistic) for statistic in statistics]
    if joint_bytes(design, sum(term.count.size for term in terms)) <= AT_ONCE or context.domains.size == 1:
        return assemble(context, terms, conf_level, interval, deff_reference)
    columns, limits, replicates = _in_chunks(context, statistics, terms, conf_level)
    table = tabulate(context, terms, columns, conf_level, interval)
    quantiles = np.concatenate([np.full(term.count.size, term.invert is not None) for term in terms])
    table.loc[quantiles, ["conf_low", "conf_high"]] = limits[quantiles]
    add_quality(table, terms, deff_reference)
    recipe = recipe_of(context, terms, conf_level, interval, deff_reference)
    domains = Domains(context.domains.columns, context.domains.cells, context.domains.code)

    def whole() -> Estimates:
        again = Context(design, domains)
        made = [make_term(again, statistic) for statistic in statistics]
        return assemble(again, made, conf_level, interval, deff_reference)

    make: Any = whole
    return ManyEstimates(table, make, recipe, conf_level, float(design.degf), replicates)


Columns = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray | None]


def _in_chunks(
    context: Context, statistics: Sequence[Statistic], terms: Sequence[Term], conf_level: float
) -> tuple[Columns, np.ndarray, np.ndarray | None]:
    """Return estimate, std_error, df and the error of logits, limits of quantiles, and replicates, of all rows."""
    design, cells = context.design, context.domains.size
    starts = np.cumsum([0, *(term.count.size for term in terms)])
    rows = int(starts[-1])
    out = np.full((6, rows), np.nan)
    replicates: np.ndarray | None = None
    logits = False
    step = cells_at_once(design, max(len(term.levels) for term in terms), cells)
    for first, part in _parts_of(context, step):
        for number, statistic in enumerate(statistics):
            term = make_term(part, statistic)
            found = solve(design, [term], conf_level)
            at = starts[number] + (np.arange(len(term.levels))[:, None] * cells + first).repeat(part.domains.size, 1)
            place = (at + np.arange(part.domains.size)).ravel()
            out[:3, place] = found.values, found.std_error, found.df
            for inside, low, high in found.limits:
                out[3, place[inside]], out[4, place[inside]] = low, high
            error = replicate_logit_error(design, found.replicates, found.values)
            if found.replicates is not None and error is not None:
                if replicates is None:
                    replicates = np.empty((found.replicates.shape[0], rows))
                replicates[:, place], out[5, place], logits = found.replicates, error, True
    return (out[0], out[1], out[2], out[5] if logits else None), out[3:5].T, replicates


def _parts_of(context: Context, step: int) -> Iterator[tuple[int, Context]]:
    """Give the first cell of each chunk of domains with the context of the chunk; rows elsewhere are in no cell."""
    domains = context.domains
    code = domains.code
    assert code is not None
    for first in range(0, domains.size, step):
        cells = domains.cells[first : first + step]
        inside = (code >= first) & (code < first + len(cells))
        yield first, Context(context.design, Domains(domains.columns, cells, np.where(inside, code - first, -1)))
