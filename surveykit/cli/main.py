"""Parse the command line, call the command, and turn errors into messages and exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

import click
from click.shell_completion import shell_complete

from surveykit.cli.app import APP, parse
from surveykit.cli.misuse import UsageError
from surveykit.cli.parsing import COMPLETE, Options
from surveykit.cli.telling.answering import answer_text
from surveykit.cli.telling.failing import caught_warnings, problem_object, silence_broken_pipe, tell_error
from surveykit.cli.telling.speech import choose_language
from surveykit.cli.telling.terminal import Terminal, harmless, opened, write_anything
from surveykit.errors import Problem
from surveykit.files.clock import clock_is_early, date_archives_from_1980

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after ``surveykit``; by default those of the process.
    """
    write_anything()
    words = list(sys.argv[1:] if arguments is None else arguments)
    language = choose_language(words, os.environ)
    if COMPLETE in os.environ:
        return shell_complete(APP, {"obj": language}, "surveykit", COMPLETE, os.environ[COMPLETE])
    try:
        options = parse(words, language)
    except BrokenPipeError:
        silence_broken_pipe()
        return 0
    except UsageError as error:
        return _tell_usage(error, Terminal(language, json="--json" in words))
    if options is None:
        print(click.Context(APP, info_name="surveykit", obj=language).get_help())
        return 2
    terminal = Terminal(language, options.json, options.quiet, options.progress or None)
    with opened(terminal):
        if clock_is_early():
            date_archives_from_1980()
            terminal.complain("surveykit: warning: the clock stands before 1980: set it; archives are dated 1980")
        return _answered(options, terminal)


def _answered(options: Options, terminal: Terminal) -> int:
    """Run the command; print the JSON object if it is asked for."""
    problems: list[dict[str, Any]] = []
    try:
        with caught_warnings(terminal):
            code = int(options.execute(options))
    except BrokenPipeError:
        silence_broken_pipe()
        return 0
    except (Exception, KeyboardInterrupt) as error:
        code, problems = tell_error(error, terminal)
    try:
        terminal.close(failed=code != 0)
        if terminal.json:
            problems += terminal.answer.pop("problems", [])
            told = {"problems": problems, "warnings": terminal.warnings}
            print(harmless(answer_text(options.command, code, terminal.answer, told)))
        sys.stdout.flush()
    except BrokenPipeError:
        silence_broken_pipe()
    return code


def _tell_usage(error: UsageError, terminal: Terminal) -> int:
    """Tell that the words of the call cannot be understood."""
    terminal.complain_as_is(error.usage)
    terminal.complain_as_is(terminal.text("surveykit: error") + ": " + terminal.text(error))
    if terminal.json:
        told = {"problems": [problem_object(Problem(str(error)), terminal)], "warnings": []}
        print(harmless(answer_text(None, 2, {}, told)), flush=True)
    return 2
