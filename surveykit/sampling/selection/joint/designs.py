"""Second-order inclusion probabilities of the sampled units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveykit.errors import DataError, choose, first_few
from surveykit.sampling.selection.counts import CountDistribution
from surveykit.sampling.selection.joint.order import order_sampling_joint
from surveykit.sampling.selection.joint.sequence import brewer_joint, chromy_joint, ordered_pivotal_joint
from surveykit.sampling.selection.probabilities import CERTAIN, require_fixed_size, require_probabilities

__all__ = ["JointProbabilities", "joint_probabilities"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Approach = Literal["exact", "hajek", "monte carlo"]
SYSTEMATIC = ("systematic", "systematic_pps")
METHODS = (
    "srs",
    "poisson",
    *SYSTEMATIC,
    "sampford",
    "pareto",
    "sequential_poisson",
    "brewer",
    "ordered_pivotal",
    "chromy",
)


@dataclass(frozen=True)
class JointProbabilities:
    """Second-order inclusion probabilities.

    Attributes
    ----------
    matrix : numpy.ndarray, shape (n, n)
        Probability that both units are in the sample; the inclusion probabilities on the diagonal.
    exact : bool
        Whether the probabilities are exact but for rounding.
    approach : {"exact", "hajek", "monte carlo"}
        How they were found: Hájek's approximation for designs of high entropy, or the share of simulated samples.
    replicates : int
        Samples simulated; 0 otherwise.
    """

    matrix: Floats
    exact: bool
    approach: Approach = "exact"
    replicates: int = 0

    def __post_init__(self) -> None:
        choose("approach", self.approach, get_args(Approach))


def joint_probabilities(
    method: str, pi: ArrayLike, units: ArrayLike, *, field: int | None = None
) -> JointProbabilities:
    """Second-order inclusion probabilities of the units of a sample.

    Parameters
    ----------
    method : str
        Selection method. Exact for every size: ``"srs"``, ``"poisson"``, ``"systematic"`` and ``"systematic_pps"`` (in
        the order of ``pi``; some pairs may have probability 0), ``"ordered_pivotal"`` (in the order of ``pi``) and
        ``"sampford"``. Exact up to a limit of work and Hájek's approximation beyond: ``"pareto"``,
        ``"sequential_poisson"`` and ``"brewer"`` (up to 200 000 sets of units). Exact up to a limit, an error beyond:
        ``"chromy"`` (in the order of ``pi``).
    pi : array_like, shape (N,)
        Inclusion probabilities of all units of the stratum, in the order of the selection. For Pareto and sequential
        Poisson sampling they are the targets.
    units : array_like of int, shape (k,)
        Positions of the units at hand, each once.
    field : int, optional
        Units in the field, when sample and reserve were drawn together by a method other than ``"srs"``: planned and
        released ones. ``pi`` is then that of sample and reserve together.

    Returns
    -------
    JointProbabilities
        The matrix for these units, and whether it is exact. The diagonal of exact Pareto and sequential Poisson
        matrices holds the true inclusion probabilities, which differ slightly from the targets.

    Raises
    ------
    DataError
        For cube and local pivotal samples, whose joint probabilities have no formula and may be far from the
        approximation: see `simulated_joint_probabilities`. Also if positions repeat or lie outside of ``pi``.

    Notes
    -----
    With a reserve the units in the field are a simple random subsample of m of the M drawn ones: joint probabilities
    are those of the method times ``m (m - 1) / (M (M - 1))``, first-order ones times ``m / M`` (two-phase sampling,
    Särndal, Swensson & Wretman 1992, section 9.3).

    Hájek (1964): ``pi_k pi_l (1 - (1 - pi_k)(1 - pi_l) / sum pi (1 - pi))``. Sampford (1967), with the symmetric
    functions as probabilities of numbers of successes, which neither over- nor underflow:
    ``pi_k pi_l sum_t (t - pi_k - pi_l) P(Y_kl = n - t) / sum_t t P(Y = n - t)``.

    Examples
    --------
    >>> joint_probabilities("srs", [0.5] * 4, [0, 1]).matrix.round(4).tolist()
    [[0.5, 0.1667], [0.1667, 0.5]]
    >>> joint_probabilities("ordered_pivotal", [0.5] * 4, [0, 1, 2]).matrix.round(4).tolist()
    [[0.5, 0.0, 0.25], [0.0, 0.5, 0.25], [0.25, 0.25, 0.5]]
    """
    values, at = require_probabilities(pi), np.asarray(units, dtype=np.int64)
    _require_units(at, len(values))
    if method not in METHODS:
        raise DataError(
            f"joint probabilities: no formula is known for method {method!r}: estimate them with "
            "simulated_joint_probabilities, or use replicate samples or a variance estimator that needs first-order "
            "probabilities only"
        )
    matrix = np.outer(values[at], values[at])
    if field is not None:
        return _subsampled(method, values, at, field)
    if method == "poisson":
        np.fill_diagonal(matrix, values[at])
        return JointProbabilities(matrix, True)
    values, _ = require_fixed_size(values)
    open_ = np.flatnonzero((values > 0.0) & (values < CERTAIN))
    place = np.full(len(values), -1, dtype=np.int64)
    place[open_] = np.arange(len(open_))
    inside = np.flatnonzero(place[at] >= 0)
    found, exact = _open_joint(method, values[open_], place[at[inside]])
    matrix[np.ix_(inside, inside)] = np.maximum(found, 0.0)
    if method not in ("pareto", "sequential_poisson") or not exact:
        np.fill_diagonal(matrix, values[at])
    else:
        _spread_true_probabilities(matrix, inside, values[at])
    return JointProbabilities(matrix, exact, "exact" if exact else "hajek")


def _subsampled(method: str, pi: Floats, at: Integers, field: int) -> JointProbabilities:
    """Joint probabilities of a simple random subsample of what a method of fixed size drew."""
    if method == "poisson":
        raise DataError("joint probabilities: Poisson samples have no fixed size and no reserve: leave out field")
    whole, drawn = joint_probabilities(method, pi, at), round(float(pi.sum()))
    if not 1 <= field <= drawn:
        raise DataError(
            f"joint probabilities: {field} units cannot be in the field of {drawn} that were drawn: give the number of "
            "planned and released units"
        )
    pairs = field * (field - 1) / (drawn * (drawn - 1)) if drawn > 1 else 1.0
    matrix = whole.matrix * pairs
    np.fill_diagonal(matrix, np.diag(whole.matrix) * (field / drawn))
    return JointProbabilities(matrix, whole.exact, whole.approach)


def _require_units(at: Integers, count: int) -> None:
    found, times = np.unique(at, return_counts=True)
    outside, twice = found[(found < 0) | (found >= count)], found[times > 1]
    if at.ndim != 1 or len(outside) or len(twice):
        raise DataError(
            f"joint probabilities: positions lie outside of the {count} units ({first_few(outside.tolist())}) or occur "
            f"twice ({first_few(twice.tolist())}): give each sampled unit once"
        )


def _open_joint(method: str, pi: Floats, units: Integers) -> tuple[Floats, bool]:
    """Matrix for units strictly between 0 and 1, and whether it is exact."""
    if method == "srs":
        n, count = round(float(pi.sum())), len(pi)
        return np.full((len(units), len(units)), n * (n - 1) / (count * (count - 1.0)) if count > 1 else 0.0), True
    if method in SYSTEMATIC:
        return _systematic(pi, units), True
    if method == "ordered_pivotal":
        return ordered_pivotal_joint(pi, units), True
    if method == "sampford":
        return _sampford(pi, units), True
    if method == "chromy":
        found = chromy_joint(pi, units)
        if found is None:
            raise DataError(
                f"joint probabilities: {len(pi)} starts of Chromy's list are too much work: estimate them with "
                "simulated_joint_probabilities"
            )
        return found, True
    found = brewer_joint(pi, units) if method == "brewer" else order_sampling_joint(method, pi, units)
    return (_hajek(pi, units), False) if found is None else (found, True)


def _spread_true_probabilities(matrix: Floats, inside: Integers, targets: Floats) -> None:
    """Give units of probability 0 or 1 their pairs with the true probabilities of the others."""
    true = targets.copy()
    true[inside] = np.diag(matrix)[inside]
    settled = np.setdiff1d(np.arange(len(targets)), inside)
    matrix[settled, :] = np.outer(true[settled], true)
    matrix[:, settled] = matrix[settled, :].T
    np.fill_diagonal(matrix, true)


def _hajek(pi: Floats, at: Integers) -> Floats:
    spread = float((pi * (1.0 - pi)).sum())
    rest = 1.0 - pi[at]
    return np.asarray(np.outer(pi[at], pi[at]) * (1.0 - np.outer(rest, rest) / spread))


def _systematic(pi: Floats, at: Integers) -> Floats:
    """Lengths of the starts that take both units: unit k is taken when the start lies in its interval modulo 1."""
    edges = np.concatenate([[0.0], np.cumsum(pi)])
    edges[-1] = round(float(edges[-1]))
    low, length = np.mod(edges[at], 1.0), edges[at + 1] - edges[at]
    matrix = np.zeros((len(at), len(at)))
    for row in range(len(at)):
        for shift in (-1.0, 0.0, 1.0):
            start, end = low + shift, low + shift + length
            overlap = np.minimum(low[row] + length[row], end) - np.maximum(low[row], start)
            matrix[row] += np.maximum(overlap, 0.0)
    return matrix


def _sampford(pi: Floats, at: Integers) -> Floats:
    n = round(float(pi.sum()))
    if n < 2:
        return np.zeros((len(at), len(at)))
    counts = CountDistribution(pi)
    constant = counts.total(lambda m: np.maximum(n - m, 0.0))
    first = counts.without_two(at, lambda m: np.where(m <= n - 2, n - m, 0.0))
    second = counts.without_two(at, lambda m: (m <= n - 2).astype(float))
    chosen = pi[at]
    return np.asarray(np.outer(chosen, chosen) * (first - np.add.outer(chosen, chosen) * second) / constant)
