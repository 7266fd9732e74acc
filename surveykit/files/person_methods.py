"""How persons are chosen within households: the words that a questionnaire and a draw share."""

from __future__ import annotations

from typing import Literal

__all__ = ["GridMethod", "PersonMethod"]

GridMethod = Literal["kish", "kish_1949"]
PersonMethod = Literal[GridMethod, "next_birthday", "last_birthday", "all"]
