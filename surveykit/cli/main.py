"""Parse the command line, call the command, and turn errors into messages and exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

import click
from click.shell_completion import shell_complete

from surveykit._version import __version__
from surveykit.cli.commands.completion import COMPLETION
from surveykit.cli.parsing import Group, Options
from surveykit.cli.speech import choose_language
from surveykit.cli.telling.answering import answer_text
from surveykit.cli.telling.failing import caught_warnings, problem_object, silence_broken_pipe, tell_error
from surveykit.cli.telling.terminal import Terminal, harmless, opened, write_anything
from surveykit.errors import Problem
from surveykit.files.clock import clock_is_early, date_archives_from_1980

__all__ = ["build_cli", "main", "parse"]

# Command: its module in `commands`; in the order of a study's life.
MODULES = {name: name for name in ("init", "check", "run")}
MODULES |= dict.fromkeys(("plan", "draw", "ingest", "weight", "estimate", "score"), "tasks")
MODULES |= {name: name for name in ("render", "report", "diff", "questionnaire")}
MODULES |= {"verify-draw": "verify_draw", "simulate": "simulate", "commit": "commit", "release": "release"}
MODULES |= {"contact-sheets": "contact_sheets"}
MODULES |= {name: name for name in ("frame", "deidentify", "purge", "doctor", "completion")} | {"help": "helping"}


def build_cli(language: str = "en") -> Group:
    """Return the whole command line.

    Parameters
    ----------
    language : {"en", "zh"}
        The language of its help.
    """
    cli = Group("surveykit", modules=MODULES, invoke_without_command=True)
    version = click.Option(
        ["--version"], is_flag=True, expose_value=False, is_eager=True, callback=_tell_version,
        help="print the version and end",
    )  # fmt: skip
    cli.params.insert(0, version)
    cli.speak(language)
    return cli


def _tell_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        print(f"surveykit {__version__}")
        ctx.exit()


def parse(words: Sequence[str], cli: Group) -> Options | None:
    """Return the options of a call, None if it names no command; ``--help`` and ``--version`` end the process."""
    try:
        with cli.make_context("surveykit", list(words)) as ctx:
            found: Options | None = cli.invoke(ctx)
            return found
    except click.exceptions.Exit as end:
        raise SystemExit(end.exit_code) from None


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
    cli = build_cli(language)
    if COMPLETION in os.environ:
        return shell_complete(cli, {}, "surveykit", COMPLETION, os.environ[COMPLETION])
    try:
        options = parse(words, cli)
    except click.UsageError as error:
        return _tell_usage(error, Terminal(language, json="--json" in words))
    if options is None:
        print(cli.get_help(click.Context(cli, info_name="surveykit", **cli.context_settings)))
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


def _tell_usage(error: click.UsageError, terminal: Terminal) -> int:
    """Tell that the words of the call cannot be understood."""
    if error.ctx is not None:
        terminal.complain_as_is(error.ctx.get_usage())
    terminal.complain_as_is(terminal.text("surveykit: error") + ": " + terminal.text(error.message))
    if terminal.json:
        told = {"problems": [problem_object(Problem(error.message), terminal)], "warnings": []}
        print(harmless(answer_text(None, 2, {}, told)), flush=True)
    return 2
