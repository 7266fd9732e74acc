"""From the arguments of a design to its stages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import pandas as pd

from surveykit.design.alignment import aligned
from surveykit.design.pps import PPS
from surveykit.design.stages import Stage, build_stage
from surveykit.design.tables import categories, numeric_column, require_columns
from surveykit.errors import DataError, DesignError, first_few

__all__ = ["check_lonely", "cross_codes", "design_stages", "row_values", "stage_list"]


class _Arguments(Protocol):
    @property
    def population_size(self) -> Any: ...
    @property
    def sampling_fraction(self) -> Any: ...


def stage_list(value: Any) -> list[Any]:
    """Return one entry per stage: None is no entry, a single value one entry.

    Raises
    ------
    DesignError
        When an entry holds values in place of the name of a column.
    """
    listed = [] if value is None else (list(value) if isinstance(value, (list, tuple)) else [value])
    for entry in listed:
        if isinstance(entry, (pd.Series, pd.DataFrame, pd.Index, np.ndarray)):
            raise DesignError(
                f"strata and psu are names of columns, but a {type(entry).__name__} of {len(entry)} values was passed: "
                "add the values to the table as a column and pass its name."
            )
    return listed


def row_values(frame: pd.DataFrame, given: Any, role: str) -> np.ndarray:
    """Return one float per row from a column name, a number, an array, or a Series with the labels of the table."""
    if isinstance(given, str):
        require_columns(frame, [given], role)
        try:
            return numeric_column(frame, given)
        except DataError as error:
            raise DesignError(f"{role}: {error}") from error
    if isinstance(given, pd.Series):
        return numeric_column(pd.DataFrame({role: aligned(given, frame.index, role)}), role)
    values = np.asarray(given, dtype=float)
    if values.ndim == 0:
        return np.full(len(frame), float(values))
    if values.shape != (len(frame),):
        raise DesignError(f"{role} has {values.size} values for {len(frame)} rows: pass a column name or one per row.")
    return values


def cross_codes(frame: pd.DataFrame, columns: Sequence[str], role: str) -> tuple[np.ndarray, list[tuple[Any, ...]]]:
    """Code the combinations of columns that occur, in sorted order; a missing value is an error.

    Returns
    -------
    codes : numpy.ndarray, shape (n,)
    combinations : list of tuple
    """
    require_columns(frame, columns, role)
    codes = np.zeros(len(frame), dtype=np.int64)
    combinations: list[tuple[Any, ...]] = [()]
    for name in columns:
        part, levels = categories(frame, name)
        if part.min(initial=0) < 0:
            rows = np.flatnonzero(part < 0)
            raise DesignError(
                f"Column {name!r} ({role}) is missing in rows {first_few(rows.tolist())}: every row needs a code."
            )
        joint = codes * len(levels) + part
        present, inverse = _compact(joint, len(combinations) * len(levels))
        combinations = [(*combinations[c // len(levels)], levels[c % len(levels)]) for c in present.tolist()]
        codes = inverse
    return codes, combinations


def _compact(joint: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    if size > max(4 * joint.size, 1_000):
        present, inverse = np.unique(joint, return_inverse=True)
        return present, inverse.astype(np.int64)
    used = np.bincount(joint, minlength=size) > 0
    return np.flatnonzero(used), (np.cumsum(used) - 1)[joint]


def _unit_codes(frame: pd.DataFrame, name: str) -> np.ndarray:
    column = frame[name]
    if column.dtype.kind in "iu" and isinstance(column.dtype, np.dtype):
        values = column.to_numpy()
        low, high = int(values.min()), int(values.max())
        if high - low < 4 * values.size + 1_000:
            return np.asarray(values - low, dtype=np.int64)
    codes, _ = pd.factorize(column, use_na_sentinel=True)
    if codes.min() < 0:
        rows = np.flatnonzero(codes < 0)
        raise DesignError(f"Column {name!r} (psu) is missing in rows {first_few(rows.tolist())}: every row needs one.")
    return np.asarray(codes, dtype=np.int64)


def design_stages(
    arguments: _Arguments, frame: pd.DataFrame, psu: tuple[str, ...], strata: tuple[Any, ...], pps: PPS | None
) -> tuple[Stage, ...]:
    """Build the stages of a design; see `SurveyDesign` for the arguments."""
    depth = max(len(psu), 1)
    sizes, is_fraction = _sizes(arguments, depth, pps)
    if len(strata) > depth:
        raise DesignError(
            f"strata has {len(strata)} entries for {depth} stage(s) of sampling: a list has one entry per stage; to "
            f"cross columns write strata=[{list(strata)!r}]."
        )
    stages: list[Stage] = []
    for i in range(depth):
        columns = _strata_columns(strata[i]) if i < len(strata) else []
        if columns:
            codes, names = cross_codes(frame, columns, "strata")
        else:
            codes, names = np.zeros(len(frame), dtype=np.int64), [()]
        units = _unit_codes(frame, psu[i]) if psu else None
        size = row_values(frame, sizes[i], "population size or sampling fraction") if sizes[i] is not None else None
        before = stages[-1] if stages else None
        stage = build_stage(codes, units, size, is_fraction, before, unequal=pps is not None)
        if i == 0 and columns:
            named = tuple(", ".join(map(str, names[int(code)])) for code in stage.stratum_names)
            object.__setattr__(stage, "stratum_names", named)
        stages.append(stage)
    return tuple(stages)


def _strata_columns(entry: Any) -> list[str]:
    if entry is None:
        return []
    return [entry] if isinstance(entry, str) else list(entry)


def _sizes(arguments: _Arguments, depth: int, pps: PPS | None) -> tuple[list[Any], bool]:
    sizes, fractions = arguments.population_size, arguments.sampling_fraction
    if sizes is not None and fractions is not None:
        raise DesignError("Pass population_size or sampling_fraction, not both: one follows from the other.")
    if pps is not None and fractions is None and pps.needs_probability:
        raise DesignError(
            f"pps={pps.method!r} needs the inclusion probability of each unit: pass it as sampling_fraction."
        )
    given = sizes if sizes is not None else fractions
    listed = list(given) if isinstance(given, (list, tuple)) else ([] if given is None else [given])
    if len(listed) > depth:
        raise DesignError(
            f"There are {len(listed)} population sizes or sampling fractions for {depth} stage(s) of sampling: pass "
            "one per stage, and name the units of each stage in psu."
        )
    return listed + [None] * (depth - len(listed)), sizes is None


def check_lonely(rule: str, stages: tuple[Stage, ...]) -> None:
    """Raise `DesignError` when the rule is "fail" and a stratum has one unit."""
    if rule != "fail":
        return
    for i, stage in enumerate(stages):
        lonely = stage.lonely_strata()
        if lonely.size:
            names = [stage.stratum_names[h] if stage.stratum_names else int(h) for h in lonely.tolist()]
            raise DesignError(
                f"Strata with one sampled unit at stage {i + 1} ({first_few(names)}): their variance cannot be "
                "estimated. Merge strata, give the sampling fraction 1 if the unit was taken with certainty, or choose "
                "lonely_psu='adjust', 'average' or 'certainty'."
            )
