"""Errors and warnings that a user of surveykit can meet.

Every error says what is wrong, where it is, how many places are affected and which first few, and what to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

__all__ = [
    "ApproximationWarning",
    "ConvergenceError",
    "DataError",
    "DefinitionError",
    "DesignError",
    "InterpretationWarning",
    "MissingDependencyError",
    "MissingGlyphWarning",
    "OverwriteError",
    "Problem",
    "RenderError",
    "SurveyKitError",
    "first_few",
]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in something that a person wrote.

    Attributes
    ----------
    what : str
        What is wrong, with the offending value.
    todo : str
        What to do about it.
    path : tuple of str or int
        Keys and list positions from the top of the definition to the place, for example
        ``("flow", 2, "items", 0, "ask_if")``.
    file : str, optional
        The file; filled in by the reader of files.
    line : int, optional
        The line in the file, counted from 1; filled in by the reader of files.
    """

    what: str
    todo: str = ""
    path: tuple[str | int, ...] = ()
    file: str | None = None
    line: int | None = None

    def at(self, file: str, line: int | None) -> Problem:
        """Return the same problem with its place in a file."""
        return replace(self, file=file, line=line)

    def __str__(self) -> str:
        place = ""
        if self.file is not None:
            place = f"{self.file}:{self.line}: " if self.line is not None else f"{self.file}: "
        where = ".".join(str(part) for part in self.path)
        return place + ": ".join(part for part in (where, self.what, self.todo) if part)


class SurveyKitError(Exception):
    """Base of every error that the user can mend; shown without a traceback, exit code 2."""

    exit_code = 2


class DefinitionError(SurveyKitError):
    """A plan, questionnaire, scheme or other definition is wrong; carries all problems found.

    Parameters
    ----------
    problems : sequence of Problem
        All problems, in the order of their place.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class DataError(SurveyKitError):
    """A table does not hold what it must hold."""


class DesignError(DataError):
    """A survey design cannot be made from the data, or does not allow what was asked of it."""


class ConvergenceError(SurveyKitError):
    """An iterative method did not reach its tolerance; no result is returned."""


class OverwriteError(SurveyKitError):
    """Something that exists would be overwritten, such as a drawn sample."""


class MissingDependencyError(SurveyKitError):
    """Something outside surveykit is missing on this machine; the message says how to install it."""


class RenderError(SurveyKitError):
    """A document could not be rendered faithfully, for example for want of a glyph."""


class InterpretationWarning(UserWarning):
    """A number is right but may not be read in the usual way."""


class ApproximationWarning(UserWarning):
    """A number rests on an approximation that may be poor here."""


class MissingGlyphWarning(UserWarning):
    """A character is printed as 〓, since no font of surveykit's holds it."""


def first_few(values: Iterable[object], limit: int = 5) -> str:
    """Say how many values there are and which come first.

    Parameters
    ----------
    values : iterable
        The offending values, in a meaningful order.
    limit : int
        How many to name.

    Returns
    -------
    str
        For example ``"12: 'a', 'b', 'c', 'd', 'e', ..."``.

    Examples
    --------
    >>> first_few([1, 2, 3], limit=2)
    '3: 1, 2, ...'
    """
    items = list(values)
    named = ", ".join(repr(value) for value in items[:limit])
    return f"{len(items)}: {named}{', ...' if len(items) > limit else ''}"
