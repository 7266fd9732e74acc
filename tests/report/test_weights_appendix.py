"""The appendix on weights: every diagnostic as a table and a chart, in both languages, from what the plan recorded."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from surveykit.report import make_document, render_html
from surveykit.report.charts.weighting import concentration_of
from surveykit.report.content.weighting_record import WeightDiagnostics
from surveykit.weighting import WeightingPlan, apply_weighting

RAKING = {
    "kind": "raking",
    "margins": [
        {"variable": "sex", "totals": {"1": 2600, "2": 2400}},
        {"variable": "district", "totals": {"jinjiang": 3000, "qingyang": 1900, "jinniu": 100}},
    ],
}
COVERAGE = {"kind": "coverage", "margins": RAKING["margins"]}


def units():
    rng = np.random.default_rng(2)
    table = pd.DataFrame({"unit_id": range(400), "sex": rng.choice(["1", "2"], 400)})
    table["district"] = np.r_[["jinniu"] * 3, rng.choice(["jinjiang", "qingyang"], 397)]
    table["base_weight"] = rng.lognormal(2, 0.4, 400)
    return table


def weighted():
    return apply_weighting(WeightingPlan.model_validate({"steps": [{"kind": "base"}, COVERAGE, RAKING]}), units())


def labelled(table):
    names = {"variable_zh": "变量", "variable_en": "Variable", "level_zh": "类别", "level_en": "Level"}
    return table.rename(columns={"margin": "variable"}).assign(**names)


def diagnostics(result, id="residents"):
    found, steps = result.diagnostics, []
    for step, errors in found.history.items():
        steps += [
            {"step": step, "kind": "raking", "iteration": place, "max_gap": error} for place, error in enumerate(errors)
        ]
    final = result.table["final_weight"]
    return WeightDiagnostics(
        id=id,
        name={"zh": "居民", "en": "Residents"},
        overall=found.overall,
        weights=final[final > 0],
        domains=labelled(found.domains),
        margins=labelled(found.margins),
        histories=pd.DataFrame(steps),
        coverage=labelled(result.log[1].cells),
    )


@pytest.fixture(scope="module")
def made():
    return weighted()


@pytest.fixture(scope="module")
def changed(make_small_report, made):
    return dataclasses.replace(make_small_report(), weighting=(diagnostics(made),))


@pytest.mark.parametrize("edition", ["zh", "en"])
def test_every_diagnostic_is_in_the_report(edition, changed, made):
    document = make_document(changed, edition=edition)
    tables = {table.id: table for table in document.tables()}
    figures = {figure.id: figure for figure in document.figures()}
    wanted = {"weights-overall", "weights-domains", "weights-history", "weights-margins-residents", "coverage"}
    assert wanted <= set(tables)
    assert {"weights-top", "weights-deff", "weights-differences-residents"} <= set(figures)
    shown = [row[1].value for row in tables["weights-overall"].rows]
    overall = made.diagnostics.overall
    assert shown[0] == 400 and shown[1] == pytest.approx(overall["deff_kish"], abs=0.005)
    assert shown[-1] == pytest.approx(100 * overall["top_1_percent_share"], abs=0.05)
    assert tables["weights-history"].rows[0][-1].value < 1e-8
    margins = tables["weights-margins-residents"]
    assert [row[-1].value for row in margins.rows] == [0.0] * 5 and margins.rows[0][2].value == 52.0
    assert all(
        figure.alt and "<svg" in figure.drawing.svg for id, figure in figures.items() if id.startswith("weights")
    )
    assert ("权数诊断" if edition == "zh" else "Diagnostics of the weights") in render_html(document)


def test_small_groups_are_withheld(changed):
    tables = {table.id: table for table in make_document(changed, edition="en").tables()}
    rows = tables["weights-domains"].rows
    few = [row for row in rows if row[2].status == "c"]
    assert len(few) == 1 and all(cell.status == "c" and cell.value is None for cell in few[0][2:])


def test_no_appendix_without_diagnostics(make_small_report):
    assert all(chapter.id != "weights" for chapter in make_document(make_small_report()).chapters)


def test_concentration_by_hand():
    shares = concentration_of(np.array([3.0, 1.0, 0.0]))
    assert shares[[0, 25, 50, 100]].tolist() == pytest.approx([0, 0.375, 0.75, 1])
