"""Every rule finds the defect that it is for, says where, and what to do."""

from __future__ import annotations

import copy
from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from questionnaire_helpers import ITEMS, chained, make, random_answers, small

from surveykit.questionnaire import (
    check_questionnaire,
    check_quota_targets,
    lint_questionnaire,
    questionnaire_variables,
    walk,
)

Change = Callable[[dict[str, Any]], object]


def items(mapping: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = mapping["flow"][0]["items"]
    return found


def add(**item: Any) -> Change:
    return lambda m: items(m).append({"type": "text", "en": "x", **item})


def put(index: int, **values: Any) -> Change:
    return lambda m: items(m)[index].update(values)


def scale(name: str, **values: Any) -> Change:
    return lambda m: m["scales"][name].update(values)


DEFECTS: list[tuple[str, Change, tuple[Any, ...], str]] = [
    ("unknown id", put(5, ask_if="awere == 1"), ("flow", 0, "items", 5, "ask_if"), "did you mean 'aware'?"),
    ("unknown row", put(5, ask_if="sat.venu == 1"), ("flow", 0, "items", 5, "ask_if"), "did you mean 'venue'?"),
    ("unknown id in a text", put(5, en="As {{awere}}?"), ("flow", 0, "items", 5, "en"), "did you mean 'aware'?"),
    ("later id in a text", put(0, en="As {{why}}?"), ("flow", 0, "items", 0, "en"), "asked later"),
    ("duplicate id", add(id="aware"), ("flow", 0, "items", 6, "id"), "repeats the item"),
    ("id of an option column", add(id="src_1"), ("flow", 0, "items", 6, "id"), "repeats the option column"),
    ("id of a row", add(id="sat_venue"), ("flow", 0, "items", 6, "id"), "repeats the row"),
    ("reserved id", add(id="count"), ("flow", 0, "items", 6, "id"), "routing language"),
    (
        "duplicate code",
        scale("yn", choices=[["1", "Yes"], ["1", "No"]]),
        ("scales", "yn", "choices", 1),
        "duplicate code",
    ),
    (
        "code by case",
        scale("yn", choices=[["a", "Yes"], ["A", "No"]]),
        ("scales", "yn", "choices", 1),
        "duplicate code",
    ),
    ("same number", scale("src", choices=[["1", "a"], ["01", "b"]]), ("scales", "src", "choices", 1), "same number"),
    ("special as code", scale("yn", choices=[["1", "Yes"], ["98", "No"]]), ("scales", "yn", "choices", 1), "special"),
    ("code with a space", scale("src", choices=[["1", "a"], ["a b", "b"]]), ("scales", "src", "choices", 1), "allowed"),
    ("same text", scale("yn", choices=[["1", "Yes"], ["2", "yes "]]), ("scales", "yn", "choices", 1), "same text"),
    (
        "order",
        scale("sat", choices=[["1", "a"], ["3", "b"], ["2", "c"]]),
        ("scales", "sat", "choices"),
        "rise nor fall",
    ),
    ("no translation", put(0, en=" "), ("flow", 0, "items", 0), "'en' is missing"),
    (
        "no translation of a choice",
        scale("yn", choices=[["1", "Yes"], ["2"]]),
        ("scales", "yn", "choices", 1),
        "no text",
    ),
    ("unknown language", put(0, fr="Connu?"), ("flow", 0, "items", 0, "fr"), "unknown key or language"),
    ("itself", put(5, ask_if="answered(why)"), ("flow", 0, "items", 5, "ask_if"), "depending on itself"),
    ("later", put(0, ask_if="age > 5"), ("flow", 0, "items", 0, "ask_if"), "asked later"),
    ("syntax", put(5, ask_if="aware = 1"), ("flow", 0, "items", 5, "ask_if"), "write '=='"),
    ("function", put(5, ask_if="upper(aware) == 1"), ("flow", 0, "items", 5, "ask_if"), "only answered(item)"),
    ("code not in scale", put(5, ask_if="aware == 3"), ("flow", 0, "items", 5, "ask_if"), "not in the scale"),
    ("nominal order", put(5, ask_if="aware >= 1"), ("flow", 0, "items", 5, "ask_if"), "nominal"),
    ("special order", put(5, ask_if="sat.venue >= 98"), ("flow", 0, "items", 5, "ask_if"), "no order"),
    ("multi compared", put(5, ask_if="src == 1"), ("flow", 0, "items", 5, "ask_if"), "write src has"),
    ("single has", put(5, ask_if="aware has 1"), ("flow", 0, "items", 5, "ask_if"), "multiple choice"),
    ("text compared", add(id="more", ask_if="why == 1"), ("flow", 0, "items", 6, "ask_if"), "answered(why)"),
    ("grid without row", put(5, ask_if="sat == 1"), ("flow", 0, "items", 5, "ask_if"), "sat.venue"),
    ("number as code", put(5, ask_if="age == old"), ("flow", 0, "items", 5, "ask_if"), "is a number"),
    ("never", put(5, ask_if="age < 10 and age > 20"), ("flow", 0, "items", 5, "ask_if"), "never asked"),
    ("transitive", put(5, ask_if="aware == 2 and sat.venue >= 2"), ("flow", 0, "items", 5, "ask_if"), "never asked"),
    (
        "special and order",
        put(5, ask_if="sat.venue == 98 and sat.venue >= 1"),
        ("flow", 0, "items", 5, "ask_if"),
        "never",
    ),
    ("end never", put(4, **{"if": "age > 90"}), ("flow", 0, "items", 4, "if"), "never happens"),
    ("after an end", put(5, ask_if="age < 10"), ("flow", 0, "items", 5, "ask_if"), "never asked"),
    ("grid of one row", put(3, rows=[["venue", "Venue"]]), ("flow", 0, "items", 3), "two rows"),
    ("min above max", put(1, min="91"), ("flow", 0, "items", 1, "min"), "above max"),
    ("not a number", put(1, min="old"), ("flow", 0, "items", 1, "min"), "write a number"),
    ("special in range", put(1, max="120"), ("flow", 0, "items", 1, "specials"), "also a valid number"),
    ("unknown scale", put(0, scale="yess"), ("flow", 0, "items", 0, "scale"), "unknown scale"),
    ("no scale", lambda m: items(m)[0].pop("scale"), ("flow", 0, "items", 0), "needs a scale"),
    ("key of another type", put(5, rows=[["a", "A"], ["b", "B"]]), ("flow", 0, "items", 5, "rows"), "does nothing"),
    ("fixed", put(2, order="random", fixed=["7"]), ("flow", 0, "items", 2, "fixed"), "not among the choices"),
    ("empty page", lambda m: m["flow"].append({"page": "p_two", "items": []}), ("flow", 1, "items"), "no items"),
    ("quota", lambda m: m.update(quotas=[{"by": ["agee"], "targets": "q.csv"}]), ("quotas", 0, "by"), "unknown"),
    ("special twice", lambda m: m["specials"]["rf"].update(code="98"), ("specials", "dk", "code"), "used twice"),
    ("file not read", scale("yn", file="x.csv", choices=[]), ("scales", "yn"), "resolve_scales"),
]


@pytest.mark.parametrize(("change", "path", "said"), [row[1:] for row in DEFECTS], ids=[row[0] for row in DEFECTS])
def test_each_defect_is_found_where_it_stands(change: Change, path: tuple[Any, ...], said: str) -> None:
    mapping = copy.deepcopy(small(copy.deepcopy(ITEMS)))
    change(mapping)
    problems = check_questionnaire(make(mapping))
    assert any(problem.path == path and said in str(problem) for problem in problems), [str(p) for p in problems]
    assert all(problem.todo for problem in problems)


def test_several_defects_are_reported_at_once_in_order() -> None:
    mapping = copy.deepcopy(small(copy.deepcopy(ITEMS)))
    for name in ("unknown id", "duplicate code", "min above max", "unknown language"):
        next(row for row in DEFECTS if row[0] == name)[1](mapping)
    places = [problem.path for problem in check_questionnaire(make(mapping))]
    assert places[0][0] == "scales"
    assert [path[3] for path in places if path[0] == "flow"] == [0, 1, 5]


def test_a_circle_is_named() -> None:
    first = {"id": "a", "type": "text", "en": "A", "ask_if": "answered(b)"}
    second = {"id": "b", "type": "text", "en": "B", "ask_if": "answered(a)"}
    problems = check_questionnaire(make(small([first, second])))
    assert [str(p) for p in problems if "circle: a -> b -> a" in str(p)]


def test_a_near_miss_that_can_happen_is_no_problem() -> None:
    mapping = small(copy.deepcopy(ITEMS))
    items(mapping)[5]["ask_if"] = "aware == 1 and (sat.venue == 98 or sat.venue >= 10) and age > 89 and count(src) >= 4"
    assert check_questionnaire(make(mapping)) == []


def test_derived_variables_are_checked() -> None:
    cut = {"id": "grown", "scale": "yn", "cut": {"of": "aware", "at": ["18", "0"]}}
    when = {"id": "x", "scale": "yn", "when": [["7", "awere == 1"]]}
    problems = [str(p) for p in check_questionnaire(make(small(derive=[cut, when])))]
    for said in ("is not a number item", "do not rise", "code '7' is not in the scale", "unknown item 'awere'"):
        assert any(said in text for text in problems), said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda m: m["scales"].update(more={"choices": [["1", "x"]]}), "scale 'more' is not used"),
        (lambda m: items(m)[5].update(required="true"), "required without don't know"),
        (lambda m: items(m)[5].update(en="<b>Why</b>"), "markup"),
        (lambda m: items(m)[5].update(en="Why? " * 60), "300 characters"),
        (lambda m: items(m)[3].update(rows=[[f"r{k}", f"R{k}"] for k in range(9)]), "grid of 9 rows"),
        (lambda m: items(m)[5].update(en="As {{aware}}?"), "may be missing"),
        (lambda m: items(m)[5].update(ask_if="age >= 18 or not (answered(age)) or age == 99"), "always holds"),
        (lambda m: m["scales"].update(ny={"choices": [["2", "Yes"], ["1", "No"]]}), "same texts and other codes"),
        (
            lambda m: m.update(derive=[{"id": "grown", "scale": "yn", "cut": {"of": "age", "at": ["18", "60"]}}]),
            "below 18 get no code",
        ),
    ],
)
def test_warnings(change: Change, said: str) -> None:
    mapping = copy.deepcopy(small(copy.deepcopy(ITEMS)))
    change(mapping)
    if "R0" in str(mapping):
        items(mapping)[5].pop("ask_if")
    q = make(mapping)
    assert check_questionnaire(q) == []
    assert any(said in str(problem) for problem in lint_questionnaire(q)), [str(p) for p in lint_questionnaire(q)]


def test_half_width_punctuation_in_chinese_is_a_warning() -> None:
    mapping = small([{"id": "a", "type": "text", "zh": "您知道吗?"}], languages=["zh"], title={"zh": "小"})
    mapping.update(scales={}, specials={})
    assert any("half-width '?'" in str(problem) for problem in lint_questionnaire(make(mapping)))


def test_too_many_cases_are_said_to_be_not_proved() -> None:
    many = [{"id": f"q{k}", "type": "single", "scale": "yn", "en": "?"} for k in range(14)]
    condition = " and ".join(f"q{k} == 1" for k in range(14))
    q = make(small([*many, {"id": "last", "type": "text", "en": "?", "ask_if": condition}]))
    assert walk(q, cap=1000).unproved
    assert walk(q).unproved == ()
    assert walk(q).reached


def test_walk_finds_lengths_and_cases(chengdu: Any) -> None:
    result = walk(chengdu)
    assert (result.shortest, result.longest) == (13, 21)
    assert result.unproved == ()
    assert ("flow", 0, "items", 0) in result.always
    assert walk(chengdu, cap=2).unproved


def test_vectors_reach_skip_and_end_everything(chengdu: Any) -> None:
    from surveykit.questionnaire import replay

    found = [replay(chengdu, vector) for vector in walk(chengdu).vectors]
    columns = {variable.id for variable in questionnaire_variables(chengdu) if not variable.other_text}
    assert set().union(*(result.asked for result in found)) >= columns
    assert {result.ended for result in found} == {None, "ineligible"}


@pytest.mark.parametrize("seed", range(8))
def test_the_walk_agrees_with_random_respondents(seed: int) -> None:
    from surveykit.questionnaire import replay
    from surveykit.questionnaire.definition.structure import flow_of

    rng = np.random.default_rng(seed)
    q = chained(rng)
    result = walk(q)
    columns = {step.path: step.entry.id for step in flow_of(q).steps if step.entry.kind == "item"}
    for path, answers in result.reached.items():
        found = replay(q, answers)
        if path in columns:
            assert any(c == columns[path] or c.startswith(columns[path] + "_") for c in found.asked)
        else:
            assert found.ended is not None
    reached = {columns[path] for path in result.reached if path in columns}
    for _ in range(150):
        asked = replay(q, random_answers(rng)).asked
        never = set(columns.values()) - reached
        assert not never & {column.split("_")[0] for column in asked}


def test_targets_of_a_quota_name_every_cell_once() -> None:
    q = make(small(quotas=[{"by": ["aware"], "targets": "q.csv"}]))
    good = pd.DataFrame({"aware": ["1", "2"], "target": ["10", "20"]})
    assert check_quota_targets(q, 0, good) == []
    bad = pd.DataFrame({"aware": ["1", "1", "3"], "target": ["10", "x", "1"]})
    said = " ".join(str(problem) for problem in check_quota_targets(q, 0, bad))
    for what in ("named twice", "do not exist", "without a target", "no whole numbers"):
        assert what in said
    assert "no column" in str(check_quota_targets(q, 0, good[["aware"]])[0])


def test_any_two_defects_together_are_reported_and_never_crash() -> None:
    for first, second in combinations(DEFECTS, 2):
        mapping = copy.deepcopy(small(copy.deepcopy(ITEMS)))
        try:
            second[1](mapping)
            first[1](mapping)
        except (KeyError, IndexError):
            continue
        assert check_questionnaire(make(mapping)), (first[0], second[0])
