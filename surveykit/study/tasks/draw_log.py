"""The log of a study's draw: a chain of hashes that only grows, in output/draw/log.jsonl."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

from surveykit.errors import SurveyKitError
from surveykit.files.looking import read_text
from surveykit.study.files import places
from surveykit.study.running.durable import make_folder
from surveykit.study.running.manifest import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

    from surveykit.sampling import DrawRecord, SamplingPlan
    from surveykit.sampling.drawing.log import LogEvent
    from surveykit.study.files.study import Study, StudyOutline

__all__ = [
    "DrawFiles",
    "add_to_log",
    "last_event",
    "log_draw",
    "log_head",
    "log_lines",
    "read_log",
    "releases_of",
    "sound_log",
]

DRAWS = ("draw", "redraw")


class DrawFiles(Protocol):
    """Where the files of a draw lie: in a study, or in the folder of what was published of it."""

    @property
    def sampling_plan(self) -> SamplingPlan:
        """The plan."""

    @property
    def frame_file(self) -> Path | None:
        """The frame, if it is at hand."""

    def path(self, place: str) -> Path:
        """Where one of the `places` lies."""

    def located(self, place: str) -> str:
        """How it is called in messages."""


def read_log(study: StudyOutline | DrawFiles) -> list[dict[str, Any]]:
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
    # A line ends at a line feed alone: other characters that end lines may stand in the reason of a release.
    lines = read_text(path).split("\n")
    for number, line in enumerate(lines if lines[-1] else lines[:-1], start=1):
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


def sound_log(study: DrawFiles) -> list[dict[str, Any]]:
    """Return the log, or refuse to build on one that was changed.

    Raises
    ------
    SurveyKitError
        The chain is broken, or an entry does not say what its event needs.
    """
    from surveykit.study.tasks.draw_history import form_problems

    entries = read_log(study)
    problems = form_problems(entries)
    if problems:
        raise SurveyKitError(f"{study.located(places.DRAW_LOG)}: {problems[0]}: restore the log as it was written")
    return entries


def add_to_log(study: Study, event: LogEvent, content: dict[str, Any]) -> dict[str, Any]:
    """Add an entry at the end of the log and return it; the entries before stay byte for byte.

    Raises
    ------
    SurveyKitError
        The log was changed, or the clock of this machine stands before its last entry.
    """
    from surveykit.sampling import extend_log
    from surveykit.sampling.drawing.commitment import now
    from surveykit.sampling.drawing.log import moment

    entries, time = sound_log(study), now()
    last = moment(entries[-1]["time"]) if entries else None
    if last is not None and time < last:
        raise SurveyKitError(
            f"{study.located(places.DRAW_LOG)}: the clock of this machine says {time.isoformat()}, and the last entry "
            f"was made at {entries[-1]['time']}: set the clock right and do it again"
        )
    entry = extend_log(entries, event, content, time.strftime("%Y-%m-%dT%H:%M:%S%z"))[-1]
    path = study.path(places.DRAW_LOG)
    make_folder(path.parent)
    before = read_text(path).encode("utf-8") if path.exists() else b""
    before += b"" if not before or before.endswith(b"\n") else b"\n"
    write_atomically(path, before + _line(entry).encode("utf-8"))
    return entry


def _line(entry: dict[str, Any]) -> str:
    """One line of JSON; the characters that other programs take for the end of a line are escaped."""
    text = json.dumps(entry, ensure_ascii=False, sort_keys=True)
    for mark in "\x85\u2028\u2029":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return text + "\n"


def log_head(study: Study) -> str:
    """Return the hash of the last entry, which fixes the whole log once it is published."""
    return str(sound_log(study)[-1]["hash"])


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


def releases_of(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the releases that stand: those since the last draw, and those that a redraw of its sample carried over."""
    found: list[dict[str, Any]] = []
    for entry in entries:
        if entry.get("event") in DRAWS:
            content = entry.get("content")
            kept = content.get("carried_over", []) if isinstance(content, dict) else []
            found = [one for one in found if one.get("hash") in kept]
        elif entry.get("event") == "release":
            found.append(entry)
    return found


def log_draw(study: Study, record: DrawRecord, given_up: str | None = None) -> int:
    """Enter a draw, or a redraw with what it replaces; the same draw made again is not entered twice.

    Parameters
    ----------
    study : Study
        The study.
    record : DrawRecord
        The record of the draw.
    given_up : str, optional
        Why releases of an earlier sample are given up.

    Returns
    -------
    int
        Released units that were given up.

    Raises
    ------
    SurveyKitError
        Released units of another sample stand, and no reason is given to give them up.
    """
    log_plan(study)
    content, entries = draw_content(record), sound_log(study)
    committed, before = last_event(entries, "commit"), last_event(entries, *DRAWS)
    if committed is not None:
        content["commitment"] = committed["content"]["code"]
    if before is None:
        add_to_log(study, "draw", content)
    elif {name: before["content"].get(name) for name in content} != content:
        fate = _fate_of_releases(before["content"], content, releases_of(entries), given_up)
        add_to_log(study, "redraw", content | {"replaces": before["hash"]} | fate)
        return int(fate.get("given_up", {}).get("units", 0))
    return 0


def _fate_of_releases(
    before: dict[str, Any], now: dict[str, Any], releases: list[dict[str, Any]], reason: str | None
) -> dict[str, Any]:
    """What becomes of the releases of the sample that is replaced: the same sample keeps them, another cannot."""
    if not releases:
        return {}
    hashes = [entry["hash"] for entry in releases]
    if all(before[name] == now[name] for name in ("plan_hash", "sample_digest")):
        return {"carried_over": hashes}
    units = sum(sum(entry["content"]["units"].values()) for entry in releases)
    if not (reason or "").strip():
        raise SurveyKitError(
            f"draw: {units} units of the present sample were released on {releases[-1]['time']} and may be in the "
            "field; another sample gives them up: keep the plan and the frame, or say publicly why with "
            "'surveykit draw --redraw --give-up REASON'"
        )
    return {"given_up": {"releases": hashes, "units": units, "reason": reason}}


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
