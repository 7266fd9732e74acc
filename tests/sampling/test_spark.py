"""The same draw on Spark in local mode."""

import pytest

from surveykit.errors import DataError, MissingDependencyError
from surveykit.sampling import draw, spark_frame, verify_draw


def test_what_is_no_spark_table():
    with pytest.raises(MissingDependencyError, match="pyspark"):
        spark_frame([1])


@pytest.fixture(name="session", scope="module")
def _session():
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", "2")
        .getOrCreate()
    )
    yield session
    session.stop()


@pytest.mark.spark
@pytest.mark.filterwarnings("ignore")
def test_spark_draws_and_verifies_the_same_sample(session, frame, make_plan, tmp_path):
    frame.to_parquet(tmp_path / "f.parquet")
    table = spark_frame(session.read.parquet(str(tmp_path / "f.parquet")))
    for changes in ({}, {"hash": "sha256"}, {"method": "sampford", "selection": {"size": "income"}, "seed": "o'b\\c"}):
        plan = make_plan(**changes)
        here, there = draw(plan, frame), draw(plan, table)
        assert here.table["unit_id"].tolist() == there.table["unit_id"].tolist()
        for name in ("frame_digest", "sample_digest", "strata"):
            assert getattr(here.record, name) == getattr(there.record, name)
        assert verify_draw(plan, table, here.record, here.table).ok
        assert verify_draw(plan, frame, there.record, there.table).ok


@pytest.mark.spark
@pytest.mark.filterwarnings("ignore")
def test_spark_refuses_what_duckdb_refuses(session, make_plan):
    rows = [("a", "x"), (None, "x"), ("c", "y")]
    table = spark_frame(session.createDataFrame(rows, "unit_id string, district string"))
    with pytest.raises(DataError, match="missing in 1 rows"):
        draw(make_plan(size={"per_stratum": 1}), table)
    table = spark_frame(session.createDataFrame([(1.0, "x")], "unit_id double, district string"))
    with pytest.raises(DataError, match="double numbers"):
        draw(make_plan(size={"per_stratum": 1}), table)
