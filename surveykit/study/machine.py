"""What a machine must have for a whole study."""

from __future__ import annotations

import importlib.metadata
import platform
import sys
from dataclasses import dataclass

__all__ = ["Finding", "examine_machine"]

_PACKAGES = (
    "numpy",
    "scipy",
    "pandas",
    "pyarrow",
    "duckdb",
    "pydantic",
    "jinja2",
    "matplotlib",
)


@dataclass(frozen=True)
class Finding:
    """One thing looked for.

    Attributes
    ----------
    name : str
        What was looked for.
    ok : bool
        Whether it is there and works.
    detail : str
        Its version, or how to install it.
    """

    name: str
    ok: bool
    detail: str


def examine_machine() -> list[Finding]:
    """Look for Python, the packages, Pango and the fonts."""
    python = sys.version_info >= (3, 11)
    findings = [Finding("Python", python, platform.python_version() if python else "3.11 or newer is needed")]
    findings += [_package(name) for name in _PACKAGES]
    findings += [_weasyprint(), _fonts()]
    return findings


def _package(name: str) -> Finding:
    try:
        return Finding(name, True, importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Finding(name, False, f"install it with 'pip install {name}'")


def _weasyprint() -> Finding:
    try:
        import weasyprint
        from weasyprint.text.ffi import pango
    except OSError:
        advice = "sudo apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
        return Finding("Pango (PDF)", False, f"install it with '{advice}' (macOS: brew install pango)")
    version = pango.pango_version()
    return Finding(
        "Pango (PDF)",
        True,
        f"{version // 10000}.{version // 100 % 100}.{version % 100}, WeasyPrint {weasyprint.__version__}",
    )


def _fonts() -> Finding:
    from importlib.resources import files

    names = sorted(
        entry.name for entry in (files("surveykit.report") / "fonts").iterdir() if entry.name.endswith(".otf")
    )
    if len(names) < 4:
        return Finding("fonts", False, "the installation is damaged: install surveykit again")
    return Finding("fonts", True, ", ".join(names))
