"""Tables of field visits as they come: strata nobody visited, visitors, blanks, percentages, counts as text."""

import numpy as np
import pandas as pd
import pytest
from scoring_helpers import criterion, estimates, scheme

from surveykit.errors import DataError
from surveykit.scoring import read_other_methods, score, summarise_field_visits

LAYERS = (("center", 1, 1), ("suo", 12, 4), ("zhan", 140, 8))


def visits():
    rng = np.random.default_rng(1)
    rows = [
        (district, f"{stratum}{site}", name, float(rng.integers(0, 5)) / 4, stratum)
        for district in "ab"
        for stratum, _, count in LAYERS
        for site in range(count)
        for name in ("tidy", "open")
    ]
    return pd.DataFrame(rows, columns=["district", "site", "criterion", "value", "stratum"])


def sites(**columns):
    rows = [(district, stratum, count) for district in "ab" for stratum, count, _ in LAYERS]
    return pd.DataFrame(rows, columns=["district", "stratum", "sites"]).assign(**columns)


def by_hand(data, district, name, layers):
    total = sum(count for _, count, _ in layers)
    mean = variance = 0.0
    rows = data[(data["district"] == district) & (data["criterion"] == name)]
    for stratum, count, _ in layers:
        y = rows.loc[rows["stratum"] == stratum, "value"]
        mean += count / total * y.mean()
        if len(y) < count:
            variance += (count / total) ** 2 * (1 - len(y) / count) * y.var(ddof=1) / len(y)
    return mean, np.sqrt(variance)


def test_stratified_mean_and_error_are_the_textbook_ones():
    found = summarise_field_visits(visits(), sites()).table
    for row in found.to_dict("records"):
        mean, error = by_hand(visits(), row["district"], row["criterion"], LAYERS)
        assert (row["value"], row["std_error"]) == (pytest.approx(mean, rel=1e-12), pytest.approx(error, rel=1e-12))
    assert (found["unvisited"] == "").all()


def test_a_stratum_that_nobody_visited_is_an_error_or_a_declared_assumption():
    data = visits().query("stratum != 'zhan' or district == 'b'")
    with pytest.raises(DataError, match=r"nobody visited \(1: 'a/zhan \(140 sites\)'\).*unvisited='as_visited'"):
        summarise_field_visits(data, sites())
    found = summarise_field_visits(data, sites(), unvisited="as_visited")
    table = found.table.set_index(["district", "criterion"])
    for name in ("tidy", "open"):
        mean, error = by_hand(data, "a", name, LAYERS[:2])
        assert table.loc[("a", name), "value"] == pytest.approx(mean, rel=1e-12)
        assert table.loc[("a", name), "std_error"] == pytest.approx(error, rel=1e-12)
        whole, _ = by_hand(data, "b", name, LAYERS)
        assert table.loc[("b", name), "value"] == pytest.approx(whole, rel=1e-12)
    assert table["unvisited"].to_dict() == {
        ("a", "open"): "zhan", ("a", "tidy"): "zhan", ("b", "open"): "", ("b", "tidy"): "",
    }  # fmt: skip
    (note,), (chinese,) = found.notes, found.notes_zh
    low = 13 / 153 * table.loc[("a", "tidy"), "value"]
    assert note.startswith("a: nobody visited zhan (140), 91.5% of the sites") and f"tidy {low:.3f}" in note
    assert "未走访zhan（140）" in chinese or "未走访zhan (140)" in chinese
    made = scheme([criterion("r", 50), criterion("tidy", 30, "field"), criterion("open", 20, "field")])
    survey = estimates({"r": [0.5, 0.6]}, np.eye(2) * 1e-4, units=("a", "b"))
    card = score(made, survey, read_other_methods(made, found.table, ("a", "b"), found.covariance), draws=100)
    assert any("nobody visited" in note and "(a: zhan)" in note for note in card.notes)
    assert any("未走访" in note for note in card.notes_zh)


def test_a_stratum_without_sites_needs_no_visit():
    data = visits().query("stratum != 'center'")
    counts = sites().assign(sites=lambda t: t["sites"].where(t["stratum"] != "center", 0))
    assert (summarise_field_visits(data, counts).table["unvisited"] == "").all()


@pytest.mark.parametrize("unvisited", ["error", "as_visited"])
def test_a_district_that_nobody_visited_is_an_error(unvisited):
    with pytest.raises(DataError, match=r"districts without any visit \(1: 'b'\).*leave them out of sites"):
        summarise_field_visits(visits().query("district == 'a'"), sites(), unvisited=unvisited)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda v: v.assign(value=v["value"].where(v.index != 3)), r"value is blank in lines 1: 5;"),
        (lambda v: v.assign(value=v["value"].astype(str).replace("0.5", "0,5")), r"no number in lines .*'0,5'"),
        (lambda v: v.assign(value=v["value"] * 100), r"from 0 to 100\); .*percentages / 100"),
        (lambda v: v.assign(value=v["value"] * 8), r"from 0 to 8\); .*1 - faults / check points"),
        (lambda v: v.assign(site=v["site"].str[-1]), r"more than one stratum .*its own id"),
        (lambda v: v.assign(site=v["site"].where(v.index != 3)), r"site is blank in lines 1: 5"),
        (lambda v: v.assign(district=v["district"].where(v.index != 0, " ")), r"district is blank in lines 1: 2"),
        (lambda v: v.iloc[:0], r"the table has no rows"),
        (lambda v: v[(v["stratum"] != "suo") | (v["site"] == "suo0")], r"'a/suo \(1 of 12\)', 'b/suo \(1 of 12\)'"),
    ],
)  # fmt: skip
def test_bad_visits_are_told(change, message):
    with pytest.raises(DataError, match=message):
        summarise_field_visits(change(visits()), sites())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.assign(sites=s["sites"].astype(str).replace("140", "1,400")), r"2: 4, 7 .*'1,400'.*like 1400"),
        (lambda s: s.assign(sites=s["sites"] + 0.5), r"no whole number in lines 6"),
        (lambda s: s.assign(sites=s["sites"].where(s.index != 1)), r"no whole number in lines 1: 3"),
        (lambda s: s.assign(sites=0), r"more sites visited than there are in 6: 'a/center \(1 of 0\)'"),
        (lambda s: s.assign(sites=-1), r"no whole number"),
        (lambda s: pd.concat([s, s.iloc[:1]]), r"given twice for 1: 'a/center'"),
        (lambda s: s.drop(columns="stratum").drop_duplicates("district"), r"only one of the tables has"),
        (lambda s: s[s["stratum"] != "suo"], r"no single count for 2: 'a/suo', 'b/suo'"),
    ],
)  # fmt: skip
def test_bad_counts_of_sites_are_told(change, message):
    with pytest.raises(DataError, match=message):
        summarise_field_visits(visits(), change(sites()))


def test_counts_and_values_may_be_text_as_read_from_a_file():
    text = summarise_field_visits(visits().astype(str), sites().astype(str)).table
    pd.testing.assert_frame_equal(text, summarise_field_visits(visits(), sites()).table)


def test_one_visit_in_a_stratum_without_counts_is_an_error():
    with pytest.raises(DataError, match=r"'a/center'.*say so in the table sites"):
        summarise_field_visits(visits())


def test_several_visitors_weigh_the_same_and_their_difference_is_told():
    data = visits().assign(visitor="x")
    second = data[data["site"] == "zhan0"].assign(visitor="y")
    twice = pd.concat([second, second]).assign(value=[0.0, 0.5] * 4)
    found = summarise_field_visits(pd.concat([data, twice]), sites())
    one = data.set_index(["district", "site", "criterion"])["value"]
    means = twice.groupby(["district", "site", "criterion"])["value"].mean()
    merged = data.copy()
    here = merged["site"] == "zhan0"
    merged.loc[here, "value"] = [
        (one[key] + means[key]) / 2
        for key in merged.loc[here, ["district", "site", "criterion"]].itertuples(index=False, name=None)
    ]
    pd.testing.assert_frame_equal(found.table, summarise_field_visits(merged.drop(columns="visitor"), sites()).table)
    gap = np.mean([abs(one[key] - means[key]) for key in means.index])
    (note,) = found.notes
    assert note.startswith("2 sites were judged by several visitors") and f"{gap:.3f}" in note


def test_rows_of_a_site_are_check_points_and_a_point_given_twice_is_an_error():
    data = visits()
    found = summarise_field_visits(pd.concat([data, data.assign(value=1 - data["value"])]), sites())
    assert (found.table["value"] == 0.5).all()
    assert any("52 pairs of site and criterion have several rows (up to 2)" in note for note in found.notes)
    numbered = pd.concat([data.assign(point="1"), data.assign(point="2")])
    assert summarise_field_visits(numbered, sites()).notes == ()
    with pytest.raises(DataError, match="check points given twice"):
        summarise_field_visits(pd.concat([numbered, numbered.iloc[:1]]), sites())


def test_an_unknown_assumption_is_an_error():
    with pytest.raises(DataError, match="choose one of 'error', 'as_visited'"):
        summarise_field_visits(visits(), sites(), unvisited="ignore")
