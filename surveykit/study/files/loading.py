"""Read every definition of a study and tell all problems of all files at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from surveykit.errors import DefinitionError, Problem
from surveykit.files.recording import recording
from surveykit.study.files.definition import DisclosureTexts, StudyDefinition
from surveykit.study.files.inside import outside_problems, require_inside
from surveykit.study.files.location import MARKER
from surveykit.study.files.study import Study, StudyOutline
from surveykit.study.files.validation import validate
from surveykit.study.files.yaml_reader import Document, read_yaml

if TYPE_CHECKING:
    import pandas as pd

    from surveykit.questionnaire import Questionnaire

__all__ = ["Study", "StudyOutline", "load_outline", "load_study"]

Model = TypeVar("Model", bound=BaseModel)


@dataclass
class _Reading:
    """The files read so far, and what is wrong in them."""

    root: Path
    documents: dict[str, Document] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def attempt(self, action: Callable[[], Any]) -> Any:
        try:
            return action()
        except DefinitionError as error:
            self.problems.extend(error.problems)
            return None

    def document(self, role: str, relative: str) -> Document | None:
        found: Document | None = self.attempt(lambda: read_yaml(self.root / relative, relative))
        if found is not None:
            self.documents[role] = found
        return found

    def model(self, role: str, relative: str, model: type[Model]) -> Model | None:
        document = self.document(role, relative)
        return None if document is None else self.attempt(lambda: validate(model, document))

    # Tables bring pandas, which saying that nothing is out of date does without.
    def table(self, relative: str, rules: str) -> Any:
        from surveykit.study.files.tables import TABLES, read_table

        return self.attempt(lambda: read_table(self.root / relative, TABLES[rules], relative))

    def margin(self, relative: str) -> Any:
        from surveykit.study.files.margins import without_total

        table = self.table(relative, "margins")
        return None if table is None else self.attempt(lambda: without_total(table))

    def add(self, role: str, problems: Sequence[Problem]) -> None:
        self.problems.extend(p if p.file else self.documents[role].locate(p) for p in problems)

    def stop_if_wrong(self) -> None:
        if self.problems:
            raise DefinitionError(self.problems)


def load_outline(place: Path, *, trust: bool = False) -> StudyOutline:
    """Read study.yaml alone.

    Parameters
    ----------
    place : pathlib.Path
        The folder that holds study.yaml, or a study file.
    trust : bool
        Whether the study may name files outside its folder.

    Raises
    ------
    DefinitionError
        With every problem of study.yaml.
    """
    root, file = _root_and_file(place)
    if not trust:
        require_inside(root, file)
    document = read_yaml(root / file, file)
    definition = validate(StudyDefinition, document)
    problems = [] if trust else outside_problems(root, definition)
    if problems:
        raise DefinitionError([document.locate(problem) for problem in problems])
    return StudyOutline(root, definition, file)


def _root_and_file(place: Path) -> tuple[Path, str]:
    return (place.parent, place.name) if place.is_file() else (place, MARKER)


def load_study(place: Path, *, trust: bool = False) -> Study:
    """Read and check a study.

    Parameters
    ----------
    place : pathlib.Path
        The folder that holds study.yaml, or a study file.
    trust : bool
        Whether the study may name files outside its folder: absolute paths, ``..`` and links.

    Returns
    -------
    Study

    Raises
    ------
    DefinitionError
        With every problem of every file.
    """
    root, file = _root_and_file(place)
    if not trust:
        require_inside(root, file)
    with recording(root) as loaded:
        return _load(_Reading(root), root, file, loaded, trust=trust)


def _load(reading: _Reading, root: Path, file: str, loaded: dict[str, str], *, trust: bool) -> Study:
    definition = reading.model("study", file, StudyDefinition)
    reading.stop_if_wrong()
    assert definition is not None
    if not trust:
        reading.add("study", outside_problems(root, definition))
        reading.stop_if_wrong()
    files = definition.files
    regions = reading.table(files.regions, "regions")
    margins = {name: reading.margin(path) for name, path in files.margins.items()}
    other = {
        name: reading.table(path, name)
        for name, path in files.named().items()
        if name in ("other_methods", "other_methods_covariance")
    }
    parts = _definitions(reading, definition, regions)
    study = None
    if not reading.problems:
        study = Study(root, definition, file, regions, margins, **other, **parts, loaded=loaded)
    from surveykit.study.files.checking import check_across, check_each

    check_each(reading, parts)
    if study is not None and not reading.problems:
        check_across(reading, study)
    reading.stop_if_wrong()
    assert study is not None
    return study


def _definitions(reading: _Reading, definition: StudyDefinition, regions: pd.DataFrame | None) -> dict[str, Any]:
    from surveykit.responses import QualityRules
    from surveykit.sampling import SamplingPlan
    from surveykit.scoring import IndicatorSet, ScoringScheme
    from surveykit.simulation import SimulationPlan
    from surveykit.weighting import WeightingPlan

    files = definition.files
    parts: dict[str, Any] = {
        "sampling_plan": reading.model("sampling_plan", files.sampling_plan, SamplingPlan),
        "questionnaire": _questionnaire(reading, files.questionnaire, files.regions, regions),
        "weighting": reading.model("weighting", files.weighting, WeightingPlan),
        "quality": reading.model("quality", files.quality, QualityRules),
        "indicators": reading.model("indicators", files.indicators, IndicatorSet),
        "scoring": reading.model("scoring", files.scoring, ScoringScheme),
        "disclosure": reading.model("disclosure", files.disclosure, DisclosureTexts),
    }
    if files.simulation:
        parts["simulation"] = reading.model("simulation", files.simulation, SimulationPlan)
    return parts


def _questionnaire(
    reading: _Reading, relative: str, regions_file: str, regions: pd.DataFrame | None
) -> Questionnaire | None:
    """Read the questionnaire; a scale that names the table of districts takes its codes from there."""
    from surveykit.questionnaire import Questionnaire, resolve_scales

    document = reading.document("questionnaire", relative)
    if document is None or regions is None:
        return None
    codes = regions.assign(code=regions["district"], zh=regions["name_zh"], en=regions["name_en"])
    tables = {regions_file: codes, Path(regions_file).name: codes}
    resolved = reading.attempt(lambda: resolve_scales(document.data, tables))
    if resolved is None:
        return None
    shown = Document(resolved, document.file, document.lines)
    reading.documents["questionnaire"] = shown
    found: Questionnaire | None = reading.attempt(lambda: validate(Questionnaire, shown))
    return found
