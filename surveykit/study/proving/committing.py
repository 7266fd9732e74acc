"""Commit to plan and frame before the seed is known, and make the seed of a public value afterwards."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surveykit.errors import DefinitionError, OverwriteError, SurveyKitError
from surveykit.files.looking import read_text
from surveykit.sampling import (
    Commitment,
    PublicSource,
    SamplingPlan,
    canonical_value,
    commit_plan,
    frame_digest,
    plan_hash,
    reveal_seed,
)
from surveykit.sampling.drawing.commitment import without_seed
from surveykit.study.files import places
from surveykit.study.files.validation import validate
from surveykit.study.files.yaml_reader import parse_yaml
from surveykit.study.proving.entering import add_to_log, log_head, log_plan, sound_log
from surveykit.study.proving.history import committed_of, history_problems
from surveykit.study.proving.log import last_event
from surveykit.study.running.artefacts import read_json
from surveykit.study.running.lock import study_lock
from surveykit.study.running.manifest import write_atomically

if TYPE_CHECKING:
    from surveykit.study.files.study import Study
    from surveykit.study.proving.log import DrawFiles

__all__ = ["commit_study", "commitment_lines", "held_commitment", "require_revealed", "reveal_study", "what_differs"]


def commit_study(study: Study, anew: str | None = None) -> dict[str, Any]:
    """Record and return the commitment to the study's plan, frame and public source: what commitment.json holds.

    Parameters
    ----------
    study : Study
        The study; its plan has a public source and no seed.
    anew : str, optional
        Why an earlier commitment is replaced. The log keeps it, and verification tells of both.

    Raises
    ------
    SurveyKitError
        The plan has a seed already, names no public source or one that was revealed before, a sample was drawn without
        a commitment, or there is nothing that `anew` could replace.
    OverwriteError
        A commitment to another plan or frame was recorded before, and `anew` is not given.
    """
    with study_lock(study.output):
        entries = sound_log(study)
        last = last_event(entries, "commit")
        if anew is None:
            held = _first_commitment(study, last)
            if held is not None:
                return held
        _require_open(study, entries, anew)
        log_plan(study)
        made = commit_plan_of(study)
        replaced = {} if last is None else {"replaces": last["content"]["code"], "reason": anew}
        add_to_log(study, "commit", made | replaced)
        _write(study, made)
    return made


def commit_plan_of(study: Study) -> dict[str, Any]:
    """The commitment to the study's plan and frame as plain values."""
    return commit_plan(study.sampling_plan, study.frame_at_hand).to_dict()


def _first_commitment(study: Study, last: dict[str, Any] | None) -> dict[str, Any] | None:
    """The commitment that is held, when it is the one of this plan and frame; nothing when none was made yet."""
    held, where = held_commitment(study), study.located(places.COMMITMENT)
    if held is None and last is None:
        return None
    if held is None:
        raise OverwriteError(
            f"commit: {study.located(places.DRAW_LOG)} names a commitment, and {where} is not there: restore it, or "
            "commit to a drawing still to come with 'surveykit commit --anew REASON'"
        )
    differs = what_differs(study, study.sampling_plan, held)
    if differs:
        raise OverwriteError(
            f"commit: {where} commits to another {differs}: restore what was committed on {held.committed}, or commit "
            "to a drawing still to come with 'surveykit commit --anew REASON'"
        )
    if last is None:
        raise SurveyKitError(
            f"commit: {where} is there, and {study.located(places.DRAW_LOG)} does not name it: restore the log"
        )
    return held.to_dict()


def _require_open(study: Study, entries: list[dict[str, Any]], anew: str | None) -> None:
    """Refuse a commitment that would prove nothing."""
    plan, file, last = study.sampling_plan, study.definition.files.sampling_plan, last_event(entries, "commit")
    if anew is not None and last is None:
        raise SurveyKitError("commit: there is no commitment that --anew could replace: leave it out")
    if anew is not None and not anew.strip():
        raise SurveyKitError("commit: say after --anew why the earlier commitment is replaced; the log keeps it")
    drawn = [place for place in (places.DRAW_RECORD, places.CLUSTERS_RECORD) if study.path(place).exists()]
    if anew is None and (drawn or last_event(entries, "draw", "clusters") is not None):
        raise SurveyKitError(
            f"commit: a sample was drawn already ({study.located((drawn or [places.DRAW_RECORD])[0])}): a commitment "
            "made now would prove nothing"
        )
    if plan.seed is not None:
        raise SurveyKitError(
            f"commit: {file} has a seed already, and a seed that is known before the commitment proves nothing: take "
            "'seed' and 'seed_origin' out of it, commit, and let 'surveykit commit --reveal' write them"
        )
    source = plan.public_source
    revealed = {entry["content"]["code"] for entry in entries if entry["event"] == "reveal"}
    spent = [e["content"]["source"] for e in entries if e["event"] == "commit" and e["content"]["code"] in revealed]
    if source is not None and (source.name, source.draw) in [(one.get("name"), one.get("draw")) for one in spent]:
        raise SurveyKitError(
            f"commit: the value of {source.name}, {source.draw} was revealed before: name a drawing that is still to "
            f"come under 'public_source' in {file}"
        )


def reveal_study(study: Study, public_value: str) -> dict[str, Any]:
    """Make the seed of the commitment and a public value, write it into the plan, and return the entry of the log.

    Parameters
    ----------
    study : Study
        A study with a commitment.
    public_value : str
        The value of the drawing that the commitment names.

    Raises
    ------
    SurveyKitError
        There is no commitment, plan or frame are not those that were committed, the value is not due or not of the
        announced form, another value was revealed before, or the plan has another seed.
    """
    held = held_commitment(study)
    if held is None:
        raise SurveyKitError("commit: nothing was committed yet: run 'surveykit commit' and publish its code first")
    with study_lock(study.output):
        plan, file = study.sampling_plan, study.definition.files.sampling_plan
        differs = what_differs(study, plan, held)
        if differs:
            raise SurveyKitError(
                f"commit: the {differs} changed since the commitment of {held.committed}: restore what was committed"
            )
        entries = sound_log(study)
        _require_in_force(study, entries, held)
        final = reveal_seed(plan, held, public_value)
        canonical = canonical_value(PublicSource.model_validate(held.source), public_value)
        content = {"code": held.code, "public_value": canonical, "seed": final.seed}
        before = reveal_of(entries, held.code)
        if before is not None and before["content"] != content:
            raise SurveyKitError(
                f"commit: {before['content']['public_value']!r} was revealed on {before['time']}, and a value is "
                f"revealed once: if it was wrong, say so publicly, take 'seed' and 'seed_origin' out of {file}, name a "
                "drawing still to come under 'public_source', and run 'surveykit commit --anew REASON'"
            )
        if plan.seed not in (None, final.seed):
            raise SurveyKitError(
                f"commit: {file} has a seed that does not come from this commitment and {public_value!r}: take it out"
            )
        if before is None:
            add_to_log(study, "reveal", content)
        if plan.seed is None:
            _write_seed(study, final)
    return held.to_dict() | content


def commitment_lines(study: Study, held: dict[str, Any]) -> list[str]:
    """Return what is told of a commitment, and what to do next."""
    source = held["source"]
    lines = [
        f"commitment {held['code']}",
        f"  plan without seed {held['plan_hash']}",
        f"  frame {held['frame_digest']}",
        f"  public source: drawing {source['draw']} of {source['name']}, due {source['due']}",
        f"  made {held['committed']}, kept in {study.located(places.COMMITMENT)}",
        f"  head of the log: {log_head(study)}",
    ]
    if "seed" not in held:
        return [
            *lines,
            "publish that file and the head of the log now, before the value is due; when it is known:",
            "surveykit commit --reveal VALUE",
        ]
    return [
        *lines,
        f"  seed {held['seed']}",
        f"    = sha256 of the commitment, a newline and {held['public_value']}",
        f"the seed stands in {study.definition.files.sampling_plan}; next: surveykit draw; surveykit verify-draw",
    ]


def require_revealed(study: Study) -> None:
    """Refuse a draw with a seed that does not come from the study's commitment.

    Raises
    ------
    SurveyKitError
        The commitment has not been revealed, its file or its entry in the log is gone, the log contradicts itself, or
        the plan's seed is another one.
    """
    entries, held = sound_log(study), held_commitment(study)
    problems = history_problems(entries)
    if problems:
        raise SurveyKitError(f"{study.located(places.DRAW_LOG)}: {problems[0]}: nothing can be drawn that it proves")
    if held is None:
        if last_event(entries, "commit") is None:
            return
        raise SurveyKitError(
            f"draw: {study.located(places.DRAW_LOG)} names a commitment, and {study.located(places.COMMITMENT)} is not "
            "there: restore it as it was written"
        )
    _require_in_force(study, entries, held)
    revealed, seed = reveal_of(entries, held.code), study.sampling_plan.seed
    if revealed is not None and seed is not None and revealed["content"]["seed"] == seed:
        return
    raise SurveyKitError(
        f"draw: {study.located(places.COMMITMENT)} commits to a seed from a public value, and "
        f"{study.definition.files.sampling_plan} has {'another' if seed else 'no'} seed: run "
        "'surveykit commit --reveal VALUE'"
    )


def _require_in_force(study: Study, entries: list[dict[str, Any]], held: Commitment) -> None:
    """Refuse a commitment that is not the last one of the log."""
    last = last_event(entries, "commit")
    if last is None or committed_of(last) != held:
        raise SurveyKitError(
            f"commit: {study.located(places.COMMITMENT)} is not the last commitment of "
            f"{study.located(places.DRAW_LOG)}: restore both as they were written"
        )


def reveal_of(entries: list[dict[str, Any]], code: str) -> dict[str, Any] | None:
    """The first entry that reveals the value of a commitment."""
    return next((e for e in entries if e["event"] == "reveal" and e["content"]["code"] == code), None)


def held_commitment(study: DrawFiles) -> Commitment | None:
    """Return the commitment of commitment.json; nothing when there is no such file."""
    path = study.path(places.COMMITMENT)
    if not path.exists():
        return None
    held = read_json(path)
    if not isinstance(held, dict):
        raise SurveyKitError(f"{study.located(places.COMMITMENT)}: not a commitment: restore it as it was written")
    return Commitment.from_dict(held)


def _write(study: Study, held: dict[str, Any]) -> None:
    text = json.dumps(held, ensure_ascii=False, indent=1) + "\n"
    write_atomically(study.path(places.COMMITMENT), text.encode("utf-8"))


def what_differs(study: DrawFiles, plan: SamplingPlan, held: Commitment) -> str:
    """Which of plan and frame are not the committed ones; a frame that is not at hand is not asked."""
    parts = [] if plan_hash(without_seed(plan)) == held.plan_hash else ["plan"]
    # The digest covers the columns that the plan names, so a frame can be compared under the committed plan only.
    frame = study.frame_at_hand
    if not parts and frame is not None and frame_digest(plan, frame) != held.frame_digest:
        parts.append("frame")
    return " and ".join(parts)


def _write_seed(study: Study, final: SamplingPlan) -> None:
    """Add the seed at the end of the plan's file; the file is left alone unless it then says just that."""
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
