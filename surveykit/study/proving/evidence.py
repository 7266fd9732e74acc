"""Whether a draw follows from the study's commitment and log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from surveykit.sampling import SamplingPlan, plan_hash
from surveykit.sampling.drawing.commitment import revealed_plan, without_seed
from surveykit.study.files import places
from surveykit.study.proving.committing import held_commitment, reveal_of, what_differs
from surveykit.study.proving.entering import draw_content
from surveykit.study.proving.history import committed_of, form_problems, history_problems
from surveykit.study.proving.log import DRAWS, last_event, log_lines, read_log

if TYPE_CHECKING:
    from surveykit.sampling import Commitment, DrawRecord
    from surveykit.study.proving.log import DrawFiles

__all__ = ["commitment_lines_of", "commitment_problems", "proven_lines"]


def commitment_problems(study: DrawFiles, record: DrawRecord, *events: str) -> list[str]:
    """Compare a draw with the study's commitment and log; empty when the draw in use follows from them.

    Parameters
    ----------
    study : DrawFiles
        Where commitment and log lie.
    record : DrawRecord
        The record of the draw.
    *events : str
        The events that enter it: those of a draw of units when left out.
    """
    held, entries, name = held_commitment(study), read_log(study), study.located(places.DRAW_LOG)
    broken = form_problems(entries)
    if broken:
        return [f"{name}: {text}" for text in broken]
    problems = [f"{name}: {text}" for text in history_problems(entries)]
    problems += _last_draw_problems(study, entries, record, events or DRAWS)
    last = last_event(entries, "commit")
    if held is None:
        return [*problems, *(["the log names a commitment, and its file is not there"] if last else [])]
    if last is None or last["content"] != last["content"] | held.to_dict():
        return [*problems, "the commitment is not the last one that the log names"]
    return problems + _seed_problems(study, entries, held, record)


def _seed_problems(study: DrawFiles, entries: list[dict[str, Any]], held: Commitment, record: DrawRecord) -> list[str]:
    """Whether plan, frame and seed of the draw are those of commitment and public value."""
    revealed = reveal_of(entries, held.code)
    if revealed is None:
        return ["the commitment was never revealed: the seed of the draw does not come from it"]
    plan, problems = SamplingPlan.model_validate(record.plan), []
    differs = what_differs(study, plan, held)
    if differs:
        problems.append(f"the {differs} drawn from is not the committed one")
    final = revealed_plan(plan, held, revealed["content"]["public_value"])
    if record.seed != final.seed:
        problems.append("the seed of the draw is not the sha256 of commitment and public value")
    elif plan_hash(final) != record.plan_hash:
        problems.append("the plan says of its seed what commitment and public value do not")
    return problems


def _last_draw_problems(
    study: DrawFiles, entries: list[dict[str, Any]], record: DrawRecord, events: tuple[str, ...]
) -> list[str]:
    """Whether the last draw of the log is the one on record, drawn by the plan that was entered before it."""
    name, drawn = study.located(places.DRAW_LOG), last_event(entries, *events)
    if drawn is None:
        return [f"{name} has no entry of a draw: the log was removed, or the record is of another draw"]
    content = draw_content(record)
    if {key: drawn["content"].get(key) for key in content} != content:
        return [f"the record is not the last draw of {name}"]
    problems = []
    if any(entry["event"] in ("commit", "reveal") for entry in entries[drawn["entry"] :]):
        problems.append(f"{name} has a commitment after the last draw: the sample in use does not follow from it")
    if events == DRAWS and any(entry["event"] == "clusters" for entry in entries[drawn["entry"] :]):
        problems.append(f"{name} has clusters drawn after the last draw: the sample in use is not from them")
    if events == DRAWS and "listing" in record.plan and "clusters" not in drawn["content"]:
        problems.append(f"{name} has no clusters drawn before the draw, whose plan draws them first")
    planned = last_event(entries[: drawn["entry"]], "plan")
    bare = plan_hash(without_seed(SamplingPlan.model_validate(record.plan)))
    if planned is None or planned["content"] != {"plan_id": record.plan_id, "plan_hash": bare}:
        problems.append(f"the plan entered in {name} before the draw is not the one that was drawn")
    return problems


def proven_lines(study: DrawFiles) -> list[str]:
    """Return what commitment and log prove of a draw without problems; a commitment that was replaced is told first."""
    held, entries = held_commitment(study), read_log(study)
    revealed = reveal_of(entries, held.code) if held is not None else None
    if held is None or revealed is None:
        return log_lines(entries) if entries else []
    source, value = held.source, revealed["content"]["public_value"]
    return [
        *commitment_lines_of(entries),
        f"commitment: the seed is sha256 of {held.code} and drawing {source['draw']} of {source['name']}, due "
        f"{source['due']}: {value}",
        *log_lines(entries),
    ]


def commitment_lines_of(entries: list[dict[str, Any]]) -> list[str]:
    """Return what is told when more than one commitment was made; nothing otherwise."""
    made = [entry for entry in entries if entry["event"] == "commit"]
    if len(made) < 2:
        return []
    lines = [
        f"ATTENTION: {len(made)} commitments were made; the sample follows from the last one. Ask why, and whether "
        "each was published before its value was due:"
    ]
    for at, entry in enumerate(made):
        one, revealed = committed_of(entry), reveal_of(entries, entry["content"]["code"])
        lines.append(f"  {one.code}, {one.committed}: {one.source['name']}, {one.source['draw']}, {one.source['due']}")
        if revealed is not None:
            lines.append(f"    revealed on {revealed['time']}: {revealed['content']['public_value']}")
        if at + 1 < len(made):
            lines.append(f"    replaced because: {made[at + 1]['content']['reason']}")
    return lines
