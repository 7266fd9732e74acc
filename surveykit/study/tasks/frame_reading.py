"""How the file of a study's frame was read, in words."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["reading_line"]


def reading_line(name: str, reading: Mapping[str, str]) -> str:
    """Say how the file of a frame was read."""
    told = ", ".join(f"{key} {value}" for key, value in reading.items() if key != "kind")
    return f"frame {name}: read as {reading.get('kind', '')}{', ' + told if told else ''}"
