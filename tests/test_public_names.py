"""Every public name is there, is documented, and is known to static tools."""

import ast
from pathlib import Path

import pytest

import surveykit as sk


@pytest.mark.parametrize("name", sk.__all__)
def test_public_name_is_there_and_documented(name):
    assert getattr(sk, name).__doc__


def test_the_three_lists_agree():
    tree = ast.parse(Path(sk.__file__).read_text(encoding="utf-8"))
    static = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.If)
        for inner in ast.walk(node)
        if isinstance(inner, ast.ImportFrom)
        for alias in inner.names
    }
    assert static == set(sk._HOME) == set(sk.__all__) - {"__version__"}
    assert dir(sk) == sorted(sk.__all__)


def test_unknown_name():
    with pytest.raises(AttributeError, match="surveymean"):
        _ = sk.surveymean
