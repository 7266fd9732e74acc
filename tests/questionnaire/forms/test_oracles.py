"""Routing means the same in other people's engines; they run under Node."""

from __future__ import annotations

import io
import json
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from pyxform.xls2xform import convert
from questionnaire_helpers import ITEMS, chained, make, random_answers, random_expression, sink, small

from surveykit.questionnaire import Questionnaire, evaluate, parse, render_surveyjs, render_xlsform, replay
from surveykit.questionnaire.forms.surveyjs import surveyjs_model

NODE = Path(__file__).parents[1] / "node"
PROBES = 120
SETS = 50
pytestmark = pytest.mark.node


def run_node(script: str, question: dict[str, Any]) -> Any:
    found = subprocess.run(
        ["node", script], cwd=NODE, input=json.dumps(question), capture_output=True, text=True, timeout=300, check=False
    )
    assert found.returncode == 0, found.stderr[-2000:]
    return json.loads(found.stdout)


def xform_of(q: Questionnaire) -> str:
    result = convert(io.BytesIO(render_xlsform(q)), file_type=".xlsx", validate=False)
    assert result.warnings == []
    xform: str = result.xform
    return xform


def probing(rng: np.random.Generator) -> tuple[Questionnaire, list[str]]:
    """A questionnaire with one probe per random expression, asked on a page of its own when the expression holds."""
    texts = [random_expression(rng, 3) for _ in range(PROBES)]
    controls = [{key: value for key, value in item.items() if key != "ask_if"} for item in ITEMS[:4]]
    probes = [
        {"page": f"p_probe{k}", "ask_if": text, "items": [{"id": f"probe{k}", "type": "text", "en": "x"}]}
        for k, text in enumerate(texts)
    ]
    mapping = small(controls)
    mapping["flow"] = [*mapping["flow"], *probes]
    return make(mapping), texts


def for_xforms(answers: dict[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in answers.items()}


def for_surveyjs(answers: dict[str, Any]) -> dict[str, Any]:
    found = for_xforms(answers)
    rows = {name[4:]: found.pop(name) for name in ("sat_venue", "sat_staff") if name in found}
    if "age" in found:
        found["age"] = int(found["age"])
    return {**found, **({"sat": rows} if rows else {})}


@pytest.fixture(scope="module")
def random_case() -> tuple[Questionnaire, list[dict[str, Any]], list[list[bool]]]:
    rng = np.random.default_rng(62021)
    q, texts = probing(rng)
    sets = [random_answers(rng) for _ in range(SETS)]
    trees = [parse(text, q) for text in texts]
    return q, sets, [[evaluate(tree, answers) for tree in trees] for answers in sets]


def test_odk_web_forms_agrees_on_random_expressions(random_case: Any) -> None:
    q, sets, expected = random_case
    names = [f"probe{k}" for k in range(PROBES)]
    question = {"xform": xform_of(q), "probes": names, "sets": [for_xforms(answers) for answers in sets]}
    assert run_node("xforms.mjs", question) == expected


def test_survey_core_agrees_on_random_expressions(random_case: Any) -> None:
    q, sets, expected = random_case
    names = [f"probe{k}" for k in range(PROBES)]
    question = {"model": surveyjs_model(q), "probes": names, "sets": [for_surveyjs(answers) for answers in sets]}
    found = run_node("surveyjs.mjs", question)
    assert found["errors"] == []
    assert found["visible"] == expected


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(9))
def test_a_thousand_more_expressions(seed: int) -> None:
    rng = np.random.default_rng(9000 + seed)
    q, texts = probing(rng)
    sets = [random_answers(rng) for _ in range(25)]
    expected = [[evaluate(parse(text, q), answers) for text in texts] for answers in sets]
    names = [f"probe{k}" for k in range(PROBES)]
    question = {"xform": xform_of(q), "probes": names, "sets": [for_xforms(answers) for answers in sets]}
    assert run_node("xforms.mjs", question) == expected
    question = {"model": surveyjs_model(q), "probes": names, "sets": [for_surveyjs(answers) for answers in sets]}
    assert run_node("surveyjs.mjs", question)["visible"] == expected


@pytest.mark.parametrize("seed", range(4))
def test_whole_questionnaires_are_walked_alike(seed: int) -> None:
    rng = np.random.default_rng(seed)
    q = chained(rng)
    sets = [random_answers(rng) for _ in range(40)]
    items = {entry.id for page in q.flow for entry in page.items if entry.kind == "item"}
    sets = [{name: v for name, v in answers.items() if name.split("_")[0] in items} for answers in sets]
    probes = [f"probe{p}" for p in range(5)]
    expected = []
    for answers in sets:
        asked = replay(q, answers).asked
        expected.append([name in asked for name in probes])
    question = {"probes": probes, "sets": [for_xforms(answers) for answers in sets], "xform": xform_of(q)}
    assert run_node("xforms.mjs", question) == expected
    order = [e.id for page in q.flow for e in page.items if e.kind == "item" and e.id in items]
    question = {"probes": probes, "sets": [for_surveyjs(answers) for answers in sets], "order": order}
    question["model"] = surveyjs_model(q)
    assert run_node("surveyjs.mjs", question)["visible"] == expected


def test_early_ends_happen_in_other_engines(chengdu: Questionnaire) -> None:
    base = {"consent": "1", "resident": "1", "age_group": "2"}
    sets = [base, {**base, "age_group": "0"}, {"consent": "2"}, {}]
    question: dict[str, Any] = {"xform": xform_of(chengdu), "probes": [], "sets": sets, "values": ["end_status"]}
    assert run_node("xforms.mjs", question) == [[""], ["ineligible"], ["ineligible"], [""]]
    question = {"model": surveyjs_model(chengdu), "probes": [], "sets": sets[:3], "finish": True}
    found = run_node("surveyjs.mjs", question)["visible"]
    assert [(state, status) for state, status, _ in found] == [("running", None), *[("completed", "ineligible")] * 2]
    assert "根据您的回答" in found[1][2]


def test_piped_answers_are_labels_in_odk_web_forms() -> None:
    question = {"xform": xform_of(sink()), "probes": [], "sets": [{"sex": "2"}], "values": ["sex_label"]}
    assert run_node("xforms.mjs", question) in ([["女"]], [["Female"]])


def test_survey_core_takes_and_lints_the_reference_questionnaire(chengdu: Questionnaire) -> None:
    for q in (chengdu, sink()):
        model = json.loads(render_surveyjs(q))
        found = run_node("surveyjs.mjs", {"model": model, "probes": [], "sets": [], "lint": True})
        assert found["errors"] == []
        assert found["problems"] == []


def test_the_json_fits_the_schema_of_surveyjs(chengdu: Questionnaire) -> None:
    schema = json.loads((NODE / "node_modules/survey-core/surveyjs_definition.json").read_text(encoding="utf-8"))
    for q in (chengdu, sink()):
        jsonschema.Draft7Validator(schema).validate(json.loads(render_surveyjs(q)))
