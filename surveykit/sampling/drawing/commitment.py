"""Commit to plan and frame before the seed is known, so that nobody can choose the sample."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from surveykit.errors import DataError
from surveykit.sampling.frames.digest import frame_digest
from surveykit.sampling.plan.definition import SamplingPlan, plan_hash

__all__ = ["Commitment", "commit_plan", "reveal_seed", "verify_commitment"]


@dataclass(frozen=True, slots=True)
class Commitment:
    """What is published before the seed is known.

    Attributes
    ----------
    plan_hash : str
        Hash of the plan without seed.
    frame_digest : str
        Digest of the frame with an empty salt.
    code : str
        SHA-256 of the two, to be published.
    """

    plan_hash: str
    frame_digest: str
    code: str


def commit_plan(plan: SamplingPlan, frame: Any) -> Commitment:
    """Commit to a plan and a frame.

    Parameters
    ----------
    plan : SamplingPlan
        The plan; its seed, if any, is left out.
    frame : path, table or DuckDB relation
        The frame.

    Returns
    -------
    Commitment
        Publish ``code`` and name the public value that will make the seed, for example a lottery drawing to come.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"u": list("abcd")})
    >>> plan = SamplingPlan.model_validate({"id": "p", "frame": {"id": "u"}, "size": {"per_stratum": 2}})
    >>> commitment = commit_plan(plan, frame)
    >>> final = reveal_seed(plan, commitment, "05 11 17 23 28 30", "lottery of 1 December")
    >>> verify_commitment(final, frame, commitment)
    True
    """
    bare = _without_seed(plan)
    first, second = plan_hash(bare), frame_digest(bare, frame, salt="")
    return Commitment(first, second, hashlib.sha256(f"{first}\n{second}".encode()).hexdigest())


def reveal_seed(plan: SamplingPlan, commitment: Commitment, public_value: str, origin: str) -> SamplingPlan:
    """Make the seed of commitment and public value.

    Parameters
    ----------
    plan : SamplingPlan
        The plan that was committed.
    commitment : Commitment
        The published commitment.
    public_value : str
        The value that became known afterwards.
    origin : str
        What the value is, for the record.

    Returns
    -------
    SamplingPlan
        The plan with seed ``sha256(code + newline + public value)`` and its origin.

    Raises
    ------
    DataError
        If the plan is not the committed one, or the value or its origin is blank.
    """
    if plan_hash(_without_seed(plan)) != commitment.plan_hash:
        raise DataError("commitment: the plan is not the one that was committed: draw with the committed plan")
    if not public_value.strip() or not origin.strip():
        raise DataError("commitment: give the public value and say what it is")
    seed = hashlib.sha256(f"{commitment.code}\n{public_value}".encode()).hexdigest()
    told = f"sha256 of commitment {commitment.code} and {origin}: {public_value}"
    return plan.model_copy(update={"seed": seed, "seed_origin": {"en": told}})


def verify_commitment(plan: SamplingPlan, frame: Any, commitment: Commitment) -> bool:
    """Whether plan (seed aside) and frame are those that were committed.

    Parameters
    ----------
    plan : SamplingPlan
        The plan that was drawn.
    frame : path, table or DuckDB relation
        The frame that was drawn from.
    commitment : Commitment
        The published commitment.

    Returns
    -------
    bool
        True when both agree with the code.
    """
    return commit_plan(plan, frame) == commitment


def _without_seed(plan: SamplingPlan) -> SamplingPlan:
    return plan.model_copy(update={"seed": None, "seed_origin": {}})
