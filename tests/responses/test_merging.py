from __future__ import annotations

import pytest
from layouts import random_table, write_odk, write_plain
from simulated_study import questionnaire

from surveykit.errors import DataError
from surveykit.questionnaire import questionnaire_variables
from surveykit.responses import code_responses, merge_responses, read_responses, stack_responses
from surveykit.simulation import write_wjx_export


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    """An earlier export of 20 records and a later one: two records more, one gone, one answer changed."""
    q, folder = questionnaire(), tmp_path_factory.mktemp("merge")
    table = random_table(q, 3, 22, blanks=0)
    later = table.drop(index=4).reset_index(drop=True)
    row = later.index[later["consent"] == "1"][0]
    later.loc[row, "resident"] = "2" if later.loc[row, "resident"] == "1" else "1"
    for v in questionnaire_variables(q):
        if v.id not in ("consent", "resident", "age_group"):
            later.loc[row, v.id] = None
    paths = [write_wjx_export(t, q, folder / f"{i}.csv") for i, t in enumerate((table.head(20), later))]
    return [code_responses(read_responses(p, q), q, minors=None) for p in paths], later.loc[row, "response_id"]


def test_same_file_twice_changes_nothing(exports):
    (first, _), _ = exports
    merged = merge_responses(first, first)
    assert len(merged.changes) == 0
    assert merged.added == merged.lost == ()
    assert merged.responses.data.equals(first.data)
    assert merged.responses.meta.equals(first.meta)


def test_later_export_wins_and_says_what_changed(exports):
    (first, later), changed = exports
    merged = merge_responses(first, later)
    assert len(merged.responses.data) == 22
    assert len(merged.added) == 2
    assert len(merged.lost) == 1
    assert set(merged.changes["response_id"]) == {changed}
    row = merged.changes.set_index("column").loc["resident"]
    assert {row["before"], row["after"]} == {"1", "2"}
    again = merge_responses(merged.responses, later)
    assert len(again.changes) == 0


def test_sources_are_stacked_not_merged(exports, tmp_path):
    q, ((first, _), _) = questionnaire(), exports
    odk = code_responses(read_responses(write_odk(random_table(q, 3, 5), q, tmp_path / "a.csv"), q), q)
    with pytest.raises(DataError, match="different sources"):
        merge_responses(first, odk)
    stacked = stack_responses([first, odk])
    assert len(stacked.data) == 25
    assert stacked.meta["response_id"].is_unique
    assert set(stacked.meta["source"]) == {"wjx", "odk"}


def test_other_versions_are_refused(exports):
    (first, later), _ = exports
    other = type(first)(**{**first.__dict__, "definition_hash": "f" * 64})
    with pytest.raises(DataError, match="different versions"):
        merge_responses(other, later)


def test_interviewer_and_mode_come_along(tmp_path):
    q = questionnaire()
    path = write_plain(random_table(q, 1, 6), q, tmp_path / "a.csv")
    text = path.read_text(encoding="utf-8").splitlines()
    assert text[0].startswith("nr,")
    raw = read_responses(
        path, q, source="table", column_map={"response_id": "nr", "interviewer": "tok", "mode": "secs"}
    )
    meta = code_responses(raw, q).meta
    assert meta["interviewer"].tolist() == [f"u{i:06d}" for i in range(6)]
    assert "mode" in meta
