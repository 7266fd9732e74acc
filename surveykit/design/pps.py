"""Sampling with unequal probabilities without replacement: what the variance needs to know."""

# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from surveykit.design.alignment import aligned_or_numbered
from surveykit.design.stages import Stage
from surveykit.errors import DesignError, choose

__all__ = ["PPS", "PpsName", "as_pps", "check_matrix"]

PpsName = Literal["brewer", "overton", "hartley_rao", "poisson"]
PpsMethod = Literal[PpsName, "joint"]
PpsVariance = Literal["HT", "YG"]


@dataclass(frozen=True, eq=False)
class PPS:
    """Sampling with probability proportional to size without replacement.

    Parameters
    ----------
    method : {"brewer", "overton", "hartley_rao", "poisson", "joint"}
        "brewer": each unit has its own finite population correction 1 - pi, any number of stages. The others are for
        one stage: joint inclusion probabilities approximated after Overton or Hartley and Rao, independent draws
        (Poisson), or given as a matrix.
    variance : {"HT", "YG"}
        Horvitz-Thompson or Yates-Grundy form; Brewer's form knows only "HT".
    joint : array, shape (m, m), optional
        Joint inclusion probabilities of the sampled units in order of their first row, the diagonal holding the
        inclusion probabilities; for method "joint". A DataFrame is matched by the codes of the units.
    psum : float or sequence of float, optional
        For "hartley_rao": sum of pi squared over n in the population, one number or one per stratum in sorted order;
        left out, estimated by the mean of pi in the sample. A Series is matched by the names of the strata.

    Notes
    -----
    Agrees with R survey ``svydesign(pps = "brewer" | "overton" | HR() | ppsmat() | poisson_sampling())``.

    Examples
    --------
    >>> PPS("overton", variance="YG").method
    'overton'
    """

    method: PpsMethod = "brewer"
    variance: PpsVariance = "HT"
    joint: Any = None
    psum: float | Sequence[float] | pd.Series | None = None

    def __post_init__(self) -> None:
        choose("method", self.method, get_args(PpsMethod), DesignError)
        choose("variance", self.variance, get_args(PpsVariance), DesignError)
        if self.method == "brewer" and self.variance == "YG":
            raise DesignError("pps 'brewer' has no Yates-Grundy form: use 'overton', 'hartley_rao' or 'joint'.")
        if (self.method == "joint") != (self.joint is not None):
            raise DesignError("Joint inclusion probabilities and method 'joint' belong together: pass both or neither.")

    @property
    def needs_probability(self) -> bool:
        """Whether the design must give inclusion probabilities as sampling fractions."""
        return self.method != "joint"

    def matched(self, stages: tuple[Stage, ...], units: pd.Index) -> PPS:
        """Return the same with a labelled matrix and labelled sums in the order of the first stage.

        Parameters
        ----------
        stages : tuple of Stage
            Of the design.
        units : pandas.Index
            Codes of the sampled units of the first stage.

        Raises
        ------
        DesignError
            When the labels are not those of the units or strata.
        """
        joint, psum = self.joint, self.psum
        if isinstance(joint, pd.DataFrame):
            joint = aligned_or_numbered(joint, units, "the joint probabilities (rows)")
            joint = aligned_or_numbered(joint.T, units, "the joint probabilities (columns)").T
        if isinstance(psum, pd.Series):
            names = pd.Index(sorted(stages[0].stratum_names))
            texts = [", ".join(map(str, v)) if isinstance(v, tuple) else str(v) for v in psum.index]
            named = psum.set_axis(texts) if set(texts) == set(names) else psum
            psum = aligned_or_numbered(named, names, "psum").tolist()
        return self if joint is self.joint and psum is self.psum else replace(self, joint=joint, psum=psum)

    def check(self, stages: tuple[Stage, ...], lonely_psu: str) -> None:
        """Raise `DesignError` where the method does not fit the stages."""
        if self.method != "brewer" and len(stages) > 1:
            raise DesignError(f"pps {self.method!r} is for one stage: use 'brewer' for {len(stages)} stages.")
        if self.method in ("overton", "hartley_rao"):
            first = stages[0]
            open_ = first.lonely_strata()
            if open_.size:
                raise DesignError(f"pps {self.method!r} needs two units in every stratum, but {open_.size} have one.")
        if self.joint is not None:
            check_matrix(np.asarray(self.joint, float), stages[0].n_units)

    def covariance_ratio(self, stage: Stage) -> np.ndarray:
        """Return (pi_ij - pi_i pi_j) / pi_ij between the units of the stage, shape (m, m)."""
        pi = stage.unit_fraction
        if self.method == "joint":
            joint = np.asarray(self.joint, float)
            diagonal = np.diag(joint)
            ratio = (joint - np.outer(diagonal, diagonal)) / joint
            ratio[np.abs(ratio) < 1e-4] = 0.0
            return ratio
        if self.method == "poisson":
            return np.diag(1.0 - pi)
        return _approximate_ratio(self, stage, pi)


def _approximate_ratio(pps: PPS, stage: Stage, pi: np.ndarray) -> np.ndarray:
    size = stage.stratum_size[stage.unit_stratum].astype(float)[:, None]
    pair = pi[:, None] + pi[None, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        if pps.method == "overton":
            ratio = 1.0 - (size - pair / 2.0) / (size - 1.0)
            certain = pair / 2.0 == 1.0
        else:
            ratio = 1.0 - (size - pair + _mean_square(pps, stage, pi)[:, None]) / (size - 1.0)
            certain = pair == 1.0
    ratio[(stage.unit_stratum[:, None] != stage.unit_stratum[None, :]) | certain] = 0.0
    np.fill_diagonal(ratio, 1.0 - pi)
    return ratio


def _mean_square(pps: PPS, stage: Stage, pi: np.ndarray) -> np.ndarray:
    if pps.psum is None:
        return (np.bincount(stage.unit_stratum, weights=pi) / stage.stratum_size)[stage.unit_stratum]
    given = np.atleast_1d(np.asarray(pps.psum, float))
    if given.size not in (1, stage.n_strata):
        raise DesignError(f"psum has {given.size} values for {stage.n_strata} strata: pass one, or one per stratum.")
    if given.size == 1:
        return np.full(pi.size, given[0])
    order = sorted(range(stage.n_strata), key=lambda h: stage.stratum_names[h])
    by_stratum = np.empty(stage.n_strata)
    by_stratum[order] = given
    return np.asarray(by_stratum[stage.unit_stratum])


def check_matrix(joint: np.ndarray, m: int) -> None:
    """Raise `DesignError` when `joint` is not a matrix of joint inclusion probabilities of m units."""
    if joint.shape != (m, m):
        raise DesignError(
            f"The joint probabilities have shape {joint.shape} for {m} sampled units: they must be (m, m)."
        )
    if not np.allclose(joint, joint.T, rtol=1e-6, atol=1e-12):
        raise DesignError("The joint probabilities are not symmetric: pi_ij must equal pi_ji.")
    if not (np.all(joint > 0) and np.all(joint <= 1)):
        raise DesignError("Joint probabilities must be above 0 and at most 1 for every pair of sampled units.")


def as_pps(given: PPS | PpsName | None) -> PPS | None:
    """Return the specification; a text names the method."""
    if given is None or isinstance(given, PPS):
        return given
    choose("pps", given, get_args(PpsName), DesignError)
    return PPS(given)
