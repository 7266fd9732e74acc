"""The scoring scheme: indicators, contents and criteria with their points, methods, inputs and rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from surveykit.scoring.indicators.kinds import Kind
from surveykit.scoring.rules import Rule

__all__ = ["Content", "Criterion", "DerivedInput", "IndicatorGroup", "Method", "Named", "Round", "ScoringScheme"]

Method = Literal["bigdata", "application", "field", "questionnaire"]
Named = Literal["published", "illustrative"]
Round = int | Literal["none"] | None


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Criterion(_Model):
    """One criterion: what is measured, by which method, and what it is worth.

    Attributes
    ----------
    id, zh, en : str
    points : float
        The most it can give (for a bonus or penalty: the most it can add or take).
    method : str
        "bigdata", "application", "field" or "questionnaire".
    input : str
        Questionnaire: id of an indicator or derived input. Others: the `criterion` column of the other methods' table
        or a derived input.
    rule : Rule
    range : (float, float), optional
        Values of the other methods outside of it are a problem, and draws stay inside.
    missing : str
        A district without a value: "fail" (a problem), "zero" (no points), "rescale" (its mean share of the other
        criteria of the content; where that has none of the indicator; where that has none of the whole scheme).
    kind : str, optional
        "rate" (a share from 0 to 1, read as a percentage), "score" (0 to 100), "mean" (any number) or "count". The
        questionnaire's criteria take it from the survey; values of the other methods without it are read as they stand.
    round : int or "none", optional
        Decimals to which the value is rounded before the rule, halves away from zero, counted in the unit that people
        read: ``round: 1`` keeps one decimal of the percentage of a rate, one decimal of any other number. "none"
        compares the unrounded value although the scheme rounds; absent takes the scheme's.
    named : str
        Whether the name is "published" or "illustrative".
    note : str
    """

    id: str = Field(min_length=1)
    zh: str = Field(min_length=1)
    en: str = ""
    points: float = Field(gt=0)
    method: Method
    input: str = Field(min_length=1)
    rule: Rule
    range: tuple[float, float] | None = None
    missing: Literal["fail", "zero", "rescale"] = "fail"
    kind: Kind | None = None
    round: Round = None
    named: Named = "illustrative"
    note: str = ""


class Content(_Model):
    """A group of criteria; its points are their sum."""

    id: str = Field(min_length=1)
    zh: str = Field(min_length=1)
    en: str = ""
    points: float = Field(gt=0)
    criteria: tuple[Criterion, ...] = Field(min_length=1)
    named: Named = "illustrative"
    note: str = ""


class IndicatorGroup(_Model):
    """An evaluation indicator of the scheme (评估指标); its points are the sum of its contents."""

    id: str = Field(min_length=1)
    zh: str = Field(min_length=1)
    en: str = ""
    points: float = Field(gt=0)
    contents: tuple[Content, ...] = Field(min_length=1)
    named: Named = "illustrative"
    note: str = ""


class DerivedInput(_Model):
    """An input that is a weighted mean of others, for example telephone 6 and on-site 4.

    Attributes
    ----------
    id : str
    parts : dict of str to float
        Inputs and their weights; divided by their sum.
    """

    id: str = Field(min_length=1)
    parts: dict[str, float] = Field(min_length=1)
    note: str = ""


class ScoringScheme(_Model):
    """From rates and the results of the other methods to one score.

    Attributes
    ----------
    id, zh, en : str
    total : float
        Points that the indicators add up to; adjustments come on top.
    units : tuple of str
        Ids of the units that are scored; empty takes those of the survey.
    indicators : tuple of IndicatorGroup
    adjustments : tuple of Criterion
        Bonuses and penalties.
    derived : tuple of DerivedInput
    aggregation : str
        "arithmetic" adds points; "geometric" multiplies the shares of the indicators, weighted by their points.
    round : int or "none", optional
        Rounding of the values of all criteria that say nothing of their own (see `Criterion`); absent compares the
        unrounded values.
    source, note : str

    Examples
    --------
    >>> scheme = ScoringScheme.model_validate({"id": "s", "zh": "示例", "total": "10", "indicators": [
    ...     {"id": "a", "zh": "甲", "points": "10", "contents": [{"id": "b", "zh": "乙", "points": "10", "criteria": [
    ...         {"id": "c", "zh": "满意率", "points": "10", "method": "questionnaire", "input": "satisfaction",
    ...          "rule": {"kind": "proportional"}}]}]}]})
    >>> [criterion.id for criterion in scheme.criteria()]
    ['c']
    """

    id: str = Field(min_length=1)
    zh: str = Field(min_length=1)
    en: str = ""
    total: float = Field(default=100.0, gt=0)
    units: tuple[str, ...] = ()
    indicators: tuple[IndicatorGroup, ...] = Field(min_length=1)
    adjustments: tuple[Criterion, ...] = ()
    derived: tuple[DerivedInput, ...] = ()
    aggregation: Literal["arithmetic", "geometric"] = "arithmetic"
    round: Round = None
    source: str = ""
    note: str = ""

    def criteria(self) -> tuple[Criterion, ...]:
        """Return all criteria in order, without adjustments."""
        return tuple(criterion for _, _, criterion, _ in self.walk())

    def questionnaire_inputs(self) -> tuple[str, ...]:
        """Return the indicators of the survey that some criterion reads, through derived inputs too."""
        parts = {derived.id: tuple(derived.parts) for derived in self.derived}
        every = (*self.criteria(), *self.adjustments)
        todo = [criterion.input for criterion in every if criterion.method == "questionnaire"]
        found: dict[str, None] = {}
        seen: set[str] = set()
        while todo:
            name = todo.pop(0)
            if name not in seen:
                seen.add(name)
                todo += parts.get(name, ())
                if name not in parts:
                    found[name] = None
        return tuple(found)

    def optional_inputs(self) -> tuple[str, ...]:
        """Return the questionnaire's inputs that a unit may lack: all criteria that read them say zero or rescale."""
        every = (*self.criteria(), *self.adjustments)
        strict = self.model_copy(
            update={"indicators": (), "adjustments": tuple(c for c in every if c.missing == "fail")}
        )
        return tuple(name for name in self.questionnaire_inputs() if name not in strict.questionnaire_inputs())

    def walk(self) -> Iterator[tuple[IndicatorGroup, Content, Criterion, tuple[str | int, ...]]]:
        """Go through the criteria with their indicator, content and path in the definition."""
        for i, group in enumerate(self.indicators):
            for j, content in enumerate(group.contents):
                for k, criterion in enumerate(content.criteria):
                    yield group, content, criterion, ("indicators", i, "contents", j, "criteria", k)
