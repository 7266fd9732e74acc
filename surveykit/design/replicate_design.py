"""Designs whose variance comes from replicate weights."""

from __future__ import annotations

# mypy: disable-error-code="no-any-return"
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from surveykit.design.adjustments import Adjustment
from surveykit.design.alignment import aligned, aligned_or_numbered
from surveykit.design.replicate_rank import replicate_rank
from surveykit.design.roles import row_values
from surveykit.design.stages import Stage
from surveykit.design.survey_design import SurveyDesign, _checked_weights, weight_facts
from surveykit.design.tables import as_frame, numeric_column, require_columns, same_rows
from surveykit.display import NamedTable, Presentation, Shown, facts
from surveykit.errors import DesignError, choose, first_few

__all__ = ["ReplicateDesign", "ReplicateMethod"]

ReplicateMethod = Literal["brr", "fay", "jk1", "jkn", "jk2", "sdr", "acs", "bootstrap", "other"]


@dataclass(frozen=True, eq=False, repr=False)
class ReplicateDesign(Shown):
    """A sample with replicate weights.

    Parameters
    ----------
    data : pandas.DataFrame, polars.DataFrame, pyarrow.Table or mapping
        One row per respondent.
    weights : str or array
        Final weights.
    replicate_weights : list of str, or array of shape (n, R)
        Columns of the replicate weights, or the weights themselves.
    method : {"brr", "fay", "jk1", "jkn", "jk2", "sdr", "acs", "bootstrap", "other"}
        How they were made; sets the constants of the variance where `scale` and `rscales` are left out:
        brr 1/R; fay 1/(R (1 - fay)^2); jk1 (R-1)/R; jk2 1; sdr and acs 4/R; bootstrap 1/(R-1); other 1. For "jkn"
        `rscales` ((n_h - 1)/n_h for each replicate) must be given when the weights are combined.
    fay : float
        Fay's coefficient for method "fay".
    scale, rscales : float, array of shape (R,)
        Constants of the variance ``scale * sum_r rscales_r (t_r - t)^2``. A Series of rscales is matched by the names
        of the replicates.
    combined : bool
        Whether the replicate weights hold the sampling weight already; False = factors on the weight.
    mse : bool, optional
        Centre t at the full-sample estimate instead of the mean of the replicates; left out, True for "acs" only.
    df : float, optional
        Degrees of freedom; left out, the rank of the replicate weights minus 1.

    Raises
    ------
    DesignError
        For columns that are missing or hold missing values, and options that do not fit.

    Notes
    -----
    Agrees with R survey ``svrepdesign``. A design made by `as_jackknife_design` and its like keeps factors per
    sampling unit, never per row, and its degrees of freedom are never above those of the design it was made from.

    Examples
    --------
    >>> data = {"y": [1.0, 2.0], "w": [1, 1], "r1": [2, 0], "r2": [0, 2]}
    >>> ReplicateDesign(data, weights="w", replicate_weights=["r1", "r2"], method="brr").n_replicates
    2
    """

    data: pd.DataFrame
    weights: Any
    replicate_weights: Any
    method: ReplicateMethod = "brr"
    fay: float = 0.0
    scale: float | None = None
    rscales: Any = None
    combined: bool = True
    mse: bool | None = None
    df: float | None = None
    unit: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64), init=False)
    factors: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)), init=False)
    base_weights: np.ndarray = field(default_factory=lambda: np.zeros(0), init=False)
    source: SurveyDesign | None = field(default=None, init=False)
    cache: dict[Any, Any] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        choose("method", self.method, get_args(ReplicateMethod), DesignError)
        frame = as_frame(self.data)
        if not len(frame):
            raise DesignError("The data has no rows: a design needs at least one.")
        weights = _checked_weights(row_values(frame, self.weights, "weights"), len(frame))
        factors = _replicate_matrix(frame, self.replicate_weights)
        scale, rscales = _constants(self, factors, _replicate_labels(self.replicate_weights))
        values = {
            "data": frame,
            "weights": weights,
            "replicate_weights": None,
            "scale": scale,
            "rscales": rscales,
            "mse": self.method == "acs" if self.mse is None else bool(self.mse),
            "unit": np.arange(len(frame)),
            "factors": factors,
            "base_weights": np.ones(len(frame)) if self.combined else weights,
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @property
    def n_replicates(self) -> int:
        """Number of replicates."""
        return int(self.factors.shape[1])

    @property
    def n_rows(self) -> int:
        """Rows of the data, those of weight zero included."""
        return len(self.data)

    @property
    def n(self) -> int:
        """Rows with a positive weight."""
        return int(np.count_nonzero(self.weights))

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Stages of the design that the replicates were made from; empty when they were given."""
        return () if self.source is None else self.source.stages

    @property
    def n_psu(self) -> int:
        """First-stage units of the design that the replicates were made from; 0 when unknown."""
        return 0 if self.source is None else self.source.n_psu

    @property
    def n_strata(self) -> int:
        """First-stage strata of the design that the replicates were made from; 0 when unknown."""
        return 0 if self.source is None else self.source.n_strata

    @property
    def adjustments(self) -> tuple[Adjustment, ...]:
        """Always empty: replicates carry the adjustments in their weights."""
        return ()

    @property
    def degf(self) -> float:
        """Degrees of freedom: as given; or those of the design it was made from; or rank minus 1."""
        if self.df is not None:
            return float(self.df)
        if self.source is not None:
            return float(min(self.n_replicates - 1, self.source.degf))
        return float(replicate_rank(self.factors[self.unit] * self.base_weights[:, None]) - 1)

    def domain_degf(self, rows: np.ndarray) -> float:
        """Return the degrees of freedom of the rows of a domain (boolean array); R: rank of their weights minus 1."""
        if self.df is not None:
            return float(self.df)
        return float(replicate_rank(self.factors[self.unit[rows]] * self.base_weights[rows, None]) - 1)

    def replicate_covariance(self, replicates: np.ndarray, estimate: np.ndarray) -> np.ndarray:
        """Return ``scale * sum_r rscales_r (t_r - t)(t_r - t)'`` of replicate estimates, shape (R, k) to (k, k).

        A replicate in which an estimate is not defined (an empty domain) is left out for that estimate.
        """
        assert self.scale is not None
        rscales = np.asarray(self.rscales, dtype=float)
        good = np.isfinite(replicates) & (rscales > 0)[:, None]
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.where(good, replicates, 0.0).sum(axis=0) / good.sum(axis=0)
        centre = np.asarray(estimate) if self.mse else mean
        deviation = np.where(np.isfinite(replicates), replicates - centre, 0.0)
        covariance = (deviation * (rscales * self.scale)[:, None]).T @ deviation
        covariance[~good.any(axis=0), :] = np.nan
        covariance[:, ~good.any(axis=0)] = np.nan
        return covariance

    def analysis_weights(self, r: int) -> np.ndarray:
        """Return the weights of the rows in replicate r, shape (n,)."""
        return self.factors[self.unit, r] * self.base_weights

    def with_data(self, data: Any) -> ReplicateDesign:
        """Return the same design over a table with the same rows; see `SurveyDesign.with_data`."""
        return self._copy(data=same_rows(data, self.data.index))

    def adjusted_replicates(self, weights: Any, replicate_weights: Any) -> ReplicateDesign:
        """Return the design with new weights and new replicate weights per row, for example raked in each replicate.

        Parameters
        ----------
        weights : array, shape (n_rows,)
            The new final weights.
        replicate_weights : array, shape (n_rows, R)
            The new replicate weights, the sampling weight included.
        """
        index = self.data.index
        matrix = np.asarray(aligned(replicate_weights, index, "replicate weights"), dtype=float)
        if matrix.shape != (self.n_rows, self.n_replicates):
            raise DesignError(
                f"The replicate weights have shape {matrix.shape}, not {(self.n_rows, self.n_replicates)}."
            )
        return self._copy(
            weights=_checked_weights(np.asarray(aligned(weights, index, "weights"), dtype=float), self.n_rows),
            unit=np.arange(self.n_rows),
            factors=matrix,
            base_weights=np.ones(self.n_rows),
        )

    def _copy(self, **changes: Any) -> ReplicateDesign:
        new = object.__new__(ReplicateDesign)
        for name in self.__dataclass_fields__:
            object.__setattr__(new, name, changes.get(name, getattr(self, name)))
        object.__setattr__(new, "cache", {})
        return new

    def __repr__(self) -> str:
        return f"<ReplicateDesign: {self.n} rows, {self.n_replicates} {self.method} replicates, df {self.degf:g}>"

    def presentation(self) -> Presentation:
        """Return what is shown and exported."""
        title = ("重复权数设计", "Replicate design")
        items = {"rows": self.n, "replicates": self.n_replicates, "method": self.method, "df": float(self.degf)}
        return Presentation(title, (NamedTable(title, facts(items | weight_facts(self.weights))),))


def _replicate_matrix(frame: pd.DataFrame, given: Any) -> np.ndarray:
    if isinstance(given, (list, tuple)) and all(isinstance(name, str) for name in given):
        if not given:
            raise DesignError("There are no replicate weights: name their columns.")
        absent = [name for name in given if name not in frame.columns]
        if absent:
            raise DesignError(f"Replicate weight columns {first_few(absent)} are not in the table: check their names.")
        require_columns(frame, given, "replicate weights")
        matrix = np.column_stack([numeric_column(frame, name) for name in given])
    else:
        matrix = np.asarray(aligned(given, frame.index, "replicate weights"), dtype=float)
    if matrix.ndim != 2 or matrix.shape[0] != len(frame) or matrix.shape[1] < 1:
        raise DesignError(
            f"The replicate weights have shape {matrix.shape} for {len(frame)} rows: they must be (n, R)."
        )
    if not np.isfinite(matrix).all():
        columns = np.flatnonzero(~np.isfinite(matrix).all(axis=0))
        raise DesignError(f"Replicate weights are missing or infinite in columns {first_few(columns.tolist())}.")
    return matrix


def _replicate_labels(given: Any) -> pd.Index | None:
    """Return the names of the replicates: those of their columns, None where they have none."""
    if isinstance(given, pd.DataFrame):
        return given.columns
    return pd.Index(given) if isinstance(given, (list, tuple)) and isinstance(given[0], str) else None


def _constants(design: ReplicateDesign, factors: np.ndarray, labels: pd.Index | None) -> tuple[float, np.ndarray]:
    count = factors.shape[1]
    if design.method == "fay" and not 0.0 < design.fay < 1.0:
        raise DesignError("method 'fay' needs the coefficient fay=, above 0 and below 1.")
    if design.fay and design.method != "fay":
        raise DesignError(f"fay={design.fay!r} has no meaning for method {design.method!r}: use method='fay'.")
    rscales = design.rscales
    if rscales is None:
        if design.method == "jkn" and design.combined:
            raise DesignError("method 'jkn' needs rscales: (n_h - 1) / n_h for each replicate.")
        rscales = 1.0 / factors.max(axis=0) if design.method == "jkn" else np.ones(count)
    rscales = np.asarray(aligned_or_numbered(rscales, labels, "rscales"), dtype=float)
    rscales = np.full(count, float(rscales)) if rscales.ndim == 0 else rscales
    if rscales.shape != (count,) or np.any(rscales < 0):
        raise DesignError(f"rscales must be {count} numbers, one per replicate and none negative.")
    scale = {
        "brr": 1.0 / count,
        "fay": 1.0 / (count * (1.0 - design.fay) ** 2),
        "jk1": (count - 1.0) / count if design.combined else 1.0 / max(factors[:, 0].max(), 1e-300),
        "sdr": 4.0 / count,
        "acs": 4.0 / count,
        "bootstrap": 1.0 / max(count - 1.0, 1.0),
    }.get(design.method, 1.0)
    return scale if design.scale is None else float(design.scale), rscales


def converted(
    design: SurveyDesign, method: str, factors: Sequence[Any], mse: bool, fay: float = 0.0
) -> ReplicateDesign:
    """Return a replicate design over factors (matrix, scale, rscales, unit) made from a survey design."""
    matrix, scale, rscales, unit = factors
    new = object.__new__(ReplicateDesign)
    values = {
        "data": design.data,
        "weights": design.weights,
        "replicate_weights": None,
        "method": method,
        "fay": fay,
        "scale": float(scale),
        "rscales": np.asarray(rscales, dtype=float),
        "combined": False,
        "mse": mse,
        "df": None,
        "unit": design.stages[0].unit if unit is None else unit,
        "factors": matrix,
        "base_weights": design.weights,
        "source": design,
        "cache": {},
    }
    for name, value in values.items():
        object.__setattr__(new, name, value)
    return new
