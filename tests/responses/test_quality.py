from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from simulated_study import load, questionnaire, simulated

from surveykit.errors import DataError
from surveykit.responses import (
    QualityRules,
    check_quality,
    check_quality_rules,
    exclude,
    link_sample,
)


@pytest.fixture(scope="module")
def rules():
    return QualityRules.model_validate(load("analysis/quality.yaml"))


def test_reference_rules_are_sound(rules):
    assert check_quality_rules(rules, questionnaire()) == []


def test_wrong_rules_are_told():
    rules = QualityRules.model_validate(
        {
            "inconsistencies": [{"id": "a", "when": "nobody == 1"}, {"id": "a", "when": "aware =="}],
            "dispositions": {"optional": ["x"]},
        }
    )
    said = "\n".join(str(problem) for problem in check_quality_rules(rules, questionnaire()))
    assert "nobody" in said
    assert "twice" in said
    assert "'x'" in said
    assert len(said.splitlines()) >= 4


def test_speeders_are_found_and_marked_only(coded, rules):
    table = simulated().table
    report = check_quality(coded, questionnaire(), rules)
    assert report.flags.loc[table["is_speeder"].to_numpy(), "speeder"].mean() > 0.95
    assert report.flags.loc[~table["is_speeder"].to_numpy(), "speeder"].mean() < 0.03
    assert not report.excluded.any()
    assert set(report.log["action"]) == {"marked"}


def test_exclusion_needs_two_families(coded, rules):
    strict = rules.model_copy(update={"action": "exclude"})
    report = check_quality(coded, questionnaire(), strict)
    assert report.excluded.any()
    assert report.excluded.equals(exclude(check_quality(coded, questionnaire(), rules)))
    pattern = report.flags["straight_line"] & (report.flags.drop(columns="straight_line").sum(axis=1) == 0)
    assert not report.excluded[pattern].any()


def test_every_sampled_unit_once(coded, rules):
    s = simulated()
    report = check_quality(coded, questionnaire(), rules)
    linked = link_sample(s.sample, coded, report)
    assert linked.table["unit_id"].tolist() == s.sample["unit_id"].tolist()
    assert len(linked.missing) == len(s.sample)
    there = s.sample["unit_id"].isin(s.table["unit_id"]).to_numpy()
    assert (linked.table.loc[~there, "disposition"] == "NC").all()
    assert (linked.missing.loc[~there] == "na").all(axis=None)
    refused = s.table.loc[(s.table["consent"] == "2") & ~s.table["is_duplicate"], "unit_id"]
    by_unit = linked.table.set_index("unit_id")
    assert (by_unit.loc[refused, "disposition"] == "R").all()
    moved = s.table.loc[(s.table["resident"] == "2") & ~s.table["is_duplicate"], "unit_id"]
    assert (by_unit.loc[moved, "disposition"] == "NE").all()
    complete = s.table[~s.table["is_break_off"] & (s.table["consent"] == "1") & (s.table["resident"] == "1")]
    assert (by_unit.loc[complete["unit_id"], "disposition"] == "I").all()


def test_duplicates_and_strangers_are_listed(coded, rules):
    s = simulated()
    linked = link_sample(s.sample.iloc[50:], coded, check_quality(coded, questionnaire(), rules))
    outside = set(s.sample["unit_id"].iloc[:50]) & set(s.table["unit_id"])
    assert set(linked.unmatched["unit_id"]) == outside
    assert (linked.unmatched["reason"] == "token not in the sample").all()
    inside = s.table[~s.table["unit_id"].isin(outside)]
    assert len(linked.duplicates) == inside["unit_id"].duplicated().sum()


def test_frame_is_not_overwritten(coded, rules):
    s = simulated()
    sample = s.sample.assign(district="jinjiang")
    linked = link_sample(sample, coded, check_quality(coded, questionnaire(), rules))
    assert (linked.table["district"] == "jinjiang").all()
    differs = linked.differs[linked.differs["column"] == "district"]
    assert (differs["answer"] != "jinjiang").all()
    assert len(differs)


def test_a_unit_twice_in_the_sample_is_an_error(coded):
    sample = simulated().sample
    with pytest.raises(DataError, match="twice"):
        link_sample(pd.concat([sample, sample.head(2)]), coded)


def test_rates_from_linked_answers_are_near_the_truth(coded, rules):
    s = simulated()
    linked = link_sample(s.sample, coded, check_quality(coded, questionnaire(), rules))
    truth = s.answers.loc[linked.table["unit_id"], "aware"].reset_index(drop=True)
    got = linked.table["aware"]
    assert (got.dropna() == truth[got.notna().to_numpy()]).all()
    assert np.isfinite(got.notna().mean())
