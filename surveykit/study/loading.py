"""Read every definition of a study and tell all problems of all files at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from surveykit.errors import DefinitionError, Problem
from surveykit.files.recording import recording
from surveykit.study import places
from surveykit.study.definition import DisclosureTexts, StudyDefinition
from surveykit.study.inside import outside_problems, require_inside
from surveykit.study.location import MARKER
from surveykit.study.validation import validate
from surveykit.study.yaml_reader import Document, read_yaml

if TYPE_CHECKING:
    import pandas as pd

    from surveykit.questionnaire import Questionnaire
    from surveykit.responses import QualityRules
    from surveykit.sampling import SamplingPlan
    from surveykit.scoring import IndicatorSet, ScoringScheme
    from surveykit.simulation import SimulationPlan
    from surveykit.weighting import WeightingPlan

__all__ = ["Study", "StudyOutline", "load_outline", "load_study"]

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class StudyOutline:
    """Where a study lies and what its study.yaml says: enough to see whether anything is out of date.

    Attributes
    ----------
    root : pathlib.Path
        The folder of study.yaml.
    definition : StudyDefinition
        What study.yaml says.
    file : str
        Name of the study file: study.yaml, or that of a further study in the same folder.
    """

    root: Path
    definition: StudyDefinition
    file: str

    @property
    def output(self) -> Path:
        """The folder of everything that a run makes."""
        return self.root / self.definition.output

    def located(self, place: str) -> str:
        """Return where this study keeps one of the `surveykit.study.places`, from its root; other names as they are."""
        return places.located(place, self.definition.output, self.file)

    def path(self, place: str) -> Path:
        """Return the path of a place or a file of this study."""
        return self.root / self.located(place)


@dataclass(frozen=True)
class Study(StudyOutline):
    """A study as its files describe it; every definition is valid by itself and together with the others.

    Attributes
    ----------
    root, definition, file
        See `StudyOutline`.
    regions : pandas.DataFrame
        The districts in administrative order.
    margins : dict of str to pandas.DataFrame
        Population margins by name.
    questionnaire, sampling_plan, weighting, quality, indicators, scoring, disclosure
        The definitions.
    simulation : SimulationPlan, optional
        How frame and answers are simulated, in a simulated study.
    other_methods, other_methods_covariance : pandas.DataFrame, optional
        Results of the other methods of the evaluation, and the covariance of those from the same sampled sites.
    loaded : dict of str to str
        SHA-256 of the bytes that each definition was read from, by path from the root.
    """

    regions: pd.DataFrame
    margins: dict[str, pd.DataFrame]
    questionnaire: Questionnaire
    sampling_plan: SamplingPlan
    weighting: WeightingPlan
    quality: QualityRules
    indicators: IndicatorSet
    scoring: ScoringScheme
    disclosure: DisclosureTexts
    simulation: SimulationPlan | None = None
    other_methods: pd.DataFrame | None = None
    other_methods_covariance: pd.DataFrame | None = None
    loaded: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    def summary(self) -> list[str]:
        """Say in a few lines what the study consists of."""
        from surveykit.study.summary import summarise

        return summarise(self)

    def warnings(self) -> list[str]:
        """Say what is allowed and may be a slip, in the questionnaire."""
        from surveykit.questionnaire import lint_questionnaire

        file = self.definition.files.questionnaire
        return [f"{file}: {problem}" for problem in lint_questionnaire(self.questionnaire)]


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
        from surveykit.study.tables import TABLES, read_table

        return self.attempt(lambda: read_table(self.root / relative, TABLES[rules], relative))

    def margin(self, relative: str) -> Any:
        from surveykit.study.margins import without_total

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
    from surveykit.study.checking import check_across, check_each

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
