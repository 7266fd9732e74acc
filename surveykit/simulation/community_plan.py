"""The part of a simulation plan that describes residents in communities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PositiveInt

from surveykit.errors import Problem

__all__ = ["CommunityFrame", "check_communities"]

Share = Annotated[float, Field(ge=0, le=1)]


class CommunityFrame(BaseModel):
    """Makeup of a frame of adult residents who live in communities.

    Attributes
    ----------
    adults : int
        Adult residents that the frame stands for.
    one_in : int
        One row stands for so many of them; communities are smaller in the same proportion.
    id_prefix : str
        Letter before the number in `resident_id`.
    urban : mapping of str to float
        Share of a district's residents who live in urban communities; `default` for the others.
    residents_per_community : mapping of str to int
        Mean number of adults in an urban ("1") and a rural ("0") community, before `one_in`.
    size_sigma : float
        Standard deviation of the logarithm of the sizes.
    minimum : int
        Smallest number of communities in a stratum that has any residents, and smallest number of rows in a community.
    age_sorting : float
        How much communities differ by age: correlation of a community's place on a scale with its residents' age.
    intracluster : mapping of str to float
        By factor, the intracluster correlation of the latent (logistic) answer within communities, from the variance
        s^2 of the community's effect on the log-odds: ``s^2 / (s^2 + pi^2 / 3)``.
    codes : mapping of str to str
        First six digits of the communities' codes, for districts without a code in the table of regions.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    adults: PositiveInt
    one_in: PositiveInt = 50
    id_prefix: str = "r"
    urban: Mapping[str, Share] = Field(default_factory=dict)
    residents_per_community: Mapping[str, PositiveInt]
    size_sigma: float = Field(default=0.4, ge=0, le=1)
    minimum: int = Field(default=6, ge=2)
    age_sorting: float = Field(default=0.0, ge=0, lt=1)
    intracluster: Mapping[str, Annotated[float, Field(ge=0, lt=1)]] = Field(default_factory=dict)
    codes: Mapping[str, str] = Field(default_factory=dict)


def check_communities(communities: CommunityFrame, factors: Mapping[str, object]) -> list[Problem]:
    """Find what the shape of the description cannot show.

    Parameters
    ----------
    communities : CommunityFrame
        The description.
    factors : mapping
        Factors of the simulation plan.

    Returns
    -------
    list of Problem
    """
    path: tuple[str | int, ...] = ("communities",)
    problems = [
        Problem(f"no factor {name!r}", "define it under factors", (*path, "intracluster", name))
        for name in communities.intracluster
        if name not in factors
    ]
    if set(communities.residents_per_community) != {"0", "1"}:
        what = "the mean sizes of urban and rural communities are needed"
        problems.append(Problem(what, 'give {"1": ..., "0": ...}', (*path, "residents_per_community")))
    if communities.adults < communities.one_in * communities.minimum**2:
        what = f"one in {communities.one_in} of {communities.adults} adults makes too small a frame"
        problems.append(Problem(what, "lower one_in", (*path, "one_in")))
    return problems
