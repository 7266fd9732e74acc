"""Replicate factors per sampling unit, as arrays: what each replicate multiplies a unit's weight by."""

from __future__ import annotations

# mypy: disable-error-code="no-any-return"
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from surveykit.design.replicates.hadamard import hadamard
from surveykit.design.stages import CERTAINTY, Stage
from surveykit.errors import DesignError, first_few

__all__ = [
    "Factors",
    "balanced",
    "canty_davison",
    "jackknife",
    "paired_jackknife",
    "rao_wu",
    "rao_wu_multistage",
    "sdr",
]


@dataclass(frozen=True, eq=False)
class Factors:
    """Replicate factors with the constants of their variance ``scale * sum_r rscales_r (t_r - t)^2``.

    Attributes
    ----------
    matrix : numpy.ndarray, shape (m, R)
        Factor of each unit in each replicate.
    scale : float
        Common constant.
    rscales : numpy.ndarray, shape (R,)
        Constant of each replicate.
    unit : numpy.ndarray or None, shape (n,)
        Unit of each row where it is not the first-stage unit.
    """

    matrix: np.ndarray
    scale: float
    rscales: np.ndarray
    unit: np.ndarray | None = None


def _members(stage: Stage) -> list[np.ndarray]:
    order = np.lexsort((stage.unit_row, stage.unit_stratum))
    return np.split(order, np.cumsum(stage.stratum_size)[:-1])


def _fraction(stage: Stage, units: np.ndarray) -> float:
    return float(stage.unit_fraction[units[0]])


def jackknife(stage: Stage, lonely_psu: str) -> Factors:
    """Return delete-one-unit factors: JK1 without strata, JKn with.

    Replicates of strata that were taken whole are left out. Agrees with R survey ``jk1weights`` and ``jknweights``.
    """
    if np.any(np.abs(stage.unit_fraction - stage.unit_fraction[0]) > 1e-9) and stage.n_strata == 1:
        raise DesignError("The jackknife needs one sampling fraction per stratum, not unequal probabilities.")
    columns, rscales = [], []
    for units in _members(stage):
        n, open_share = units.size, 1.0 - _fraction(stage, units)
        if open_share < CERTAINTY:
            continue
        if n == 1:
            if lonely_psu == "adjust":
                column = np.full(stage.n_units, stage.n_strata / (stage.n_strata - 1.0))
                column[units] = 0.0
                columns.append(column[:, None])
                rscales.append([(stage.n_strata - 1.0) / stage.n_strata])
            continue
        block = np.ones((stage.n_units, n))
        block[units] = n / (n - 1.0)
        block[units, np.arange(n)] = 0.0
        columns.append(block)
        rscales.append([open_share * (n - 1.0) / n] * n)
    if not columns:
        raise DesignError("All strata were taken whole: there is no sampling variance, and no replicate to make.")
    matrix = np.concatenate(columns, axis=1)
    scale = 1.0
    if lonely_psu == "average" and stage.lonely_strata().size:
        scale = stage.n_units / matrix.shape[1]
    return Factors(matrix, scale, np.concatenate(rscales))


def _pairs(stage: Stage) -> list[tuple[int, int]]:
    sizes = stage.stratum_size
    odd = np.flatnonzero(sizes % 2 == 1)
    if odd.size:
        names = [stage.stratum_names[h] for h in odd.tolist()]
        raise DesignError(
            "Balanced replicates need two units in every stratum (or an even number, split into pairs); strata with "
            f"an odd number: {first_few(names)}. Use the jackknife or the bootstrap."
        )
    members = _members(stage)
    named = sorted(range(len(members)), key=lambda h: (stage.stratum_names[h].casefold(), stage.stratum_names[h]))
    ordered = [h for h in named if sizes[h] > 2] + [h for h in named if sizes[h] == 2]
    return [(int(members[h][i]), int(members[h][i + 1])) for h in ordered for i in range(0, int(sizes[h]), 2)]


def balanced(stage: Stage, fay: float) -> Factors:
    """Return balanced half-sample factors, with Fay's coefficient 0 (BRR) or between 0 and 1.

    The order of strata and the matrix are those of R survey ``brrweights``.
    """
    if not 0.0 <= fay < 1.0:
        raise DesignError(f"fay is {fay!r}: it must be 0 or more and below 1, for example 0.5.")
    pairs = _pairs(stage)
    matrix = hadamard(len(pairs))
    out = np.ones((stage.n_units, matrix.shape[1]))
    for row, (first, second) in enumerate(pairs, start=1):
        out[first] = np.where(matrix[row] == 1, 2.0 - fay, fay)
        out[second] = np.where(matrix[row] == 1, fay, 2.0 - fay)
    count = matrix.shape[1]
    return Factors(out, 1.0 / (count * (1.0 - fay) ** 2), np.ones(count))


def paired_jackknife(stage: Stage) -> Factors:
    """Return JK2 factors: one replicate per pair, its first unit dropped and its second doubled; constant 1."""
    pairs = _pairs(stage)
    out = np.ones((stage.n_units, len(pairs)))
    for r, (first, second) in enumerate(pairs):
        out[first, r], out[second, r] = 0.0, 2.0
    return Factors(out, 1.0, np.ones(len(pairs)))


def _draws(stage: Stage, replicates: int, rng: np.random.Generator) -> np.ndarray:
    """Return how often each unit comes in n_h - 1 draws with replacement, times n_h / (n_h - 1); 1 for a lone unit."""
    order = np.lexsort((stage.unit_row, stage.unit_stratum))
    start = np.concatenate([[0], np.cumsum(stage.stratum_size)[:-1]])
    times = np.repeat(np.arange(stage.n_strata), stage.stratum_size - 1)
    size = stage.stratum_size[times][:, None]
    pick = (rng.random((times.size, replicates)) * size).astype(np.int64) + start[times][:, None]
    flat = pick * replicates + np.arange(replicates)
    count = np.bincount(flat.ravel(), minlength=stage.n_units * replicates).reshape(stage.n_units, replicates)
    n = stage.stratum_size[stage.unit_stratum].astype(float)
    out = np.empty((stage.n_units, replicates))
    out[order] = count * np.divide(n, n - 1, out=np.zeros_like(n), where=n > 1)[order][:, None]
    out[n == 1] = 1.0
    return out


def rao_wu(stage: Stage, replicates: int, rng: np.random.Generator) -> Factors:
    """Return Rao-Wu factors: n_h - 1 units drawn with replacement, times n_h / (n_h - 1); fractions are ignored."""
    out = _draws(stage, replicates, rng)
    return Factors(out, 1.0 / (replicates - 1.0), np.ones(replicates))


def canty_davison(stage: Stage, replicates: int, rng: np.random.Generator) -> Factors:
    """Return Canty-Davison factors: n_h units drawn from a population made of the sample repeated.

    Without a population size, with replacement. The constant corrects by the harmonic mean of the n_h, as R survey
    ``bootweights``.
    """
    out = np.ones((stage.n_units, replicates))
    for units in _members(stage):
        n, fraction = units.size, _fraction(stage, units)
        if fraction <= 0:
            out[units] = rng.multinomial(n, np.full(n, 1.0 / n), size=replicates).T
            continue
        population = round(n / fraction)
        for r in range(replicates):
            copies = np.full(n, population // n)
            copies[rng.permutation(n)[: population % n]] += 1
            out[units, r] = rng.multivariate_hypergeometric(copies, n)
    harmonic = float(1.0 / np.mean(1.0 / stage.stratum_size))
    return Factors(out, harmonic / ((harmonic - 1.0) * (replicates - 1.0)), np.ones(replicates))


def rao_wu_multistage(stages: Sequence[Stage], replicates: int, rng: np.random.Generator) -> Factors:
    """Return rescaled bootstrap factors for several stages with their sampling fractions.

    At each stage n - 1 of n units are drawn with replacement (t times), m = n - 1, and the factor gains
    ``carried * lambda * (t n / m - 1)`` with ``lambda = sqrt(F m (1 - f) / (n - 1))``, F the product of the fractions
    above and `carried` the product of ``sqrt(t n / m)`` above (Rao and Wu 1988; Rao, Wu and Yue 1992; Beaumont and
    Emond 2022, whose choice of m keeps the factors of one stage positive).
    """
    last = stages[-1]
    total = np.ones((last.n_units, replicates))
    carried = np.ones((1, replicates))
    above = np.zeros(last.n_units, dtype=np.int64)
    for stage in stages:
        parent = (
            np.zeros(stage.n_units, dtype=np.int64) if stage is stages[0] else stage.stratum_parent[stage.unit_stratum]
        )
        draws = _draws(stage, replicates, rng)
        share = np.sqrt(np.maximum(stage.unit_carry * (1.0 - stage.unit_fraction), 0.0))[:, None]
        gain = carried[parent] * share * (draws - 1.0)
        carried = carried[parent] * np.sqrt(draws)
        above = np.zeros(last.n_units, dtype=np.int64)
        above[last.unit] = stage.unit
        total += gain[above]
    return Factors(total, 1.0 / replicates, np.ones(replicates), last.unit)


def sdr(order: np.ndarray, replicates: int) -> Factors:
    """Return successive-difference factors for units in a systematic order (Fay and Train 1995).

    Unit i has factor ``1 + 2^(-3/2) (h_{a(i), r} - h_{a(i) + 1, r})`` with rows of a Hadamard matrix; constant 4 / R.
    """
    matrix = hadamard(replicates - 1)
    count = matrix.shape[1]
    signs = matrix.astype(float) * 2.0 - 1.0
    rows = 1 + np.arange(order.size + 1) % (count - 1)
    factors = np.ones((order.size, count))
    factors[order] += 2.0**-1.5 * (signs[rows[:-1]] - signs[rows[1:]])
    return Factors(factors, 4.0 / count, np.ones(count))
