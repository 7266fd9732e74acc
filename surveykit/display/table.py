"""A plain table of results that shows itself like a result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from surveykit.display.charts import interval_chart, line_chart, rank_chart
from surveykit.display.content import NamedTable, Presentation, Words, pick
from surveykit.display.result import Shown
from surveykit.display.style import label_of
from surveykit.errors import DataError
from surveykit.language import Language

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["ResultTable"]

_GAPS = {
    "gap_pair": ("事先指定的两个地区", "two areas named beforehand"),
    "gap_all": ("所有地区两两比较", "all pairs at once"),
    "gap_power": ("功效80%，指定的两个地区", "power 80 %, two areas"),
}


@dataclass(frozen=True, eq=False, repr=False)
class ResultTable(Shown):
    """A table of results with a title and notes: to show, draw, and paste elsewhere.

    For functions that return a plain table, such as `comparison_table`, `outcome_rates`, `compare_with_mean`,
    `domain_sizes` and `klein_wright_wieczorek`.

    Attributes
    ----------
    table : DataFrame
        Aggregates; a table whose rows stand for people or sampled units is refused.
    title : str or tuple of str
        One text, or Chinese and English.
    notes : tuple of str
        What must be said with the numbers.

    Raises
    ------
    DataError
        If a column identifies people or sampled units.

    Examples
    --------
    >>> import pandas as pd
    >>> print(ResultTable(pd.DataFrame({"district": ["a"], "n": [400]}), "Sizes").to_markdown(language="en"))
    **Sizes**
    <BLANKLINE>
    | district | n |
    | --- | ---: |
    | a | 400 |
    <BLANKLINE>
    """

    table: pd.DataFrame
    title: str | Words = ("结果", "Results")
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        named = [str(c) for c in self.table.columns if str(c).lower() in IDENTIFYING]
        if named:
            raise DataError(
                f"ResultTable: column {', '.join(named)} identifies people or sampled units: drop it or aggregate first"
            )

    def presentation(self) -> Presentation:
        """Return the table with its title and notes."""
        title = (self.title, self.title) if isinstance(self.title, str) else self.title
        return Presentation(title, (NamedTable(title, self.table),), tuple((note, note) for note in self.notes))

    def __repr__(self) -> str:
        return self.table.to_string(index=False)

    def _draw(self, ax: Axes | None, language: Language, labels: Mapping[str, str] | None) -> Axes:
        """Draw the table by what it holds: what a plan tells apart, rank sets, or intervals.

        Raises
        ------
        DataError
            If the table has neither gaps nor ranks nor intervals.
        """
        table = self.table
        if {"n", "gap_pair", "gap_all"} <= set(table.columns):
            lines = {pick(words, language): table[c].to_numpy(float) for c, words in _GAPS.items() if c in table}
            axis = pick(("每个地区的有效答卷", "responses in an area"), language)
            side = pick(("可区分的差距", "difference"), language)
            return line_chart(table["n"].to_numpy(float), lines, ax, axis=axis, side=side, percent=True)
        texts = [name for name in table.columns if table[name].dtype.kind not in "fiub"]
        names = [label_of(v, labels) for v in table[texts[0]]] if texts else [str(v) for v in table.iloc[:, 0]]
        if {"rank_low", "rank_high"} <= set(table.columns):
            axis = pick(("名次（1为最好）", "rank (1 is best)"), language)
            return rank_chart(table.assign(label=names), ax, axis=axis, language=language)
        if {"estimate", "conf_low", "conf_high"} <= set(table.columns):
            axis = pick(("估计值与置信区间", "estimate with confidence interval"), language)
            return interval_chart(table.assign(label=names), ax, axis=axis, language=language)
        raise DataError(
            "plot: the table has neither gap_pair and gap_all, nor rank_low and rank_high, nor estimate, conf_low and "
            "conf_high: draw it with matplotlib inside chart_style()"
        )


IDENTIFYING = frozenset(
    {"unit_id", "response_id", "resident_id", "user_id", "token", "phone", "mobile", "ip", "openid", "selection_order"}
)
"""Names of columns that identify people or units of a sample."""
