"""Rules of the quality checks, written before the data arrive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from surveykit.errors import Problem
from surveykit.questionnaire import Questionnaire, RoutingError, parse, questionnaire_variables, references

__all__ = [
    "DispositionRule",
    "DuplicateRule",
    "Inconsistency",
    "InterviewerRule",
    "MahalanobisRule",
    "NearDuplicateRule",
    "NonresponseRule",
    "QualityRules",
    "QuotaRule",
    "SpeederRule",
    "StraightLineRule",
    "check_quality_rules",
]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SpeederRule(_Model):
    """Too fast, compared with others who were asked the same questions in the same mode.

    Attributes
    ----------
    below_median : float
        Flag a time below this share of the median of the path and mode.
    seconds_per_question : float
        And any time below this many seconds for each asked column, whatever the others took.
    minimum_group : int
        Paths with fewer records are compared by their seconds per question with everybody of their mode.
    relative_speed_above : float, optional
        Also flag an index of relative speed above this (1 is typical, at most 3; 1.75 is a usual limit): page times
        where the source has them, the total otherwise.
    """

    below_median: Annotated[float, Field(ge=0, lt=1)] = 0.5
    seconds_per_question: Annotated[float, Field(ge=0)] = 1.0
    minimum_group: Annotated[int, Field(ge=1)] = 30
    relative_speed_above: Annotated[float, Field(gt=1, lt=3)] | None = None


class StraightLineRule(_Model):
    """The same answer to every row of a grid.

    Attributes
    ----------
    minimum_rows : int
        Answered rows that a grid needs.
    grids : str
        Whether one such grid is enough or all grids must be so.
    longstring : int, optional
        Also flag a run of this many equal answers in the order of asking, over all items of one scale.
    irv_below : float, optional
        Also flag a standard deviation of the grid answers below this.
    """

    minimum_rows: Annotated[int, Field(ge=2)] = 5
    grids: Literal["any", "all"] = "any"
    longstring: int | None = None
    irv_below: float | None = None


class MahalanobisRule(_Model):
    """Answers that are far from the mean, given how they go together.

    Attributes
    ----------
    confidence : float
        Quantile of the chi-squared distribution above which a row is flagged.
    columns : tuple of str
        Columns; all grid rows and single ordinal items when empty.
    """

    confidence: Annotated[float, Field(gt=0, lt=1)] = 0.99
    columns: tuple[str, ...] = ()


class DuplicateRule(_Model):
    """Several records of one person.

    Attributes
    ----------
    keep : str
        Which record of a sampled unit is linked to the sample.
    same_answers : int, optional
        Flag records that agree in all answers, when they have at least this many.
    device : bool
        Report records from one device beside the others; never a flag of its own.
    """

    keep: Literal["first", "last", "most_answers"] = "first"
    same_answers: int | None = None
    device: bool = True


class NearDuplicateRule(_Model):
    """Nearly the same answers as another record.

    Attributes
    ----------
    above : float
        Flag a share of equal answers with any other record above this.
    minimum_columns : int
        Columns with one answer that both records must have answered.
    columns : tuple of str
        Columns; all with one answer when empty.
    maximum_records : int
        With more records the check is left out, which is said: its time grows with their square.
    """

    above: Annotated[float, Field(gt=0, le=1)] = 0.85
    minimum_columns: Annotated[int, Field(ge=1)] = 20
    columns: tuple[str, ...] = ()
    maximum_records: Annotated[int, Field(ge=2)] = 30_000


class QuotaRule(_Model):
    """What the completed interviews are compared with.

    Attributes
    ----------
    columns : tuple of str
        Columns of the sample.
    targets : dict of str to dict of str to float
        Completed interviews wanted, by column and level; the drawn units where none are given.
    """

    columns: tuple[str, ...] = ("district", "sex", "age_group")
    targets: Mapping[str, Mapping[str, Annotated[float, Field(gt=0)]]] = Field(default_factory=dict)


class NonresponseRule(_Model):
    """Too many asked questions without a substantive answer.

    Attributes
    ----------
    above : float
        Flag a share of blank, don't-know and refused among the asked questions above this.
    kinds : tuple of str
        What counts.
    """

    above: Annotated[float, Field(gt=0, le=1)] = 0.4
    kinds: tuple[Literal["nr", "dk", "rf"], ...] = ("nr", "dk", "rf")


class Inconsistency(_Model):
    """Answers that contradict each other.

    Attributes
    ----------
    id : str
        Short name.
    when : str
        Condition in the routing language that describes the contradiction.
    zh, en : str
        What it means, for the report.
    severity : str
        "hard" flags the record, "soft" is only counted.
    """

    id: str
    when: str
    zh: str = ""
    en: str = ""
    severity: Literal["hard", "soft"] = "hard"


class InterviewerRule(_Model):
    """Differences between interviewers.

    Attributes
    ----------
    column : str
        Column of `Responses.meta` with the interviewer.
    minimum : int
        Interviewers with fewer records are left out.
    """

    column: str = "interviewer"
    minimum: Annotated[int, Field(ge=2)] = 5


class DispositionRule(_Model):
    """How a record becomes a disposition.

    Attributes
    ----------
    refusal : str, optional
        Condition in the routing language under which the person refuses, for example ``consent == 2``.
    complete_from, partial_from : float
        Share of the asked questions that a complete and a partial record answer.
    optional : tuple of str
        Columns whose questions do not count.
    """

    refusal: str | None = None
    complete_from: Annotated[float, Field(gt=0, le=1)] = 0.8
    partial_from: Annotated[float, Field(ge=0, le=1)] = 0.5
    optional: tuple[str, ...] = ()


class QualityRules(_Model):
    """Which checks are made, and what follows from them.

    Attributes
    ----------
    id : str
        Name.
    action : str
        "mark" (default): nothing is excluded; "exclude": records with enough flags are.
    minimum_flags : int
        Independent families of flags (time, pattern, outlier, duplicate, nonresponse, inconsistency) that a
        record needs before it is excluded.
    speeders, straight_lining, mahalanobis, duplicates, near_duplicates, nonresponse, interviewers : rule, optional
        A check is made when its rule is there.
    quota : QuotaRule, optional
        What the completed interviews are compared with.
    inconsistencies : tuple of Inconsistency
        Declared contradictions.
    dispositions : DispositionRule
        When a record is complete, partial, a refusal or not eligible.
    """

    id: str = "default"
    title: Mapping[str, str] = Field(default_factory=dict)
    action: Literal["mark", "exclude"] = "mark"
    minimum_flags: Annotated[int, Field(ge=1)] = 2
    speeders: SpeederRule | None = Field(default_factory=SpeederRule)
    straight_lining: StraightLineRule | None = Field(default_factory=StraightLineRule)
    mahalanobis: MahalanobisRule | None = None
    duplicates: DuplicateRule = Field(default_factory=DuplicateRule)
    near_duplicates: NearDuplicateRule | None = None
    nonresponse: NonresponseRule | None = Field(default_factory=NonresponseRule)
    inconsistencies: tuple[Inconsistency, ...] = ()
    interviewers: InterviewerRule | None = None
    quota: QuotaRule | None = None
    dispositions: DispositionRule = Field(default_factory=DispositionRule)


def check_quality_rules(rules: QualityRules, questionnaire: Questionnaire) -> list[Problem]:
    """Find what the shape of the rules cannot show.

    Parameters
    ----------
    rules : QualityRules
        The rules.
    questionnaire : Questionnaire
        Whose columns and codes the rules name.

    Returns
    -------
    list of Problem
        Unknown columns, conditions that do not parse, ids used twice; empty when all is well.
    """
    problems: list[Problem] = []
    columns = {variable.id for variable in questionnaire_variables(questionnaire)}
    named = {("dispositions", "optional"): rules.dispositions.optional}
    named |= {("mahalanobis", "columns"): rules.mahalanobis.columns if rules.mahalanobis is not None else ()}
    named |= {("near_duplicates", "columns"): rules.near_duplicates.columns if rules.near_duplicates else ()}
    for path, names in named.items():
        for i, name in enumerate(names):
            if name not in columns:
                what = f"{questionnaire.id} has no column {name!r}"
                problems.append(Problem(what, "use a column of the coded data", (*path, i)))
    if rules.dispositions.partial_from > rules.dispositions.complete_from:
        what = "a partial record would need more answers than a complete one"
        problems.append(Problem(what, "lower partial_from", ("dispositions", "partial_from")))
    if rules.dispositions.refusal is not None:
        problems += _check_condition(rules.dispositions.refusal, questionnaire, ("dispositions", "refusal"))
    seen: set[str] = set()
    for i, rule in enumerate(rules.inconsistencies):
        if rule.id in seen:
            problems.append(Problem(f"{rule.id!r} is used twice", "rename one", ("inconsistencies", i, "id")))
        seen.add(rule.id)
        problems += _check_condition(rule.when, questionnaire, ("inconsistencies", i, "when"))
    return problems


def _check_condition(text: str, questionnaire: Questionnaire, path: tuple[str | int, ...]) -> list[Problem]:
    try:
        tree = parse(text, questionnaire)
    except RoutingError as error:
        return [Problem(str(error), "see the routing language", path)]
    items = {variable.item for variable in questionnaire_variables(questionnaire)}
    unknown = sorted(
        {ref.text for ref in references(tree)} - items - {v.id for v in questionnaire_variables(questionnaire)}
    )
    unknown = [name for name in unknown if name.split(".")[0] not in items]
    return [Problem(f"no question {name!r}", f"questions are {', '.join(sorted(items))}", path) for name in unknown]
