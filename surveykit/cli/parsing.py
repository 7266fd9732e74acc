"""The parser of the command line: help in two languages, wrong words answered with the nearest right one."""

from __future__ import annotations

import argparse
import difflib
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, cast

from surveykit.cli.telling.wrapping import wrap
from surveykit.language import LANGUAGES, translator

__all__ = ["Parser", "UsageError", "add_common_options", "translate_parser"]


class UsageError(Exception):
    """The words of a call cannot be understood; carries the message and the usage line, in English."""

    def __init__(self, message: str, usage: str) -> None:
        super().__init__(message)
        self.usage = usage


class Formatter(argparse.RawDescriptionHelpFormatter):
    """Help whose lines fit the terminal in Chinese too; descriptions keep their own lines."""

    usage_word = "usage: "

    def __init__(self, prog: str, **options: Any) -> None:
        # Room for the columns that argparse does not count in a Chinese word at the head of the line.
        columns = min(100, shutil.get_terminal_size().columns) - 5
        super().__init__(prog, **{"max_help_position": 26, "width": columns, **options})

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        """Write the usage line in the language of the call."""
        super().add_usage(usage, actions, groups, self.usage_word if prefix is None else prefix)

    def _split_lines(self, text: str, width: int) -> list[str]:
        return wrap(text, width)


class Parser(argparse.ArgumentParser):
    """A parser that raises `UsageError`; abbreviations of options are not guessed."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        options = {"allow_abbrev": False, "formatter_class": Formatter, **options}
        super().__init__(*arguments, **options)

    def error(self, message: str) -> NoReturn:
        """Raise instead of leaving the process."""
        typo = re.match(r"argument COMMAND: invalid choice: '([^']*)'", message)
        if typo:
            advice = _nearest(typo[1], sorted(commands_of(self))).removeprefix("; ") or "'surveykit help' lists them"
            raise UsageError(f"there is no command {typo[1]!r}: {advice}", self.format_usage().strip())
        raise UsageError(message + self._advice(message), self.format_usage().strip())

    def _advice(self, message: str) -> str:
        chosen = re.search(r"invalid choice: '([^']*)' \(choose from (.*)\)", message)
        if chosen:
            known = [word.strip(" '") for word in chosen[2].split(",")]
            return _nearest(chosen[1], known)
        strange = re.search(r"unrecognized arguments: (--\S+)", message)
        return _nearest(strange[1].partition("=")[0], _option_strings(self)) if strange else ""


def _nearest(word: str, known: list[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""


def commands_of(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return the parsers of the commands below a parser."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def _option_strings(parser: argparse.ArgumentParser) -> list[str]:
    below = [name for command in commands_of(parser).values() for name in _option_strings(command)]
    return sorted({name for action in parser._actions for name in action.option_strings} | set(below))


def add_common_options(parser: argparse.ArgumentParser, *, top: bool = False) -> None:
    """Add the options that every command has, before or after the command's name."""
    unset = None if top else argparse.SUPPRESS
    group = parser.add_argument_group("options of every command")
    group.add_argument(
        "--study",
        type=Path,
        default=unset,
        metavar="FOLDER",
        help="the study's folder (default: found upwards from here)",
    )
    group.add_argument("--lang", choices=LANGUAGES, default=unset, help="language of messages and help")
    group.add_argument(
        "--trust",
        help="let the study read and write outside its folder: for studies whose makers you know",
        action="store_true",
        default=False if top else argparse.SUPPRESS,
    )
    plain = {"action": "store_true", "default": False if top else argparse.SUPPRESS}
    group.add_argument("--json", help="print one JSON object; messages go to standard error", **plain)  # type: ignore[arg-type]
    group.add_argument("-q", "--quiet", help="print results, warnings and errors only", **plain)  # type: ignore[arg-type]
    group.add_argument("--progress", help="show progress although this is not a terminal", **plain)  # type: ignore[arg-type]
    for command in commands_of(parser).values():
        add_common_options(command)


def translate_parser(parser: argparse.ArgumentParser, language: str) -> None:
    """Put a parser's headings and help texts, and those of its commands, into a language."""
    say: Callable[[str], str] = translator(language)
    parser.description = say(parser.description) if parser.description else parser.description
    for group in parser._action_groups:
        group.title = say(group.title) if group.title else group.title
    for action in parser._actions:
        if action.help and action.help is not argparse.SUPPRESS:
            action.help = say(action.help)
        if isinstance(action, argparse._SubParsersAction):
            for choice in action._choices_actions:
                choice.help = say(choice.help) if choice.help else choice.help
    if language != "en":
        word = say("usage: ")
        parser.formatter_class = cast("Any", type("TranslatedFormatter", (Formatter,), {"usage_word": word}))
    for command in commands_of(parser).values():
        translate_parser(command, language)
