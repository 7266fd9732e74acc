"""Read YAML with every scalar as text and every place remembered.

YAML as commonly read turns ``010`` into 8, ``no`` into False and lets a repeated key win silently. Codes and answers
must survive untouched, so scalars stay text, and duplicate keys, anchors, aliases and tags are refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from surveykit.errors import DefinitionError, Problem
from surveykit.files.looking import FileError, read_text

__all__ = ["Document", "parse_yaml", "read_yaml"]

MAX_BYTES = 5_000_000
MAX_DEPTH = 40
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Document:
    """The content of a YAML file and the line of every place in it.

    Attributes
    ----------
    data : dict, list or str
        The content; every scalar is text.
    file : str
        The file's name as shown in messages.
    lines : dict
        Line (from 1) of every path.
    """

    data: Any
    file: str
    lines: dict[Place, int] = field(default_factory=dict, repr=False)

    def line(self, path: Place) -> int | None:
        """Return the line of a path, or of the nearest place above it that exists."""
        for length in range(len(path), -1, -1):
            found = self.lines.get(path[:length])
            if found is not None:
                return found
        return None

    def locate(self, problem: Problem) -> Problem:
        """Add file and line to a problem that knows only its path."""
        return problem.at(self.file, self.line(problem.path))


def read_yaml(path: Path, shown_as: str | None = None) -> Document:
    """Read one YAML file.

    Parameters
    ----------
    path : pathlib.Path
        The file, in UTF-8.
    shown_as : str, optional
        The name to show in messages.

    Returns
    -------
    Document

    Raises
    ------
    DefinitionError
        The file is missing, too large, not UTF-8 or not plain YAML; names file and line.
    """
    shown = shown_as or str(path)
    try:
        text = read_text(path, shown=shown, limit=MAX_BYTES)
    except FileError as error:
        raise DefinitionError([error.problem]) from None
    return parse_yaml(text, shown)


def parse_yaml(text: str, file: str) -> Document:
    """Parse YAML text; see `read_yaml`.

    Examples
    --------
    >>> parse_yaml("code: 010", "a.yaml").data
    {'code': '010'}
    """
    _refuse_control_characters(text, file)
    problems = [problem.at(file, problem.line) for problem in _scan(text)]
    if problems:
        raise DefinitionError(problems)
    node = yaml.compose(text, Loader=_LOADER)
    if node is None:
        raise DefinitionError([Problem("the file is empty", "write the definition into it", file=file, line=1)])
    lines: dict[Place, int] = {}
    duplicates: list[Problem] = []
    data = _build(node, (), lines, duplicates)
    if duplicates:
        raise DefinitionError([problem.at(file, problem.line) for problem in duplicates])
    return Document(data, file, lines)


def _refuse_control_characters(text: str, file: str) -> None:
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        raise DefinitionError(
            [Problem("the file holds a NUL character", "it is not a text file", file=file, line=line)]
        )


def _scan(text: str) -> list[Problem]:
    """Find what plain YAML must not hold, before anything is built from it."""
    problems: list[Problem] = []
    try:
        for event in _events(text):
            line = event.start_mark.line + 1
            if isinstance(event, yaml.AliasEvent):
                problems.append(Problem(f"alias *{event.anchor} is not allowed", "write the content out", line=line))
            elif getattr(event, "anchor", None):
                problems.append(Problem(f"anchor &{event.anchor} is not allowed", "write the content out", line=line))
            elif getattr(event, "tag", None):
                problems.append(Problem(f"tag {event.tag} is not allowed", "remove it; every value is text", line=line))
    except yaml.YAMLError as error:
        problems.append(_syntax_problem(error))
    return problems


def _events(text: str) -> Iterator[Any]:
    depth = documents = 0
    event: Any
    for event in yaml.parse(text, Loader=_LOADER):
        mark: Any = event.start_mark
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise yaml.MarkedYAMLError(problem="a second document starts here", problem_mark=mark)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise yaml.MarkedYAMLError(problem=f"nested deeper than {MAX_DEPTH}", problem_mark=mark)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        yield event


def _syntax_problem(error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    what = getattr(error, "problem", None) or str(error).splitlines()[0]
    line = mark.line + 1 if mark is not None else None
    column = f" (column {mark.column + 1})" if mark is not None else ""
    return Problem(
        f"not valid YAML{column}: {what}", "check indentation, colons and quotes around this place", line=line
    )


def _build(node: yaml.Node, path: Place, lines: dict[Place, int], duplicates: list[Problem]) -> Any:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return [_build(child, (*path, index), lines, duplicates) for index, child in enumerate(node.value)]
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            duplicates.append(Problem("a key must be plain text", "write one word before the colon", path, line=line))
            continue
        key = key_node.value
        if key in result:
            first = lines[(*path, key)]
            duplicates.append(
                Problem(f"key {key!r} stands twice (first on line {first})", "keep one of them", path, line=line)
            )
            continue
        lines[(*path, key)] = line
        result[key] = _build(value_node, (*path, key), lines, duplicates)
    return result
