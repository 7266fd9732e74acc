"""Model-based estimates of residents, and how they show themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from surveykit.display import NamedTable, Presentation, Shown, Words
from surveykit.weighting.arrays.distances import Array
from surveykit.weighting.inference import RESIDENTS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from surveykit.language import Language


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ResidentEstimates(Shown):
    """Model-based estimates for residents; never a plain margin of error.

    Attributes
    ----------
    table : DataFrame
        domain, level, estimate, std_error, conf_low, conf_high, n, population, method, label.
    covariance : array, shape (k, k)
        In the order of the table.
    method : str
        How they were made.
    notes : tuple of str
        Assumptions, in words.
    """

    table: pd.DataFrame
    covariance: Array
    method: str
    notes: tuple[str, ...]

    @property
    def label(self) -> str:
        """What kind of inference this is."""
        return RESIDENTS

    def __repr__(self) -> str:
        shown = self.table.drop(columns=["method", "label"]).to_string(index=False, float_format="{:.4g}".format)
        return f"<ResidentEstimates: {self.label}; {self.method}>\n{shown}\n" + "\n".join(self.notes)

    def presentation(self) -> Presentation:
        """Return what is shown and exported."""
        table = self.table.drop(columns=["method", "label"])
        title = ("居民（模型调整）", "Residents (model-adjusted)")
        notes: list[Words] = [
            ("模型调整结果，不是通常意义上的误差范围；方法：" + self.method, f"{self.label}; {self.method}")
        ]
        notes += [(note, note) for note in self.notes]
        return Presentation(title, (NamedTable(title, table),), tuple(notes))

    def _draw(self, ax: Axes | None, language: Language, labels: Mapping[str, str] | None) -> Axes:
        """Draw the model-based estimates with their intervals."""
        names = [level or domain for domain, level in zip(self.table["domain"], self.table["level"], strict=True)]
        return plot_intervals(self.table, names, ax, language, labels)


def plot_intervals(
    table: pd.DataFrame, names: list[Any], ax: Axes | None, language: Language, labels: Mapping[str, str] | None
) -> Axes:
    """Draw model-based estimates with their intervals, and say that they are model-based."""
    from surveykit.display.charts import interval_chart
    from surveykit.display.style import label_of

    rows = table.assign(label=[label_of(name, labels) for name in names])
    axis = "模型估计值与区间（依模型而定）" if language == "zh" else "model-based estimate with interval"
    return interval_chart(rows, ax, axis=axis, language=language)
