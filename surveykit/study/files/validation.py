"""Turn what pydantic says of a definition into problems with a place, a plain sentence and advice."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from surveykit.errors import DefinitionError, Problem, nearest_word
from surveykit.study.files.yaml_reader import Document, Place

__all__ = ["validate", "validation_problems"]

Model = TypeVar("Model", bound=BaseModel)

_PLAIN = {
    "string_type": "text is needed here",
    "int_parsing": "{input!r} is not a whole number",
    "int_type": "a whole number is needed here",
    "int_from_float": "{input!r} is not a whole number",
    "float_parsing": "{input!r} is not a number",
    "float_type": "a number is needed here",
    "finite_number": "{input!r} is not a finite number",
    "bool_parsing": "{input!r} is neither true nor false",
    "bool_type": "true or false is needed here",
    "list_type": "a list is needed here",
    "tuple_type": "a list is needed here",
    "dict_type": "a table of key: value lines is needed here",
    "model_type": "a table of key: value lines is needed here",
    "model_attributes_type": "a table of key: value lines is needed here",
    "date_from_datetime_parsing": "{input!r} is not a date",
    "date_parsing": "{input!r} is not a date",
}
_ADVICE = {
    "date_from_datetime_parsing": "write it as 2021-08-31",
    "date_parsing": "write it as 2021-08-31",
    "bool_parsing": "write true or false",
}


def validate(model: type[Model], document: Document) -> Model:
    """Make a definition from a document.

    Raises
    ------
    DefinitionError
        With every problem of the document, each with file and line.
    """
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        problems = validation_problems(model, error, document.data)
        raise DefinitionError([document.locate(problem) for problem in problems]) from None


def validation_problems(model: type[BaseModel], error: ValidationError, data: Any) -> list[Problem]:
    """List what pydantic found, one problem per place."""
    seen: dict[tuple[Place, str], Problem] = {}
    for details in error.errors(include_url=False):
        path = _real_path(details["loc"], data, keep_last=details["type"] in {"missing", "extra_forbidden"})
        problem = _problem(model, details, path)
        seen.setdefault((path, problem.what), problem)
    return list(seen.values())


def _problem(model: type[BaseModel], details: ErrorDetails, path: Place) -> Problem:
    kind, given = details["type"], details["input"]
    if kind == "missing":
        return Problem(f"the key {path[-1]!r} is missing", "add it", path[:-1])
    if kind == "extra_forbidden":
        known = sorted(_fields_at(model, details["loc"][:-1]))
        return Problem(f"unknown key {str(path[-1])!r}", nearest(str(path[-1]), known), path)
    if kind in {"literal_error", "enum"}:
        return Problem(f"{given!r} is not possible here", f"use {details['ctx']['expected']}", path)
    if kind in {"union_tag_invalid", "union_tag_not_found"}:
        expected = details["ctx"].get("expected_tags", "")
        return Problem("the kind given here is not known", f"use one of {expected}" if expected else "", path)
    if kind in _PLAIN:
        return Problem(_PLAIN[kind].format(input=_short(given)), _ADVICE.get(kind, ""), path)
    message = details["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    shown = "" if isinstance(given, dict | list) or str(given) in message else f" (found {_short(given)!r})"
    return Problem(message + shown, "", path)


def _short(given: Any) -> Any:
    text = str(given)
    return text if len(text) <= 60 else text[:57] + "..."


def nearest(word: str, known: Iterable[str]) -> str:
    """Advise on a word that is not known.

    Examples
    --------
    >>> nearest("allocaton", ["allocation", "size"])
    "did you mean 'allocation'?"
    """
    candidates = list(known)
    near = nearest_word(word, candidates)
    if near:
        return f"did you mean {near!r}?"
    return f"known here: {', '.join(candidates)}" if candidates else "remove it"


def _real_path(loc: tuple[str | int, ...], data: Any, *, keep_last: bool) -> Place:
    """Drop the parts of a pydantic location that name a branch of a union and not a place in the file."""
    path: list[str | int] = []
    here: Any = data
    for position, part in enumerate(loc):
        last = position == len(loc) - 1
        inside_dict = isinstance(here, dict) and part in here
        inside_list = isinstance(here, list) and isinstance(part, int) and part < len(here)
        if inside_dict or inside_list:
            path.append(part)
            here = here[part]
        elif last and keep_last:
            path.append(part)
    return tuple(path)


def _models_in(annotation: Any) -> set[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {annotation}
    found: set[type[BaseModel]] = set()
    for argument in get_args(annotation):
        found |= _models_in(argument)
    return found


def _fields_at(model: type[BaseModel], loc: tuple[str | int, ...]) -> set[str]:
    candidates: set[type[BaseModel]] = {model}
    for part in loc:
        following: set[type[BaseModel]] = set()
        for candidate in candidates:
            for name, info in candidate.model_fields.items():
                if part in (name, info.alias):
                    following |= _models_in(info.annotation)
        candidates = following or candidates
    return {info.alias or name for candidate in candidates for name, info in candidate.model_fields.items()}
