"""Commands, options and arguments of the command line: click, with options of many words and the nearest right word.

click's own messages never reach the user: `misuse` says each in the catalogue's words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from surveykit.cli.manual import help_text
from surveykit.cli.misuse import command_advice, did_you_mean
from surveykit.language import LANGUAGES, translator

__all__ = ["COMPLETE", "FILE", "Choice", "Command", "Group", "Options", "Whole", "argument", "command"]
__all__ += ["common_options", "option", "redraw"]

# The variable by which a shell asks what may stand at the end of a line.
COMPLETE = "_SURVEYKIT_COMPLETE"
# A name of a file or folder that need not exist; shells complete it, and what is wrong with it is told by who opens it.
FILE = click.Path(path_type=Path, readable=False)
_WORDS = "surveykit.words"
_NUMBER = re.compile(r"-\d+|-\d*\.\d+")


if TYPE_CHECKING:
    _Choice = click.Choice[str]
    _ParamType = click.ParamType[int]
else:  # generic in later versions of click only
    _Choice, _ParamType = click.Choice, click.ParamType


class Options(SimpleNamespace):
    """What a call says: its options by name, ``command``, and ``execute``, which runs it."""


class Choice(_Choice):
    """One of some words; another is answered with the nearest."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the word, or say which there are."""
        if value not in self.choices:
            known = ", ".join(map(repr, self.choices))
            near = did_you_mean(value, self.choices)
            raise click.BadParameter(f"invalid choice: {value!r} (choose from {known}){near}", ctx, param)
        return str(value)


class Whole(_ParamType):
    """A whole number, at least ``least``."""

    name = "integer"

    def __init__(self, least: int | None = None) -> None:
        self.least = least

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number."""
        if isinstance(value, int):
            return value
        if self.least is None:
            if not re.fullmatch(r"\s*[+-]?\d+\s*", value):
                raise click.BadParameter(f"invalid int value: {value!r}", ctx, param)
            return int(value)
        number = int(value) if value.isdecimal() else self.least - 1
        if number < self.least:
            raise click.BadParameter(f"{value!r} is no whole number of {self.least} or more", ctx, param)
        return number


class Argument(click.Argument):
    """A word without an option's name, with a text of its own in the help."""

    def __init__(self, name: str, text: str | Callable[[], str], **settings: Any) -> None:
        super().__init__([name], **settings)
        self.text = text


def argument(name: str, *, help: str | Callable[[], str], **settings: Any) -> Argument:
    """Return an argument of a command; a help text that costs time to make is given as a function."""
    return Argument(name, help, **settings)


def option(*names: str, help: str, **settings: Any) -> click.Option:
    """Return an option of a command; with ``multiple`` it takes all words up to the next option."""
    return click.Option(names, help=help, **settings)


def redraw() -> click.Option:
    """Return the option of every command that may draw."""
    return option("--redraw", is_flag=True, help="draw again although a sample exists; the old one is kept")


def common_options() -> list[click.Option]:
    """Return the options that every command has, before or after the command's name."""
    common = [
        option("--study", type=FILE, metavar="FOLDER", help="the study's folder (default: found upwards from here)"),
        option("--lang", type=Choice(LANGUAGES), help="language of messages and help"),
        option(
            "--trust",
            is_flag=True,
            help="let the study read and write outside its folder: for studies whose makers you know",
        ),
        option("--json", is_flag=True, help="print one JSON object; messages go to standard error"),
        option("-q", "--quiet", is_flag=True, help="print results, warnings and errors only"),
        option("--progress", is_flag=True, help="show progress although this is not a terminal"),
    ]
    for entry in common:
        entry.common = True  # type: ignore[attr-defined]
    return common


def _settings(params: Sequence[click.Parameter]) -> dict[str, Any]:
    return {
        "params": [*params, *common_options()],
        "context_settings": {"help_option_names": ["-h", "--help"], "allow_extra_args": True},
    }


class Command(click.Command):
    """A command; calling it is left to `Options.execute`, so that words can be read without anything being done."""

    def __init__(self, name: str, text: str, callback: Callable[[Options], int], params: Sequence[click.Parameter]):
        super().__init__(name, help=text, callback=callback, **_settings(params))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the words; none may be left over."""
        ctx.meta[_WORDS] = tuple(args)
        left = super().parse_args(ctx, _spread(self, ctx, args))
        if left and not ctx.resilient_parsing:
            raise click.UsageError(f"unrecognized arguments: {' '.join(left)}", ctx)
        return left

    def invoke(self, ctx: click.Context) -> Options:
        """Return what the call says; options after the command's name go before those that stand ahead of it."""
        chain = [ctx]
        while chain[0].parent is not None:
            chain.insert(0, chain[0].parent)
        values: dict[str, Any] = {}
        for context in chain:
            for name, value in context.params.items():
                given = context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
                if given or name not in values:
                    values[name] = list(value) if isinstance(value, tuple) else value
        names = [context.info_name for context in chain[1:]]
        return Options(**values, command=names[0], execute=self.callback, context=ctx)

    def get_help(self, ctx: click.Context) -> str:
        """Return the manual of the command."""
        return help_text(ctx)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return ``--help``."""
        return _printed(super().get_help_option(ctx))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[Any]]:
        """Offer further values of an option that takes many words, else options."""
        named = next((word for word in reversed(ctx.meta[_WORDS]) if word.startswith("-")), "")
        for param in self.params:
            if isinstance(param, click.Option) and param.multiple and named in param.opts and incomplete[:1] != "-":
                return param.shell_complete(ctx, incomplete)
        return _explained(super().shell_complete(ctx, incomplete), ctx)


class Group(click.Group):
    """A command with actions, or the whole command line."""

    def __init__(self, name: str, text: str, params: Sequence[click.Parameter] = ()) -> None:
        super().__init__(name, help=text, no_args_is_help=False, **_settings(params))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the words up to the name of a command."""
        return super().parse_args(ctx, _spread(self, ctx, args))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is meant, or name the nearest."""
        known = self.list_commands(ctx)
        if args[0] not in known and not ctx.resilient_parsing:
            raise click.UsageError(f"there is no command {args[0]!r}: {command_advice(args[0], known)}", ctx)
        return super().resolve_command(ctx, args)

    def get_help(self, ctx: click.Context) -> str:
        """Return the manual of the command."""
        return help_text(ctx)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return ``--help``."""
        return _printed(super().get_help_option(ctx))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[Any]]:
        """Offer commands, each with what it does, else options."""
        return _explained(super().shell_complete(ctx, incomplete), ctx)

    def add(self, entry: Command) -> Command:
        """Add an action."""
        self.add_command(entry)
        return entry


def command(name: str, help: str, *params: click.Parameter) -> Callable[[Callable[[Options], int]], Command]:
    """Make a function that runs a command into the command.

    Parameters
    ----------
    name : str
        As it is typed.
    help : str
        What it does, in one line.
    *params : click.Parameter
        Its own options and arguments; the common ones are added.
    """
    return lambda callback: Command(name, help, callback, params)


def _printed(found: click.Option | None) -> click.Option | None:
    """Let ``--help`` print as all else does: click would write UTF-8 to a terminal that shows ASCII."""
    if found is not None:
        found.callback = _show_help
    return found


def _show_help(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        print(ctx.get_help(), flush=True)
        ctx.exit()


def _explained(items: list[CompletionItem[Any]], ctx: click.Context) -> list[CompletionItem[Any]]:
    """Explain what a shell offers in the language of the call; click would cut the text of a command short."""
    for item in items:
        named = ctx.command.get_command(ctx, item.value) if isinstance(ctx.command, click.Group) else None
        item.help = translator(ctx.obj or "en")((named.help if named is not None else item.help) or "")
    return items


def _spread(command: click.Command, ctx: click.Context, args: list[str]) -> list[str]:
    """Write ``--format pdf docx`` as ``--format pdf --format docx``; see that every option has its value.

    click would take the name of the next option for the value.
    """
    options = {name: p for p in command.params if isinstance(p, click.Option) for name in p.opts}
    words: list[str] = []
    name, waiting = "", None
    for position, word in enumerate([*args, "--"]):
        if word.startswith("-") and word != "-" and not _NUMBER.fullmatch(word):
            if waiting is not None and not ctx.resilient_parsing:
                what = "expected at least one argument" if waiting.multiple else "expected one argument"
                raise click.BadParameter(what, ctx, waiting)
            if word == "--":
                return [*words, *args[position:]]
            name, _, value = word.partition("=")
            found = options.get(name)
            if found is not None and found.is_flag and value and not ctx.resilient_parsing:
                raise click.BadParameter(f"ignored explicit argument {value!r}", ctx, found)
            waiting = None if found is None or found.is_flag or "=" in word else found
            name = name if waiting is not None and waiting.multiple else ""
            words.append(word)
        elif waiting is None and not name and isinstance(command, click.Group):
            return [*words, *args[position:]]
        else:
            words += [word] if waiting is not None or not name else [name, word]
            waiting = None
    return words
