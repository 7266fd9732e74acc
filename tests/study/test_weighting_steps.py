"""Steps of a weighting plan that need more of the study than margins: coverage, residents, tables they name."""

import json

import pandas as pd
import pytest

RAKING = "  - kind: raking\n"
COVERAGE = """  - kind: coverage
    margins:
      - {variable: sex, file: sampling/margins_sex.csv}
"""
CALIBRATED = "  - kind: residents\n    method: calibrated\n"
BY_CELLS = """  - kind: residents
    method: pseudo_likelihood
    cells: cells
    predictors: [sex]
"""


def change(town, kind):
    study, plan = town / "study.yaml", town / "analysis/weighting.yaml"
    study.write_text(study.read_text().replace("weights_after: raking", "weights_after: residents"))
    text = plan.read_text()
    if kind == CALIBRATED:
        plan.write_text(text.replace(RAKING, COVERAGE + CALIBRATED))
    else:
        plan.write_text(text[: text.index(RAKING)] + kind)


def test_residents_and_coverage_are_steps_of_a_study(town, call):
    change(town, CALIBRATED)
    code, _, err = call(town, "weight")
    assert (code, err) == (0, "")
    log = json.loads((town / "output/weights/log.json").read_text())["residents"]
    assert [step["kind"] for step in log["log"]] == ["base", "nonresponse", "coverage", "residents"]
    assert log["label"] == "adjusted to residents, model-based"
    weights = pd.read_csv(town / "output/weights/weights.csv").query("analysis == 'residents'")
    assert weights["final_weight"].sum() == pytest.approx(80000)


def test_a_table_of_cells_is_named_in_study_yaml(town, call):
    change(town, BY_CELLS)
    code, _, err = call(town, "check")
    assert code == 2
    assert "analysis/weighting.yaml:" in err
    assert "no table 'cells': name its CSV file in study.yaml: 'files: tables: cells:'" in err
    study = town / "study.yaml"
    study.write_text(
        study.read_text().replace("  margins:\n", "  tables: {cells: sampling/cells.csv}\n  margins:\n", 1)
    )
    (town / "sampling/cells.csv").write_text("sex,population\n1,39000\n2,41000\n")
    assert call(town, "weight")[0] == 0
    (town / "sampling/cells.csv").write_text("sex,population\n1,39000\n2,many\n")
    code, _, err = call(town, "weight")
    assert code == 2
    assert "sampling/cells.csv: row 2: population: 'many' is no number" in err


def test_a_method_without_weights_is_refused(town, call):
    change(town, BY_CELLS.replace("pseudo_likelihood", "doubly_robust"))
    code, _, err = call(town, "check")
    assert code == 2
    assert "method 'doubly_robust' depends on the outcome and gives no weights" in err
