"""Commit to plan, frame and public source before the value is known, so that nobody can choose the sample."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from surveykit.errors import DataError, first_few
from surveykit.sampling.drawing.log import moment as time_of
from surveykit.sampling.frames.digest import frame_digest
from surveykit.sampling.plan.definition import SamplingPlan, plan_hash
from surveykit.sampling.plan.source import PublicSource, canonical_value, due_time, source_problems

__all__ = ["Commitment", "commit_plan", "reveal_seed", "verify_commitment"]

COMMITMENT_FORMAT = 2


@dataclass(frozen=True, slots=True)
class Commitment:
    """What is published before the public value is known.

    Attributes
    ----------
    plan_hash : str
        Hash of the plan without seed: sizes, allocation, method, stages, reserve, hash and public source.
    frame_digest : str
        `frame_digest` of the frame: every column that decides the sample.
    source : dict
        The public source: what is drawn, which drawing, when, and how its value is written.
    committed : str
        When the commitment was made.
    code : str
        SHA-256 of all of these, to be published.
    """

    plan_hash: str
    frame_digest: str
    source: dict[str, Any]
    committed: str
    code: str

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"commitment": COMMITMENT_FORMAT, **{field.name: getattr(self, field.name) for field in fields(self)}}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Commitment:
        """Read the plain values of a commitment, and see that its code is the one of its content.

        Raises
        ------
        DataError
            If it is of another format, lacks entries, holds others, or was edited.
        """
        if content.get("commitment") == 1:
            raise DataError(
                "commitment: it is of format 1, whose frame digest can be forged and which names no public source: "
                "commit again, and say publicly why"
            )
        names = [field.name for field in fields(cls)]
        strange = [name for name in content if name not in (*names, "commitment")]
        missing = [name for name in names if name not in content]
        number = content.get("commitment")
        if number != COMMITMENT_FORMAT or not isinstance(number, int) or strange or missing:
            raise DataError(
                f"commitment: not a commitment of format {COMMITMENT_FORMAT} (missing {first_few(missing)}, unknown "
                f"{first_few(strange)}): restore it as it was written"
            )
        made = cls(**{name: content[name] for name in names})
        if _code(made.plan_hash, made.frame_digest, made.source, made.committed) != made.code:
            raise DataError("commitment: it was edited: its code is not that of its content")
        _require_shape(made)
        return made


def now() -> datetime:
    """The time of this machine, to the second, with its offset from UTC."""
    return datetime.now().astimezone().replace(microsecond=0)


def _require_shape(made: Commitment) -> None:
    """Refuse what is no text, no time or no public source."""
    texts = ("plan_hash", "frame_digest", "committed", "code")
    wrong = [name for name in texts if not isinstance(getattr(made, name), str)]
    if not wrong and time_of(made.committed) is None:
        wrong = ["committed"]
    try:
        sound = not source_problems(PublicSource.model_validate(made.source))
    except ValidationError:
        sound = False
    wrong += [] if sound else ["source"]
    if wrong:
        raise DataError(f"commitment: entries are not what they should be ({first_few(wrong)}): restore it as it was")


def commit_plan(plan: SamplingPlan, frame: Any, *, at: datetime | None = None) -> Commitment:
    """Commit to a plan, a frame and a public source.

    Parameters
    ----------
    plan : SamplingPlan
        The plan with its ``public_source``; its seed, if any, is left out.
    frame : path, table or DuckDB relation
        The frame.
    at : datetime.datetime, optional
        When, with time zone; now when left out. It proves nothing by itself: publication does.

    Returns
    -------
    Commitment
        Publish it whole before the value is due.

    Raises
    ------
    DataError
        If the plan names no source, the source is wrong, or its value is known already.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"u": list("abcd")})
    >>> source = {"name": "lottery", "draw": "2026137", "due": "2099-12-01T21:15:00+08:00",
    ...           "form": {"kind": "numbers", "groups": [{"count": 6, "high": 33}]}}
    >>> content = {"id": "p", "frame": {"id": "u"}, "size": {"per_stratum": 2}, "public_source": source}
    >>> plan = SamplingPlan.model_validate(content)
    >>> commitment = commit_plan(plan, frame)
    >>> later = datetime.fromisoformat("2099-12-02T00:00:00+08:00")
    >>> final = reveal_seed(plan, commitment, "05 11 17 23 28 30", at=later)
    >>> verify_commitment(final, frame, commitment)
    True
    """
    source = plan.public_source
    if source is None:
        raise DataError(
            "commitment: the plan names no public source: say under 'public_source' which drawing or round will make "
            "the seed, when it is due, and how its value is written"
        )
    problems = source_problems(source)
    if problems:
        raise DataError(f"commitment: {problems[0].what}: {problems[0].todo}")
    moment = at or now()
    if due_time(source) <= moment:
        raise DataError(
            f"commitment: {source.name} {source.draw} was due at {source.due} and may be known already: name a drawing "
            "that is still to come"
        )
    return _commitment(plan, frame, moment.isoformat(timespec="seconds"))


def _commitment(plan: SamplingPlan, frame: Any, committed: str) -> Commitment:
    bare = without_seed(plan)
    source = plan.public_source.model_dump(mode="json") if plan.public_source else {}
    first, second = plan_hash(bare), frame_digest(bare, frame)
    return Commitment(first, second, source, committed, _code(first, second, source, committed))


def _code(first: str, second: str, source: dict[str, Any], committed: str) -> str:
    content = {"plan_hash": first, "frame_digest": second, "source": source, "committed": committed}
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"surveykit commitment {COMMITMENT_FORMAT}\n{text}".encode()).hexdigest()


def reveal_seed(
    plan: SamplingPlan, commitment: Commitment, public_value: str, *, at: datetime | None = None
) -> SamplingPlan:
    """Make the seed of commitment and public value.

    Parameters
    ----------
    plan : SamplingPlan
        The plan that was committed.
    commitment : Commitment
        The published commitment.
    public_value : str
        The value of the drawing that the commitment names.
    at : datetime.datetime, optional
        When, with time zone; now when left out.

    Returns
    -------
    SamplingPlan
        The plan with seed ``sha256(code + newline + canonical value)`` and its origin.

    Raises
    ------
    DataError
        If the plan is not the committed one, the value is not due yet, or it is not of the form that was announced.
    """
    if plan_hash(without_seed(plan)) != commitment.plan_hash:
        raise DataError("commitment: the plan is not the one that was committed: draw with the committed plan")
    source = PublicSource.model_validate(commitment.source)
    if (at or now()) < due_time(source):
        raise DataError(f"commitment: {source.name} {source.draw} is due at {source.due}: wait until it is known")
    return revealed_plan(plan, commitment, canonical_value(source, public_value))


def seed_of(code: str, canonical: str) -> str:
    """The seed: SHA-256 of the code, a newline and the canonical value."""
    return hashlib.sha256(f"{code}\n{canonical}".encode()).hexdigest()


def revealed_plan(plan: SamplingPlan, commitment: Commitment, canonical: str) -> SamplingPlan:
    """The plan with the seed that follows from commitment and canonical value, and the words that say so."""
    seed = seed_of(commitment.code, canonical)
    name, draw = commitment.source["name"], commitment.source["draw"]
    origin = {
        "zh": f"承诺码{commitment.code}与{name}（{draw}）“{canonical}”的sha256",
        "en": f"sha256 of commitment {commitment.code} and {name}, {draw}: {canonical}",
    }
    return plan.model_copy(update={"seed": seed, "seed_origin": origin})


def verify_commitment(plan: SamplingPlan, frame: Any, commitment: Commitment) -> bool:
    """Whether plan (seed aside), public source and frame are those that were committed.

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
        True when all agree with the code.
    """
    return _commitment(plan, frame, commitment.committed) == commitment


def without_seed(plan: SamplingPlan) -> SamplingPlan:
    """The plan as it is committed to."""
    return plan.model_copy(update={"seed": None, "seed_origin": {}})
