"""Which arguments of which calls reach the user."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from message_source import Module

if TYPE_CHECKING:
    from message_templates import Reader

# Callable: positions and names of the arguments that are told to the user.
SINKS: dict[str, tuple[tuple[int, ...], tuple[str, ...]]] = {
    "Problem": ((0, 1), ("what", "todo")),
    "FileError": ((0, 1), ("what", "todo")),
    "UnreadableError": ((0, 1), ("what", "todo")),
    "RoutingError": ((0, 1), ("what", "todo")),
    "Change": ((1,), ("what",)),
    "Finding": ((0, 2, 3), ("name", "detail", "todo")),
    "Stage": ((1,), ("title",)),
    "StudyVerification": ((1,), ("lines",)),
    "DrawVerification": ((1, 2), ("problems", "checks")),
    "ListingReport": ((1, 2), ("problems", "notes")),
    "Verification": ((1,), ("lines",)),
    "warn": ((0,), ("message",)),
    "say": ((0,), ()),
    "show": ((0,), ()),
    "note": ((0,), ()),
    "working": ((0,), ()),
    "report": ((0,), ()),
    "text": ((0,), ()),
    "complain": ((0,), ()),
    "error": ((0,), ()),
    "argument": ((), ("help",)),
    "option": ((), ("help",)),
    "BadParameter": ((0,), ()),
    "command": ((1,), ("help",)),
    "Group": ((1,), ("text",)),
}
# These mean something else in other rooms, such as looking up a text for readers.
ONLY_IN = dict.fromkeys(("say", "show", "note", "working", "report", "Stage", "complain"), ("cli", "study"))
ONLY_IN |= dict.fromkeys(("text", "argument", "option", "command", "BadParameter", "Group"), ("cli",))
ONLY_IN["error"] = ("errors",)  # the class of errors that `choose` is given
# Functions whose lists of lines are told.
TOLD_WHOLE = {("surveykit.study.files.study", "summarise"), ("surveykit.study.proving.log", "log_lines")}
# Called through a table of events, which is not followed.
TOLD_WHOLE |= {
    ("surveykit.study.proving.history", f"_{event}") for event in ("commit", "reveal", "clusters", "draw", "release")
}
# Errors that show a defect of the code and not a slip of the user; they stay English, under a traceback.
DEFECTS = {"AttributeError", "TypeError", "RuntimeError", "KeyError", "NotImplementedError", "AssertionError"}


def told(node: ast.Call, module: Module, reader: Reader) -> list[ast.expr]:
    """Return the arguments of a call that reach the user."""
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    positions, keywords = SINKS.get(name, ((), ()))
    if module.name.split(".")[1] not in ONLY_IN.get(name, (module.name.split(".")[1],)):
        return []
    if (
        name not in SINKS
        and re.fullmatch(r"[A-Z]\w*(Error|Warning)", name)
        and name not in {"DefinitionError", *DEFECTS}
    ):
        positions, keywords = (0,), ()
    if name == "__init__" and isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "super()":
        positions = (0,)
    home = reader.home(node.func, module)
    if home is not None:
        wrapped = reader.wrappers.get((home[0].name, home[1].name), set())
        names = [a.arg for a in (*home[1].args.posonlyargs, *home[1].args.args)]
        names = names[1:] if names and names[0] in {"self", "cls"} else names
        positions = (*positions, *wrapped)
        keywords = (*keywords, *(names[i] for i in wrapped if i < len(names)))
    found = [node.args[i] for i in positions if i < len(node.args) and not isinstance(node.args[i], ast.Starred)]
    return found + [keyword.value for keyword in node.keywords if keyword.arg in keywords]
