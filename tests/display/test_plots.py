"""What a figure draws is what the table says, in fonts that have the glyphs, on the axes that were given."""

import inspect
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import surveykit as sk
from surveykit.display import Shown
from surveykit.display.intervals import PRINT, SCREEN, draw_intervals, draw_rank_sets
from surveykit.errors import DataError
from surveykit.report.charts.intervals import caterpillar

DATA = Path(__file__).resolve().parents[1] / "reference" / "data"
UNITS = {"a": 92.0, "b": 85.0, "c": 79.3, "d": 78.9}
COVARIANCE = np.diag([1.5, 1.8, 2.2, 2.0]) ** 2


@pytest.fixture
def axes():
    return Figure(layout="constrained").add_subplot()


@pytest.fixture(scope="module")
def estimates():
    data = pd.read_csv(DATA / "apistrat.csv")
    design = sk.SurveyDesign(data, weights="pw", strata="stype", population_size="fpc")
    return sk.survey_mean(design, ["api00", "api99"], by="stype")


def artists(axes, name):
    return [child for child in axes.get_children() if child.get_gid() == name]


def points(axes, name="estimate"):
    """Drawn (row, value) pairs in the order of the rows."""
    pairs = [pair for line in artists(axes, name) for pair in zip(line.get_ydata(), line.get_xdata(), strict=True)]
    return [value for _, value in sorted(pairs)]


def segments(axes, name):
    return np.array([line.get_xdata() for line in artists(axes, name)])


def row_names(axes):
    return [tick.get_text() for tick in axes.get_yticklabels()]


def test_estimates_draw_their_table(estimates, axes):
    drawn = estimates.plot(axes, variable="api99", labels={"E": "小学"}, language="zh")
    table = estimates.table[estimates.table["variable"] == "api99"]
    assert drawn is axes
    assert points(axes) == table["estimate"].tolist()
    np.testing.assert_array_equal(segments(axes, "interval"), table[["conf_low", "conf_high"]])
    assert row_names(axes) == ["小学", "H", "M"]
    assert "95%" in axes.get_xlabel() and axes.xaxis.label.get_text().startswith("估计值")


def test_sorting_keeps_names_and_numbers_together(estimates, axes):
    estimates.plot(axes, variable="api00", sort=True, reference=650.0)
    table = estimates.table[estimates.table["variable"] == "api00"].sort_values("estimate", ascending=False)
    assert row_names(axes) == table["stype"].tolist() and points(axes) == table["estimate"].tolist()
    assert list(artists(axes, "reference")[0].get_xdata()) == [650.0, 650.0]


def test_an_unknown_variable_is_named(estimates):
    with pytest.raises(DataError, match=r"'api01'.*api00"):
        estimates.plot(variable="api01")


def test_rank_sets_draw_their_ends_and_bands(axes):
    sets = sk.rank_confidence_sets(UNITS, COVARIANCE)
    bands = sk.compare_with_mean(UNITS, COVARIANCE)
    sets.plot(axes, bands=bands)
    bars = sorted(artists(axes, "rank_set"), key=lambda bar: bar.get_y())
    ends = [[bar.get_x() + 0.4, bar.get_x() + bar.get_width() - 0.4] for bar in bars]
    np.testing.assert_allclose(ends, sets.table[["rank_low", "rank_high"]])
    pairs = {(band, bar.get_facecolor()) for bar, band in zip(bars, bands["band"], strict=True)}
    assert len(pairs) == len({band for band, _ in pairs}) == len({color for _, color in pairs}) > 1


def test_comparison_intervals_draw_both(axes):
    intervals = sk.goldstein_healy(UNITS, COVARIANCE)
    intervals.plot(axes, bands=sk.compare_with_mean(UNITS, COVARIANCE), language="en")
    np.testing.assert_array_equal(segments(axes, "comparison"), intervals.table[["compare_low", "compare_high"]])
    np.testing.assert_array_equal(segments(axes, "interval"), intervals.table[["conf_low", "conf_high"]])
    assert points(axes) == intervals.table["estimate"].tolist()
    assert {t.get_text() for t in axes.get_legend().get_texts()} <= {
        "above the mean", "not distinguishable from the mean", "below the mean",
    }  # fmt: skip


def test_bands_of_other_units_are_refused():
    sets = sk.rank_confidence_sets(UNITS, COVARIANCE)
    with pytest.raises(DataError, match="no band for"):
        sets.plot(bands=sk.compare_with_mean([1.0, 2.0], np.eye(2)))


def test_allocation_and_planning_table(axes):
    allocation = sk.allocate([5000, 3000, 2000], total=100)
    allocation.plot(axes)
    bars = sorted((b for b in axes.patches if b.get_height() == 0.66), key=lambda b: b.get_y())
    assert [bar.get_width() for bar in bars] == allocation.table["sample_size"].tolist()
    with pytest.raises(DataError, match="what: 'stratum' is unknown"):
        allocation.plot(what="stratum")
    table = sk.comparison_table([100, 400])
    drawn = sk.ResultTable(table).plot(Figure().add_subplot())
    lines = {line.get_label(): line.get_ydata().tolist() for line in drawn.get_lines()}
    assert lines["所有地区两两比较"] == table["gap_all"].tolist()
    assert lines["事先指定的两个地区"] == table["gap_pair"].tolist()


def test_result_table_without_numbers_to_draw():
    with pytest.raises(DataError, match="chart_style"):
        sk.ResultTable(pd.DataFrame({"a": [1]})).plot()


def test_chinese_is_drawn_and_nothing_stays_set(estimates, recwarn):
    before = dict(matplotlib.rcParams)
    with sk.chart_style():
        assert matplotlib.rcParams["font.family"][0] == "SK Sans"
        matplotlib.rcParams["interactive"] = not before["interactive"]
    assert matplotlib.rcParams["interactive"] is not before["interactive"]
    matplotlib.rcParams["interactive"] = before["interactive"]
    figure = Figure(layout="constrained")
    axes = figure.add_subplot()
    estimates.plot(axes, variable="api00", labels={"E": "小学"})
    figure.canvas.draw()
    assert not [w for w in recwarn if "Glyph" in str(w.message)]
    assert dict(matplotlib.rcParams) == before
    assert axes.get_yticklabels()[0].get_fontfamily()[0] == "SK Sans"


PASSED_WRONGLY = [
    ({"language": "fr"}, "language: 'fr' is unknown: choose one of 'zh', 'en'"),
    ({"labels": ["小学"]}, "labels is of type list"),
    ({"ax": np.array([None, None])}, "ax is of type ndarray"),
    ({"ax": Figure()}, "ax is of type Figure"),
]


@pytest.mark.parametrize(("passed", "said"), PASSED_WRONGLY)
def test_what_is_passed_is_checked(estimates, passed, said):
    with pytest.raises(DataError, match=said):
        estimates.plot(**passed)


def test_a_misspelt_choice_is_named_with_what_there_is(estimates):
    with pytest.raises(TypeError, match=r"Estimates\.plot.*'referense'.*variable, sort, reference"):
        estimates.plot(referense=650.0)


def test_a_result_without_a_chart_says_so():
    with pytest.raises(DataError, match="SurveyDesign has no chart"):
        sk.SurveyDesign({"y": [1, 2]}, weights=[1, 1]).plot()


def drawing_classes():
    found, waiting = [], [Shown]
    while waiting:
        below = waiting.pop().__subclasses__()
        found += [c for c in below if "_draw" in vars(c) and c.__module__.startswith("surveykit.")]
        waiting += below
    return found


def test_plot_has_the_signature_and_the_documentation_of_each_class():
    classes = drawing_classes()
    names = {cls.__name__ for cls in classes}
    assert {"Estimates", "GlmResult", "Allocation", "ScoreCard", "RankSets", "ResultTable", "WaveChange"} <= names
    for cls in classes:
        given = inspect.signature(cls.plot).parameters
        kinds = {name: p.kind for name, p in inspect.signature(cls._draw).parameters.items()}
        choices = [name for name, kind in kinds.items() if kind is inspect.Parameter.KEYWORD_ONLY]
        assert list(given) == ["self", "ax", "language", "labels", *choices]
        assert given["language"].kind is inspect.Parameter.KEYWORD_ONLY and given["language"].default == "zh"
        text = cls.plot.__doc__
        assert all(f"\n{name} : " in text for name in ["ax", "language", "labels", *choices]), cls
        assert text.splitlines()[0] == inspect.getdoc(cls._draw).splitlines()[0]
        assert [text.count(head) for head in ("Parameters\n---", "Returns\n---", "Raises\n---")] == [1, 1, 1]
    assert inspect.signature(sk.Allocation.plot).parameters["what"].default == "sample_size"


ROWS = pd.DataFrame(
    {
        "label": list("abcd"),
        "estimate": [50.0, np.nan, 70.0, 80.0],
        "conf_low": [45.0, 40.0, 65.0, np.nan],
        "conf_high": [55.0, 60.0, 75.0, np.nan],
        "band": ["above", "below", "not_distinguishable", ""],
    }
)


def test_a_missing_estimate_leaves_its_row_empty(axes):
    draw_intervals(axes, ROWS, SCREEN)
    assert points(axes) == [50.0, 70.0, 80.0]
    np.testing.assert_array_equal(segments(axes, "interval"), [[45, 55], [65, 75], [np.nan, np.nan]])
    assert [line.get_marker() for line in artists(axes, "estimate")] == ["^", "o", "o"]


def test_the_report_draws_the_marks_of_a_notebook(axes):
    draw_intervals(axes, ROWS, SCREEN)
    figure = Figure()
    rows = ROWS.assign(text="", inner=[2.0, 1.0, 50.0, np.nan])
    caterpillar(rows, key="k", alt="a", axis="x").draw(figure)
    printed = figure.axes[0]
    assert points(printed) == points(axes)
    np.testing.assert_array_equal(segments(printed, "interval"), segments(axes, "interval"))
    np.testing.assert_array_equal(segments(printed, "comparison"), [[48, 52], [65, 75]])
    fills = [[line.get_markerfacecolor() for line in artists(a, "estimate")] for a in (axes, printed)]
    assert fills[0][:2] == fills[1][:2]


def test_rank_sets_tell_bands_by_sign_too(axes):
    rows = pd.DataFrame({"rank_low": [1, 1, 3], "rank_high": [2, 3, 3], "band": ["above", "", "below"]})
    draw_rank_sets(axes, rows, PRINT)
    assert [(text.get_text(), text.get_position()) for text in axes.texts] == [("▲", (1.5, 0)), ("▼", (3.0, 2))]
    ends = [
        (bar.get_x() + PRINT.reach, bar.get_x() + bar.get_width() - PRINT.reach) for bar in artists(axes, "rank_set")
    ]
    np.testing.assert_allclose(ends, [(1, 2), (1, 3), (3, 3)])
