"""The one JSON object that ``--json`` prints."""

from __future__ import annotations

import datetime
import json
import math
from pathlib import PurePath
from typing import Any

from surveykit._version import __version__

__all__ = ["answer_text", "plain"]


def answer_text(command: str | None, exit_code: int, result: dict[str, Any], told: dict[str, Any]) -> str:
    """Return the JSON object of a call.

    Parameters
    ----------
    command : str, optional
        The command's name.
    exit_code : int
        Of the call.
    result : dict
        What the command found; its keys belong to the command.
    told : dict
        ``problems`` and ``warnings``.
    """
    content = {
        "surveykit": __version__,
        "command": command,
        "ok": exit_code == 0,
        "exit_code": exit_code,
        "result": plain(result),
        **plain(told),
    }
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)


def plain(value: Any) -> Any:
    """Return a value as JSON knows it: missing and infinite numbers are null, tables are lists of rows.

    Examples
    --------
    >>> plain({"a": float("nan"), "b": (1, 2)})
    {'a': None, 'b': [1, 2]}
    """
    if hasattr(value, "to_dict") and hasattr(value, "columns"):
        return [plain(row) for row in value.to_dict("records")]
    if isinstance(value, dict):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(entry) for entry in value]
    if hasattr(value, "item") and not isinstance(value, str):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, PurePath):
        return value.as_posix()
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value if value is None or isinstance(value, str | int | bool) else str(value)
