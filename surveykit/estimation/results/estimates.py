"""Estimates: a tidy table, the joint covariance of its rows, and the recipe that made them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import pandas as pd

from surveykit.display import NamedTable, Presentation, Shown, Words
from surveykit.display.charts import interval_chart
from surveykit.display.content import pick, recipe_notes
from surveykit.errors import DataError, choose, first_few
from surveykit.estimation.intervals.intervals import t_interval
from surveykit.estimation.kernel.derivatives import evaluate, function_value, numeric_jacobian
from surveykit.estimation.kernel.row_units import derived_units
from surveykit.estimation.results.contrast_df import contrast_df
from surveykit.estimation.results.payload import payload_of, rows_of_payload
from surveykit.estimation.results.rate_rows import difference_of_rates
from surveykit.estimation.results.row_keys import Row
from surveykit.estimation.results.rows import COLUMNS_AFTER, EstimateRows
from surveykit.language import Language

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["DifferenceKind", "Estimates", "TransformMethod"]

DifferenceKind = Literal["rate", "number"]
TransformMethod = Literal["delta", "replicates"]

MOST_ROWS = 80
"""Rows that one chart still shows legibly."""


@dataclass(frozen=True, eq=False, repr=False)
class Estimates(EstimateRows, Shown):
    """One or many estimates with their joint covariance.

    Attributes
    ----------
    table : pandas.DataFrame
        One row per estimate: statistic, variable, level, the domain columns, estimate, std_error, conf_low, conf_high,
        df, deff, n, n_eff, reliability.
    covariance : numpy.ndarray, shape (k, k)
        Covariance of the estimates, rows in the order of the table; NaN for an estimate of an empty domain.
    recipe : dict
        How the numbers were made; plain values only. ``kinds``: for each variable "rate" (a proportion, or the mean of
        a 0/1 column) or "mean".
    conf_level : float
        Level of conf_low and conf_high.
    design_df : float
        Degrees of freedom of the whole design.
    replicates : numpy.ndarray or None, shape (R, k)
        Replicate estimates, where the design has replicates.
    influence : tuple or None
        Linearised totals per unit and the design they come from; not part of the payload. See `combine`.
    units : RowUnits or None
        First-stage units behind each row, for the degrees of freedom of contrasts; not part of the payload.
    """

    def contrast(self, coefficients: Mapping[Any, Any], name: str = "contrast") -> Estimates:
        """Return linear combinations of the estimates.

        Parameters
        ----------
        coefficients : mapping
            From row key to coefficient; or from a name to such a mapping, for several contrasts at once.
        name : str
            Name of a single contrast.

        Returns
        -------
        Estimates
            Statistic "contrast"; df of the units that carry the statement, see `contrast_df`.
        """
        several = all(isinstance(value, Mapping) for value in coefficients.values())
        named: Mapping[Any, Any] = coefficients if several else {name: coefficients}
        matrix = np.zeros((len(named), len(self.table)))
        for i, mapping in enumerate(named.values()):
            for key, coefficient in mapping.items():
                matrix[i, self.position(key)] += float(coefficient)
        used = np.where(matrix != 0, self.estimates, 0.0)
        replicates = None if self.replicates is None else self.replicates @ matrix.T
        return self._derived("contrast", [str(key) for key in named], (matrix * used).sum(axis=1), matrix, replicates)

    def difference(self, a: Any, b: Any, *, kind: DifferenceKind | None = None) -> Estimates:
        """Return the estimate of row `a` minus that of row `b`.

        Parameters
        ----------
        a, b
            Row keys, see `position`.
        kind : {"rate", "number"}, optional
            How limits are made: "rate" from the confidence distributions of the two rates, so that they hold near 0
            and 1; "number" by the plain covariance and t. When absent: "rate" where both rows are rates.

        Returns
        -------
        Estimates
            Statistic "difference"; estimate, std_error and covariance are the linearised ones for both kinds.
        """
        if kind is not None:
            choose("kind", kind, get_args(DifferenceKind))
        labels = self.labels
        i, j = self.position(a), self.position(b)
        result = self.contrast(
            {Row(i): 1.0, Row(j): -1.0} if i != j else {Row(i): 0.0}, name=f"{labels[i]} - {labels[j]}"
        )
        result.table["statistic"] = "difference"
        found = None if kind == "number" or i == j else difference_of_rates(self, i, j)
        if kind == "rate" and found is None and i != j:
            raise DataError(f"kind='rate': {labels[i]} and {labels[j]} are not both rates; leave kind out.")
        if found is not None:
            result.table[["df", "conf_low", "conf_high"]] = [found]
        return result

    def transform(
        self,
        function: Callable[[np.ndarray], Any],
        names: Sequence[str] | None = None,
        method: TransformMethod = "delta",
    ) -> Estimates:
        """Return smooth functions of the estimates.

        Parameters
        ----------
        function : callable
            From the array of estimates (k,) to a number or an array.
        names : sequence of str, optional
            Names of the results.
        method : {"delta", "replicates"}
            Derivatives (see `numeric_jacobian`) with the joint covariance, or the function applied to each replicate.

        Returns
        -------
        Estimates
            Statistic "transform". NaN where an estimate that is used is missing.

        Raises
        ------
        DataError
            When the function has no value or no derivative at the estimates (the logit of a rate of 1): which, and
            their values.
        """
        choose("method", method, get_args(TransformMethod))
        at = self.estimates
        value = function_value(function, at, self.labels)
        listed = list(names) if names is not None else [f"f{i + 1}" for i in range(value.size)]
        if len(listed) != value.size:
            raise DataError(f"There are {len(listed)} names for {value.size} results: pass one per result.")
        replicates = None
        if self.replicates is not None:
            found = [evaluate(function, row) for row in self.replicates]
            replicates = np.array([np.full(value.size, np.nan) if row is None else row for row in found])
        jacobian = numeric_jacobian(function, at, self.labels)
        seen = np.any(jacobian != 0, axis=0)
        covariance = jacobian @ np.where(np.outer(seen, seen), self.covariance, 0.0) @ jacobian.T
        covariance[np.isnan(value), :] = np.nan
        covariance[:, np.isnan(value)] = np.nan
        if method == "replicates":
            if replicates is None or self.influence is None:
                raise DataError("There are no replicates: use method='delta', or estimate with a replicate design.")
            covariance = self.influence[0].replicate_covariance(replicates, value)
        return self._derived("transform", listed, value, jacobian, replicates, covariance)

    def _derived(
        self,
        statistic: str,
        names: list[str],
        value: np.ndarray,
        jacobian: np.ndarray,
        replicates: np.ndarray | None,
        covariance: np.ndarray | None = None,
    ) -> Estimates:
        used = np.where(np.any(jacobian != 0, axis=0)[:, None] & np.any(jacobian != 0, axis=0), self.covariance, 0.0)
        if covariance is None:
            covariance = jacobian @ used @ jacobian.T
        std_error = np.sqrt(np.maximum(np.diag(covariance), 0.0))
        df = contrast_df(self, jacobian)
        low, high = t_interval(value, std_error, df, self.conf_level)
        table = pd.DataFrame({"statistic": statistic, "variable": names, "level": ""})
        for column, values in zip(COLUMNS_AFTER[:5], (value, std_error, low, high, df), strict=True):
            table[column] = values
        table["deff"] = np.nan
        table["n"] = [self._contrast_n(row) for row in jacobian]
        table["n_eff"] = np.nan
        table["reliability"] = ""
        recipe = {**self.recipe, "by": [], "derived": statistic, "kinds": dict.fromkeys(names, "mean")}
        influence = None
        if self.influence is not None:
            owner, parts = self.influence
            influence = (owner, None if parts is None else tuple(part @ jacobian.T for part in parts))
        units = derived_units(self.units, jacobian)
        return Estimates(table, covariance, recipe, self.conf_level, self.design_df, replicates, influence, units)

    def _contrast_n(self, row: np.ndarray) -> int:
        rows = self.table[row != 0]
        by = self.recipe.get("by", [])
        if not len(rows):
            return 0
        if not by:
            return int(rows["n"].max())
        return int(rows.groupby(by, observed=True)["n"].max().sum())

    def to_polars(self) -> Any:
        """Return the table as a polars DataFrame."""
        import polars

        return polars.from_dict({name: self.table[name].to_list() for name in self.table.columns})

    def to_payload(self) -> dict[str, Any]:
        """Return plain values from which `from_payload` makes the same estimates; missing numbers are None."""
        return payload_of(self)

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Estimates:
        """Return the estimates of a payload; the linearised totals are not part of it.

        Contrasts of the result have cautious degrees of freedom: the least of the rows that they use.

        Raises
        ------
        DataError
            When the payload has another version.
        """
        rows = rows_of_payload(payload)
        return cls(rows.table, rows.covariance, rows.recipe, rows.conf_level, rows.design_df, rows.replicates)

    def __repr__(self) -> str:
        return f"{self.table.to_string(index=False)}\n{_recipe_line(self.recipe)}"

    def presentation(self) -> Presentation:
        """Return the table with its recipe; columns without any entry are left out."""
        title = ("估计值", "Estimates")
        empty = [c for c in ("level", "reliability") if c in self.table and not self.table[c].astype(str).any()]
        recipe = {key: value for key, value in self.recipe.items() if key not in ("indicators", "kinds")}
        notes = (*recipe_notes(recipe), *_definitions(self))
        return Presentation(title, (NamedTable(title, self.table.drop(columns=empty)),), notes)

    def _draw(
        self,
        ax: Axes | None,
        language: Language,
        labels: Mapping[str, str] | None,
        *,
        variable: str | None = None,
        sort: bool = False,
        reference: float | None = None,
    ) -> Axes:
        """Draw the estimates with their intervals, one row each.

        Parameters
        ----------
        variable : str, optional
            Only the estimates of this variable.
        sort : bool
            Largest on top; else in the order of the table.
        reference : float, optional
            A value to mark.

        Raises
        ------
        DataError
            If there is no such variable, or there are too many rows for one chart.
        """
        table = self.table if variable is None else self.table[self.table["variable"] == variable]
        if not len(table):
            known = first_few(sorted(set(self.table["variable"])))
            raise DataError(f"plot: there is no estimate of {variable!r}; there are {known}")
        if len(table) > MOST_ROWS:
            raise DataError(
                f"plot: {len(table)} rows are too many for one chart: pass variable=, or estimate fewer domains"
            )
        rows = table.assign(label=_row_names(table, self.recipe.get("by") or [], labels))
        if sort:
            rows = rows.sort_values("estimate", ascending=False, kind="stable")
        level = f"{self.conf_level:.0%}"
        axis = (f"估计值与{level}置信区间", f"estimate with {level} confidence interval")
        return interval_chart(rows, ax, axis=pick(axis, language), language=language, reference=reference)


def _definitions(estimates: Estimates) -> list[Words]:
    """Say of each indicator in the table what is counted among whom."""
    named = estimates.recipe.get("indicators") or {}
    shown = dict.fromkeys(estimates.table["variable"])
    return [
        (f"{info['zh']}（{name}）：{info['definition_zh']}", f"{info['en']} ({name}): {info['definition_en']}")
        for name, info in named.items()
        if name in shown and {"zh", "en", "definition_zh", "definition_en"} <= set(info)
    ]


def _row_names(table: pd.DataFrame, by: list[str], labels: Mapping[str, str] | None) -> list[str]:
    """Name rows by what tells them apart: variable and level only where there are several."""
    told = [c for c in ("statistic", "variable", "level") if table[c].nunique() > 1 or (not by and c == "variable")]
    names = labels or {}
    return [
        " · ".join(names.get(str(v), str(v)) for v in row if str(v)) or str(i)
        for i, row in enumerate(table[[*told, *by]].itertuples(index=False, name=None))
    ]


def _recipe_line(recipe: Mapping[str, Any]) -> str:
    said = {key: value for key, value in recipe.items() if key != "kinds" and value not in (None, [], "", {})}
    return "; ".join(f"{key}: {value}" for key, value in said.items())
