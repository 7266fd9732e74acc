import dataclasses

import pytest

from surveykit.sampling import draw, verify_draw


@pytest.fixture(name="case")
def _case(frame, make_plan):
    plan = make_plan()
    return plan, frame, draw(plan, frame)


def problems(plan, frame, sample, table=None):
    result = verify_draw(plan, frame, sample.record, sample.table if table is None else table)
    assert result.ok == (not result.problems)
    return " | ".join(result.problems)


def test_right_draw_is_proven(case):
    assert problems(*case) == ""
    plan, frame, sample = case
    assert verify_draw(plan, frame.sample(frac=1, random_state=3), sample.record).ok


def test_custom_allocation_is_proven(frame, make_plan):
    from surveykit.sampling import allocate, stratum_table

    plan = make_plan()
    sizes = allocate(stratum_table(plan, frame)["population_size"], stratum_table(plan, frame), total=60)
    sample = draw(plan, frame, sizes)
    assert len(sample.table) == 60
    assert "the sample size is not the one that the plan gives" in problems(plan, frame, sample)
    assert verify_draw(plan, frame, sample.record, sample.table, sizes).ok


def test_changed_frame(case):
    plan, frame, sample = case
    text = problems(plan, frame.iloc[1:], sample)
    assert "number of units differs" in text
    assert "frame digest differs" in text
    renamed = frame.assign(unit_id=frame["unit_id"].str.replace("u", "v"))
    assert "drawn units are not in the sample" in problems(plan, renamed, sample)
    assert "columns are missing" in problems(plan, frame.drop(columns="district"), sample)
    assert "number of units differs" in problems(plan, frame.assign(district="new"), sample)


def test_changed_plan(case, make_plan):
    _, frame, sample = case
    assert "plan changed since the draw (1: 'seed')" in problems(make_plan(seed="other"), frame, sample)


def test_changed_sample(case):
    plan, frame, sample = case
    other = frame.loc[~frame["unit_id"].isin(sample.table["unit_id"]), "unit_id"].iloc[0]
    swapped = sample.table.copy()
    lost = swapped.loc[0, "unit_id"]
    swapped.loc[0, "unit_id"] = other
    text = problems(plan, frame, sample, swapped)
    assert repr(other) in text
    assert repr(lost) in text
    assert "another order" in problems(plan, frame, sample, sample.table.iloc[::-1])
    heavier = sample.table.assign(base_weight=sample.table["base_weight"] * 1.1)
    assert "base_weight differs" in problems(plan, frame, sample, heavier)
    assert "lacks columns" in problems(plan, frame, sample, sample.table.drop(columns="stratum"))


def test_edited_record(case):
    plan, frame, sample = case
    edited = dataclasses.replace(sample.record, plan=sample.record.plan | {"seed": "other"})
    result = verify_draw(plan, frame, edited)
    assert any("record was edited" in problem for problem in result.problems)
    first = dataclasses.replace(sample.record.strata[0], cut_key="0")
    edited = dataclasses.replace(sample.record, strata=(first, *sample.record.strata[1:]))
    assert any("cut key differs" in problem for problem in verify_draw(plan, frame, edited).problems)
