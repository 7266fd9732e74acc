"""Turn errors and warnings into messages in the language of the call, and into objects for ``--json``."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from surveykit._version import __version__
from surveykit.cli.telling.terminal import Terminal
from surveykit.errors import (
    ApproximationWarning,
    DefinitionError,
    InterpretationWarning,
    MissingGlyphWarning,
    Problem,
    SurveyKitError,
)
from surveykit.files.looking import FileError

__all__ = ["caught_warnings", "problem_object", "problem_text", "tell_error"]

_ADVICE = {
    errno.ENOSPC: "free some space and call again; what was there is unharmed",
    errno.EDQUOT: "your share of the disk is used up: free some space and call again; what was there is unharmed",
    errno.EFBIG: "a file may not grow that large here (see 'ulimit -f'); what was there is unharmed",
    errno.EACCES: "you may not read or write it: change its rights, or work in a folder of your own",
    errno.EPERM: "you may not read or write it: change its rights, or work in a folder of your own",
    errno.EROFS: "the disk can only be read: copy the study to another one",
    errno.ENOENT: "check the name, and the folder that you are in",
}


def problem_text(problem: Problem, terminal: Terminal) -> str:
    """Write a problem as one line: place, what, what to do."""
    told = Problem(terminal.text(problem.what), terminal.text(problem.todo), problem.path, problem.file, problem.line)
    return str(told)


def problem_object(problem: Problem, terminal: Terminal) -> dict[str, Any]:
    """Return a problem as it stands in the JSON object."""
    return {
        "file": problem.file,
        "line": problem.line,
        "path": list(problem.path),
        "what": terminal.text(problem.what),
        "todo": terminal.text(problem.todo),
    }


def tell_error(error: BaseException, terminal: Terminal) -> tuple[int, list[dict[str, Any]]]:
    """Tell an error; return the exit code and its problems as objects."""
    terminal.close(failed=True)
    if isinstance(error, DefinitionError):
        for problem in error.problems:
            terminal.complain_as_is(problem_text(problem, terminal))
        count = len(error.problems)
        terminal.complain(f"surveykit: {count} problem{'s' if count != 1 else ''}; nothing was changed")
        return error.exit_code, [problem_object(problem, terminal) for problem in error.problems]
    if isinstance(error, FileError):
        terminal.complain_as_is(_headed(terminal, problem_text(error.problem, terminal)))
        return error.exit_code, [problem_object(error.problem, terminal)]
    if isinstance(error, SurveyKitError):
        terminal.complain_as_is(_headed(terminal, terminal.text(error)))
        return error.exit_code, [problem_object(Problem(str(error)), terminal)]
    if isinstance(error, KeyboardInterrupt):
        terminal.complain("surveykit: interrupted; files are as they were, or whole and new")
        return 130, [problem_object(Problem("interrupted"), terminal)]
    if isinstance(error, OSError):
        return _tell_system(error, terminal)
    traceback.print_exception(error)
    terminal.complain(f"surveykit {__version__}: this is a defect of surveykit; please report it with the lines above")
    return 1, [problem_object(Problem(f"{type(error).__name__}: {error}"), terminal)]


def _headed(terminal: Terminal, text: str) -> str:
    return terminal.text("surveykit: error") + ": " + text


def _tell_system(error: OSError, terminal: Terminal) -> tuple[int, list[dict[str, Any]]]:
    file = None if error.filename is None else str(error.filename)
    problem = Problem(error.strerror or str(error), _ADVICE.get(error.errno or 0, ""), (), file)
    terminal.complain_as_is(_headed(terminal, problem_text(problem, terminal)))
    return 2, [problem_object(problem, terminal)]


@contextmanager
def caught_warnings(terminal: Terminal) -> Iterator[None]:
    """Tell surveykit's own warnings as messages; those of other libraries stay as they are."""
    with warnings.catch_warnings():
        others = warnings.showwarning

        def show(
            message: Warning | str,
            category: type[Warning],
            filename: str,
            lineno: int,
            file: TextIO | None = None,
            line: str | None = None,
        ) -> None:
            if not issubclass(category, InterpretationWarning | ApproximationWarning | MissingGlyphWarning):
                others(message, category, filename, lineno, file, line)
                return
            told = terminal.text(message)
            terminal.warnings.append({"kind": category.__name__, "what": told})
            terminal.complain_as_is(terminal.text("surveykit: warning") + ": " + told)

        warnings.showwarning = show
        yield


def silence_broken_pipe() -> None:
    """Whoever read the output has gone: end without a word.

    What is still in the buffer would fail again when Python ends, with exit code 120; it goes nowhere instead.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            os.dup2(nowhere, stream.fileno())
