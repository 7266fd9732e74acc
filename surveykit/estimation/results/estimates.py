"""Estimates: a tidy table, the joint covariance of its rows, and the recipe that made them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import pandas as pd

from surveykit.display import Shown
from surveykit.errors import DataError, choose
from surveykit.estimation.intervals.intervals import t_interval
from surveykit.estimation.kernel.derivatives import evaluate, function_value, numeric_jacobian
from surveykit.estimation.kernel.row_units import RowUnits, derived_units
from surveykit.estimation.results.contrast_df import contrast_df
from surveykit.estimation.results.row_keys import Row, find_row, row_labels
from surveykit.language import LANGUAGES, Language

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from surveykit.display import Presentation

__all__ = ["COLUMNS_AFTER", "COLUMNS_BEFORE", "DifferenceKind", "Estimates", "TransformMethod"]

DifferenceKind = Literal["rate", "number"]
TransformMethod = Literal["delta", "replicates"]

COLUMNS_BEFORE = ("statistic", "variable", "level")
COLUMNS_AFTER = (
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
    "df",
    "deff",
    "n",
    "n_eff",
    "reliability",
)
PAYLOAD_VERSION = 1


@dataclass(frozen=True, eq=False, repr=False)
class Estimates(Shown):
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

    table: pd.DataFrame
    covariance: np.ndarray
    recipe: dict[str, Any]
    conf_level: float = 0.95
    design_df: float = float("inf")
    replicates: np.ndarray | None = None
    influence: tuple[Any, ...] | None = field(default=None)
    units: RowUnits | None = field(default=None)

    @property
    def estimates(self) -> np.ndarray:
        """The estimates as an array, shape (k,)."""
        return self.table["estimate"].to_numpy(dtype=float)

    @property
    def labels(self) -> tuple[str, ...]:
        """One text per row: variable, level and domain values, for example ``"sch.wide=Yes:E"``."""
        return row_labels(self.table, self.recipe.get("by", []))

    def position(self, key: Any) -> int:
        """Return the number of the row that a key names, counted from 0.

        Parameters
        ----------
        key : any
            A label; or the value of a level, a domain column or a variable, where only one row has it; or a tuple of
            values, ``(domain, domain)``, ``(variable, level)``, ``(variable, domain)``, ``(level, domain)`` or
            ``(variable, level, domain)``, with one value per domain column. Numbers are values too: with districts
            coded 1, 2, 3 the key 1 is district 1; 1, 1.0, ``np.int64(1)`` and "1" are the same code, unless the
            column holds both. ``Row(0)`` is the first row, ``Row(-1)`` the last.

        Raises
        ------
        DataError
            When no row or more than one row fits; a value that is both a level and a domain is named as such.

        Examples
        --------
        >>> from surveykit.design import SurveyDesign
        >>> from surveykit.estimation import survey_prop
        >>> data = {"q": [1, 2, 2, 2], "district": [1, 1, 2, 2], "w": [1] * 4}
        >>> shares = survey_prop(SurveyDesign(data, weights="w"), "q", by="district")
        >>> shares.position((1, 2)), shares.labels[1]
        (1, 'q=1:2')
        """
        return find_row(self.table, self.recipe.get("by", []), key)

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
        from surveykit.estimation.results.rate_rows import difference_of_rates

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
        return {
            "version": PAYLOAD_VERSION,
            "table": {str(name): [_plain(v) for v in self.table[name]] for name in self.table.columns},
            "covariance": [[_plain(v) for v in row] for row in self.covariance],
            "recipe": json.loads(json.dumps(self.recipe, default=str)),
            "conf_level": self.conf_level,
            "design_df": _plain(self.design_df),
            "replicates": None if self.replicates is None else [[_plain(v) for v in r] for r in self.replicates],
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Estimates:
        """Return the estimates of a payload; the linearised totals are not part of it.

        Contrasts of the result have cautious degrees of freedom: the least of the rows that they use.

        Raises
        ------
        DataError
            When the payload has another version.
        """
        if payload.get("version") != PAYLOAD_VERSION:
            raise DataError(
                f"The payload has version {payload.get('version')!r}, not {PAYLOAD_VERSION}: make it again."
            )
        table = pd.DataFrame(dict(payload["table"]))
        for column in ("estimate", "std_error", "conf_low", "conf_high", "df", "deff", "n_eff"):
            table[column] = [_number(v) for v in payload["table"][column]]
        covariance = np.array([[_number(v) for v in row] for row in payload["covariance"]], dtype=float)
        replicates = payload.get("replicates")
        return cls(
            table,
            covariance.reshape(len(table), len(table)),
            dict(payload["recipe"]),
            float(payload["conf_level"]),
            _number(payload["design_df"]),
            None if replicates is None else np.array([[_number(v) for v in row] for row in replicates]),
        )

    def __len__(self) -> int:
        return len(self.table)

    def __repr__(self) -> str:
        return f"{self.table.to_string(index=False)}\n{_recipe_line(self.recipe)}"

    def presentation(self) -> Presentation:
        """Return what is shown and exported."""
        from surveykit.estimation.showing import estimates_presentation

        return estimates_presentation(self)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        language: Language = "zh",
        labels: Mapping[str, str] | None = None,
        variable: str | None = None,
        sort: bool = False,
        reference: float | None = None,
    ) -> Axes:
        """Draw the estimates with their intervals, one row each.

        Parameters
        ----------
        ax : Axes, optional
            Where to draw; new axes when absent.
        language : {"zh", "en"}
            Of axis and legend.
        labels : mapping of str to str, optional
            Texts of codes.
        variable : str, optional
            Only the estimates of this variable.
        sort : bool
            Largest on top; else in the order of the table.
        reference : float, optional
            A value to mark.

        Returns
        -------
        Axes

        Raises
        ------
        DataError
            If there is no such variable, or there are too many rows for one chart.
        """
        choose("language", language, LANGUAGES)
        from surveykit.estimation.showing import plot_estimates

        return plot_estimates(self, ax, language, labels, variable=variable, sort=sort, reference=reference)


def _plain(value: Any) -> Any:
    if isinstance(value, (float, np.floating)):
        value = float(value)
        if np.isinf(value):
            return "inf" if value > 0 else "-inf"
        return None if np.isnan(value) else value
    if isinstance(value, np.generic):
        return value.item()
    return None if value is pd.NA else value


def _number(value: Any) -> float:
    return float("nan") if value is None else float(value)


def _recipe_line(recipe: Mapping[str, Any]) -> str:
    said = {key: value for key, value in recipe.items() if key != "kinds" and value not in (None, [], "", {})}
    return "; ".join(f"{key}: {value}" for key, value in said.items())
