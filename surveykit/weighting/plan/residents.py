"""Steps of a plan about a frame that is not the population: what it covers, and how it is carried over to residents."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from surveykit.weighting.inputs.definitions import MarginSet

WEIGHTING_METHODS = ("calibrated", "pseudo_likelihood")
"""Methods that end in weights; the others end in an estimator."""


class CoverageStep(MarginSet):
    """What the frame covers of a population, level by level; weights stay as they are.

    Attributes
    ----------
    margins : tuple of MarginDefinition
        The population's counts, for example by district, sex and age; several variables in one margin are crossed.
    frame : str, optional
        Name of a table of the whole frame: the variables and a column ``count``. Without it the frame is estimated by
        the weights of the sampled units at this point of the plan.
    """

    kind: Literal["coverage"]
    frame: str | None = None


class ResidentsStep(MarginSet):
    """From the users of a platform to residents, by a model of who takes part or of what they answer.

    Attributes
    ----------
    method : str
        ``calibrated`` and ``pseudo_likelihood`` end in weights. ``model``, ``nearest``, ``pmm`` (mass imputation),
        ``doubly_robust`` and ``multilevel`` (multilevel regression with post-stratification) depend on the outcome:
        they leave the weights alone, must be the last step, and are asked by `WeightingResult.residents`.
    margins : tuple of MarginDefinition
        For ``calibrated``: margins of residents, in place of cells.
    cells : str, optional
        Name of a table of cells of residents: the predictors and their sizes. All other methods need it.
    counts : str
        Column of sizes in the table of cells.
    predictors, numeric : tuple of str
        Categorical and numeric columns that respondents and cells share; the fixed effects of ``multilevel``.
    random : tuple of tuple of str
        Random effects of ``multilevel``; columns in one tuple are crossed.
    family, donors, replicates, seed, reference_sample
        As in `ResidentModel`.
    scale, draws
        As in `MultilevelModel`.
    """

    kind: Literal["residents"]
    method: Literal["calibrated", "pseudo_likelihood", "model", "nearest", "pmm", "doubly_robust", "multilevel"] = (
        "calibrated"
    )
    cells: str | None = None
    counts: str = "population"
    predictors: tuple[str, ...] = ()
    numeric: tuple[str, ...] = ()
    random: tuple[tuple[str, ...], ...] = ()
    family: Literal["binomial", "gaussian"] = "binomial"
    donors: int = Field(default=5, ge=1)
    replicates: int = Field(default=200, ge=2)
    seed: int = 1
    reference_sample: bool = False
    scale: float = Field(default=1.0, gt=0)
    draws: int = Field(default=2000, ge=2)

    @property
    def gives_weights(self) -> bool:
        """Whether the step ends in weights."""
        return self.method in WEIGHTING_METHODS
