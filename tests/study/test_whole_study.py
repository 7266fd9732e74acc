"""The starter study from plan to PDF, and what the reference study must hold."""

import json
import os
import signal
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from surveykit.study.files.loading import load_study


def test_the_whole_arrow(finished_study):
    output = finished_study / "output"
    assert (output / "report.pdf").read_bytes().startswith(b"%PDF-")
    assert "模拟数据" in (output / "report.html").read_text(encoding="utf-8")
    record = json.loads((output / "manifest.json").read_text(encoding="utf-8"))
    stages = "simulate_frame simulate_answers plan draw render simulate_responses ingest weight estimate score report"
    assert [*record["stages"]] == stages.split()
    assert record["stages"]["draw"]["seed"] == "town-example-2024"
    assert record["stages"]["draw"]["counts"] == {"frame": 6000, "sample": 800}
    assert not list(output.glob(".partial-*"))


def test_every_sampled_unit_is_accounted_for(finished_study):
    linked = pd.read_parquet(finished_study / "output/responses/linked.parquet")
    sample = pd.read_parquet(finished_study / "output/draw/sample.parquet")
    assert linked["unit_id"].tolist() == sample["unit_id"].tolist()
    assert linked["disposition"].notna().all()


def test_weights_add_up_to_what_they_stand_for(finished_study):
    weights = pd.read_csv(finished_study / "output/weights/weights.csv")
    totals = weights.groupby("analysis")["final_weight"].sum()
    linked = pd.read_parquet(finished_study / "output/responses/linked.parquet")
    eligible = linked.loc[linked["disposition"] != "NE", "base_weight"].sum()
    assert totals["platform_users"] == pytest.approx(eligible, rel=1e-10)
    assert totals["residents"] == pytest.approx(80_000, rel=1e-8)


def test_estimates_meet_the_truth_within_four_standard_errors(finished_study):
    """One seeded run; coverage over many is in test_coverage.py."""
    table = pd.read_csv(finished_study / "output/estimates/estimates.csv", keep_default_na=False)
    truth = pd.read_csv(finished_study / "output/simulation/true_rates.csv", keep_default_na=False)
    truth = truth[(truth["population"] == "platform") & (truth["domain"] == "")].set_index("rate_id")["rate"]
    city = table[(table["analysis"] == "platform_users") & (table["domain"] == "all")].set_index("variable")
    for name, rate in truth.items():
        assert abs(float(city.loc[name, "estimate"]) - float(rate)) < 4 * float(city.loc[name, "std_error"])


SECOND_RUN = """
import sys
from surveykit.cli.main import main
code = main(["--study", sys.argv[1], "run"])
print("loaded:", sorted({"pandas", "duckdb", "weasyprint", "matplotlib", "scipy"} & set(sys.modules)))
sys.exit(code)
"""


def test_a_second_run_makes_nothing_and_loads_nothing_heavy(finished_study):
    before = (finished_study / "output/manifest.json").stat().st_mtime_ns
    command = [sys.executable, "-c", SECOND_RUN, str(finished_study)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "nothing to do: all 11 stages are up to date; the report is output/report.pdf",
        "loaded: []",
    ]
    assert (finished_study / "output/manifest.json").stat().st_mtime_ns == before


def test_a_stage_made_again_at_another_time_has_the_same_bytes(town, call):
    made = sorted((town / "output/responses").iterdir())
    before = {path: path.read_bytes() for path in made}
    (town / "output/responses/quality.xlsx").unlink()
    assert call(town, "ingest")[0] == 0
    assert {path: path.read_bytes() for path in made} == before


def test_the_draw_is_verified_and_a_swap_is_found(town, call):
    assert call(town, "verify-draw")[0] == 0
    path = town / "output/draw/sample.parquet"
    sample = pd.read_parquet(path)
    frame = pd.read_parquet(town / "data/frame.parquet")
    outside = frame[~frame["unit_id"].isin(sample["unit_id"]) & (frame["district"] == sample["district"].iloc[0])]
    sample.loc[0, "unit_id"] = outside["unit_id"].iloc[0]
    sample.to_parquet(path, index=False)
    code, out, _ = call(town, "verify-draw")
    assert code == 2
    assert "NOT verified" in out


def test_a_new_wording_remakes_what_depends_on_it_and_spares_the_draw(town, call):
    sample = (town / "output/draw/sample.parquet").read_bytes()
    path = town / "analysis/indicators.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("zh: 知晓率", "zh: 居民知晓率"), encoding="utf-8")
    code, out, _ = call(town, "run")
    assert code == 0
    assert "drawing" not in out
    assert "estimating" in out
    assert "居民知晓率" in (town / "output/report.html").read_text(encoding="utf-8")
    assert (town / "output/draw/sample.parquet").read_bytes() == sample


def test_the_same_study_gives_the_same_numbers(finished_study, fresh_town, call):
    assert call(fresh_town, "weight")[0] == 0
    assert call(fresh_town, "score")[0] == 0
    for name in (
        "output/draw/sample.csv",
        "output/weights/weights.csv",
        "output/estimates/estimates.csv",
        "output/score/score.csv",
    ):
        assert (fresh_town / name).read_bytes() == (finished_study / name).read_bytes(), name


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_an_interrupted_run_leaves_whole_files_and_goes_on(fresh_town, call):
    """Interrupted while answers are simulated: what is there is whole, and the next run ends well."""
    command = [sys.executable, "-u", "-m", "surveykit", "--study", str(fresh_town), "run", "--progress"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        told = []
        for line in process.stderr:
            told.append(line)
            if "simulating the answers of" in line or "模拟样本的答" in line:
                process.send_signal(signal.SIGINT)
                break
        told.append(process.communicate(timeout=60)[1])
    err = "".join(told)
    assert process.returncode == 130
    assert "interrupted" in err
    assert "Traceback" not in err
    assert not list((fresh_town / "output").glob(".partial-*"))
    assert pd.read_parquet(fresh_town / "output/draw/sample.parquet").shape[0] == 800
    code, out, _ = call(fresh_town, "weight")
    assert code == 0
    assert "drawing" not in out


def test_the_reference_study_holds_what_it_must(reference_root):
    study = load_study(reference_root)
    assert len(study.regions) == 23
    assert int(study.regions["census_population_2020"].sum()) == 20_937_757
    assert study.regions.loc[study.regions["approximate"] == "yes", "district"].tolist() == ["jianyang", "dongbu"]
    assert study.sampling_plan.size.per_stratum == 400
    assert study.simulation.frame.units == 150_000
    scheme = study.scoring
    contents = [content for indicator in scheme.indicators for content in indicator.contents]
    criteria = [criterion for content in contents for criterion in content.criteria]
    assert (len(scheme.indicators), len(contents), len(criteria)) == (5, 15, 26)
    assert {criterion.method for criterion in criteria} == {"bigdata", "application", "field", "questionnaire"}
    assert np.isclose(sum(criterion.points for criterion in criteria), 100)
    published = {content.zh for content in contents if content.named == "published"}
    assert published == {
        "组织运行机制建设", "阵地打造", "活动组织", "一呼百应的动员机制", "潜移默化的引导机制", "供需对接的服务机制",
    }  # fmt: skip


def test_starter_and_reference_have_the_same_folders(reference_root, fresh_town):
    content = {"questionnaires", "sampling", "analysis", "report_templates", "notebooks"}
    assert {path.name for path in fresh_town.iterdir() if path.is_dir()} == content
    assert content <= {path.name for path in reference_root.iterdir() if path.is_dir()}
    for folder in content:
        assert len((reference_root / folder / "README.md").read_text(encoding="utf-8").splitlines()) <= 15
