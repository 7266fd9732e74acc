"""The public interface as it is: every public function, constructor and method, with its closed sets of words."""

import ast
import dataclasses
import importlib
import inspect
import pkgutil
import re
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from pydantic import BaseModel

import surveykit

DOCUMENTED = re.compile(r"^ *([\w, ]+) : \{(\".*\")\}", re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Entry:
    """Something that a user can call: by the class for constructors, by the plain function otherwise."""

    name: str
    call: Callable[..., object]
    hints: dict[str, object]
    documented: dict[str, tuple[str, ...]]

    @property
    def parameters(self) -> Mapping[str, inspect.Parameter]:
        return inspect.signature(self.call).parameters

    @property
    def closed(self) -> dict[str, tuple[str, ...]]:
        """Parameters with a Literal anywhere in their type, and the words."""
        found = {name: words_of(self.hints.get(name)) for name in self.parameters}
        return {name: words for name, words in found.items() if words}


def words_of(hint: object) -> tuple[str, ...]:
    """Return the words of the first Literal within a type."""
    if typing.get_origin(hint) is typing.Literal:
        return typing.get_args(hint)
    within = typing.get_args(hint) if typing.get_origin(hint) is not Callable else ()
    return next((words for part in within if (words := words_of(part))), ())


def shapes(hint: object) -> Iterator[Callable[[object], object]]:
    """Yield how a word may be passed: by itself, in a list, in a mapping."""
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        yield lambda word: word
    elif origin in (typing.Union, types.UnionType):
        for part in parts:
            yield from shapes(part)
    elif isinstance(origin, type) and issubclass(origin, Mapping) and words_of(parts[1]):
        yield lambda word: {"a": word}
    elif isinstance(origin, type) and issubclass(origin, Sequence) and words_of(parts[0]):
        yield lambda word: [word]
    elif words_of(hint):
        raise AssertionError(f"say how a word is passed as {hint}")


@cache
def _names(module: str) -> dict[str, object]:
    """Names of a module, with those that it imports for the type checker only."""
    loaded = importlib.import_module(module)
    names = dict(vars(loaded))
    for node in ast.parse(Path(str(loaded.__file__)).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            exec(compile(ast.Module(node.body, []), module, "exec"), names)
    return names


def _entry(name: str, thing: Callable[..., object]) -> Entry:
    if inspect.isclass(thing):
        hints = {}
        for base in reversed(thing.__mro__):
            if base.__module__.startswith("surveykit"):
                own = type("Own", (), {"__annotations__": vars(base).get("__annotations__", {})})
                hints |= typing.get_type_hints(own, globalns=_names(base.__module__))
        init = thing.__dict__.get("__init__")
        if init is not None and not dataclasses.is_dataclass(thing):
            hints |= typing.get_type_hints(init, globalns=_names(init.__module__))
    else:
        hints = typing.get_type_hints(thing, globalns=_names(thing.__module__))
    documented = {
        each.strip(): ast.literal_eval(f"({words},)")
        for names, words in DOCUMENTED.findall(thing.__doc__ or "")
        for each in names.split(",")
    }
    return Entry(name, thing, hints, documented)


def entries_of(name: str, thing: object) -> Iterator[Entry]:
    """Yield what can be called of a public name: models check themselves, their methods do not."""
    if inspect.isfunction(thing):
        yield _entry(name, thing)
    elif inspect.isclass(thing):
        if not issubclass(thing, BaseModel | Exception | tuple):
            yield _entry(name, thing)
        for attribute in dir(thing):
            raw = inspect.getattr_static(thing, attribute)
            plain = inspect.unwrap(getattr(raw, "__func__", raw))
            if attribute.startswith("_") or not inspect.isfunction(plain):
                continue
            if plain.__module__.startswith("surveykit"):
                yield _entry(plain.__qualname__, plain)


@cache
def public_interface() -> tuple[Entry, ...]:
    """Return every entry once: of the names of surveykit, and of the public names of each package below it."""
    packages = [m.name for m in pkgutil.walk_packages(surveykit.__path__, "surveykit.") if m.ispkg]
    things = {name: getattr(surveykit, name) for name in surveykit.__all__}
    for package in packages:
        module = importlib.import_module(package)
        things |= {name: getattr(module, name) for name in getattr(module, "__all__", ())}
    found = {entry.call: entry for name, thing in things.items() for entry in entries_of(name, thing)}
    return tuple(sorted(found.values(), key=lambda entry: entry.name))
