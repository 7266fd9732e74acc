"""The words of a call: click's commands, with help that reads like a manual and wrong words answered by the nearest."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click

from surveykit.cli.manual import help_text, read_page
from surveykit.errors import nearest_word
from surveykit.language import LANGUAGES, translator

__all__ = ["Argument", "Command", "Group", "Options", "choice", "flag", "option", "path", "redraw", "whole_number"]

Options = SimpleNamespace
COMMON = {"study", "lang", "trust", "json", "quiet", "progress"}


class Choice(click.Choice[str]):
    """One of several words; a wrong one is answered with the nearest."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the word, or refuse it."""
        if value in self.choices:
            return value
        known, name, close = ", ".join(map(repr, self.choices)), _name(param), nearest_word(value, self.choices)
        if close:
            told = f"argument {name}: invalid choice: {value!r} (choose from {known}); did you mean {close!r}?"
        else:
            told = f"argument {name}: invalid choice: {value!r} (choose from {known})"
        raise click.UsageError(told, ctx)


class Whole(click.ParamType):  # type: ignore[type-arg,unused-ignore]  # generic from click 8.4 on
    """A whole number, of a least value if one is given."""

    name = "N"

    def __init__(self, least: int | None = None) -> None:
        self.least = least

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number, or refuse the text."""
        if isinstance(value, int):
            return value
        if self.least is None:
            try:
                return int(value)
            except ValueError:
                raise click.UsageError(f"argument {_name(param)}: {value!r} is no whole number", ctx) from None
        number = int(value) if value.isdecimal() else 0
        if number < self.least:
            raise click.UsageError(
                f"argument {_name(param)}: {value!r} is no whole number of {self.least} or more", ctx
            )
        return number


class Argument(click.Argument):
    """A word without a name, which the help explains; `known` gives the words for ``%(known)s`` when it is shown."""

    def __init__(
        self, name: str, *, help: str, metavar: str, known: Callable[[], Iterable[str]] = tuple, **rest: Any
    ) -> None:
        super().__init__([name], metavar=metavar, **rest)
        self.help, self.known = help, known  # after click's own, which leaves help empty

    def told(self) -> str:
        """Return the explanation with the words that are known."""
        said = str(self.help)
        return said.replace("%(known)s", ", ".join(self.known())) if "%(known)s" in said else said


def option(*names: str, help: str, **rest: Any) -> click.Option:
    """Return an option with a value; ``multiple=True`` takes one value or more behind the name."""
    return click.Option(list(names), help=help, **rest)


def flag(*names: str, help: str) -> click.Option:
    """Return an option without a value."""
    return click.Option(list(names), help=help, is_flag=True)


def redraw() -> click.Option:
    """Return the option of every command that may draw."""
    return flag("--redraw", help="draw again although a sample exists; the old one is kept")


def choice(*words: str) -> Any:
    """Return the type of a word out of several."""
    return Choice(words)


def path() -> Any:
    """Return the type of a file or folder, which may be missing."""
    return click.Path(path_type=Path)


def whole_number(least: int | None = None) -> Any:
    """Return the type of a whole number."""
    return Whole(least)


def _common() -> list[click.Parameter]:
    """Return the options that every command has, before or after the command's name."""
    study = "the study's folder (default: found upwards from here)"
    return [
        option("--study", type=path(), metavar="FOLDER", help=study),
        option("--lang", type=choice(*LANGUAGES), help="language of messages and help"),
        flag("--trust", help="let the study read and write outside its folder: for studies whose makers you know"),
        flag("--json", help="print one JSON object; messages go to standard error"),
        flag("-q", "--quiet", help="print results, warnings and errors only"),
        flag("--progress", help="show progress although this is not a terminal"),
    ]


class _Spoken(click.Command):
    """What commands and groups share: the language, the help, and the messages of wrong words."""

    language = "en"

    def speak(self, language: str) -> None:
        """Put the help of every option into a language."""
        say, self.language = translator(language), language
        for param in self.params:
            if isinstance(param, click.Option | Argument) and param.help:
                param.help = say(param.help)

    def get_usage(self, ctx: click.Context) -> str:
        """Return the usage line."""
        say = translator(self.language)
        words = [p for p in self.params if isinstance(p, click.Argument)]
        pieces = [p.make_metavar(ctx) if p.nargs != -1 else f"[{p.make_metavar(ctx)} ...]" for p in words]
        pieces += ["COMMAND ..."] if isinstance(self, click.Group) else []
        return " ".join(
            [
                say("usage: ").rstrip() + ("" if self.language == "zh" else " ") + ctx.command_path,
                say("[options]"),
                *pieces,
            ]
        )

    def get_help(self, ctx: click.Context) -> str:
        """Return the page of the manual."""
        arguments: dict[str, str] = {p.make_metavar(ctx): p.told() for p in self.params if isinstance(p, Argument)}
        say = translator(self.language)
        own: dict[str, str] = {}
        common: dict[str, str] = {}
        for param in self.get_params(ctx):
            if isinstance(param, click.Option):
                (common if param.name in COMMON else own)[_spelling(param, ctx)] = param.help or ""
        actions: Mapping[str, str] = {}
        if isinstance(self, Group):
            actions = {name: say(self.commands[name].help or "") for name in self.commands}
        tables = ((say("positional arguments"), arguments), (say("actions"), actions), (say("options"), own))
        return help_text(
            self.get_usage(ctx), ctx.command_path, (*tables, (say("options of every command"), common)), self.language
        )

    def get_short_help_str(self, limit: int = 45) -> str:
        """Return what a shell shows beside the command's name."""
        page = read_page(self.name or "")
        return str(page[self.language]["summary"]) if page else self.help or ""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return ``--help``, explained in the language of the call."""
        found = super().get_help_option(ctx)
        if found is not None:
            say = translator(self.language)
            found.help = say("show this help message and exit")
        return found

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse; what is wrong is told in words that the catalogue knows."""
        try:
            return super().parse_args(ctx, self._spread(args, ctx))
        except click.NoSuchOption as error:
            name, close = error.option_name, nearest_word(error.option_name, sorted(self._names(ctx)))
            if close:
                raise click.UsageError(f"unrecognized arguments: {name}; did you mean {close!r}?", ctx) from None
            raise click.UsageError(f"unrecognized arguments: {name}", ctx) from None
        except click.BadOptionUsage as error:
            name = error.option_name
            if any(name in p.opts and getattr(p, "is_flag", False) for p in self.get_params(ctx)):
                raise click.UsageError(f"argument {name}: takes no value", ctx) from None
            raise click.UsageError(f"argument {name}: expected one argument", ctx) from None
        except click.MissingParameter:
            lacking = [_name(p) for p in self.params if p.required and p.name not in ctx.params]
            raise click.UsageError(f"the following arguments are required: {', '.join(lacking)}", ctx) from None

    def _names(self, ctx: click.Context) -> set[str]:
        return {name for param in self.get_params(ctx) if isinstance(param, click.Option) for name in param.opts}

    def _spread(self, args: Sequence[str], ctx: click.Context) -> list[str]:
        """Write ``--format pdf docx`` as click reads it, ``--format pdf --format docx``."""
        options = [param for param in self.params if isinstance(param, click.Option) and not param.is_flag]
        valued = {name for param in options for name in param.opts}
        many = {name for param in options if param.multiple for name in param.opts}
        known, words, name = self._names(ctx), list[str](), ""
        for index, word in enumerate(args):
            last = args[index - 1] if index else ""
            if word == "--":
                return words + list(args[index:])
            if last in valued and word.partition("=")[0] in known and not ctx.resilient_parsing:
                raise click.UsageError(f"argument {last}: expected one argument", ctx)
            if word.startswith("-"):
                name = word if word in many else ""
            elif name and last != name:
                words.append(name)
            words.append(word)
        return words


class Command(_Spoken):
    """A command: its words are parsed to the options that ``execute`` takes.

    Parameters
    ----------
    name : str
        The command's name.
    execute : callable
        Takes the options and returns the exit code.
    help : str
        One line, in English.
    params : click parameters
        Beside those of every command.
    """

    def __init__(self, name: str, execute: Callable[[Options], int], help: str, *params: click.Parameter) -> None:
        names = {"help_option_names": ["-h", "--help"], "allow_extra_args": True}
        super().__init__(name, help=help, params=[*params, *_common()], context_settings=names)
        self.execute = execute

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse; no word may be left."""
        rest = super().parse_args(ctx, args)
        if rest and not ctx.resilient_parsing:
            raise click.UsageError(f"unrecognized arguments: {' '.join(rest)}", ctx)
        return rest

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        """Offer options; and further values of an option that takes several."""
        last = [p for p in self.params if isinstance(p, click.Option) and p.multiple and ctx.params.get(p.name or "")]
        if last and not incomplete.startswith("-"):
            return last[-1].shell_complete(ctx, incomplete)
        return super().shell_complete(ctx, incomplete)

    def invoke(self, ctx: click.Context) -> Options:
        """Return the options; those of every command may stand before its name or after it."""
        levels, level = [ctx], ctx.parent
        while level is not None:
            levels.insert(0, level)
            level = level.parent
        values: dict[str, Any] = {"command": levels[1].info_name, "execute": self.execute}
        for one in levels:
            for name, value in one.params.items():
                if name not in values or value not in (None, False):
                    values[name] = list(value) if isinstance(value, tuple) else value
        return Options(**values)


class Group(_Spoken, click.Group):
    """A command with actions below it; those of ``modules`` are imported when one is named."""

    def __init__(
        self, name: str, help: str = "", *actions: Command, modules: Mapping[str, str] | None = None, **rest: Any
    ) -> None:
        super().__init__(
            name, help=help, params=_common(), commands={str(action.name): action for action in actions},
            context_settings={"help_option_names": ["-h", "--help"]}, no_args_is_help=False, **rest,
        )  # fmt: skip
        self.modules = dict(modules or {})

    def speak(self, language: str) -> None:
        """Put the help of the group and of its actions into a language."""
        super().speak(language)
        for action in self.commands.values():
            if isinstance(action, _Spoken):
                action.speak(language)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of a study's life."""
        return [*self.modules, *self.commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command of a name."""
        if cmd_name not in self.modules:
            return self.commands.get(cmd_name)
        module = importlib.import_module(f"surveykit.cli.commands.{self.modules[cmd_name]}")
        command: Command | Group = module.command(cmd_name)
        command.speak(self.language)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the first word names."""
        command = self.get_command(ctx, args[0])
        if command is None and not ctx.resilient_parsing:
            word = args[0]
            if word.startswith("-"):
                raise click.UsageError(f"unrecognized arguments: {word}", ctx)
            close = nearest_word(word, self.list_commands(ctx))
            advice = f"did you mean {close!r}?" if close else "'surveykit help' lists them"
            raise click.UsageError(f"there is no command {word!r}: {advice}", ctx)
        return args[0], command, args[1:]

    def invoke(self, ctx: click.Context) -> Any:
        """Go down to the action that is named."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            if error.ctx is ctx and "Missing command" in error.message:
                lacking = ", ".join(self.list_commands(ctx))
                raise click.UsageError(f"the following arguments are required: {lacking}", ctx) from None
            raise


def _name(param: click.Parameter | None) -> str:
    if param is None:
        return ""
    return param.opts[-1] if isinstance(param, click.Option) else param.metavar or ""


def _spelling(param: click.Option, ctx: click.Context) -> str:
    """Return an option as the help writes it."""
    names = ", ".join(param.opts)
    if param.is_flag or param.name == "help":
        return names
    value = param.metavar or ("|".join(param.type.choices) if isinstance(param.type, Choice) else "N")
    return f"{names} {value}" + (" ..." if param.multiple else "")
