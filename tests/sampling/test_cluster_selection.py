"""What selects clusters: order, balance, coordinates of one value each; a table of clusters; certainty thresholds."""

import numpy as np
import pandas as pd
import pytest
from two_steps import household_plan, units, villages

from surveykit.errors import DataError, DefinitionError
from surveykit.sampling import draw, draw_clusters, frame_digest, join_clusters
from surveykit.sampling import selection as sel

TABLE = villages()
PLAN = household_plan().model_copy(update={"listing": None})


def test_implicit_stratification_spreads_over_the_towns():
    """Madow's systematic selection along the serpentine order of towns, written out by hand."""
    table = draw_clusters(household_plan(), TABLE).table
    for county, part in TABLE.groupby("county"):
        order = sel.serpentine_order([part["town"].to_numpy(), part["village"].to_numpy()])
        listed = part.iloc[order]
        pi = 4 * listed["households"].to_numpy() / listed["households"].sum()
        edges = np.concatenate([[0.0], np.cumsum(pi)])
        mine = table.loc[table["county"] == county, "village"].tolist()
        at = np.flatnonzero(listed["village"].isin(mine))
        low = max(edges[i] - k for k, i in enumerate(at))
        high = min(edges[i + 1] - k for k, i in enumerate(at))
        assert 0 <= low < high <= 1 + 1e-12  # one start reaches all four


@pytest.mark.parametrize(
    "selection",
    [
        {"method": "cube", "selection": {"size": "households", "balance": ["height"]}},
        {"method": "local_pivotal", "selection": {"size": "households", "coordinates": ["height", "x"]}},
        {"method": "systematic", "selection": {"order": ["cluster_size"]}},
        {"method": "systematic_pps", "selection": {"order": ["village"]}},
        {"method": "chromy", "selection": {"size": "households", "order": ["town", "height"]}},
    ],
    ids=lambda s: s["method"],
)
def test_columns_of_clusters_may_stand_in_the_frame_of_units(selection):
    """One value for all units of a cluster: the same clusters as from a table, where the sizes are the same."""
    frame = units(TABLE).merge(TABLE[["village", "town", "height", "x"]], on="village").assign(households=1)
    plan = household_plan(first={"selection": {}} | selection, clusters=None, listing=None)
    table = draw(plan, frame).table
    assert table.groupby("county")["village"].nunique().eq(4).all()
    product = table["inclusion_probability_1"] * table["inclusion_probability_2"]
    np.testing.assert_allclose(table["inclusion_probability"], product, rtol=1e-12)
    if selection["selection"].get("size"):
        joined = draw(PLAN.model_copy(update={"stages": plan.stages}), join_clusters(PLAN, units(TABLE), TABLE))
        assert set(joined.table["village"]) == set(table["village"])


def test_a_cluster_with_two_values_is_an_error():
    frame = units(TABLE).merge(TABLE[["village", "town"]], on="village")
    plan = household_plan(first={"selection": {"order": ["town"]}}, clusters=None, listing=None)
    frame.loc[0, "town"] = "elsewhere"
    with pytest.raises(DataError, match=r"'town' is missing or has more than one value in 1 clusters \(1: 'a/v00'\)"):
        draw(plan, frame)
    frame.loc[0, "town"] = None
    with pytest.raises(DataError, match=r"'town' is missing or has more than one value in 1 clusters"):
        draw(plan, frame)
    with pytest.raises(DataError, match="columns are missing"):
        draw(plan, frame.drop(columns="town"))


def test_frame_and_table_of_clusters_must_name_the_same_clusters():
    frame = units(TABLE)
    with pytest.raises(DataError, match=r"clusters that the table does not have \(1: 'v03/a'\)"):
        join_clusters(PLAN, frame, TABLE[TABLE["village"] != "v03"])
    with pytest.raises(DataError, match=r"clusters have no units in frame 'pandas table' \(1: 'v03/a'\)"):
        join_clusters(PLAN, frame[frame["village"] != "v03"], TABLE)
    with pytest.raises(DataError, match=r"1 are in the table twice \(1: 'v00/a'\)"):
        join_clusters(PLAN, frame, pd.concat([TABLE, TABLE.iloc[[0]]]))
    with pytest.raises(DataError, match=r"both have columns 1: 'kind'"):
        join_clusters(PLAN, frame, TABLE.assign(kind=1))


def test_the_digest_covers_the_table_of_clusters():
    whole = frame_digest(PLAN, join_clusters(PLAN, units(TABLE), TABLE))
    moved = TABLE.assign(town=TABLE["town"].mask(TABLE.index == 0, "elsewhere"))
    assert frame_digest(PLAN, join_clusters(PLAN, units(TABLE), moved)) != whole
    shuffled = TABLE.sample(frac=1, random_state=1)
    assert frame_digest(PLAN, join_clusters(PLAN, units(TABLE)[::-1], shuffled)) == whole


@pytest.mark.parametrize(
    ("sizes", "n", "certainty", "expected"),
    [
        ([1, 1, 1, 9], 2, 1.0, [1 / 3, 1 / 3, 1 / 3, 1]),
        ([4, 3, 2, 1], 2, 0.8, [1, 3 / 6, 2 / 6, 1 / 6]),  # 0.8 of 2 is certain; the others share one
        ([10, 8, 2, 2, 2], 3, 0.7, [1, 1, 1 / 3, 1 / 3, 1 / 3]),
        ([4, 3, 2, 1], 2, 0.81, [0.8, 0.6, 0.4, 0.2]),
        ([5, 5], 2, 0.5, [1, 1]),
    ],
)
def test_certainty_by_hand(sizes, n, certainty, expected):
    np.testing.assert_allclose(sel.inclusion_probabilities(sizes, n, certainty), expected, rtol=1e-14)


def test_a_threshold_that_leaves_others_without_a_chance_is_an_error():
    with pytest.raises(DataError, match=r"3 units reach the certainty threshold 0\.5, and 2 are drawn of 4"):
        sel.inclusion_probabilities([3, 3, 3, 1], 2, 0.5)
    plan = {"first": {"method": "srs", "selection": {"certainty": 0.5}}}
    with pytest.raises(DefinitionError, match="no use for a certainty threshold"):
        draw_clusters(household_plan(**plan), TABLE)


def test_certain_clusters_are_strata_of_the_variance():
    table = TABLE.assign(households=TABLE["households"] + 400 * (TABLE["village"] == "v05"))
    selection = {"size": "households", "order": ["town"], "certainty": 0.8}
    plan = household_plan(first={"selection": selection}, listing=None)
    sample = draw(plan, join_clusters(plan, units(table), table))
    drawn = sample.table
    certain = drawn["village"] == "v05"
    assert (drawn.loc[certain, "inclusion_probability_1"] == 1).all()
    assert (drawn.loc[certain, "variance_stratum"] == "a/v05").all()
    assert drawn.loc[certain, "variance_psu"].tolist() == drawn.loc[certain, "hh"].tolist()
    rest = drawn[~certain]
    assert (rest["variance_stratum"] == rest["county"]).all()
    assert (rest["variance_psu"] == rest["county"] + "/" + rest["village"]).all()
    assert any("taken with certainty: 1: 'a/v05'" in note for note in sample.record.notes)
