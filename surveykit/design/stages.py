"""Stages of sampling as integer codes, made once when a design is made."""

# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from surveykit.errors import DesignError, first_few

__all__ = ["Stage", "build_stage"]

CERTAINTY = 1e-7
"""A stratum in which every sampling fraction is above 1 - CERTAINTY contributes no variance."""


@dataclass(frozen=True, eq=False)
class Stage:
    """One stage of sampling; units are coded 0..m-1, strata 0..H-1, over the whole design.

    Attributes
    ----------
    unit : numpy.ndarray, shape (n,)
        Code of the sampling unit of each row.
    unit_stratum : numpy.ndarray, shape (m,)
        Stratum of each unit; at a later stage a stratum lies inside one unit of the stage before.
    unit_fraction : numpy.ndarray, shape (m,)
        Sampling fraction (or, for sampling with unequal probabilities, the inclusion probability); 0 = with
        replacement.
    unit_carry : numpy.ndarray, shape (m,)
        Product of the sampling fractions of the units that hold this unit; 1 at the first stage.
    stratum_size : numpy.ndarray, shape (H,)
        Units sampled in each stratum, n_h.
    stratum_parent : numpy.ndarray, shape (H,)
        Unit of the stage before in which the stratum lies; 0 at the first stage.
    stratum_names : tuple of str
        For messages.
    unit_row : numpy.ndarray, shape (m,)
        Row in which each unit first appears.
    """

    unit: np.ndarray
    unit_stratum: np.ndarray
    unit_fraction: np.ndarray
    unit_carry: np.ndarray
    stratum_size: np.ndarray
    stratum_parent: np.ndarray
    stratum_names: tuple[str, ...]
    unit_row: np.ndarray

    @property
    def n_units(self) -> int:
        """Number of sampling units."""
        return int(self.unit_stratum.size)

    @property
    def n_strata(self) -> int:
        """Number of strata."""
        return int(self.stratum_size.size)

    def lonely_strata(self) -> np.ndarray:
        """Codes of strata that count in the variance, hold one unit and are not taken with certainty."""
        open_ = np.zeros(self.n_strata, dtype=bool)
        open_[self.unit_stratum[(1.0 - self.unit_fraction >= CERTAINTY) & (self.unit_carry > 0)]] = True
        return np.flatnonzero((self.stratum_size == 1) & open_)


def pair_codes(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Number the pairs (first, second) that occur; return codes and the row in which each pair first appears."""
    width = int(second.max()) + 1 if second.size else 1
    joint = first * width + second
    return compact_codes(joint, (int(first.max()) + 1) * width if first.size else 1)


def compact_codes(codes: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Renumber codes below `size` without gaps; return them and the row in which each first appears."""
    if size > max(4 * codes.size, 1_000):
        codes, unique = pd.factorize(codes)
        count = unique.size
    else:
        used = np.bincount(codes, minlength=size) > 0
        count = int(used.sum())
        if count < size:
            codes = (np.cumsum(used) - 1)[codes]
    where = np.empty(count, dtype=np.int64)
    where[codes[::-1]] = np.arange(codes.size - 1, -1, -1)
    return np.asarray(codes, dtype=np.int64), where


def _nested_units(stratum: np.ndarray, units: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Number units within strata; where each unit code lies in one stratum already, without making pairs."""
    unit, row = compact_codes(units, int(units.max()) + 1)
    if np.array_equal(stratum[row][unit], stratum):
        return unit, row
    return pair_codes(stratum, units)


def build_stage(
    strata: np.ndarray,
    units: np.ndarray | None,
    size: np.ndarray | None,
    size_is_fraction: bool,
    before: Stage | None,
    unequal: bool = False,
) -> Stage:
    """Code one stage and check it.

    Parameters
    ----------
    strata : numpy.ndarray of int, shape (n,)
        Stratum codes of the rows, not yet nested in the units of the stage before.
    units : numpy.ndarray of int or None, shape (n,)
        Unit codes of the rows, not yet nested; None = every row is a unit.
    size : numpy.ndarray or None, shape (n,)
        Population size (units in the stratum) or sampling fraction; None = with replacement.
    size_is_fraction : bool
        What `size` holds.
    before : Stage or None
        The stage before.
    unequal : bool
        Fractions may vary within a stratum (sampling with unequal probabilities).

    Returns
    -------
    Stage

    Raises
    ------
    DesignError
        When a size varies within a stratum, is missing, is smaller than the sample, or a fraction lies outside (0, 1].
    """
    n = strata.size
    if before is None:
        stratum, stratum_row = compact_codes(strata, int(strata.max()) + 1)
    else:
        stratum, stratum_row = pair_codes(before.unit, strata)
    if units is None:
        unit, unit_row = np.arange(n), np.arange(n)
    else:
        unit, unit_row = _nested_units(stratum, units)
    unit_stratum = stratum[unit_row]
    stratum_size = np.bincount(unit_stratum, minlength=stratum_row.size)
    carry = (
        np.ones(unit_row.size) if before is None else (before.unit_fraction * before.unit_carry)[before.unit[unit_row]]
    )
    fraction = np.zeros(unit_row.size)
    if size is not None:
        depth = 1 if before is None else 2
        _check_constant(size, unit if unequal else stratum, unit_row if unequal else stratum_row, depth)
        fraction = _fractions(size[unit_row], stratum_size[unit_stratum], size_is_fraction, unit_stratum)
    names = tuple(str(code) for code in strata[stratum_row].tolist()) if stratum_row.size < 10_000 else ()
    parent = np.zeros(stratum_row.size, dtype=np.int64) if before is None else before.unit[stratum_row]
    return Stage(unit, unit_stratum, fraction, carry, stratum_size, parent, names, unit_row)


def _check_constant(size: np.ndarray, group: np.ndarray, group_row: np.ndarray, depth: int) -> None:
    if not np.all(np.isfinite(size) | (size == np.inf)):
        rows = np.flatnonzero(np.isnan(size))
        raise DesignError(f"The population size or sampling fraction is missing in rows {first_few(rows.tolist())}.")
    varies = np.flatnonzero(~np.isclose(size, size[group_row][group], rtol=1e-9, atol=0))
    if varies.size:
        raise DesignError(
            f"The population size or sampling fraction varies within a stratum (stage {depth} or later), first in rows "
            f"{first_few(varies.tolist())}: it must be one number per stratum, and at a later stage per sampled unit."
        )


def _fractions(size: np.ndarray, sampled: np.ndarray, is_fraction: bool, stratum: np.ndarray) -> np.ndarray:
    if is_fraction:
        wrong = np.flatnonzero((size <= 0) | (size > 1))
        if wrong.size:
            raise DesignError(
                f"Sampling fractions must be above 0 and at most 1, but there are {first_few(size[wrong].tolist())}. "
                "Are they population sizes? Then pass them as population_size."
            )
        return size
    wrong = np.flatnonzero(size < sampled * (1 - 1e-12))
    if wrong.size:
        i = wrong[0]
        raise DesignError(
            f"The population size is smaller than the sample in {np.unique(stratum[wrong]).size} strata; first: "
            f"{int(sampled[i])} units sampled out of {size[i]:g}. Population sizes count units, not weights."
        )
    return np.minimum(sampled / size, 1.0)
