"""The log of a draw: a chain of hashes that only grows, from the plan to the last release."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, get_args

from surveykit.errors import DataError, choose

__all__ = ["LogEvent", "chain_problems", "content_hash", "extend_log"]

LogEvent = Literal["plan", "commit", "reveal", "clusters", "draw", "redraw", "release"]
FIRST = "0" * 64
NAMES = ("entry", "previous", "time", "event", "content", "hash")


def content_hash(content: Any) -> str:
    """SHA-256 of plain values as canonical JSON: sorted names, no blanks, UTF-8."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    try:
        return hashlib.sha256(text.encode()).hexdigest()
    except UnicodeEncodeError as error:
        at = text[max(error.start - 20, 0) : error.end]
        raise DataError(f"log: {at!r} holds bytes that are no UTF-8 text: write it again as text") from error


def extend_log(
    entries: Sequence[dict[str, Any]], event: LogEvent, content: dict[str, Any], time: str
) -> list[dict[str, Any]]:
    """Return a log with one entry more.

    Parameters
    ----------
    entries : sequence of dict
        The log so far.
    event : {"plan", "commit", "reveal", "clusters", "draw", "redraw", "release"}
        What happened.
    content : dict
        Plain values that say it.
    time : str
        When, ISO 8601 with the offset from UTC; not before the time of the last entry.

    Returns
    -------
    list of dict
        Each with ``entry`` (from 1), ``previous`` (hash of the entry before; zeros for the first), ``time``, ``event``,
        ``content`` and ``hash``, the SHA-256 of all these as canonical JSON. Publishing the last hash fixes the whole
        log.

    Raises
    ------
    DataError
        If a text holds what UTF-8 cannot write.

    Examples
    --------
    >>> log = extend_log([], "draw", {"sample_digest": "ab"}, "2026-12-01T22:00:00+08:00")
    >>> chain_problems(log)
    []
    >>> chain_problems([log[0] | {"content": {"sample_digest": "cd"}}])
    ['entry 1 of the log was edited: its hash is not that of its content']
    """
    choose("event", event, get_args(LogEvent))
    made = {
        "entry": len(entries) + 1,
        "previous": entries[-1]["hash"] if entries else FIRST,
        "time": time,
        "event": event,
        "content": content,
    }
    return [*entries, made | {"hash": content_hash(made)}]


def chain_problems(entries: Sequence[dict[str, Any]]) -> list[str]:
    """What breaks the chain of a log, in words; empty when every entry follows from the one before, in its time."""
    problems: list[str] = []
    previous, before = FIRST, None
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict) or sorted(entry) != sorted(NAMES):
            return [*problems, f"entry {number} of the log lacks parts or has strange ones"]
        bare = {name: value for name, value in entry.items() if name != "hash"}
        if content_hash(bare) != entry["hash"]:
            problems.append(f"entry {number} of the log was edited: its hash is not that of its content")
        if entry["previous"] != previous or entry["entry"] != number:
            problems.append(f"entry {number} of the log does not follow the one before: entries were removed or added")
        previous = entry["hash"]
        time = moment(entry["time"])
        if time is None:
            problems.append(f"entry {number} of the log has no time with its offset from UTC: {entry['time']!r}")
        elif before is not None and time < before:
            problems.append(f"entry {number} of the log has an earlier time than the one before: {entry['time']}")
        before = time or before
    return problems


def moment(text: Any) -> datetime | None:
    """The time that a text names; nothing when it is no ISO 8601 with the offset from UTC."""
    try:
        time = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return None if time.utcoffset() is None else time
