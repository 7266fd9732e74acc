"""The log of a study's draw: a chain of hashes that only grows, in output/draw/log.jsonl."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from surveykit.errors import SurveyKitError
from surveykit.files.looking import read_text
from surveykit.study.files import places
from surveykit.study.running.durable import make_folder
from surveykit.study.running.manifest import write_atomically

if TYPE_CHECKING:
    from surveykit.sampling import DrawRecord
    from surveykit.sampling.drawing.log import LogEvent
    from surveykit.study.files.study import Study, StudyOutline

__all__ = ["add_to_log", "last_event", "log_clusters", "log_draw", "log_lines", "read_log", "sound_log"]

DRAWS = ("draw", "redraw")


def read_log(study: StudyOutline) -> list[dict[str, Any]]:
    """Return the entries of the log as they lie in the file; none when there is no file.

    Raises
    ------
    SurveyKitError
        A line is no JSON object.
    """
    path = study.path(places.DRAW_LOG)
    if not path.exists():
        return []
    entries = []
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        try:
            entry = json.loads(line)
        except ValueError:
            entry = None
        if not isinstance(entry, dict):
            raise SurveyKitError(
                f"{study.located(places.DRAW_LOG)}, line {number}: no entry of the log: restore it as it was written"
            )
        entries.append(entry)
    return entries


def sound_log(study: Study) -> list[dict[str, Any]]:
    """Return the log, or refuse to build on one that was changed.

    Raises
    ------
    SurveyKitError
        The chain is broken.
    """
    from surveykit.sampling import chain_problems

    entries = read_log(study)
    problems = chain_problems(entries)
    if problems:
        raise SurveyKitError(f"{study.located(places.DRAW_LOG)}: {problems[0]}: restore the log as it was written")
    return entries


def add_to_log(study: Study, event: LogEvent, content: dict[str, Any]) -> dict[str, Any]:
    """Add an entry at the end of the log and return it; the entries before stay byte for byte."""
    from surveykit.sampling import extend_log

    entries = extend_log(sound_log(study), event, content, time.strftime("%Y-%m-%dT%H:%M:%S%z"))
    lines = [json.dumps(entry, ensure_ascii=False, sort_keys=True) + "\n" for entry in entries]
    path = study.path(places.DRAW_LOG)
    make_folder(path.parent)
    write_atomically(path, "".join(lines).encode("utf-8"))
    return entries[-1]


def last_event(entries: list[dict[str, Any]], *events: str) -> dict[str, Any] | None:
    """Return the last entry of these kinds."""
    return next((entry for entry in reversed(entries) if entry["event"] in events), None)


def log_plan(study: Study) -> None:
    """Enter the plan without its seed, unless the last plan of the log is this one."""
    from surveykit.sampling import plan_hash
    from surveykit.sampling.drawing.commitment import without_seed

    plan = study.sampling_plan
    content = {"plan_id": plan.id, "plan_hash": plan_hash(without_seed(plan))}
    held = last_event(sound_log(study), "plan")
    if held is None or held["content"] != content:
        add_to_log(study, "plan", content)


def draw_content(record: DrawRecord) -> dict[str, Any]:
    """What the log says of a draw."""
    from surveykit.sampling.drawing.log import content_hash

    return {
        "record": content_hash(json.loads(json.dumps(record.to_dict()))),
        "plan_hash": record.plan_hash,
        "frame_digest": record.frame_digest,
        "sample_digest": record.sample_digest,
    }


def log_draw(study: Study, record: DrawRecord) -> None:
    """Enter a draw, or a redraw with what it replaces; the same draw made again is not entered twice."""
    log_plan(study)
    content = draw_content(record)
    before = last_event(sound_log(study), *DRAWS)
    if before is None:
        add_to_log(study, "draw", content)
    elif {name: before["content"].get(name) for name in content} != content:
        add_to_log(study, "redraw", content | {"replaces": before["hash"]})


def log_clusters(study: Study, record: DrawRecord) -> None:
    """Enter the clusters of a draw in two steps, and what they replace; the same ones are not entered twice."""
    log_plan(study)
    content = draw_content(record)
    before = last_event(sound_log(study), "clusters")
    if before is None:
        add_to_log(study, "clusters", content)
    elif {name: before["content"].get(name) for name in content} != content:
        add_to_log(study, "clusters", content | {"replaces": before["hash"]})


def log_lines(entries: list[dict[str, Any]]) -> list[str]:
    """One line for each entry of the log, and its head."""
    shown = {"plan": "plan_hash", "commit": "code", "reveal": "public_value", "release": "reason"}
    lines = []
    for entry in entries:
        detail = entry["content"].get(shown.get(entry["event"], "sample_digest"), "")
        lines.append(f"  {entry['entry']} {entry['time']} {entry['event']} {detail}")
    times, head = sum(entry["event"] in DRAWS for entry in entries), entries[-1]["hash"]
    if times > 1:
        return ["the log of the draw:", *lines, f"  the sample was drawn {times} times", f"  head of the log: {head}"]
    return ["the log of the draw:", *lines, f"  head of the log: {head}"]
