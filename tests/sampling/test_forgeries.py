"""Whatever is changed in plan, frame, record or sample is noticed: every entry in turn, as the files hold them."""

import copy
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from surveykit.errors import SurveyKitError
from surveykit.sampling import DrawRecord, SamplingPlan, draw, verify_draw
from surveykit.sampling.drawing.comparing import FREE

N = 240
STAGES = [{"id": "c", "method": "sampford", "selection": {"size": "x"}, "size": {"per_stratum": 4}},
          {"id": "u", "size": {"per_stratum": 3}}]  # fmt: skip
CASES = {
    "srs with a reserve": {"size": {"per_stratum": 8}, "reserve": 3},
    "allocation by a column": {"size": {"total": 30, "allocation": "neyman", "standard_deviation": "x"}},
    "sampford": {"size": {"per_stratum": 8}, "method": "sampford", "selection": {"size": "x"}},
    "systematic in order": {"size": {"per_stratum": 8}, "method": "systematic", "selection": {"order": ["x", "y"]}},
    "cube": {"size": {"per_stratum": 8}, "method": "cube", "selection": {"balance": ["x"]}},
    "local pivotal": {"size": {"per_stratum": 8}, "method": "local_pivotal", "selection": {"coordinates": ["x", "y"]}},
    "two stages": {"stages": STAGES},
}
COVERED = {"srs with a reserve": ["d"], "allocation by a column": ["d", "x"], "sampford": ["d", "x"],
           "systematic in order": ["d", "x", "y"], "cube": ["d", "x"], "local pivotal": ["d", "x", "y"],
           "two stages": ["d", "c", "x"]}  # fmt: skip


def make_frame():
    rng = np.random.default_rng(7)
    return pd.DataFrame({
        "u": [f"p{i:05d}" for i in range(N)], "d": np.where(np.arange(N) % 2, "east", "west"),
        "c": [f"c{i // 12:02d}" for i in range(N)], "x": rng.lognormal(0, 0.4, N).round(3), "y": rng.random(N).round(3),
        "phone": [f"139{i:08d}" for i in range(N)],
    })  # fmt: skip


@pytest.fixture(params=CASES, scope="module")
def case(request):
    base = {"id": "p", "frame": {"id": "u"}, "strata": ["d"], "seed": "s1", "seed_origin": {"en": "a lottery"},
            "levels": {"d": ["east", "west"]}}  # fmt: skip
    plan = SamplingPlan.model_validate(base | CASES[request.param])
    frame = make_frame()
    return request.param, plan, frame, draw(plan, frame)


def leaves(content, path=()):
    """Every value that is no container, with its place; containers as well, to be emptied."""
    items = content.items() if isinstance(content, dict) else enumerate(content)
    for name, value in items:
        yield (*path, name), value
        if isinstance(value, dict | list | tuple):
            yield from leaves(value, (*path, name))


def other(value):
    """Something else of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, float):
        return value * 1.001 + 0.001
    if isinstance(value, str):
        return {"md5": "sha256", "all": "candidates", "srs": "poisson"}.get(value, value + "x")
    return [] if value else {"x": "y"} if isinstance(value, dict) else ["x"]


def changed(content, path, value):
    made = copy.deepcopy(content)
    place = made
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    return made


def noticed(plan, frame, content, table):
    """Whether a record as it lies in its file is refused or found wrong."""
    try:
        return not verify_draw(plan, frame, DrawRecord.from_dict(content), table).ok
    except SurveyKitError:
        return True


def plain(record):
    import json

    return json.loads(json.dumps(record.to_dict()))


def test_what_was_drawn_is_proven(case):
    _, plan, frame, sample = case
    found = verify_draw(
        plan, frame.sample(frac=1, random_state=1), DrawRecord.from_dict(plain(sample.record)), sample.table
    )
    assert found.problems == ()


def test_every_entry_of_the_record_is_compared(case):
    _, plan, frame, sample = case
    content = plain(sample.record)
    unseen = [
        path
        for path, value in leaves(content)
        if not any(name in FREE for name in path)
        and not noticed(plan, frame, changed(content, path, other(value)), sample.table)
    ]
    assert unseen == []
    assert all(reason for reason in FREE.values())


def test_every_entry_left_out_of_the_record_is_missed(case):
    _, plan, frame, sample = case
    content = plain(sample.record)
    for name in content:
        assert noticed(plan, frame, {key: value for key, value in content.items() if key != name}, sample.table), name


def test_every_cell_and_column_of_the_sample_is_compared(case):
    _, plan, frame, sample = case
    for name in sample.table.columns:
        assert not verify_draw(plan, frame, sample.record, sample.table.drop(columns=name)).ok
        for row in (0, len(sample.table) - 1):
            table = sample.table.astype({name: object})
            value = table[name].iloc[row]
            table.loc[row, name] = other(value.item() if hasattr(value, "item") else value)
            assert not verify_draw(plan, frame, sample.record, table).ok, (name, row)
    assert not verify_draw(plan, frame, sample.record, sample.table.assign(added=1)).ok
    assert not verify_draw(plan, frame, sample.record, sample.table.iloc[1:]).ok
    assert not verify_draw(plan, frame, sample.record, sample.table.iloc[::-1]).ok


def test_every_entry_of_the_plan_is_compared(case):
    _, plan, frame, sample = case
    content = plan.model_dump(mode="json")
    compared = refused = 0
    for path, value in leaves(content):
        if isinstance(value, dict | list):
            continue
        made = changed(content, path, "another" if value is None else other(value))
        try:
            edited = SamplingPlan.model_validate(made)
        except ValueError:
            refused += 1
            continue
        assert not verify_draw(edited, frame, sample.record, sample.table).ok, path
        compared += 1
    assert compared >= 10
    assert refused < compared * 3


def test_every_column_of_the_frame_that_decides_is_covered(case):
    name, plan, frame, sample = case
    undrawn = frame.index[~frame["u"].isin(sample.table["u"])][0]
    for column in COVERED[name]:
        edited = frame.copy()
        value = edited.loc[undrawn, column]
        other_value = {"d": {"east": "west", "west": "east"}.get(value), "c": "c05" if value != "c05" else "c06"}
        edited.loc[undrawn, column] = other_value.get(column) or value + 0.0001
        found = verify_draw(plan, edited, sample.record, sample.table)
        assert any("frame digest differs" in text for text in found.problems), column
    for rows in (frame.drop(index=undrawn), pd.concat([frame, frame.iloc[[0]].assign(u="ghost")])):
        assert any("frame digest differs" in text for text in verify_draw(plan, rows, sample.record).problems)


def test_forgeries_of_the_issue(case):
    name, plan, frame, sample = case
    record = sample.record
    forged = [
        replace(record, hash="sha256"),
        replace(record, seed_origin={"en": "lottery of 1 December"}),
        replace(record, sql="select 1"),
        replace(record, notes=(*record.notes, "x")),
        replace(record, frame_rows=1),
        replace(record, strata=tuple(replace(s, weight_total=0.0) for s in record.strata)),
        replace(record, strata=tuple(replace(s, sample_size=s.sample_size + 1) for s in record.strata)),
    ]
    assert [verify_draw(plan, frame, edited, sample.table).ok for edited in forged] == [False] * len(forged)
    if name == "srs with a reserve":
        flags = sample.table["reserve"].to_numpy(copy=True)
        first, second = np.flatnonzero(flags)[0], np.flatnonzero(~flags)[0]
        flags[[first, second]] = flags[[second, first]]
        assert not verify_draw(plan, frame, record, sample.table.assign(reserve=flags)).ok
        assert not verify_draw(plan, frame, record, sample.table.assign(reserve=False)).ok
