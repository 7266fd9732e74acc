"""The score card: points, ranks and bands of all units with their uncertainty, and what made them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import pandas as pd

from surveykit.display import Presentation, Shown, presentation_of
from surveykit.display.charts import interval_chart, rank_chart
from surveykit.display.content import pick
from surveykit.errors import DataError, choose
from surveykit.language import Language
from surveykit.scoring.kernel.numerics import FloatArray
from surveykit.scoring.ranks.comparisons import unit_rows
from surveykit.scoring.ranks.sets import RANK_AXIS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from surveykit.display import Presentation
__all__ = ["ScoreCard"]

_TABLES = ("table", "criteria", "contents", "indicators", "methods", "knots", "variance")
_FORMAT = "surveykit.score_card/2"

Chart = Literal["points", "ranks"]


@dataclass(frozen=True, eq=False)
class ScoreCard(Shown):
    """Scores of all units.

    Attributes
    ----------
    table : DataFrame
        One row per unit in the order of the scheme: district, points, std_error, conf_low, conf_high, rank, rank_low,
        rank_high (simultaneous sets), difference (from the mean of all units), p_value (Holm), band ("above",
        "not_distinguishable", "below").
    criteria : DataFrame
        district, indicator, content, criterion, zh, method, max_points, value (unrounded), value_used (what the rule
        saw after the scheme's rounding), value_low, value_high, points, std_error, conf_low, conf_high, crosses_knot,
        knot_bias, sampled, borrowed_from ("" where there is a value, else "zero", "content", "indicator" or "total").
        Bonuses and penalties have the indicator "adjustments".
    contents, indicators, methods : DataFrame
        district, content | indicator | method, max_points, points, std_error, conf_low, conf_high.
    knots : DataFrame
        district, criterion, knot, jump, value, value_low, value_high, crosses, prob_reached, bias.
    variance : DataFrame
        district, level ("criterion" or "method"), id, share: part of the variance of the total, covariances included;
        the shares of a unit add up to 1 (a geometric scheme: nearly).
    covariance : ndarray, shape (units, units)
        Of the points.
    replicates : ndarray, shape (R, units)
        Points in every draw or replicate.
    notes, notes_zh : tuple of str
        What a reader must know, in English and in Chinese.
    recipe : dict
        Scheme, draws, seed, level, method, version.
    """

    table: pd.DataFrame
    criteria: pd.DataFrame = field(repr=False)
    contents: pd.DataFrame = field(repr=False)
    indicators: pd.DataFrame = field(repr=False)
    methods: pd.DataFrame = field(repr=False)
    knots: pd.DataFrame = field(repr=False)
    variance: pd.DataFrame = field(repr=False)
    covariance: FloatArray = field(repr=False)
    replicates: FloatArray = field(repr=False)
    notes: tuple[str, ...] = ()
    notes_zh: tuple[str, ...] = ()
    recipe: dict[str, Any] = field(default_factory=dict)

    @property
    def published(self) -> pd.DataFrame:
        """The table to publish: order of the scheme, intervals, bands and rank sets, no bare rank."""
        names = ["district", "points", "conf_low", "conf_high", "band", "rank_low", "rank_high"]
        return self.table[names]

    def __repr__(self) -> str:
        head = f"ScoreCard of {self.recipe.get('scheme', 'a scheme')}: {len(self.table)} units"
        return "\n".join([head, self.table.to_string(index=False), *(f"- {note}" for note in self.notes)])

    def to_payload(self) -> dict[str, Any]:
        """Return plain lists, numbers and text; `from_payload` gives the same card back."""
        payload: dict[str, Any] = {"format": _FORMAT, "recipe": self.recipe}
        payload |= {"notes": list(self.notes), "notes_zh": list(self.notes_zh)}
        for name in _TABLES:
            payload[name] = _frame_to_plain(getattr(self, name))
        payload["covariance"] = self.covariance.tolist()
        payload["replicates"] = self.replicates.tolist()
        return payload

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> ScoreCard:
        """Make a card from what `to_payload` gave.

        Raises
        ------
        DataError
            When the payload is something else.
        """
        if payload.get("format") != _FORMAT:
            raise DataError(f"payload: format {payload.get('format')!r}, expected {_FORMAT!r}; score again")
        tables = {name: _plain_to_frame(payload[name]) for name in _TABLES}
        return cls(
            **tables,
            covariance=np.array(payload["covariance"], dtype=float),
            replicates=np.array(payload["replicates"], dtype=float),
            notes=tuple(payload["notes"]),
            notes_zh=tuple(payload.get("notes_zh", ())),
            recipe=payload["recipe"],
        )

    def presentation(self) -> Presentation:
        """Return what may be published of the card: sets of ranks and bands, no bare rank."""
        notes = list(zip(self.notes_zh, self.notes, strict=True)) if len(self.notes_zh) == len(self.notes) else []
        notes = notes or [(note, note) for note in self.notes]
        scheme = str(self.recipe.get("scheme", ""))
        title = (f"得分卡 {scheme}".strip(), f"Score card {scheme}".strip())
        return presentation_of(title, {("得分与名次集合", "Points and rank sets"): self.published}, *notes)

    def _draw(
        self,
        ax: Axes | None,
        language: Language,
        labels: Mapping[str, str] | None,
        *,
        what: Chart = "points",
        sort: bool = True,
    ) -> Axes:
        """Draw points with intervals, or the rank sets, by band.

        Parameters
        ----------
        what : {"points", "ranks"}
            What to draw.
        sort : bool
            Largest on top; else in the order of the table.

        Raises
        ------
        DataError
            For anything else to draw.
        """
        choose("what", what, get_args(Chart))
        rows = unit_rows(self.table, "district", labels, top="points" if sort else None)
        if what == "ranks":
            return rank_chart(rows, ax, axis=pick(RANK_AXIS, language), language=language)
        mean = float(rows["points"].mean())
        axis = pick(("得分与置信区间", "points with confidence interval"), language)
        return interval_chart(rows.assign(estimate=rows["points"]), ax, axis=axis, language=language, reference=mean)


def _frame_to_plain(frame: pd.DataFrame) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for name in frame.columns:
        kind = frame[name].dtype.kind if isinstance(frame[name].dtype, np.dtype) else "O"
        values = frame[name].tolist()
        if kind == "f":
            values = [None if math.isnan(value) else value for value in values]
        plain[str(name)] = {"kind": kind if kind in "fib" else "O", "values": values}
    return plain


def _plain_to_frame(plain: dict[str, Any]) -> pd.DataFrame:
    kinds = {"f": "float64", "i": "int64", "b": "bool"}
    columns = {}
    for name, column in plain.items():
        values = column["values"]
        if column["kind"] == "f":
            values = [math.nan if value is None else value for value in values]
        columns[name] = pd.Series(values, dtype=kinds.get(column["kind"]))
    return pd.DataFrame(columns)
