"""The survey design: data, weights, strata, sampling units, and what was done to the weights since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from surveykit.design.adjustments import Adjustment
from surveykit.design.alignment import aligned
from surveykit.design.pps import PPS, PpsName, as_pps
from surveykit.design.roles import check_lonely, design_stages, row_values, stage_list
from surveykit.design.stages import Stage
from surveykit.design.tables import as_frame, require_columns, same_rows
from surveykit.display import NamedTable, Presentation, Shown, Words, facts
from surveykit.errors import DesignError, choose, first_few

__all__ = ["LonelyPsu", "SurveyDesign", "weight_facts"]

LonelyPsu = Literal["fail", "certainty", "adjust", "average"]


@dataclass(frozen=True, eq=False, repr=False)
class SurveyDesign(Shown):
    """How a sample was drawn and weighted.

    Parameters
    ----------
    data : pandas.DataFrame, polars.DataFrame, pyarrow.Table or mapping
        One row per respondent (or sampled unit).
    weights : str or array, optional
        Final weights, a column or one number per row; zero keeps the row without contribution. Left out, the product
        of population size over sample size of all stages (the inverse inclusion probability). Here and wherever
        values are passed, a pandas object is matched to the rows by its labels, an array is taken by position.
    strata : str or list, optional
        Column of the strata; a list has one entry per stage (None = no strata), and an entry may be a list of columns
        to be crossed. Sampling units are always read as nested in strata.
    psu : str or list of str, optional
        Columns of the sampling units, first stage first. Left out: element sampling, each row a unit.
    population_size : str, number or list, optional
        Units in the population of each stratum (at a later stage: of each unit of the stage before), one entry per
        stage; stages without one count as drawn with replacement.
    sampling_fraction : str, number or list, optional
        The same as fractions in (0, 1]; with `pps` the inclusion probability of the unit.
    lonely_psu : {"fail", "certainty", "adjust", "average"}
        A stratum with one sampled unit out of more: refuse; contribute nothing; centre at the mean over all strata;
        contribute the mean of the other strata.
    adjustments : tuple of Adjustment
        What was done to the weights, in order; credited in the variance.
    pps : {"brewer", "overton", "hartley_rao", "poisson"} or PPS, optional
        Sampling with unequal probabilities without replacement; see `PPS`.

    Raises
    ------
    DesignError
        For weights, sizes or fractions that cannot be, missing codes, strata with one unit, or no rows.

    Notes
    -----
    Codes for strata and units are made here, once; those of domain columns when they are first used. Agrees with R
    survey ``svydesign(..., nest = TRUE)``; the
    degrees of freedom are units minus strata over the rows with a positive weight (R: ``degf``).

    Examples
    --------
    >>> data = {"y": [1, 2, 3, 4], "h": ["a", "a", "b", "b"], "w": [5, 5, 3, 3]}
    >>> SurveyDesign(data, weights="w", strata="h").degf
    2
    """

    data: pd.DataFrame
    weights: Any = None
    strata: str | Sequence[Any] | None = None
    psu: str | Sequence[str] | None = None
    population_size: Any = None
    sampling_fraction: Any = None
    lonely_psu: LonelyPsu = "fail"
    adjustments: tuple[Adjustment, ...] = ()
    pps: PPS | PpsName | None = None
    stages: tuple[Stage, ...] = field(default=(), init=False)
    strata_columns: tuple[Any, ...] = field(default=(), init=False)
    psu_columns: tuple[str, ...] = field(default=(), init=False)
    cache: dict[Any, Any] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        choose("lonely_psu", self.lonely_psu, get_args(LonelyPsu), DesignError)
        frame = as_frame(self.data)
        if not len(frame):
            raise DesignError("The data has no rows: a design needs at least one.")
        pps = as_pps(self.pps)
        psu_columns = tuple(stage_list(self.psu))
        require_columns(frame, psu_columns, "psu")
        strata_columns = tuple(stage_list(self.strata))
        stages = design_stages(self, frame, psu_columns, strata_columns, pps)
        if pps is None or pps.method == "brewer":
            check_lonely(self.lonely_psu, stages)
        if pps is not None:
            rows = stages[0].unit_row
            units = pd.Index(frame[psu_columns[0]].iloc[rows]) if psu_columns else frame.index[rows]
            pps = pps.matched(stages, units)
        weights = _weights(self.weights, frame, stages, pps)
        if pps is not None:
            pps.check(stages, self.lonely_psu)
        for name, value in {
            "data": frame,
            "weights": weights,
            "stages": stages,
            "psu_columns": psu_columns,
            "strata_columns": strata_columns,
            "adjustments": tuple(self.adjustments),
            "pps": pps,
        }.items():
            object.__setattr__(self, name, value)

    @property
    def n_rows(self) -> int:
        """Rows of the data, those of weight zero included."""
        return len(self.data)

    @property
    def n(self) -> int:
        """Rows with a positive weight."""
        return int(np.count_nonzero(self.weights))

    @property
    def n_psu(self) -> int:
        """First-stage units with a positive weight in some row."""
        return self._members()[0]

    @property
    def n_strata(self) -> int:
        """First-stage strata with a positive weight in some row."""
        return self._members()[1]

    @property
    def degf(self) -> int:
        """Degrees of freedom: first-stage units minus strata, over rows with a positive weight."""
        units, strata = self._members()
        return units - strata

    def _members(self) -> tuple[int, int]:
        if "members" not in self.cache:
            self.cache["members"] = self._count_members()
        counts: tuple[int, int] = self.cache["members"]
        return counts

    def _count_members(self) -> tuple[int, int]:
        first = self.stages[0]
        present = np.bincount(first.unit, weights=self.weights, minlength=first.n_units) > 0
        return int(present.sum()), int(np.unique(first.unit_stratum[present]).size)

    def adjusted(self, weights: Any, adjustment: Adjustment) -> SurveyDesign:
        """Return the design with new final weights and one more adjustment credited in the variance.

        Parameters
        ----------
        weights : array, shape (n_rows,)
            The new final weights.
        adjustment : Adjustment
            How they came about.

        Returns
        -------
        SurveyDesign
        """
        new = object.__new__(SurveyDesign)
        for name in self.__dataclass_fields__:
            object.__setattr__(new, name, getattr(self, name))
        values = np.asarray(aligned(weights, self.data.index, "weights"), dtype=float)
        object.__setattr__(new, "weights", _checked_weights(values, self.n_rows))
        object.__setattr__(new, "adjustments", (*self.adjustments, adjustment))
        object.__setattr__(new, "cache", {})
        return new

    def with_data(self, data: Any) -> SurveyDesign:
        """Return the same design over a table with the same rows, for example with columns added.

        Parameters
        ----------
        data : pandas.DataFrame, polars.DataFrame, pyarrow.Table or mapping
            A pandas table is matched by its row labels to the table of the design; others are taken by position.

        Raises
        ------
        DesignError
            When the number of rows or the row labels differ.
        """
        frame = same_rows(data, self.data.index)
        new = object.__new__(SurveyDesign)
        for name in self.__dataclass_fields__:
            object.__setattr__(new, name, getattr(self, name))
        object.__setattr__(new, "data", frame)
        object.__setattr__(new, "cache", {})
        return new

    def __repr__(self) -> str:
        sampling = "element sampling" if not self.psu_columns else f"psu {' > '.join(self.psu_columns)}"
        strata = f", {self.n_strata} strata" if self.strata_columns else ""
        credited = f", adjusted by {', '.join(a.name for a in self.adjustments)}" if self.adjustments else ""
        return f"<SurveyDesign: {self.n} rows, {self.n_psu} PSUs{strata}, df {self.degf}, {sampling}{credited}>"

    def presentation(self) -> Presentation:
        """Return what is shown and exported."""
        title = ("抽样设计", "Survey design")
        items = {"rows": self.n, "psus": self.n_psu, "strata": self.n_strata, "df": self.degf}
        notes = [_sampling(self)]
        if self.adjustments:
            names = [adjustment.name for adjustment in self.adjustments]
            notes.append(("方差中计入的权数调整：" + "、".join(names), "adjusted by " + ", ".join(names)))
        return Presentation(title, (NamedTable(title, facts(items | weight_facts(self.weights))),), tuple(notes))


def weight_facts(weights: np.ndarray) -> dict[str, float]:
    """Return sum, ends and Kish's design effect of the positive weights; nothing where there are none."""
    used = np.asarray(weights, dtype=float)
    used = used[used > 0]
    if not used.size:
        return {}
    return {
        "sum_of_weights": float(used.sum()),
        "smallest_weight": float(used.min()),
        "largest_weight": float(used.max()),
        "deff_kish": float(used.size * (used**2).sum() / used.sum() ** 2),
    }


def _sampling(design: SurveyDesign) -> Words:
    psu = " > ".join(map(str, design.psu_columns))
    limited = design.population_size is not None or design.sampling_fraction is not None
    zh = f"初级单元：{psu}" if psu else "逐个抽取"
    en = f"psu {psu}" if psu else "element sampling"
    return (
        f"{zh}；{'计入' if limited else '不计'}有限总体校正；单一初级单元层：{design.lonely_psu}",
        f"{en}; {'with' if limited else 'no'} finite population correction; lonely_psu: {design.lonely_psu}",
    )


def _weights(given: Any, frame: pd.DataFrame, stages: tuple[Stage, ...], pps: PPS | None) -> np.ndarray:
    if given is not None:
        return _checked_weights(row_values(frame, given, "weights"), len(frame))
    if pps is not None and pps.joint is not None:
        return np.asarray(1.0 / np.diag(np.asarray(pps.joint, dtype=float))[stages[0].unit])
    last = stages[-1]
    probability = (last.unit_fraction * last.unit_carry)[last.unit]
    if not np.all(probability > 0):
        raise DesignError("There are no weights: pass weights=, or population_size= or sampling_fraction= per stage.")
    return np.asarray(1.0 / probability)


def _checked_weights(weights: np.ndarray, n: int) -> np.ndarray:
    if weights.shape != (n,):
        raise DesignError(f"There are {weights.size} weights for {n} rows: pass one weight per row.")
    if not (np.isfinite(weights.sum()) and weights.min() >= 0):
        for wrong, what in (
            (np.isnan(weights), "missing"),
            (np.isinf(weights), "infinite"),
            (weights < 0, "negative"),
        ):
            if not wrong.any():
                continue
            raise DesignError(
                f"Weights are {what} in rows {first_few(np.flatnonzero(wrong).tolist())}: mend them, or give such rows "
                "weight 0 to keep them without contribution."
            )
    if not weights.any():
        raise DesignError(f"All {n} weights are zero: nothing can be estimated.")
    frozen = np.array(weights, dtype=float)
    frozen.flags.writeable = False
    return frozen
