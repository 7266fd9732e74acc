"""--json: one object with stable keys on standard output, messages on standard error, problems as objects."""

import json
import math
import shutil

import pytest

from surveykit.cli.telling.answering import plain

HEAD = {"surveykit", "command", "ok", "exit_code", "result", "problems", "warnings"}
STAGE = {"made", "current", "seconds", "table", "outputs"}


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        (["check"], {"study", "frame"}),
        (["run"], {"made", "current", "seconds", "outputs"}),
        (["simulate"], STAGE),
        (["plan"], STAGE),
        (["draw"], STAGE),
        (["ingest"], STAGE),
        (["weight"], STAGE),
        (["estimate"], STAGE),
        (["score"], STAGE),
        (["verify-draw"], {"verified", "lines"}),
        (["render"], {"outputs", "losses"}),
        (["report"], {"outputs"}),
        (["doctor"], {"findings"}),
        (["help", "plan"], {"help"}),
        (["completion", "bash"], {"shell", "script"}),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_keys(ask, town, words, keys):
    code, answer = ask("--study", town, *words)
    assert set(answer) == HEAD
    assert set(answer["result"]) == keys
    assert answer["command"] == words[0]
    assert answer["exit_code"] == code == 0
    assert answer["ok"] is True


def test_numbers_are_those_of_the_files(ask, town):
    import pandas as pd

    _, answer = ask("--study", town, "plan")
    table = pd.read_csv(town / "output/plan/allocation.csv")
    assert [row["sample_size"] for row in answer["result"]["table"]] == table["sample_size"].tolist()
    assert [row["sampling_fraction"] for row in answer["result"]["table"]] == table["sampling_fraction"].tolist()
    _, answer = ask("--study", town, "estimate")
    assert answer["result"]["table"][0]["df"] > 100
    assert answer["result"]["table"][0]["level"] is None if "level" in answer["result"]["table"][0] else True


def test_problems_are_objects(ask, town, tmp_path):
    study = tmp_path / "town"
    shutil.copytree(town, study)
    plan = study / "sampling/plan.yaml"
    plan.write_text(plan.read_text(encoding="utf-8").replace("seed:", "sed:"), encoding="utf-8")
    code, answer = ask("--study", study, "check")
    assert code == answer["exit_code"] == 2
    problem = answer["problems"][0]
    assert set(problem) == {"file", "line", "path", "what", "todo"}
    assert problem["file"] == "sampling/plan.yaml"
    assert problem["line"] > 0
    assert problem["path"] == ["sed"]
    assert "did you mean 'seed'?" in problem["todo"]
    _, chinese = ask("--study", study, "check", "--lang", "zh")
    assert chinese["problems"][0]["what"] == "未知的键'sed'"
    assert chinese["problems"][0]["line"] == problem["line"]


def test_differences_of_a_draw_are_problems(ask, town, tmp_path):
    study = tmp_path / "town"
    shutil.copytree(town, study)
    record = study / "output/draw/record.json"
    content = json.loads(record.read_text(encoding="utf-8"))
    content["seed"] = "another"
    record.write_text(json.dumps(content), encoding="utf-8")
    code, answer = ask("--study", study, "verify-draw")
    assert code == 2
    assert answer["result"]["verified"] is False
    assert any("seed" in problem["what"] for problem in answer["problems"])


def test_wrong_words_are_an_object_too(call):
    code, out, err = call("plna", "--json")
    assert code == 2
    answer = json.loads(out)
    assert set(answer) == HEAD
    assert "did you mean 'plan'?" in answer["problems"][0]["what"]
    assert "usage:" in err


def test_diff(ask, town, tmp_path):
    study = tmp_path / "town"
    shutil.copytree(town, study, ignore=shutil.ignore_patterns("output", "data"))
    questionnaire = study / "questionnaires" / "residents.yaml"
    changed = study / "questionnaires" / "new.yaml"
    text = questionnaire.read_text(encoding="utf-8")
    assert "[2, 女" in text
    changed.write_text(text.replace("[2, 女", "[7, 女"), encoding="utf-8")
    code, answer = ask("diff", questionnaire, changed)
    assert not answer["problems"]
    assert code == 2
    assert answer["result"]["breaks"] is True
    assert {"effect", "path", "what"} == set(answer["result"]["changes"][0])


def test_messages_go_to_standard_error(call, town):
    _, out, err = call("--study", town, "plan", "--json")
    json.loads(out)
    assert "up to date" in err
    assert "sample_size" in err


def test_init_and_deidentify(ask, town, tmp_path):
    _, answer = ask("init", tmp_path / "new")
    assert "study.yaml" in answer["result"]["files"]
    study = tmp_path / "town"
    shutil.copytree(town, study)
    code, answer = ask("--study", study, "deidentify", "--keys", "district", "age_group")
    assert code == 0
    assert answer["result"]["outputs"][0] == "output/public/data.csv"
    assert (study / answer["result"]["outputs"][0]).exists()
    assert answer["result"]["risk"]


def test_what_json_does_not_know():
    assert plain({"a": math.inf, "b": (1, math.nan), 3: None}) == {"a": None, "b": [1, None], "3": None}
