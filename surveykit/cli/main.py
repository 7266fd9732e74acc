"""Parse the command line, call the command, and turn errors into messages and exit codes."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any

from surveykit._version import __version__
from surveykit.cli.manual import add_manual, overview
from surveykit.cli.parsing import Parser, UsageError, add_common_options, commands_of, translate_parser
from surveykit.cli.telling.answering import answer_text
from surveykit.cli.telling.failing import caught_warnings, problem_object, silence_broken_pipe, tell_error
from surveykit.cli.telling.speech import choose_language
from surveykit.cli.telling.terminal import Terminal, harmless, opened, write_anything
from surveykit.errors import Problem
from surveykit.files.clock import clock_is_early, date_archives_from_1980

__all__ = ["build_parser", "main"]

# In the order of a study's life; one module per command, or one for a family of alike commands.
MODULES = (
    "init",
    "check",
    "run",
    "tasks",
    "render",
    "report",
    "diff",
    "questionnaire",
    "verify_draw",
    "simulate",
    "commit",
    "frame",
    "deidentify",
    "purge",
    "doctor",
    "completion",
    "helping",
)


def build_parser(language: str = "en") -> argparse.ArgumentParser:
    """Return the parser of the whole command line.

    Parameters
    ----------
    language : {"en", "zh"}
        The language of its help.
    """
    parser = Parser(prog="surveykit", usage="surveykit COMMAND ...")
    parser.add_argument(
        "--version", action="version", version=f"surveykit {__version__}", help="print the version and end"
    )
    commands = parser.add_subparsers(prog="surveykit", dest="command", metavar="COMMAND", help=argparse.SUPPRESS)
    for name in MODULES:
        importlib.import_module(f"surveykit.cli.commands.{name}").add_parser(commands)
    add_common_options(parser, top=True)
    translate_parser(parser, language)
    for name, command in commands_of(parser).items():
        add_manual(command, name, language)
    parser.description, parser.epilog = overview(commands_of(parser), language)
    return parser


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
    parser = build_parser(language)
    if "_ARGCOMPLETE" in os.environ:
        importlib.import_module("argcomplete").autocomplete(parser)
    try:
        options = parser.parse_args(words)
    except UsageError as error:
        return _tell_usage(error, Terminal(language, json="--json" in words))
    if options.command is None:
        parser.print_help()
        return 2
    options.root = parser
    terminal = Terminal(language, options.json, options.quiet, options.progress or None)
    with opened(terminal):
        if clock_is_early():
            date_archives_from_1980()
            terminal.complain("surveykit: warning: the clock stands before 1980: set it; archives are dated 1980")
        return _answered(options, terminal)


def _answered(options: argparse.Namespace, terminal: Terminal) -> int:
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
    usage, message = error.usage, terminal.text(error)
    terminal.complain_as_is(usage if terminal.language == "en" else usage.replace("usage: ", terminal.text("usage: ")))
    terminal.complain_as_is(terminal.text("surveykit: error") + ": " + message)
    if terminal.json:
        told = {"problems": [problem_object(Problem(str(error)), terminal)], "warnings": []}
        print(harmless(answer_text(None, 2, {}, told)), flush=True)
    return 2
