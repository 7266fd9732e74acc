"""The mistakes that users make: one clear error with file and line, exit code 2, and what was there is left alone."""

import hashlib
import re
from pathlib import Path

import pandas as pd
import pytest

from surveykit.cli.main import main


def snapshot(folder):
    """Hashes of everything that a run made."""
    made = [path for name in ("output", "data") for path in sorted((folder / name).rglob("*")) if path.is_file()]
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in made}


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


MISTAKES = [
    ("sampling/plan.yaml", "strata:", "stratta:", "did you mean 'strata'?"),
    ("sampling/plan.yaml", "total: 800", "total: eight", "'eight' is not a whole number"),
    ("questionnaires/residents.yaml", 'ask_if: "aware in [1, 2]"', 'ask_if: "awre in [1, 2]"', "did you mean 'aware'?"),
    ("questionnaires/residents.yaml", 'ask_if: "aware in [1, 2]"', 'ask_if: "aware in [1, 2"', "ask_if"),
    ("questionnaires/residents.yaml", "{id: support,", "{id: recognition,", "recognition"),
    ("sampling/regions.csv", "west,城西片区", "north,城西片区", "'north' stands twice (first on line 2)"),
    ("sampling/regions.csv", "west,城西片区,城西,West,,18000", "west,城西片区,城西,West,,many", "'many'"),
    ("sampling/margins_sex.csv", "Female,39800", "Female,39801", "add up to 80,001, the total says 80,000 (+1)"),
    ("sampling/margins_district.csv", "district,east", "district,easst", "did you mean 'east'?"),
    ("analysis/weighting.yaml", "kind: nonresponse", "kind: nonresponce", "kind"),
    ("analysis/indicators.yaml", 'numerator: "aware in', 'numerator: "awre in', "did you mean 'aware'?"),
    ("analysis/scoring.yaml", "points: 60", "points: 61", "61"),
    ("analysis/scoring.yaml", "input: satisfaction", "input: satisfation", "satisfation"),
    ("study.yaml", "weights_after: raking", "weights_after: rakin", "did you mean 'raking'?"),
    ("study.yaml", "simulated: true", "simulated: false", "would pass for real"),
    ("study.yaml", "start: 2024-05-01", "start: 2024-13-01", "is not a date"),
    ("study.yaml", "id: sex", "id: sexx", "did you mean 'sex'?"),
]


@pytest.mark.parametrize(("file", "old", "new", "told"), MISTAKES, ids=[f"{m[0]}:{m[2]}" for m in MISTAKES])
def test_a_slip_in_a_file(town, call, file, old, new, told):
    before = snapshot(town)
    line = edit(town / file, old, new)
    code, out, err = call(town, "run")
    assert code == 2
    first = err.splitlines()[0]
    assert first.startswith(f"{file}:"), err
    assert told in err
    # A sum and a contradiction between two keys have no one line; they name the total and the top of the file.
    assert f"{file}:{line}:" in err or told.startswith(("add up", "would pass"))
    assert re.match(rf"{re.escape(file)}:\d+: ", first)
    assert "Traceback" not in err + out
    assert snapshot(town) == before


def test_all_problems_of_all_files_at_once(fresh_town, call):
    edit(fresh_town / "sampling/plan.yaml", "strata:", "stratta:")
    edit(fresh_town / "questionnaires/residents.yaml", 'ask_if: "aware in [1, 2]"', 'ask_if: "awre == 1"')
    edit(fresh_town / "sampling/margins_sex.csv", "Female,39800", "Female,39801")
    edit(
        fresh_town / "analysis/scoring.yaml",
        "rule: {kind: proportional}}\n          - {id: supported",
        "rule: {kind: proportion}}\n          - {id: supported",
    )
    code, _, err = call(fresh_town, "check")
    assert code == 2
    for file in (
        "sampling/plan.yaml:",
        "questionnaires/residents.yaml:",
        "sampling/margins_sex.csv:",
        "analysis/scoring.yaml:",
    ):
        assert file in err
    assert not (fresh_town / "output").exists()


@pytest.mark.parametrize(
    "file",
    [
        "study.yaml",
        "sampling/plan.yaml",
        "sampling/regions.csv",
        "analysis/weighting.yaml",
        "report_templates/disclosure.yaml",
    ],
)
def test_a_deleted_definition(town, call, file):
    before = snapshot(town)
    (town / file).unlink()
    code, _, err = call(town, "run")
    assert code == 2
    assert file in err
    assert "does not exist" in err or "no study.yaml" in err
    assert snapshot(town) == before


def own_frame(folder, **changes):
    """Turn the finished study into one with a frame of its own."""
    path = folder / "data/frame.parquet"
    frame = pd.read_parquet(path).assign(**changes)
    edit(folder / "study.yaml", "  simulation: sampling/simulation.yaml\n", "")
    edit(folder / "study.yaml", "  answers: data/answers.parquet\n", "")
    return path, frame


def test_a_frame_without_its_stratum_column(town, call):
    path, frame = own_frame(town)
    frame.drop(columns="district").to_parquet(path)
    before = snapshot(town)
    code, _, err = call(town, "plan")
    assert code == 2
    assert "district" in err
    assert "frame" in err
    assert "Traceback" not in err
    assert snapshot(town) == before


def test_a_frame_with_an_id_twice(town, call):
    path, frame = own_frame(town)
    frame.loc[5, "unit_id"] = frame.loc[4, "unit_id"]
    frame.to_parquet(path)
    sample = (town / "output/draw/sample.parquet").read_bytes()
    code, _, err = call(town, "draw", "--redraw")
    assert code == 2
    assert str(frame.loc[4, "unit_id"]) in err
    assert (town / "output/draw/sample.parquet").read_bytes() == sample


def test_a_study_with_data_of_its_own_cannot_be_simulated(town, call):
    own_frame(town)
    before = snapshot(town)
    code, _, err = call(town, "simulate")
    assert code == 2
    assert "no simulation plan" in err
    assert snapshot(town) == before


def test_a_missing_frame(town, call):
    path, _ = own_frame(town)
    path.unlink()
    code, _, err = call(town, "run")
    assert code == 2
    assert "data/frame.parquet" in err


def test_a_changed_plan_does_not_replace_the_sample(town, call):
    before = snapshot(town)
    edit(town / "sampling/plan.yaml", "seed: town-example-2024", "seed: another")
    code, _, err = call(town, "draw")
    assert code == 2
    assert "sampling/plan.yaml has changed" in err
    assert "--redraw" in err
    after = snapshot(town)
    assert {k: v for k, v in after.items() if k.startswith("output/draw")} == {
        k: v for k, v in before.items() if k.startswith("output/draw")
    }
    assert call(town, "draw", "--redraw")[0] == 0
    kept = list((town / "output/archive").rglob("sample.parquet"))
    assert [hashlib.sha256(path.read_bytes()).hexdigest() for path in kept] == [before["output/draw/sample.parquet"]]


def test_a_damaged_export(town, call):
    before = snapshot(town)
    path = town / "data/responses.xlsx"
    edit(town / "study.yaml", "  simulation: sampling/simulation.yaml\n", "")
    edit(town / "study.yaml", "  answers: data/answers.parquet\n", "")
    path.write_bytes(path.read_bytes()[:2000])
    code, _, err = call(town, "ingest")
    assert code == 2
    assert "responses.xlsx" in err
    after = snapshot(town)
    assert {k: v for k, v in after.items() if k != "data/responses.xlsx" and "manifest" not in k} == {
        k: v for k, v in before.items() if k != "data/responses.xlsx" and "manifest" not in k
    }


def test_outside_a_study(tmp_path, call):
    code, _, err = call(tmp_path, "run")
    assert code == 2
    assert "surveykit init" in err


def test_init_leaves_a_folder_that_holds_something(tmp_path, call):
    (tmp_path / "notes.txt").write_text("mine")
    code, _, err = call(tmp_path, "init", str(tmp_path))
    assert code == 2
    assert "not empty" in err
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_init_in_the_folder_in_which_one_stands(tmp_path, monkeypatch, capsys):
    home = tmp_path / "town"
    home.mkdir()
    monkeypatch.chdir(home)
    assert main(["init", "."]) == 0
    assert "files written to ." in capsys.readouterr().out
    assert (Path.cwd() / "study.yaml").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["town"]


def test_a_study_is_found_from_inside_it(town, monkeypatch, capsys):
    monkeypatch.chdir(town / "sampling")
    assert main(["check"]) == 0
    assert "示例镇" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [("study.yaml", "zh: ", "zh: 𠀋"), ("questionnaires/residents.yaml", "zh: ", "zh: 𠀋"),
     ("report_templates/page.md", "", "第一行\n第二行𠀋𠀋\n")],
)  # fmt: skip
def test_check_names_file_and_line_of_a_character_that_no_report_can_print(fresh_town, call, file, old, new):
    path = fresh_town / file
    if old:
        text = path.read_text(encoding="utf-8")
        line = text[: text.index(old)].count("\n") + 1
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
    else:
        line = 2
        path.parent.mkdir(exist_ok=True)
        path.write_text(new, encoding="utf-8")
    code, out, err = call(fresh_town, "check")
    assert code == 0 and "2 warnings" in out, err  # the starter study has one of its own
    times = 2 if line == 2 and not old else 1
    assert f"{file}:{line}: the character 𠀋 (U+2000B) is in none of surveykit's fonts, {times} times" in err
    assert "a PDF prints 〓 instead" in err
