"""Modules that have moved are found under their old path, and the sub-packages export their public names."""

import importlib.util
import subprocess
import sys

import pytest

from surveykit._moved import moved


@pytest.mark.parametrize("old", ["surveykit.study.loading", "surveykit.responses.reading", "surveykit.responses.times"])
def test_an_old_path_gives_the_module_and_says_where_it_is(old):
    sys.modules.pop(old, None)
    with pytest.warns(DeprecationWarning, match=moved()[old]):
        found = importlib.import_module(old)
    assert found is importlib.import_module(moved()[old])


def test_every_new_path_is_there():
    for old, new in moved().items():
        assert importlib.util.find_spec(new) is not None, (old, new)


def test_a_path_that_never_was_is_not_found():
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("surveykit.study.loadings")


@pytest.mark.parametrize(
    ("package", "name"),
    [
        ("surveykit.questionnaire.definition", "Questionnaire"),
        ("surveykit.sampling.allocation", "Allocation"),
        ("surveykit.sampling.frames", "open_frame"),
        ("surveykit.sampling.plan", "SamplingPlan"),
        ("surveykit.scoring.scheme", "ScoringScheme"),
        ("surveykit.weighting.plan", "WeightingPlan"),
    ],
)
def test_a_sub_package_is_imported_first_and_gives_its_names(package, name):
    code = f"import {package} as front; front.{name}; assert set(front.__all__) <= set(dir(front))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).returncode == 0
