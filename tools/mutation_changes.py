"""The wrong changes that `tools/mutants.py` makes: one operator, limit, number or statement at a time.

Comparisons move their limit (< to <=) or turn round (== to !=); arithmetic, Boolean and bitwise operators become their
opposites; a number grows by one (or a tenth); a Boolean turns; minimum becomes maximum, any becomes all, floor becomes
ceil, left becomes right; a statement that changes something is left out. Texts of errors, annotations, decorators,
imports, ``__all__``, ``__repr__`` and the ``strict`` of zip are left alone: no number rests on them.
"""

from __future__ import annotations

import ast
import collections
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = ["Mutant", "mutants_of"]

COMPARISONS = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
ARITHMETIC = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
    ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.MatMult: ast.Mult,
}  # fmt: skip
NAMES = {
    "minimum": "maximum", "maximum": "minimum", "min": "max", "max": "min", "any": "all", "all": "any",
    "floor": "ceil", "ceil": "floor", "argmin": "argmax", "argmax": "argmin", "nansum": "nanmax",
    "notna": "isna", "isna": "notna",
}  # fmt: skip
TEXTS = {"left": "right", "right": "left", "first": "last", "last": "first"}
QUIET_KEYWORDS = {"strict", "sort", "dtype", "divide", "invalid", "over", "method", "copy", "kind", "ignore_index"}


@dataclass(frozen=True)
class Mutant:
    """One wrong change.

    Attributes
    ----------
    file : str
        Path from the repository's root.
    line : int
    text : str
        Function, what stood there, and what stands there now; unique within the file.
    place, variant : int
        Which node of the tree, and which of its changes.
    """

    file: str
    line: int
    text: str
    source: str
    place: int
    variant: int

    def tree(self) -> ast.Module:
        """Return the module's tree with the change made."""
        module = ast.parse(self.source)
        node = list(ast.walk(module))[self.place]
        _changes(node, _parents(module))[self.variant]()
        return ast.fix_missing_locations(module)


def _parents(module: ast.Module) -> dict[ast.AST, ast.AST]:
    return {child: node for node in ast.walk(module) for child in ast.iter_child_nodes(node)}


def _lineage(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Give the node with its parent, then the parent with its own, up to the module."""
    while node in parents:
        yield node, parents[node]
        node = parents[node]


def _left_alone(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    """Whether a node lies where no change is made."""
    for child, parent in _lineage(node, parents):
        if isinstance(parent, ast.JoinedStr | ast.Import | ast.ImportFrom | ast.FormattedValue):
            return True
        if isinstance(parent, ast.Raise) or (isinstance(parent, ast.keyword) and parent.arg in QUIET_KEYWORDS):
            return True
        if isinstance(parent, ast.FunctionDef) and (
            child in parent.decorator_list or child is parent.returns or parent.name == "__repr__"
        ):
            return True
        if isinstance(parent, ast.ClassDef) and (child in parent.decorator_list or child in parent.bases):
            return True
        if isinstance(parent, ast.arg | ast.AnnAssign) and child is parent.annotation:
            return True
        if isinstance(parent, ast.Assign | ast.AnnAssign) and parents.get(parent).__class__ is ast.Module:
            target = parent.targets[0] if isinstance(parent, ast.Assign) else parent.target
            value = parent.value
            if ast.unparse(target) == "__all__" or (isinstance(value, ast.Subscript | ast.BinOp) and _is_type(value)):
                return True
    return False


def _is_type(value: ast.expr) -> bool:
    return ast.unparse(value).startswith(("Literal[", "npt.", "NDArray[", "tuple[", "dict[")) or " | " in ast.unparse(
        value
    )


def _setter(node: ast.AST, field: str, value: object, position: int | None = None) -> Callable[[], None]:
    def change() -> None:
        if position is None:
            setattr(node, field, value)
        else:
            getattr(node, field)[position] = value

    return change


def _replaced(node: ast.AST, parents: dict[ast.AST, ast.AST], new: ast.AST) -> Callable[[], None]:
    parent = parents[node]

    def change() -> None:
        for name, value in ast.iter_fields(parent):
            if value is node:
                setattr(parent, name, new)
            elif isinstance(value, list) and any(part is node for part in value):
                value[[part is node for part in value].index(True)] = new

    return change


def _constant(value: object) -> object | None:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, float):
        return value * 1.1 if value else 1.0
    return TEXTS.get(value) if isinstance(value, str) else None


def _changes(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> list[Callable[[], None]]:
    """Return what can be done to a node of a tree."""
    if isinstance(node, ast.Compare):
        return [
            _setter(node, "ops", COMPARISONS[type(op)](), position)
            for position, op in enumerate(node.ops)
            if type(op) in COMPARISONS
        ]
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in ARITHMETIC:
        changed = [_setter(node, "op", ARITHMETIC[type(node.op)]())]
        return changed + ([_replaced(node, parents, ast.Pass())] if isinstance(node, ast.AugAssign) else [])
    if isinstance(node, ast.BoolOp):
        return [_setter(node, "op", ast.Or() if isinstance(node.op, ast.And) else ast.And())]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.Invert | ast.USub):
        return [_replaced(node, parents, node.operand)]
    if isinstance(node, ast.Constant) and not isinstance(parents.get(node), ast.Expr):
        new = _constant(node.value)
        return [] if new is None else [_setter(node, "value", new)]
    if isinstance(node, ast.Attribute) and node.attr in NAMES and isinstance(node.ctx, ast.Load):
        return [_setter(node, "attr", NAMES[node.attr])]
    if isinstance(node, ast.Name) and node.id in NAMES and isinstance(parents.get(node), ast.Call):
        return [_setter(node, "id", NAMES[node.id])]
    if isinstance(node, ast.Raise | ast.Break | ast.Continue):
        return [_replaced(node, parents, ast.Pass())]
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return [_replaced(node, parents, ast.Pass())]
    if isinstance(node, ast.Assign) and any(isinstance(target, ast.Subscript) for target in node.targets):
        return [_replaced(node, parents, ast.Pass())]
    return []


def _where(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> str:
    names = [p.name for _, p in _lineage(node, parents) if isinstance(p, ast.FunctionDef | ast.ClassDef)]
    return ".".join(reversed(names)) or "module"


def _shown(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> ast.AST:
    """Return the node, or for a number or a name the expression around it."""
    while isinstance(node, ast.Constant | ast.Name | ast.Attribute | ast.UnaryOp) and isinstance(
        parents[node], ast.expr | ast.keyword | ast.Assign | ast.Return
    ):
        node = parents[node]
        if isinstance(node, ast.Assign | ast.Return | ast.keyword):
            break
    return node


@cache
def mutants_of(root: Path, file: str) -> tuple[Mutant, ...]:
    """List the wrong changes of one file.

    Parameters
    ----------
    root : Path
        The repository.
    file : str
        Path from there.

    Returns
    -------
    tuple of Mutant
    """
    source = (root / file).read_text(encoding="utf-8")
    found, seen = [], collections.Counter[str]()
    reference = ast.parse(source)
    parents = _parents(reference)
    for place, node in enumerate(ast.walk(reference)):
        if not hasattr(node, "lineno") or _left_alone(node, parents):
            continue
        for variant in range(len(_changes(node, parents))):
            text = _described(source, place, variant)
            seen[text] += 1
            number = f" #{seen[text]}" if seen[text] > 1 else ""
            found.append(Mutant(file, node.lineno, text + number, source, place, variant))
    return tuple(found)


def _described(source: str, place: int, variant: int) -> str:
    module = ast.parse(source)
    parents = _parents(module)
    node = list(ast.walk(module))[place]
    shown = _shown(node, parents)
    if isinstance(shown, ast.AugAssign | ast.Raise | ast.Expr | ast.Break | ast.Continue) or isinstance(
        node, ast.Assign
    ):
        before, where = ast.unparse(shown), _where(node, parents)
        _changes(node, parents)[variant]()
        after = ast.unparse(shown)
        return f"{where}: {before} -> {after if after != before else 'pass'}"
    around = parents[shown] if isinstance(node, ast.UnaryOp) and shown is node else shown
    before, where = ast.unparse(around), _where(node, parents)
    _changes(node, parents)[variant]()
    return f"{where}: {before} -> {ast.unparse(around)}"
