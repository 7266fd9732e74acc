"""Everything that is wrong with a frame, at once."""

import pandas as pd
import pytest

from surveykit.sampling import check_frame, draw
from surveykit.sampling.frames import checking

FRAME = pd.DataFrame(
    {
        "u": ["a", "a", "b ", "b", "", "ｃ", "c", "007", "7", "5.1E+17"],
        "d": ["x"] * 4 + ["x "] + ["y"] * 4 + [None],
        "s": ["1", "-2", "0", "many", None, "3", "4", "5", "6", "1e999"],
        "o": [1.0, None] + [2.0] * 8,
    }
)
PLAN = {
    "frame": {"id": "u", "keep": ["phone"]},
    "strata": ["d"],
    "levels": {"d": ["x", "x ", "z"]},
    "method": "systematic_pps",
    "selection": {"size": "s", "order": ["o"]},
    "size": {"per_stratum": 5},
}
PROBLEMS = [
    r"columns are missing \(1: 'phone'\)",
    r"values of 'd' in the frame are not in the plan \(1: 'y'\); levels of 'd' in the plan have no rows .* \(1: 'z'\)",
    r"more units are asked for than the stratum holds in 3: 'x \(5 of 4\)', 'x  \(5 of 1\)', 'y \(5 of 4\)'",
    r"id column 'u' is blank in 1 rows",
    r"id column 'u' holds texts of floating-point numbers in 1 rows \('5.1E\+17'\)",
    r"column 'd' is missing in 1 rows",
    r"column 's' is read as numbers, and 1 rows hold none \(b: 'many'\)",
    r"numbers in column 's' are missing in 1 rows \(: None\)",
    r"numbers in column 's' are infinite or none in 1 rows",
    r"sizes in column 's' are not positive in 2 rows \(a: '-2', b : '0'\)",
    r"column 'o', which orders the list, is missing in 1 rows",
    r"1 ids occur more than once in column 'u': 'a' \(2 times\)",
]


def test_all_problems_are_told_at_once(make_plan, tmp_path):
    FRAME.to_csv(tmp_path / "f.csv", index=False, encoding="utf-16")
    for source in (FRAME, tmp_path / "f.csv"):
        report = check_frame(make_plan(**PLAN), source)
        found = [str(problem) for problem in report.problems if source is FRAME or "is blank" not in str(problem)]
        for text in PROBLEMS[: 3 if source is not FRAME else None]:
            assert sum(pd.Series(found).str.contains(text)) == 1, (text, found)
        assert (report.rows, report.strata) == (10, 4)
    assert report.reading["encoding"] == "UTF-16 (detected)"


def test_ids_that_look_like_one_are_doubts(make_plan):
    (doubt,) = check_frame(make_plan(**PLAN), FRAME).doubts
    assert "ids in column 'u' differ by blanks, width, case or leading zeros only (3: '007' and '7'; " in str(doubt)
    assert "'normalise: {u: [nfkc, spaces, zeros]}'" in str(doubt)


def test_a_sound_frame_has_no_problem_and_can_be_drawn(frame, make_plan):
    report = check_frame(make_plan(), frame)
    assert (report.problems, report.doubts, report.skipped, report.rows, report.strata) == ((), (), (), 3000, 3)
    draw(make_plan(), frame)


def test_strata_by_size_are_compared_both_ways(frame, make_plan):
    sizes = {"wuhou": 10, "青羊": 10, "高新": 10}
    (problem,) = check_frame(make_plan(size={"by_stratum": sizes}), frame).problems
    assert "strata of the frame have no size in the plan (1: 'jinjiang')" in str(problem)
    assert "strata of the plan have no rows in the frame (1: '高新')" in str(problem)


def test_what_is_not_looked_at_is_said(frame, make_plan, monkeypatch):
    monkeypatch.setattr(checking, "LARGE_FRAME", 100)
    alike = frame.assign(unit_id=["U000002", *frame["unit_id"][1:]])
    report = check_frame(make_plan(), alike)
    assert report.doubts == ()
    assert "ids that look like one: the frame has more than 100 rows" in report.skipped[0]
    assert "'U000002' and 'u000002'" in str(check_frame(make_plan(), alike, ids="all").doubts[0])


def test_missing_id_and_strata_leave_the_rest_to_be_told(frame, make_plan):
    report = check_frame(make_plan(frame={"id": "no"}, strata=["district", "none"]), frame)
    assert "columns are missing (2: 'no', 'none')" in str(report.problems[0])
    assert report.skipped == ("ids, strata and sizes: the id column is missing",)


@pytest.mark.parametrize("content", [b"", b"id,d\n\xff\xfe\xfd"])
def test_a_file_that_cannot_be_opened_is_a_problem(make_plan, tmp_path, content):
    (tmp_path / "f.csv").write_bytes(content)
    report = check_frame(make_plan(), tmp_path / "f.csv")
    assert len(report.problems) == 1
    assert report.skipped == ("all else: the frame cannot be opened",)
