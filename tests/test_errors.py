"""One base class for every error that a user of surveykit can meet."""

import importlib
import pkgutil

import pandas as pd
import pytest

import surveykit as sk
from surveykit import errors
from surveykit.questionnaire.definition.text import nearest

CALLER = {"UsageError"}  # of the command line only, which answers with the usage


def classes():
    for module in pkgutil.walk_packages(sk.__path__, "surveykit."):
        if not module.name.endswith("__main__"):
            for name, thing in vars(importlib.import_module(module.name)).items():
                if isinstance(thing, type) and issubclass(thing, Exception) and thing.__module__ == module.name:
                    yield name, thing


def test_every_error_has_the_one_base():
    found = dict(classes())
    assert {"DataError", "DefinitionError", "FileError", "RoutingError", "RenderError"} <= set(found)
    strange = [
        name
        for name, thing in found.items()
        if not issubclass(thing, sk.SurveyKitError | Warning) and name not in CALLER
    ]
    assert not strange
    assert sk.SurveyKitError is errors.SurveyKitError


@pytest.mark.parametrize(
    "call",
    [
        lambda: sk.SurveyDesign(pd.DataFrame({"w": [1.0]}), weights="v"),
        lambda: sk.calibrate(None, {}, distance="Linear"),
        lambda: sk.questionnaire.parse("a =="),
        lambda: sk.read_responses("nowhere.csv", None),
        lambda: sk.allocate(sk.SamplingPlan.model_validate({"id": "p", "frame": {"id": "u"}})),
    ],
)
def test_it_catches_what_is_raised(call):
    with pytest.raises(sk.SurveyKitError) as caught:
        call()
    assert type(caught.value) is not sk.SurveyKitError and str(caught.value)


@pytest.mark.parametrize(
    ("word", "known", "near"),
    [("AGE_GRUP", ["AGE", "AGE_GROUP"], "AGE_GROUP"), (" Sat_Overal ", ["sat_overall"], "sat_overall"),
     ("AGE", ["age", "Age"], "age"), ("income", ["age"], ""), ("age", [], "")],
)  # fmt: skip
def test_the_nearest_word_whatever_the_case(word, known, near):
    assert errors.nearest_word(word, iter(known)) == near
    advice = nearest(word, known, "write another")
    assert advice == (f"did you mean {near!r}?" if near else "write another")
