"""The modules of the package as syntax trees, and what can be read off them without following anything."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "surveykit"
# Texts for readers of results, which have two languages of their own; and what is written into files for machines.
NOT_MESSAGES = ("report/messages/", "language/", "report/charts/", "report/chapters/")
MESSAGES_ALL_THE_SAME = ("report/charts/typefaces.py", "report/chapters/own.py")


@dataclass
class Module:
    """One module's tree, functions by name, and imports of functions from other modules."""

    path: Path
    name: str
    tree: ast.Module
    functions: dict[str, ast.FunctionDef] = field(default_factory=dict)
    imports: dict[str, tuple[str, str]] = field(default_factory=dict)
    constants: dict[str, ast.expr] = field(default_factory=dict)


def read_modules(package: Path = PACKAGE) -> dict[str, Module]:
    """Read every module that can tell something."""
    modules = {}
    for path in sorted(package.rglob("*.py")):
        relative = path.relative_to(package.parent)
        place = relative.as_posix()
        if any(part in place for part in NOT_MESSAGES) and not place.endswith(MESSAGES_ALL_THE_SAME):
            continue
        name = ".".join(relative.with_suffix("").parts)
        module = Module(path, name, ast.parse(path.read_text(encoding="utf-8")))
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef):
                module.functions.setdefault(node.name, node)
            elif isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    module.imports[alias.asname or alias.name] = (node.module, alias.name)
        for statement in module.tree.body:
            if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                module.constants[statement.targets[0].id] = statement.value
            elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value:
                module.constants[statement.target.id] = statement.value
        modules[name] = module
    return modules


def is_prose(expr: ast.expr) -> bool:
    """Whether an argument is a text and not a name of something."""
    if isinstance(expr, ast.Constant):
        return isinstance(expr.value, str) and " " in expr.value
    return isinstance(expr, ast.JoinedStr)


def assigned(name: str, function: ast.FunctionDef | None) -> ast.expr | None:
    """Return what a local name was first set to."""
    for node in ast.walk(function) if function is not None else ():
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == name:
            return node.value
    return None


def paired(target: ast.expr, value: ast.expr | None) -> list[tuple[ast.expr, ast.expr | None]]:
    """Return what is set to what; where several names are set at once, each with its own value."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        return list(zip(target.elts, value.elts, strict=False))
    return [(target, value)]


def calls(tree: ast.Module) -> list[tuple[ast.Call, ast.FunctionDef | None]]:
    """Return every call with the function that it stands in."""
    found: list[tuple[ast.Call, ast.FunctionDef | None]] = []

    def visit(node: ast.AST, function: ast.FunctionDef | None) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Call):
                found.append((child, function))
            visit(child, child if isinstance(child, ast.FunctionDef) else function)

    visit(tree, None)
    return found
