"""A fitted model: coefficients, tests of terms, predictive margins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import stats

from surveykit.display import NamedTable, Presentation, Shown, Words
from surveykit.display.charts import interval_chart
from surveykit.display.style import label_of
from surveykit.display.words import VALUES
from surveykit.errors import DataError, first_few
from surveykit.estimation.inference.result import TestResult
from surveykit.estimation.intervals.intervals import t_interval
from surveykit.estimation.kernel.covariance import domain_df
from surveykit.estimation.kernel.degenerate import wald_statistic
from surveykit.estimation.kernel.families import Family
from surveykit.estimation.kernel.linear import linear_covariance
from surveykit.estimation.kernel.row_units import units_of_rows
from surveykit.estimation.kernel.totals import Design, Moment
from surveykit.estimation.models.formula import Formula, model_matrix
from surveykit.estimation.results.estimates import Estimates
from surveykit.estimation.results.rows import COLUMNS_AFTER
from surveykit.language import Language

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from surveykit.display import Presentation
__all__ = ["GlmResult"]


@dataclass(frozen=True, eq=False, repr=False)
class GlmResult(Shown):
    """A generalised linear model fitted to a survey.

    Attributes
    ----------
    names : tuple of str
        Coefficients, named as R names them; columns that depend on earlier ones are left out and named in `dropped`.
    coefficients : numpy.ndarray, shape (p,)
    covariance : numpy.ndarray, shape (p, p)
        Design-based.
    df : float
        Degrees of freedom of tests and intervals.
    """

    design: Design
    formula: Formula
    family: Family
    names: tuple[str, ...]
    assign: tuple[int, ...]
    term_labels: tuple[str, ...]
    coefficients: np.ndarray
    covariance: np.ndarray
    df: float
    conf_level: float
    details: Mapping[str, Any]

    @property
    def table(self) -> pd.DataFrame:
        """One row per coefficient: term, estimate, std_error, statistic, df, p_value, conf_low, conf_high."""
        error = np.sqrt(np.maximum(np.diag(self.covariance), 0.0))
        statistic = np.divide(self.coefficients, error, out=np.full(error.size, np.nan), where=error > 0)
        df = np.full(error.size, self.df)
        low, high = t_interval(self.coefficients, error, df, self.conf_level)
        p = 2 * stats.t.sf(np.abs(statistic), df) if self.df > 0 else np.full(error.size, np.nan)
        return pd.DataFrame(
            {
                "term": self.names,
                "estimate": self.coefficients,
                "std_error": error,
                "statistic": statistic,
                "df": df,
                "p_value": p,
                "conf_low": low,
                "conf_high": high,
            }
        )

    @property
    def df_residual(self) -> float:
        """The degrees of freedom under R's name."""
        return self.df

    @property
    def n(self) -> int:
        """Rows that the model was fitted to."""
        return int(self.details["n"])

    @property
    def dropped(self) -> tuple[str, ...]:
        """Coefficients left out because their columns depend on earlier ones (R: NA), or are 0 in every row."""
        return tuple(self.details["dropped"])

    @property
    def state(self) -> str:
        """Why tests are missing: "no variation", or "separation" with the coefficients that have no finite estimate."""
        state = str(self.details.get("state", ""))
        return f"{state} ({', '.join(self.details['separated'])})" if self.details.get("separated") else state

    def wald_test(self, terms: str | Sequence[str]) -> TestResult:
        """Test that all coefficients of one or more terms are zero.

        Parameters
        ----------
        terms : str or list of str
            Labels as in the formula, for example ``"stype"`` or ``"ell:meals"``.

        Returns
        -------
        TestResult
            F statistic with (number of coefficients, `df`) degrees of freedom. Agrees with R ``regTermTest``.

        Raises
        ------
        DataError
            When a term is not in the model, or its coefficients depend on each other (too few sampling units).
        """
        wanted = [terms] if isinstance(terms, str) else list(terms)
        canonical = [_canonical(label) for label in self.term_labels]
        index: list[int] = []
        for term in wanted:
            if term == "(Intercept)":
                index += [j for j, a in enumerate(self.assign) if a == 0]
                continue
            if _canonical(term) not in canonical:
                raise DataError(f"The model has no term {term!r}. Its terms are {first_few(self.term_labels, 12)}.")
            number = canonical.index(_canonical(term)) + 1
            index += [j for j, a in enumerate(self.assign) if a == number]
        if not index:
            raise DataError(f"The terms {wanted!r} have no estimable coefficient.")
        beta, v = self.coefficients[index], self.covariance[np.ix_(index, index)]
        name, state = f"Wald test of {', '.join(wanted)}", str(self.details.get("state", ""))
        if state and (state != "separation" or np.isnan(v).any()):
            nothing = float("nan")
            return TestResult(name, nothing, (float(len(index)), self.df), nothing, state=state)
        statistic = wald_statistic(beta, v, f"The coefficients of {', '.join(wanted)}") / len(index)
        p = float(stats.f.sf(statistic, len(index), self.df)) if self.df > 0 else float("nan")
        return TestResult(name, statistic, (float(len(index)), self.df), p)

    def predictive_margins(self, variable: str) -> Estimates:
        """Return the mean predicted response had every row each level of a categorical variable of the model.

        Parameters
        ----------
        variable : str
            A categorical main effect.

        Returns
        -------
        Estimates
            Statistic "margin", one row per level. The covariance adds the uncertainty of the coefficients and that of
            the mean over rows; agrees with R survey ``svypredmeans`` (Graubard and Korn 1999). Degrees of freedom:
            those of the domain that the model was fitted to; differences of margins follow the rule of `contrast_df`.
        """
        label = variable if variable in self.details["levels"] else f"factor({variable})"
        if label not in self.details["levels"]:
            raise DataError(f"{variable!r} is no categorical term of the model: there are no levels to compare.")
        levels, rows, keep = self.details["levels"][label], self.details["rows"], self.details["keep"]
        w = np.where(rows, self.design.weights, 0.0)
        fitted, gradient = np.zeros((self.design.n_rows, len(levels))), np.zeros((self.coefficients.size, len(levels)))
        for k, level in enumerate(levels):
            frame = self.design.data.copy(deep=False)
            frame[variable] = _constant(frame[variable], level)
            x = np.nan_to_num(model_matrix(frame, self.formula, rows, self.details["levels"]).x[:, keep])
            eta = x @ self.coefficients
            fitted[:, k] = np.where(rows, self.family.link.inverse(eta), 0.0)
            gradient[:, k] = (x * (w * self.family.link.slope(eta))[:, None]).sum(axis=0) / w.sum()
        mean = (w[:, None] * fitted).sum(axis=0) / w.sum()
        z = np.where(rows[:, None], w[:, None] * (fitted - mean) / w.sum(), 0.0)
        covariance = gradient.T @ self.covariance @ gradient + linear_covariance(self.design, z)
        return _margins(self, variable, levels, mean, covariance)

    def __repr__(self) -> str:
        lines = [self.table.to_string(index=False), f"{self.details['formula']}, {self.family.name}, n {self.n}"]
        if self.dropped:
            lines.append(_dropped_note(self.dropped)[1])
        if self.state:
            lines[1] += f"; no test: {self.state}"
        return "\n".join(lines)

    def presentation(self) -> Presentation:
        """Return the coefficients, what was left out of the model, and why there is no test."""
        title = ("回归模型", "Model")
        said = f"{self.details['formula']}, {self.family.name}, n {self.n}"
        notes = [(said, said)]
        if self.dropped:
            notes.append(_dropped_note(self.dropped))
        if self.state:
            state, _, names = self.state.partition(" (")
            zh = f"无检验：{VALUES[state]}{'（' + names[:-1] + '）' if names else ''}"
            notes.append((zh, f"no test: {self.state}"))
        return Presentation(title, (NamedTable(title, self.table),), tuple(notes))

    def _draw(self, ax: Axes | None, language: Language, labels: Mapping[str, str] | None) -> Axes:
        """Draw the coefficients, without the constant, with their intervals."""
        table = self.table
        rows = table[table["term"] != "(Intercept)"]
        rows = rows.assign(label=[label_of(term, labels) for term in rows["term"]])
        axis = "系数与置信区间" if language == "zh" else "coefficient with confidence interval"
        return interval_chart(rows, ax, axis=axis, language=language, reference=0.0)


def _dropped_note(names: Sequence[str]) -> Words:
    """Return in Chinese and English which coefficients a model left out, and why."""
    listed = ", ".join(names)
    return (
        f"未纳入{len(names)}个系数，因为它们的列由前面的列决定（或在所用各行全为0）：{listed}",
        f"Left out, because their columns depend on earlier ones (or are 0 in every row used): {len(names)} "
        f"coefficient(s): {listed}",
    )


def _canonical(label: str) -> str:
    return ":".join(sorted(part.strip().strip("`") for part in label.split(":")))


def _constant(column: pd.Series, level: Any) -> pd.Series:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return pd.Series(pd.Categorical([level] * len(column), dtype=column.dtype), index=column.index)
    return pd.Series([level] * len(column), index=column.index)


def _margins(model: GlmResult, variable: str, levels: list[Any], mean: np.ndarray, covariance: np.ndarray) -> Estimates:
    error = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    base = Moment(None, None if bool(model.details["rows"].all()) else np.where(model.details["rows"], 0, -1), 1)
    whole = float(domain_df(model.design, base)[0])
    df = np.full(mean.size, whole)
    low, high = t_interval(mean, error, df, model.conf_level)
    table = pd.DataFrame({"statistic": "margin", "variable": variable, "level": [str(level) for level in levels]})
    for name, values in zip(COLUMNS_AFTER[:5], (mean, error, low, high, df), strict=True):
        table[name] = values
    table["deff"], table["n"], table["n_eff"], table["reliability"] = np.nan, model.n, np.nan, ""
    recipe = {"method": "predictive margins", "by": [], "formula": model.details["formula"]}
    units = units_of_rows(model.design, base, df, np.ones(mean.size, dtype=bool), None)
    return Estimates(table, covariance, recipe, model.conf_level, whole, units=units)
