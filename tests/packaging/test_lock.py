"""The lock, the constraints and setup.cfg say the same: every dependency is locked, hashed, at a version allowed."""

import configparser
import re
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from supply_chain import hashes, pins, plain_name  # noqa: E402

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
CONSTRAINTS = (ROOT / "constraints.txt").read_text(encoding="utf-8")


def declared():
    """Requirements of setup.cfg and of the build, each with where it stands."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    lists = {"install_requires": config["options"]["install_requires"], **config["options.extras_require"]}
    found = [(name, Requirement(line)) for name, text in lists.items() for line in text.split("\n") if line.strip()]
    build = re.search(r"requires = \[(.*)\]", (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return found + [("build-system", Requirement(text)) for text in re.findall(r'"([^"]+)"', build[1])]


def faults(lock):
    """What setup.cfg asks for and the lock does not give."""
    versions = pins(lock)
    told = []
    for place, requirement in declared():
        version = versions.get(plain_name(requirement.name))
        if version is None:
            told.append(f"{place}: {requirement.name} is not in the lock")
        elif not requirement.specifier.contains(version, prereleases=True):
            told.append(f"{place}: {requirement} but the lock has {version}")
    return told


def test_every_dependency_is_locked_at_a_version_that_is_allowed():
    assert len(declared()) > 40
    assert faults(LOCK) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("numpy==2.", "numpy==1."), "install_requires: numpy>=2.0 but the lock has 1."),
        (("numpy==2.", "other==2."), "install_requires: numpy is not in the lock"),
        (("ruff==", "ruff==0."), "test: ruff=="),
    ],
)
def test_a_lock_that_does_not_fit_is_found(change, told):
    (only,) = faults(LOCK.replace(f"\n{change[0]}", f"\n{change[1]}"))
    assert only.startswith(told)


def test_every_release_has_its_hashes_and_the_constraints_the_same_versions():
    found = hashes(LOCK)
    assert all(found.values()) and found.keys() == pins(LOCK).keys()
    assert all(len(files) == len(set(files)) for files in found.values())
    assert pins(LOCK) == pins(CONSTRAINTS)
    assert LOCK.count("--hash=") == sum(map(len, found.values()))


def test_compiled_packages_are_locked_for_several_pythons_and_processors():
    """Three Pythons on two processors and two systems are six wheels at least; a lock for one machine has one."""
    found = hashes(LOCK)
    assert all(len(found[name]) > 6 for name in ("numpy", "scipy", "pandas", "pyarrow", "matplotlib", "duckdb"))
    assert not re.search(r"https?://|--index|--find-links|@ ", LOCK)
