"""Values with row labels are matched by these labels or refused; values without are taken by position."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import surveykit.estimation as est
from surveykit.design import PPS, PoststratificationAdjustment, ReplicateDesign, SurveyDesign
from surveykit.errors import DesignError

fast = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
N = 12


@pytest.fixture
def data():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"y": rng.normal(size=N), "h": np.repeat(list("ab"), 6), "w": rng.uniform(1, 3, N)})
    return frame.assign(size=np.repeat([60.0, 90.0], 6)).set_index(pd.Index(rng.permutation(N) + 100))


def same(a, b):
    for column in ("estimate", "std_error", "n"):
        np.testing.assert_allclose(a.table[column], b.table[column], rtol=1e-12)


@fast
@given(st.permutations(range(N)))
def test_a_shuffled_index_changes_nothing(order):
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"y": rng.normal(size=N), "w": rng.uniform(1, 3, N), "h": np.repeat(list("ab"), 6)})
    frame = frame.assign(size=np.repeat([60.0, 90.0], 6))
    other = frame.iloc[list(order)]
    plain = SurveyDesign(frame, weights="w", strata="h", population_size="size")
    shuffled = SurveyDesign(frame, weights=other["w"], strata="h", population_size=other["size"])
    same(est.survey_mean(shuffled, "y"), est.survey_mean(plain, "y"))
    same(est.survey_mean(plain, "y", where=other["y"] > 0), est.survey_mean(plain, "y", where=frame["y"] > 0))
    same(est.survey_mean(plain.with_data(other.rename(columns={"y": "z"})), "z"), est.survey_mean(plain, "y"))
    replicates = pd.DataFrame(rng.uniform(0, 2, (N, 5)), columns=list("vwxyz"))
    scales = pd.Series([1.0, 2, 3, 4, 5], index=list("vwxyz"))
    by_label = ReplicateDesign(
        frame, other["w"], replicates.loc[list(order)], method="other", rscales=scales.iloc[::-1]
    )
    by_place = ReplicateDesign(frame, "w", replicates.to_numpy(), method="other", rscales=scales.to_numpy())
    same(est.survey_mean(by_label, "y"), est.survey_mean(by_place, "y"))


@pytest.mark.parametrize(
    "call",
    [
        lambda f, s: SurveyDesign(f, weights=s),
        lambda f, s: SurveyDesign(f, weights="w", population_size=s),
        lambda f, s: SurveyDesign(f, weights="w", sampling_fraction=[s]),
        lambda f, s: est.survey_mean(SurveyDesign(f, weights="w"), "y", where=s > 1),
        lambda f, s: est.survey_glm(SurveyDesign(f, weights="w"), "y ~ h", where=s > 1),
        lambda f, s: SurveyDesign(f, weights="w").with_data(s.to_frame()),
        lambda f, s: SurveyDesign(f, weights="w").adjusted(s, PoststratificationAdjustment(np.zeros(N, int), f.w, f.w)),
        lambda f, s: ReplicateDesign(f, s, np.ones((N, 2))),
        lambda f, s: ReplicateDesign(f, "w", pd.DataFrame({"a": s, "b": s})),
        lambda f, s: ReplicateDesign(f, "w", np.ones((N, 2))).with_data(s.to_frame()),
        lambda f, s: ReplicateDesign(f, "w", np.ones((N, 2))).adjusted_replicates(s, np.ones((N, 2))),
        lambda f, s: ReplicateDesign(f, "w", np.ones((N, 2)), rscales=pd.Series([1.0, 1], index=["p", "q"])),
    ],
)
def test_other_labels_are_refused(call, data):
    with pytest.raises(DesignError, match=r"labels of .* are not those of the design: absent are \d+: .*to_numpy"):
        call(data, data["w"].reset_index(drop=True))


def test_repeated_labels(data):
    twice = data.set_index(pd.Index(np.repeat(range(6), 2)))
    design = SurveyDesign(twice, weights=twice["w"])
    same(est.survey_mean(design, "y", where=twice["y"] > 0), est.survey_mean(design, "y", where=data["y"].array > 0))
    with pytest.raises(DesignError, match=r"another order .* some repeat \(6: 5, 4"):
        est.survey_mean(design, "y", where=twice["y"].iloc[::-1] > 0)


def test_arrays_and_tables_without_labels_go_by_position(data):
    design = SurveyDesign(data, weights=data["w"].to_numpy())
    same(est.survey_mean(design, "y", where=(data["y"] > 0).to_numpy()), est.survey_mean(design, "y", where=data.y > 0))
    carried = design.with_data(pl.from_pandas(data))
    same(est.survey_mean(carried, "y", where=data["y"] > 0), est.survey_mean(design, "y", where=data["y"] > 0))
    with pytest.raises(DesignError, match="rows must stay the same"):
        design.with_data(pl.from_pandas(data.iloc[1:]))


def test_columns_of_a_mapping():
    y, w = pd.Series([1.0, 2, 3], index=[0, 1, 2]), pd.Series([3.0, 2, 1], index=[2, 1, 0])
    assert SurveyDesign({"y": y, "w": w}, weights="w").weights.tolist() == [1, 2, 3]
    with pytest.raises(DesignError, match="labels of column 'w'"):
        SurveyDesign({"y": y, "w": w.set_axis([1, 2, 3])}, weights="w")
    with pytest.raises(DesignError, match="pass a DataFrame"):
        SurveyDesign({"y": y, "w": w, "g": list("abc")}, weights="w")


def test_values_in_place_of_names(data):
    with pytest.raises(DesignError, match="strata and psu are names of columns, but a Series of 12 values"):
        SurveyDesign(data, weights="w", strata=data["h"])


def test_joint_probabilities_by_unit():
    frame = pd.DataFrame({"y": [3.0, 1, 4, 2], "id": ["c", "a", "d", "b"]})
    joint = pd.DataFrame(np.full((4, 4), 0.2), index=list("cadb"), columns=list("cadb"))
    for i, p in enumerate([0.5, 0.4, 0.6, 0.5]):
        joint.iloc[i, i] = p
    plain = SurveyDesign(frame, psu="id", pps=PPS("joint", joint=joint.to_numpy()))
    labelled = SurveyDesign(frame, psu="id", pps=PPS("joint", joint=joint.sort_index().sort_index(axis=1)))
    same(est.survey_total(labelled, "y"), est.survey_total(plain, "y"))
    with pytest.raises(DesignError, match=r"joint probabilities \(rows\)"):
        SurveyDesign(frame, psu="id", pps=PPS("joint", joint=joint.set_axis(list("pqrs"))))


def test_psum_by_stratum():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"y": rng.normal(size=6), "h": [2, 2, 2, 1, 1, 1], "p": [0.3, 0.4, 0.2, 0.5, 0.6, 0.4]})
    errors = [
        est.survey_total(SurveyDesign(frame, strata="h", sampling_fraction="p", pps=PPS("hartley_rao", psum=psum)), "y")
        for psum in ([0.4, 0.7], pd.Series({2: 0.7, 1: 0.4}))
    ]
    same(*errors)
