"""Limits of the rules on answers: shares at equality, times at the limit, which record of a unit stays."""

import numpy as np
import pandas as pd
import pytest

from surveykit.errors import DataError
from surveykit.responses import Responses
from surveykit.responses.fieldwork.outcome_rates import DISPOSITIONS, outcome_rates, rates_of_counts
from surveykit.responses.fieldwork.sample_link import dispositions, link_sample
from surveykit.responses.quality.checks import QualityReport
from surveykit.responses.quality.duplicates import duplicate_flags, one_per_unit
from surveykit.responses.quality.rules import DispositionRule, DuplicateRule, QualityRules, SpeederRule
from surveykit.responses.quality.speed import relative_speed, speed_flags
from surveykit.weighting.inputs.statuses import Dispositions, read_statuses


def answers(kinds, units=None, **meta):
    """Records with one letter a column: a answered, n not asked, b blank, d don't know, r refused."""
    words = {"a": "", "n": "na", "b": "nr", "d": "dk", "r": "rf"}
    missing = pd.DataFrame([[words[letter] for letter in row] for row in kinds]).rename(columns=lambda k: f"q{k}")
    data = missing.apply(lambda column: column.map(lambda kind: "1" if kind == "" else None)).astype("string")
    n = len(missing)
    held = {
        "response_id": [f"r{k}" for k in range(n)],
        "unit_id": [f"u{k}" for k in range(n)] if units is None else units,
        "submitted_at": pd.to_datetime(["2024-05-01"] * n, utc=True),
        "duration_seconds": [100.0] * n,
    }
    return Responses(data, missing, pd.DataFrame(held | meta), pd.DataFrame())


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("a" * 8 + "b" * 2, "I"),  # 80 % of what was asked
        ("a" * 79 + "b" * 21, "P"),
        ("a" * 5 + "b" * 5, "P"),
        ("a" * 49 + "b" * 51, "R"),
        ("a" * 4 + "b" + "n" * 5, "I"),
        ("a" * 3 + "b" + "n" * 6, "P"),
        ("d" * 4 + "r" * 4 + "b" * 2, "I"),
        ("n" * 10, "R"),
        ("n" * 9 + "b", "R"),
    ],
)
def test_a_share_at_the_limit_is_enough(row, expected):
    """AAPOR, Standard Definitions: 50 to 80 % of applicable questions is partial, 80 % or more complete."""
    assert dispositions(answers([row]), DispositionRule()).tolist() == [expected]


def test_optional_columns_early_ends_and_refusals():
    made = answers(["aaaab", "aaabb", "aaaaa"], ended=["", "", "under_age"])
    assert dispositions(made, DispositionRule()).tolist() == ["I", "P", "NE"]
    assert dispositions(made, DispositionRule(optional=("q4",))).tolist() == ["I", "P", "NE"]
    assert dispositions(made, DispositionRule(optional=("q3", "q4"))).tolist() == ["I", "I", "NE"]
    made.data.loc[2, "q0"] = "2"
    assert dispositions(made, DispositionRule(refusal="q0 == 2")).tolist() == ["I", "P", "R"]
    assert dispositions(made, DispositionRule()).name == "disposition"


@pytest.mark.parametrize(
    ("keep", "expected"),
    [("first", ["r1", "r3"]), ("last", ["r2", "r5"]), ("most_answers", ["r0", "r4"])],
)
def test_which_record_of_a_unit_stays(keep, expected):
    """By hand: unit a at 3, 1 and 4 o'clock; unit b at 2 o'clock three times, in the order of the file."""
    made = answers(
        ["aaa", "aab", "abb", "abb", "aaa", "aaa"], units=list("aaabbb"),
        submitted_at=pd.to_datetime([f"2024-05-01 0{hour}:00" for hour in (3, 1, 4, 2, 2, 2)], utc=True),
    )  # fmt: skip
    kept = one_per_unit(made, made.meta.index, keep)
    assert sorted(made.meta.loc[kept, "response_id"]) == expected
    linked = link_sample(
        pd.DataFrame({"unit_id": ["a", "b"]}), made, report(made, QualityRules(duplicates=DuplicateRule(keep=keep)))
    )
    assert linked.table["response_id"].tolist() == expected
    assert len(linked.duplicates) == 4 and set(linked.duplicates["kept"]) == set(expected)
    flags = duplicate_flags(made, DuplicateRule(keep=keep), {})["duplicate_token"]
    assert made.meta.loc[~flags, "response_id"].tolist() == expected


def test_the_first_record_stays_where_no_rule_says_otherwise():
    made = answers(["a", "b"], units=["a", "a"])
    assert link_sample(pd.DataFrame({"unit_id": ["a"]}), made).table["response_id"].tolist() == ["r0"]


def test_records_without_a_time_stay_last():
    times = pd.to_datetime([None, "2024-05-01 01:00", "2024-05-01 02:00"], utc=True)
    made = answers(["a"] * 3, units=["a"] * 3, submitted_at=times)
    kept = [
        made.meta.loc[one_per_unit(made, made.meta.index, keep), "response_id"].item() for keep in ("first", "last")
    ]
    assert kept == ["r1", "r2"]


def report(made, rules, excluded=()):
    index = made.data.index
    out = pd.Series([position in excluded for position in range(len(index))], index=index)
    empty = pd.DataFrame(index=index)
    return QualityReport(empty, out, empty, pd.DataFrame(), pd.DataFrame(), rules)


def test_every_sampled_unit_has_a_disposition_and_excluded_records_lose_their_answers():
    made = answers(["aaaa", "aabb", "abbb", "aaaa", "aaaa"], units=["u1", "u2", "u3", "u4", "stranger"])
    made.meta.loc[4, "unit_id"] = "stranger"
    made.data["district"] = ["x", "y", None, "x", "x"]
    made.missing["district"] = ["", "", "nr", "", ""]
    sample = pd.DataFrame({"unit_id": ["u4", "u5", "u3", "u2", "u1"], "district": ["x", "x", "x", "x", "x"]})
    linked = link_sample(sample.set_index(np.arange(10, 15)), made, report(made, QualityRules(), excluded=(2, 3)))
    assert linked.table["unit_id"].tolist() == sample["unit_id"].tolist()
    assert linked.table.index.tolist() == [10, 11, 12, 13, 14]
    assert linked.table["disposition"].tolist() == ["O", "NC", "R", "P", "I"]
    assert linked.table["q0"].isna().tolist() == [True, True, True, False, False]
    assert linked.table["response_id"].isna().tolist() == [False, True, False, False, False]
    assert (linked.missing.loc[[10, 11, 12]] == "na").all(axis=None)
    assert linked.missing.loc[13, ["q0", "q1", "q2", "q3"]].tolist() == ["", "", "nr", "nr"]
    assert linked.table["district_answered"].tolist()[3:] == ["y", "x"]
    assert "district_answered" in linked.missing and linked.table["district"].tolist() == ["x"] * 5
    assert linked.differs.to_dict("records") == [{"unit_id": "u2", "column": "district", "frame": "x", "answer": "y"}]
    assert linked.unmatched.to_dict("records") == [
        {"response_id": "r4", "unit_id": "stranger", "reason": "token not in the sample"}
    ]


def test_a_record_without_a_token_is_told_as_such():
    made = answers(["a", "a"], units=["u1", None])
    linked = link_sample(pd.DataFrame({"unit_id": ["u1"]}), made)
    assert linked.unmatched["reason"].tolist() == ["no token"]
    assert linked.table["q0"].tolist() == ["1"] and linked.missing["q0"].tolist() == [""]
    assert linked.table["disposition"].tolist() == ["I"] and linked.differs.empty
    assert list(linked.differs.columns) == ["unit_id", "column", "frame", "answer"]
    rule = DispositionRule(refusal="q0 == 1")
    assert link_sample(pd.DataFrame({"unit_id": ["u1"]}), made, rule=rule).table["disposition"].tolist() == ["R"]
    quality = report(made, QualityRules(dispositions=rule))
    assert link_sample(pd.DataFrame({"unit_id": ["u1"]}), made, quality).table["disposition"].tolist() == ["R"]
    for bad, message in (({"id": ["u1"]}, "no column 'unit_id'"), ({"unit_id": ["u1", "u1"]}, "twice: 'u1'|twice.*u1")):
        with pytest.raises(DataError, match=message):
            link_sample(pd.DataFrame(bad), made)


def test_the_time_at_the_limit_is_no_speeder():
    """Median of 100 s; half of it is the limit, then three seconds for each of four questions."""
    times = [100.0, 100.0, 100.0, 50.0, 49.9, 300.0, np.nan]
    made = answers(["aaaa"] * 7, duration_seconds=times)
    rule = SpeederRule(below_median=0.5, seconds_per_question=3, minimum_group=1)
    indices = {}
    flags = speed_flags(made, rule, indices)["speeder"]
    assert flags.tolist() == [False, False, False, False, True, False, False]
    assert indices["speeder_threshold"].tolist() == [50.0] * 7
    assert indices["relative_speed"][:6].tolist() == [1, 1, 1, 2, pytest.approx(100 / 49.9), pytest.approx(1 / 3)]
    slow = SpeederRule(below_median=0.5, seconds_per_question=12.5, minimum_group=1)
    assert speed_flags(made, slow, {})["speeder"].tolist() == flags.tolist()
    slower = SpeederRule(below_median=0.5, seconds_per_question=25, minimum_group=1)
    assert speed_flags(made, slower, {})["speeder"].tolist() == [False, False, False, True, True, False, False]
    index = SpeederRule(below_median=0.1, seconds_per_question=0, minimum_group=1, relative_speed_above=2.0)
    assert speed_flags(made, index, {})["speeder"].tolist() == [False, False, False, False, True, False, False]
    assert speed_flags(made, None, {}) == {}


def test_relative_speed_by_hand():
    """Leiner (2019), p. 236: page medians over one's own times, at most 3."""
    seconds = np.array([[10.0, 20.0], [20.0, 20.0], [30.0, 2.0]])
    expected = [(20 / 10 + 20 / 20) / 2, 1.0, (20 / 30 + 3) / 2]
    assert relative_speed(seconds, np.zeros(3, int)) == pytest.approx(expected, rel=1e-14)
    apart = np.array([0, 0, 1])
    assert relative_speed(seconds[:, :1], apart, minimum=2) == pytest.approx([1.5, 0.75, 20 / 30], rel=1e-14)


RATES_OF_PAGE = {"I": 400, "P": 25, "R": 90, "NC": 60, "O": 5, "UH": 12, "UO": 40, "NE": 30}


def test_outcome_rates_at_their_ends():
    assert rates_of_counts(RATES_OF_PAGE, eligibility=0.0)["RR3"] == pytest.approx(400 / 580, rel=1e-14)
    assert rates_of_counts(RATES_OF_PAGE, eligibility=1.0)["RR3"] == pytest.approx(400 / 632, rel=1e-14)
    for bad in (-1e-9, 1 + 1e-9, np.nan):
        with pytest.raises(DataError, match="between 0 and 1"):
            rates_of_counts(RATES_OF_PAGE, eligibility=bad)
    nobody = rates_of_counts({})
    assert all(np.isnan(value) for value in nobody.values())
    unknown = rates_of_counts({"UH": 3})
    assert unknown["RR1"] == 0 and np.isnan(unknown["RR5"]) and np.isnan(unknown["e"])
    assert rates_of_counts({"I": 0.5})["RR1"] == 1
    assert rates_of_counts({"I": 2, "NE": 2})["e"] == 0.5
    for bad in ({"X": 1}, {"I": -1}, {"I": np.inf}, {"I": np.nan}):
        with pytest.raises(DataError):
            rates_of_counts(bad)


def sampled(**changes):
    table = pd.DataFrame(
        {"disposition": ["I", "NC", "I", "R", "UH"], "district": list("aabbb"), "base_weight": [1.0, 1, 3, 3, 0]}
    )
    return table.assign(**changes)


def test_a_table_of_rates_by_hand():
    found = outcome_rates(sampled(), by="district")
    assert found["weighting"].tolist() == ["unweighted"] * 3 + ["base_weighted"] * 3
    assert found["level"].tolist() == ["", "a", "b"] * 2
    assert found["n"].tolist() == [5, 2, 3] * 2
    assert found["RR1"].tolist() == pytest.approx([2 / 5, 1 / 2, 1 / 3, 4 / 8, 1 / 2, 3 / 6])
    assert found["UH"].tolist() == [1, 0, 1, 0, 0, 0]
    assert set(found["e_from"]) == {"known cases"}
    assert set(outcome_rates(sampled(), eligibility=0.5)["e_from"]) == {"given"}
    assert outcome_rates(sampled(), weights=None)["weighting"].tolist() == ["unweighted"]
    assert outcome_rates(sampled().drop(columns="base_weight"))["weighting"].tolist() == ["unweighted"]
    assert outcome_rates(sampled())["level"].tolist() == ["", ""]
    named = sampled(w=1.0).rename(columns={"disposition": "code"})
    assert outcome_rates(named, weights="w", disposition="code")["RR1"].tolist() == [0.4, 0.4]


@pytest.mark.parametrize(
    ("changes", "options", "message"),
    [
        ({}, {"by": "nowhere"}, "no column 'nowhere'|no column.*nowhere"),
        ({}, {"disposition": "nowhere"}, "nowhere"),
        ({}, {"weights": "nowhere"}, "no column 'nowhere'"),
        ({"disposition": ["I", None, "I", None, "I"]}, {}, "rows 2: 1, 3"),
        ({"disposition": ["I", "Z", "I", "I", "I"]}, {}, "Z"),
        ({"base_weight": [1.0, -1, 1, 1, np.nan]}, {}, "rows 2: 1, 4"),
        ({"base_weight": [1.0, np.inf, 1, 1, 1]}, {}, "missing in rows 1"),
    ],
)
def test_tables_that_give_no_rates(changes, options, message):
    with pytest.raises(DataError, match=message):
        outcome_rates(sampled(**changes), **options)


def test_statuses_of_the_weighting_by_hand():
    codes = ["I", "P", "R", "NC", "O", "UH", "UO", "NE"]
    assert tuple(codes) == DISPOSITIONS
    found = read_statuses(Dispositions(), pd.DataFrame({"disposition": codes}))
    assert np.flatnonzero(found.respondents).tolist() == [0, 1]
    assert np.flatnonzero(found.nonrespondents).tolist() == [2, 3, 4]
    assert np.flatnonzero(found.unknown).tolist() == [5, 6]
    assert np.flatnonzero(found.ineligible).tolist() == [7]
    assert np.flatnonzero(found.silent).tolist() == [2, 3, 4, 5, 6]
    table = found.table(np.arange(8.0)).set_index("cell")
    assert table["rows"].tolist() == [2, 3, 2, 1] and table["total_before"].tolist() == [1, 9, 11, 7]
    everybody = read_statuses(Dispositions(), pd.DataFrame({"x": [1, 2]}))
    assert everybody.respondents.all() and not (everybody.silent | everybody.ineligible).any()
    with pytest.raises(DataError, match=r"in 2 of 3 rows: 2: '\(missing\)', 'Z'"):
        read_statuses(Dispositions(), pd.DataFrame({"disposition": ["I", None, "Z"]}))
    with pytest.raises(DataError, match="none of the 1 sampled units responded"):
        read_statuses(Dispositions(), pd.DataFrame({"disposition": ["R"]}))
