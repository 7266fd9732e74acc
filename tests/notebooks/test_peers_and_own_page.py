"""Notebooks 7 and 8: equality with R is demanded, not shown only; the own chart draws the report's numbers."""

import base64
import html
import io

import pandas as pd
import pypdf
import pytest


def test_from_r_stata_svy(execute, settled):
    wrong = "[isinstance(__import__('pytest').raises(AssertionError, equal, 'x', [1.0], [1.0 + 1e-6]).value, Exception)]"
    run = execute(
        "07_from_r_stata_svy",
        wrong,
        "checked[:-1] if checked[-1][0] == 'x' else checked",
        "[float(mean['estimate']), float(mean['std_error']), float(mean['deff'])]",
        "[float(two['estimate']), float(two['std_error'])]",
        "joint.covariance.shape",
        "[change.table['estimate'][0], change.table['std_error'][0]]",
        "[float(strat_mean) for strat_mean in sk.survey_mean(strat, ['api00', 'api99']).table['estimate']]",
    )
    settled(run, pictures=1)
    stops, checked, mean, two, shape, change, both = run.values.values()
    assert stops == [True]
    assert len(checked) == 16 and sum(count for _, count, _ in checked) == 79
    assert all(rtol <= 1e-5 for _, _, rtol in checked) and sum(rtol <= 1e-8 for _, _, rtol in checked) >= 11
    # documented output of R survey: svymean(~api00, dclus1) and (~api00, dclus2)
    assert [round(mean[0], 2), round(mean[1], 3), round(mean[2], 4)] == [644.17, 23.542, 9.3459]
    assert [round(two[0], 2), round(two[1], 3)] == [670.81, 30.099]
    assert shape == [9, 9]
    assert change == [pytest.approx(both[0] - both[1]), pytest.approx(2.051, abs=0.0005)]


def test_own_page_and_chart(execute, settled, study):
    run = execute(
        "08_own_page_and_chart",
        "points.to_dict('index')",
        "(lambda f: (scatter(f), [c[0].get_xydata().tolist() for c in f.axes[0].containers])[1])"
        "(__import__('matplotlib.figure').figure.Figure())",
        "page",
        "__import__('base64').b64encode(pdf).decode()",
        "[chapter.id for chapter in brief.chapters]",
        "alt",
        "correlation",
    )
    settled(run, pictures=1)
    points, drawn, page, pdf, chapters, alt, correlation = run.values.values()
    table = pd.read_csv(study.root / "output/estimates/estimates.csv", keep_default_na=False)
    table = table[(table["analysis"] == "platform_users") & (table["domain"] == "district")]
    for variable, axis in (("awareness", "x"), ("satisfaction", "y")):
        rows = table[table["variable"] == variable].set_index("domain_level")["estimate"].astype(float) * 100
        assert {d: p[axis] for d, p in points.items()} == {d: pytest.approx(v) for d, v in rows.items()}
    assert drawn == [[[p["x"], p["y"]] for p in points.values()]]
    assert chapters == ["summary", "advice", "together"]
    assert "编者的话" in page and "工作建议" in page and html.escape(alt) in page
    assert f"相关系数为{correlation:.2f}" in page and "模拟数据" in page
    text = "".join(sheet.extract_text() for sheet in pypdf.PdfReader(io.BytesIO(base64.b64decode(pdf))).pages)
    assert "知晓与满意" in text.replace("\n", "") and "编者的话" in text
