"""What estimates, models and tests show of themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from surveykit.display import NamedTable, Presentation, Words, facts
from surveykit.display.content import recipe_notes
from surveykit.display.words import VALUES
from surveykit.errors import DataError, first_few

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from surveykit.estimation.inference.result import TestResult
    from surveykit.estimation.models.result import GlmResult
    from surveykit.estimation.results.estimates import Estimates
    from surveykit.language import Language

__all__ = [
    "dropped_note",
    "estimates_presentation",
    "model_presentation",
    "plot_estimates",
    "plot_model",
    "test_presentation",
]

MOST_ROWS = 80


def estimates_presentation(estimates: Estimates) -> Presentation:
    """Return the table of estimates with their recipe; columns without any entry are left out."""
    title = ("估计值", "Estimates")
    table = estimates.table
    empty = [name for name in ("level", "reliability") if name in table and not table[name].astype(str).any()]
    recipe = {key: value for key, value in estimates.recipe.items() if key not in ("indicators", "kinds")}
    notes = (*recipe_notes(recipe), *_definitions(estimates))
    return Presentation(title, (NamedTable(title, table.drop(columns=empty)),), notes)


def _definitions(estimates: Estimates) -> list[Words]:
    """Say of each indicator in the table what is counted among whom."""
    named = estimates.recipe.get("indicators") or {}
    shown = dict.fromkeys(estimates.table["variable"])
    return [
        (f"{info['zh']}（{name}）：{info['definition_zh']}", f"{info['en']} ({name}): {info['definition_en']}")
        for name, info in named.items()
        if name in shown and {"zh", "en", "definition_zh", "definition_en"} <= set(info)
    ]


def plot_estimates(
    estimates: Estimates,
    ax: Axes | None,
    language: Language,
    labels: Mapping[str, str] | None,
    *,
    variable: str | None,
    sort: bool,
    reference: float | None,
) -> Axes:
    """Draw estimates with their intervals."""
    from surveykit.display.charts import interval_chart

    table = estimates.table if variable is None else estimates.table[estimates.table["variable"] == variable]
    if not len(table):
        known = first_few(sorted(set(estimates.table["variable"])))
        raise DataError(f"plot: there is no estimate of {variable!r}; there are {known}")
    if len(table) > MOST_ROWS:
        raise DataError(
            f"plot: {len(table)} rows are too many for one chart: pass variable=, or estimate fewer domains"
        )
    rows = table.assign(label=_row_names(table, estimates.recipe.get("by") or [], labels))
    if sort:
        rows = rows.sort_values("estimate", ascending=False, kind="stable")
    level = f"{estimates.conf_level:.0%}"
    axis = f"估计值与{level}置信区间" if language == "zh" else f"estimate with {level} confidence interval"
    return interval_chart(rows, ax, axis=axis, language=language, reference=reference)


def _row_names(table: pd.DataFrame, by: list[str], labels: Mapping[str, str] | None) -> list[str]:
    """Name rows by what tells them apart: variable and level only where there are several."""
    told = [c for c in ("statistic", "variable", "level") if table[c].nunique() > 1 or (not by and c == "variable")]
    names = labels or {}
    return [
        " · ".join(names.get(str(v), str(v)) for v in row if str(v)) or str(i)
        for i, row in enumerate(table[[*told, *by]].itertuples(index=False, name=None))
    ]


def model_presentation(model: GlmResult) -> Presentation:
    """Return the coefficients of a model."""
    title = ("回归模型", "Model")
    said = f"{model.details['formula']}, {model.family.name}, n {model.n}"
    notes = [(said, said)]
    if model.dropped:
        notes.append(dropped_note(model.dropped))
    if model.state:
        state, _, names = model.state.partition(" (")
        notes.append((f"无检验：{VALUES[state]}{'（' + names[:-1] + '）' if names else ''}", f"no test: {model.state}"))
    return Presentation(title, (NamedTable(title, model.table),), tuple(notes))


def dropped_note(names: Sequence[str]) -> Words:
    """Return in Chinese and English which coefficients a model left out, and why."""
    listed = ", ".join(names)
    return (
        f"未纳入{len(names)}个系数，因为它们的列由前面的列决定（或在所用各行全为0）：{listed}",
        f"Left out, because their columns depend on earlier ones (or are 0 in every row used): {len(names)} "
        f"coefficient(s): {listed}",
    )


def plot_model(model: GlmResult, ax: Axes | None, language: Language, labels: Mapping[str, str] | None) -> Axes:
    """Draw the coefficients, without the constant, with their intervals."""
    from surveykit.display.charts import interval_chart
    from surveykit.display.style import label_of

    table = model.table
    rows = table[table["term"] != "(Intercept)"]
    rows = rows.assign(label=[label_of(term, labels) for term in rows["term"]])
    axis = "系数与置信区间" if language == "zh" else "coefficient with confidence interval"
    return interval_chart(rows, ax, axis=axis, language=language, reference=0.0)


def test_presentation(test: TestResult) -> Presentation:
    """Return a test's numbers."""
    df = ", ".join(f"{d:.6g}" for d in test.df) if isinstance(test.df, tuple) else test.df
    items = {"statistic": test.statistic, "df": df, "p_value": test.p_value, "estimate": test.estimate}
    items |= {"std_error": test.std_error, "conf_low": test.conf_low, "conf_high": test.conf_high}
    kept = {k: v for k, v in items.items() if isinstance(v, str) or np.isfinite(v)}
    if test.state:
        kept["state"] = test.state
    title = (test.method, test.method)
    return Presentation(title, (NamedTable(("检验", "Test"), facts(kept)),))
