"""Errors and warnings that a user of surveykit can meet.

Every error says what is wrong, where it is, how many places are affected and which first few, and what to do.
"""

from __future__ import annotations

import difflib
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
    "choose",
    "first_few",
    "nearest_word",
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
    """Base of every error that surveykit raises for the user to mend; the command line shows it without a traceback.

    Every other error class of this module derives from it, so ``except surveykit.SurveyKitError`` catches them all and
    lets defects of surveykit itself through.

    Attributes
    ----------
    exit_code : int
        What the command line ends with: 2.

    Examples
    --------
    >>> import surveykit as sk
    >>> try:
    ...     sk.SurveyDesign({"w": [1.0, 1.0]}, weights="w", lonely_psu="Fail")
    ... except sk.SurveyKitError as error:
    ...     print(error)
    lonely_psu: 'Fail' is unknown (did you mean 'fail'?): choose one of 'fail', 'certainty', 'adjust', 'average'
    """

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


def choose(name: str, value: object, allowed: Sequence[object], error: type[SurveyKitError] = DataError) -> None:
    """Refuse a word that a closed set of words does not hold; every public function with such a set calls this first.

    Words are taken as they are: letters in another case and spaces around a word make it another word.

    Parameters
    ----------
    name : str
        The parameter.
    value : object
        What was given.
    allowed : sequence of str
        The words in the order of their Literal: ``typing.get_args(ThatLiteral)``.
    error : type of SurveyKitError
        What is raised.

    Raises
    ------
    DataError
        When `value` is none of them or no text at all; it names the parameter, the value, the nearest word and all
        words.

    Examples
    --------
    >>> choose("distance", "linear", ("linear", "raking"))
    >>> choose("distance", "Linear", ("linear", "raking"))
    Traceback (most recent call last):
    ...
    surveykit.errors.DataError: distance: 'Linear' is unknown (did you mean 'linear'?): choose one of 'linear', 'raking'
    """
    if isinstance(value, str) and value in allowed:
        return
    words = [str(word) for word in allowed]
    listed = ", ".join(repr(word) for word in words)
    if not isinstance(value, str):
        given = repr(value) if value is None else type(value).__name__
        raise error(f"{name}: a word is needed, not {given}: choose one of {listed}")
    near = nearest_word(value, words)
    if near:
        raise error(f"{name}: {value!r} is unknown (did you mean {near!r}?): choose one of {listed}")
    raise error(f"{name}: {value!r} is unknown: choose one of {listed}")


def nearest_word(word: str, known: Iterable[str], likeness: float = 0.6) -> str:
    """Find the word that was probably meant, whatever its case.

    Parameters
    ----------
    word : str
        What was given.
    known : iterable of str
        What there is; of words that differ in their case only, the first counts.
    likeness : float
        The least that counts, from 0 to 1; see `difflib.SequenceMatcher.ratio`.

    Returns
    -------
    str
        One of `known`, or "" when nothing is alike.

    Examples
    --------
    >>> nearest_word("AGE_GRUP", ["age", "Age_Group"]), nearest_word("income", ["age"])
    ('Age_Group', '')
    """
    lower = {one.lower(): one for one in reversed(list(known))}
    close = difflib.get_close_matches(word.strip().lower(), lower, n=1, cutoff=likeness)
    return lower[close[0]] if close else ""


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
