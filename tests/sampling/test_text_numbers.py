"""Numbers of a CSV frame, which is text throughout: allocations and sizes read them on every engine and file kind."""

import sqlite3
from contextlib import closing

import duckdb
import pandas as pd
import pytest

from surveykit.errors import DataError
from surveykit.sampling import allocate, draw, open_frame, stratum_table

RULES = {
    "neyman": {"standard_deviation": "income"},
    "kish": {"standard_deviation": "income"},
    "power": {"standard_deviation": "income", "mean": "income", "measure": "income"},
    "proportional": {"cost": "income"},
}


def sources(frame, folder):
    frame.to_csv(folder / "f.csv", index=False)
    frame.to_parquet(folder / "f.parquet")
    texts = frame.assign(income=frame["income"].map(repr))
    texts.to_parquet(folder / "texts.parquet")
    frame.to_csv(folder / "gb.csv", index=False, encoding="gb18030", sep=";")
    frame.to_csv(folder / "wide.tsv", index=False, encoding="utf-16", sep="\t")
    frame.to_excel(folder / "f.xlsx", index=False)
    with closing(sqlite3.connect(folder / "f.sqlite")) as connection:
        frame.to_sql("f", connection, index=False)
    with duckdb.connect(folder / "f.duckdb") as connection:
        connection.from_df(texts).create("f")
    return {
        "csv": folder / "f.csv",
        "csv in GB18030": folder / "gb.csv",
        "tsv in UTF-16": folder / "wide.tsv",
        "workbook": folder / "f.xlsx",
        "sqlite": folder / "f.sqlite",
        "duckdb": folder / "f.duckdb",
        "parquet": folder / "f.parquet",
        "texts in parquet": folder / "texts.parquet",
        "table": texts,
        "relation": duckdb.read_csv(str(folder / "f.csv")),
    }


@pytest.mark.parametrize("rule", RULES)
def test_allocations_read_numbers_from_every_kind_of_frame(frame, make_plan, tmp_path, rule):
    plan = make_plan(size={"total": 300, "allocation": rule, **RULES[rule]})
    right = allocate(plan, stratum_table(plan, frame))
    groups = frame.groupby("district")["income"]
    expected = {
        "standard_deviation": groups.std(),
        "mean": groups.mean(),
        "measure": groups.sum(),
        "cost": groups.mean(),
    }
    for source in sources(frame, tmp_path).values():
        strata = stratum_table(plan, source)
        assert allocate(plan, strata).sizes == right.sizes
        for name in RULES[rule]:
            assert strata.set_index("stratum")[name].to_dict() == pytest.approx(expected[name].to_dict(), rel=1e-10)


def test_sizes_of_a_csv_draw_the_same_sample(frame, make_plan, tmp_path):
    frame = frame.assign(income=frame["income"].round(6))  # pandas writes 16 digits into a workbook
    plan = make_plan(method="sampford", selection={"size": "income"}, size={"per_stratum": 5})
    samples = [draw(plan, source) for source in sources(frame, tmp_path).values()]
    assert len({sample.record.sample_digest for sample in samples}) == 1
    assert len({sample.record.frame_digest for sample in samples}) == 1


@pytest.mark.parametrize("wrong", ["1,200", "n/a", "", "1 000", "一百"])
def test_rows_that_are_no_number_are_named(frame, make_plan, tmp_path, wrong):
    texts = frame.assign(income=frame["income"].map(repr))
    texts.loc[5, "income"] = wrong
    for changes in (
        {"size": {"total": 300, "allocation": "neyman", "standard_deviation": "income"}},
        {"method": "sampford", "selection": {"size": "income"}},
    ):
        with pytest.raises(
            DataError, match=rf"'income' is read as numbers, and 1 rows hold none \(id: value 'u000006: {wrong}'"
        ):
            stratum_table(make_plan(**changes), texts)


def test_numbers_in_every_spelling_are_numbers(make_plan):
    values = ["1", " 2 ", "+3.5", "-4", ".5", "6.", "7e2", "8E-1"]
    frame = pd.DataFrame({"unit_id": [str(i) for i in range(8)], "district": "x", "v": values})
    plan = make_plan(size={"total": 2, "allocation": "neyman", "standard_deviation": "v"})
    assert stratum_table(plan, open_frame(frame))["standard_deviation"].iloc[0] == pytest.approx(
        pd.Series([1, 2, 3.5, -4, 0.5, 6, 700, 0.8]).std()
    )
