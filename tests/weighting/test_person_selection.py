"""Persons within households: chances by Kish's published tables, and weights that count them."""

import numpy as np
import pandas as pd
import pytest

from surveykit.design import SurveyDesign
from surveykit.errors import DataError
from surveykit.estimation import survey_mean
from surveykit.sampling import kish_table, person_grid, person_probabilities
from surveykit.weighting import WeightingPlan, apply_weighting, check_weighting_plan

TABLE = pd.DataFrame(
    {
        "unit_id": list("abcdef"),
        "base_weight": [10.0, 10.0, 10.0, 20.0, 20.0, 20.0],
        "disposition": ["I", "I", "NC", "I", "I", "I"],
        "adults": ["1", "2", None, "5", "5", "2"],
        "person": ["1", "2", None, "3", "1", "1"],
        "y": [1.0, 0.0, None, 1.0, 1.0, 0.0],
    }
)
BASE, NONRESPONSE = {"kind": "base"}, {"kind": "nonresponse"}
STEP = {"kind": "person_selection", "eligible": "adults"}
KISH = STEP | {"method": "kish_1949", "selected": "person"}


def plan(*steps):
    return WeightingPlan.model_validate({"strata": None, "finite_population": "none", "steps": list(steps)})


def test_weights_are_multiplied_by_the_number_of_persons():
    result = apply_weighting(plan(BASE, NONRESPONSE, STEP), TABLE)
    factor = 90 / 80
    expected = [10 * factor, 20 * factor, 0, 100 * factor, 100 * factor, 40 * factor]
    assert result.design.weights.tolist() == pytest.approx(expected, rel=1e-14)
    assert result.log[-1].cells["cell"].tolist() == ["1", "2", "5"]
    assert result.log[-1].cells["rows"].tolist() == [1, 2, 2]
    alone = TABLE[TABLE["disposition"] == "I"].reset_index(drop=True)
    ours = survey_mean(apply_weighting(plan(BASE, STEP), alone).design, "y").table.iloc[0]
    direct = SurveyDesign(alone.assign(w=alone["base_weight"] * alone["adults"].astype(float)), weights="w")
    right = survey_mean(direct, "y").table.iloc[0]
    assert ours["std_error"] == pytest.approx(right["std_error"], rel=1e-12)


def test_kish_tables_have_their_own_chances_in_households_of_five():
    result = apply_weighting(plan(BASE, NONRESPONSE, KISH), TABLE)
    factor = 90 / 80
    # Of five persons Kish's tables take the third in tables C and E1: 1/6 + 1/12; the first in A: 1/6.
    expected = [10 * factor, 20 * factor, 0, 20 * factor * 4, 20 * factor * 6, 40 * factor]
    assert result.design.weights.tolist() == pytest.approx(expected, rel=1e-14)


def test_a_limit_is_told():
    result = apply_weighting(plan(BASE, NONRESPONSE, STEP | {"maximum": 3}), TABLE)
    assert result.design.weights.max() == pytest.approx(60 * 90 / 80)
    assert "2 households was cut off at 3" in result.log[-1].notes[0]


@pytest.mark.parametrize(("value", "said"), [(None, "'b'"), ("0", "'b'"), ("2.5", "'b'"), ("many", "'b'")])
def test_a_number_that_is_not_known_is_never_guessed(value, said):
    wrong = TABLE.assign(adults=["1", value, None, "5", "5", "2"])
    with pytest.raises(DataError, match=f"for 1 of 5 respondents .1: {said}.*never guessed"):
        apply_weighting(plan(BASE, NONRESPONSE, STEP), wrong)


def test_a_person_who_could_not_have_been_chosen():
    with pytest.raises(DataError, match=r"could not have been chosen by Kish's tables in rows 1: 1"):
        apply_weighting(plan(BASE, NONRESPONSE, KISH), TABLE.assign(person=["1", "3", None, "3", "1", "1"]))


def test_where_the_step_may_stand():
    margins = {"kind": "poststratification", "margins": [{"variable": "y", "totals": {"0": 1, "1": 1}}]}
    found = [p.what for p in check_weighting_plan(plan(BASE, NONRESPONSE, margins, STEP))]
    assert found == ["selection within the household moves weights away from the margins before it"]
    without = [p.what for p in check_weighting_plan(plan(BASE, NONRESPONSE, STEP | {"method": "kish_1949"}))]
    assert without == ["Kish's tables give persons different chances in households of five"]
    with pytest.raises(DataError, match="put a step nonresponse before it"):
        apply_weighting(plan(BASE, STEP), TABLE)


# Kish (1949), table 1: who is asked of 1, 2, ..., 6 or more, with the share of the households that have each table.
PUBLISHED = {
    "A": (1 / 6, "111111"), "B1": (1 / 12, "111122"), "B2": (1 / 12, "111222"), "C": (1 / 6, "112233"),
    "D": (1 / 6, "122344"), "E1": (1 / 12, "123335"), "E2": (1 / 12, "123455"), "F": (1 / 6, "123456"),
}  # fmt: skip


def test_chances_are_those_of_the_published_tables():
    for size in range(1, 9):
        column = min(size, 6)
        for person in range(1, column + 1):
            share = sum(part for part, row in PUBLISHED.values() if int(row[column - 1]) == person)
            assert person_probabilities("kish_1949", [size], [person])[0] == pytest.approx(share, rel=1e-14)
    five = [person_probabilities("kish_1949", [5], [k])[0] for k in range(1, 6)]
    assert five == pytest.approx([1 / 6, 1 / 6, 1 / 4, 1 / 6, 1 / 4])
    for method in ("kish", "next_birthday", "last_birthday"):
        assert person_probabilities(method, [1, 2, 7]).tolist() == [1, 1 / 2, 1 / 7]
    assert person_probabilities("all", [1, 4]).tolist() == [1, 1]


def test_grids_of_many_households_have_these_chances():
    """20,000 households: letters within 4.5 standard errors of their shares, persons of rows of 1/k each."""
    count = 20_000
    units = [f"h{k}" for k in range(count)]
    letters = pd.Series([kish_table("seed", unit) for unit in units]).value_counts()
    for letter, (share, row) in PUBLISHED.items():
        assert abs(letters[letter] - count * share) < 4.5 * np.sqrt(count * share * (1 - share))
        unit = next(u for u in units if kish_table("seed", u) == letter)
        assert person_grid("kish_1949", "seed", unit) == tuple(map(int, row))
    rows = np.array([person_grid("kish", "seed", unit, most=5) for unit in units])
    for size in range(1, 6):
        found = np.bincount(rows[:, size - 1], minlength=size + 1)[1:]
        assert found.sum() == count
        assert len(found) == size
        assert (abs(found - count / size) < 4.5 * np.sqrt(count / size * (1 - 1 / size)) + 1e-9).all()


def test_weighted_persons_are_unbiased():
    """One person of each household by its grid, times its size: 2,000 seeds against the number of persons asked for."""
    sizes = np.array([1, 2, 3, 5, 6, 4, 2])
    kinds = [np.arange(1, size + 1) % 2 for size in sizes]
    truth = sum(int(part.sum()) for part in kinds)
    for method in ("kish", "kish_1949"):
        totals = []
        for seed in range(2_000):
            total = 0.0
            for home, size in enumerate(sizes):
                person = person_grid(method, f"s{seed}", f"h{home}", most=6)[size - 1]
                total += kinds[home][person - 1] / person_probabilities(method, [size], [person])[0]
            totals.append(total)
        assert abs(np.mean(totals) - truth) < 4.5 * np.std(totals, ddof=1) / np.sqrt(len(totals))
