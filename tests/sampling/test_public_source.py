"""Public values to come: one way to write each, a time for each round, nothing guessed."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from surveykit.errors import DataError
from surveykit.sampling import (
    Commitment,
    PublicSource,
    SamplingPlan,
    canonical_value,
    chain_problems,
    check_sampling_plan,
    commit_plan,
    draw,
    extend_log,
    reveal_seed,
    verify_commitment,
    verify_draw,
)

BALLS = {"kind": "numbers", "groups": [{"count": 6, "high": 33}, {"count": 1, "high": 16}]}
EARLY = datetime.fromisoformat("2026-11-30T09:00:00+08:00")
LATE = datetime.fromisoformat("2026-12-01T22:00:00+08:00")


def source(form, **changes):
    base = {"name": "Double Colour Ball", "draw": "2026137", "due": "2026-12-01T21:15:00+08:00", "form": form}
    return PublicSource.model_validate(base | changes)


def plan_with(form=BALLS, **changes):
    content = {"id": "p", "frame": {"id": "u"}, "size": {"per_stratum": 3}, "public_source": source(form)}
    return SamplingPlan.model_validate(content | changes)


@pytest.mark.parametrize(
    "text",
    ["05 11 17 23 28 30 + 09", "5 11 17 23 28 30 9", "05,11,17,23,28,30|09",
     "30 28 23 17 11 05 09", "５ 11 17 23 28 30、9",
     " 05-11-17-23-28-30 / 9 ", "5.11.17.23.28.30./9./"],
)  # fmt: skip
def test_one_drawing_has_one_canonical_form(text):
    assert canonical_value(source(BALLS), text) == "5.11.17.23.28.30./9./"


def test_rfc_3797_example_of_section_5():
    """The canonical form of the three sources of the example there, without the final slash of its key."""
    race = source({"kind": "numbers", "groups": [{"count": 1, "low": 0, "high": 99999}]})
    lotto = source(
        {"kind": "numbers", "groups": [{"count": 5, "high": 49, "ascending": False}, {"count": 6, "high": 49}]}
    )
    assert canonical_value(race, "9319") == "9319./"
    assert canonical_value(lotto, "2 5 12 8 10 9 18 26 34 41 45") == "2.5.12.8.10./9.18.26.34.41.45./"


@pytest.mark.parametrize(
    ("form", "text", "message"),
    [
        (BALLS, "051117232830", "has 1 numbers, the announced form has 7"),
        (BALLS, "5 11 17 23 28 34 9", r"outside of 1 to 33 \(1: 34\)"),
        (BALLS, "5 5 17 23 28 30 9", "occurs twice"),
        (BALLS, "five", "more than numbers"),
        ({"kind": "decimal"}, "3,842.15", "no number with 2 decimals"),
        ({"kind": "decimal"}, "3842.1", "no number with 2 decimals"),
        ({"kind": "decimal"}, "03842.15", "no number with 2 decimals"),
        ({"kind": "hex", "digits": 4}, "abc", "not 4 hexadecimal digits"),
        ({"kind": "drand"}, "0xab", "not 64 hexadecimal digits"),
    ],
)
def test_what_is_not_of_the_form_is_refused(form, text, message):
    with pytest.raises(DataError, match=message):
        canonical_value(source(form), text)


def test_other_forms():
    assert canonical_value(source({"kind": "decimal"}), "3842.15 ") == "3842.15"
    assert canonical_value(source({"kind": "decimal", "decimals": 0}), "-7") == "-7"
    assert canonical_value(source({"kind": "hex", "digits": 4}), "ABCD") == "abcd"
    repeats = {"kind": "numbers", "groups": [{"count": 3, "low": 0, "high": 9, "ascending": False, "repeats": True}]}
    assert canonical_value(source(repeats), "7 0 7") == "7.0.7./"


@pytest.mark.parametrize(("chain", "round_", "due"), [
    ("quicknet", "1", "2023-08-23T15:09:27+00:00"),
    ("quicknet", "1000", "2023-08-23T23:59:24+08:00"),
    ("default", "1", "2020-07-22T15:17:30+00:00"),
])  # fmt: skip
def test_a_round_of_drand_has_its_time(chain, round_, due):
    form = {"kind": "drand", "chain": chain}
    right = plan_with(public_source=source(form, draw=round_, due=due))
    assert check_sampling_plan(right) == []
    moved = (datetime.fromisoformat(due) + timedelta(seconds=1)).isoformat()
    wrong = right.model_copy(
        update={"public_source": source({"kind": "drand", "chain": chain}, draw=round_, due=moved)}
    )
    assert any(f"round {round_} of drand's {chain} is due at" in p.what for p in check_sampling_plan(wrong))


def test_sources_that_say_too_little():
    for changes, what in (
        ({"due": "2026-12-01"}, "no date and time with the offset"),
        ({"form": {"kind": "numbers"}}, "have no groups"),
        ({"form": {"kind": "numbers", "groups": [{"count": 9, "high": 8}]}}, "9 numbers cannot be drawn"),
        ({"form": {"kind": "drand"}}, "is due at"),
        ({"form": {"kind": "drand"}, "draw": "x"}, "no round of drand"),
    ):
        plan = plan_with(public_source=source(**{"form": BALLS, **changes}))
        assert any(what in problem.what for problem in check_sampling_plan(plan)), changes


def test_commit_wait_reveal():
    frame = pd.DataFrame({"u": list("abcdefgh")})
    with pytest.raises(DataError, match="names no public source"):
        commit_plan(plan_with(public_source=None), frame, at=EARLY)
    with pytest.raises(DataError, match="may be known already"):
        commit_plan(plan_with(), frame, at=LATE)
    made = commit_plan(plan_with(), frame, at=EARLY)
    with pytest.raises(DataError, match="wait until it is known"):
        reveal_seed(plan_with(), made, "05 11 17 23 28 30 + 09", at=EARLY)
    seeds = {
        reveal_seed(plan_with(), made, text, at=LATE).seed for text in ("5 11 17 23 28 30 9", "30 28 23 17 11 5+09")
    }
    assert len(seeds) == 1
    assert Commitment.from_dict(made.to_dict()) == made
    for name, value in made.to_dict().items():
        wrong = 7 if name == "commitment" else {"name": "x"} if name == "source" else value + "x"
        with pytest.raises(DataError, match=r"edited|not a commitment"):
            Commitment.from_dict(made.to_dict() | {name: wrong})
    with pytest.raises(DataError, match="format 1, whose frame digest can be forged"):
        Commitment.from_dict({"commitment": 1, "plan_hash": "", "frame_digest": "", "code": ""})


def test_whatever_decides_the_sample_is_committed_to():
    """Sizes, clusters and order columns changed after the reveal: the commitment no longer fits."""
    size = 400
    frame = pd.DataFrame({"u": [f"p{i:04d}" for i in range(size)], "c": [f"c{i // 20:02d}" for i in range(size)],
                          "x": [1.0 + i % 7 for i in range(size)]})  # fmt: skip
    staged = {"size": {}, "stages": [{"id": "c", "method": "sampford", "size": {"per_stratum": 5}},
                                     {"id": "u", "size": {"per_stratum": 4}}]}  # fmt: skip
    designs = {
        "x": [
            {"method": "sampford", "selection": {"size": "x"}},
            {"method": "systematic", "selection": {"order": ["x"]}},
            {"method": "cube", "selection": {"balance": ["x"]}},
            {"method": "local_pivotal", "selection": {"coordinates": ["x"]}},
        ],
        "c": [staged, {"strata": ["c"]}],
    }  # fmt: skip
    for column, changes in ((name, change) for name, found in designs.items() for change in found):
        plan = plan_with(**changes)
        made = commit_plan(plan, frame, at=EARLY)
        final = reveal_seed(plan, made, "5 11 17 23 28 30 9", at=LATE)
        assert verify_commitment(final, frame, made)
        edited = frame.copy()
        edited.loc[7, column] = 1e6 if column == "x" else "c09"
        assert not verify_commitment(final, edited, made), changes
        sample = draw(final, frame)
        assert not verify_draw(final, edited, sample.record, sample.table).ok


def test_no_ghosts_after_the_reveal():
    """The attack on a sum of hashes: real ids out, invented ids in, the same digest; one exchange is noticed now."""
    frame = pd.DataFrame({"u": [f"u{i:08d}" for i in range(4096)]})
    made = commit_plan(plan_with(), frame, at=EARLY)
    final = reveal_seed(plan_with(), made, "5 11 17 23 28 30 9", at=LATE)
    sample = draw(final, frame)
    ghosts = frame.assign(u=frame["u"].replace("u00000007", "g000000001"))
    assert not verify_commitment(final, ghosts, made)
    found = verify_draw(final, ghosts, sample.record, sample.table)
    assert any("frame digest differs" in text for text in found.problems)


def test_entries_removed_swapped_or_edited_break_the_chain():
    log = []
    for event in ("plan", "commit", "reveal", "draw", "release"):
        log = extend_log(log, event, {"what": event}, datetime.now(UTC).isoformat())
    assert chain_problems(log) == []
    assert chain_problems([*log[:2], *log[3:]])
    assert chain_problems([log[1], log[0], *log[2:]])
    assert chain_problems(log[1:])
    for at, entry in enumerate(log):
        for name in entry:
            assert chain_problems([*log[:at], entry | {name: "x"}, *log[at + 1 :]]), (at, name)
        assert chain_problems([*log[:at], entry | {"added": 1}, *log[at + 1 :]])
