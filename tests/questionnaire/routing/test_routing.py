from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from questionnaire_helpers import coded_frame, make, random_answers, random_expression, small

from surveykit.errors import DataError
from surveykit.questionnaire import (
    Questionnaire,
    RoutingError,
    evaluate,
    evaluate_frame,
    expression_text,
    parse,
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("aware = 1", "write '=='"),
        ("aware == 1 && x == 2", "write 'and'"),
        ("aware == 1 || x == 2", "write 'or'"),
        ("aware == (1", "expected a code or a number"),
        ("aware =＝ 1", "write '=='"),
        ("（aware == 1）", "half-width '('"),
        ("aware in [1, 2", "close the list"),
        ("selected(aware)", "unknown function 'selected'"),
        ("aware == '1", "without its end"),
        ("aware == 1 aware == 2", "join tests"),
        ("Aware == 1", "is not an id"),
        ("a == b.c", "comparison with another item"),
        ("count(m) >= -1", "whole number"),
        ("", "expected an item id, found the end"),
        ("not", "expected an item id, found the end"),
        ("(" * 100 + "true" + ")" * 100, "levels of nesting"),
        ("true and " * 1000 + "true", "characters"),
    ],
)
def test_errors_of_syntax_say_where_and_what_to_do(text: str, said: str) -> None:
    with pytest.raises(RoutingError, match="at character") as caught:
        parse(text)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "a == 1 or b == 2 and not (c < 3.5)",
        "(a == 1 or b == 2) and c in [1, x-2, 'a b']",
        "not (not (answered(a.row)))",
        "count(m) >= 2 and m has 'or'",
        "true or false",
    ],
)
def test_text_of_a_tree_parses_to_the_same_tree(text: str) -> None:
    tree = parse(text)
    assert parse(expression_text(tree)) == tree


def test_and_binds_tighter_than_or() -> None:
    assert parse("a == 1 or b == 1 and c == 1") == parse("a == 1 or (b == 1 and c == 1)")
    assert parse("not a == 1 and b == 1") == parse("(not (a == 1)) and b == 1")


def test_missing_answers_fail_every_comparison(little: Questionnaire) -> None:
    for text in ("aware == 1", "aware != 1", "age < 5", "age >= 5", "sat.venue in [1, 98]", "src has 1"):
        assert not evaluate(parse(text, little), {})
        assert evaluate(parse(f"not ({text})", little), {})
    assert evaluate(parse("count(src) == 0", little), {})


def test_special_codes_have_no_order_but_are_equal_to_themselves(little: Questionnaire) -> None:
    for text in ("sat.venue >= 1", "sat.venue <= 200", "sat.venue > 3"):
        assert not evaluate(parse(text, little), {"sat_venue": "98"})
    assert evaluate(parse("sat.venue == 98", little), {"sat_venue": "98"})
    assert evaluate(parse("sat.venue != 1", little), {"sat_venue": "98"})
    assert evaluate(parse("answered(sat.venue)", little), {"sat_venue": "98"})
    assert not evaluate(parse("age >= 18", little), {"age": "99"})
    assert not evaluate(parse("age >= 18", little), {"age": 99.0})


def test_codes_are_compared_as_text_and_numbers_as_numbers(little: Questionnaire) -> None:
    assert not evaluate(parse("aware == 01", little), {"aware": "1"})
    assert evaluate(parse("age == 18.0", little), {"age": "18"})
    assert not evaluate(parse("src has 1", little), {"src": ["96", "21"]})


def test_table_and_single_respondent_agree_on_random_expressions(little: Questionnaire) -> None:
    rng = np.random.default_rng(20211)
    respondents = [random_answers(rng) for _ in range(60)]
    data, missing = coded_frame(respondents)
    for _ in range(150):
        tree = parse(random_expression(rng, 3), little)
        alone = [evaluate(tree, answers) for answers in respondents]
        assert evaluate_frame(tree, data, missing).tolist() == alone, expression_text(tree)


def test_an_unbound_tree_reads_coded_text_and_don_t_know() -> None:
    data = pd.DataFrame({"sat": ["5", "1", pd.NA, pd.NA]})
    missing = pd.DataFrame({"sat": ["", "", "dk", "na"]})
    assert evaluate_frame(parse("sat >= 4"), data, missing).tolist() == [True, False, False, False]
    assert evaluate_frame(parse("sat != 5"), data, missing).tolist() == [False, True, True, False]
    assert evaluate_frame(parse("answered(sat)"), data, missing).tolist() == [True, True, True, False]
    assert evaluate_frame(parse("sat in [1, 5]"), data).tolist() == [True, True, False, False]


def test_a_column_that_is_not_there_is_an_error() -> None:
    with pytest.raises(DataError, match="'awere'"):
        evaluate_frame(parse("awere == 1"), pd.DataFrame({"aware": ["1"]}))


def test_derived_variables_are_written_out() -> None:
    q = make(
        small(
            derive=[{"id": "grown", "scale": "yn", "cut": {"of": "age", "at": ["0", "18"]}}],
        )
    )
    assert expression_text(parse("grown == 2", q)) == "age >= 18"
    assert expression_text(parse("grown != 2", q)) == "age >= 0 and age < 18"


@given(st.text(alphabet="ab12 ()[],.'=!<>-_andortihsuw（＝中", max_size=40))
def test_any_text_parses_or_says_what_is_wrong(text: str) -> None:
    try:
        tree = parse(text)
    except RoutingError as error:
        assert error.todo
    else:
        assert parse(expression_text(tree)) == tree
