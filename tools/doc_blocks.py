"""Run the code blocks of a page of documentation and compare, or renew, the output that it shows.

A page is Markdown. Its fenced blocks mean:

    python      run; the blocks of a page share one namespace
    console     lines that begin with "$ " are run; what follows a command is its output
    output      what the python block before it prints
    diff        lines to replace in the file named in "+++ file"; every run of "-" lines must occur exactly once
    {code-block} with a :caption:    the whole content of the file that the caption names
    yaml sql html json    must be readable by their parser (sql runs in DuckDB on the page's frame)
    text        not run

Pages in English run with SURVEYKIT_LANG=en, Chinese ones (docs/zh, .zh.md, README.md) with zh. A line "..." within
shown output stands for any lines.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import json
import os
import re
import shlex
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FENCE = re.compile(r"^(?P<fence>`{3,})(?P<info>[^`\n]*)\n(?P<body>.*?)^(?P=fence)[ \t]*$", re.DOTALL | re.MULTILINE)
CAPTION = re.compile(r"\A:caption: *(?P<file>\S+)\n+")
# Pages that start a study of their own; every other page runs in a copy of the starter study after a whole run.
EMPTY_FOLDER = re.compile(r"/docs/tutorials/|/docs/zh/quickstart|/README|/CONTRIBUTING")
CHINESE = re.compile(r"\.zh\.md$|/docs/zh/|/README\.md$")
QUIET = {"text", "mermaid"}
DIRECTIVES = {
    "{toctree}",
    "{note}",
    "{warning}",
    "{tip}",
    "{figure}",
    "{math}",
    "{image}",
    "{eval-rst}",
    "{list-table}",
}


class BlockError(AssertionError):
    """A block that fails, or prints something else than the page shows."""


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, text, the file that a caption names, and where its text begins and ends."""

    language: str
    text: str
    file: str
    line: int
    span: tuple[int, int]


def read_blocks(page: str) -> list[Block]:
    """Return the fenced blocks of a page in their order."""
    found = []
    for match in FENCE.finditer(page):
        info, body, start = match["info"].strip(), match["body"], match.start("body")
        file = ""
        if info.startswith("{code-block}"):
            info = info.removeprefix("{code-block}").strip()
            caption = CAPTION.match(body)
            if caption:
                file, start, body = caption["file"], start + caption.end(), body[caption.end() :]
        line = page.count("\n", 0, match.start()) + 1
        found.append(Block(info, body, file, line, (start, match.end("body"))))
    return found


def run_page(path: Path, folder: Path, *, frame: Callable[[], Any] | None = None, renew: bool = False) -> str:
    """Run all blocks of a page in a folder; return the page, with its output renewed where that is asked for."""
    page = path.read_text(encoding="utf-8")
    names: dict[str, Any] = {"__name__": "__main__"}
    changes: list[tuple[tuple[int, int], str]] = []
    printed: str | None = None
    before, spoken = Path.cwd(), os.environ.get("SURVEYKIT_LANG")
    os.environ["SURVEYKIT_LANG"] = "zh" if CHINESE.search(path.as_posix()) else "en"
    os.chdir(folder)
    try:
        for block in read_blocks(page):
            where = f"{path.name}:{block.line}"
            try:
                if block.language == "python":
                    printed = run_python(block.text, names, where)
                elif block.language == "output":
                    if printed is None:
                        raise BlockError("an output block without a python block before it")
                    changes += compare(block, printed, renew)
                    printed = None
                elif block.language == "console":
                    changes += compare(block, run_console(block.text), renew)
                elif block.language == "diff":
                    apply_diff(block.text)
                elif block.file:
                    write_file(block)
                else:
                    read_only(block, frame)
            except Exception as error:
                raise BlockError(f"{where}: {type(error).__name__}: {error}") from error
    finally:
        os.chdir(before)
        os.environ.pop("SURVEYKIT_LANG")
        if spoken is not None:
            os.environ["SURVEYKIT_LANG"] = spoken
    for (start, end), text in sorted(changes, reverse=True):
        page = page[:start] + text + page[end:]
    return page


def run_python(text: str, names: dict[str, Any], where: str) -> str:
    """Run code and return what it prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(text, where, "exec"), names)
    return out.getvalue()


def run_console(text: str) -> str:
    """Run the commands of a console block; return the commands with what they print."""
    commands = [line[2:] for line in text.splitlines() if line.startswith("$ ")]
    if not commands:
        raise BlockError('a console block needs a line that begins with "$ "; mark what cannot run as text')
    return "".join(f"$ {command}\n{run_command(command)}" for command in commands)


def run_command(command: str) -> str:
    """Run one command line: surveykit, and the few words that every shell knows."""
    words = shlex.split(command, comments=True)
    if words[0] == "cd":
        os.chdir(words[1])
        return ""
    if words[0] in {"mkdir", "cp", "mv"}:
        {"mkdir": os.mkdir, "cp": shutil.copy, "mv": shutil.move}[words[0]](*words[1:])
        return ""
    if words[0] == "cat":
        return "".join(Path(name).read_text(encoding="utf-8") for name in words[1:])
    if words[0] != "surveykit":
        raise BlockError(f"{words[0]!r} is not run here: mark the block as text")
    from surveykit.cli.main import main

    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    failing = words[-2:] == ["||", "true"]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        code = main(words[1:-2] if failing else words[1:])
    printed = out.buffer.getvalue().decode("utf-8")  # type: ignore[attr-defined]
    if (code != 0) != failing:
        raise BlockError(f"{command!r} ended with exit code {code}:\n{printed}")
    return printed


def compare(block: Block, got: str, renew: bool) -> list[tuple[tuple[int, int], str]]:
    """Compare shown output with what came; return the change that makes them equal."""
    shown, came = normal(block.text), normal(got)
    if block.language == "console" and commands_only(shown):
        return []
    if doctest.OutputChecker().check_output(shown, came, doctest.ELLIPSIS):
        return []
    if renew and "..." not in shown:
        return [(block.span, came)]
    raise BlockError(f"the page shows\n{shown}\nbut this comes out\n{came}")


def commands_only(text: str) -> bool:
    """Whether a console block shows no output at all; then none is compared."""
    return all(line.startswith("$ ") for line in text.splitlines())


def normal(text: str) -> str:
    """Return text without blanks at the ends of lines."""
    lines = [line.rstrip() for line in text.rstrip().splitlines()]
    return "\n".join(lines) + "\n"


def apply_diff(text: str) -> None:
    """Replace lines in a file as a diff says; context lines only separate the changes."""
    names = re.findall(r"^\+\+\+ (\S+)$", text, re.MULTILINE)
    if len(names) != 1:
        raise BlockError('a diff block names its file once, in a line "+++ file"')
    path = Path(names[0])
    content = path.read_text(encoding="utf-8")
    for removed, added in hunks(text):
        if content.count(removed) != 1:
            raise BlockError(f"{path} holds these lines {content.count(removed)} times:\n{removed}")
        content = content.replace(removed, added)
    path.write_text(content, encoding="utf-8")


def hunks(text: str) -> Iterator[tuple[str, str]]:
    """Yield what to replace and with what; a hunk begins with "@@" and its blank-led lines stay as they are."""
    body = re.sub(r"^(\+\+\+|---) .*\n", "", text, flags=re.MULTILINE)
    for part in re.split(r"^@@.*\n", body, flags=re.MULTILINE):
        lines = part.splitlines()
        if lines:
            old = "".join(line[1:] + "\n" for line in lines if line[:1] in {" ", "-"})
            yield old, "".join(line[1:] + "\n" for line in lines if line[:1] in {" ", "+"})


def write_file(block: Block) -> None:
    """Write the file that a caption names."""
    path = Path(block.file)
    if path.is_absolute() or ".." in path.parts:
        raise BlockError(f"{path} is not inside the study")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(block.text, encoding="utf-8")


def read_only(block: Block, frame: Callable[[], Any] | None) -> None:
    """See that a block which is only shown can be read by its parser."""
    if block.language in QUIET or block.language.split(maxsplit=1)[:1] in [[name] for name in DIRECTIVES]:
        return
    if block.language == "yaml":
        from surveykit.study.files.yaml_reader import parse_yaml

        parse_yaml(block.text, "block.yaml")
    elif block.language == "json":
        json.loads(block.text)
    elif block.language == "html":
        from jinja2 import Environment

        Environment(autoescape=True).parse(block.text)
    elif block.language == "sql" and frame is not None:
        import duckdb

        with duckdb.connect() as connection:
            connection.register("sampling_frame", frame())
            connection.execute(block.text).fetchall()
    else:
        raise BlockError(f"blocks marked {block.language!r} are not known: use one that runs, or text")
