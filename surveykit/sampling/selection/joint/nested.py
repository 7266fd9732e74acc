"""Joint probabilities by simulation, and those of strata and stages from those within them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveykit.errors import DataError, first_few
from surveykit.sampling.selection.chance import Chance, RandomChance
from surveykit.sampling.selection.joint.designs import Approach, JointProbabilities

__all__ = ["nested_joint_probabilities", "simulated_joint_probabilities"]

Integers = NDArray[np.int64]


def simulated_joint_probabilities(
    select: Callable[[Chance], Integers], pi: ArrayLike, units: ArrayLike, *, replicates: int, seed: int
) -> JointProbabilities:
    """Estimate joint probabilities by drawing many samples: for cube and local pivotal samples, which have no formula.

    Parameters
    ----------
    select : callable
        Takes a source of chance and returns the positions of one sample.
    pi : array_like, shape (N,)
        Inclusion probabilities, which are known; they stand on the diagonal.
    units : array_like of int, shape (k,)
        Positions of the units at hand, each once.
    replicates : int
        Samples to draw. A joint probability p gets the standard error ``sqrt(p (1 - p) / replicates)``; a pair that
        never occurred gets 0, which is no proof that it cannot occur.
    seed : int
        Seed of the simulation.

    Returns
    -------
    JointProbabilities
        ``approach`` is ``"monte carlo"``; the share of samples that hold both units.

    Raises
    ------
    DataError
        If ``replicates`` is below 1, or the shares of single units lie further from ``pi`` than 6 standard errors: the
        selection is then not the one that these probabilities belong to.

    Examples
    --------
    >>> from surveykit.sampling.selection import cube
    >>> pi, x = [0.5] * 4, [[1.0], [2.0], [3.0], [4.0]]
    >>> joint = simulated_joint_probabilities(lambda c: cube(pi, x, c), pi, range(4), replicates=200, seed=1)
    >>> joint.approach, bool(joint.matrix[0, 2] > joint.matrix[0, 1])
    ('monte carlo', True)
    """
    values, at = np.asarray(pi, dtype=float), np.asarray(units, dtype=np.int64)
    if replicates < 1:
        raise DataError(f"simulated joint probabilities: {replicates} samples are not enough: give at least 1")
    chance = RandomChance(np.random.default_rng(seed))
    counts = np.zeros((len(at), len(at)))
    inside = np.zeros(len(values))
    for _ in range(replicates):
        inside[:] = 0.0
        inside[select(chance)] = 1.0
        here = np.flatnonzero(inside[at])
        counts[np.ix_(here, here)] += 1.0
    shares: NDArray[np.float64] = counts / replicates
    chosen = values[at]
    limit = 6.0 * np.sqrt(chosen * (1.0 - chosen) / replicates) + 3.0 / replicates
    wrong = np.flatnonzero(np.abs(np.diag(shares) - chosen) > limit)
    if len(wrong):
        told = [f"{at[i]}: {shares[i, i]:.4g} drawn, {chosen[i]:.4g} claimed" for i in wrong]
        raise DataError(
            f"simulated joint probabilities: units are not drawn with their probabilities ({first_few(told)}): give "
            "the probabilities of this selection"
        )
    np.fill_diagonal(shares, chosen)
    return JointProbabilities(shares, False, "monte carlo", replicates)


def nested_joint_probabilities(
    outer: JointProbabilities, group: ArrayLike, within: Sequence[JointProbabilities]
) -> JointProbabilities:
    """Joint probabilities of units drawn in two stages, or in strata, from those of the stages.

    Parameters
    ----------
    outer : JointProbabilities
        Joint probabilities of the drawn groups (clusters), shape (g, g). For strata, a matrix of ones.
    group : array_like of int, shape (k,)
        Position in ``outer`` of the group of each unit; units of a group in the order of its entry in ``within``.
    within : sequence of JointProbabilities
        For each group the joint probabilities of its drawn units, given that the group is drawn.

    Returns
    -------
    JointProbabilities
        Shape (k, k): ``pi_ab pi_k|a pi_l|b`` across groups, ``pi_a pi_kl|a`` within one. Three stages: call it again
        with the result as ``within`` or ``outer``. Exact if all parts are.

    Raises
    ------
    DataError
        If the shapes do not agree.

    Notes
    -----
    Särndal, Swensson & Wretman (1992), 4.3: draws within groups are independent of each other.

    Examples
    --------
    >>> from surveykit.sampling.selection import joint_probabilities
    >>> clusters = joint_probabilities("srs", [0.5] * 4, [0, 1])
    >>> inside = joint_probabilities("srs", [0.5] * 4, [0, 1])
    >>> nested_joint_probabilities(clusters, [0, 0, 1, 1], [inside, inside]).matrix[0].round(4).tolist()
    [0.25, 0.0833, 0.0417, 0.0417]
    """
    at = np.asarray(group, dtype=np.int64)
    sizes = np.bincount(at, minlength=len(outer.matrix)) if len(at) else np.zeros(len(outer.matrix), dtype=np.int64)
    if len(within) != len(outer.matrix) or len(sizes) != len(within):
        raise DataError(f"nested joint probabilities: {len(outer.matrix)} groups, but {len(within)} parts are given")
    wrong = [
        f"{number}: {n} units, {len(part.matrix)} in its matrix"
        for number, (n, part) in enumerate(zip(sizes.tolist(), within, strict=True))
        if n != len(part.matrix)
    ]
    if wrong:
        raise DataError(f"nested joint probabilities: units and matrices do not agree in groups {first_few(wrong)}")
    conditional = np.zeros(len(at))
    for number, part in enumerate(within):
        conditional[at == number] = np.diag(part.matrix)
    matrix = outer.matrix[np.ix_(at, at)] * np.outer(conditional, conditional)
    for number, part in enumerate(within):
        here = np.flatnonzero(at == number)
        matrix[np.ix_(here, here)] = outer.matrix[number, number] * part.matrix
    parts = [outer, *within]
    exact = all(part.exact for part in parts)
    rough = {part.approach for part in parts if not part.exact}
    approach: Approach = "exact" if exact else "monte carlo" if "monte carlo" in rough else "hajek"
    return JointProbabilities(matrix, exact, approach, max(part.replicates for part in parts))
