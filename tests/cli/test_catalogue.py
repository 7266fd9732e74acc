"""Every text that surveykit can tell its user has a Chinese one, and no entry of the catalogue outlives its text."""

import ast
import importlib.util
import re
import sys
from pathlib import Path

import pytest

from surveykit.language.template import slot_names

TOOLS = Path(__file__).resolve().parents[2] / "tools"


def tool(name):
    if str(TOOLS) not in sys.path:
        sys.path.insert(0, str(TOOLS))
    return importlib.import_module(name)


@pytest.fixture(scope="module")
def templates():
    return tool("message_templates").all_templates()


def test_the_catalogue_is_complete_and_has_nothing_stale(templates):
    messages = tool("messages")
    missing, stale, wrong = messages.compare(templates, messages.read_entries())
    advice = "run 'python tools/messages.py --missing' and '--stale'"
    assert not missing, (advice, {room: [t.key for t in found] for room, found in missing.items()})
    assert not stale, (advice, stale)
    assert not wrong


def test_a_new_text_and_a_dropped_one_are_noticed(templates):
    messages = tool("messages")
    entries = {room: dict(keys) for room, keys in messages.read_entries().items()}
    key = next(iter(entries["sampling"]))
    del entries["sampling"][key]
    entries["sampling"]["a text that nothing says"] = "没有人说的话"
    entries["study"]["no {slot} of this name here"] = "这里没有{other}"
    missing, stale, wrong = messages.compare(templates, entries)
    assert [t.shape for t in missing["sampling"]] == [messages.shape(key)]
    assert stale == {"sampling": ["a text that nothing says"], "study": ["no {slot} of this name here"]}
    assert len(wrong) == 1
    assert "other" in wrong[0]


def test_the_reader_follows_what_builds_a_text(tmp_path):
    package = tmp_path / "surveykit" / "study"
    package.mkdir(parents=True)
    (package / "sample.py").write_text(
        """
KINDS = {"a": "the first {kind}", "b": "the second"}

def advise(word: str) -> str:
    return f"did you mean {word!r}?"

def tell(what, todo):
    raise DataError(f"{what} is not there: {todo}")

def check(names, kind):
    found = []
    if names:
        found.append(f"there {'is' if len(names) == 1 else 'are'} {len(names)} too many")
    found += [KINDS[kind].format(kind=kind)]
    state = "odd" if kind else "even"
    tell("a file", "restore it")
    raise DataError(f"wrong ({'; '.join(found)}): the number is {state}; {advise(kind)}")
""",
        encoding="utf-8",
    )
    reader = tool("message_templates")
    keys = {template.key for template in reader.all_templates(tmp_path / "surveykit")}
    assert {
        "wrong ({found!}): the number is {state!}; {kind!}",
        "there {is|are} {n_names} too many",
        "the first {kind}",
        "the second",
        "odd",
        "even",
        "did you mean {word}?",
        "{what} is not there: {todo}",
    } <= keys


def test_chinese_texts_use_chinese_punctuation():
    found = [
        (room, text)
        for room, keys in tool("messages").read_entries().items()
        for text in keys.values()
        if re.search(r"[一-鿿][,;?!](?=[一-鿿]|$)", text)
    ]
    assert not found


def test_slots_of_translations_exist():
    entries = tool("messages").read_entries()
    assert sum(map(len, entries.values())) > 1000
    for keys in entries.values():
        for key, text in keys.items():
            assert slot_names(text) <= slot_names(key), key


def test_tools_need_nothing_but_the_package():
    """The tools parse; they import the standard library, each other and surveykit.language only."""
    for path in TOOLS.glob("message*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("surveykit"):
                assert node.module.startswith("surveykit.language")
