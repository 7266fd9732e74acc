"""The same draw on Spark in local mode."""

import unicodedata

import pytest
from canonical import digest
from test_digest import COLUMNS, awkward_plan, awkward_rows, awkward_table
from test_normalising import AWKWARD, in_engine

from surveykit.errors import DataError, MissingDependencyError
from surveykit.sampling import check_frame, digest_sql, draw, frame_digest, spark_frame, verify_draw
from surveykit.sampling.frames.normalising import ALL_STEPS, _combines, normalised_text


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
    stages = [
        {"id": "sex", "method": "brewer", "selection": {"size": "income"}, "size": {"per_stratum": 1}},
        {"id": "unit_id", "size": {"per_stratum": 4}},
    ]
    cases = [
        {},
        {"hash": "sha256"},
        {"size": {"total": 90, "allocation": "neyman", "standard_deviation": "sex"}},
        {"size": {"total": 90, "allocation": "kish", "standard_deviation": "sex"}},
        {"size": {"total": 90, "allocation": "power", "standard_deviation": "sex", "mean": "sex", "measure": "sex"}},
        {"size": {"total": 90, "cost": "sex"}},
        {"method": "sampford", "selection": {"size": "income"}, "seed": "o'b\\c"},
        {"size": {}, "stages": stages},
        {"frame": {"id": "unit_id", "normalise": ["nfkc", "spaces", "case", "zeros"]}},
        {"frame": {"id": "key", "parts": ["sex", "unit_id"]}},
    ]
    for changes in cases:
        plan = make_plan(**changes)
        here, there = draw(plan, frame), draw(plan, table)
        assert here.table[plan.frame.id].tolist() == there.table[plan.frame.id].tolist()
        for name in ("frame_digest", "sample_digest", "strata"):
            assert getattr(here.record, name) == getattr(there.record, name)
        assert verify_draw(plan, table, here.record, here.table).ok
        assert verify_draw(plan, frame, there.record, there.table).ok


@pytest.mark.spark
@pytest.mark.filterwarnings("ignore")
def test_awkward_values_are_normalised_as_in_python(session, make_plan):
    plain = [value for value in AWKWARD if not any(map(_combines, unicodedata.normalize("NFKD", value)))]
    table = spark_frame(session.createDataFrame(list(enumerate(plain)), "n int, v string"))
    for steps in (["nfkc"], ["spaces"], list(ALL_STEPS)):
        assert in_engine(table, plain, steps) == [normalised_text(value, steps) for value in plain]
    marks = spark_frame(session.createDataFrame([(1, "e\u0301")], "n int, v string"))
    with pytest.raises(DataError, match="marks that combine with the character before them, which spark cannot"):
        in_engine(marks, [], ["nfkc"])
    report = check_frame(make_plan(frame={"id": "v"}, strata=["n"], levels={"n": ["0"]}), table)
    assert len(report.problems) == 3


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


@pytest.mark.spark
@pytest.mark.filterwarnings("ignore")
def test_page_for_auditors_and_views_of_the_session(session, frame, make_plan, audit_statements, tmp_path):
    """The plain SQL of the page runs on Spark; a view of the user's that is called like ours stays what it is."""
    frame.to_parquet(tmp_path / "f.parquet")
    data = session.read.parquet(str(tmp_path / "f.parquet"))
    data.createOrReplaceTempView("sampling_frame")
    plan = make_plan(seed="chengdu-2021-civilization-practice", size={"per_stratum": 400})
    sample = draw(plan, spark_frame(session.createDataFrame(frame.iloc[:2500].itertuples(index=False), data.schema)))
    assert session.sql("select count(*) from sampling_frame").collect()[0][0] == 3000
    sample = draw(plan, spark_frame(data))
    drawn, counted, _ = audit_statements
    right = list(zip(sample.table["unit_id"], sample.table["district"], strict=True))
    assert [tuple(row) for row in session.sql(drawn).collect()] == right
    cut = next(s for s in sample.record.strata if s.stratum == "wuhou").cut_key
    assert session.sql(counted.replace("{cut key of the record}", cut)).collect()[0][0] == 400
    assert [row[0] for row in session.sql(sample.record.sql).collect()] == sample.table["unit_id"].tolist()


@pytest.mark.spark
@pytest.mark.filterwarnings("ignore")
def test_awkward_cells_have_the_digest_of_plain_python(session, tmp_path):
    import pyarrow.parquet as pq

    pq.write_table(awkward_table(), tmp_path / "f.parquet")
    table = spark_frame(session.read.parquet(str(tmp_path / "f.parquet")))
    right = digest(COLUMNS, awkward_rows())
    assert frame_digest(awkward_plan(), table) == right
    assert table.rows(digest_sql(awkward_plan(), table)) == [(right,)]
