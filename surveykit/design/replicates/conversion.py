"""From a survey design to a replicate design."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

from surveykit.design.replicate_design import ReplicateDesign, converted
from surveykit.design.replicates.factors import (
    Factors,
    balanced,
    canty_davison,
    jackknife,
    paired_jackknife,
    rao_wu,
    rao_wu_multistage,
    sdr,
)
from surveykit.design.survey_design import SurveyDesign
from surveykit.design.tables import numeric_column, require_columns
from surveykit.errors import DesignError, choose

__all__ = ["as_bootstrap_design", "as_brr_design", "as_jackknife_design", "as_sdr_design"]

BootstrapMethod = Literal["rao_wu", "canty_davison", "rao_wu_yue_beaumont"]
JackknifeMethod = Literal["auto", "jk1", "jkn", "jk2"]


def _plain(design: SurveyDesign) -> None:
    if design.adjustments:
        names = ", ".join(adjustment.name for adjustment in design.adjustments)
        raise DesignError(
            f"The weights were adjusted ({names}): make the replicates from the design before, then adjust those."
        )


def _replicate(design: SurveyDesign, method: str, factors: Factors, mse: bool, fay: float = 0.0) -> ReplicateDesign:
    return converted(design, method, (factors.matrix, factors.scale, factors.rscales, factors.unit), mse, fay)


def as_jackknife_design(
    design: SurveyDesign, *, method: JackknifeMethod = "auto", mse: bool = False
) -> ReplicateDesign:
    """Return a design with jackknife replicates, one per first-stage unit.

    Parameters
    ----------
    design : SurveyDesign
        The design; fractions after the first stage are not used.
    method : {"auto", "jk1", "jkn", "jk2"}
        "auto" = JK1 without strata, JKn with; "jk2" = one replicate per pair of units.
    mse : bool
        Centre at the full-sample estimate instead of the mean of the replicates.

    Returns
    -------
    ReplicateDesign

    Raises
    ------
    DesignError
        When the method does not fit the design, or the weights were adjusted.

    Notes
    -----
    Agrees with R survey ``as.svrepdesign(type = "JK1" | "JKn")``.

    Examples
    --------
    >>> design = SurveyDesign({"y": [1.0, 2.0, 4.0], "w": [2, 2, 1]}, weights="w")
    >>> as_jackknife_design(design).n_replicates
    3
    """
    choose("method", method, get_args(JackknifeMethod), DesignError)
    _plain(design)
    first = design.stages[0]
    chosen = method if method != "auto" else ("jkn" if first.n_strata > 1 else "jk1")
    if chosen == "jk1" and first.n_strata > 1:
        raise DesignError(f"JK1 is for designs without strata; there are {first.n_strata}: use 'jkn'.")
    if chosen == "jk2":
        return _replicate(design, "jk2", paired_jackknife(first), mse)
    return _replicate(design, chosen, jackknife(first, design.lonely_psu), mse)


def as_brr_design(design: SurveyDesign, *, fay: float = 0.0, mse: bool = False) -> ReplicateDesign:
    """Return a design with balanced half-sample replicates.

    Parameters
    ----------
    design : SurveyDesign
        Two units in every stratum, or an even number, which is split into pairs; fractions are not used.
    fay : float
        Fay's coefficient; 0 = half samples.
    mse : bool
        Centre at the full-sample estimate.

    Returns
    -------
    ReplicateDesign

    Notes
    -----
    Agrees with R survey ``as.svrepdesign(type = "BRR" | "Fay")``, the Hadamard matrix included.

    Examples
    --------
    >>> data = {"y": [1.0, 2.0, 4.0, 3.0], "h": ["a", "a", "b", "b"], "w": [2, 2, 1, 1]}
    >>> as_brr_design(SurveyDesign(data, weights="w", strata="h")).n_replicates
    4
    """
    _plain(design)
    return _replicate(design, "fay" if fay else "brr", balanced(design.stages[0], fay), mse, fay)


def as_bootstrap_design(
    design: SurveyDesign,
    *,
    method: BootstrapMethod = "rao_wu",
    replicates: int = 200,
    seed: int | np.random.Generator,
    mse: bool = False,
) -> ReplicateDesign:
    """Return a design with bootstrap replicates.

    Parameters
    ----------
    design : SurveyDesign
        The design.
    method : {"rao_wu", "canty_davison", "rao_wu_yue_beaumont"}
        n_h - 1 units with replacement, first stage without fractions; n_h units from the sample blown up to the
        population; n - 1 units at every stage with all fractions.
    replicates : int
        How many.
    seed : int or numpy.random.Generator
        The same seed gives the same replicates.
    mse : bool
        Centre at the full-sample estimate.

    Returns
    -------
    ReplicateDesign

    Notes
    -----
    R survey calls the first two ``"subbootstrap"`` and ``"bootstrap"``; the third is in svrep.

    Examples
    --------
    >>> design = SurveyDesign({"y": [1.0, 2.0, 4.0], "w": [2, 2, 1]}, weights="w")
    >>> as_bootstrap_design(design, replicates=50, seed=1).n_replicates
    50
    """
    choose("method", method, get_args(BootstrapMethod), DesignError)
    _plain(design)
    if replicates < 2:
        raise DesignError(f"replicates is {replicates}: there must be at least 2.")
    rng = np.random.default_rng(seed)
    if method == "rao_wu":
        factors = rao_wu(design.stages[0], replicates, rng)
    elif method == "canty_davison":
        factors = canty_davison(design.stages[0], replicates, rng)
    else:
        active = [stage for i, stage in enumerate(design.stages) if i == 0 or np.any(stage.unit_carry > 0)]
        factors = rao_wu_multistage(active, replicates, rng)
    return _replicate(design, "bootstrap", factors, mse)


def as_sdr_design(
    design: SurveyDesign, *, replicates: int = 80, sort: str | None = None, mse: bool = False
) -> ReplicateDesign:
    """Return a design with successive-difference replicates, for systematic samples.

    Parameters
    ----------
    design : SurveyDesign
        The design; fractions are not used.
    replicates : int
        At least; the next order of a Hadamard matrix is taken.
    sort : str, optional
        Numeric column that holds the order of selection of the units; left out, the order of the rows.
    mse : bool
        Centre at the full-sample estimate.

    Returns
    -------
    ReplicateDesign

    Examples
    --------
    >>> design = SurveyDesign({"y": [1.0, 2.0, 4.0], "w": [2, 2, 1]}, weights="w")
    >>> as_sdr_design(design, replicates=4).n_replicates
    4
    """
    _plain(design)
    first = design.stages[0]
    key = np.arange(design.n_rows, dtype=float)
    if sort is not None:
        require_columns(design.data, [sort], "sort")
        key = numeric_column(design.data, sort)
    unit_key = np.full(first.n_units, np.inf)
    np.minimum.at(unit_key, first.unit, key)
    order = np.lexsort((unit_key, first.unit_stratum))
    return _replicate(design, "sdr", sdr(order, replicates), mse)
