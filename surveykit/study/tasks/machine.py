"""What a machine must have for a whole study."""

from __future__ import annotations

import importlib.metadata
import platform
from importlib.resources import files
from pathlib import Path

from surveykit._version import __version__
from surveykit.study.tasks.surroundings import Finding, examine_surroundings

__all__ = ["Finding", "examine_machine"]

_PACKAGES = (
    "numpy",
    "scipy",
    "pandas",
    "pyarrow",
    "duckdb",
    "pydantic",
    "PyYAML",
    "jinja2",
    "matplotlib",
    "openpyxl",
    "xlrd",
    "pyreadstat",
    "python-docx",
    "fonttools",
    "filelock",
    "markdown-it-py",
    "click",
    "rich",
)


def examine_machine(folder: Path | None = None) -> list[Finding]:
    """Look for Python, the libraries, Pango, fonts, rights, space, the locale and a browser.

    Parameters
    ----------
    folder : pathlib.Path, optional
        Where the study lies or shall lie; by default the current folder.
    """
    return [
        Finding("surveykit", "ok", f"{__version__}, {Path(__file__).resolve().parents[1]}"),
        _python(),
        *(_package(name) for name in _PACKAGES),
        _weasyprint(),
        _fonts(),
        *examine_surroundings(folder or Path.cwd()),
    ]


def _python() -> Finding:
    """Tell the version; pip installs surveykit on no Python that is too old."""
    return Finding("Python", "ok", f"{platform.python_version()}, {platform.system()} {platform.machine()}")


def _package(name: str) -> Finding:
    try:
        return Finding(name, "ok", importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Finding(name, "missing", "not installed", f"install it with 'pip install {name}'")


def _weasyprint() -> Finding:
    try:
        import weasyprint
        from weasyprint.text.ffi import pango
    except ImportError:
        return Finding("Pango (PDF)", "missing", "not installed", "install it with 'pip install weasyprint'")
    except OSError:
        advice = (
            "install Pango with 'sudo apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0' "
            "(macOS: brew install pango)"
        )
        return Finding("Pango (PDF)", "missing", "not found", advice)
    version = pango.pango_version()
    shown = f"{version // 10000}.{version // 100 % 100}.{version % 100}"
    return Finding("Pango (PDF)", "ok", f"{shown}, WeasyPrint {weasyprint.__version__}")


def _fonts() -> Finding:
    names = sorted(
        entry.name for entry in (files("surveykit.report") / "fonts").iterdir() if entry.name.endswith(".otf")
    )
    if len(names) < 4:
        return Finding("fonts", "missing", "the installation is damaged", "install surveykit again")
    return Finding("fonts", "ok", ", ".join(names))
