"""A study as its files describe it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surveykit.study.files import places
from surveykit.study.files.definition import DisclosureTexts, StudyDefinition

if TYPE_CHECKING:
    import pandas as pd

    from surveykit.questionnaire import Questionnaire
    from surveykit.responses import QualityRules
    from surveykit.sampling import SamplingPlan
    from surveykit.scoring import IndicatorSet, ScoringScheme
    from surveykit.simulation import SimulationPlan
    from surveykit.weighting import WeightingPlan

__all__ = ["CITY", "UNIT", "Study", "StudyOutline", "count_parts", "simulation_of", "summarise"]

# The domains of a district study: the whole city, and the column of its districts.
CITY = "all"
UNIT = "district"


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
        """Return where this study keeps one of the `places`, from its root; other names as they are."""
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

    @property
    def frame_at_hand(self) -> Any:
        """What the first stage draws from: the frame's file, or frame and table of clusters side by side."""
        data = self.definition.data
        if data.clusters is None or data.listing is not None:
            return self.root / data.frame
        from surveykit.sampling import join_clusters

        return join_clusters(self.sampling_plan, self.root / data.frame, self.root / data.clusters)

    def summary(self) -> list[str]:
        """Say in a few lines what the study consists of."""
        return summarise(self)

    def warnings(self) -> list[str]:
        """Say what is allowed and may be a slip, in the questionnaire."""
        from surveykit.questionnaire import lint_questionnaire

        file = self.definition.files.questionnaire
        return [f"{file}: {problem}" for problem in lint_questionnaire(self.questionnaire)]


def count_parts(study: Study) -> dict[str, Any]:
    """Return the size of each definition, under stable names."""
    from surveykit.questionnaire import questionnaire_variables

    indicators = study.scoring.indicators
    return {
        "id": study.definition.id,
        "title": study.definition.title.zh,
        "title_en": study.definition.title.en,
        "simulated": study.definition.simulated,
        "districts": len(study.regions),
        "residents": int(study.regions["census_population_2020"].sum()),
        "columns": len(questionnaire_variables(study.questionnaire)),
        "pages": len(study.questionnaire.flow),
        "indicators": len(study.indicators.indicators),
        "scheme_indicators": len(indicators),
        "scheme_contents": sum(len(indicator.contents) for indicator in indicators),
        "scheme_criteria": sum(len(part.criteria) for indicator in indicators for part in indicator.contents),
        "weighting_steps": [step.kind for step in study.weighting.steps],
    }


def summarise(study: Study) -> list[str]:
    """Say the study's title and the size of each definition."""
    found = count_parts(study)
    title = study.definition.title[study.definition.languages[0]]
    return [
        f"{title} ({found['id']}, simulated)" if found["simulated"] else f"{title} ({found['id']})",
        f"  districts: {found['districts']}, {found['residents']:,} residents",
        f"  questionnaire: {found['columns']} columns in {found['pages']} pages",
        f"  indicators: {found['indicators']}",
        f"  scheme: {found['scheme_indicators']} indicators, {found['scheme_contents']} contents, "
        f"{found['scheme_criteria']} criteria",
        f"  weighting: {' > '.join(found['weighting_steps'])}",
    ]


def simulation_of(study: Study) -> SimulationPlan:
    """Return the simulation plan of a study; that of residents has a seed of its own."""
    plan = study.simulation
    assert plan is not None
    residents = study.definition.data.population == "residents"
    return plan.model_copy(update={"seed": f"{plan.seed}/residents"}) if residents else plan
