"""Which characters of a study's files no report could print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surveykit.errors import Problem
from surveykit.files.looking import read_bytes

if TYPE_CHECKING:
    from surveykit.study.files.study import StudyOutline

__all__ = ["printing_problems"]

_READ = {".yaml", ".yml", ".csv", ".md", ".html", ".svg", ".json", ".geojson"}


def printing_problems(study: StudyOutline) -> list[Problem]:
    """Find every character of a study's files that surveykit's fonts lack; comments of YAML files are passed over.

    Parameters
    ----------
    study : StudyOutline
        The study; its own files are read, not its data.

    Returns
    -------
    list of Problem
        One for each character and file, with the line where it first stands and how often it stands in the file.
    """
    problems = []
    for name in _files(study):
        path = study.root / name
        if path.suffix in _READ and path.is_file():
            problems += _of_file(read_bytes(path, shown=name).decode("utf-8-sig", errors="replace"), name)
    return problems


def _files(study: StudyOutline) -> list[str]:
    files = study.definition.files
    named = [study.file, *files.named().values()]
    if files.report_templates is not None:
        folder = study.root / files.report_templates
        named += sorted(path.relative_to(study.root).as_posix() for path in folder.rglob("*"))
    return list(dict.fromkeys(named))


def _of_file(text: str, name: str) -> list[Problem]:
    from surveykit.report.charts.typefaces import SUBSTITUTE, unprintable

    found: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not (name.endswith((".yaml", ".yml")) and line.lstrip().startswith("#")):
            for character in unprintable(line):
                found.setdefault(character, number)
    return [
        Problem(
            f"the character {character} (U+{ord(character):04X}) is in none of surveykit's fonts, "
            f"{text.count(character)} times in this file",
            f"a PDF prints {SUBSTITUTE} instead: write it another way",
            file=name,
            line=number,
        )
        for character, number in found.items()
    ]
