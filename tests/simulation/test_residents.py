"""Residents in communities: the census's makeup exactly, and answers that go together within communities as stated."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from simulated_study import load, margins, questionnaire, regions

from surveykit.errors import DataError
from surveykit.questionnaire import Questionnaire
from surveykit.simulation import (
    SimulationPlan,
    check_simulation,
    resident_cells,
    simulate_answers,
    simulate_residents,
    simulate_responses,
    true_rates,
)
from surveykit.simulation.residents import community_effects
from surveykit.simulation.routing import page_columns


def plan(one_in: int = 200, **changes: object) -> SimulationPlan:
    mapping = load("sampling/simulation.yaml")
    mapping["communities"] |= {"one_in": str(one_in), **changes}
    return SimulationPlan.model_validate(mapping)


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return simulate_residents(plan(), regions(), margins())


def intracluster(values: np.ndarray, clusters: pd.Series) -> float:
    """Analysis-of-variance estimator (Donner 1986, eq. 2.1)."""
    grouped = pd.Series(values).groupby(clusters.to_numpy())
    size, mean = grouped.size(), grouped.mean()
    n, k = len(values), len(size)
    typical = (n - (size**2).sum() / n) / (k - 1)
    between = (size * (mean - values.mean()) ** 2).sum() / (k - 1)
    within = grouped.apply(lambda v: ((v - v.mean()) ** 2).sum()).sum() / (n - k)
    return float((between - within) / (between + (typical - 1) * within))


def test_cells_are_the_census(frame):
    assert len(frame) == round(17_197_473 / 200)
    assert frame["resident_id"].is_unique
    cells = resident_cells(plan(), regions(), margins())
    held = frame.groupby(["district", "sex", "age_group"]).size()
    wanted = cells.set_index(["district", "sex", "age_group"])["population"]
    wanted = wanted / wanted.sum() * len(frame)
    assert (held[wanted.index] - wanted).abs().max() < 1


def test_communities_have_codes_sizes_and_one_kind(frame):
    by = frame.groupby("community")
    assert frame["community"].str.fullmatch(r"5101\d\d9\d\d\d\d\d").all()
    assert (by[["district", "urban"]].nunique() == 1).all().all()
    sizes = by.size()
    assert sizes.min() >= 6
    assert sizes.std() > 0.2 * sizes.mean()
    assert frame.groupby(["district", "urban"])["community"].nunique().min() >= 6
    assert not ((frame["district"] == "jinjiang") & (frame["urban"] == "0")).any()
    share = (frame["age_group"] == "4").groupby(frame["community"]).mean()
    expected = np.sqrt(share.mean() * (1 - share.mean()) / sizes.mean())
    assert share.std() > 1.1 * expected


def test_same_seed_same_frame(frame):
    assert simulate_residents(plan(), regions(), margins()).equals(frame)


def test_the_community_effect_has_the_stated_correlation():
    codes = pd.Series([f"c{i}" for i in range(20_000)])
    p = plan(intracluster={"quality": 0.2})
    effects = community_effects(p, "quality", codes)
    variance = 0.2 / 0.8 * np.pi**2 / 3
    assert effects.mean() == pytest.approx(0, abs=4 * np.sqrt(variance / 20_000))
    assert effects.var() == pytest.approx(variance, rel=4 * np.sqrt(2 / 20_000))
    assert not community_effects(p, "trust", codes).any()
    assert community_effects(p, "quality", codes[5:6])[0] == effects[5]


def test_answers_of_a_community_go_together_as_the_latent_model_says():
    """A logistic latent variable with random intercepts: the share's correlation, integrated numerically."""
    p = plan(one_in=400, intracluster={"quality": 0.2})
    frame = simulate_residents(p, regions(), margins())
    answers = simulate_answers(p, frame, questionnaire())
    model = next(a for a in p.answers if a.id == "sat_overall")
    from surveykit.simulation.model import gauss_hermite
    from surveykit.simulation.truth import cell_effects

    asked = answers["sat_overall"].isin([str(i) for i in range(1, 6)]).to_numpy()
    satisfied = answers["sat_overall"].isin(["4", "5"]).to_numpy()
    fixed = cell_effects(p, model, frame.drop(columns="community"))[asked]
    start = np.log(0.85 / 0.15)
    nodes, weights = gauss_hermite()
    spread = np.sqrt(0.2 / 0.8 * np.pi**2 / 3)
    chance = 1 / (1 + np.exp(-(start + fixed[:, None] + spread * nodes[None, :])))
    mean = chance @ weights
    between = (chance**2) @ weights - mean**2
    expected = float(between.mean() / (mean * (1 - mean)).mean())
    # what the fixed effects explain is taken out first, so that only the community is left
    found = intracluster(satisfied[asked] - mean, frame.loc[asked, "community"])
    assert found == pytest.approx(expected, rel=0.15)
    assert found > 0.05


def test_truth_is_counted_where_the_frame_lists_residents(frame):
    p = plan()
    answers = simulate_answers(p, frame, questionnaire())
    table = true_rates(p, frame, answers, regions(), margins(), listed="residents")
    assert set(table["population"]) == {"residents"}
    counted = answers["aware"].isin(["1", "2"])[answers["aware"].notna()].mean()
    found = table[(table["rate_id"] == "awareness") & (table["domain"] == "")]["rate"].item()
    assert found == pytest.approx(counted, rel=1e-12)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"intracluster": {"qualty": "0.1"}}, "no factor 'qualty'"),
        ({"residents_per_community": {"1": "5000"}}, "urban and rural"),
        ({"one_in": "10000000"}, "too small a frame"),
    ],
)
def test_wrong_descriptions_are_told(changes, told):
    assert told in str(check_simulation(plan(**changes))[0])


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"codes": {}}, r"districts without a code: 3: 'gaoxin'"),
        ({"urban": {"nowhere": "0.5"}}, "does not have: 1: 'nowhere'"),
        ({"urban": {"default": "0.999"}}, "lower one_in or minimum"),
    ],
)
def test_a_frame_that_cannot_be_made(changes, told):
    with pytest.raises(DataError, match=told):
        simulate_residents(plan(1000, **changes), regions(), margins())


def test_a_plan_without_communities():
    mapping = load("sampling/simulation.yaml")
    del mapping["communities"]
    with pytest.raises(DataError, match="describes no communities"):
        simulate_residents(SimulationPlan.model_validate(mapping), regions(), margins())


def short_questionnaire(pages: int) -> Questionnaire:
    """As many pages as wanted with one question each."""
    flow = [
        {"page": f"p{i}", "items": [{"id": f"q{i}", "type": "single", "scale": "yn", "en": f"Question {i}?"}]}
        for i in range(pages)
    ]
    scales = {"yn": {"choices": [["1", "Yes"], ["2", "No"]]}}
    head = {"surveykit": "1", "id": "short", "languages": ["en"], "title": {"en": "Short"}}
    return Questionnaire.model_validate({**head, "scales": scales, "flow": flow})


@pytest.mark.parametrize(("pages", "blank"), [(1, 0), (2, 1), (3, 1)])
def test_people_break_off_in_short_questionnaires_too(pages, blank):
    """Whoever breaks off leaves the last page blank and answers the first; a single page comes whole or not at all."""
    q = short_questionnaire(pages)
    assert len(page_columns(q)) == pages
    mapping = load("sampling/simulation.yaml")
    mapping["answers"] = [{"id": f"q{i}", "kind": "choice", "shares": {"1": "0.5", "2": "0.5"}} for i in range(pages)]
    mapping |= {"rates": [], "factors": {}}
    del mapping["communities"]
    mapping["fieldwork"] |= {"break_off": "1", "consent_refused": "0", "speeders": "0", "duplicates": "0"}
    p = SimulationPlan.model_validate(mapping)
    people = pd.DataFrame({"unit_id": [f"u{i}" for i in range(200)], "sex": "1", "age_group": "2", "district": "wuhou"})
    answers = simulate_answers(p, people, q).assign(unit_id=people["unit_id"])
    table = simulate_responses(p, people, answers, q)
    assert table["is_break_off"].all()
    assert (table["q0"] != "").all()
    last = table[f"q{pages - 1}"]
    assert (last == "").mean() == blank
