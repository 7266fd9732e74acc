"""Make small wrong changes to the arithmetic of surveykit and see whether the tests notice.

    python3 bootstrap.py mutants                    every room; writes the figure into CONTRIBUTING.md
    python3 bootstrap.py mutants intervals points   these rooms only
    python3 bootstrap.py mutants intervals --list   what would be changed
    python3 bootstrap.py mutants --sample 100       100 of each room, drawn with a fixed seed
    python3 bootstrap.py mutants --again            only those that survived the last time

A room is some files of surveykit and the tests that answer for them (`tools/mutation_rooms.toml`, which also lists the
changes that were argued: no test can see them, and why). No file is touched: a changed module is compiled in memory, in
a fork of a process that has loaded numpy, scipy and pandas. A mutant is killed when a test of its room fails or when
the tests take four times as long as they do without it.
"""

from __future__ import annotations

import argparse
import ast
import datetime
import importlib
import importlib.util
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import tomllib
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

from mutation_changes import Mutant, mutants_of  # noqa: E402

ROOMS = ROOT / "tools" / "mutation_rooms.toml"
RESULTS = ROOT / "mutants.json"
WARM = ("numpy", "scipy.stats", "scipy.optimize", "scipy.linalg", "pandas", "pyarrow", "pydantic", "yaml", "pytest",
        "hypothesis", "jinja2", "matplotlib.figure", "weasyprint", "docx", "openpyxl", "duckdb")  # fmt: skip
QUIET = "ignore::pytest.PytestAssertRewriteWarning"
SLACK = 20.0


@dataclass(frozen=True)
class Room:
    """Files of surveykit and the tests that answer for them, the quickest first."""

    name: str
    files: tuple[str, ...]
    tests: tuple[tuple[str, ...], ...]


class _Changed(SourceFileLoader):
    """Loads one module from a changed tree."""

    def __init__(self, name: str, path: str, tree: ast.Module) -> None:
        super().__init__(name, path)
        self._tree = tree

    def get_code(self, fullname: str) -> CodeType:
        """Return the changed module's code; the cache of byte code is neither read nor written."""
        return compile(self._tree, self.path, "exec")


class _Finder:
    """Finds the changed module before the real one."""

    def __init__(self, file: str, tree: ast.Module) -> None:
        self.path = str(ROOT / file)
        self.name = file.removesuffix(".py").replace("/", ".")
        self.tree = tree

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        """Return the changed module's spec, and None for every other name."""
        if name != self.name:
            return None
        return importlib.util.spec_from_file_location(
            name, self.path, loader=_Changed(name, self.path, self.tree), submodule_search_locations=None
        )


def read_rooms(path: Path = ROOMS) -> tuple[list[Room], dict[tuple[str, str], str]]:
    """Read the rooms, and the reasons of the changes that were argued by file and text."""
    with path.open("rb") as handle:
        content = tomllib.load(handle)
    rooms = [
        Room(name, tuple(room["files"]), tuple(tuple(group) for group in room["tests"]))
        for name, room in content["rooms"].items()
    ]
    argued = {(entry["file"], change): entry["why"] for entry in content["argued"] for change in entry["changes"]}
    return rooms, argued


def run_tests(groups: tuple[tuple[str, ...], ...], mutant: Mutant | None, folder: str) -> int:
    """Run the groups of tests one after the other until one fails; 0 when all pass."""
    import pytest

    os.environ |= {"HYPOTHESIS_STORAGE_DIRECTORY": f"{folder}/hypothesis", "TMPDIR": folder}
    tempfile.tempdir = folder
    if mutant is not None:
        sys.meta_path.insert(0, _Finder(mutant.file, mutant.tree()))
    marks = "not slow and not browser and not node and not java and not spark and not postgres"
    for number, group in enumerate(groups):
        options = [
            "-x",
            "-q",
            "-n0",
            "-p",
            "no:cacheprovider",
            "-W",
            QUIET,
            "-m",
            marks,
            f"--basetemp={folder}/{number}",
        ]
        code = int(pytest.main([*options, *group]))
        if code:
            return code
    return 0


def start(room: Room, mutant: Mutant | None, loud: bool = False) -> tuple[int, str]:
    """Fork a process that runs the room's tests; its number and its folder."""
    folder = tempfile.mkdtemp(prefix="mutant-")
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return child, folder
    code = 99
    try:
        os.setsid()
        if not loud:
            sink = os.open(os.devnull, os.O_WRONLY)
            os.dup2(sink, 1)
            os.dup2(sink, 2)
        code = run_tests(room.tests, mutant, folder)
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    os._exit(code)


def verdicts(room: Room, mutants: list[Mutant], limit: float, workers: int) -> Iterator[tuple[Mutant, bool]]:
    """Give each mutant with whether it was killed, as they end."""
    waiting, running = list(reversed(mutants)), {}
    while waiting or running:
        while waiting and len(running) < workers:
            mutant = waiting.pop()
            child, folder = start(room, mutant)
            running[child] = (mutant, folder, time.monotonic())
        time.sleep(0.02)
        for child, (mutant, folder, since) in list(running.items()):
            done, status = os.waitpid(child, os.WNOHANG)
            late = time.monotonic() - since > limit
            if not done and not late:
                continue
            if not done:
                os.killpg(child, signal.SIGKILL)
                os.waitpid(child, 0)
            del running[child]
            shutil.rmtree(folder, ignore_errors=True)
            yield mutant, late or os.waitstatus_to_exitcode(status) != 0


def baseline(room: Room) -> float:
    """Return the seconds that the room's tests take on the code as it is; stop when they fail."""
    began = time.monotonic()
    child, folder = start(room, None, loud=False)
    _, status = os.waitpid(child, 0)
    shutil.rmtree(folder, ignore_errors=True)
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"{room.name}: its tests fail on the code as it is; mend that first")
    return time.monotonic() - began


def examine(room: Room, argued: dict[tuple[str, str], str], sample: int | None, workers: int) -> dict[str, object]:
    """Run one room; counts and the texts of the survivors."""
    every = [mutant for file in room.files for mutant in mutants_of(ROOT, file)]
    chosen = every if sample is None or sample >= len(every) else random.Random(20_260).sample(every, sample)
    told = [mutant for mutant in chosen if (mutant.file, mutant.text) in argued]
    rest = [mutant for mutant in chosen if (mutant.file, mutant.text) not in argued]
    seconds = baseline(room)
    print(f"{room.name}: {len(chosen)} of {len(every)} mutants, {len(told)} argued, tests {seconds:.0f} s", flush=True)
    survivors = []
    for number, (mutant, killed) in enumerate(verdicts(room, rest, 4 * seconds + SLACK, workers), 1):
        if not killed:
            survivors.append(_named(mutant))
            print(f"  [{number}] survived: {survivors[-1]}", flush=True)
    return {
        "mutants": len(every),
        "run": len(chosen),
        "argued": len(told),
        "killed": len(rest) - len(survivors),
        "survivors": sorted(survivors),
        "date": datetime.date.today().isoformat(),
    }


def examine_again(
    room: Room, argued: dict[tuple[str, str], str], last: dict[str, object], workers: int
) -> dict[str, object]:
    """Run the survivors of the last time once more; what was killed or argued then still counts."""
    names = set(last["survivors"])
    every = [mutant for file in room.files for mutant in mutants_of(ROOT, file) if _named(mutant) in names]
    if len(every) != len(names):
        raise SystemExit(f"{room.name}: its files changed since the last time; run the room anew")
    rest = [mutant for mutant in every if (mutant.file, mutant.text) not in argued]
    found = verdicts(room, rest, 4 * baseline(room) + SLACK, workers) if rest else iter(())
    survivors = sorted(_named(mutant) for mutant, killed in found if not killed)
    print(f"{room.name}: {len(survivors)} of {len(names)} survived again", *survivors, sep="\n  ", flush=True)
    return last | {
        "argued": int(str(last["argued"])) + len(every) - len(rest),
        "killed": int(str(last["killed"])) + len(rest) - len(survivors),
        "survivors": survivors,
    }


def _named(mutant: Mutant) -> str:
    return f"{mutant.file}:{mutant.line}: {mutant.text}"


def figure(results: dict[str, dict[str, object]]) -> str:
    """Return the sentence for CONTRIBUTING.md."""

    def total(key: str) -> int:
        return sum(int(str(room[key])) for room in results.values())

    run, good = total("run"), total("killed") + total("argued")
    parts = "; ".join(
        f"{name} {int(str(room['killed'])) + int(str(room['argued']))} of {room['run']}"
        + ("" if room["run"] == room["mutants"] else f" (sampled from {room['mutants']:,})")
        for name, room in results.items()
    )
    dates = sorted({str(room["date"]) for room in results.values()})
    when = dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"
    share = 100 * good / run
    return (
        f"{share:.1f} % of {run:,} wrong changes are killed ({total('killed'):,}) or argued ({total('argued'):,}): "
        f"{parts} ({when})"
    )


def write_figure(sentence: str, page: Path) -> None:
    """Put the sentence behind its marker, in the one line that has it."""
    marker = "<!-- mutants -->"
    lines = page.read_text(encoding="utf-8").splitlines()
    places = [at for at, line in enumerate(lines) if line.startswith(marker)]
    if len(places) != 1:
        raise SystemExit(f"{page.name} has {len(places)} lines that begin with {marker}, not one")
    lines[places[0]] = f"{marker} {sentence}"
    page.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Examine rooms; 1 when a mutant survived that nobody argued."""
    parser = argparse.ArgumentParser(description="wrong changes that the tests should notice")
    parser.add_argument("rooms", nargs="*")
    parser.add_argument("--sample", type=int)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args(arguments)
    rooms, argued = read_rooms()
    strange = sorted(set(options.rooms) - {room.name for room in rooms})
    if strange:
        parser.error(f"no room {', '.join(strange)}; there are {', '.join(room.name for room in rooms)}")
    chosen = [room for room in rooms if not options.rooms or room.name in options.rooms]
    if options.list:
        for room in chosen:
            for mutant in (mutant for file in room.files for mutant in mutants_of(ROOT, file)):
                print(f"{mutant.file}:{mutant.line}: {mutant.text}")
        return 0
    os.chdir(ROOT)
    os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    for name in WARM:
        importlib.import_module(name)
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    for room in chosen:
        if options.again and room.name in results:
            results[room.name] = examine_again(room, argued, results[room.name], options.workers)
        else:
            results[room.name] = examine(room, argued, options.sample, options.workers)
        RESULTS.write_text(json.dumps(results, indent=1), encoding="utf-8")
    if all(room.name in results for room in rooms):
        sentence = figure({room.name: results[room.name] for room in rooms})
        print(sentence)
        write_figure(sentence, ROOT / "CONTRIBUTING.md")
    return int(any(results[room.name]["survivors"] for room in chosen))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
