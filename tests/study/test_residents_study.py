"""The second study, residents in two stages, from its frame to the report's page; slips that a staged plan invites."""

import shutil
from dataclasses import fields

import numpy as np
import pandas as pd
import pytest

from surveykit.cli.main import main
from surveykit.design import SurveyDesign
from surveykit.errors import DataError, DesignError
from surveykit.estimation import survey_mean
from surveykit.report import make_document, render_html
from surveykit.sampling import draw
from surveykit.study.files.loading import load_study
from surveykit.study.inputs.weighted import read_linked, weighted_design, weighting_for, with_indicators
from surveykit.study.reporting import report_input

CONTENT = ("questionnaires", "sampling", "analysis", "report_templates")
FILE = "study_residents.yaml"


def copy_content(root, folder):
    for name in CONTENT:
        shutil.copytree(root / name, folder / name)
    for name in ("study.yaml", FILE):
        shutil.copy2(root / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def finished(reference_root, tmp_path_factory):
    """The second study up to the scores; not to be changed."""
    folder = copy_content(reference_root, tmp_path_factory.mktemp("residents"))
    for command in ("plan", "weight", "score"):
        assert main(["--study", str(folder / FILE), command]) == 0
    return load_study(folder / FILE)


@pytest.fixture
def content(reference_root, tmp_path):
    """The definitions of both studies, to change."""
    return copy_content(reference_root, tmp_path)


@pytest.fixture(scope="module")
def sample(finished):
    return pd.read_parquet(finished.output / "draw/sample.parquet")


@pytest.fixture(scope="module")
def frame(finished):
    return pd.read_parquet(finished.root / "data/residents.parquet")


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_it_has_an_output_folder_of_its_own(finished):
    assert (finished.output / "score/score.csv").is_file()
    assert finished.output == finished.root / "output_residents"
    assert not (finished.root / "output").exists()
    assert {path.name for path in (finished.root / "data").iterdir()} == {
        "residents.parquet", "residents_answers.parquet", "residents_responses.xlsx",
    }  # fmt: skip


def test_probabilities_are_those_of_the_two_stages(sample, frame):
    """First stage n M_i / M within strata, second stage m / M_i: computed here from the frame alone."""
    held = frame.groupby(["district", "urban", "community"]).size()
    drawn = sample.groupby(["district", "urban", "community"]).size()
    clusters = drawn.groupby(["district", "urban"]).size()
    assert clusters.groupby("district").sum().eq(12).all()
    assert clusters.ge(2).all()
    assert drawn.eq(np.minimum(34, held[drawn.index])).all()
    keys = pd.MultiIndex.from_frame(sample[["district", "urban", "community"]])
    strata = pd.MultiIndex.from_frame(sample[["district", "urban"]])
    total = frame.groupby(["district", "urban"]).size()
    first = clusters[strata].to_numpy() * held[keys].to_numpy() / total[strata].to_numpy()
    second = drawn[keys].to_numpy() / held[keys].to_numpy()
    np.testing.assert_allclose(sample["inclusion_probability"], first * second, rtol=1e-12)
    np.testing.assert_allclose(sample["base_weight"], 1 / (first * second), rtol=1e-12)


def test_the_draw_is_proven(finished, capsys):
    assert main(["--study", str(finished.root / FILE), "verify-draw"]) == 0
    assert "verified: 9,384 of 343,949 units" in capsys.readouterr().out


def test_weights_meet_the_census(finished):
    weights = pd.read_csv(finished.output / "weights/weights.csv")
    linked, _ = read_linked(finished)
    assert weights["final_weight"].sum() == pytest.approx(17_197_473, rel=1e-8)
    share = weights["final_weight"].groupby(linked["district"]).sum() / 17_197_473
    census = finished.regions.set_index("district")["census_population_2020"] / 20_937_757
    np.testing.assert_allclose(share[census.index], census, rtol=1e-6)


def test_results_are_labelled_as_a_probability_sample_and_count_communities(finished):
    linked, missing = read_linked(finished)
    analysis = finished.definition.analyses[0]
    assert weighting_for(finished, analysis, linked).label == "probability sample"
    design = weighted_design(finished, analysis, linked, missing)
    communities = linked.groupby("stratum")["community"].nunique()
    estimates = pd.read_csv(finished.output / "estimates/estimates.csv", keep_default_na=False)
    city = estimates[(estimates["domain"] == "all") & (estimates["variable"] == "awareness")].iloc[0]
    assert city["df"] == communities.sum() - len(communities) == 12 * 23 - 41
    as_if_simple = SurveyDesign(design.data.assign(w=design.weights), weights="w", strata="stratum")
    naive = survey_mean(as_if_simple, "awareness").table["std_error"].iloc[0]
    assert float(city["std_error"]) > 1.15 * naive


def test_variance_is_that_of_community_totals(sample, frame):
    """With everybody's answer known, against the formula written out: sum of n/(n-1) sum (z - mean z)^2 over strata."""
    y = (sample["age_group"] == "4").astype(float)
    weight = sample["base_weight"]
    mean = (weight * y).sum() / weight.sum()
    influence = (weight * (y - mean) / weight.sum()).groupby([sample["stratum"], sample["community"]]).sum()
    within = influence.groupby("stratum")
    variance = (within.size() / (within.size() - 1) * within.var(ddof=0) * within.size()).sum()
    design = SurveyDesign(sample.assign(y=y), weights="base_weight", strata="stratum", psu="community")
    found = survey_mean(design, "y").table.iloc[0]
    assert found["std_error"] == pytest.approx(np.sqrt(variance), rel=1e-10)
    assert abs(found["estimate"] - (frame["age_group"] == "4").mean()) < 4 * found["std_error"]


def test_estimates_meet_the_truth_within_four_standard_errors(finished):
    """One seeded run; coverage over many is in test_coverage.py."""
    table = pd.read_csv(finished.output / "estimates/estimates.csv", keep_default_na=False)
    truth = pd.read_csv(finished.output / "simulation/true_rates.csv", keep_default_na=False)
    assert set(truth["population"]) == {"residents"}
    city = table[table["domain"] == "all"].set_index("variable")
    for row in truth[truth["domain"] == ""].to_dict("records"):
        found = city.loc[row["rate_id"]]
        assert abs(float(found["estimate"]) - float(row["rate"])) < 4 * float(found["std_error"])


SAID = {
    "zh": ("概率样本，设计推断", "两阶段", "有放回", "社区(村)"),
    "en": ("probability sample, design-based", "Two stages", "with replacement", "communities"),
}
UNSAID = {
    "zh": ("平台用户", "注册用户", "网络问卷调查", "有限总体和加权"),
    "en": ("latform users", "egistered users", "Web survey", "finite population and weighting"),
}


def test_the_report_says_what_is_true_of_this_design(finished):
    content = report_input(finished)
    page = render_html(make_document(content, edition="zh"), medium="screen")
    english = "\n".join(getattr(content.disclosure, item.name)["en"] for item in fields(content.disclosure))
    for edition, text in (("zh", page), ("en", english)):
        assert not [said for said in SAID[edition] if said not in text]
        assert not [unsaid for unsaid in UNSAID[edition] if unsaid in text]


def test_two_studies_do_not_share_an_output_folder(content, capsys):
    edit(content / FILE, "output: output_residents\n", "")
    assert main(["--study", str(content), "plan"]) == 0
    assert main(["--study", str(content / FILE), "plan"]) == 2
    told = capsys.readouterr().err
    assert "output/ holds what study.yaml made" in told
    assert "output: output_2" in told


MISTAKES = [
    ("analysis/weighting_residents.yaml", "psu: community\n", "", "standard errors would be too small"),
    ("analysis/weighting_residents.yaml", "psu: community\n", "psu: town\n", "write 'psu: community'"),
    ("analysis/weighting_residents.yaml", "finite_population: none", "finite_population: sample", "does not use"),
    (
        FILE,
        "weighting: analysis/weighting_residents.yaml",
        "weighting: analysis/weighting.yaml",
        "add 'psu: community'",
    ),
    (FILE, "sampling/plan_residents.yaml", "sampling/plan.yaml", "take psu out"),
    (FILE, "output: output_residents", "output: ../elsewhere", "output"),
]


@pytest.mark.parametrize(("file", "old", "new", "told"), MISTAKES)
def test_a_slip_is_told_with_its_file(content, capsys, file, old, new, told):
    edit(content / file, old, new)
    assert main(["--study", str(content / FILE), "check"]) == 2
    shown = capsys.readouterr().err
    assert told in shown
    assert ".yaml:" in shown.splitlines()[0]


def test_a_study_file_is_a_yaml_file(content, capsys):
    assert main(["--study", str(content / "sampling/regions.csv"), "check"]) == 2
    assert "not a study file" in capsys.readouterr().err


def test_a_person_without_a_community_stops_the_draw(finished, frame):
    broken = frame.assign(community=frame["community"].mask(frame.index == 7))
    with pytest.raises(DataError, match="'community' is missing in 1 rows"):
        draw(finished.sampling_plan, broken)


def test_a_sampled_person_without_a_community_is_an_error(finished):
    linked, _ = read_linked(finished)
    broken = linked.assign(community=linked["community"].mask(linked.index == 7))
    with pytest.raises(DesignError, match=r"'community' \(psu\) is missing in rows 1: 7"):
        weighting_for(finished, finished.definition.analyses[0], broken)


def test_one_community_in_a_stratum_is_an_error_that_names_it(finished):
    linked, _ = read_linked(finished)
    inside = linked["stratum"] == "gaoxin/0"
    kept = linked[~inside | (linked["community"] == linked.loc[inside, "community"].iloc[0])].reset_index(drop=True)
    with pytest.raises(DesignError, match=r"one sampled unit at stage 1 \(1: 'gaoxin/0'"):
        weighting_for(finished, finished.definition.analyses[0], kept)


def test_a_community_in_which_nobody_responds_still_counts_as_drawn(finished):
    """Its weight goes to the others of the classes; its total varies with theirs, so the error does not shrink."""
    linked, missing = read_linked(finished)
    analysis = finished.definition.analyses[0]
    silent = linked["community"] == linked.loc[linked["district"] == "wuhou", "community"].iloc[0]
    answered = [name for name in missing.columns if name in linked.columns]
    changed = linked.assign(disposition=linked["disposition"].mask(silent, "NC"))
    changed[answered] = changed[answered].mask(np.repeat(silent.to_numpy()[:, None], len(answered), axis=1))
    gaps = missing.mask(np.repeat(silent.to_numpy()[:, None], missing.shape[1], axis=1), "na")
    design = weighting_for(finished, analysis, with_indicators(finished, changed, gaps)).design
    assert design.weights[silent.to_numpy()].sum() == 0
    found = survey_mean(design, "awareness", by="district").table.set_index("district")
    before = survey_mean(weighted_design(finished, analysis, linked, missing), "awareness", by="district").table
    before = before.set_index("district")
    assert found["std_error"].notna().all()
    assert found.loc["wuhou", "std_error"] > 0.8 * before.loc["wuhou", "std_error"]
    assert design.weights.sum() == pytest.approx(17_197_473, rel=1e-8)
