"""The manual that ``--help`` shows: what a command is for, what it reads and writes, examples, exit codes.

The text lies in ``manual/<command>.toml``, in English and Chinese, so that both are changed together.
"""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import click

from surveykit.cli.telling.wrapping import pad, width, wrap
from surveykit.language import translator

__all__ = ["GROUPS", "exit_codes", "help_text", "overview", "parameter_name", "read_page", "usage_line"]

# Groups of commands in the order of a study's life.
_HEADINGS = {
    "start": "start and run a study:",
    "define": "what is asked:",
    "sample": "who is asked:",
    "answers": "what was answered:",
    "results": "what it means:",
    "help": "help:",
}
GROUPS = tuple(_HEADINGS)


def exit_codes(language: str) -> dict[str, str]:
    """Return what the exit codes of every command mean; a page of the manual may say it more closely."""
    say = translator(language)
    return {
        "0": say("done, or nothing to do"),
        "1": say("surveykit itself failed: please report it with the text shown"),
        "2": say("something in the study or the call is wrong; the message says what, where and what to do"),
        "130": say("interrupted; files are as they were, or whole and new"),
    }


@cache
def read_page(command: str) -> dict[str, Any] | None:
    """Return a command's page of the manual: its group, and the texts by language; None if it has none."""
    file = files("surveykit.cli") / "manual" / f"{command}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else None


def help_text(context: click.Context) -> str:
    """Return the manual of a command, or the overview for the command line itself."""
    command, language = context.command, context.obj or "en"
    say = translator(language)
    page = read_page(str(context.info_name)) if context.parent is not None and context.parent.parent is None else None
    head = [_paragraphs(say(command.help or ""))]
    foot: list[str] = []
    if context.parent is None and isinstance(command, click.Group):
        head, foot = overview(command.list_commands(context), language)
    elif page is not None:
        head, foot = _about(page[language], language)
    return "\n\n".join([usage_line(context, language), *head, *_parameters(context, language), *foot])


def usage_line(context: click.Context, language: str) -> str:
    """Return how a command is called, in one line if it fits."""
    command, say = context.command, translator(language)
    if context.parent is None:
        words = [_placeholder("COMMAND", language), "..."]
    else:
        own = [param for param in command.get_params(context) if param.required or isinstance(param, click.Argument)]
        names = [(_called(param, language), param.nargs) for param in own]
        words = [say("[OPTIONS]"), *(f"[{name} ...]" if nargs == -1 else name for name, nargs in names)]
        words += [_placeholder("ACTION", language), "..."] if isinstance(command, click.Group) else []
    space = "" if language == "zh" else " "  # the Chinese colon is as wide as two columns
    first, *rest = wrap(f"{say('usage:')}{space}{context.command_path} {' '.join(words)}", _columns())
    return "\n".join([first, *(f"    {line}" for line in rest)])


def parameter_name(param: click.Parameter, language: str) -> str:
    """Return how messages call an option or argument."""
    if isinstance(param, click.Option):
        return "/".join(param.opts)
    return _placeholder(str(param.metavar or param.name), language)


def _called(param: click.Parameter, language: str) -> str:
    """Return what a call must hold for an argument or a required option."""
    name = parameter_name(param, language)
    valued = isinstance(param, click.Option) and not param.is_flag
    return f"{name} {_placeholder(str(param.metavar), language)}" if valued else name


def _placeholder(word: str, language: str) -> str:
    """Return what stands for a value; in brackets in the catalogue, where FILE might be a word of the data."""
    return translator(language)(f"<{word}>")[1:-1]


def _about(text: Mapping[str, Any], language: str) -> tuple[list[str], list[str]]:
    """Return what stands in a page of the manual before and after the options."""
    say = translator(language)
    head = [_paragraphs(text["about"])]
    for name, heading in (("reads", "reads:"), ("writes", "writes:")):
        if text.get(name):
            head.append(_section(say(heading), text[name]))
    codes = exit_codes(language) | text.get("codes", {})
    examples = _section(say("examples:"), [f"{line[0]}\n{line[1]}" for line in text["examples"]])
    return head, [examples, _table(say("exit codes:"), codes)]


def _parameters(context: click.Context, language: str) -> list[str]:
    """Return the tables of arguments, options, actions and options of every command; they share one margin."""
    command, say = context.command, translator(language)
    arguments: dict[str, str] = {}
    own = {"-h, --help": say("show this help message and exit")}
    common: dict[str, str] = {}
    for param in command.params:
        if isinstance(param, click.Option):
            rows = common if getattr(param, "common", False) else own
            rows[_option_head(param, language)] = say(param.help or "")
        else:
            text = getattr(param, "text", "")
            arguments[parameter_name(param, language)] = say(text() if callable(text) else text)
    tables = {say("positional arguments:"): arguments, say("options:"): own}
    if isinstance(command, click.Group):
        tables[say("actions:")] = {name: say(action.help or "") for name, action in command.commands.items()}
    tables[say("options of every command:")] = common
    left = min(max(width(name) for rows in tables.values() for name in rows) + 2, 24, max(13, _columns() // 3))
    return [_table(heading, rows, left) for heading, rows in tables.items() if rows]


def _option_head(param: click.Option, language: str) -> str:
    """Return an option's names with what follows it."""
    if param.is_flag:
        return ", ".join(param.opts)
    choices = getattr(param.type, "choices", None)
    words = "{" + ",".join(choices or ()) + "}"
    value = words if choices and not param.metavar else _placeholder(str(param.metavar), language)
    return f"{', '.join(param.opts)} {value}" + (f" [{value} ...]" if param.multiple else "")


def overview(commands: Sequence[str], language: str) -> tuple[list[str], list[str]]:
    """Return the head and foot of the help of ``surveykit`` itself: commands in the order of a study's life."""
    say = translator(language)
    pages = {name: page for name in commands if (page := read_page(name)) is not None}
    head = [_paragraphs(say("Resident surveys from the sampling plan to the report."))]
    for group in GROUPS:
        found = [name for name, page in pages.items() if page["group"] == group]
        found.sort(key=lambda name: pages[name].get("order", 99))
        head.append(_table(say(_HEADINGS[group]), {name: pages[name][language]["summary"] for name in found}))
    foot = "'surveykit help COMMAND' tells more about one command."
    return head, [_table(say("exit codes:"), exit_codes(language)), "\n".join(wrap(say(foot), _columns()))]


def _columns() -> int:
    return min(100, shutil.get_terminal_size().columns) - 2


def _paragraphs(text: str) -> str:
    return "\n\n".join("\n".join(wrap(part, _columns())) for part in text.strip().split("\n\n"))


def _section(heading: str, lines: list[str]) -> str:
    shown = [heading]
    for line in lines:
        first, *rest = line.split("\n")
        shown += [f"  {part}" for part in wrap(first, _columns() - 2)]
        shown += [f"      {part}" for one in rest for part in wrap(one, _columns() - 6)]
    return "\n".join(shown)


def _table(heading: str, rows: Mapping[str, str], left: int | None = None) -> str:
    """Write rows of a name and a text; a name that is too long for its column has a line of its own."""
    left = max(width(name) for name in rows) + 2 if left is None else left
    shown = [heading]
    for name, text in rows.items():
        lines = wrap(text, _columns() - left - 2)
        if width(name) > left - 2:
            shown += [f"  {name}", *(f"  {' ' * left}{line}" for line in lines)]
        else:
            shown += [f"  {pad(name, left)}{lines[0]}", *(f"  {' ' * left}{line}" for line in lines[1:])]
    return "\n".join(shown)
