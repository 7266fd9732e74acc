"""A study from somebody else is data: every file that it names lies inside its folder, unless the caller trusts it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from surveykit.errors import DefinitionError, Problem, first_few
from surveykit.study.files.answer_paths import answer_files

if TYPE_CHECKING:
    from surveykit.study.files.definition import StudyDefinition

__all__ = ["lies_inside", "outside_problems", "require_inside"]

Place = tuple[str | int, ...]
TODO = "move it into the study's folder, or call with --trust if you know who made this study"


def lies_inside(root: Path, relative: str) -> bool:
    """Whether a path, its links followed, stays in a folder; a path that no file can have does not."""
    try:
        return (root / relative).resolve().is_relative_to(root.resolve())
    except (OSError, ValueError, RuntimeError):
        return False


def require_inside(root: Path, relative: str) -> Path:
    """Return the path of a file of a study, or fail because it leads out of the study's folder.

    Raises
    ------
    DefinitionError
        An absolute path elsewhere, ``..`` or a link leads out.
    """
    if not lies_inside(root, relative):
        raise DefinitionError([Problem(f"{relative!r} lies outside the study", TODO)])
    return root / relative


def _named(definition: StudyDefinition) -> Iterator[tuple[Place, str]]:
    """Every path that a study file names, with its place there."""
    for role, path in definition.files.named().items():
        yield ("files", *role.split(".", 1)), path
    if definition.files.report_templates is not None:
        yield ("files", "report_templates"), definition.files.report_templates
    data = definition.data
    listed = (("clusters", data.clusters), ("listing", data.listing), ("listing_status", data.listing_status))
    for role, name in (("frame", data.frame), *listed, ("answers", data.answers), ("salt", data.salt)):
        if name is not None:
            yield ("data", role), name
    for place, entry in enumerate(data.responses):
        for role, name in (("file", entry.file), ("mapping", entry.mapping), ("column_map", entry.column_map)):
            if name is not None:
                yield ("data", "responses", place, role), name
    yield ("output",), definition.output


def outside_problems(root: Path, definition: StudyDefinition) -> list[Problem]:
    """Find every path by which a study would read or write outside its folder.

    Parameters
    ----------
    root : pathlib.Path
        The study's folder.
    definition : StudyDefinition
        What its study file says.

    Returns
    -------
    list of Problem
        One for each path that is absolute, holds ``..`` or is a link and so leads out, and one for each folder of
        the study in which links do.
    """
    problems = []
    named = list(_named(definition))
    for place, name in named:
        if not lies_inside(root, name):
            problems.append(Problem(f"{name!r} lies outside the study", TODO, place))
    for place, name in named:
        if place[:2] != ("data", "responses") or not lies_inside(root, name) or (root / name).is_dir():
            continue
        if fits := [fit for fit in answer_files(root, name) if not lies_inside(root, fit)]:
            what = f"files that fit {name!r} lie outside the study: {first_few(fits)}"
            problems.append(Problem(what, TODO, place))
    folders = {name: place for place, name in named if lies_inside(root, name) and (root / name).is_dir()}
    for name, place in folders.items():
        leading_out = _links_out(root, root / name)
        if leading_out:
            what = f"links in {name!r} lead out of the study: {first_few(leading_out)}"
            problems.append(Problem(what, TODO, place))
    return problems


def _links_out(root: Path, folder: Path) -> list[str]:
    found = []
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(place, name)
            if path.is_symlink() and not lies_inside(root, str(path)):
                found.append(path.relative_to(root).as_posix())
    return sorted(found)
