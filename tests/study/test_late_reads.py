"""Whatever a stage reads is among its inputs, and no two stages of a run are made from two contents of one file."""

import hashlib
import os
import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest

from surveykit.errors import SurveyKitError
from surveykit.files.looking import read_text
from surveykit.study.files.loading import load_outline, load_study
from surveykit.study.pipeline import study_stages
from surveykit.study.running import loaded
from surveykit.study.running.run import all_current, fingerprint, run_stages
from surveykit.study.running.stage import Stage
from surveykit.study.stages import ingest


@pytest.fixture
def study(tmp_path):
    for name in ("table", "data"):
        (tmp_path / f"{name}.txt").write_text("one")
    data = SimpleNamespace(frame="data.txt", answers=None, response_files=[])
    return SimpleNamespace(
        root=tmp_path,
        output=tmp_path / "output",
        file="study.yaml",
        located=lambda name: name,
        loaded={},
        definition=SimpleNamespace(id="s", simulated=True, output="output", data=data),
    )


def stages(between=lambda: None, table="table.txt"):
    """Two stages that read one table; something happens when the first has its content."""

    def make(name):
        def made(making):
            text = read_text(making.study.root / table)
            making.output(f"output/{name}.txt").write_text(text)
            if name == "weight":
                between()

        return made

    return [
        Stage("weight", "weight", (table,), ("output/weight.txt",), make("weight")),
        Stage("other", "other", ("data.txt",), ("output/other.txt",), lambda m: _copy(m, "data.txt")),
        Stage("estimate", "estimate", (table, "output/weight.txt"), ("output/estimate.txt",), make("estimate")),
    ]


def _copy(making, name):
    making.output("output/other.txt").write_text((making.study.root / name).read_text())


def run(study, chosen, **options):
    return run_stages(study, chosen, say=lambda line: None, **options)


@pytest.mark.parametrize("name", ["table.txt", "output/weight.txt"])
def test_an_edit_between_two_stages_that_use_a_file_is_told(study, name):
    """Weights from the old table and estimates from the new one stood in one report."""
    chosen = stages()
    chosen[1] = replace(chosen[1], make=lambda m: (_copy(m, "data.txt"), (study.root / name).write_text("two")))
    with pytest.raises(SurveyKitError, match=rf"^{name} changed after this run had read the study: estimate and what"):
        run(study, chosen)
    assert not (study.output / "estimate.txt").exists()
    assert "estimate" in run(study, stages()).made
    read = (study.root / "table.txt").read_text()
    assert {(study.output / f"{stage}.txt").read_text() for stage in ("weight", "estimate")} == {read}


@pytest.mark.parametrize("spelled", ["table.txt", "./table.txt"])
def test_an_edit_that_is_taken_back_while_a_stage_is_made_is_told(study, spelled):
    def make(making):
        (study.root / "table.txt").write_text("for a moment")
        making.output("output/weight.txt").write_text(read_text(making.study.root / spelled))
        (study.root / "table.txt").write_text("one")

    chosen = stages(table=spelled)
    with pytest.raises(SurveyKitError, match=r"table\.txt changed while weight was being made"):
        run(study, [replace(chosen[0], make=make), *chosen[1:]])
    assert not (study.output / "weight.txt").exists()
    run(study, chosen)
    assert (study.output / "weight.txt").read_text() == "one"


def test_an_edit_under_another_spelling_of_its_name_is_told(study):
    with pytest.raises(SurveyKitError, match=r"table\.txt changed while weight was being made"):
        run(study, stages(lambda: (study.root / "table.txt").write_text("two"), table="./table.txt"))


def test_an_edit_before_the_first_use_of_a_file_is_told(study):
    """A run is made from what was there when it began."""
    with pytest.raises(SurveyKitError, match=r"^data\.txt changed after this run had read the study: other and what"):
        run(study, stages(lambda: (study.root / "data.txt").write_text("two")))
    run(study, stages())
    assert (study.output / "other.txt").read_text() == "two"


def test_a_file_that_comes_during_a_run_is_taken(study):
    """Nothing was made without it."""
    (study.root / "data.txt").unlink()
    run(study, stages(lambda: (study.root / "data.txt").write_text("late")))
    assert (study.output / "other.txt").read_text() == "late"


def test_every_file_that_a_stage_reads_is_among_its_inputs(fresh_town, monkeypatch):
    """Read through the one door, by whatever room; the record of the run itself is read for the page on its making."""
    seen, now = {}, []

    def watched(real):
        def require(path, **options):
            if now and path.is_relative_to(fresh_town):
                seen[now[0]].add(path.relative_to(fresh_town).as_posix())
            return real(path, **options)

        return require

    def watching(stage):
        def make(making):
            now.append(stage.name)
            seen[stage.name] = set()
            stage.make(making)
            now.clear()

        return replace(stage, make=make)

    study = load_study(fresh_town)
    chosen = study_stages(study)
    for name in ("surveykit.files.duck", "surveykit.responses.readers.file_cells", "surveykit.files.csv_text"):
        __import__(name)
    real = sys.modules["surveykit.files.looking"].require_regular
    for name, module in list(sys.modules.items()):
        if name.startswith("surveykit.") and getattr(module, "require_regular", None) is real:
            monkeypatch.setattr(module, "require_regular", watched(real))
    run(study, [watching(stage) for stage in chosen])
    assert {"output/responses/linked.parquet", "analysis/indicators.yaml"} & set().union(*seen.values())
    for stage in chosen:
        read = {name for name in seen[stage.name] if not name.startswith("output/.partial-")}
        read -= {"output/draw/log.jsonl"}  # only grows; what stages take of it, the releases, is in their settings
        assert read - set(stage.inputs) <= ({"output/manifest.json"} if stage.name == "report" else set()), stage.name


def with_column_map(town):
    """Let study.yaml name the map of the columns, which no one reads before the answers are read."""
    (town / "data/columns.json").write_bytes((town / "output/questionnaire/wjx_columns.json").read_bytes())
    text = (town / "study.yaml").read_text(encoding="utf-8")
    old = next(line for line in text.splitlines() if "data/responses.xlsx" in line)
    assert text.count(old) == 1
    head = old.split("responses:")[0]
    new = f"{head}responses:\n{head}  - file: data/responses.xlsx\n{head}    column_map: data/columns.json"
    (town / "study.yaml").write_text(text.replace(old, new), encoding="utf-8")
    return town / "data/columns.json"


def test_a_column_map_is_hashed_from_the_bytes_that_were_parsed(town, call, monkeypatch):
    path, real = with_column_map(town), ingest.read_answers
    whole = path.read_bytes()
    before = (town / "output/responses/linked.parquet").read_bytes()

    def edited(*given):
        path.write_bytes(whole + b"\n")
        try:
            return real(*given)
        finally:
            path.write_bytes(whole)

    monkeypatch.setattr(ingest, "read_answers", edited)
    code, _, err = call(town, "ingest")
    assert code == 2
    assert "data/columns.json changed while ingest was being made" in err
    assert (town / "output/responses/linked.parquet").read_bytes() == before
    monkeypatch.setattr(ingest, "read_answers", real)
    assert call(town, "ingest")[0] == 0
    path.write_bytes(whole + b"\n")
    study = load_study(town)
    assert not all_current(study, study_stages(study))


@pytest.mark.parametrize("name", ["map.topojson", "chapters/zh.txt", "style.css", "Logo.SVG", "no_ending"])
def test_a_file_of_the_templates_with_any_ending_is_an_input_of_the_report(town, name):
    """report.yaml and templates may name any file; an edit of it left the report as it was."""
    path = town / "report_templates" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("one")
    study = load_outline(town)
    report = study_stages(study)[-1]
    assert f"report_templates/{name}" in report.inputs
    hashes = [hashlib.sha256(word).hexdigest() for word in (b"one", b"two")]
    prints = {fingerprint(report, {f"report_templates/{name}": digest}, "x") for digest in hashes}
    assert len(prints) == 2


def test_simulated_data_depend_on_whom_the_frame_lists_and_on_no_other_word_of_the_study_file(town):
    outline = load_outline(town)

    def prints(definition):
        chosen = study_stages(replace(outline, definition=definition))
        return {s.name: fingerprint(s, {}, "x") for s in chosen if s.name.startswith("simulate")}

    definition = outline.definition
    plain = prints(definition)
    residents = definition.data.model_copy(update={"population": "residents"})
    other = prints(definition.model_copy(update={"data": residents}))
    assert len(plain) == 3
    assert all(plain[name] != other[name] for name in plain)
    renamed = {f"{name}_x": path for name, path in definition.files.margins.items()}
    files = definition.files.model_copy(update={"margins": renamed})
    assert all(plain[name] != print_ for name, print_ in prints(definition.model_copy(update={"files": files})).items())
    assert prints(definition.model_copy(update={"headline": definition.headline[:1]})) == plain


def test_paths_are_compared_by_their_plain_form():
    held = loaded.held_digests({"./a": "1", "b//c": "2", "gone": "missing"})
    assert held == {"a": "1", os.path.normpath("b/c"): "2"}
    assert loaded.changed_inputs(held, {"a": "2", "./b/c": "2", "gone": "3"}) == ["a"]
