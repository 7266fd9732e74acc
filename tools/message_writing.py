"""How a template is written: literal text and slots, each with a name that tells what it holds."""

from __future__ import annotations

import ast
import re
import string
from dataclasses import dataclass

from surveykit.language.template import shape

Part = str | tuple[str, ...]  # literal text, or a slot: (name,) or the words it may hold
Variant = tuple[Part, ...]


@dataclass(frozen=True)
class Template:
    """One text: how it is written in the catalogue, and where it stands."""

    key: str
    room: str
    place: str

    @property
    def shape(self) -> str:
        """What tells this text from others."""
        return shape(self.key)


def slot_name(expr: ast.expr) -> str:
    """Return a name for a value, to tell slots apart when translating."""
    if isinstance(expr, ast.Name):
        return expr.id.strip("_") or "value"
    if isinstance(expr, ast.Attribute):
        return expr.attr.strip("_")
    if isinstance(expr, ast.Subscript):
        inner = slot_name(expr.value)
        return inner if inner != "value" else slot_name(expr.slice)
    if isinstance(expr, ast.Call):
        if expr.args:
            inner = slot_name(expr.args[0])
            name = expr.func.id if isinstance(expr.func, ast.Name) else ""
            return f"n_{inner}" if name == "len" and inner != "value" else inner
        if isinstance(expr.func, ast.Attribute):
            inner = slot_name(expr.func.value)
            return inner if inner != "value" else expr.func.attr.strip("_")
    if isinstance(expr, ast.GeneratorExp | ast.ListComp):
        return slot_name(expr.generators[0].iter)
    if isinstance(expr, ast.BinOp):
        inner = slot_name(expr.left)
        return inner if inner != "value" else slot_name(expr.right)
    if isinstance(expr, ast.IfExp):
        return slot_name(expr.body)
    if isinstance(expr, ast.BoolOp):
        return slot_name(expr.values[0])
    if isinstance(expr, ast.NamedExpr):
        return expr.target.id
    return "value"


def spread(variant: Variant) -> Variant:
    """Split the texts of a ``str.format`` template into texts and slots."""
    parts: list[Part] = []
    for part in variant:
        if not isinstance(part, str):
            parts.append(part)
            continue
        for literal, name, _, _ in string.Formatter().parse(part):
            if literal:
                parts.append(literal)
            if name is not None:
                parts.append((re.split(r"[.\[]", name)[0] or "value",))
    return tuple(parts)


def write(variant: Variant) -> str:
    """Write a template; slots of one name are numbered, so that each has its own."""
    counts: dict[str, int] = {}
    text = ""
    for part in variant:
        if isinstance(part, str):
            text += part.replace("{", "{{").replace("}", "}}")
            continue
        name = part[0]
        if "|" not in name:
            name, mark = name.rstrip("!"), "!" if name.endswith("!") else ""
            counts[name] = counts.get(name, 0) + 1
            name = (name if counts[name] == 1 else f"{name}_{counts[name]}") + mark
        text += "{" + name + "}"
    return text
