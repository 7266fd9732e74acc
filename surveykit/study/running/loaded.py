"""Whether what a stage is made from is what was read: digests are compared, and a change stops the run by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from surveykit.errors import SurveyKitError

__all__ = ["changed_inputs", "held_digests", "refuse_changed"]


def held_digests(digests: Mapping[str, str]) -> dict[str, str]:
    """Return digests by the plain form of each path, without those of files that are not there."""
    return {PurePosixPath(name).as_posix(): digest for name, digest in digests.items() if digest != "missing"}


def changed_inputs(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Return the names in `now` whose digest is another one than in `before`; names that it lacks are left out."""
    return [name for name, digest in now.items() if before.get(PurePosixPath(name).as_posix(), digest) != digest]


def refuse_changed(changed: Sequence[str], stage: str, *, while_made: bool) -> None:
    """Stop if something changed that a stage was, or would be, made from.

    Raises
    ------
    SurveyKitError
        Names the files; what the stage made is thrown away by the caller.
    """
    if not changed:
        return
    what = ", ".join(dict.fromkeys(changed))
    if while_made:
        raise SurveyKitError(
            f"{what} changed while {stage} was being made: what it made was thrown away, and the files of earlier runs "
            "are as they were; run again"
        )
    raise SurveyKitError(
        f"{what} changed after this run had read the study: {stage} and what follows were not made; run again "
        "(in Python, open the study again first)"
    )
