"""The same draw in PostgreSQL, whose database sorts by another collation; the server lives for this file only."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg
import pytest
from canonical import digest
from test_digest import COLUMNS, awkward_plan, awkward_rows
from test_normalising import AWKWARD, in_engine

from surveykit.errors import DataError, MissingDependencyError
from surveykit.sampling import check_frame, digest_sql, draw, frame_digest, postgres_frame, verify_draw
from surveykit.sampling.frames.normalising import ALL_STEPS, normalised_text

USER = "nobody" if os.geteuid() == 0 else None  # the server refuses to run as root


def program(name):
    return shutil.which(name) or max(map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{name}")))


def call(*arguments):
    subprocess.run(list(map(str, arguments)), check=True, user=USER, capture_output=True, cwd="/")


@pytest.fixture(name="connection", scope="module")
def _connection():
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    if USER:
        shutil.chown(folder, USER)
    try:
        icu = ("--locale-provider=icu", "--icu-locale=zh-u-kn") if b"icu-locale" in subprocess.run(
            [program("initdb"), "--help"], capture_output=True, check=True).stdout else ()  # fmt: skip
        call(
            program("initdb"), "-D", folder / "data", "-U", "test", "-E", "UTF8", "--no-sync", "--locale=C.UTF-8", *icu
        )
        options = f"-c listen_addresses= -c fsync=off -c unix_socket_directories={folder}"
        call(program("pg_ctl"), "-D", folder / "data", "-l", folder / "log", "-w", "-o", options, "start")
        with psycopg.connect(host=str(folder), user="test", dbname="postgres") as connection:
            yield connection
        call(program("pg_ctl"), "-D", folder / "data", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


@pytest.fixture(name="table", scope="module")
def _table(connection, frame):
    columns = "unit_id text, district varchar(20), sex text, income double precision, area text, number integer"
    connection.execute("create schema survey")
    connection.execute(f"create table survey.residents ({columns})")
    content = with_areas(frame)
    with connection.cursor() as cursor, cursor.copy("copy survey.residents from stdin") as copy:
        for row in content.itertuples(index=False):
            copy.write_row(row)
    connection.commit()
    return postgres_frame(connection, "residents", schema="survey")


def with_areas(frame):
    """Strata that collations sort otherwise than code points do."""
    names = ["B", "a", "A", "b", "10", "9", "青羊", "锦江", "é", "z'"]
    return frame.assign(area=[names[i % 10] for i in range(len(frame))], number=range(len(frame)))


CASES = {
    "plain": {},
    "sha256": {"hash": "sha256"},
    "seed with quotes and backslash": {"seed": "o'b\\c %s"},
    "hostile strata": {"strata": ["area", "sex"], "size": {"per_stratum": "15"}},
    "unstratified whole-number ids": {"frame": {"id": "number"}, "strata": [], "size": {"total": "100"}},
    "Neyman": {"size": {"total": "90", "allocation": "neyman", "standard_deviation": "income"}},
    "Neyman from texts": {"size": {"total": "90", "allocation": "neyman", "standard_deviation": "sex"}},
    "Kish from texts": {"size": {"total": "90", "allocation": "kish", "standard_deviation": "sex"}},
    "power from texts": {
        "size": {"total": "90", "allocation": "power", "standard_deviation": "sex", "mean": "sex", "measure": "sex"}
    },
    "cost from texts": {"size": {"total": "90", "cost": "sex"}},
    "sampford": {"method": "sampford", "selection": {"size": "income"}},
    "systematic in order": {"method": "systematic", "selection": {"order": ["area", "income"], "serpentine": "true"}},
    "normalised": {
        "frame": {"id": "unit_id", "normalise": ["nfkc", "spaces", "case", "zeros"]},
        "strata": ["area"],
        "size": {"per_stratum": "15"},
    },
    "composite ids": {"frame": {"id": "key", "parts": ["sex", "number"], "normalise": {"sex": ["zeros"]}}},
    "two stages": {
        "size": {},
        "stages": [
            {"id": "area", "method": "brewer", "selection": {"size": "income"}, "size": {"per_stratum": "3"}},
            {"id": "unit_id", "size": {"per_stratum": "4"}},
        ],
    },
}


@pytest.mark.postgres
@pytest.mark.parametrize("name", CASES)
def test_postgres_draws_and_verifies_the_same_sample(table, frame, make_plan, name):
    plan, local = make_plan(**CASES[name]), with_areas(frame)
    here, there = draw(plan, local), draw(plan, table)
    assert here.table[plan.frame.id].tolist() == there.table[plan.frame.id].tolist()
    assert here.table["base_weight"].tolist() == there.table["base_weight"].tolist()
    for part in ("frame_digest", "sample_digest", "strata"):
        assert getattr(here.record, part) == getattr(there.record, part)
    for source in (table, local):
        assert verify_draw(plan, source, here.record, here.table).ok
        assert verify_draw(plan, source, there.record, there.table).ok


@pytest.mark.postgres
@pytest.mark.parametrize("steps", [["nfkc"], ["spaces"], list(ALL_STEPS)])
def test_awkward_values_are_normalised_as_in_python(connection, steps):
    connection.execute("create temporary table awkward (n int, v text)")
    with connection.cursor() as cursor, cursor.copy("copy awkward from stdin") as copy:
        for row in enumerate(AWKWARD):
            copy.write_row(row)
    found = in_engine(postgres_frame(connection, "awkward"), AWKWARD, steps)
    connection.execute("drop table awkward")
    assert found == [normalised_text(value, steps) for value in AWKWARD]


@pytest.mark.postgres
def test_problems_are_those_of_the_local_frame(table, frame, make_plan):
    plan = make_plan(method="sampford", selection={"size": "income"}, levels={"district": ["wuhou", "x"]})
    here, there = check_frame(plan, frame), check_frame(plan, table)
    assert len(here.problems) == 1
    assert (here.problems, here.doubts, here.strata) == (there.problems, there.doubts, there.strata)


@pytest.mark.postgres
def test_recorded_sql_alone_draws_the_sample(table, make_plan):
    sample = draw(make_plan(), table)
    rows = table.connection.execute(sample.record.sql).fetchall()
    assert [row[0] for row in rows] == sample.table["unit_id"].tolist()
    assert frame_digest(make_plan(), table) == sample.record.frame_digest
    assert sample.record.versions["postgres"].split(".")[0].isdigit()


@pytest.mark.postgres
def test_page_for_auditors(table, make_plan, audit_statements):
    """The plain SQL of the page with the collation that it asks for."""
    sample = draw(make_plan(seed="chengdu-2021-civilization-practice", size={"per_stratum": 400}), table)
    drawn, counted, _ = (text.replace("sampling_frame", table.table) for text in audit_statements)
    right = list(zip(sample.table["unit_id"], sample.table["district"], strict=True))
    rows = table.connection.execute(drawn.replace("unit_id)), unit_id)", 'unit_id)) collate "C", unit_id)')).fetchall()
    assert sorted(rows) == sorted(right)
    cut = next(s for s in sample.record.strata if s.stratum == "wuhou").cut_key
    counted = counted.replace("unit_id)) <=", 'unit_id)) collate "C" <=').replace("{cut key of the record}", cut)
    assert table.connection.execute(counted).fetchall() == [(400,)]


@pytest.mark.postgres
def test_postgres_refuses_what_duckdb_refuses(connection, table, frame, make_plan):
    connection.execute("create table wrong (unit_id text, district text, f double precision, c char(8), n numeric)")
    connection.execute("insert into wrong values ('a', 'x', 1, 'a', 1), (null, 'x', 2, 'b', 2), ('b', 'x', 3, 'c', 3)")
    connection.commit()
    wrong = postgres_frame(connection, "wrong")
    with pytest.raises(DataError, match="missing in 1 rows"):
        draw(make_plan(size={"per_stratum": 1}), wrong)
    for column, message in [("f", "float8 numbers"), ("n", "numeric numbers"), ("c", r"type bpchar\(8\)")]:
        with pytest.raises(DataError, match=message):
            draw(make_plan(frame={"id": column}, size={"per_stratum": 1}), wrong)
    connection.execute("update wrong set unit_id = 'b' where unit_id is null")
    connection.commit()
    with pytest.raises(DataError, match=r"'b' \(2 times\)"):
        draw(make_plan(size={"per_stratum": 1}), wrong)
    with pytest.raises(DataError, match=r'has no table "survey"\."mars"'):
        postgres_frame(connection, "mars", schema="survey")
    lost = verify_draw(make_plan(), wrong, draw(make_plan(), frame).record)
    assert not lost.ok
    assert table.rows("select count(*) from pg_class where relname = 'sampling_frame'") == [(0,)]


@pytest.mark.postgres
def test_awkward_cells_have_the_digest_of_plain_python(connection):
    connection.execute(
        "create table awkward (u bigint, s text, x double precision, b double precision, f double precision, i bigint, "
        "t text, w timestamp, d date, y boolean, m numeric(10, 2))"
    )
    with connection.cursor() as cursor, cursor.copy("copy awkward from stdin") as copy:
        for row in awkward_rows():
            copy.write_row(row)
    connection.commit()
    table = postgres_frame(connection, "awkward")
    right = digest(COLUMNS, awkward_rows())
    assert frame_digest(awkward_plan(), table) == right
    assert table.rows(digest_sql(awkward_plan(), table)) == [(right,)]


def test_what_is_no_connection():
    with pytest.raises(MissingDependencyError, match="psycopg"):
        postgres_frame("host=db", "residents")
