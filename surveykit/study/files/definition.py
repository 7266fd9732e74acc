"""What study.yaml says: the study's names and the files it is made of."""

from __future__ import annotations

import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from surveykit.files.answer_files import FileVariant, Source, UnmappedPolicy
from surveykit.language import Language

__all__ = [
    "Analysis",
    "DataFiles",
    "DisclosureTexts",
    "Domain",
    "Period",
    "ResponseFile",
    "ScoreRun",
    "StudyDefinition",
    "StudyFiles",
    "Text",
    "UnitWord",
    "unit_words",
]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(_Frozen):
    """A text in Chinese and English."""

    zh: str
    en: str

    def __getitem__(self, language: str) -> str:
        return str(getattr(self, language))


class UnitWord(Text):
    """What one of the areas compared is called, and the English plural where it adds no s."""

    en_plural: str | None = None


class Period(_Frozen):
    """First and last day of fieldwork."""

    start: datetime.date
    end: datetime.date

    @model_validator(mode="after")
    def _ordered(self) -> Period:
        if self.end < self.start:
            raise ValueError(f"the fieldwork ends ({self.end}) before it starts ({self.start})")
        return self


class StudyFiles(_Frozen):
    """The definitions, as paths from the folder of study.yaml.

    ``tables`` are further tables that weighting steps name: cells of the population, counts of the frame.
    """

    regions: str
    sampling_plan: str
    questionnaire: str
    weighting: str
    quality: str
    indicators: str
    scoring: str
    disclosure: str
    margins: dict[str, str]
    tables: dict[str, str] = Field(default_factory=dict)
    other_methods: str | None = None
    other_methods_covariance: str | None = None
    simulation: str | None = None
    report_templates: str | None = None

    def named(self) -> dict[str, str]:
        """Return every file by its role; margins as ``margins.<name>``, further tables as ``tables.<name>``."""
        roles = {role: path for role, path in self if isinstance(path, str) and role != "report_templates"}
        sets = {"margins": self.margins, "tables": self.tables}
        return roles | {f"{role}.{name}": path for role, files in sets.items() for name, path in files.items()}


class Domain(_Frozen):
    """A column by whose levels results are given, and its name."""

    id: str
    zh: str
    en: str


class DisclosureTexts(_Frozen):
    """What readers must be told and no other file says; see `surveykit.report.Disclosure`."""

    strategy: Text
    funding: Text
    instrument: Text
    geography: Text
    frame: Text
    selection: Text
    recruitment: Text
    mode: Text
    weighting: Text
    processing: Text
    limitations: Text


class ResponseFile(_Frozen):
    """One file of answers, and what cannot or need not be told from it; a plain path stands for a file alone."""

    file: str
    source: Source | None = None
    variant: FileVariant | None = None
    survey: str | None = None  # files of one survey are successive exports of it, merged by record number
    mapping: str | None = None
    column_map: str | None = None
    versions: list[str] | None = None
    mode: str | None = None
    zone: str | None = None
    sheet: str | None = None
    encoding: str | None = None
    header_row: int | None = Field(default=None, ge=1)
    skip_rows: int | None = Field(default=None, ge=0)
    footer: int | None = Field(default=None, ge=0)
    day_first: bool | None = None
    missing_codes: dict[str, Any] | list[str] | None = None  # kinds by code, or by code by item
    blanks: dict[str, list[str]] | list[str] | None = None
    unmapped: UnmappedPolicy = "error"

    @model_validator(mode="before")
    @classmethod
    def _path_alone(cls, given: object) -> object:
        return {"file": given} if isinstance(given, str) else given


class DataFiles(_Frozen):
    """The data, as paths from the folder of study.yaml.

    Several files of answers are put under one another; files with the same ``survey`` (all of them, with ``combine:
    later``) are successive exports of it, whose later records replace those of the same number. ``source`` forces what
    kind of file they are. ``salt`` names the file with the salt of the hashes that personal columns are replaced by;
    without it they are dropped. ``key_variables`` is what an outsider may know about a person, the most important
    first, for ``surveykit deidentify``; the domains by default. ``population`` says whom the
    frame of a simulated study lists.

    ``clusters`` is the table of the units of the first stage, where the sampling plan has ``clusters``. With
    ``listing``, a file or a folder with a file for each drawn cluster, it takes the place of the frame: the units are
    listed after the first stage was drawn. ``listing_status`` says which drawn clusters were refused or empty.
    """

    frame: str
    clusters: str | None = None
    listing: str | None = None
    listing_status: str | None = None
    responses: list[ResponseFile] = Field(min_length=1)
    combine: Literal["stack", "later"] = "stack"
    source: Source | None = None
    salt: str | None = None
    key_variables: list[str] = Field(default_factory=list)
    answers: str | None = None
    population: Literal["platform", "residents"] = "platform"

    @model_validator(mode="before")
    @classmethod
    def _first_list(cls, given: object) -> object:
        """The list from which the first stage draws is the frame, also where the units are listed later."""
        if not isinstance(given, dict) or given.get("listing") is None:
            return given
        if given.get("clusters") is None:
            raise ValueError("units that are listed later need 'clusters', the table that the first stage draws from")
        if given.get("frame") not in (None, given["clusters"]):
            raise ValueError("with 'listing' the units are not in a frame: take 'frame' out")
        return {**given, "frame": given["clusters"]}

    @model_validator(mode="after")
    def _status_of_listing(self) -> DataFiles:
        if self.listing_status is not None and self.listing is None:
            raise ValueError(
                "'listing_status' says what became of clusters to be listed: give 'listing', or take it out"
            )
        return self

    @property
    def response_files(self) -> list[str]:
        """Paths of the files of answers."""
        return [entry.file for entry in self.responses]


class Analysis(_Frozen):
    """One population that the results speak of, and the weights that stand for it."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")
    zh: str
    en: str
    weights_after: str
    kind: Literal["probability_sample", "model_adjusted"]
    note: Text | None = None


class Drivers(_Frozen):
    """The aspects whose importance for overall satisfaction is worked out: a grid, and the overall question."""

    grid: str
    overall: str


class ScoreRun(_Frozen):
    """How the uncertainty of scores is simulated: the number of draws from the joint distribution, and their seed."""

    draws: int = Field(default=10_000, ge=1_000)
    seed: int = Field(default=2021, ge=0)


class StudyDefinition(_Frozen):
    """The content of study.yaml, or of a further study file beside it.

    ``unit`` is what the report calls one of the areas compared (区县, 街道, ward), ``whole`` what it calls all of them
    together; without them these are the name of the domain ``district``, and 全市 or the city.
    """

    surveykit: Literal["1"]
    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")
    title: Text
    subtitle: Text | None = None
    commissioner: Text
    conductor: Text
    population: Text
    period: Period
    report_date: datetime.date
    languages: list[Language] = Field(min_length=1)
    simulated: bool
    files: StudyFiles
    data: DataFiles
    analyses: list[Analysis] = Field(min_length=1)
    domains: list[Domain] = Field(min_length=1)
    headline: list[str] = Field(min_length=1)
    unit: UnitWord | None = None
    whole: Text | None = None
    drivers: Drivers | None = None
    score: ScoreRun = ScoreRun()
    output: str = Field(default="output", pattern=r"^output[A-Za-z0-9_-]*$")

    @field_validator("analyses")
    @classmethod
    def _distinct(cls, analyses: list[Analysis]) -> list[Analysis]:
        ids = [analysis.id for analysis in analyses]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            raise ValueError(f"the analysis {twice[0]!r} stands twice; give each its own id")
        return analyses

    @model_validator(mode="after")
    def _simulation_said(self) -> StudyDefinition:
        if self.files.simulation and not self.simulated:
            raise ValueError(
                "the study has a simulation plan but says 'simulated: false'; its data would pass for real"
            )
        if self.files.simulation and self.data.answers is None:
            raise ValueError("a simulated study needs 'data: answers:', the file of the simulated true answers")
        return self


def unit_words(definition: StudyDefinition) -> dict[str, str]:
    """Return what one of the areas compared is called: study.yaml's word, else that of the domain district, else {}."""
    word = definition.unit or next((domain for domain in definition.domains if domain.id == "district"), None)
    if word is None:
        return {}
    plural = getattr(word, "en_plural", None)
    return {"zh": word.zh, "en": word.en} | ({"en_plural": plural} if plural else {})
