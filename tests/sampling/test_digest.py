"""The digest of a frame: one value on every engine, another for every change, and no way round it."""

import datetime
import decimal
import hashlib
import itertools

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from canonical import digest

from surveykit.errors import DataError
from surveykit.sampling import SamplingPlan, digest_sql, frame_digest, open_frame
from surveykit.sampling.frames import digest as module

TEXTS = [
    "",
    " ",
    "a",
    "a\tb",
    "a\nb",
    "1:2",
    "3tabc",
    "-",
    "n1;",
    "é",
    "e\u0301",
    "青羊",
    "𠮷野",
    "👩‍👩‍👧",
    "'",
    '"',
    "\\",
    "%s",
    "x;y",
]
NUMBERS = [
    0.0, -0.0, 1.0, -1.0, 0.1, 1 / 3, -2.5, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 2.0**53 + 2, 9e18,
    9.1e18, 2.0**63, 2.0**-44, 2e23, float("inf"), float("-inf"), float("nan"), None, 123456789.125, -7e-7,
]  # fmt: skip
MOMENTS = [datetime.datetime(2026, 11, 28, 8, 30, 0, 123456), datetime.datetime(1999, 12, 31, 23, 59, 59), None]
DAYS = [datetime.date(2026, 11, 28), datetime.date(1900, 1, 1), None]
DECIMALS = [decimal.Decimal("1.50"), decimal.Decimal("-0.01"), None]
COLUMNS = [
    ("text", "u"), ("text", "s"), ("number", "x"), ("number", "b"), ("value", "f"), ("value", "i"), ("value", "t"),
    ("value", "w"), ("value", "d"), ("value", "y"), ("value", "m"),
]  # fmt: skip


def awkward_rows():
    cycles = [itertools.cycle(values) for values in (TEXTS[1:], NUMBERS, [0.5, 3.0], NUMBERS, [10, 9, None, -(2**62)],
              [*TEXTS, None], MOMENTS, DAYS, [True, False, None], DECIMALS)]  # fmt: skip
    return [(at, *(next(cycle) for cycle in cycles)) for at in range(97)]


def awkward_table():
    columns = list(zip(*awkward_rows(), strict=True))
    kinds = [pa.int64(), pa.string(), pa.float64(), pa.float64(), pa.float64(), pa.int64(), pa.string(),
             pa.timestamp("us"), pa.date32(), pa.bool_(), pa.decimal128(10, 2)]  # fmt: skip
    arrays = [pa.array(values, kind) for values, kind in zip(columns, kinds, strict=True)]
    return pa.table(dict(zip((name for _, name in COLUMNS), arrays, strict=True)))


def awkward_plan():
    selection = {"size": "x", "balance": ["b"], "order": ["f", "i", "t", "w", "d", "y", "m"]}
    return SamplingPlan.model_validate({"id": "p", "frame": {"id": "u"}, "strata": ["s"], "selection": selection})


def test_plain_python_gives_the_same_value():
    assert frame_digest(awkward_plan(), awkward_table()) == digest(COLUMNS, awkward_rows())


def test_plain_sql_gives_the_same_value():
    frame = open_frame(awkward_table())
    assert frame.rows(digest_sql(awkward_plan(), frame)) == [(digest(COLUMNS, awkward_rows()),)]


def test_moments_of_pandas_count_nanoseconds():
    plan = SamplingPlan.model_validate({"id": "p", "frame": {"id": "u"}, "selection": {"order": ["w"]}})
    fine = pd.to_datetime(["2026-11-28 08:30:00.000000001", "2026-11-28 08:30:00.000000002"])
    one = pd.DataFrame({"u": ["a", "b"], "w": fine})
    assert frame_digest(plan, one) != frame_digest(plan, one.assign(w=fine[::-1]))
    coarse = pd.DataFrame({"u": ["a"], "w": pd.to_datetime(["2026-11-28 08:30:00.123456"])})
    right = digest([("text", "u"), ("value", "w")], [("a", datetime.datetime(2026, 11, 28, 8, 30, 0, 123456))])
    assert frame_digest(plan, coarse) == right
    assert frame_digest(plan, coarse.astype({"w": "datetime64[s]"})) != right
    assert frame_digest(plan, coarse.astype({"w": "datetime64[us]"})) == right


def test_order_of_rows_does_not_matter_and_every_cell_does():
    table, plan = awkward_table(), awkward_plan()
    right = frame_digest(plan, table)
    rows = awkward_rows()
    assert frame_digest(plan, table.take(np.random.default_rng(1).permutation(len(rows)))) == right
    seen = {right}
    for at, _ in enumerate(COLUMNS):
        for row in (0, 40, 96):
            other = next(r[at] for r in rows if digest_cell(at, r) != digest_cell(at, rows[row]))
            changed = [list(r) for r in rows]
            changed[row][at] = other
            seen.add(digest(COLUMNS, changed))
    assert len(seen) == 1 + 3 * len(COLUMNS)
    assert frame_digest(plan, table.slice(1)) not in seen
    assert frame_digest(plan, pa.concat_tables([table, table.slice(5, 1)])) not in seen


def digest_cell(at, row):
    return digest(COLUMNS[at : at + 1], [row[at : at + 1]])


def test_separators_in_values_move_nothing_from_one_column_to_the_next():
    plan = SamplingPlan.model_validate({"id": "p", "frame": {"id": "u"}, "strata": ["s"]})
    pairs = [
        ("a/b", "c"),
        ("a", "b/c"),
        ("a1tb", "c"),
        ("a", "1tb1tc"),
        ("ab", "c"),
        ("a", "bc"),
        ("-", "c"),
        ("a\x01", "b"),
    ]
    assert len({frame_digest(plan, pd.DataFrame({"u": [u], "s": [s]})) for u, s in pairs}) == len(pairs)


def test_numbers_and_their_texts_order_lists_differently():
    plan = SamplingPlan.model_validate({"id": "p", "frame": {"id": "u"}, "selection": {"order": ["o"]}})
    numbers, texts = pd.DataFrame({"u": ["a"], "o": [10]}), pd.DataFrame({"u": ["a"], "o": ["10"]})
    assert frame_digest(plan, numbers) != frame_digest(plan, texts)
    assert frame_digest(plan, numbers) == frame_digest(plan, numbers.astype({"o": float}))


def test_a_column_without_canonical_text_cannot_order_a_list():
    plan = SamplingPlan.model_validate({"id": "p", "frame": {"id": "u"}, "selection": {"order": ["o"]}})
    for values in (pa.array([[1]]), pa.array([b"a"]), pa.array([0], pa.timestamp("us", "UTC"))):
        with pytest.raises(DataError, match="'o', which orders the list, is of type"):
            frame_digest(plan, pa.table({"u": ["a"], "o": values}))


def test_large_frames_wait_on_disk_and_give_the_same_value(monkeypatch):
    plan = SamplingPlan.model_validate({"id": "p", "frame": {"id": "u"}})
    relation = duckdb.sql("select range as u from range(50000)")
    right = frame_digest(plan, relation)
    monkeypatch.setattr(module, "IN_MEMORY", 1000)
    monkeypatch.setattr(module, "BATCH", 3000)
    assert frame_digest(plan, relation) == right == digest([("text", "u")], [(at,) for at in range(50000)])


def test_hashes_that_begin_alike_are_sorted_to_the_end():
    hashes = np.zeros((4, 32), dtype=np.uint8)
    hashes[:, 31] = [3, 1, 2, 0]
    joined = "".join(bytes(row).hex() for row in hashes[[3, 1, 2, 0]])
    assert module._lines(hashes) == [("000", 4, hashlib.sha256(joined.encode()).hexdigest())]
