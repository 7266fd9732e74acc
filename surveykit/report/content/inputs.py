"""What a report is made from: plain values, tables and estimates, no files."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, get_args, runtime_checkable

import pandas as pd

from surveykit.errors import choose
from surveykit.language import Language
from surveykit.report.content.disclosure_record import Disclosure
from surveykit.report.content.weighting_record import WeightDiagnostics
from surveykit.scoring.indicators.definition import IndicatorKind

__all__ = [
    "Choice",
    "Edition",
    "EstimatesLike",
    "Group",
    "IndicatorInfo",
    "OtherAnalysis",
    "OwnChapter",
    "Profile",
    "Question",
    "ReportInput",
    "StudyInfo",
    "Text",
]

Edition = Language
Profile = Literal["research", "official"]
Text = Mapping[str, str]
"""A text in each language of the report: ``{"zh": ..., "en": ...}``."""


@runtime_checkable
class EstimatesLike(Protocol):
    """Anything with a tidy ``table``, such as :class:`surveykit.estimation.Estimates`."""

    @property
    def table(self) -> pd.DataFrame:
        """Columns variable, estimate, std_error, conf_low, conf_high, df, deff, n, n_eff and the by column."""


@dataclass(frozen=True, kw_only=True)
class StudyInfo:
    """What stands on the cover.

    Attributes
    ----------
    id : str
        Short name of the study, used in file names.
    title, subtitle : Text
        Title and the line under it.
    commissioner, conductor, field_period : Text
        Who ordered the survey, who ran it, and when answers were collected.
    published : datetime.date
        Date of the report; also the fixed date in the documents' metadata.
    version : str
        Version of the report, for the change log.
    simulated : bool
        True when the answers are simulated; every page, sheet and figure then says so.
    city : Text
        Name of the whole area that the units make up; ``en_inline`` is what stands inside an English sentence.
    unit : Text
        What one of the areas compared is called (区县, 街道, ward); ``en_plural`` where English adds no s.
    """

    id: str
    title: Text
    commissioner: Text
    conductor: Text
    field_period: Text
    published: datetime.date
    subtitle: Text = field(default_factory=lambda: {"zh": "", "en": ""})
    version: str = "1.0"
    simulated: bool = False
    city: Text = field(default_factory=lambda: {"zh": "全市", "en": "City", "en_inline": "the city"})
    unit: Text = field(default_factory=lambda: {"zh": "地区", "en": "area"})


@dataclass(frozen=True, kw_only=True)
class IndicatorInfo:
    """One indicator and how it may be read.

    Attributes
    ----------
    id : str
        Value of ``variable`` in the estimates.
    name : Text
        Name; a 率 is a percentage, a 度 a score from 0 to 100.
    kind : {"rate", "score"}
        Rates are estimated as shares from 0 to 1, scores in points from 0 to 100.
    numerator, base, dont_know : Text
        Which answers count, out of whom (two indicators with different bases say so in different words), and what
        becomes of those who cannot say, in the questionnaire's words.
    wording : Text
        Wording of the question.
    headline : bool
        Whether it has its own chapter, charts and summary sentence.
    items : sequence of str
        Ids of the questions that it is made from.
    """

    id: str
    name: Text
    kind: IndicatorKind
    numerator: Text
    base: Text
    dont_know: Text
    wording: Text
    headline: bool = True
    items: Sequence[str] = ()

    def __post_init__(self) -> None:
        choose("kind", self.kind, get_args(IndicatorKind))


@dataclass(frozen=True, kw_only=True)
class Group:
    """A grouping of respondents, such as sex: its name and the labels of its levels in order."""

    id: str
    name: Text
    levels: Mapping[str, Text]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One answer of a question; ``special`` marks don't know and refused."""

    code: str
    label: Text
    special: bool = False


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question as it was asked.

    Attributes
    ----------
    id : str
        Id of the item, or of the row of a grid.
    kind : str
        single, multi, grid, number, text or date.
    text : Text
        Exact wording.
    choices : sequence of Choice
        All answers in the order shown.
    base : Text
        Who was asked.
    part : Text
        Heading of the part of the questionnaire.
    grid : str
        Id of the grid that the row belongs to, or "".
    number : str
        Its number in the questionnaire, by which indicators refer to it; counted from 1 when no question has one.
    """

    id: str
    kind: str
    text: Text
    choices: Sequence[Choice] = ()
    base: Text = field(default_factory=lambda: {"zh": "全部受访者", "en": "All respondents"})
    part: Text = field(default_factory=lambda: {"zh": "", "en": ""})
    grid: str = ""
    number: str = ""


@dataclass(frozen=True, kw_only=True)
class OtherAnalysis:
    """The same indicators for another population or with other weights, shown beside the main ones.

    Attributes
    ----------
    id : str
        Short name.
    name : Text
        Whom the figures speak of.
    note : Text
        How they may be read, for example that they rest on a model.
    estimates : Estimates or DataFrame
        City figures, as ``estimates["city"]``.
    model_based : bool
        Whether the figures rest on a model of who is on the frame; their intervals are then headed as covering
        sampling error only, never as plain confidence intervals.
    """

    id: str
    name: Text
    note: Text
    estimates: EstimatesLike | pd.DataFrame
    model_based: bool = True


@dataclass(frozen=True, kw_only=True)
class OwnChapter:
    """A chapter that the study's authors wrote in Markdown; ``after`` names the chapter it follows."""

    id: str
    title: Text
    markdown: Text
    after: str = "summary"


@dataclass(frozen=True, kw_only=True)
class ReportInput:
    """All that a report says, before any rounding or suppression.

    Only the first five fields are required; a chapter whose table is None is left out.

    Attributes
    ----------
    study : StudyInfo
        Names, dates and the simulated mark.
    regions : DataFrame
        district, name_zh, name_en in administrative order; optional short_zh, code, census_population_2020,
        tile_row, tile_column.
    indicators : sequence of IndicatorInfo
        In the order of the report.
    estimates : mapping of str to Estimates or DataFrame
        Keys: "city" and any by column ("district", "sex", ...). Tables as :class:`EstimatesLike` says; the by column
        bears the key's name. ``variable`` is the indicator's id.
    disclosure : Disclosure
        The statements without which a survey report is not published.
    groups : sequence of Group
        Labels for every key of ``estimates`` other than city and district.
    ranks : mapping of str to DataFrame
        For an indicator's id: district, rank_low, rank_high, band ("above", "not_distinguishable", "below").
    scores : DataFrame, optional
        district, points, std_error, conf_low, conf_high, rank_low, rank_high, band.
    score_parts : DataFrame, optional
        district, part_zh, part_en, points, conf_low, conf_high, maximum: what each indicator of the scheme adds.
    scheme : DataFrame, optional
        One row a criterion: indicator_zh/_en, content_zh/_en, criterion_zh/_en, points, method, named
        ("published" or "illustrative").
    score_values : DataFrame, optional
        For the criteria that the scheme rounds before their rule: district, criterion_zh, criterion_en, kind ("rate",
        ...), decimals (of the number that is printed), value (unrounded), value_used (what the rule saw), points.
    score_notes : sequence of Text
        Remarks on the score, such as intervals that cross a threshold of a rule.
    sensitivity : DataFrame, optional
        input_zh and input_en, or input (a factor of the library);
        value, conf_low, conf_high: how much each choice moves the ranks (total Sobol index).
    sample : DataFrame, optional
        district, population_size, sample_size.
    dispositions : DataFrame, optional
        district, disposition (AAPOR codes I, P, R, NC, O, UH, UO, NE), count: every sampled unit once.
    outcome_rates : DataFrame, optional
        rate ("RR1", ...), value, weighted.
    weighting_steps : DataFrame, optional
        step (of the library, or with description_zh and description_en), deff, minimum, maximum (of the weight
        relative to its mean).
    weights : Series, optional
        Final weights of the respondents.
    raking : DataFrame, optional
        iteration, max_gap (largest relative gap to a margin).
    margins : DataFrame, optional
        variable, level, target, before, after (shares).
    weighting : tuple of WeightDiagnostics
        Diagnostics of the weights of each analysis, for the appendix.
    questions : sequence of Question
        The questionnaire, for the appendix and the topline.
    topline : DataFrame, optional
        question, code, n, estimate, conf_low, conf_high: shares of all who were asked and answered, don't know
        included (:func:`surveykit.report.make_topline`). A code "top2" may give the two best grades of a grid's row
        out of the valid answers.
    drivers : DataFrame, optional
        item, label_zh, label_en, performance (share) and importance (share of the explained variance), each with
        _low and _high (:func:`surveykit.report.make_drivers`).
    analyses : sequence of OtherAnalysis
        Figures for another population, shown beside the main ones for the whole city.
    main_analysis : Text
        Whom the main figures speak of; needed with ``analyses``.
    trend : DataFrame, optional
        indicator, wave, estimate, conf_low, conf_high, n, break_before (bool).
    quality : DataFrame, optional
        rule_zh, rule_en, or rule (a check of the library), flagged, excluded: the cleaning log.
    item_nonresponse : DataFrame, optional
        question, asked, blank (unweighted): who was asked a question and who left it blank, don't know not counted.
    quality_facts : mapping of str to float
        Further quality indicators: "days" (from the end of fieldwork to the report), "minutes" (median length),
        "excluded" (share of the returns), "imputed" (share of the values), "revisions" (since the report came out).
    alternatives : DataFrame, optional
        The city's figures under other rules: indicator, name_zh, name_en, own (whether it is the rule of this report),
        estimate, std_error, conf_low, conf_high, n; optional df, deff, n_eff.
    fieldwork : mapping of str to DataFrame
        "outcome_rates", "cleaning" and "marked_rates" for the appendix on fieldwork (`chapters.fieldwork`).
    provenance : mapping of str to str
        Hashes, seeds and versions.
    changes : sequence of Text
        Change log of the report.
    chapters : sequence of OwnChapter
        Chapters in Markdown written by the study's authors.
    recipes : mapping of str to mapping
        For each key of ``estimates`` how it was made, when the tables are plain DataFrames.
    conf_level : float
        Level of all intervals.
    logo : str
        SVG text of a logo for the cover, or "".
    map_geojson : mapping, optional
        GeoJSON of the districts with a property ``district``; needs ``map_approval``.
    map_approval : str
        Approval number of the map (审图号).
    """

    study: StudyInfo
    regions: pd.DataFrame
    indicators: Sequence[IndicatorInfo]
    estimates: Mapping[str, EstimatesLike | pd.DataFrame]
    disclosure: Disclosure
    groups: Sequence[Group] = ()
    ranks: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    scores: pd.DataFrame | None = None
    score_parts: pd.DataFrame | None = None
    scheme: pd.DataFrame | None = None
    score_values: pd.DataFrame | None = None
    score_notes: Sequence[Text] = ()
    sensitivity: pd.DataFrame | None = None
    sample: pd.DataFrame | None = None
    dispositions: pd.DataFrame | None = None
    outcome_rates: pd.DataFrame | None = None
    weighting_steps: pd.DataFrame | None = None
    weights: pd.Series | None = None
    raking: pd.DataFrame | None = None
    margins: pd.DataFrame | None = None
    weighting: tuple[WeightDiagnostics, ...] = ()
    questions: Sequence[Question] = ()
    topline: pd.DataFrame | None = None
    drivers: pd.DataFrame | None = None
    analyses: Sequence[OtherAnalysis] = ()
    main_analysis: Text = field(default_factory=lambda: {"zh": "主要结果", "en": "Main results"})
    trend: pd.DataFrame | None = None
    quality: pd.DataFrame | None = None
    item_nonresponse: pd.DataFrame | None = None
    quality_facts: Mapping[str, float] = field(default_factory=dict)
    alternatives: pd.DataFrame | None = None
    fieldwork: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    provenance: Mapping[str, str] = field(default_factory=dict)
    changes: Sequence[Text] = ()
    chapters: Sequence[OwnChapter] = ()
    recipes: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    conf_level: float = 0.95
    logo: str = ""
    map_geojson: Mapping[str, object] | None = None
    map_approval: str = ""
