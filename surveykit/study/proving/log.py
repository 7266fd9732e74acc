"""Read the log of a study's draw, a chain of hashes that only grows, in output/draw/log.jsonl; quick to load."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

from surveykit.errors import SurveyKitError
from surveykit.files.looking import read_text
from surveykit.study.files import places

if TYPE_CHECKING:
    from pathlib import Path

    from surveykit.sampling import SamplingPlan
    from surveykit.study.files.study import StudyOutline

__all__ = ["DRAWS", "DrawFiles", "last_event", "log_lines", "read_log", "release_settings", "releases_of"]

DRAWS = ("draw", "redraw")


class DrawFiles(Protocol):
    """Where the files of a draw lie: in a study, or in the folder of what was published of it."""

    @property
    def sampling_plan(self) -> SamplingPlan:
        """The plan."""

    @property
    def frame_at_hand(self) -> Any:
        """What the first stage draws from, or nothing."""

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


def last_event(entries: list[dict[str, Any]], *events: str) -> dict[str, Any] | None:
    """Return the last entry of these kinds."""
    return next((entry for entry in reversed(entries) if entry["event"] in events), None)


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


def release_settings(study: StudyOutline) -> dict[str, Any]:
    """What the stages after the draw depend on besides the drawn sample: the releases, if there are any."""
    releases = releases_of(read_log(study))
    return {"releases": [entry["hash"] for entry in releases]} if releases else {}


def log_lines(entries: list[dict[str, Any]]) -> list[str]:
    """One line for each entry of the log, and its head."""
    shown = {"plan": "plan_hash", "commit": "code", "reveal": "public_value", "release": "reason"}
    lines = []
    for entry in entries:
        detail = entry["content"].get(shown.get(entry["event"], "sample_digest"), "")
        lines.append(f"  {entry['entry']} {entry['time']} {entry['event']} {detail}")
    times, head = sum(entry["event"] in DRAWS for entry in entries), entries[-1]["hash"]
    if times > 1:
        lines.append(f"  the sample was drawn {times} times")
    clusters = sum(entry["event"] == "clusters" for entry in entries)
    if clusters > 1:
        lines.append(f"  the communities were drawn {clusters} times")
    return ["the log of the draw:", *lines, f"  head of the log: {head}"]
