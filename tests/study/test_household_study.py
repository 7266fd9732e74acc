"""A household study in two steps by commands only: late listing, persons by grid, a release, and what is proven."""

import json
import re
import shutil

import numpy as np
import pandas as pd
import pytest
from household_study import answers, edit, listed, make_household_study, villages

from surveykit.cli.main import main
from surveykit.sampling import extend_log
from surveykit.study.files.loading import load_study
from surveykit.study.tasks.scaffold import start_study

HH = {"hh": str, "village": str, "unit_id": str}


def read(folder, name):
    return pd.read_csv(folder / "output/draw" / name, dtype=HH, keep_default_na=False)


def write_listing(folder, drawn, *, without=()):
    (folder / "data/listing").mkdir(exist_ok=True)
    for village, part in listed(drawn).groupby("village"):
        if village not in without:
            part.drop(columns="village").to_csv(folder / f"data/listing/{village}.csv", index=False)


def run(folder, *words):
    assert main(["--study", str(folder), *words]) == 0


@pytest.fixture(scope="module")
def answered(tmp_path_factory):
    """The study up to the weights: one village refused, one household more released in each of the others."""
    folder = tmp_path_factory.mktemp("households") / "town"
    start_study(folder)
    make_household_study(folder, finite="first_stage")
    run(folder, "draw", "--stage", "1")
    drawn = read(folder, "clusters.csv")
    write_listing(folder, drawn, without=drawn["village"].iloc[[1]].tolist())
    status = read(folder, "listing_status_form.csv")
    status.loc[1, "status"] = "refused"
    status.to_csv(folder / "data/status.csv", index=False)
    run(folder, "draw", "--stage", "2")
    run(folder, "release", "--every", "1", "--reason", "refusals")
    run(folder, "contact-sheets")
    answers(read(folder, "released.csv"), load_study(folder).sampling_plan).to_csv(
        folder / "data/answers.csv", index=False
    )
    run(folder, "weight")
    return folder


@pytest.fixture
def fresh_households(fresh_town):
    return make_household_study(fresh_town)


def test_weights_are_the_product_of_all_that_was_drawn(answered):
    """Village n M / sum M, household 7 of those listed, over response, times the adults: from the files alone."""
    known, drawn = villages().set_index("village"), read(answered, "clusters.csv")
    sample = read(answered, "released.csv")
    homes = listed(drawn).groupby("village").size()
    for district, part in drawn.groupby("district"):
        sizes = known.loc[known["district"] == district, "households"]
        certain = 4 * sizes / sizes.sum() >= 0.9
        rest = 4 - int(certain.sum())
        one = np.where(part["village"].isin(sizes.index[certain]), 1.0,
                       rest * sizes[part["village"]] / sizes[~certain].sum())  # fmt: skip
        np.testing.assert_allclose(part["inclusion_probability"], one, rtol=1e-12)
        rows = sample[(sample["district"] == district) & (sample["listing_status"] == "listed")]
        chance = pd.Series(one, part["village"])[rows["village"]].to_numpy()
        np.testing.assert_allclose(rows["inclusion_probability"], chance * 7 / homes[rows["village"]], rtol=1e-12)
    weights = pd.read_csv(answered / "output/weights/weights.csv", dtype={"unit_id": str}).set_index("unit_id")
    given = pd.read_csv(answered / "data/answers.csv", dtype={"unit_id": str}).set_index("unit_id")["hh_size"]
    step = weights.loc[given.index]
    np.testing.assert_allclose(step["factor_person_selection"], given, rtol=1e-12)
    np.testing.assert_allclose(
        step["final_weight"], step["base_weight"] * step["factor_nonresponse"] * given, rtol=1e-12
    )
    # Before persons are counted, the households of refused villages and of nonresponse are all there.
    assert (step["base_weight"] * step["factor_nonresponse"]).sum() == pytest.approx(sample["base_weight"].sum())


def test_what_was_told_and_written(answered):
    table = read(answered, "listing.csv")
    assert table["status"].value_counts().to_dict() == {"listed": 15, "refused": 1}
    record = json.loads((answered / "output/draw/record.json").read_text(encoding="utf-8"))
    first = json.loads((answered / "output/draw/clusters_record.json").read_text(encoding="utf-8"))
    assert record["stages"][0] == first["stages"][0]
    assert record["frame_digest"] == first["frame_digest"]
    assert any("are refused" in note for note in record["notes"])
    log = [json.loads(line) for line in (answered / "output/draw/log.jsonl").read_text("utf-8").splitlines()]
    assert [entry["event"] for entry in log] == ["plan", "clusters", "draw", "release"]
    rates = pd.read_csv(answered / "output/responses/outcome_rates.csv")
    assert rates["n"].iloc[0] == len(read(answered, "released.csv"))


def test_contact_sheets_hold_the_grid_and_no_reserve(answered):
    page = (answered / "output/draw/contact_sheets.html").read_text(encoding="utf-8")
    field, drawn = read(answered, "released.csv"), pd.read_parquet(answered / "output/draw/sample.parquet")
    there = set(re.findall(r"<td>(v\d\d-\d+)</td>", page))
    assert there == set(field.loc[field["listing_status"] == "listed", "hh"])
    assert not there & set(drawn.loc[drawn["selection_order"] > 7, "hh"])
    assert page.count('<td class="g">1→1') == len(there)
    assert "#" not in re.sub(r"#888", "", page)
    assert (answered / "output/draw/contact_sheets.html").stat().st_mode & 0o77 == 0


def test_both_steps_are_proven_and_forgeries_found(answered, call):
    code, out, _ = call(answered, "verify-draw")
    assert code == 0, out
    assert "16 of 60 communities" in out
    assert "units and a reserve of" in out
    for name, change in (
        ("output/draw/clusters.csv", lambda t: t.replace("north", "south", 1)),
        ("output/draw/sample.csv", lambda t: t.replace("Lane", "Road", 1)),
        ("data/villages.csv", lambda t: t.replace(",700", ",701")),
        ("data/status.csv", lambda t: t.replace("refused", "empty")),
        ("output/draw/log.jsonl", lambda t: t.replace("clusters", "cluster", 1)),
        ("output/draw/clusters_record.json", lambda t: t.replace("households-2024", "households-2025")),
    ):
        path = answered / name
        right = path.read_text(encoding="utf-8")
        assert change(right) != right
        path.write_text(change(right), encoding="utf-8")
        try:
            assert call(answered, "verify-draw")[0] == 2, name
        finally:
            path.write_text(right, encoding="utf-8")
    assert call(answered, "verify-draw")[0] == 0


def test_a_log_without_its_clusters_is_found(answered, call):
    """Whoever takes the first step out of the log and makes the chain again is found; so are clusters drawn anew."""
    path = answered / "output/draw/log.jsonl"
    text = path.read_text(encoding="utf-8")
    entries = [json.loads(line) for line in text.splitlines()]
    assert [entry["content"].get("clusters") for entry in entries] == [None, None, entries[1]["hash"], None]
    again = {**entries[1]["content"], "sample_digest": "other", "replaces": entries[1]["hash"]}
    forged = (
        ([entries[0], entries[2], entries[3]], "not from the clusters in force"),
        (
            [*entries, {**entries[1], "content": again, "time": entries[-1]["time"]}],
            "has clusters drawn after the last draw",
        ),
    )
    for chosen, told in forged:
        chain = []
        for entry in chosen:
            chain = extend_log(chain, entry["event"], entry["content"], entry["time"])
        path.write_text("".join(json.dumps(entry) + "\n" for entry in chain), encoding="utf-8")
        try:
            code, out, _ = call(answered, "verify-draw")
            assert code == 2
            assert told in out
        finally:
            path.write_text(text, encoding="utf-8")


def test_what_was_published_of_two_steps_is_verified_in_the_study(answered, call, tmp_path):
    for name in ("output/draw/record.json", "output/draw/log.jsonl", "sampling/plan.yaml"):
        shutil.copy(answered / name, tmp_path)
    code, _, err = call(answered, "verify-draw", "--published", str(tmp_path))
    assert code == 2
    assert "this plan draws in two steps" in err


def test_the_table_of_villages_is_looked_over(fresh_households, call):
    code, out, err = call(fresh_households, "check")
    assert code == 0, err
    assert "table of clusters data/villages.csv: 60 clusters in 4 strata" in out
    path = fresh_households / "data/villages.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",700", ",-7"), encoding="utf-8")
    code, _, err = call(fresh_households, "check")
    assert code == 2
    assert "'households'" in err


def test_a_redraw_of_both_steps_says_what_became_of_releases(answered, call, tmp_path):
    folder = shutil.copytree(answered, tmp_path / "town")
    edit(folder / "sampling/plan.yaml", ("seed: households-2024", "seed: households-2025"))
    assert call(folder, "draw", "--stage", "1", "--redraw")[0] == 0
    shutil.rmtree(folder / "data/listing")
    write_listing(folder, read(folder, "clusters.csv"))
    (folder / "data/status.csv").unlink()
    code, _, err = call(folder, "draw", "--stage", "2", "--redraw")
    assert code == 2
    assert "another sample gives them up" in err
    code, out, err = call(folder, "draw", "--stage", "2", "--redraw", "--give-up", "another seed")
    assert code == 0, err
    assert not (folder / "output/draw/released.csv").exists()
    code, out, _ = call(folder, "verify-draw")
    assert code == 0, out
    assert "the communities were drawn 2 times" in out


def test_the_order_of_the_steps(fresh_households, call):
    code, _, err = call(fresh_households, "release", "--every", "1", "--reason", "x")
    assert code == 2
    code, _, err = call(fresh_households, "verify-draw")
    assert code == 2
    assert "'surveykit draw --stage 1'" in err
    code, out, err = call(fresh_households, "draw", "--stage", "2")
    assert code == 2
    assert "data/listing is not there: the 16 drawn communities" in err
    code, out, _ = call(fresh_households, "verify-draw")
    assert code == 0
    assert "only the communities were verified" in out
    drawn = read(fresh_households, "clusters.csv")
    write_listing(fresh_households, drawn, without=["v20"])
    code, _, err = call(fresh_households, "draw", "--stage", "2")
    assert code == 2
    assert "neither listed nor marked refused or empty (1: 'west/v20')" in err
    assert not (fresh_households / "output/draw/sample.parquet").exists()
    write_listing(fresh_households, drawn)
    assert call(fresh_households, "draw")[0] == 0
    path = fresh_households / "data/listing/v20.csv"
    path.write_text(path.read_text(encoding="utf-8") + "v20-9999,Lane 0\n", encoding="utf-8")
    code, _, err = call(fresh_households, "draw")
    assert code == 2
    assert "data/listing/v20.csv has changed since it was made" in err
    assert call(fresh_households, "verify-draw")[0] == 2


def test_a_seed_from_a_commitment_comes_before_the_first_step(fresh_households, call):
    plan = fresh_households / "sampling/plan.yaml"
    source = ("public_source: {name: lottery, draw: '2099137', due: '2099-12-01T21:15:00+08:00', "
              "form: {kind: numbers, groups: [{count: 6, high: 33}]}}\n")  # fmt: skip
    text = plan.read_text(encoding="utf-8")
    plan.write_text(re.sub(r"seed(_origin)?: .*\n", "", text) + source, encoding="utf-8")
    assert call(fresh_households, "commit")[0] == 0
    code, _, err = call(fresh_households, "draw", "--stage", "1")
    assert code == 2
    assert "commits to a seed from a public value" in err


def test_one_step_from_households_and_villages(fresh_households, call):
    """All households are known, and villages have a table of their own: one draw from both, proven with both."""
    folder = fresh_households
    edit(folder / "sampling/plan.yaml", ("listing: {expected: households}\n", ""), (", keep: [urban]", ""))
    edit(folder / "study.yaml", ("  listing: data/listing\n  listing_status: data/status.csv\n",
                                 "  frame: data/households.csv\n"))  # fmt: skip
    table = villages()
    homes = listed(table).merge(table[["village", "district"]], on="village")
    homes.to_csv(folder / "data/households.csv", index=False)
    code, out, err = call(folder, "check")
    assert code == 0, err
    assert f"frame data/households.csv: {len(homes):,} units in 4 strata" in out
    assert call(folder, "draw")[0] == 0
    code, out, _ = call(folder, "verify-draw")
    assert code == 0, out
    assert "verified: 96 of" in out
    table.assign(households=table["households"] + 1).to_csv(folder / "data/villages.csv", index=False)
    code, out, _ = call(folder, "verify-draw")
    assert code == 2
    assert "NOT verified" in out


def test_a_study_in_one_step_has_no_steps(fresh_town, call):
    code, _, err = call(fresh_town, "draw", "--stage", "1")
    assert code == 2
    assert "this study draws in one step" in err


SLIPS = [
    ("study.yaml", "  clusters: data/villages.csv\n", "", "need 'clusters'"),
    ("study.yaml", "  listing: data/listing\n  listing_status: data/status.csv\n", "  frame: data/f.csv\n",
     "no file is named"),
    ("study.yaml", "  clusters:", "  frame: data/other.csv\n  clusters:", "take 'frame' out"),
    ("study.yaml", "listing: data/listing\n", "listing: /etc\n", "lies outside the study"),
    ("sampling/plan.yaml", "listing: {expected: households}\n", "", "sampling/plan.yaml has no 'listing'"),
    ("questionnaires/residents.yaml", "min: 1, max: 12, required: true, zh: 家中", "max: 12, zh: 家中", "less than 1"),
    ("questionnaires/residents.yaml", "eligible: hh_size", "eligible: sex", "'sex' is no number item"),
    ("questionnaires/residents.yaml", "household: {method: kish, eligible: hh_size, selected: hh_person}\n", "",
     "has no 'household'"),
    ("questionnaires/residents.yaml", ", selected: hh_person}", "}", "needs the position of the person"),
    ("analysis/weighting.yaml", "  - {kind: person_selection, eligible: hh_size}\n", "",
     "0 steps of the weights count it"),
    ("analysis/weighting.yaml", "eligible: hh_size", "eligible: hh_person", "is not that of the household"),
    ("analysis/weighting.yaml", "psu: variance_psu", "psu: village", "not of one kind"),
    ("analysis/weighting.yaml", "finite_population: none", "finite_population: sample", "does not use"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "told"), SLIPS)
def test_slips_are_told_by_check(fresh_households, call, file, old, new, told):
    edit(fresh_households / file, (old, new))
    code, _, err = call(fresh_households, "check")
    assert code == 2
    assert told in err


def test_a_person_beside_the_grid_is_told(answered, tmp_path, call):
    folder = shutil.copytree(answered, tmp_path / "town")
    table = pd.read_csv(folder / "data/answers.csv", dtype=str, keep_default_na=False)
    at = table.index[table["hh_size"] == "2"][0]
    table.loc[at, "hh_person"] = str(3 - int(table.loc[at, "hh_person"]))
    table.to_csv(folder / "data/answers.csv", index=False)
    code, out, err = call(folder, "ingest")
    assert code == 0, err
    assert f"another person was asked than the grid says, units 1: '{table.loc[at, 'unit_id']}'" in out + err
    log = json.loads((folder / "output/responses/log.json").read_text(encoding="utf-8"))
    assert [row["unit_id"] for row in log["not_of_the_grid"]] == [table.loc[at, "unit_id"]]
    table.loc[at, "hh_size"] = ""
    table.to_csv(folder / "data/answers.csv", index=False)
    code, _, err = call(folder, "weight")
    assert code == 2
    assert "never guessed" in err


def test_everyone_in_the_household(fresh_households, call):
    """All adults are asked: each counts with the weight of the household."""
    folder = fresh_households
    edit(folder / "questionnaires/residents.yaml", ("method: kish", "method: all"))
    run(folder, "draw", "--stage", "1")
    write_listing(folder, read(folder, "clusters.csv"))
    run(folder, "draw")
    sample = read(folder, "sample.csv")
    given = answers(sample, load_study(folder).sampling_plan, method="all")
    given = given.drop(index=given.index[given["hh_size"] > 1][0])  # one person did not answer
    given.to_csv(folder / "data/answers.csv", index=False)
    run(folder, "weight")
    linked = pd.read_parquet(folder / "output/responses/linked.parquet")
    homes = given.groupby("unit_id")["hh_size"].first()
    assert len(linked) == len(sample) - len(homes) + homes.sum()
    assert (linked["disposition"] == "I").sum() == len(given)
    assert linked["base_weight"].sum() == pytest.approx(sample["base_weight"].sum(), rel=1e-12)
    weights = pd.read_csv(folder / "output/weights/weights.csv", dtype={"unit_id": str})
    merged = linked[["unit_id", "household", "hh_size"]].merge(weights, on="unit_id")
    used = merged[merged["final_weight"] > 0]
    home = sample.set_index("hh")["base_weight"][used["household"]].to_numpy()
    np.testing.assert_allclose(used["final_weight"], home * used["factor_nonresponse"], rtol=1e-12)
    assert call(folder, "verify-draw")[0] == 0


@pytest.mark.slow
def test_from_an_empty_folder_to_the_report(answered, call):
    code, _, err = call(answered, "run")
    assert code == 0, err
    assert (answered / "output/report.pdf").read_bytes().startswith(b"%PDF-")
    assert "户内选人" in (answered / "output/report.html").read_text(encoding="utf-8")
