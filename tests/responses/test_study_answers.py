"""Files of answers as study.yaml names them, read through the command line."""

from __future__ import annotations

import json
import shutil
import stat

import pandas as pd
import pytest
from layouts import write_form
from town import drawn_town, name_responses, web_cells, write_csv

from surveykit.cli.main import main
from surveykit.questionnaire import questionnaire_variables
from surveykit.study.files.loading import load_study
from surveykit.study.inputs.salt import read_salt
from surveykit.study.running.private import purge_plan


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    return drawn_town(tmp_path_factory.mktemp("drawn") / "town")


@pytest.fixture
def town(drawn, tmp_path):
    folder = tmp_path / "town"
    shutil.copytree(drawn, folder, copy_function=shutil.copy2)
    return folder


@pytest.fixture
def call(capsys):
    def run(folder, *arguments):
        capsys.readouterr()
        code = main(["--study", str(folder), *arguments])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return run


def result(folder, name="log.json"):
    path = folder / "output/responses" / name
    if path.suffix == ".json":
        return json.loads(path.read_text(encoding="utf-8"))
    return pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, dtype=str, keep_default_na=False)


def question(cells, words):
    return next(name for name in cells if words in name)


PAPER_COLUMNS = {"response_id": "编号", "unit_id": "样本码", "sex": "性别（调查员填）"}


def paper(folder, rows):
    """Typed paper forms: the same answers under other headers, one with values of its own."""
    cells = web_cells(folder).loc[rows].reset_index(drop=True)
    study = load_study(folder)
    kept = {
        v.id: question(cells, v.labels["zh"][:8])
        for v in questionnaire_variables(study.questionnaire)
        if v.kind == "single"
    }
    made = pd.DataFrame({name: cells[header] for name, header in kept.items()})
    made = made.replace({"(跳过)": "", "(空)": ""})
    made["编号"] = [f"p{i}" for i in range(len(made))]
    made["样本码"] = cells["来源详情"].str.extract(r"sojumpparm=(\S+)")[0]
    made["性别（调查员填）"] = made.pop("sex").replace({"男": "M", "女": "F"})
    write_csv(made, folder / "data/paper.csv")
    lines = [f"  {ours}: {theirs}" for ours, theirs in PAPER_COLUMNS.items()]
    values = "values:\n  sex: {M: 1, F: 2}\n"
    (folder / "data/paper.yaml").write_text("columns:\n" + "\n".join(lines) + "\n" + values, encoding="utf-8")
    return made


def test_a_plain_path_is_read_and_what_it_is_is_said(town, call):
    name_responses(town, "- data/web.xlsx")
    code, out, _ = call(town, "ingest")
    assert code == 0
    assert "data/web.xlsx: wjx text (told by the file), 459 records" in out
    source = result(town)["sources"][0]
    assert (source["source"], source["variant"], len(source["sha256"])) == ("wjx", "text", 64)
    manifest = json.loads((town / "output/manifest.json").read_text(encoding="utf-8"))
    assert manifest["stages"]["ingest"]["inputs"]["data/web.xlsx"] == source["sha256"]
    assert "up to date" in call(town, "ingest")[1]


def test_source_and_variant_can_be_forced(town, call):
    name_responses(town, "- {file: data/web.xlsx, source: wjx, variant: text}")
    assert "told by study.yaml" in call(town, "ingest")[1]
    name_responses(town, "- {file: data/web.xlsx, source: kobo}")
    code, _, err = call(town, "ingest")
    assert code == 2
    assert "web.xlsx: not an export of KoboToolbox" in err
    name_responses(town, "- {file: data/web.xlsx, source: wjx, versions: [1]}")
    code, _, err = call(town, "ingest")
    assert code == 2
    assert "data/web.xlsx: a file of wjx takes no versions in study.yaml" in err
    name_responses(town, "- {file: data/web.xlsx, source: wx}")
    code, _, err = call(town, "check")
    assert code == 2
    assert "study.yaml:" in err
    assert "'wx'" in err


def test_later_exports_are_merged_and_the_changes_listed(town, call):
    cells = web_cells(town)
    place = question(cells, "性别")
    write_csv(cells.iloc[:300], town / "data/first.csv")
    later = cells.drop(index=5).copy()
    later.loc[7, place] = "女" if cells.loc[7, place] == "男" else "男"
    write_csv(later, town / "data/second.csv")
    name_responses(town, "- {file: data/first.csv, survey: web}\n- {file: data/second.csv, survey: web}")
    code, out, _ = call(town, "ingest")
    assert code == 0
    assert "data/second.csv: 159 records more, 1 answers changed, 1 only in the earlier export (kept)" in out
    changes = result(town, "changed_answers.csv")
    assert changes[["survey", "response_id", "column"]].to_numpy().tolist() == [["web", cells.loc[7, "序号"], "sex"]]
    assert result(town)["counts"]["records"] == 459
    name_responses(town, "- data/second.csv\n- data/second.csv", "combine: later")
    code, out, _ = call(town, "ingest")
    assert code == 0
    assert "0 records more, 0 answers changed" in out
    assert result(town, "changed_answers.csv").empty


def test_web_and_typed_paper_are_put_together(town, call):
    cells = web_cells(town)
    made = paper(town, range(400, 430))
    write_csv(cells.iloc[:400], town / "data/early.csv")
    write_csv(cells.iloc[:401], town / "data/web.csv")
    name_responses(
        town,
        "- {file: data/early.csv, survey: web}\n- {file: data/web.csv, survey: web}\n"
        "- {file: data/paper.csv, source: table, variant: labels, mapping: data/paper.yaml, mode: paper}",
    )
    code, out, err = call(town, "ingest")
    assert code == 0, err
    assert "data/paper.csv: table labels (told by study.yaml), 30 records" in out
    log = result(town)
    assert log["counts"]["records"] == 431
    assert log["counts"]["duplicates"] >= 1
    linked = result(town, "linked.parquet").set_index("unit_id")
    answered = linked["sex_answered"] if "sex_answered" in linked else linked["sex"]
    wanted = made.set_index("样本码")["性别（调查员填）"].map({"M": "1", "F": "2"}).iloc[1:]
    wanted = wanted[~wanted.index.duplicated(keep=False)]
    units = [u for u in wanted.index if linked.loc[u, "response_id"].startswith("p")]
    assert len(units) > 20
    assert answered[units].tolist() == wanted[units].tolist()
    originals = result(town, "originals.parquet")
    typed = originals[originals["file"] == "data/paper.csv"]
    assert typed["row"].tolist() == list(range(2, 32))
    assert set(typed["sex"]) == {"M", "F"}


def test_the_column_map_beside_the_export(town, call):
    name_responses(town, "- {file: data/web.xlsx, column_map: output/questionnaire/wjx_columns.json}")
    assert call(town, "run")[0] == 0
    path = town / "output/questionnaire/wjx_columns.json"
    shutil.copy(path, town / "data/map.json")
    text = (town / "data/map.json").read_text(encoding="utf-8")
    hash_ = json.loads(text)["definition_hash"]
    (town / "data/map.json").write_text(text.replace(hash_, "0" * 64), encoding="utf-8")
    name_responses(town, "- {file: data/web.xlsx, column_map: data/map.json}")
    code, _, err = call(town, "ingest")
    assert code == 2
    assert "data/map.json: made from another version of the questionnaire" in err


def test_every_problem_of_a_mapping_file_has_its_line(town, call):
    paper(town, range(5))
    (town / "data/paper.yaml").write_text(
        "columns:\n  sexx: 性别\n  district: [a]\n  aware: a\nvalues:\n  sex: {M: 7}\n  what: {x: 1}\n",
        encoding="utf-8",
    )
    name_responses(town, "- {file: data/paper.csv, source: table, mapping: data/paper.yaml}")
    code, _, err = call(town, "check")
    assert code == 2
    assert "data/paper.yaml:2: columns.sexx:" in err
    assert "did you mean 'sex'?" in err
    assert "data/paper.yaml:4: columns.aware: the header 'a' is given to 'district' and to 'aware'" in err
    assert "'sex' has no option with the code '7'" in err
    assert "data/paper.yaml:7: values.what" in err
    (town / "data/paper.yaml").write_text("columns:\n  sex: 不存在\n", encoding="utf-8")
    code, _, err = call(town, "ingest")
    assert code == 2
    assert "the mapping of 'sex' names columns that are not there" in err


def test_values_that_are_no_option_stop_or_are_counted_as_the_study_says(town, call):
    cells = web_cells(town)
    cells.loc[3, question(cells, "性别")] = "男性"
    write_csv(cells, town / "data/web.csv")
    name_responses(town, "- data/web.csv")
    code, _, err = call(town, "ingest")
    assert code == 2
    assert "data/web.csv: 1 value is no option of its question" in err
    assert "sex: '男性' in 1 row (row 5); nearest option '男' (code 1)" in err
    assert not (town / "output/responses").exists()
    name_responses(town, "- {file: data/web.csv, unmapped: missing}")
    assert call(town, "ingest")[0] == 0
    assert "男性" in (town / "output/responses/quality.html").read_text(encoding="utf-8")


def test_the_salt_is_made_once_and_kept_apart(town, call):
    name_responses(town, "- data/web.xlsx", "salt: secret/salt")
    assert call(town, "ingest")[0] == 0
    path = town / "secret/salt"
    salt = path.read_text(encoding="utf-8").strip()
    assert len(salt) == 64
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (town / "secret/.gitignore").read_text(encoding="utf-8") == "*\n"
    assert call(town, "ingest")[0] == 0
    assert path.read_text(encoding="utf-8").strip() == salt
    kinds = {finding["kind"] for finding in result(town)["findings"]}
    assert "personal_hashed" in kinds
    assert "personal_dropped" not in kinds
    assert salt not in (town / "output/manifest.json").read_text(encoding="utf-8")
    path.chmod(0o644)
    name_responses(town, "- {file: data/web.xlsx, mode: web}", "salt: secret/salt")
    code, _, err = call(town, "ingest")
    assert code == 2
    assert "chmod 600" in err
    path.write_text("short", encoding="utf-8")
    path.chmod(0o600)
    code, _, err = call(town, "ingest")
    assert code == 2
    assert "a salt needs at least 32 characters, this has 5" in err


def test_the_salt_is_entered_in_gitignore(tmp_path):
    (tmp_path / ".gitignore").write_text("data/", encoding="utf-8")
    salt = read_salt(tmp_path / "salt.txt")
    assert (tmp_path / ".gitignore").read_text(encoding="utf-8") == "data/\nsalt.txt\n"
    assert read_salt(tmp_path / "salt.txt") == salt
    assert read_salt(tmp_path / "apart/salt") != salt
    assert (tmp_path / "apart/.gitignore").read_text(encoding="utf-8") == "*\n"


def test_a_folder_of_response_files(town, call):
    study = load_study(town)
    q = study.questionnaire
    sample = pd.read_parquet(town / "output/draw/sample.parquet")
    answers = pd.DataFrame({v.id: [pd.NA] * 3 for v in questionnaire_variables(q)}, dtype=object)
    answers["consent"] = "2"
    head = pd.DataFrame(
        {
            "response_id": ["a", "b", "c"],
            "unit_id": sample["unit_id"].head(3),
            "submitted_at": pd.Timestamp("2024-05-02T10:00:00Z"),
            "duration_seconds": 9,
        }
    )
    write_form(pd.concat([head, answers], axis=1), q, town / "data/forms")
    name_responses(town, "- data/forms")
    code, out, _ = call(town, "ingest")
    assert code == 0
    assert "data/forms: form codes" in out
    assert result(town)["counts"]["dispositions"]["R"] == 3
    assert result(town, "originals.parquet")["file"].tolist() == [f"data/forms/{n}.json" for n in "abc"]
    (town / "data/forms/b.json").unlink()
    assert call(town, "ingest")[0] == 0
    assert result(town)["counts"]["records"] == 2


def test_deidentify_takes_the_keys_of_the_study(town, call):
    name_responses(town, "- data/web.xlsx", "key_variables: [district, sex]")
    code, out, _ = call(town, "deidentify", "--k", "4", "--strict", "--sensitive", "sat_overall")
    assert code == 0
    assert "key variables: district, sex; k = 4" in out
    data = pd.read_csv(town / "output/public/data.csv", dtype=str, keep_default_na=False)
    assert data.groupby(["district", "sex"]).size().min() >= 4
    risk = pd.read_csv(town / "output/public/risk.csv")
    assert (risk.loc[risk["stage"] == "after", "below_k"] == 0).all()
    held = data.groupby(["district", "sex"])["sat_overall"].nunique().min()
    assert (
        risk.loc[(risk["stage"] == "after") & (risk["keys"] == "district x sex"), "smallest_diversity"].item() == held
    )
    code, _, err = call(town, "deidentify", "--keys", "nobody")
    assert code == 2
    assert "nobody" in err


def test_check_tells_wrong_missing_codes_blanks_and_zones_with_their_lines(town, call):
    name_responses(town, '- {file: data/web.xlsx, missing_codes: {"-9": refused}, blanks: {nope: ["-"]}, zone: Mars/X}')
    code, _, err = call(town, "check")
    assert code != 0
    for words in ("'refused' for '-9'", "'blanks' names 'nope'", "no time zone 'Mars/X'"):
        assert any(words in line and "study.yaml" in line for line in err.splitlines())


def test_a_pattern_and_a_folder_stand_for_their_files_and_a_name_with_brackets_for_itself(town, call):
    cells = web_cells(town)
    (town / "data/exports").mkdir()
    write_csv(cells.iloc[:100], town / "data/exports/a1.csv")
    write_csv(cells.iloc[100:250], town / "data/exports/a2.csv")
    write_csv(cells.iloc[250:260], town / "data/exports/a[12].csv")
    (town / "data/exports/~$a3.csv").write_text("lock", encoding="utf-8")
    for entry, counts in (
        ("data/exports/a?.csv", [100, 150]),
        ("data/exports/a[12].csv", [10]),
        ("data/exports", [100, 150, 10]),
        ("data/**/a1.csv", [100]),
    ):
        name_responses(town, f'- "{entry}"')
        code, _, err = call(town, "ingest")
        assert code == 0, err
        assert [source["records"] for source in result(town)["sources"]] == counts
        manifest = json.loads((town / "output/manifest.json").read_text(encoding="utf-8"))
        assert len([n for n in manifest["stages"]["ingest"]["inputs"] if n.startswith("data/exports")]) == len(counts)
    write_csv(cells.iloc[:120], town / "data/exports/a2.csv")
    name_responses(town, "- {file: data/exports/a?.csv, survey: web}")
    assert "data/exports/a2.csv: 20 records more" in call(town, "ingest")[1]
    plan = purge_plan(load_study(town)).files
    assert {"data/exports/a1.csv", "data/exports/a2.csv"} <= set(plan)


def test_patterns_that_fit_nothing_twice_or_outside_are_refused(town, call, tmp_path):
    name_responses(town, "- data/none*.csv")
    code, _, err = call(town, "ingest")
    assert code == 2
    assert "data/none*.csv" in err
    write_csv(web_cells(town).iloc[:100], town / "data/a1.csv")
    name_responses(town, "- data/a*.csv\n- data/a1.csv")
    code, _, err = call(town, "ingest")
    assert code == 2
    assert "names twice: 1: 'data/a1.csv'" in err
    write_csv(web_cells(town).iloc[:100], tmp_path / "b.csv")
    (town / "data/a2.csv").symlink_to(tmp_path / "b.csv")
    name_responses(town, "- data/a*.csv")
    code, _, err = call(town, "check")
    assert code == 2
    assert "files that fit 'data/a*.csv' lie outside the study: 1: 'data/a2.csv'" in err
    (town / "data/a2.csv").unlink()
    (town / "data/mixed").mkdir()
    write_csv(web_cells(town).iloc[:100], town / "data/mixed/a1.csv")
    (town / "data/mixed/r.json").write_text("{}", encoding="utf-8")
    name_responses(town, "- data/mixed")
    code, _, err = call(town, "ingest")
    assert code == 2
    assert "data/mixed: the folder holds tables and response files of the form" in err
