"""Chapters that are there when their data are: other rules, sensitivity, quality indicators."""

import pandas as pd
import pytest

from surveykit.report import make_document

ALTERNATIVES = pd.DataFrame(
    {
        "indicator": ["awareness", "awareness", "satisfaction"],
        "name_zh": ["知晓率", "知晓率（只计“知道”）", "满意率"],
        "name_en": ["Awareness rate", "Awareness rate (“know” only)", "Satisfaction rate"],
        "own": [True, False, True],
        "estimate": [0.7315, 0.3456, 0.86],
        "std_error": [0.0074, 0.0079, 0.007],
        "conf_low": [0.717, 0.330, 0.85],
        "conf_high": [0.746, 0.361, 0.87],
        "df": 4864.0,
        "deff": 1.4,
        "n": 4887.0,
        "n_eff": 3500.0,
    }
)


def chapter(document, id):
    return next((chapter for chapter in document.chapters if chapter.id == id), None)


def test_other_rules_are_compared_with_the_reports(make_small_report):
    document = make_document(make_small_report(alternatives=ALTERNATIVES))
    table = next(table for table in document.tables() if table.id == "alternatives")
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["知晓率", "73.2", "71.7～74.6", "", "4,887"],
        ["知晓率（只计“知道”）", "34.6", "33.0～36.1", "−38.6", "4,887"],
    ]
    assert table.emphasis == {0}
    figure = next(figure for figure in document.figures() if figure.id == "alternatives-awareness")
    assert "34.6%与73.2%之间" in figure.title
    assert figure.data["estimate"].tolist() == [73.2, 34.6]


def test_an_unreliable_figure_of_another_rule_is_withheld(make_small_report):
    few = ALTERNATIVES.assign(n=[4887.0, 3.0, 4887.0])
    document = make_document(make_small_report(alternatives=few))
    table = next(table for table in document.tables() if table.id == "alternatives")
    assert [cell.text for cell in table.rows[1]] == ["知晓率（只计“知道”）", "[c]", "", "", "[c]"]
    assert not [figure for figure in document.figures() if figure.id == "alternatives-awareness"]


def test_without_other_rules_there_is_no_chapter(make_small_report):
    assert chapter(make_document(make_small_report()), "alternatives") is None
    own = ALTERNATIVES[ALTERNATIVES["own"]]
    assert chapter(make_document(make_small_report(alternatives=own)), "alternatives") is None


def test_factors_of_the_library_are_named_in_both_languages(make_report):
    table = pd.DataFrame({"input": ["sampling", "own_choice"], "value": [0.7, 0.2], "conf_low": 0.1, "conf_high": 0.8})
    for edition, name in (("zh", "抽样误差"), ("en", "Sampling error")):
        document = make_document(make_report(sensitivity=table), edition=edition)
        figure = next(figure for figure in document.figures() if figure.id == "sensitivity")
        assert figure.data["label"].tolist() == [name, "own_choice"]


def test_steps_and_checks_of_the_library_are_named_in_both_languages(make_small_report):
    steps = pd.DataFrame({"step": ["raking"], "deff": [1.2], "minimum": [0.5], "maximum": [2.0]})
    quality = pd.DataFrame({"rule": ["speeder"], "flagged": [120], "excluded": [98]})
    for edition, step, check in (
        ("zh", "按人口边际迭代比例调整", "作答过快"),
        ("en", "raking to population margins", "answered too fast"),
    ):
        document = make_document(make_small_report(weighting_steps=steps, quality=quality), edition=edition)
        tables = {table.id: table for table in document.tables()}
        assert tables["weighting"].rows[0][1].text == step
        assert tables["quality"].rows[0][0].text == check


def test_quality_indicators_are_worked_out_from_the_report(make_report):
    items = pd.DataFrame({"question": ["aware", "sat_venue"], "asked": [1000, 400], "blank": [10, 40]})
    facts = {"days": 31.0, "excluded": 0.025, "minutes": 3.25, "revisions": 0.0}
    report = make_report(item_nonresponse=items, quality_facts=facts)
    table = next(table for table in make_document(report).tables() if table.id == "quality-indicators")
    found, code = {}, ""
    for row in table.rows:
        code = row[0].text or code
        found.setdefault(code, []).append(row[3].text)
    total = report.dispositions.groupby("disposition")["count"].sum()
    eligible = total.sum() - total["NE"]
    assert found["13.3.1.1"] == [f"{100 * total['NE'] / total.sum():.1f}%"]
    assert found["13.3.3.1"] == [f"{100 - 100 * (total['I'] + total['P']) / eligible:.1f}%", "43.0%"]
    assert found["13.3.3.2"] == ["10.0%"]
    assert (found["13.3.4"], found["14.1.2"], found["16"]) == (["2.5%"], ["31天"], ["3.3分钟"])
    assert "18.5.1" not in found
    city = report.estimates["city"].set_index("variable").loc["awareness"]
    assert float(found["13.2.1"][0].rstrip("%")) == pytest.approx(100 * city["std_error"] / city["estimate"], abs=0.06)
    assert list(found) == sorted(found, key=lambda text: [int(part) for part in text.split(".")])
