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

from surveykit.cli.telling.wrapping import pad, width, wrap
from surveykit.language import translator

__all__ = ["GROUPS", "exit_codes", "help_text", "read_page"]

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


def help_text(usage: str, path: str, tables: Sequence[tuple[str, Mapping[str, str]]], language: str) -> str:
    """Return the help of a command: usage, what it is for, its words and options, examples, exit codes."""
    names = path.split()[1:]
    page = read_page(names[0]) if len(names) == 1 else None
    head, foot = (_head(page, language), _foot(page, language)) if page else ([], [])
    if not names:
        head, foot = _overview(language)
    colon = "：" if language == "zh" else ":"
    shown = [_table(heading + colon, rows) for heading, rows in tables if rows]
    return "\n\n".join(["\n".join(wrap(usage, _columns())), *head, *shown, *foot])


def _head(page: Mapping[str, Any], language: str) -> list[str]:
    say, text = translator(language), page[language]
    parts = [_paragraphs(text["about"])]
    for name, heading in (("reads", "reads:"), ("writes", "writes:")):
        if text.get(name):
            parts.append(_section(say(heading), text[name]))
    return parts


def _foot(page: Mapping[str, Any], language: str) -> list[str]:
    say, text = translator(language), page[language]
    examples = _section(say("examples:"), [f"{line[0]}\n{line[1]}" for line in text["examples"]])
    return [examples, _table(say("exit codes:"), exit_codes(language) | text.get("codes", {}))]


def _overview(language: str) -> tuple[list[str], list[str]]:
    """Return the head and foot of the help of ``surveykit`` itself: commands in the order of a study's life."""
    say = translator(language)
    folder = files("surveykit.cli") / "manual"
    names = sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml"))
    pages = {name: page for name in names if (page := read_page(name)) is not None}
    parts = ["\n".join(wrap(say("Resident surveys from the sampling plan to the report."), _columns()))]
    for group in GROUPS:
        found = [name for name, page in pages.items() if page["group"] == group]
        found.sort(key=lambda name: pages[name].get("order", 99))
        parts.append(_table(say(_HEADINGS[group]), {name: pages[name][language]["summary"] for name in found}))
    last = "\n".join(wrap(say("'surveykit help COMMAND' tells more about one command."), _columns()))
    return parts, [_table(say("exit codes:"), exit_codes(language)), last]


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
    left = min(max(width(name) for name in rows) + 2, 24, max(_columns() // 2 - 4, 12))
    shown = [heading]
    for name, text in rows.items():
        lines = wrap(text, _columns() - left - 2)
        if width(name) > left - 2:
            shown += [f"  {part}" for part in wrap(name, _columns() - 2)]
        else:
            shown.append(f"  {pad(name, left)}{lines.pop(0)}")
        shown += [f"  {' ' * left}{part}" for part in lines]
    return "\n".join(shown)
