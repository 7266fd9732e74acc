"""Find every text that surveykit can tell its user, as a template, by reading the syntax trees of the package.

A template is the text with a named slot for every value: ``"needs {missing}, which {is|are} not there"``.  What follows
a name is worked out within reason: local variables, lists that are appended to, what a function of the package returns,
module-level tables.  What cannot be followed becomes a slot.
"""

from __future__ import annotations

import ast
import itertools
import re
from pathlib import Path

from message_sinks import TOLD_WHOLE, told
from message_source import PACKAGE, Module, assigned, calls, is_prose, paired, read_modules
from message_writing import Part, Template, Variant, slot_name, spread, write

from surveykit.language.template import shape

PLURALS = {"", "s", "es", "y", "ies", "is", "are", "was", "were", "has", "have", "do", "does", "it", "them", "its",
           "their", "this", "these", "that", "those", "a", "an", "one", "they", "belongs", "belong"}  # fmt: skip


# Texts that one expression can be: the product over its slots could be endless.
MOST = 80


class Reader:
    """Works out the texts that an expression can be; phrases inside slots are collected on the way."""

    def __init__(self, modules: dict[str, Module]) -> None:
        self.modules = modules
        self.found: dict[tuple[str, str], Template] = {}
        self.wrappers: dict[tuple[str, str], set[int]] = {}
        self.open: set[tuple[str, int, int]] = set()
        self.phrases = 0

    def tell(self, expr: ast.expr, module: Module, function: ast.FunctionDef | None) -> None:
        """Record every text that an expression, or each element of a list, can be."""
        self._wrap(expr, module, function)
        for variant in [*self.variants(expr, module, function), *self.elements(expr, module, function)]:
            self.phrase(variant, module, expr)

    def _wrap(self, expr: ast.expr, module: Module, function: ast.FunctionDef | None) -> None:
        """A function that passes its own argument on to the user is told to the user itself."""
        if function is not None and isinstance(expr, ast.Name):
            names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
            if expr.id in names:
                position = names.index(expr.id) - (names[0] in {"self", "cls"})
                self.wrappers.setdefault((module.name, function.name), set()).add(position)

    def variants(self, expr: ast.expr | None, module: Module, function: ast.FunctionDef | None) -> list[Variant]:
        """Return the texts that an expression can be; none if it is no text that can be followed."""
        if expr is None or (isinstance(expr, ast.Constant) and not isinstance(expr.value, str)):
            return []
        mark = (module.name, id(expr), 0)
        if isinstance(expr, ast.Constant):
            return [(str(expr.value),)]
        if mark in self.open:
            return []
        self.open.add(mark)
        try:
            return list(dict.fromkeys(self._variants(expr, module, function)))[:MOST]
        finally:
            self.open.discard(mark)

    def _variants(self, expr: ast.expr, module: Module, function: ast.FunctionDef | None) -> list[Variant]:
        if isinstance(expr, ast.JoinedStr):
            choices: list[list[Variant]] = []
            for part in expr.values:
                if isinstance(part, ast.Constant):
                    choices.append([(str(part.value),)])
                elif isinstance(part, ast.FormattedValue):
                    choices.append([(self.slot(part.value, module, function),)])
            return [tuple(itertools.chain(*combination)) for combination in itertools.product(*choices)]
        if isinstance(expr, ast.BinOp) and isinstance(expr.op, ast.Add):
            left = self.variants(expr.left, module, function) or [((slot_name(expr.left),),)]
            right = self.variants(expr.right, module, function) or [((slot_name(expr.right),),)]
            return [a + b for a in left for b in right]
        if isinstance(expr, ast.IfExp):
            return [*self.variants(expr.body, module, function), *self.variants(expr.orelse, module, function)]
        if isinstance(expr, ast.BoolOp):
            return [v for value in expr.values for v in self.variants(value, module, function)]
        if isinstance(expr, ast.NamedExpr):
            return self.variants(expr.value, module, function)
        if isinstance(expr, ast.Name):
            return self._name(expr, module, function)
        if isinstance(expr, ast.Subscript):
            return self._table(expr.value, module, function)
        if isinstance(expr, ast.Call):
            return self._call(expr, module, function)
        return []

    def _name(self, expr: ast.Name, module: Module, function: ast.FunctionDef | None) -> list[Variant]:
        found: list[Variant] = []
        if function is not None:
            for node in ast.walk(function):
                if isinstance(node, ast.Assign):
                    for target in node.targets:
                        if isinstance(target, ast.Name) and target.id == expr.id:
                            found += self.variants(node.value, module, function)
                        elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                            for one, value in zip(target.elts, node.value.elts, strict=False):
                                if isinstance(one, ast.Name) and one.id == expr.id:
                                    found += self.variants(value, module, function)
                elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
                    if node.target.id == expr.id:
                        tails = self.variants(node.value, module, function)
                        found += [head + tail for head in list(found) for tail in tails]
                elif isinstance(node, ast.NamedExpr) and node.target.id == expr.id:
                    found += self.variants(node.value, module, function)
                elif isinstance(node, ast.For | ast.comprehension):
                    found += self._loop(expr.id, node, module, function)
        if not found and expr.id in module.constants:
            found = self.variants(module.constants[expr.id], module, None)
        return found

    def _loop(
        self, name: str, node: ast.For | ast.comprehension, module: Module, function: ast.FunctionDef | None
    ) -> list[Variant]:
        if isinstance(node.target, ast.Name) and node.target.id == name:
            return self.elements(node.iter, module, function)
        rows = node.iter
        if isinstance(rows, ast.Name):
            rows = assigned(rows.id, function) or rows
        if isinstance(node.target, ast.Tuple) and isinstance(rows, ast.Tuple | ast.List):
            found: list[Variant] = []
            for position, one in enumerate(node.target.elts):
                if isinstance(one, ast.Name) and one.id == name:
                    for row in rows.elts:
                        if isinstance(row, ast.Tuple) and position < len(row.elts):
                            found += self.variants(row.elts[position], module, function)
            return found
        return []

    def _table(self, expr: ast.expr, module: Module, function: ast.FunctionDef | None) -> list[Variant]:
        if isinstance(expr, ast.Name) and isinstance(module.constants.get(expr.id), ast.Dict):
            expr = module.constants[expr.id]
        if isinstance(expr, ast.Dict):
            return [v for value in expr.values for v in self.variants(value, module, function)]
        return []

    def _call(self, expr: ast.Call, module: Module, function: ast.FunctionDef | None) -> list[Variant]:
        called = expr.func
        if isinstance(called, ast.Attribute) and called.attr in {"format", "rstrip", "strip", "removeprefix"}:
            return [spread(v) if called.attr == "format" else v for v in self.variants(called.value, module, function)]
        if isinstance(called, ast.Attribute) and called.attr == "get":
            rest = [v for a in expr.args[1:] for v in self.variants(a, module, function)]
            return self._table(called.value, module, function) + rest
        if isinstance(called, ast.Attribute) and called.attr == "join":
            for argument in expr.args:
                for variant in self.elements(argument, module, function):
                    self.phrase(variant, module, expr)
            return []
        home = self.home(called, module)
        if home is None:
            return []
        handed = [v for a in expr.args if is_prose(a) for v in self.variants(a, module, function)]
        return self.returned(*home) + handed if self.returned(*home) else []

    def home(self, called: ast.expr, module: Module) -> tuple[Module, ast.FunctionDef] | None:
        """Return the function of the package that is called."""
        name = called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
        if name in module.functions:
            return module, module.functions[name]
        origin, original = module.imports.get(name, ("", ""))
        there = self.modules.get(origin) or self.modules.get(f"{origin}.__init__")
        if there is not None and original in there.functions:
            return there, there.functions[original]
        if there is not None and original in there.imports and original:
            return self.home(ast.Name(original), there)
        return None

    def returned(self, module: Module, function: ast.FunctionDef) -> list[Variant]:
        """Return the texts that a function can return."""
        annotation = ast.unparse(function.returns) if function.returns else ""
        if not re.match(r"^(str|'str)", annotation):
            return []
        return [
            v for n in ast.walk(function) if isinstance(n, ast.Return) for v in self.variants(n.value, module, function)
        ]

    def elements(self, expr: ast.expr | None, module: Module, function: ast.FunctionDef | None) -> list[Variant]:
        """Return what the elements of a list of texts can be."""
        if expr is None:
            return []
        mark = (module.name, id(expr), 1)
        if mark in self.open:
            return []
        self.open.add(mark)
        try:
            return self._elements(expr, module, function)
        finally:
            self.open.discard(mark)

    def _elements(self, expr: ast.expr, module: Module, function: ast.FunctionDef | None) -> list[Variant]:
        if isinstance(expr, ast.List | ast.Tuple):
            return [
                v
                for one in expr.elts
                for v in (
                    self.elements(one.value, module, function)
                    if isinstance(one, ast.Starred)
                    else self.variants(one, module, function)
                )
            ]
        if isinstance(expr, ast.ListComp | ast.GeneratorExp):
            return self.variants(expr.elt, module, function)
        if isinstance(expr, ast.BinOp):
            return self.elements(expr.left, module, function) + self.elements(expr.right, module, function)
        if isinstance(expr, ast.IfExp):
            return self.elements(expr.body, module, function) + self.elements(expr.orelse, module, function)
        if isinstance(expr, ast.BoolOp):
            return [v for value in expr.values for v in self.elements(value, module, function)]
        if isinstance(expr, ast.Call):
            return self._listed(expr, module, function)
        if isinstance(expr, ast.Name) and function is not None:
            return self._collected(expr.id, module, function)
        return []

    def _listed(self, expr: ast.Call, module: Module, function: ast.FunctionDef | None) -> list[Variant]:
        if isinstance(expr.func, ast.Name) and expr.func.id in {"tuple", "list", "sorted", "filter", "set"}:
            return [v for argument in expr.args for v in self.elements(argument, module, function)]
        home = self.home(expr.func, module)
        if home is None or "str" not in (ast.unparse(home[1].returns) if home[1].returns else ""):
            return []
        found = []
        for node in ast.walk(home[1]):
            if isinstance(node, ast.Return):
                found += self.elements(node.value, *home)
            elif isinstance(node, ast.Yield):
                found += self.variants(node.value, *home)
        return found

    def _collected(self, name: str, module: Module, function: ast.FunctionDef) -> list[Variant]:
        found: list[Variant] = []
        for node in ast.walk(function):
            if isinstance(node, ast.Assign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                for target in targets:
                    for one, value in paired(target, node.value):
                        if isinstance(one, ast.Name) and one.id == name:
                            found += self.elements(value, module, function)
            elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and node.target.id == name:
                found += self.elements(node.value, module, function)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                owner = node.func.value
                if isinstance(owner, ast.Name) and owner.id == name and node.func.attr == "append":
                    found += self.variants(node.args[0], module, function)
                elif isinstance(owner, ast.Name) and owner.id == name and node.func.attr == "extend":
                    found += self.elements(node.args[0], module, function)
        return found

    def slot(self, expr: ast.expr, module: Module, function: ast.FunctionDef | None) -> Part:
        """Return the slot for a value; words of a plural stand in it, phrases become texts of their own."""
        if isinstance(expr, ast.Constant) and isinstance(expr.value, str):
            return expr.value
        before = self.phrases
        inner = self.variants(expr, module, function)
        words = ["".join(v) if all(isinstance(p, str) for p in v) else None for v in inner]
        both = isinstance(expr, ast.IfExp) and all(
            self.variants(part, module, function) for part in (expr.body, expr.orelse)
        )
        if both and all(w is not None and w.strip() in PLURALS for w in words):
            return ("|".join(dict.fromkeys(str(w) for w in words)) if len(words) > 1 else f"{words[0]}|",)
        for variant in inner:
            self.phrase(variant, module, expr)
        return (slot_name(expr) + ("!" if self.phrases > before else ""),)

    def phrase(self, variant: Variant, module: Module, expr: ast.expr) -> None:
        """Record one text, unless it holds no word or is the name of a thing."""
        key = write(variant).strip(" \n")
        words = re.sub(r"\{[^{}]*\}", " ", key)
        if not re.search(r"[a-z]{2}", words) or re.fullmatch(r"[\w.*/<>=@-]*[_./*@=][\w./*-]*", words.strip()):
            return
        self.phrases += 1
        room = module.name.split(".")[1]
        place = f"{module.path.as_posix().rpartition('surveykit/')[2]}:{expr.lineno}"
        self.found.setdefault((shape(key), room), Template(key, room, place))


def all_templates(package: Path = PACKAGE) -> list[Template]:
    """Return every text of the package, in the order of rooms and files."""
    modules = read_modules(package)
    reader = Reader(modules)
    for name, function in TOLD_WHOLE if package == PACKAGE else ():
        for node in ast.walk(modules[name].functions[function]):
            if isinstance(node, ast.Return) and node.value is not None:
                reader.tell(node.value, modules[name], modules[name].functions[function])
    done: set[tuple[str, str, int]] = set()
    while True:
        for module in modules.values():
            for node, function in calls(module.tree):
                for expr in told(node, module, reader):
                    reader.tell(expr, module, function)
        known = {(m, f, i) for (m, f), positions in reader.wrappers.items() for i in positions}
        if known == done:
            return list(reader.found.values())
        done = known
