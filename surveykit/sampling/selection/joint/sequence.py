"""Exact second-order inclusion probabilities of the designs that decide along a list or draw by draw."""

from __future__ import annotations

import itertools
import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["brewer_joint", "chromy_joint", "ordered_pivotal_joint"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
SETTLED = 1e-12
MAX_SETS = 200_000
MAX_STEPS = 4e8


def ordered_pivotal_joint(pi: Floats, units: Integers) -> Floats:
    """Joint probabilities of ordered pivotal samples.

    Parameters
    ----------
    pi : numpy.ndarray, shape (N,)
        Probabilities strictly between 0 and 1, in the order of the list.
    units : numpy.ndarray of int, shape (k,)
        Units wanted.

    Returns
    -------
    numpy.ndarray, shape (k, k)
        Joint probabilities; the diagonal is of no meaning.

    Notes
    -----
    After unit k the share of the one open unit is the fractional part f of the running sum whoever it is, so the duels
    are independent coins. Unit i is still open before j with probability h, and then
    ``pi_ij = (pi_i - h f_before) pi_j + h f_after`` when the duel at j ends with a winner, else without the last term
    (compare Chauvet 2012).
    """
    order = np.argsort(units, kind="stable")
    at = units[order]
    running = np.concatenate([[0.0], np.cumsum(pi)])
    whole = np.floor(running + SETTLED)
    share = running - whole
    share[share <= SETTLED] = 0.0
    before, after, winner = share[:-1], share[1:], whole[1:] > whole[:-1]
    mass = before + pi
    with np.errstate(divide="ignore", invalid="ignore"):
        stays = np.where(winner, 1.0 - (1.0 - pi) / np.maximum(2.0 - mass, SETTLED), before / mass)
    stays = np.where(before == 0.0, 0.0, np.clip(stays, 0.0, 1.0))
    held = _still_open(stays, at)
    joint = np.zeros((len(at), len(at)))
    rows, columns = np.triu_indices(len(at), 1)
    first, second = pi[at][rows], pi[at][columns]
    open_ = held[rows, columns]
    early = first - open_ * before[at][columns]
    joint[rows, columns] = early * second + open_ * np.where(winner, after, 0.0)[at][columns]
    joint += joint.T
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    return joint[np.ix_(back, back)]


def _still_open(stays: Floats, at: Integers) -> Floats:
    """Probability that unit ``at[i]`` is the open one before unit ``at[j]``, for i < j."""
    held = np.zeros((len(at), len(at)))
    between = [float(np.prod(stays[low + 1 : high])) for low, high in itertools.pairwise(at.tolist())]
    for row in range(len(at) - 1):
        steps = np.array(between[row:])
        steps[1:] *= stays[at[row + 1 : -1]]
        held[row, row + 1 :] = (1.0 - stays[at[row]]) * np.cumprod(steps)
    return held


def chromy_joint(pi: Floats, units: Integers) -> Floats | None:
    """Joint probabilities of Chromy samples: ordered pivotal from every start, in proportion to size (Chauvet 2021).

    Parameters
    ----------
    pi : numpy.ndarray, shape (N,)
        Probabilities strictly between 0 and 1, in the order of the closed list.
    units : numpy.ndarray of int, shape (k,)
        Units wanted.

    Returns
    -------
    numpy.ndarray, shape (k, k), or None
        Joint probabilities; None when N starts are too much work.
    """
    count = len(pi)
    if count * (count + len(units) ** 2) > MAX_STEPS:
        return None
    chances = pi / pi.sum()
    joint = np.zeros((len(units), len(units)))
    for start in range(count):
        joint += chances[start] * ordered_pivotal_joint(np.roll(pi, -start), (units - start) % count)
    return joint


def brewer_joint(pi: Floats, units: Integers) -> Floats | None:
    """Joint probabilities of Brewer's draws, by going through all sets that can be drawn.

    Parameters
    ----------
    pi : numpy.ndarray, shape (N,)
        Probabilities strictly between 0 and 1.
    units : numpy.ndarray of int, shape (k,)
        Units wanted.

    Returns
    -------
    numpy.ndarray, shape (k, k), or None
        Joint probabilities; None when there are more than 200 000 sets.
    """
    n, count = round(float(pi.sum())), len(pi)
    if sum(math.comb(count, size) for size in range(n + 1)) > MAX_SETS:
        return None
    reached: dict[tuple[int, ...], float] = {(): 1.0}
    for left in range(n, 0, -1):
        following: dict[tuple[int, ...], float] = {}
        for drawn, probability in reached.items():
            taken = list(drawn)
            mass = n - float(pi[taken].sum())
            weights = pi * (mass - pi) / np.maximum(mass - left * pi, 1e-300) if left > 1 else pi.copy()
            weights[taken] = 0.0
            weights *= probability / weights.sum()
            for unit in np.flatnonzero(weights).tolist():
                key = tuple(sorted((*drawn, unit)))
                following[key] = following.get(key, 0.0) + float(weights[unit])
        reached = following
    sets, chances = np.array(list(reached), dtype=np.int64), np.array(list(reached.values()))
    inside = np.zeros((len(sets), count))
    np.put_along_axis(inside, sets, 1.0, axis=1)
    chosen = inside[:, units]
    return np.asarray(chosen.T @ (chosen * chances[:, None]))
