"""Modules that scripts import by their path and that have moved: the old path goes on working, and says the new one."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.resources import files
from types import ModuleType

__all__ = ["install", "moved"]


@cache
def moved() -> dict[str, str]:
    """Return the new path of every module that has moved."""
    rows = files("surveykit").joinpath("moved.txt").read_text(encoding="ascii").splitlines()
    return {f"surveykit.{old}": f"surveykit.{new}" for old, new in map(str.split, rows)}


class _Moved(MetaPathFinder, Loader):
    """Finds a module under the path that it had: the same module object, so that nothing exists twice."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return ModuleSpec(fullname, self) if fullname.startswith("surveykit.") and fullname in moved() else None

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        new = moved()[module.__name__]
        warnings.warn(f"the module {module.__name__} has moved to {new}", DeprecationWarning, stacklevel=2)
        sys.modules[module.__name__] = import_module(new)


def install() -> None:
    """Put the finder behind all others, once."""
    if not any(isinstance(finder, _Moved) for finder in sys.meta_path):
        sys.meta_path.append(_Moved())
