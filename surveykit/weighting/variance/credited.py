"""New weights on a design: credited in a linearized variance, or made again in every replicate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import numpy as np

from surveykit.design import ReplicateDesign, SurveyDesign
from surveykit.design.adjustments import Adjustment
from surveykit.errors import DataError, SurveyKitError
from surveykit.weighting.arrays.distances import Array
from surveykit.weighting.variance.credits import ChainCredit, Credit
from surveykit.weighting.variance.packing import packed

AnyDesign = TypeVar("AnyDesign", SurveyDesign, ReplicateDesign)


class Made(NamedTuple):
    """Weights after a step, the adjustment that R survey would credit, and the exact derivative (both lazily)."""

    weights: Array
    usual: Callable[[], Adjustment]
    exact: Callable[[], Credit]


@packed
@dataclass(frozen=True, slots=True)
class KeptInfluence:
    """An adjustment that leaves weighted influence values as they are."""

    name: str

    def residuals(self, z: Array) -> Array:
        """Return ``z`` unchanged."""
        return z


def adjust_design(design: AnyDesign, make: Callable[[Array], Made]) -> AnyDesign:
    """Give a design new weights.

    Parameters
    ----------
    design : SurveyDesign or ReplicateDesign
        A survey design gets one more adjustment; a replicate design has ``make`` run on every replicate.
    make : function of an array of shape (n,)
        The step as a function of the weights before it.

    Returns
    -------
    SurveyDesign or ReplicateDesign
        As given.

    Raises
    ------
    DataError
        If the step fails in a replicate; names it.
    """
    if isinstance(design, ReplicateDesign):
        matrix = replicate_columns(design, lambda weights: make(weights).weights)
        return design.adjusted_replicates(make(design.weights).weights, matrix)
    made = make(design.weights)
    last: Any = design.adjustments[-1] if design.adjustments else None
    if isinstance(last, ChainCredit):
        # A chain is gone through from its last step to its first, so a later step must join it.
        longer = ChainCredit((*last.steps, made.exact()), last.label)
        return replace_adjustments(design, design.adjustments[:-1]).adjusted(made.weights, longer)
    return design.adjusted(made.weights, made.usual())


def refuse_replicates(design: SurveyDesign | ReplicateDesign, what: str) -> None:
    """Refuse limits of the weight in a replicate design, which does not know how often a unit counts in a replicate."""
    if isinstance(design, ReplicateDesign):
        raise DataError(
            f"{what}: limits of a weight cannot be set in a replicate design, where a unit may count several times; "
            "make it a step of a weighting plan and use rerun_replicates"
        )


def replicate_columns(design: ReplicateDesign, make: Callable[[Array], Array]) -> Array:
    """Run a function of the weights on every replicate; shape (n, R)."""
    out = np.empty((design.n_rows, design.n_replicates))
    for column in range(design.n_replicates):
        try:
            out[:, column] = make(design.analysis_weights(column))
        except SurveyKitError as error:
            raise DataError(
                f"replicate {column + 1} of {design.n_replicates}: {error}. Use larger groups, or another method of "
                "replication, such as the bootstrap instead of the jackknife"
            ) from error
    return out


def replace_adjustments(design: SurveyDesign, adjustments: tuple[Any, ...]) -> SurveyDesign:
    """Return the same design and weights with other adjustments credited; none gives the naive variance.

    Examples
    --------
    >>> import pandas as pd
    >>> design = SurveyDesign(pd.DataFrame({"w": [1.0, 2.0]}), weights="w")
    >>> replace_adjustments(design, ()).adjustments
    ()
    """
    changed = design.adjusted(design.weights, KeptInfluence("none"))
    object.__setattr__(changed, "adjustments", tuple(adjustments))
    return changed
