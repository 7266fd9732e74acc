"""Where templates of a study run: no attribute that leads to Python itself, no text or number without bounds."""

from __future__ import annotations

from typing import Any

from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

__all__ = ["Sandbox"]

LONGEST = 1_000_000


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, in which repetition and powers are bounded too."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Work out ``*`` and ``**``, unless the result would be huge."""
        for many, times in ((left, right), (right, left)):
            if isinstance(many, str | bytes | list | tuple) and isinstance(times, int) and len(many) * times > LONGEST:
                raise SecurityError(f"a result of more than {LONGEST:,} parts")
        huge = isinstance(left, int | float) and isinstance(right, int | float) and abs(right) > 1_000
        if operator == "**" and huge:
            raise SecurityError(f"a power of {right}")
        return super().call_binop(context, operator, left, right)
