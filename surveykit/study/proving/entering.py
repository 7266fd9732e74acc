"""Enter events in the log of a study's draw; the entries before stay as they are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from surveykit.errors import SurveyKitError
from surveykit.files.looking import read_text
from surveykit.sampling import extend_log, plan_hash
from surveykit.sampling.drawing.commitment import now, without_seed
from surveykit.sampling.drawing.log import content_hash, moment
from surveykit.study.files import places
from surveykit.study.proving.history import form_problems
from surveykit.study.proving.log import DRAWS, last_event, read_log, releases_of
from surveykit.study.running.durable import make_folder
from surveykit.study.running.manifest import write_atomically

if TYPE_CHECKING:
    from surveykit.sampling import DrawRecord
    from surveykit.sampling.drawing.log import LogEvent
    from surveykit.study.files.study import Study
    from surveykit.study.proving.log import DrawFiles

__all__ = ["add_to_log", "draw_content", "log_clusters", "log_draw", "log_head", "log_plan", "sound_log"]


def sound_log(study: DrawFiles) -> list[dict[str, Any]]:
    """Return the log, or refuse to build on one that was changed.

    Raises
    ------
    SurveyKitError
        The chain is broken, or an entry does not say what its event needs.
    """
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


def log_plan(study: Study) -> None:
    """Enter the plan without its seed, unless the last plan of the log is this one."""
    plan = study.sampling_plan
    content = {"plan_id": plan.id, "plan_hash": plan_hash(without_seed(plan))}
    held = last_event(sound_log(study), "plan")
    if held is None or held["content"] != content:
        add_to_log(study, "plan", content)


def draw_content(record: DrawRecord) -> dict[str, Any]:
    """What the log says of a draw."""
    return {
        "record": content_hash(json.loads(json.dumps(record.to_dict()))),
        "plan_hash": record.plan_hash,
        "frame_digest": record.frame_digest,
        "sample_digest": record.sample_digest,
    }


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
    entries = sound_log(study)
    content, before = draw_content(record) | _in_force(entries), last_event(entries, *DRAWS)
    clusters = last_event(entries, "clusters") if study.sampling_plan.listing is not None else None
    if clusters is not None:
        content["clusters"] = clusters["hash"]
    if before is None:
        add_to_log(study, "draw", content)
    elif {name: before["content"].get(name) for name in content} != content:
        fate = _fate_of_releases(before["content"], content, releases_of(entries), given_up)
        add_to_log(study, "redraw", content | {"replaces": before["hash"]} | fate)
        return int(fate.get("given_up", {}).get("units", 0))
    return 0


def log_clusters(study: Study, record: DrawRecord) -> None:
    """Enter the clusters of a draw in two steps, and what they replace; the same ones are not entered twice."""
    log_plan(study)
    entries = sound_log(study)
    content, before = draw_content(record) | _in_force(entries), last_event(entries, "clusters")
    if before is None:
        add_to_log(study, "clusters", content)
    elif {name: before["content"].get(name) for name in content} != content:
        add_to_log(study, "clusters", content | {"replaces": before["hash"]})


def _in_force(entries: list[dict[str, Any]]) -> dict[str, str]:
    """The commitment that a draw made now follows from, if there is one."""
    committed = last_event(entries, "commit")
    return {} if committed is None else {"commitment": str(committed["content"]["code"])}


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
