"""Commit to plan and frame before the seed is known, and make the seed of a public value afterwards."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surveykit.errors import DefinitionError, OverwriteError, SurveyKitError
from surveykit.study.files import places
from surveykit.study.inputs.frames import study_frame
from surveykit.study.running.artefacts import read_json
from surveykit.study.running.lock import study_lock
from surveykit.study.running.manifest import write_atomically
from surveykit.study.tasks.draw_log import (
    add_to_log,
    draw_content,
    last_event,
    log_lines,
    log_plan,
    read_log,
    sound_log,
)

if TYPE_CHECKING:
    from surveykit.sampling import Commitment, DrawRecord, PublicSource, SamplingPlan
    from surveykit.study.files.study import Study

__all__ = ["commit_study", "commitment_lines", "commitment_problems", "require_revealed", "reveal_study"]


def commit_study(study: Study) -> dict[str, Any]:
    """Record and return the commitment to the study's plan, frame and public source: what commitment.json holds.

    Raises
    ------
    SurveyKitError
        The plan has a seed already, names no public source, or a sample was drawn: a commitment would prove nothing.
    OverwriteError
        A commitment to another plan or frame was recorded before.
    """
    from surveykit.sampling import commit_plan

    plan, file = study.sampling_plan, study.definition.files.sampling_plan
    held = _held(study)
    if held is not None:
        differs = _what_differs(study, plan, held)
        if differs:
            raise OverwriteError(
                f"commit: {study.located(places.COMMITMENT)} commits to another {differs}: restore "
                f"what was committed on {held.committed}, or move that file away and say publicly why"
            )
        return held.to_dict()
    if study.path(places.DRAW_RECORD).exists():
        raise SurveyKitError(
            f"commit: a sample was drawn already ({study.located(places.DRAW_RECORD)}): a commitment made now would "
            "prove nothing"
        )
    if plan.seed is not None:
        raise SurveyKitError(
            f"commit: {file} has a seed already, and a seed that is known before the commitment proves nothing: take "
            "'seed' and 'seed_origin' out of it, commit, and let 'surveykit commit --reveal' write them"
        )
    with study_lock(study.output):
        made = commit_plan(plan, study_frame(study)).to_dict()
        log_plan(study)
        _write(study, made)
        add_to_log(study, "commit", made)
    return made


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
    from surveykit.sampling import PublicSource, canonical_value, reveal_seed

    held = _held(study)
    if held is None:
        raise SurveyKitError("commit: nothing was committed yet: run 'surveykit commit' and publish its code first")
    with study_lock(study.output):
        plan, file = study.sampling_plan, study.definition.files.sampling_plan
        differs = _what_differs(study, plan, held)
        if differs:
            raise SurveyKitError(
                f"commit: the {differs} changed since the commitment of {held.committed}: restore what was committed"
            )
        final = reveal_seed(plan, held, public_value)
        canonical = canonical_value(PublicSource.model_validate(held.source), public_value)
        content = {"code": held.code, "public_value": canonical, "seed": final.seed}
        before = last_event(sound_log(study), "reveal")
        if before is not None and before["content"] != content:
            raise SurveyKitError(
                f"commit: {before['content']['public_value']!r} was revealed on {before['time']}, and a value is "
                "revealed once: if it was wrong, say so publicly and commit anew to a drawing to come"
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
        f"  public source {source['name']}, {source['draw']}, due {source['due']}",
        f"  made {held['committed']}, kept in {study.located(places.COMMITMENT)}",
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
        The commitment has not been revealed, or the plan's seed is another one.
    """
    held = _held(study)
    if held is None:
        return
    revealed = last_event(sound_log(study), "reveal")
    seed = study.sampling_plan.seed
    if revealed is not None and seed is not None and revealed["content"].get("seed") == seed:
        return
    raise SurveyKitError(
        f"draw: {study.located(places.COMMITMENT)} commits to a seed from a public value, and "
        f"{study.definition.files.sampling_plan} has {'another' if seed else 'no'} seed: run "
        "'surveykit commit --reveal VALUE'"
    )


def commitment_problems(study: Study, record: DrawRecord) -> tuple[list[str], list[str]]:
    """Compare a draw with the study's commitment and log; return problems, and what was proven."""
    from surveykit.sampling import PublicSource, SamplingPlan, chain_problems, plan_hash
    from surveykit.sampling.drawing.commitment import revealed_plan

    held, entries = _held(study), read_log(study)
    problems = chain_problems(entries)
    if problems:
        return [f"{study.located(places.DRAW_LOG)}: {text}" for text in problems], []
    problems += _log_problems(study, entries, record)
    committed, revealed = last_event(entries, "commit"), last_event(entries, "reveal")
    if held is None:
        lost = "the log names a commitment, and its file is not there"
        return [*problems, *([lost] if committed else [])], log_lines(entries) if entries else []
    if committed is None or committed["content"] != held.to_dict():
        problems.append("the commitment is not the one that the log names")
    if revealed is None:
        return [*problems, "the commitment was never revealed: the seed of the draw does not come from it"], []
    plan = SamplingPlan.model_validate(record.plan)
    differs = _what_differs(study, plan, held)
    if differs:
        problems.append(f"the {differs} drawn from is not the committed one")
    value = str(revealed["content"].get("public_value"))
    problems += _value_problems(PublicSource.model_validate(held.source), value)
    final = revealed_plan(plan, held, value)
    if record.seed != final.seed:
        problems.append("the seed of the draw is not the sha256 of commitment and public value")
    elif plan_hash(final) != record.plan_hash:
        problems.append("the plan says of its seed what commitment and public value do not")
    source = held.source
    proven = (
        f"commitment: the seed is sha256 of {held.code} and {source['name']}, {source['draw']}, due {source['due']}: "
        f"{value}"
    )
    return problems, [proven, *log_lines(entries)]


def _value_problems(source: PublicSource, value: str) -> list[str]:
    """Whether the revealed value is of the announced form, and in the one way of writing it."""
    from surveykit.sampling import canonical_value

    numbers = source.form.kind == "numbers"
    try:
        same = canonical_value(source, value.replace(".", " ").replace("/", " ") if numbers else value) == value
    except SurveyKitError as error:
        return [str(error)]
    return [] if same else ["the public value is not in the form that was announced"]


def _log_problems(study: Study, entries: list[dict[str, Any]], record: DrawRecord) -> list[str]:
    """Whether the last draw of the log is the one on record, and what went before it in order."""
    name = study.located(places.DRAW_LOG)
    drawn = last_event(entries, "draw", "redraw")
    if drawn is None:
        return [f"{name} has no entry of a draw: the log was removed, or the record is of another draw"]
    content = draw_content(record)
    if {key: drawn["content"].get(key) for key in content} != content:
        return [f"the record is not the last draw of {name}"]
    order = [entry["event"] for entry in entries]
    if "commit" in order and "reveal" in order:
        first = min(order.index(event) for event in ("draw", "redraw") if event in order)
        if not order.index("commit") < order.index("reveal") < first:
            return [f"{name} has the draw before the commitment was revealed"]
    return []


def _held(study: Study) -> Commitment | None:
    from surveykit.sampling import Commitment

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


def _what_differs(study: Study, plan: SamplingPlan, held: Commitment) -> str:
    """Which of plan and frame are not the committed ones."""
    from surveykit.sampling import frame_digest, plan_hash
    from surveykit.sampling.drawing.commitment import without_seed

    parts = [] if plan_hash(without_seed(plan)) == held.plan_hash else ["plan"]
    # The digest covers the columns that the plan names, so a frame can be compared under the committed plan only.
    if not parts and frame_digest(plan, study_frame(study)) != held.frame_digest:
        parts.append("frame")
    return " and ".join(parts)


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
