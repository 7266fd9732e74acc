"""Finished English messages are found in the catalogue, nested ones too, and what is not in it stays as it is."""

import pytest

from surveykit.errors import Problem, first_few
from surveykit.language import translator
from surveykit.language.template import Template
from surveykit.language.translator import Translator
from surveykit.questionnaire import RoutingError, parse
from surveykit.study.files.validation import nearest


@pytest.fixture(scope="module")
def chinese():
    return translator("zh")


def test_english_stays(chinese):
    text = "the file is empty"
    assert translator("en")(text) == text
    assert chinese(text) == "文件是空的"


def test_values_stand_in_their_places(chinese):
    told = chinese(f"plan p: size.by_stratum lacks strata {first_few(['a', 'b', 'c'], limit=2)}: add them")
    assert told == "方案p：size.by_stratum缺少层'a'、'b'等（共3个）：补上"
    advice = "mend them, or give such rows weight 0 to keep them without contribution."
    assert chinese(f"Weights are negative in rows {first_few([7])}: {advice}").startswith("第7行的权数为负：改正它们")


def test_a_plural_is_one_text(chinese):
    one = chinese(
        "draw: needs a.csv, which is not there: restore the file or correct its name in the study file; "
        "'surveykit run' makes what earlier stages make"
    )
    two = chinese(
        "draw: needs a.csv, b.csv, which are not there: restore the file or correct its name in the study file; "
        "'surveykit run' makes what earlier stages make"
    )
    assert one.startswith("draw：需要a.csv，但不存在")
    assert two.startswith("draw：需要a.csv, b.csv，但不存在")


def test_a_message_inside_a_message(chinese):
    with pytest.raises(RoutingError) as error:
        parse("aware == (1")
    told = chinese(str(error.value))
    assert told == "'aware == (1'第10个字符处：应为代码或数字，却是'('：比较号后写代码"
    assert chinese(nearest("allocaton", ["allocation"])) == "是不是想写'allocation'？"


def test_places_stay_and_what_follows_is_translated(chinese):
    problem = Problem("the file is empty", "write the header and the rows", (), "a.csv", 3)
    assert chinese(str(problem)) == "a.csv:3: 文件是空的: 写上表头和各行"


@pytest.mark.parametrize(
    "text",
    ["", "青羊区", "'the file is empty'", "Traceback (most recent call last)", "no such thing in any catalogue at all"],
)
def test_other_text_stays(chinese, text):
    assert chinese(text) == text


def test_data_that_look_like_a_word_of_the_catalogue_stay(chinese):
    """A column called 'order' is a name and no word to translate."""
    assert "'order'" in chinese("'order' is no stratum column")
    assert chinese("required is no stratum column").startswith("required")


def test_the_text_that_explains_most_is_meant():
    texts = {"{a} is {b}": "{a}即{b}", "the value {a} is {b!}": "值{a}为{b}", "wrong": "错"}
    speak = Translator(sorted((Template(k, v) for k, v in texts.items()), key=lambda t: -t.weight))
    assert speak("the value 5 is wrong") == "值5为错"
    assert speak("x is wrong") == "x即wrong"


def test_a_wrong_slot_never_hides_an_error():
    assert Translator([Template("no {a} here", "没有{b}")])("no bread here") == "没有{b}"
