"""Commit to plan and frame before the seed is known, and make the seed of a public value afterwards."""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surveykit.errors import DefinitionError, OverwriteError, SurveyKitError
from surveykit.study.files import places
from surveykit.study.running.artefacts import read_json
from surveykit.study.running.lock import study_lock
from surveykit.study.running.manifest import write_atomically

if TYPE_CHECKING:
    from surveykit.sampling import Commitment, DrawRecord, SamplingPlan
    from surveykit.study.files.study import Study

__all__ = ["commit_study", "commitment_lines", "commitment_problems", "require_revealed", "reveal_study"]


def commit_study(study: Study) -> dict[str, Any]:
    """Record and return the commitment to the study's plan and frame: what commitment.json holds.

    Raises
    ------
    SurveyKitError
        The plan has a seed already, or a sample was drawn: a commitment would prove nothing.
    OverwriteError
        A commitment to another plan or frame was recorded before.
    """
    from surveykit.sampling import commit_plan

    plan, file = study.sampling_plan, study.definition.files.sampling_plan
    held = _held(study)
    if held is None and study.path(places.DRAW_RECORD).exists():
        raise SurveyKitError(
            f"commit: a sample was drawn already ({study.located(places.DRAW_RECORD)}): a commitment made now would "
            "prove nothing"
        )
    if held is None and plan.seed is not None:
        raise SurveyKitError(
            f"commit: {file} has a seed already, and a seed that is known before the commitment proves nothing: take "
            "'seed' and 'seed_origin' out of it, commit, and let 'surveykit commit --reveal' write them"
        )
    with study_lock(study.output):
        made = commit_plan(plan, study.root / study.definition.data.frame)
        if held is not None and made.code != held["code"]:
            raise OverwriteError(
                f"commit: {study.located(places.COMMITMENT)} commits to another {_what_differs(made, held)}: restore "
                f"what was committed on {held['committed']}, or move that file away and say publicly why"
            )
        if held is None:
            held = {
                "commitment": 1,
                "code": made.code,
                "plan_id": plan.id,
                "plan_hash": made.plan_hash,
                "frame": study.definition.data.frame,
                "frame_digest": made.frame_digest,
                "committed": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
            }
            _write(study, held)
    return held


def reveal_study(study: Study, public_value: str, origin: str) -> dict[str, Any]:
    """Make the seed of the commitment and a public value, write it into the plan, and return the commitment.

    Parameters
    ----------
    study : Study
        A study with a commitment.
    public_value : str
        The value that became known after the commitment was published.
    origin : str
        What it is, for the record.

    Raises
    ------
    SurveyKitError
        There is no commitment, plan or frame are not those that were committed, or the plan has another seed.
    """
    from surveykit.sampling import commit_plan, reveal_seed

    held = _held(study)
    if held is None:
        raise SurveyKitError("commit: nothing was committed yet: run 'surveykit commit' and publish its code first")
    with study_lock(study.output):
        plan, file = study.sampling_plan, study.definition.files.sampling_plan
        made = commit_plan(plan, study.root / study.definition.data.frame)
        if made.code != held["code"]:
            raise SurveyKitError(
                f"commit: the {_what_differs(made, held)} changed since the commitment of {held['committed']}: restore "
                "what was committed"
            )
        final = reveal_seed(plan, made, public_value, origin)
        if plan.seed not in (None, final.seed):
            raise SurveyKitError(
                f"commit: {file} has a seed that does not come from this commitment and {public_value!r}: take it out"
            )
        if plan.seed is None:
            told = {"zh": f"承诺码{made.code}与{origin}“{public_value}”的sha256", **final.seed_origin}
            _write_seed(study, final.model_copy(update={"seed_origin": told}))
        held |= {"public_value": public_value, "origin": origin, "seed": final.seed}
        _write(study, held)
    return held


def commitment_lines(study: Study, held: dict[str, Any]) -> list[str]:
    """Return what is told of a commitment, and what to do next."""
    lines = [
        f"commitment {held['code']}",
        f"  plan {held['plan_id']} without seed {held['plan_hash']}",
        f"  frame {held['frame']} {held['frame_digest']}",
        f"  made {held['committed']}, kept in {study.located(places.COMMITMENT)}",
    ]
    if "seed" not in held:
        return [
            *lines,
            "publish the commitment now, and say which public value to come will make the seed (a lottery drawing, the",
            "closing index of a day); when it is known: surveykit commit --reveal VALUE --origin 'what it is'",
        ]
    return [
        *lines,
        f"  seed {held['seed']}",
        f"    = sha256 of the commitment, a newline and {held['origin']}: {held['public_value']}",
        f"the seed stands in {study.definition.files.sampling_plan}; next: surveykit draw; surveykit verify-draw",
    ]


def require_revealed(study: Study) -> None:
    """Refuse a draw with a seed that does not come from the study's commitment.

    Raises
    ------
    SurveyKitError
        The commitment has not been revealed, or the plan's seed is another one.
    """
    held = _held(study)
    if held is None or (study.sampling_plan.seed is not None and study.sampling_plan.seed == held.get("seed")):
        return
    raise SurveyKitError(
        f"draw: {study.located(places.COMMITMENT)} commits to a seed from a public value, and "
        f"{study.definition.files.sampling_plan} has {'another' if study.sampling_plan.seed else 'no'} seed: run "
        "'surveykit commit --reveal VALUE --origin TEXT'"
    )


def commitment_problems(study: Study, record: DrawRecord) -> tuple[list[str], list[str]]:
    """Compare a draw with the study's commitment, if there is one; return problems, and what was proven."""
    from surveykit.sampling import SamplingPlan, commit_plan

    held = _held(study)
    if held is None:
        return [], []
    if "public_value" not in held:
        return ["the commitment was never revealed: the seed of the draw does not come from it"], []
    problems = []
    made = commit_plan(SamplingPlan.model_validate(record.plan), study.root / study.definition.data.frame)
    if made.code != held["code"]:
        problems.append(f"the {_what_differs(made, held)} drawn from is not the committed one")
    seed = hashlib.sha256(f"{held['code']}\n{held['public_value']}".encode()).hexdigest()
    if record.seed != seed:
        problems.append("the seed of the draw is not the sha256 of commitment and public value")
    proven = f"commitment: the seed is sha256 of {held['code']} and {held['origin']}: {held['public_value']}"
    return problems, [] if problems else [proven]


def _held(study: Study) -> dict[str, Any] | None:
    path = study.path(places.COMMITMENT)
    if not path.exists():
        return None
    held = read_json(path)
    if not isinstance(held, dict) or held.get("commitment") != 1 or "code" not in held:
        raise SurveyKitError(f"{study.located(places.COMMITMENT)}: not a commitment: restore it as it was written")
    return held


def _write(study: Study, held: dict[str, Any]) -> None:
    text = json.dumps(held, ensure_ascii=False, indent=1) + "\n"
    write_atomically(study.path(places.COMMITMENT), text.encode("utf-8"))


def _what_differs(made: Commitment, held: dict[str, Any]) -> str:
    parts = [
        word
        for word, same in (
            ("plan", made.plan_hash == held["plan_hash"]),
            ("frame", made.frame_digest == held["frame_digest"]),
        )
        if not same
    ]
    return " and ".join(parts) or "code"


def _write_seed(study: Study, final: SamplingPlan) -> None:
    """Add the seed at the end of the plan's file; the file is left alone unless it then says just that."""
    from surveykit.files.looking import read_text
    from surveykit.sampling import SamplingPlan, plan_hash
    from surveykit.study.files.validation import validate
    from surveykit.study.files.yaml_reader import parse_yaml

    file = study.definition.files.sampling_plan
    path: Path = study.root / file
    origin = ", ".join(f"{name}: {json.dumps(text, ensure_ascii=False)}" for name, text in final.seed_origin.items())
    added = f"seed: {final.seed}\nseed_origin: {{{origin}}}\n"
    text = read_text(path)
    text += "" if text.endswith("\n") else "\n"
    try:
        same = plan_hash(validate(SamplingPlan, parse_yaml(text + added, file))) == plan_hash(final)
    except DefinitionError:
        same = False
    if not same:
        raise SurveyKitError(f"commit: the seed could not be added to {file}: add these lines yourself:\n{added}")
    write_atomically(path, (text + added).encode("utf-8"))
