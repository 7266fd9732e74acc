#!/usr/bin/env python3
"""Make the pages of the documentation that come from code: the reference, and executed copies of the notebooks.

python tools/doc_sources.py    write docs/reference/*.md and docs/notebooks/
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TITLES = {
    "design": "Designs",
    "estimation": "Estimates, tests and models",
    "sampling": "Sample size, allocation and draw",
    "weighting": "Weights",
    "questionnaire": "Questionnaires",
    "responses": "Responses",
    "simulation": "Simulation",
    "scoring": "Scores and ranks",
    "report": "Reports",
    "display": "Results that show themselves",
    "study": "A study on disk",
}


def rooms() -> dict[str, list[str]]:
    """Return the public names by the package that they live in."""
    sys.path.insert(0, str(ROOT))
    import surveykit

    found: dict[str, list[str]] = {}
    for name, room in {**surveykit._HOME, **surveykit._ONCE_HERE}.items():
        found.setdefault(room, []).append(name if name in surveykit._HOME else f"{room}.{name}")
    return {room: found[room] for room in [*TITLES, *(room for room in found if room not in TITLES)] if room in found}


def _order(name: str) -> tuple[bool, bool, str]:
    bare = name.rpartition(".")[2]
    return "." in name, bare[0].islower(), bare


def write_reference(folder: Path) -> None:
    """Write one page per package that lists its public names; autosummary adds a page for each name."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = rooms()
    for room, names in pages.items():
        title = f"{TITLES.get(room, room)}: `surveykit.{room}`"
        listed = "\n".join(f"   {name}" for name in sorted(names, key=_order))
        summary = f".. currentmodule:: surveykit\n\n.. autosummary::\n   :toctree: generated\n\n{listed}\n"
        text = f"```{{eval-rst}}\n{summary}```\n"
        write(folder / f"{room}.md", f"# {title}\n\n{text}")
    entries = "\n".join(pages)
    intro = "Every public name, from its docstring, as it is written after `import surveykit as sk` and `sk.`\n"
    write(folder / "index.md", f"# Reference\n\n{intro}\n```{{toctree}}\n:maxdepth: 1\n\n{entries}\n```\n")


def write_notebooks(source: Path, folder: Path) -> None:
    """Execute notebooks in their own folder and put the copies into the documentation.

    A copy that was made from the same notebook and the same library is kept.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = sorted(path.name for path in source.glob("*.ipynb"))
    code = hashlib.sha256(b"".join(path.read_bytes() for path in sorted((ROOT / "surveykit").rglob("*.py"))))
    for name in names:
        digest = hashlib.sha256(code.digest() + (source / name).read_bytes()).hexdigest()
        stamp = folder / f".{name}.sha256"
        if not (stamp.exists() and stamp.read_text() == digest and (folder / name).exists()):
            print(f"executing notebooks/{name}", flush=True)
            execute(source / name, folder / name)
            write(stamp, digest)
    for stale in folder.glob("*.ipynb"):
        if stale.name not in names:
            stale.unlink()
    listed = "```{toctree}\n:maxdepth: 1\n\n" + "".join(f"{Path(name).stem}\n" for name in names) + "```\n"
    empty = "There are none in this copy of the repository.\n"
    write(folder / "index.md", f"# 笔记本 Notebooks\n\n{listed if names else empty}")


def execute(notebook: Path, target: Path) -> None:
    """Run a notebook where it lies and write it with its output."""
    import nbformat
    from nbclient import NotebookClient

    content = nbformat.read(notebook, as_version=4)
    NotebookClient(content, timeout=600, resources={"metadata": {"path": str(notebook.parent)}}).execute()
    nbformat.write(content, target)


def write(path: Path, text: str) -> None:
    """Write a file unless it says so already, so that unchanged pages are not built again."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_reference(ROOT / "docs" / "reference")
    write_notebooks(ROOT / "notebooks", ROOT / "docs" / "notebooks")
