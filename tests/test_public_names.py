"""Every public name is there, is documented, and is known to static tools."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import surveykit as sk


@pytest.mark.parametrize("name", sk.__all__)
def test_public_name_is_there_and_documented(name):
    assert getattr(sk, name).__doc__


def test_static_tools_are_told_the_same():
    tree = ast.parse(Path(sk.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    static = {alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert static == {*sk.__all__, *sk._PACKAGES}
    assert dir(sk) == sorted(static)


@pytest.mark.parametrize("name", sk._ONCE_HERE)
def test_a_name_that_now_lives_in_its_package_is_found_and_says_so(name):
    with pytest.warns(DeprecationWarning, match=f"surveykit.{sk._ONCE_HERE[name]}.{name}"):
        found = getattr(sk, name)
    assert found is getattr(getattr(sk, sk._ONCE_HERE[name]), name)


def test_packages_are_reached_from_the_top():
    code = "import surveykit as sk; sk.sampling.SamplingPlan; sk.weighting.rake"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0


def test_unknown_name():
    with pytest.raises(AttributeError, match="surveymean"):
        _ = sk.surveymean
