"""Publication on its limits: counts at the smallest allowed, complements, zero cells, pairs."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from surveykit.errors import DataError
from surveykit.report import PublicationRules, differencing_risks, nchs_count, nchs_proportion, publish, suppress_counts
from surveykit.report.publishing import standards
from surveykit.report.publishing.publication import PUBLISHED_COLUMNS, publish_topline, recipe_of, table_of
from surveykit.report.publishing.suppression import protection_intervals

PLAIN = PublicationRules(standard="none")


def with_rows(report, changes, by="district", **columns):
    """The report with values of single districts changed, and columns added for all."""
    table = report.estimates[by].assign(**columns)
    for level, values in changes.items():
        for name, value in values.items():
            table.loc[table[by] == level, name] = value
    return dataclasses.replace(report, estimates={**report.estimates, by: table})


def statuses(report, rules=PLAIN, by="district"):
    rows = publish(report, rules).query("by == @by")
    return dict(zip(rows["level"], rows["status"] + rows["reason"], strict=True))


@pytest.mark.parametrize(("n", "expected"), [(4, "csmall_count"), (5, ""), (1, "csmall_count"), (0, "xno_data")])
def test_a_base_of_the_smallest_count_is_shown(make_small_report, n, expected):
    report = with_rows(make_small_report(), {"jinniu": {"n": float(n)}})
    assert statuses(report)["jinniu"] == expected


@pytest.mark.parametrize(
    ("positives", "expected"),
    [(4, "csmall_count"), (5, ""), (0, ""), (100, ""), (96, "csmall_count"), (95, ""), (99, "csmall_count")],
)
def test_few_with_and_few_without_are_both_hidden(make_small_report, positives, expected):
    """Of 100 people 96 said yes: the four who did not are as few as four who did."""
    changes = {"jinniu": {"n": 100.0, "positives": float(positives)}}
    found = statuses(with_rows(make_small_report(), changes, positives=np.nan))
    assert found["jinniu"] == expected
    assert (list(found.values()).count("ccomplementary") == 1) == (expected != "")


def test_the_smallest_neighbour_is_hidden_and_holds_no_number(make_small_report):
    report = with_rows(make_small_report(), {"jinniu": {"n": 3.0}, "wuhou": {"n": 60.0}, "jinjiang": {"n": 0.0}})
    rows = publish(report, PLAIN).query("by == 'district'").set_index("level")
    assert rows["status"].to_dict() == {
        "jinjiang": "x", "qingyang": "", "jinniu": "c", "wuhou": "c", "chenghua": ""
    }  # fmt: skip
    assert rows.loc["wuhou", "reason"] == "complementary"
    values = ["estimate", "std_error", "conf_low", "conf_high", "df", "deff", "n_eff"]
    assert rows.loc[["jinniu", "wuhou"], [*values, "n"]].isna().all(axis=None)
    assert rows.loc["jinjiang", values].isna().all() and rows.loc["jinjiang", "n"] == 0
    assert rows.loc[["qingyang", "chenghua"], [*values, "n"]].notna().all(axis=None)


def test_unreliable_rows_keep_their_base_only_and_reviewed_rows_everything(make_small_report):
    changes = {"jinniu": {"n": 29.0, "n_eff": 20.0}, "wuhou": {"df": 7.0}, "chenghua": {"estimate": np.nan},
               "jinjiang": {"n": np.nan}}  # fmt: skip
    rows = publish(with_rows(make_small_report(), changes)).query("by == 'district'").set_index("level")
    assert rows.loc["jinniu", ["status", "reason"]].tolist() == ["u", "size"]
    assert rows.loc["jinniu", "n"] == 29 and np.isnan(rows.loc["jinniu", "estimate"])
    assert rows.loc["wuhou", ["status", "reason"]].tolist() == ["rv", "df"]
    assert rows.loc["wuhou", ["estimate", "conf_low", "df"]].notna().all()
    assert rows.loc["chenghua", ["status", "reason"]].tolist() == ["x", "no_data"]
    assert rows.loc["jinjiang", ["status", "reason"]].tolist() == ["x", "no_data"]
    assert rows.loc["qingyang", ["status", "reason"]].tolist() == ["", ""]
    assert list(publish(make_small_report()).columns) == list(PUBLISHED_COLUMNS)


def test_rates_without_effective_size_get_that_of_the_standard(make_small_report):
    report = make_small_report()
    whole = report.estimates["district"]
    table = whole[whole["variable"] == "awareness"].drop(columns=["n_eff", "df"])
    found = publish(dataclasses.replace(report, estimates={**report.estimates, "district": table}))
    rows = found.query("by == 'district'")
    p, se = table["estimate"].to_numpy(), table["std_error"].to_numpy()
    np.testing.assert_allclose(rows["n_eff"], p * (1 - p) / se**2, rtol=1e-12)
    given = publish(report).query("by == 'district'")
    np.testing.assert_allclose(given["n_eff"], whole.loc[table.index, "n_eff"], rtol=1e-12)


def test_scores_are_judged_by_the_standard_for_means(make_small_report):
    report = make_small_report()
    score = dataclasses.replace(report.indicators[0], kind="score")
    changes = {
        "jinjiang": {"n_eff": 9.9}, "qingyang": {"n_eff": 10.0}, "jinniu": {"n_eff": np.nan},
        "wuhou": {"conf_low": 10.0, "conf_high": 90.01, "estimate": 50.0},
        "chenghua": {"conf_low": 10.0, "conf_high": 90.0, "estimate": 50.0},
    }  # fmt: skip
    report = with_rows(dataclasses.replace(report, indicators=(score,)), changes)
    found = publish(report).query("by == 'district'").set_index("level")
    assert (found["status"] + found["reason"]).to_dict() == {
        "jinjiang": "usize", "qingyang": "", "jinniu": "", "wuhou": "urelative_width", "chenghua": ""
    }  # fmt: skip
    assert np.isnan(found.loc["jinniu", "n_eff"])


def test_the_acs_rule(make_small_report):
    changes = {"jinniu": {"estimate": 0.5, "std_error": 0.21}, "wuhou": {"estimate": 0.5, "std_error": 0.07}}
    found = statuses(with_rows(make_small_report(), changes), PublicationRules(standard="acs"))
    assert (found["jinniu"], found["wuhou"], found["qingyang"]) == ("ucv_high", "rvcv_medium", "")


def test_absent_districts_are_rows_of_indicators_that_have_districts(make_small_report):
    report = make_small_report()
    table = report.estimates["district"]
    rest = dataclasses.replace(report, estimates={**report.estimates, "district": table[table["district"] != "jinniu"]})
    rows = publish(rest, PLAIN).query("by == 'district'")
    assert rows["level"].tolist() == [str(name) for name in report.regions["district"]]
    assert rows.set_index("level")["status"].to_dict()["jinniu"] == "x"
    assert rows.set_index("level")["n"].to_dict()["jinniu"] == 0
    city = dataclasses.replace(report, estimates={"city": report.estimates["city"]})
    assert publish(city, PLAIN)["by"].unique().tolist() == ["city"]
    whole = dataclasses.replace(report, estimates={**report.estimates, "district": table.iloc[:0]})
    assert publish(whole, PLAIN).query("by == 'district'").empty


def test_rows_stand_in_the_order_of_the_report(make_small_report):
    report = make_small_report()
    turned = {key: table.iloc[::-1] for key, table in report.estimates.items()}
    pd.testing.assert_frame_equal(publish(dataclasses.replace(report, estimates=turned)), publish(report))
    first = publish(report)
    assert first["by"].drop_duplicates().tolist() == list(report.estimates)


def test_bad_estimates_and_rules_are_refused(make_small_report):
    report = make_small_report()
    with pytest.raises(DataError, match="under the key 'city'"):
        publish(dataclasses.replace(report, estimates={"district": report.estimates["district"]}))
    for by in ("city", "district"):
        broken = report.estimates[by].drop(columns="conf_low")
        with pytest.raises(DataError, match=rf"'{by}' lack columns 'conf_low'|{by}.*conf_low"):
            publish(dataclasses.replace(report, estimates={**report.estimates, by: broken}))
    with pytest.raises(DataError, match="nowhere"):
        publish(with_rows(report, {"jinniu": {"district": "nowhere"}}))
    for values in ({"standard": "nchs"}, {"smallest_count": 0}, {"round_counts_to": 0}):
        with pytest.raises(DataError):
            PublicationRules(**values)
    assert PublicationRules(smallest_count=1, round_counts_to=1).smallest_count == 1


def test_tables_and_recipes_of_estimates(make_small_report):
    report = make_small_report()
    table = report.estimates["city"]
    assert table_of(table) is table
    assert recipe_of(report, "city") == dict(report.recipes.get("city", {}))

    class Held:
        recipe = {"interval": "logit"}  # noqa: RUF012

        def __init__(self):
            self.table = table

    held = dataclasses.replace(report, estimates={**report.estimates, "city": Held()})
    assert recipe_of(held, "city") == {"interval": "logit"} and table_of(held.estimates["city"]) is table


def topline(counts, top2=False):
    rows = [
        {"question": "aware", "code": str(code), "n": n, "estimate": 0.5, "conf_low": 0.4, "conf_high": 0.6}
        for code, n in enumerate(counts, 1)
    ]
    if top2:
        rows.append({**rows[0], "code": "top2", "n": 300})
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ([400, 5, 60], []),
        ([400, 4, 60], ["2", "3"]),
        ([400, 1, 60], ["2", "3"]),
        ([400, 0, 60], []),
        ([400, 4, 0, 60], ["2", "4"]),
        ([400, 3, 4, 60], ["2", "3"]),
        ([4], []),
        ([4, 0], []),
        ([4, 1], ["1", "2"]),
    ],
)
def test_topline_counts(make_small_report, counts, hidden):
    """A zero cell is no complement: everybody can see that nobody is in it."""
    found = publish_topline(make_small_report(topline=topline(counts)))
    assert found.loc[found["status"] == "c", "code"].tolist() == hidden
    values = ["n", "estimate", "conf_low", "conf_high"]
    assert found.loc[found["status"] == "c", values].isna().all(axis=None)
    assert found.loc[found["status"] == "", values].notna().all(axis=None)


def test_the_two_best_grades_go_with_a_withheld_answer(make_small_report):
    both = pd.concat([topline([400, 4, 60], top2=True), topline([400, 9, 60], top2=True).assign(question="other")])
    found = publish_topline(make_small_report(topline=both))
    assert found.loc[found["question"] == "aware", "code"].tolist() == ["1", "2", "3"]
    assert found.loc[found["question"] == "other", "code"].tolist() == ["1", "2", "3", "top2"]
    assert found.index.tolist() == list(range(len(found)))
    assert list(found) == [*both.columns, "status", "decimals"]
    assert publish_topline(make_small_report(topline=None)) is None


def test_options_of_a_multiple_choice_are_hidden_alone(make_small_report):
    report = make_small_report(topline=topline([400, 4, 60, 5, 0, 1]))
    questions = tuple(dataclasses.replace(q, id="aware", kind="multi") for q in report.questions[:1])
    found = publish_topline(dataclasses.replace(report, questions=questions))
    assert found.loc[found["status"] == "c", "code"].tolist() == ["2", "6"]


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ([50, 4, 30, 20], [0, 1, 0, 1]),
        ([50, 5, 30, 20], [0, 0, 0, 0]),
        ([50, 4, 0, 20], [0, 1, 0, 1]),
        ([4, 0, 0], [1, 1, 0]),
        ([1, 2, 30, 40], [1, 1, 1, 0]),
        ([4, 4, 30, 40], [1, 1, 0, 0]),
        ([1, 3, 30, 40], [1, 1, 0, 0]),
        ([50], [0]),
        ([3], [1]),
        ([0, 0], [0, 0]),
    ],
)
def test_one_line_with_a_total(counts, hidden):
    """By hand: two hidden cells x + y = s leave each between 0 and s; three people of room on one side are enough."""
    assert suppress_counts(counts).astype(int).tolist() == hidden


@pytest.mark.parametrize(
    ("counts", "options", "hidden"),
    [
        ([[20, 3, 40], [30, 25, 10]], {}, [[1, 1, 0], [1, 1, 0]]),
        ([[20, 5, 40], [30, 25, 10]], {}, [[0, 0, 0], [0, 0, 0]]),
        ([[20, 5, 40], [30, 25, 10]], {"smallest": 6}, [[1, 1, 0], [1, 1, 0]]),
        ([[20, 0, 3], [30, 25, 10], [9, 8, 7]], {}, [[1, 0, 1], [0, 0, 0], [1, 0, 1]]),
        ([[0, 40], [20, 30], [25, 35]], {}, [[1, 1], [1, 1], [0, 0]]),
        ([[0, 40], [20, 30], [25, 35]], {"lonely": False}, [[0, 0], [0, 0], [0, 0]]),
        ([[20, 9], [30, 25]], {"also": [[0, 1], [0, 0]]}, [[1, 1], [1, 1]]),
        ([[7], [9]], {}, [[0], [0]]),
    ],
)
def test_tables_by_hand(counts, options, hidden):
    assert suppress_counts(counts, **options).astype(int).tolist() == hidden


def test_protection_limits_of_a_two_way_table_in_closed_form():
    """In a 2 x 2 block with margins r, c and total t a cell lies between max(0, r + c - t) and min(r, c)."""
    rng = np.random.default_rng(3)
    for _ in range(20):
        table = rng.integers(0, 30, (2, 2))
        found = protection_intervals(table, np.ones((2, 2), bool)).reshape(2, 2, 2)
        for i in (0, 1):
            for j in (0, 1):
                r, c, t = table[i].sum(), table[:, j].sum(), table.sum()
                assert found[i, j] == pytest.approx([max(0, r + c - t), min(r, c)], abs=1e-9)
    assert protection_intervals([[1, 2]], [[False, False]]).shape == (0, 2)
    assert protection_intervals([1, 2, 9], [True, True, False]).tolist() == [[0, 3], [0, 3]]


@pytest.mark.parametrize("protection", [0.0, 2.0, 3.0, 8.0])
@pytest.mark.parametrize("seed", range(6))
def test_every_primary_cell_has_the_room_asked_for_or_nothing_is_left_to_hide(protection, seed):
    counts = np.random.default_rng(seed).poisson(9, (4, 4))
    hidden = suppress_counts(counts, protection=protection)
    small = (counts > 0) & (counts < 5)
    limits = protection_intervals(counts, hidden)
    for (row, column), (low, high) in zip(np.argwhere(hidden), limits, strict=True):
        if small[row, column]:
            room = max(high - counts[row, column], counts[row, column] - low)
            assert room >= protection - 1e-6 or (hidden[row].all() and hidden[:, column].all())


def test_what_cannot_be_protected_takes_no_further_cells_with_it():
    """A row of two people stays within two people however many cells of its columns are hidden."""
    hidden = suppress_counts([[1, 1, 0], [50, 60, 900], [70, 80, 950], [55, 65, 990]])
    assert hidden[0].all() and hidden[:, 0].all() and not hidden.all()


def test_counts_that_are_no_counts_are_refused():
    for bad in ([1.0, np.nan], [1, -1], np.ones((2, 2, 2)), [np.inf, 2]):
        with pytest.raises(DataError, match="counts for suppression"):
            suppress_counts(bad)


@pytest.mark.parametrize(("difference", "expected"), [(0, 0), (1, 1), (4, 1), (5, 0), (-1, 0)])
def test_differences_of_areas(difference, expected):
    areas = {"outer": ["a", "b"], "inner": ["a"], "same": ["b", "a"]}
    counts = {"outer": 40 + difference, "inner": 40, "same": 40 + difference}
    found = differencing_risks(areas, counts)
    assert [pair[:2] for pair in found] == [("outer", "inner"), ("same", "inner")][: 2 * expected]
    assert all(pair[2] == difference for pair in found)


@pytest.mark.parametrize(
    ("estimate", "low", "high", "n_eff", "df", "reason"),
    [
        (50.0, 10.0, 90.0, 100, 20, ""), (50.0, 10.0, 90.1, 100, 20, "relative_width"),
        (-50.0, -90.0, -10.0, 100, 20, ""), (80.0, 78.0, 82.0, 10, 20, ""), (80.0, 78.0, 82.0, 9.99, 20, "size"),
        (80.0, 78.0, 82.0, 10, 8, ""), (80.0, 78.0, 82.0, 10, 7.9, "df"), (np.nan, 0.0, 1.0, 5, 5, "missing"),
    ],
)  # fmt: skip
def test_nchs_2023_limits(estimate, low, high, n_eff, df, reason):
    """Series 2 no. 200: 10 effective, an interval of 160 % of the estimate, 8 degrees of freedom."""
    found = nchs_count([estimate], [low], [high], [n_eff], [df]).iloc[0]
    kind = {"": "present", "df": "review", "missing": "missing"}.get(reason, "suppress")
    assert (found["status"], found["reason"]) == (kind, reason)


@pytest.mark.parametrize(
    ("se", "status", "reason"),
    [(0.0, "present", ""), (6.0, "present", ""), (6.01, "review", "cv_medium"), (20.0, "review", "cv_medium"),
     (20.01, "suppress", "cv_high")],
)  # fmt: skip
def test_acs_bands(se, status, reason):
    for estimate in (50.0, -50.0):
        found = standards.acs_reliability([estimate], [se]).iloc[0]
        assert (found["status"], found["reason"]) == (status, reason)
    assert standards.acs_reliability([np.nan], [1.0])["reason"].tolist() == ["missing"]
    assert standards.acs_reliability([0.0], [0.0])["status"].tolist() == ["present"]


def test_acs_margins():
    assert standards.acs_margin([2.0, 10.0]).tolist() == [3.29, 16.45]


def test_korn_graubard_without_degrees_of_freedom_and_at_the_edges():
    n_eff, low, high = standards.korn_graubard(
        [0.0, 1.0, 0.3], [0.0, 0.0, 0.0], [40, 40, 40], [5, 5, 5], adjust_df=False
    )
    assert n_eff.tolist() == [40, 40, 40]
    assert (low[0], high[1]) == (0, 1)
    assert high[0] == pytest.approx(1 - 0.025 ** (1 / 40), rel=1e-10)
    assert low[1] == pytest.approx(0.025 ** (1 / 40), rel=1e-10)
    exact = stats.binomtest(12, 40).proportion_ci(0.95, "exact")
    assert (low[2], high[2]) == pytest.approx((exact.low, exact.high), rel=1e-8)
    size = 40 * (stats.t.ppf(0.975, 39) / stats.t.ppf(0.975, 5)) ** 2
    _, _, narrow = standards.korn_graubard([0.0], [0.0], [40], [5])
    assert narrow[0] == pytest.approx(1 - 0.025 ** (1 / size), rel=1e-10)
    _, _, level = standards.korn_graubard([0.0], [0.0], [40], [39], conf_level=0.9)
    assert level[0] == pytest.approx(1 - 0.05 ** (1 / 40), rel=1e-10)
    assert nchs_proportion([0.5], [0.025], [400], [3], adjust_df=False)["status"].tolist() == ["present"]
