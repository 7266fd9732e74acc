"""What is told when the words of a call cannot be understood: surveykit's words, with the nearest right one."""

from __future__ import annotations

from collections.abc import Sequence

import click

from surveykit.cli.manual import parameter_name, usage_line
from surveykit.errors import nearest_word

__all__ = ["UsageError", "command_advice", "did_you_mean", "usage_error"]


class UsageError(Exception):
    """The words of a call cannot be understood; carries the message, in English, and the usage line."""

    def __init__(self, message: str, usage: str) -> None:
        super().__init__(message)
        self.usage = usage


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """Return the end of a message that asks whether the nearest known word was meant; empty if none is near."""
    close = nearest_word(word, known)
    return f"; did you mean {close!r}?" if close else ""


def command_advice(word: str, known: Sequence[str]) -> str:
    """Return what a message about an unknown command advises."""
    return did_you_mean(word, known).removeprefix("; ") or "'surveykit help' lists them"


def usage_error(error: click.UsageError, root: click.Context) -> UsageError:
    """Say in surveykit's words what click cannot understand."""
    context = error.ctx or root
    return UsageError(_said(error, context, root.obj), usage_line(context, root.obj))


def _said(error: click.UsageError, context: click.Context, language: str) -> str:
    if isinstance(error, click.NoSuchOption):
        name = error.option_name
        return f"unrecognized arguments: {name}{did_you_mean(name, _option_names(context.command, context))}"
    if isinstance(error, click.MissingParameter) and error.param is not None:
        params = context.command.params
        later = params[params.index(error.param) + 1 :] if isinstance(error.param, click.Argument) else []
        names = [error.param, *(p for p in later if p.required and isinstance(p, click.Argument))]
        return f"the following arguments are required: {', '.join(parameter_name(p, language) for p in names)}"
    if isinstance(error, click.BadParameter) and error.param is not None:
        return f"argument {parameter_name(error.param, language)}: {error.message}"
    if (
        isinstance(context.command, click.Group)
        and type(error) is click.UsageError
        and error.message == "Missing command."
    ):
        return f"the following arguments are required: {', '.join(context.command.list_commands(context))}"
    return error.message


def _option_names(command: click.Command, context: click.Context) -> list[str]:
    found = {name for param in command.get_params(context) if isinstance(param, click.Option) for name in param.opts}
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            found |= set(_option_names(inner, context)) if inner is not None else set()
    return sorted(found)
