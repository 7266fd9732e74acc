"""One edition's view of a report: its language, its labels, its published figures and how they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from surveykit.errors import choose
from surveykit.report.content import numbers
from surveykit.report.content.inputs import Edition, IndicatorInfo, OtherAnalysis, Profile, ReportInput, Text
from surveykit.report.document.blocks import Cell, Column, Table
from surveykit.report.document.model_wording import model_wording, rests_on_model
from surveykit.report.messages import CATALOGUES, place_words, say
from surveykit.report.publishing.differencing import SMALL_BASE
from surveykit.report.publishing.publication import DEFAULT_RULES, PublicationRules, publish, publish_topline
from surveykit.scoring.ranks.comparisons import BAND_NAMES

__all__ = ["Shown", "View", "band_of", "label_of", "make_view"]


@dataclass(frozen=True)
class Shown:
    """One published figure in the unit of print (percent or points), rounded as it is printed.

    ``status`` is "" or "rv" when there are numbers, else the sign that stands in their place. ``exact`` are estimate,
    ends of the interval and standard error in the same unit, as the data files publish them.
    """

    indicator: str
    by: str
    level: str
    label: str
    kind: str
    estimate: float
    low: float
    high: float
    std_error: float
    deff: float
    df: float
    n: float
    n_eff: float
    status: str
    reason: str
    decimals: int = 1
    exact: tuple[float, float, float, float] = (float("nan"),) * 4

    @property
    def withheld(self) -> bool:
        """Whether a sign stands in the place of the figure."""
        return self.status in ("u", "c", "x")


@dataclass(frozen=True)
class View:
    """The input of a report seen in one language; everything that chapters and charts may use.

    Attributes
    ----------
    report : ReportInput
        The input.
    edition, profile : str
        Language and kind of page.
    published : DataFrame
        The figures that may be shown (:func:`surveykit.report.publishing.publication.publish`).
    rules : PublicationRules
        What was withheld.
    """

    report: ReportInput
    edition: Edition
    profile: Profile
    published: pd.DataFrame
    rules: PublicationRules = DEFAULT_RULES

    def say(self, key: str, **values: object) -> str:
        """Return a message of the catalogue in the edition's language."""
        said = say(self.edition, key, **(self._places | values))
        return model_wording(self.edition, said) if self.model_based else said

    @cached_property
    def _places(self) -> dict[str, object]:
        return dict(place_words(self.edition, self.report.study))

    @cached_property
    def model_based(self) -> bool:
        """Whether the main figures rest on a model, so that their intervals are named as what they are."""
        return rests_on_model(self.report)

    def known(self, kind: str, name: str) -> str:
        """Return the catalogue's words for a step or check of the library, or the name itself when it is a study's."""
        key = f"{kind}_{name}"
        return self.say(key) if key in CATALOGUES[self.edition] else name

    def text(self, text: Text) -> str:
        """Return a text in the edition's language."""
        return str(text.get(self.edition) or text.get("zh") or next(iter(text.values()), ""))

    @cached_property
    def topline(self) -> pd.DataFrame | None:
        """The topline as it may be shown."""
        return publish_topline(self.report, self.rules)

    @cached_property
    def level_percent(self) -> str:
        """The confidence level, for example "95%"."""
        return numbers.percent(self.report.conf_level, 0 if self._whole_level else 1)

    @cached_property
    def most_percent(self) -> str:
        """The chance of an error that the confidence level leaves, for example "5%"."""
        return numbers.percent(numbers.rounded(1 - self.report.conf_level, 6), 0 if self._whole_level else 1)

    @property
    def _whole_level(self) -> bool:
        return abs(100 * self.report.conf_level - round(100 * self.report.conf_level)) < 1e-9

    @cached_property
    def district_names(self) -> dict[str, str]:
        """District id to its short name in the edition's language, in administrative order."""
        regions = self.report.regions
        columns = ["short_zh", "name_zh"] if self.edition == "zh" else ["short_en", "name_en"]
        column = next((name for name in columns if name in regions.columns), "name_zh")
        return {str(key): str(name) for key, name in zip(regions["district"], regions[column], strict=True)}

    @cached_property
    def indicators(self) -> dict[str, IndicatorInfo]:
        """Indicators by id, in the order of the report."""
        return {indicator.id: indicator for indicator in self.report.indicators}

    @cached_property
    def headlines(self) -> list[IndicatorInfo]:
        """Headline indicators that have an estimate for the city."""
        given = set(self.published.loc[self.published["by"] == "city", "indicator"])
        return [indicator for indicator in self.report.indicators if indicator.headline and indicator.id in given]

    @cached_property
    def groups(self) -> list[str]:
        """Groupings other than city and district, in the order of the estimates."""
        return [key for key in self.report.estimates if key not in ("city", "district")]

    @cached_property
    def aspects(self) -> dict[str, str]:
        """Row of a grid to its own words, without the question that all rows of the grid begin with."""
        found = {}
        for grid in {question.grid for question in self.report.questions if question.grid}:
            texts = {q.id: self.text(q.text) for q in self.report.questions if q.grid == grid}
            first, last = min(texts.values()), max(texts.values())
            differ = (place for place, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1])
            shared = first[: next(differ, 0)]
            cut = max((shared.rfind(mark) + 1 for mark in "—：:？?"), default=0)
            found.update({id: text[cut:].strip(" —–-：:？?") or text for id, text in texts.items()})
        return found

    def group_name(self, by: str) -> str:
        """Return the name of a grouping."""
        if by in ("city", "district"):
            return self.say("by_" + by)
        return next((self.text(group.name) for group in self.report.groups if group.id == by), by)

    def group_word(self, by: str) -> str:
        """Return the name of a grouping as it stands inside a sentence."""
        return str(self._places["unit"]) if by == "district" else self.group_name(by)

    def level_label(self, by: str, level: str) -> str:
        """Return the label of a level of a grouping."""
        if by == "city":
            return self.text(self.report.study.city)
        if by == "district":
            return self.district_names.get(level, level)
        for group in self.report.groups:
            if group.id == by and level in group.levels:
                return self.text(group.levels[level])
        return level

    @cached_property
    def _shown(self) -> dict[tuple[str, str], list[Shown]]:
        found: dict[tuple[str, str], list[Shown]] = {}
        for row in self.published.itertuples(index=False):
            shown = self.show(row)
            found.setdefault((shown.indicator, shown.by), []).append(shown)
        return found

    def show(self, row: Any) -> Shown:
        """Return a row of published figures as it is printed."""
        exact = self.rules.exact
        places = 1 if exact or not float(row.n) < SMALL_BASE else 0

        def scaled(value: float) -> float:
            return numbers._hundredfold(value) if row.kind == "rate" else float(value)

        def unit(value: float, decimals: int = places) -> float:
            return numbers.rounded(scaled(value), decimals)

        printed = unit(row.estimate), unit(row.conf_low), unit(row.conf_high), unit(row.std_error, self.deff_decimals)
        stated = (scaled(row.estimate), scaled(row.conf_low), scaled(row.conf_high), scaled(row.std_error))
        return Shown(
            row.indicator, row.by, row.level, self.level_label(row.by, row.level), row.kind, *printed,
            numbers.rounded(row.deff, self.deff_decimals), float(row.df), float(row.n), float(row.n_eff), row.status,
            row.reason, places, stated if exact else printed,
        )  # fmt: skip

    def figures(self, indicator: str, by: str) -> list[Shown]:
        """Return the figures of an indicator by a grouping, in the order of its levels."""
        return self._shown.get((indicator, by), [])

    def figure(self, indicator: str, by: str = "city", level: str = "") -> Shown | None:
        """Return one figure, or None when there is none."""
        return next((shown for shown in self.figures(indicator, by) if shown.level == level), None)

    def other_figures(self, other: OtherAnalysis) -> dict[str, Shown]:
        """Return the city's figures of another analysis by indicator, under the same rules of publication."""
        asked = replace(self.report, estimates={"city": other.estimates}, ranks={}, analyses=())
        shown = [self.show(row) for row in publish(asked, self.rules).itertuples(index=False)]
        return {figure.indicator: figure for figure in shown}

    def sign(self, status: str) -> str:
        """Return the sign of a status in square brackets."""
        return f"[{status}]" if status else ""

    def value(self, shown: Shown | None, *, unit: bool = True) -> str:
        """Write an estimate, with its unit unless a table's heading gives it."""
        if shown is None or shown.withheld:
            return self.sign("x" if shown is None else shown.status)
        suffix = ("%" if shown.kind == "rate" else self.say("points_suffix")) if unit else ""
        return numbers.fixed(shown.estimate, shown.decimals) + suffix

    def interval(self, shown: Shown | None, *, unit: bool = True) -> str:
        """Write an interval: "84.1%–88.5%" in sentences, "84.1–88.5" in tables."""
        if shown is None or shown.withheld:
            return ""
        if not unit or shown.kind == "score":
            return numbers.interval(shown.low, shown.high, shown.decimals)
        low, high = numbers.fixed(shown.low, shown.decimals), numbers.fixed(shown.high, shown.decimals)
        return f"{low}%{numbers.EN_DASH}{high}%"

    @property
    def deff_decimals(self) -> int:
        """Decimals of standard errors and design effects: fewer where bases are protected."""
        return 2 if self.rules.exact else 1

    def people_cell(self, value: float) -> Cell:
        """Make a table cell of a number of respondents, rounded where bases are protected."""
        return self.count_cell(self.rules.people(value))

    def count(self, value: float) -> str:
        """Write a count, or the sign of confidentiality when it is not given."""
        return self.sign("c") if not np.isfinite(value) else numbers.count(value)

    def value_cell(self, shown: Shown | None) -> Cell:
        """Make a table cell of an estimate."""
        if shown is None or shown.withheld:
            return Cell(self.value(shown), None, "x" if shown is None else shown.status)
        text = self.value(shown, unit=False) + (f" {self.sign(shown.status)}" if shown.status else "")
        return Cell(text, shown.estimate, shown.status, _known(shown.exact[0]))

    def interval_cell(self, shown: Shown | None) -> Cell:
        """Make a table cell of an interval."""
        text = self.interval(shown, unit=False)
        return Cell(text, ends=shown.exact[1:3] if shown is not None and text else None)

    def count_cell(self, value: float) -> Cell:
        """Make a table cell of a count."""
        if not np.isfinite(value):
            return Cell(self.sign("c"), None, "c")
        return Cell(numbers.count(value), float(round(value)))

    def number_cell(self, value: float, decimals: int = 2, *, exact: float | None = None) -> Cell:
        """Make a table cell of any other number; empty when missing."""
        number = numbers.rounded(float(value), decimals)
        return Cell(numbers.fixed(number, decimals), _known(number), exact=None if exact is None else _known(exact))

    def ranks_cell(self, low: float, high: float) -> Cell:
        """Make a table cell of a set of ranks."""
        return Cell(f"{int(low)}{numbers.EN_DASH}{int(high)}", ends=(float(int(low)), float(int(high))))

    def sign_notes(self, cells: Sequence[Shown]) -> tuple[str, ...]:
        """Explain the signs that occur among the figures."""
        used = [sign for sign in ("u", "c", "x", "rv") if any(shown.status == sign for shown in cells)]
        acs = self.rules.standard == "acs"
        return tuple(self.say("sign_rv_acs" if sign == "rv" and acs else "sign_" + sign) for sign in used)

    @cached_property
    def source(self) -> str:
        """The source line under tables and figures."""
        study = self.report.study
        key = "source_simulated" if study.simulated else "source"
        return self.say(key, study=self.text(study.title), period=self.text(study.field_period))

    def table(
        self, id: str, title: str, columns: Sequence[tuple[str, str, str]], rows: Sequence[Sequence[Cell]], **more: Any
    ) -> Table:
        """Make a table from (key, label, kind) columns and rows of cells, with the study's source line."""
        heads = tuple(Column(key, label, "number" if kind == "number" else "text") for key, label, kind in columns)
        more.setdefault("source", self.source)
        return Table(id, title, heads, tuple(tuple(row) for row in rows), **more)


def make_view(
    report: ReportInput,
    *,
    edition: Edition = "zh",
    profile: Profile = "research",
    rules: PublicationRules = DEFAULT_RULES,
) -> View:
    """Make the view of a report for one edition; suppression happens here and nowhere else.

    Parameters
    ----------
    report : ReportInput
        The input.
    edition, profile : str
        Language and kind of page.
    rules : PublicationRules
        What is withheld.

    Returns
    -------
    View
        Holds no withheld figure in its ``published`` table.
    """
    return View(report, edition, profile, publish(report, rules), rules)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def band_of(value: object) -> str:
    """Return a band: "above", "not_distinguishable" or "below"; anything else is refused."""
    choose("band", value, tuple(BAND_NAMES))
    return str(value)


def label_of(row: Mapping[Any, Any], edition: Edition, stem: str) -> str:
    """Return column ``stem_zh`` or ``stem_en`` of a row, whichever the edition asks for."""
    return str(row.get(f"{stem}_{edition}") or row.get(f"{stem}_zh") or row.get(stem) or "")
