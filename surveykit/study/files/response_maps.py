"""The maps of answer files that study.yaml names: values of one's own, and columns of a rendered form."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from surveykit.errors import DataError, DefinitionError, Problem
from surveykit.files.looking import read_json
from surveykit.study.files.validation import validate
from surveykit.study.files.yaml_reader import read_yaml

if TYPE_CHECKING:
    from surveykit.questionnaire import ColumnMap, Questionnaire
    from surveykit.responses.cells.user_mapping import UserMapping
    from surveykit.study.files.definition import ResponseFile
    from surveykit.study.files.study import StudyOutline

__all__ = ["mapping_problems", "read_column_map", "read_mapping"]


def read_mapping(root: Path, entry: ResponseFile, questionnaire: Questionnaire) -> UserMapping | None:
    """Read the mapping of values that an answer file names; None where it names none."""
    from surveykit.responses.cells.user_mapping import UserMapping, check_user_mapping

    if entry.mapping is None:
        return None
    document = read_yaml(root / entry.mapping, entry.mapping)
    mapping = validate(UserMapping, document)
    if problems := check_user_mapping(mapping, questionnaire):
        raise DefinitionError([document.locate(problem) for problem in problems])
    return mapping


def read_column_map(root: Path, entry: ResponseFile, questionnaire: Questionnaire) -> ColumnMap | None:
    """Read the column map that an answer file names, of this version of the questionnaire; None where it names none."""
    from surveykit.questionnaire import ColumnMap, definition_hash

    if entry.column_map is None:
        return None
    try:
        found = ColumnMap.from_dict(read_json(root / entry.column_map))
    except (DataError, AttributeError, ValueError, KeyError, TypeError) as error:
        what = f"not a column map as 'surveykit render' writes it ({error})"
        raise DefinitionError([Problem(what, "name the .json beside the export", file=entry.column_map)]) from None
    if found.definition_hash != definition_hash(questionnaire):
        what = f"made from another version of the questionnaire ({found.questionnaire} version {found.version})"
        raise DefinitionError([Problem(what, "name the map of this version", file=entry.column_map)])
    return found


def mapping_problems(study: StudyOutline, questionnaire: Questionnaire) -> list[Problem]:
    """Everything that is wrong in the mapping files of study.yaml, and in what it says of missing values and zones.

    Maps made by a run are read then.
    """
    from surveykit.responses.cells.user_mapping import declared_problems

    problems: list[Problem] = []
    for place, entry in enumerate(study.definition.data.responses):
        for problem in declared_problems(questionnaire, entry.missing_codes, entry.blanks, entry.zone):
            problems.append(replace(problem, path=("data", "responses", place, *problem.path)))
        try:
            read_mapping(study.root, entry, questionnaire)
        except DefinitionError as error:
            problems += error.problems
    return problems
