"""The example of every docstring runs, and gives what it shows."""

import doctest
import importlib
import pkgutil

import pytest

import surveykit

NAMES = [
    found.name for found in pkgutil.walk_packages(surveykit.__path__, "surveykit.") if "__main__" not in found.name
]


def examples_in(name):
    return [test for test in doctest.DocTestFinder().find(importlib.import_module(name), name) if test.examples]


@pytest.mark.parametrize("name", NAMES)
def test_examples_of_docstrings(name):
    told = []
    runner = doctest.DocTestRunner()
    for test in examples_in(name):
        runner.run(test, out=told.append)
    assert not runner.failures, "".join(told)


def test_there_are_examples_and_a_wrong_one_is_seen():
    found = [test for name in NAMES for test in examples_in(name)]
    assert len(found) >= 250
    wrong = doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, "wrong", None, 0)
    assert doctest.DocTestRunner().run(wrong, out=lambda text: None).failed == 1
