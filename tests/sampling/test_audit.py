"""The page for auditors: its SQL, as it stands there, proves a draw without surveykit."""

import duckdb
import pyarrow as pa
import pytest

from surveykit.sampling import draw


@pytest.fixture(name="sample")
def _sample(frame, make_plan):
    return draw(make_plan(seed="chengdu-2021-civilization-practice", size={"per_stratum": 400}), frame)


def cut_of(sample):
    return next(s for s in sample.record.strata if s.stratum == "wuhou").cut_key


def test_three_statements_prove_the_draw(audit_statements, sample, frame):
    connection = duckdb.connect()
    connection.register("sampling_frame", pa.Table.from_pandas(frame))
    drawn, counted, digest = audit_statements
    right = list(zip(sample.table["unit_id"], sample.table["district"], strict=True))
    assert connection.execute(drawn).fetchall() == right
    counted = counted.replace("{cut key of the record}", cut_of(sample))
    assert connection.execute(counted).fetchall() == [(400,)]
    assert connection.execute(digest).fetchall() == [(sample.record.frame_digest,)]
    connection.execute("create table changed as from sampling_frame where unit_id <> 'u000077'")
    changed = connection.execute(digest.replace("sampling_frame", "changed")).fetchall()
    assert changed != [(sample.record.frame_digest,)]
