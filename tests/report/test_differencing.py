"""What could be worked out by subtraction, and that it cannot."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from surveykit.errors import DataError
from surveykit.report import PublicationRules, make_document, publish
from surveykit.report.chapters.methods import response_table
from surveykit.report.differencing import base_differences, hide_with_neighbours, protect_bases
from surveykit.report.standards import acs_reliability
from surveykit.report.view import make_view


def with_bases(report, by, bases, indicator="awareness"):
    table = report.estimates[by].copy()
    for level, n in bases.items():
        table.loc[(table[by] == level) & (table["variable"] == indicator), "n"] = float(n)
    return dataclasses.replace(report, estimates={**report.estimates, by: table})


def test_the_smallest_neighbour_of_a_confidential_level_is_hidden_too(make_small_report):
    report = with_bases(make_small_report(), "district", {"jinjiang": 3, "qingyang": 150})
    found = publish(report, PublicationRules(standard="none")).query("by == 'district'").set_index("level")
    assert found.loc["jinjiang", ["status", "reason"]].tolist() == ["c", "small_count"]
    assert found.loc["qingyang", ["status", "reason"]].tolist() == ["c", "complementary"]
    assert found.loc[["jinjiang", "qingyang"], ["n", "estimate", "deff", "n_eff"]].isna().all(axis=None)
    assert (found.drop(["jinjiang", "qingyang"])["status"] == "").all()


def test_two_small_levels_whose_sum_gives_them_away_need_a_third():
    table = pd.DataFrame({"indicator": "a", "by": ["city", *["g"] * 4], "n": [200.0, 1.0, 1.0, 90.0, 108.0]})
    hidden = hide_with_neighbours(table, np.array([False, True, True, False, False]))
    assert hidden.tolist() == [False, True, True, True, False]


def test_bases_are_exact_or_rounded_with_all_that_gives_them_back(make_report):
    table = make_report().estimates["city"].copy()
    table["n"] = [5301.0, 3700.0, 3700.0, 5298.0]
    report = make_report(estimates={"city": table})
    found = publish(report).set_index("indicator")
    assert found["n"].tolist() == [5301.0, 3700.0, 3700.0, 5298.0]
    assert found["df"].tolist() == [5000.0] * 4
    assert found.attrs["differing"] == 2
    rounded = publish(report, PublicationRules(round_counts_to=10)).set_index("indicator")
    assert rounded["n"].tolist() == [5300.0, 3700.0, 3700.0, 5300.0]
    assert rounded["df"].isna().all()
    assert (rounded["n_eff"] % 10 == 0).all()
    assert rounded["deff"].tolist() == [round(n / e, 1) for n, e in zip(rounded["n"], rounded["n_eff"], strict=True)]


def test_protected_bases_are_multiples_of_the_smallest_count_at_least():
    assert PublicationRules(round_counts_to=3).base == 5
    assert PublicationRules(round_counts_to=10).base == 10
    assert PublicationRules().base == 1
    assert [PublicationRules(round_counts_to=10).people(n) for n in (4, 5, 14.9, 4887)] == [0, 10, 10, 4890]


def test_the_rest_of_a_grouping_is_not_left_over():
    table = pd.DataFrame(
        {"indicator": "a", "by": ["city", "sex", "sex"], "level": ["", "1", "2"], "n": [1000.0, 480.0, 517.0]}
    )
    assert base_differences(table, 5).tolist() == [False, True, True]
    assert not base_differences(table.assign(n=[1000.0, 480.0, 520.0]), 5).any()


@pytest.mark.parametrize("n", [37, 111, 195, 213, 404, 999, 1001, 4887])
@pytest.mark.parametrize("p", [0.05, 0.5, 0.793, 0.95])
def test_no_protected_row_narrows_its_base(n, p):
    """Of all bases that are rounded to the published one, no column tells more than two classes apart.

    This is so even for a reader who knows the design effect; a rounded value has its edges somewhere.
    """
    base = 10

    def row(size):
        deff = 1.0312
        se = np.sqrt(deff * p * (1 - p) / size)
        half = 1.96 * se
        table = {"kind": "rate", "estimate": p, "std_error": se, "conf_low": p - half, "conf_high": p + half}
        table |= {"df": size - 1.0, "deff": deff, "n": float(size), "n_eff": size / deff}
        return protect_bases(pd.DataFrame([table]), base).iloc[0]

    own = row(n)
    assert np.isnan(own["df"])
    same = [size for size in range(max(n - 40, 20), n + 40) if size and row(size)["n"] == own["n"]]
    assert len(same) == base
    for column in ("estimate", "std_error", "conf_low", "conf_high", "deff", "n_eff"):
        classes = {str(row(size)[column]) for size in same}
        assert len(classes) <= (2 if n > 100 else 3), (column, classes)


def test_the_report_says_what_the_check_found(make_report):
    table = make_report().estimates["city"].copy()
    table["n"] = [5301.0, 3700.0, 3700.0, 5298.0]
    lines = [
        item
        for report in (make_report(estimates={"city": table}), make_report(estimates={"city": table.assign(n=5300.0)}))
        for chapter in make_document(report).chapters
        if chapter.id == "methods"
        for block in chapter.blocks
        for item in getattr(block, "items", ())
        if "样本数相减" in item or "核对了各表的基数" in item
    ]
    assert len(lines) == 2
    assert "共2处" in lines[0]
    assert "没有" in lines[1]


def test_the_report_says_whether_bases_are_exact(make_small_report):
    for rules, said in ((PublicationRules(), "准确数"), (PublicationRules(round_counts_to=10), "舍入到10的倍数")):
        blocks = [
            block for chapter in make_document(make_small_report(), rules=rules).chapters for block in chapter.blocks
        ]
        items = [item for block in blocks for item in getattr(block, "items", ())]
        assert sum(said in item for item in items) == 1


@pytest.mark.parametrize("seed", range(5))
def test_no_district_shows_an_outcome_of_a_few_people(make_report, seed):
    given = make_report().dispositions
    random = np.random.default_rng(seed)
    rare = given["disposition"].isin(["NE", "P"])
    counts = given["count"].mask(rare, random.integers(0, 9, len(given)))
    report = make_report(dispositions=given.assign(count=counts))
    assert counts[rare].between(1, 4).any()
    table = response_table(make_view(report))
    assert [column.key for column in table.columns] == ["district", "sampled", "complete", "R", "NC", "other", "rate"]
    whole = given.assign(count=counts).groupby(["district", "disposition"])["count"].sum().unstack()
    for row in table.rows[1:]:
        shown = [cell.value for cell in row[2:6]]
        assert all(value is None or value == 0 or value >= 5 for value in shown)
        assert "." not in row[-1].text
    hidden = np.array([[cell.value is None for cell in row[2:6]] for row in table.rows[1:]])
    assert hidden.sum() == 0 or ((hidden.sum(axis=0) != 1).all() and (hidden.sum(axis=1) != 1).all())
    assert (whole["NE"] < 5).any() == hidden.any()


def test_acs_bands():
    found = acs_reliability([0.5, 0.5, 0.5, np.nan], [0.06, 0.0601, 0.201, 0.1])
    assert found["status"].tolist() == ["present", "review", "suppress", "missing"]


def test_standards_differ_and_confidentiality_does_not(make_small_report):
    report = with_bases(make_small_report(), "district", {"jinjiang": 3})
    wide = report.estimates["district"]["district"] == "wuhou"
    table = report.estimates["district"].assign(std_error=report.estimates["district"]["std_error"].mask(wide, 0.2))
    report = dataclasses.replace(report, estimates={**report.estimates, "district": table})
    for standard, status in (("nchs2017", "u"), ("acs", "rv"), ("none", "")):
        found = publish(report, PublicationRules(standard=standard)).query("by == 'district'").set_index("level")
        assert found.loc["jinjiang", "status"] == "c", standard
        assert found.loc["wuhou", "status"] == status, standard


def test_acs_margins_stand_beside_the_standard_errors(make_small_report):
    report = make_small_report()
    for standard, wanted in (("nchs2017", False), ("acs", True)):
        document = make_document(report, rules=PublicationRules(standard=standard))
        table = next(table for table in document.tables() if table.id == "errors-awareness")
        keys = [column.key for column in table.columns]
        assert ("margin" in keys) == wanted
        if wanted:
            row = table.rows[0]
            error = 100 * float(report.estimates["city"].set_index("variable").loc["awareness", "std_error"])
            assert row[keys.index("margin")].value == pytest.approx(1.645 * error, abs=0.02)


def test_rules_that_make_no_sense_are_refused():
    with pytest.raises(DataError, match="acs"):
        PublicationRules(standard="nchs")  # type: ignore[arg-type]
    with pytest.raises(DataError, match="1 or more"):
        PublicationRules(round_counts_to=0)
