"""The manual that ``--help`` shows: what a command is for, what it reads and writes, examples, exit codes.

The text lies in ``manual/<command>.toml``, in English and Chinese, so that both are changed together.
"""

from __future__ import annotations

import argparse
import shutil
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from surveykit.cli.telling.wrapping import pad, width, wrap
from surveykit.language import translator

__all__ = ["GROUPS", "add_manual", "exit_codes", "overview", "read_page"]

GROUPS = ("start", "define", "sample", "answers", "results", "help")


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


def add_manual(parser: argparse.ArgumentParser, command: str, language: str) -> None:
    """Put a command's page of the manual into its help."""
    page = read_page(command)
    if page is None:
        return
    text: Mapping[str, Any] = page[language]
    say = translator(language)
    parts = [_paragraphs(text["about"])]
    for name, heading in (("reads", "reads:"), ("writes", "writes:")):
        if text.get(name):
            parts.append(_section(say(heading), text[name]))
    parser.description = "\n\n".join(parts)
    codes = exit_codes(language) | text.get("codes", {})
    examples = _section(say("examples:"), [f"{line[0]}\n{line[1]}" for line in text["examples"]])
    parser.epilog = f"{examples}\n\n{_table(say('exit codes:'), codes)}"


def overview(commands: Mapping[str, argparse.ArgumentParser], language: str) -> tuple[str, str]:
    """Return the head and foot of the help of ``surveykit`` itself: commands in the order of a study's life."""
    say = translator(language)
    pages = {name: read_page(name) for name in commands}
    parts = [say("Resident surveys from the sampling plan to the report.")]
    for group in (*GROUPS, None):
        found = {
            name: page[language]["summary"] if page else ""
            for name, page in pages.items()
            if (page["group"] if page else None) == group
        }
        if found:
            order = sorted(found, key=lambda name: (pages[name] or {}).get("order", 99))
            heading = say(_HEADINGS[group]) if group else say("other commands:")
            parts.append(_table(heading, {name: found[name] for name in order}))
    foot = say("'surveykit help COMMAND' tells more about one command.")
    codes = _table(say("exit codes:"), exit_codes(language))
    return "\n\n".join(parts), f"{codes}\n\n{foot}"


_HEADINGS = {
    "start": "start and run a study:",
    "define": "what is asked:",
    "sample": "who is asked:",
    "answers": "what was answered:",
    "results": "what it means:",
    "help": "help:",
}


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


def _table(heading: str, rows: Mapping[str, str]) -> str:
    left = max(width(name) for name in rows) + 2
    shown = [heading]
    for name, text in rows.items():
        first, *rest = wrap(text, _columns() - left - 2)
        shown += [f"  {pad(name, left)}{first}", *(f"  {' ' * left}{part}" for part in rest)]
    return "\n".join(shown)
