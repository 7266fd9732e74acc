"""The mutation tool itself: what it changes, what it calls killed, and that its list of argued changes is not stale."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import mutants  # noqa: E402
from mutation_changes import mutants_of  # noqa: E402

SOURCE = '''"""Text 3."""
__all__ = ["f"]


def f(x: int, y=2):
    """Text 3 < 4."""
    if x < 3 and not y:
        raise ValueError(f"{x + 1} is 3")
    total = -x * y
    total += min(x, 1)
    return [value for value, _ in zip([total], [True], strict=True)]
'''
EXPECTED = {
    "f: 2 -> 3", "f: x < 3 -> x <= 3", "f: x < 3 -> x < 4", "f: x < 3 and (not y) -> x < 3 or not y",
    "f: x < 3 and (not y) -> x < 3 and y", "f: raise ValueError(f'{x + 1} is 3') -> pass", "f: -x * y -> -x / y",
    "f: -x * y -> x * y", "f: total += min(x, 1) -> total -= min(x, 1)", "f: total += min(x, 1) -> pass",
    "f: min(x, 1) -> min(x, 2)", "f: min(x, 1) -> max(x, 1)",
    "f: zip([total], [True], strict=True) -> zip([total], [False], strict=True)",
}  # fmt: skip


def test_what_is_changed(tmp_path):
    (tmp_path / "a.py").write_text(SOURCE, encoding="utf-8")
    made = mutants_of(tmp_path, "a.py")
    texts = {mutant.text.split(" #")[0] for mutant in made}
    assert {text for text in texts if "zip" not in text and "[T" not in text} == {
        text for text in EXPECTED if "zip" not in text
    }
    assert len({mutant.text for mutant in made}) == len(made)
    original = ast.dump(ast.parse(SOURCE))
    assert all(ast.dump(mutant.tree()) != original for mutant in made)


def test_no_argued_change_is_stale():
    rooms, argued = mutants.read_rooms()
    known = {(mutant.file, mutant.text) for room in rooms for file in room.files for mutant in mutants_of(ROOT, file)}
    assert sorted(set(argued) - known) == []
    assert all(len(why) > 20 for why in argued.values())
    named = [test.split("::")[0] for room in rooms for group in room.tests for test in group if test[0] != "-"]
    assert all((ROOT / test).is_file() for test in named)


def test_the_figure_is_written_where_it_stands(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- mutants --> old\nb\n", encoding="utf-8")
    room = {"mutants": 200, "run": 50, "argued": 2, "killed": 47, "survivors": ["x"], "date": "2026-01-02"}
    mutants.write_figure(mutants.figure({"points": room, "ranks": {**room, "mutants": 50, "killed": 48}}), page)
    assert page.read_text(encoding="utf-8") == (
        "a\n<!-- mutants --> 99.0 % of 100 wrong changes are killed (95) or argued (4): "
        "points 49 of 50 (sampled from 200); ranks 50 of 50 (2026-01-02)\nb\n"
    )
    page.write_text("nothing\n", encoding="utf-8")
    with pytest.raises(SystemExit, match="0 lines"):
        mutants.write_figure("x", page)
