"""Closed sets of words: every one of the public interface refuses every other word, before anything else is done."""

import ast
import inspect
import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args

import pytest
from public_interface import Entry, entries_of, public_interface, shapes

import surveykit
from surveykit.errors import DataError, SurveyKitError, choose
from surveykit.language import translator

PACKAGE = Path(surveykit.__file__).parent
# What else a call needs to come as far as the check; whatever is not here must not be looked at before it.
EXAMPLES: dict[str, dict[str, object]] = {
    "SurveyDesign": {"data": {"w": [1.0, 1.0]}, "weights": "w"},
    "SurveyInputs": {"indicators": ("a",)},
    "inputs_from_covariance": {"indicators": ("a",)},
    "inputs_from_replicates": {"indicators": ("a",)},
    "read_kobo": {"path": "answers.csv", "column_map": None},
    "read_limesurvey": {"path": "answers.csv"},
    "read_odk": {"path": "answers.csv", "column_map": None},
    "read_table": {"path": "answers.csv"},
    "read_wjx": {"path": "answers.csv"},
    "survey_mean": {"variables": "y"},
    "survey_total": {"variables": "y"},
}  # fmt: skip


class Touched(Exception):
    """An argument was used."""


def _touch(*_: object, **__: object) -> Any:
    raise Touched


USES = [
    "getattribute",
    "setattr",
    "str",
    "repr",
    "format",
    "bool",
    "len",
    "iter",
    "contains",
    "getitem",
    "setitem",
    "call",
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "hash",
    "int",
    "float",
    "index",
    "add",
    "radd",
    "sub",
    "rsub",
    "mul",
    "rmul",
    "truediv",
    "rtruediv",
    "matmul",
    "rmatmul",
    "pow",
    "neg",
    "abs",
    "array",
    "fspath",
    "enter",
    "bytes",
    "dir",
]
Untouchable = type("Untouchable", (), {f"__{use}__": _touch for use in USES})


def arguments(entry: Entry, name: str, value: object) -> dict[str, object]:
    """Return all arguments that have no default, as things that cannot be used, and the one that is tried."""
    given = dict(EXAMPLES.get(entry.name, {}))
    for other, parameter in entry.parameters.items():
        if parameter.default is inspect.Parameter.empty and parameter.kind not in (
            inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL
        ):  # fmt: skip
            given.setdefault(other, Untouchable())
    for other, words in entry.closed.items():
        if isinstance(given.get(other), Untouchable):
            given[other] = words[0]
    return given | {name: value}


def wrong_words(words: tuple[str, ...], hint: object) -> list[object]:
    """Return what is none of the words: spelt otherwise, in another case, empty, None, or no text at all."""
    first = words[0]
    tried: list[object] = ["nonsense", "", f"{first} ", f" {first}", first.upper(), first.title(), first.swapcase()]
    tried += [first[:-1], b"linear", [first], {first: 1}, True]
    tried += [] if float in parts(hint) else [3, float("nan")]
    tried += [] if type(None) in parts(hint) else [None]
    return [word for word in tried if not (isinstance(word, str) and word in words)]


def parts(hint: object) -> tuple[object, ...]:
    """Return the members of a union, unions within it resolved."""
    within = get_args(hint) if "Union" in type(hint).__name__ else ()
    return tuple(each for part in within for each in (part, *parts(part)))


def outcome(entry: Entry, name: str, value: object) -> str:
    """Call an entry; return what it says, "" when it says nothing."""
    try:
        entry.call(**arguments(entry, name, value))
    except Touched:
        return "another argument was used before the check: check at the entry, or give an example"
    except SurveyKitError as error:
        return str(error)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def takes(entry: Entry, name: str) -> list[str]:
    """Return each wrong word that a parameter takes, or refuses in another way than `choose` does."""
    words, hint, wrong = entry.closed[name], entry.hints[name], []
    listed = "choose one of " + ", ".join(repr(word) for word in words)
    for shape in shapes(hint):
        for word in wrong_words(words, hint):
            given = shape(word)
            if isinstance(word, (list, dict)) and any(isinstance(other(""), type(word)) for other in shapes(hint)):
                continue
            told = outcome(entry, name, given)
            if listed not in told or not re.search(rf"\b{name}\b", told):
                wrong.append(f"{entry.name}({name}={given!r}): {told or 'taken in silence'}")
    return wrong


CLOSED = [(entry, name) for entry in public_interface() for name in entry.closed]


@pytest.mark.parametrize(("entry", "name"), CLOSED, ids=[f"{entry.name}-{name}" for entry, name in CLOSED])
def test_a_wrong_word_is_refused(entry, name):
    found = takes(entry, name)
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("entry", "name"), CLOSED, ids=[f"{entry.name}-{name}" for entry, name in CLOSED])
def test_its_own_words_are_taken(entry, name):
    for shape in shapes(entry.hints[name]):
        for word in entry.closed[name]:
            assert "choose one of" not in outcome(entry, name, shape(word)), word


def test_the_interface_is_found():
    names = {f"{entry.name}.{name}" for entry, name in CLOSED}
    assert {"calibrate.distance", "Shown.to_excel.language", "Estimates.transform.method", "PPS.variance"} <= names
    assert {"SurveyDesign.pps", "survey_glm.family", "ScoreCard.plot.what", "true_rates.populations"} <= names
    assert len(CLOSED) > 90
    assert not set(EXAMPLES) - {entry.name for entry, _ in CLOSED}


def silent(data: object, method: Literal["a", "b"] = "a", kinds: Mapping[str, Literal["x", "y"]] | None = None) -> None:
    """Take anything."""


def late(data: Any, method: Literal["a", "b"] = "a") -> None:
    """Look at the data first."""
    len(data)
    choose("method", method, ("a", "b"))


def forgetful(data: object, method: Literal["a", "b"] = "a") -> None:
    """Name half of the words."""
    choose("method", method, ("a",))


@pytest.mark.parametrize(("function", "name"), [(silent, "method"), (silent, "kinds"), (late, "method")])
def test_a_parameter_without_a_check_is_seen(monkeypatch, function, name):
    monkeypatch.setattr("public_interface._names", lambda module: globals())
    (entry,) = entries_of(function.__name__, function)
    assert name in entry.closed and takes(entry, name)


def test_a_check_that_does_not_know_all_words_is_seen(monkeypatch):
    monkeypatch.setattr("public_interface._names", lambda module: globals())
    (entry,) = entries_of("forgetful", forgetful)
    assert takes(entry, "method") and "choose one of" in outcome(entry, "method", "b")


def test_documented_words_are_the_words():
    wrong = [
        f"{entry.name}: {name} is documented as {words}, its type has {entry.closed.get(name)}"
        for entry in public_interface()
        for name, words in entry.documented.items()
        if name in entry.parameters and set(words) != set(entry.closed.get(name, ()))
    ]
    assert not wrong, "\n".join(wrong)


def test_there_is_one_mechanism():
    sources = {path: path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")}
    by_hand = [path.name for path, text in sources.items() if re.search(r"in get_args\((?!annotation)", text)]
    assert not by_hand


# Different things that happen to have the same words; and whom a frame lists, which study.yaml must be able to say
# without loading the simulation.
COINCIDENCES = {("number", "text"), ("platform", "residents")}


def test_a_set_of_words_has_one_home():
    homes = defaultdict(list)
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "Literal":
                words = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
                texts = [word.value for word in words if isinstance(word, ast.Constant)]
                if len(texts) == len(words) > 1:
                    homes[tuple(sorted(map(str, texts)))].append(f"{path.relative_to(PACKAGE)}:{node.lineno}")
    assert not {words: places for words, places in homes.items() if len(places) > 1 and words not in COINCIDENCES}


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("Linear", "distance: 'Linear' is unknown (did you mean 'linear'?): choose one of 'linear', 'Raking'"),
        ("linear ", "distance: 'linear ' is unknown (did you mean 'linear'?): choose one of 'linear', 'Raking'"),
        ("raking", "distance: 'raking' is unknown (did you mean 'Raking'?): choose one of 'linear', 'Raking'"),
        ("", "distance: '' is unknown: choose one of 'linear', 'Raking'"),
        ("quadratic", "distance: 'quadratic' is unknown: choose one of 'linear', 'Raking'"),
        (None, "distance: a word is needed, not None: choose one of 'linear', 'Raking'"),
        (["linear"], "distance: a word is needed, not list: choose one of 'linear', 'Raking'"),
        (3, "distance: a word is needed, not int: choose one of 'linear', 'Raking'"),
    ],
)
def test_what_is_told(value, told):
    with pytest.raises(DataError) as caught:
        choose("distance", value, ("linear", "Raking"))
    assert str(caught.value) == told
    chinese = translator("zh")(told)
    assert "可选" in chinese and "distance" in chinese and "'linear', 'Raking'" in chinese and "unknown" not in chinese
