"""Indicators of a survey: what counts, out of whom, and what happens to those who do not know."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from surveykit.questionnaire.definition.models import DontKnow

__all__ = ["Alternative", "Indicator", "IndicatorSet", "with_alternatives"]

IndicatorKind = Literal["rate", "score"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Alternative(_Model):
    """The same indicator under another rule, shown as a sensitivity line; what is absent stays as it is."""

    id: str = Field(min_length=1)
    zh: str = Field(min_length=1)
    en: str = ""
    numerator: str | None = None
    base: str | None = None
    dont_know: DontKnow | None = None
    not_asked: DontKnow | None = None
    points: dict[str, float] | None = None


class Indicator(_Model):
    """A rate (率, share of the base) or a score (度, mean of grade points from 0 to 100).

    Attributes
    ----------
    id, zh, en : str
    kind : str
        "rate" or "score".
    numerator : str
        Rate: who counts, in the routing language.
    base : str
        Who is asked about, in the routing language; "all_valid" takes everyone with a valid answer.
    items : tuple of str
        Columns that the indicator rests on; for a rate those of the numerator when absent. A score of several items
        is the mean over the items that the respondent graded.
    dont_know : str
        "in_base" counts a don't know as not in the numerator (a score: as 0 points); "out_of_base" leaves it out.
    not_asked : str
        The same for those whom routing passed by.
    points : dict
        Score: points of each grade code.
    alternatives : tuple of Alternative
    note : str

    Notes
    -----
    Refusals and blank answers are always out of the base.
    """

    id: str = Field(min_length=1, pattern=r"^[a-z][a-z0-9_]*$")
    zh: str = Field(min_length=1)
    en: str = ""
    kind: IndicatorKind
    numerator: str = ""
    base: str = "all_valid"
    items: tuple[str, ...] = ()
    dont_know: DontKnow
    not_asked: DontKnow = "out_of_base"
    points: dict[str, float] = Field(default_factory=dict)
    alternatives: tuple[Alternative, ...] = ()
    note: str = ""


class IndicatorSet(_Model):
    """The indicators of a study.

    Attributes
    ----------
    id : str
    indicators : tuple of Indicator
    note : str

    Examples
    --------
    >>> IndicatorSet.model_validate({"indicators": [{"id": "awareness", "zh": "知晓率", "kind": "rate",
    ...     "numerator": "aware in [1, 2]", "dont_know": "in_base"}]}).ids
    ('awareness',)
    """

    id: str = ""
    indicators: tuple[Indicator, ...] = Field(min_length=1)
    note: str = ""

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids in order."""
        return tuple(indicator.id for indicator in self.indicators)


def with_alternatives(indicators: IndicatorSet) -> IndicatorSet:
    """Put every indicator's alternatives beside it as indicators of their own.

    Parameters
    ----------
    indicators : IndicatorSet

    Returns
    -------
    IndicatorSet
        Each indicator, then its declared alternatives under the id ``<indicator>__<alternative>``. The other don't-know
        rule is added as ``<indicator>__dont_know_in`` or ``__dont_know_out`` unless an alternative declares it.

    Examples
    --------
    >>> one = IndicatorSet.model_validate({"indicators": [{"id": "support", "zh": "支持率", "kind": "rate",
    ...     "numerator": "support in [4, 5]", "dont_know": "in_base"}]})
    >>> with_alternatives(one).ids
    ('support', 'support__dont_know_out')
    """
    found: list[Indicator] = []
    for indicator in indicators.indicators:
        found.append(indicator.model_copy(update={"alternatives": ()}))
        other: DontKnow = "out_of_base" if indicator.dont_know == "in_base" else "in_base"
        lines = list(indicator.alternatives)
        if not any(line.dont_know == other for line in lines):
            side = "不计入基数" if other == "out_of_base" else "计入基数"
            lines.append(
                Alternative(
                    id="dont_know_out" if other == "out_of_base" else "dont_know_in",
                    zh=f"{indicator.zh}（不表态者{side}）",
                    en=f"{indicator.en or indicator.id} (don't know {other.replace('_', ' ')})",
                    dont_know=other,
                )
            )
        for line in lines:
            changed = line.model_dump(exclude_none=True, exclude={"id"})
            found.append(
                indicator.model_copy(update={**changed, "id": f"{indicator.id}__{line.id}", "alternatives": ()})
            )
    return indicators.model_copy(update={"indicators": tuple(found)})
