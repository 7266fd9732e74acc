"""Draws in two steps: what is drawn, what listings are refused for, and that both steps are proven."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from two_steps import household_plan, listing_of, units, villages

from surveykit.errors import DataError, DefinitionError
from surveykit.sampling import (
    DrawRecord,
    Sample,
    check_frame,
    check_listing,
    draw,
    draw_clusters,
    draw_listed,
    frame_digest,
    join_clusters,
    open_ledger,
    release,
    verify_clusters,
    verify_draw,
    verify_listed,
)
from surveykit.sampling import selection as methods

TABLE = villages()
CLUSTER_COLUMNS = ["village", "county", "town", "households", "height", "x"]


@pytest.fixture(scope="module")
def first():
    return draw_clusters(household_plan(), TABLE)


def test_two_steps_draw_what_one_step_draws(first):
    """The same seed from a frame that holds every household already gives the same sample, to the last bit."""
    plan = household_plan()
    late = draw_listed(plan, first, listing_of(TABLE, first))
    frame = join_clusters(plan, units(TABLE), TABLE[CLUSTER_COLUMNS])
    once = draw(plan.model_copy(update={"listing": None}), frame)
    both = ["hh", "inclusion_probability_1", "inclusion_probability_2", "inclusion_probability", "base_weight"]
    pd.testing.assert_frame_equal(once.table[both], late.table[both], check_exact=True)
    assert verify_draw(plan.model_copy(update={"listing": None}), frame, once.record, once.table).ok


def test_weights_are_those_of_the_listing(first):
    """First stage n M / sum M by the expected size, second stage by what was listed, twice as many in every village."""
    plan, listed = household_plan(), listing_of(TABLE, first)
    listed = pd.concat([listed, listed.assign(hh=listed["hh"] + "x")], ignore_index=True)
    table = draw_listed(plan, first, listed).table
    known = TABLE.set_index("village")
    total = TABLE.groupby("county")["households"].sum()
    one = 4 * known.loc[table["village"], "households"].to_numpy() / total[table["county"]].to_numpy()
    two = 5 / (2 * known.loc[table["village"], "households"].to_numpy())
    np.testing.assert_allclose(table["inclusion_probability"], one * two, rtol=1e-12)
    np.testing.assert_allclose(table["base_weight"], 1 / (one * two), rtol=1e-12)


def test_totals_are_unbiased_when_listings_differ_from_what_was_expected():
    """Both steps in 400 strata that are copies of each other; the mean of the estimates within 4.5 standard errors."""
    count, copies = len(TABLE), 400
    table = pd.concat([TABLE] * copies, ignore_index=True)
    copy = np.repeat(np.arange(copies), count)
    table = table.assign(county=[f"{k:03d}" for k in copy], village=[f"{v}.{k}" for v, k in zip(table["village"], copy,
                         strict=True)])  # fmt: skip
    grown = table["households"] + 3 * (np.arange(len(table)) % 4)
    plan = household_plan(listing={"tolerance": 9})
    drawn = draw_clusters(plan, table)
    found = dict(zip(table["village"], grown, strict=True))
    numbers = drawn.table["village"].map(found)
    listed = drawn.table.loc[drawn.table.index.repeat(numbers), ["village"]].reset_index(drop=True)
    listed = listed.assign(hh=listed["village"] + "-" + listed.groupby("village").cumcount().astype("str"))
    totals = draw_listed(plan, drawn, listed).table.groupby("county")["base_weight"].sum()
    assert len(totals) == copies
    assert totals.std() > 1
    assert abs(totals.mean() - grown.iloc[:count].sum()) < 4.5 * totals.std() / np.sqrt(copies)


LISTINGS = {
    "one is missing": (lambda t, v: t[t["village"] != v], r"neither listed nor marked refused or empty \(1: '\w/v"),
    "one was not drawn": (lambda t, v: t.replace({"village": {v: "elsewhere"}}), r"were not drawn \(1: 'elsewhere'\)"),
    "twice in a village": (lambda t, v: pd.concat([t, t.iloc[[0]]]), "ids are listed more than once"),
    "in two villages": (
        lambda t, v: pd.concat([t, t.iloc[[0]].assign(village=t["village"].iloc[-1])]),
        r"more than once \(1: '\S+ in ./v\d+ and ./v\d+'\)",
    ),
    "without an id": (lambda t, v: t.assign(hh=t["hh"].mask(t.index == 0)), "1 rows have no id"),
    "blank id": (lambda t, v: t.assign(hh=t["hh"].mask(t.index == 0, " ")), "1 rows have no id"),
}


@pytest.mark.parametrize("name", LISTINGS)
def test_listings_that_are_not_whole(first, name):
    change, message = LISTINGS[name]
    listed = change(listing_of(TABLE, first), first.table["village"].iloc[1]).reset_index(drop=True)
    with pytest.raises(DataError, match=message):
        draw_listed(household_plan(), first, listed)


def test_all_problems_are_told_at_once(first):
    village = first.table["village"].tolist()
    listed = listing_of(TABLE, first)
    listed = pd.concat(
        [listed[listed["village"] != village[0]], listed.iloc[[-1]], listed.iloc[[-2]].assign(village="z")]
    )
    status = pd.DataFrame({"village": [village[1], "y", village[2]], "status": ["refused", "empty", "gone"]})
    found = check_listing(household_plan(), first, listed, status)
    said = "; ".join(found.problems)
    for part in ("more than once", "were not drawn (1: 'z')", "neither listed", "marked refused or empty, and units",
                 "a status is given for clusters that were not drawn (1: 'y')", "none of listed, refused"):  # fmt: skip
        assert part in said
    shown = str(found.presentation().tables[0].table.columns.tolist())
    assert "hh" not in shown


def test_counts_far_from_what_was_expected_are_told(first):
    listed = listing_of(TABLE, first)
    village = first.table["village"].iloc[0]
    few = listed[(listed["village"] != village) | (listed.groupby("village").cumcount() < 5)]
    notes = check_listing(household_plan(), first, few).notes
    assert len(notes) == 1
    assert "more than 25% from what was expected in 1 of 8" in notes[0]
    assert "5 listed" in notes[0]
    assert check_listing(household_plan(listing={"tolerance": 0.9}), first, few).notes == ()
    nothing = household_plan(first={"method": "srs", "selection": {}})
    assert "nothing says how many" in check_listing(nothing, draw_clusters(nothing, TABLE), listed).notes[0]


def test_a_folder_with_a_file_for_each(first, tmp_path):
    listed, plan = listing_of(TABLE, first), household_plan()
    for village, part in listed.groupby("village"):
        part.drop(columns="village").to_csv(tmp_path / f"{village}.csv", index=False)
    whole = draw_listed(plan, first, listed).table
    pd.testing.assert_frame_equal(draw_listed(plan, first, tmp_path).table, whole)
    (tmp_path / ".~lock.v00.csv#").write_text("", encoding="utf-8")
    pd.testing.assert_frame_equal(draw_listed(plan, first, tmp_path).table, whole)
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    with pytest.raises(DataError, match=r"not tables \(1: 'notes.txt'\)"):
        draw_listed(plan, first, tmp_path)
    (tmp_path / "notes.txt").rename(tmp_path / "v99.csv")
    (tmp_path / "v99.csv").write_text("hh\n1\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"were not drawn \(1: 'v99'\)"):
        draw_listed(plan, first, tmp_path)


def test_numbers_inside_villages_make_ids(first, tmp_path):
    """Listers number households from 1 in each village."""
    plan = household_plan(listing={"number": "no"})
    start = draw_clusters(plan, TABLE)
    listed = listing_of(TABLE, start)
    numbered = listed.assign(no=listed.groupby("village").cumcount() + 1).drop(columns="hh")
    table = draw_listed(plan, start, numbered).table
    assert table["hh"].str.fullmatch(r"v\d\d-\d+").all()
    with pytest.raises(DataError, match="take one of them out"):
        draw_listed(plan, start, numbered.assign(hh="1"))


def test_refused_and_empty_villages(first):
    plan, listed = household_plan(), listing_of(TABLE, first)
    gone, empty = first.table["village"].iloc[[0, 1]]
    rest = listed[~listed["village"].isin([gone, empty])]
    status = pd.DataFrame({"village": [gone, empty], "status": ["refused", "empty"]})
    sample = draw_listed(plan, first, rest, status)
    table = sample.table
    refused = table[table["listing_status"] == "refused"]
    assert refused["village"].unique().tolist() == [gone]
    assert len(refused) == 5
    cluster = first.table.set_index("village").loc[gone]
    # They stand for the households that were expected there.
    assert refused["base_weight"].sum() == pytest.approx(cluster["households"] / cluster["inclusion_probability"])
    assert not (table["village"] == empty).any()
    assert sum("refused" in note or "empty" in note for note in sample.record.notes) == 2
    assert verify_listed(plan, TABLE, rest, sample.record, table, status=status).ok
    assert not verify_listed(plan, TABLE, rest, sample.record, table, status=status.replace("refused", "empty")).ok
    whole = draw_listed(household_plan(reserve=2), draw_clusters(household_plan(reserve=2), TABLE), rest, status)
    assert whole.table["reserve"].sum() == 2 * 6


def test_strata_inside_villages(first):
    """Two of the old and three of the new households in every village, with the probability of their stratum."""
    plan = household_plan(last={"strata": ["kind"], "size": {"by_stratum": {"old": 2, "new": 3}}}, reserve=1)
    start = draw_clusters(plan, TABLE)
    listed = listing_of(TABLE, start)
    sample = draw_listed(plan, start, listed)
    main = sample.table[~sample.table["reserve"]]
    held = listed.groupby(["village", "kind"]).size()
    drawn = main.groupby(["village", "kind"]).size()
    wanted = pd.Series([min({"old": 2, "new": 3}[kind], count) for (_, kind), count in held.items()], index=held.index)
    pd.testing.assert_series_equal(drawn, wanted, check_names=False)
    pairs = pd.MultiIndex.from_frame(main[["village", "kind"]])
    np.testing.assert_allclose(main["inclusion_probability_2"], (drawn / held)[pairs].to_numpy(), rtol=1e-12)
    whole = (held.groupby("village").sum() / start.table.set_index("village")["inclusion_probability"]).sort_index()
    np.testing.assert_allclose(main.groupby("village")["base_weight"].sum(), whole, rtol=1e-12)
    ledger = open_ledger(sample)
    name = next(iter(ledger.released))
    assert name.count("/") == 2
    more = release(ledger, {name: 1}, "refusals").table
    assert len(more) == len(main) + 1
    np.testing.assert_allclose(more["base_weight"].sum(), main["base_weight"].sum(), rtol=1e-12)


def test_a_total_inside_villages_is_spread_in_proportion():
    plan = household_plan(last={"strata": ["kind"], "size": {"total": 6, "minimum": 1}})
    start = draw_clusters(plan, TABLE)
    listed = listing_of(TABLE, start)
    sample = draw_listed(plan, start, listed)
    counts = sample.table.groupby("village").size()
    assert (counts == np.minimum(6, listed.groupby("village").size())[counts.index]).all()
    by = sample.table.groupby(["village", "kind"]).size().unstack()
    assert set(by["old"]) <= {1, 2, 3}
    with pytest.raises(DataError, match="'kind' of stage 'hh' is missing in 1 rows"):
        draw_listed(plan, start, listed.assign(kind=listed["kind"].mask(listed.index == 0)))


def test_villages_with_too_few_households_are_named(first):
    plan = household_plan(last={"size": {"per_stratum": 12}})
    start = draw_clusters(plan, TABLE)
    small = start.table.loc[start.table["households"] < 12, ["cluster_path", "households"]]
    assert len(small)
    notes = draw_listed(plan, start, listing_of(TABLE, start)).record.notes
    said = next(note for note in notes if "fewer units than planned" in note)
    for path, count in small.itertuples(index=False):
        assert f"{path}: {count} of 12" in said
    assert said.count(" of 12") == len(small)


FORGED = {
    "a village's probability": lambda s: s.table.assign(inclusion_probability=s.table["inclusion_probability"] * 0.9),
    "a village swapped": lambda s: s.table.assign(village=s.table["village"].shift(-1, fill_value="v00")),
    "a village less": lambda s: s.table.iloc[1:],
}


@pytest.mark.parametrize("name", FORGED)
def test_forged_villages(first, name):
    assert verify_clusters(household_plan(), TABLE, first.record, first.table).ok
    assert not verify_clusters(household_plan(), TABLE, first.record, FORGED[name](first)).ok


def test_forged_records_and_listings(first):
    plan, listed = household_plan(), listing_of(TABLE, first)
    sample = draw_listed(plan, first, listed)
    again = DrawRecord.from_dict(sample.record.to_dict())
    assert verify_listed(plan, TABLE, listed, again, sample.table).ok
    stage = sample.record.stages[0]
    for record in (
        replace(sample.record, seed="other"),
        replace(sample.record, frame_digest="0" * 64),
        replace(sample.record, stages=(replace(stage, sample_digest="0" * 64), *sample.record.stages[1:])),
        replace(sample.record, stages=(stage, replace(sample.record.stages[1], frame_digest="0" * 64))),
        replace(sample.record, notes=("all is well",)),
    ):
        assert not verify_listed(plan, TABLE, listed, record, sample.table).ok
    assert not verify_listed(plan, TABLE, listed.iloc[1:], sample.record, sample.table).ok
    bigger = TABLE.assign(households=TABLE["households"] + (TABLE["village"] == first.table["village"].iloc[0]))
    assert not verify_listed(plan, bigger, listed, sample.record, sample.table).ok
    with pytest.raises(DataError, match="not the one that the clusters were drawn by"):
        draw_listed(household_plan(last={"size": {"per_stratum": 6}}), first, listed)
    with pytest.raises(DataError, match="draw them first"):
        draw_listed(plan, Sample(first.table, stage), listed)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: pd.concat([t, t.iloc[[0]]]), "1 rows name a cluster that has a row already"),
        (lambda t: t.assign(households=t["households"].mask(t.index == 3)), "'households' is missing"),
        (lambda t: t.assign(households=t["households"].mask(t.index == 3, 0)), "not positive for units 1: 'a: a/v03'"),
        (lambda t: t.assign(village=t["village"].mask(t.index == 3)), "id column 'village' is missing in 1 rows"),
        (lambda t: t.assign(town=t["town"].mask(t.index == 3)), "'town' is missing or has more than one value in 1"),
        (lambda t: t.drop(columns="town"), "columns are missing"),
        (lambda t: t.assign(cluster_size=1), "names of columns that the draw adds"),
    ],
)
def test_tables_of_clusters_that_are_wrong(change, message):
    with pytest.raises(DataError, match=message):
        draw_clusters(household_plan(), change(TABLE).reset_index(drop=True))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"clusters": None}, "need a table of clusters"),
        ({"first": {"selection": {"order": ["town"]}}}, "needs a size, and nothing is listed yet"),
        ({"last": {"size": {"per_stratum": 2}, "strata": ["kind"]}}, "give size.by_stratum or size.total"),
        ({"last": {"size": {"total": 4, "allocation": "neyman"}, "strata": ["kind"]}}, "is not spread by 'neyman'"),
        ({"last": {"size": {"total": 4}, "strata": ["county"]}}, "is a stratum column of the plan"),
        ({"first": {"strata": ["town"]}}, "the first stage is stratified by the plan"),
        ({"listing": None}, "the plan draws its clusters from the frame of units"),
    ],
)
def test_plans_that_contradict_themselves(changes, message):
    with pytest.raises(DefinitionError, match=message):
        draw_clusters(household_plan(**changes), TABLE)


def test_a_plan_with_late_listing_is_not_drawn_in_one_step():
    with pytest.raises(DefinitionError, match="use draw_clusters"):
        draw(household_plan(), units(TABLE))


def test_tables_are_read_and_normalised_as_the_plan_says(first, tmp_path):
    """Villages in GB18030 with semicolons, lists in workbooks, ids in full width: the same households are drawn."""
    wide = str.maketrans("0123456789v", "".join(chr(ord(mark) + 0xFEE0) for mark in "0123456789v"))
    table = TABLE.assign(village=[f" {name.translate(wide)}" for name in TABLE["village"]], place="成都市锦江区")
    table.to_csv(tmp_path / "villages.csv", index=False, sep=";", encoding="gb18030")
    listed, right = listing_of(TABLE, first), draw_listed(household_plan(), first, listing_of(TABLE, first)).table
    folder = tmp_path / "lists"
    folder.mkdir()
    for village, part in listed.groupby("village"):
        part.assign(village=village.translate(wide)).to_excel(folder / f"{village}.xlsx", index=False)
    plan = household_plan(
        frame={"id": "hh", "normalise": ["nfkc", "spaces"]}, clusters={"encoding": "gb18030", "separator": ";"}
    )
    drawn = draw_clusters(plan, tmp_path / "villages.csv")
    assert drawn.table["village"].tolist() == first.table["village"].tolist()
    assert drawn.record.reading["encoding"].lower().startswith("gb18030")
    assert "'village' is normalised (nfkc, spaces): 24 rows change" in " ".join(drawn.record.notes)
    assert frame_digest(plan, tmp_path / "villages.csv") == drawn.record.frame_digest
    sample = draw_listed(plan, drawn, folder)
    both = ["hh", "village", "inclusion_probability", "selection_order"]
    pd.testing.assert_frame_equal(sample.table[both], right[both])
    assert f"'village' is normalised (nfkc, spaces): {len(listed)} rows change" in " ".join(sample.record.notes)
    assert verify_listed(plan, tmp_path / "villages.csv", folder, sample.record, sample.table).ok
    with pytest.raises(DataError, match="neither listed nor marked"):
        draw_listed(household_plan(), first, folder)


def test_one_step_with_a_normalised_table_of_clusters():
    plan = household_plan(frame={"id": "hh", "normalise": ["case"]}, listing=None)
    loud = units(TABLE).assign(village=lambda t: t["village"].str.upper())
    joined = join_clusters(plan, loud, TABLE[CLUSTER_COLUMNS])
    sample = draw(plan, joined)
    plain = household_plan(listing=None)
    right = draw(plain, join_clusters(plain, units(TABLE), TABLE[CLUSTER_COLUMNS]))
    assert sample.table["hh"].tolist() == right.table["hh"].tolist()
    assert "'village' is normalised (case)" in " ".join(sample.record.notes)
    assert verify_draw(plan, joined, sample.record, sample.table).ok


def test_ids_of_parts_in_a_listing(first):
    listed = listing_of(TABLE, first).assign(number=lambda t: t["hh"].str.partition("-")[2])
    last = {"id": "village", "size": {"per_stratum": 5}}
    content = household_plan().model_dump(mode="json", exclude_defaults=True)
    content |= {"frame": {"id": ["village", "number"]}, "stages": [content["stages"][0], last | {"id": "unit_id"}]}
    plan = type(household_plan()).model_validate(content)
    drawn = draw_clusters(plan, TABLE)
    sample = draw_listed(plan, drawn, listed.drop(columns="hh"))
    assert sample.table["unit_id"].str.fullmatch(r"v\d\d/\d+").all()
    with pytest.raises(DataError, match="the plan makes ids of 'village' and 'number'"):
        draw_listed(plan, drawn, listed.assign(unit_id="x"))


@pytest.mark.parametrize("name", ["prn", "reserve", "Listing_Status", "variance_psu", "inclusion_probability_1"])
def test_a_listing_may_not_have_columns_of_the_draw(first, name):
    with pytest.raises(DataError, match="listing: columns have the names of columns that the draw adds"):
        draw_listed(household_plan(), first, listing_of(TABLE, first).assign(**{name: 1}))


def test_strata_inside_clusters_and_expected_numbers_are_part_of_the_digest():
    plan = household_plan(listing=None, last={"strata": ["kind"], "size": {"total": 4}})
    frame = join_clusters(plan, units(TABLE), TABLE[CLUSTER_COLUMNS])
    other = join_clusters(plan, units(TABLE).assign(kind="new"), TABLE[CLUSTER_COLUMNS])
    assert frame_digest(plan, frame) != frame_digest(plan, other)
    late = household_plan(listing={"expected": "height"})
    assert frame_digest(late, TABLE) != frame_digest(late, TABLE.assign(height=1.0))


def test_a_table_of_clusters_is_checked_before_the_draw():
    plan = household_plan(clusters={"keep": ["road"]})
    assert check_frame(household_plan(), TABLE).problems == ()
    wrong = pd.concat([TABLE.assign(households=TABLE["households"].where(TABLE.index > 0, -1)), TABLE.tail(1)])
    told = " ".join(problem.what for problem in check_frame(plan, wrong).problems)
    assert "columns are missing (1: 'road')" in told
    assert "clusters have more than one row (1: 'b/v23')" in told
    assert "'households'" in told


@pytest.mark.parametrize("certainty", [1.0, 0.5])
@pytest.mark.parametrize("method", ["pareto", "sequential_poisson"])
def test_order_sampling_of_clusters_has_its_true_probabilities(method, certainty):
    """Those of order sampling, not the targets, in both steps, with clusters taken with certainty, and a reserve."""
    selection = {"size": "households", "certainty": certainty}
    plan = household_plan(first={"method": method, "selection": selection}, reserve=2)
    drawn = draw_clusters(plan, TABLE)
    late = draw_listed(plan, drawn, listing_of(TABLE, drawn))
    one = plan.model_copy(update={"listing": None})
    once = draw(one, join_clusters(one, units(TABLE), TABLE[CLUSTER_COLUMNS]))
    both = ["hh", "base_weight", "reserve"]
    pd.testing.assert_frame_equal(once.table[both], late.table[both], check_exact=True)
    assert late.table["reserve"].sum() == 2 * len(drawn.table)
    for county, rows in drawn.table.groupby("county"):
        there = TABLE[TABLE["county"] == county].reset_index(drop=True)
        targets = methods.inclusion_probabilities(there["households"].to_numpy(float), 4, certainty)
        true = methods.order_sampling_probabilities(method, targets, np.arange(len(there)))
        assert true.sum() == pytest.approx(4, rel=1e-12)
        assert np.abs(true - targets).max() > 1e-4
        at = there.index[there["village"].isin(rows["village"])]
        expected = dict(zip(there.loc[at, "village"], true[at], strict=True))
        np.testing.assert_allclose(rows["inclusion_probability"], rows["village"].map(expected), rtol=1e-10)
