"""Results of big data, online application and field visits: one tidy table with its sampling errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from surveykit.errors import DataError, DefinitionError, Problem, first_few
from surveykit.scoring.kernel.numerics import FloatArray
from surveykit.scoring.rules.grades import Grades
from surveykit.scoring.scheme.definition import Criterion, ScoringScheme

__all__ = ["OtherMethods", "check_other_methods", "read_other_methods"]

REQUIRED = ("district", "criterion", "value")


@dataclass(frozen=True)
class OtherMethods:
    """Values by unit and input, with the sampling error of those that were sampled.

    Attributes
    ----------
    units, inputs : tuple of str
    values : ndarray, shape (units, inputs)
        NaN where there is none.
    covariance : ndarray, shape (units, inputs, inputs)
        Within each unit; 0 where nothing was sampled. Units are independent of each other.
    df : ndarray, shape (units,)
        Smallest degrees of freedom of the unit's standard errors; infinity when none is given.
    bounds : ndarray, shape (inputs, 2)
        Range of each input; infinite where no criterion declares one.
    joint : bool
        Whether the covariance between inputs was given; if not, it is taken as 0.
    unvisited : tuple of (unit, strata)
        Strata of sites that nobody visited and that are taken to be like the visited ones (column `unvisited` of the
        table, see `summarise_field_visits`).
    n_eff : ndarray, shape (units, inputs), optional
        Effective number of sampled sites behind each value, NaN where nothing was sampled. A value of 0 or 1 then has
        the uncertainty of a rate of that many, although its standard error is 0.
    """

    units: tuple[str, ...]
    inputs: tuple[str, ...]
    values: FloatArray = field(repr=False)
    covariance: FloatArray = field(repr=False)
    df: FloatArray = field(repr=False)
    bounds: FloatArray = field(repr=False)
    joint: bool = False
    unvisited: tuple[tuple[str, str], ...] = ()
    n_eff: FloatArray | None = field(default=None, repr=False)

    @property
    def edges(self) -> npt.NDArray[np.bool_]:
        """Which values are 0 or 1 at every sampled site, shape (units, inputs)."""
        if self.n_eff is None:
            return np.zeros(self.values.shape, dtype=bool)
        edge = (self.values == 0) | (self.values == 1)
        return np.asarray(edge & (self.std_errors == 0) & np.isfinite(self.n_eff))

    @property
    def std_errors(self) -> FloatArray:
        """Standard errors, shape (units, inputs)."""
        return np.asarray(np.sqrt(np.einsum("ukk->uk", self.covariance)))


def _fixed_criteria(scheme: ScoringScheme) -> list[Criterion]:
    return [c for c in (*scheme.criteria(), *scheme.adjustments) if c.method != "questionnaire"]


def _needed(scheme: ScoringScheme) -> dict[str, list[Criterion]]:
    """Inputs from the table with the criteria that read them, through derived inputs too."""
    parts = {derived.id: tuple(derived.parts) for derived in scheme.derived}
    needed: dict[str, list[Criterion]] = {}
    for criterion in _fixed_criteria(scheme):
        todo, seen = [criterion.input], set()
        while todo:
            name = todo.pop()
            if name in parts and name not in seen:
                seen.add(name)
                todo += parts[name]
            elif name not in parts:
                needed.setdefault(name, []).append(criterion)
    return needed


def check_other_methods(scheme: ScoringScheme, table: pd.DataFrame, units: Sequence[str]) -> list[Problem]:
    """Find everything that is wrong in the table of the other methods.

    Parameters
    ----------
    scheme : ScoringScheme
    table : DataFrame
        Columns district, criterion, value; optional std_error, df, n_eff, unit, unvisited, supplier, provenance. A
        blank value means that there is none. Values may be text as read from a file; for criteria with grades they are
        grade names.
    units : sequence of str
        The units that must be there.

    Returns
    -------
    list of Problem
        Problems of one row carry the line (the header is line 1) and the path ``("rows", position, column)``.

    Examples
    --------
    >>> from surveykit.scoring.card.example import small_example
    >>> small = small_example()
    >>> wrong = small.other_table.assign(value=[0.9, 80, 0.85, 0.7])
    >>> [problem.line for problem in check_other_methods(small.scheme, wrong, small.survey.units)]
    [3]
    """
    absent = [name for name in REQUIRED if name not in table.columns]
    if absent:
        return [Problem(f"columns {', '.join(absent)} are missing", "name them " + ", ".join(REQUIRED), ("columns",))]
    rows = pd.DataFrame(table).reset_index(drop=True)
    problems = [*_row_problems(scheme, rows, units), *_coverage(scheme, rows, units)]
    return sorted(problems, key=lambda problem: problem.line if problem.line is not None else len(rows) + 2)


def _problem(row: int, column: str, what: str, todo: str) -> Problem:
    return Problem(what, todo, ("rows", row, column), line=row + 2)


def _blank(value: object) -> bool:
    return value is None or value is pd.NA or str(value).strip() in {"", "nan", "NA", "<NA>"}


def _number(value: object) -> float | None:
    try:
        number = float(str(value))
    except ValueError:
        return None
    return number if np.isfinite(number) else None


def _row_problems(scheme: ScoringScheme, rows: pd.DataFrame, units: Sequence[str]) -> Iterator[Problem]:
    needed = _needed(scheme)
    seen: dict[tuple[str, str], int] = {}
    for row, (unit, name, value) in enumerate(rows[list(REQUIRED)].itertuples(index=False)):
        if unit not in units:
            yield _problem(row, "district", f"district {unit!r} is unknown", "use the ids of the table of regions")
        if name not in needed:
            yield _problem(row, "criterion", f"no criterion of the scheme reads {name!r}", "correct or remove the row")
        elif not _blank(value):
            yield from _value_problems(row, value, needed[name])
        first = seen.setdefault((unit, name), row)
        if first != row:
            todo = f"keep one of lines {first + 2} and {row + 2}"
            yield _problem(row, "criterion", f"{unit} has a second value of {name!r}", todo)
    for row, supplier in enumerate(rows.get("supplier", ())):
        if _blank(supplier):
            yield _problem(row, "supplier", "nobody is named as supplier", "say who supplied the value")
    for column in ("std_error", "df", "n_eff"):
        for row, given in enumerate(rows.get(column, ())):
            number = None if _blank(given) else _number(given)
            if not _blank(given) and (number is None or number < 0 or (column != "std_error" and number == 0)):
                yield _problem(
                    row, column, f"{column} {given!r} is no positive number", "leave it blank if not sampled"
                )


def _value_problems(row: int, value: object, criteria: list[Criterion]) -> Iterator[Problem]:
    for criterion in criteria:
        if isinstance(criterion.rule, Grades):
            if str(value) not in criterion.rule.grades:
                names = ", ".join(criterion.rule.grades)
                yield _problem(row, "value", f"{value!r} is no grade of {criterion.id!r}", f"grades: {names}")
            continue
        number = _number(value)
        if number is None:
            yield _problem(row, "value", f"{value!r} is no number", "give a number, or leave it blank if there is none")
            return
        if criterion.range is not None and not criterion.range[0] <= number <= criterion.range[1]:
            low, high = criterion.range
            what = f"{number:g} is outside the range {low:g} to {high:g} of {criterion.id!r}"
            yield _problem(row, "value", what, "check the unit of the value")


def _coverage(scheme: ScoringScheme, rows: pd.DataFrame, units: Sequence[str]) -> Iterator[Problem]:
    given = rows[~rows["value"].map(_blank)]
    for name, criteria in _needed(scheme).items():
        present = set(given.loc[given["criterion"] == name, "district"])
        absent = [unit for unit in units if unit not in present]
        strict = [criterion for criterion in criteria if criterion.missing == "fail"]
        if absent and strict:
            yield Problem(
                f"{name!r} ({strict[0].method}) has no value for {first_few(absent)}",
                "add the rows, or set missing: zero or rescale on the criterion",
                ("rows",),
            )


def read_other_methods(
    scheme: ScoringScheme, table: pd.DataFrame, units: Sequence[str], covariance: pd.DataFrame | None = None
) -> OtherMethods:
    """Arrange the table of the other methods by unit and input.

    Parameters
    ----------
    scheme, table, units
        As for `check_other_methods`.
    covariance : DataFrame, optional
        Columns district, criterion, with, covariance: between values of one district that rest on the same sampled
        sites (see `summarise_field_visits`); each pair once. Without it they are taken as independent.

    Returns
    -------
    OtherMethods

    Raises
    ------
    DefinitionError
        With all problems of `check_other_methods`.
    DataError
        When the covariances name unknown values or fit no standard errors.

    Examples
    --------
    >>> from surveykit.scoring.card.example import small_example
    >>> small = small_example()
    >>> read_other_methods(small.scheme, small.other_table, small.survey.units).values.ravel().tolist()
    [0.9, 0.8, 0.85, 0.7]
    """
    problems = check_other_methods(scheme, table, units)
    if problems:
        raise DefinitionError(problems)
    needed = _needed(scheme)
    inputs = tuple(needed)
    grades = {name: c.rule.grades for name, cs in needed.items() for c in cs if isinstance(c.rule, Grades)}
    shape = (len(units), len(inputs))
    values, errors, df = np.full(shape, np.nan), np.zeros(shape), np.full(shape, np.inf)
    n_eff = np.full(shape, np.nan)
    place = {(unit, name): (i, k) for i, unit in enumerate(units) for k, name in enumerate(inputs)}
    for record in pd.DataFrame(table).to_dict("records"):
        if _blank(record["value"]):
            continue
        at = place[str(record["district"]), str(record["criterion"])]
        by_name = grades.get(str(record["criterion"]))
        values[at] = by_name[str(record["value"])] if by_name else float(str(record["value"]))
        if not _blank(record.get("std_error")):
            errors[at] = float(str(record["std_error"]))
        if not _blank(record.get("df")):
            df[at] = float(str(record["df"]))
        if not _blank(record.get("n_eff")):
            n_eff[at] = float(str(record["n_eff"]))
    ranges = [[c.range for c in needed[name] if c.range is not None] for name in inputs]
    bounds = np.array([given[0] if given else (-np.inf, np.inf) for given in ranges]).reshape(-1, 2)
    joint = _joint_covariance(errors, place, covariance)
    least = df.min(axis=1, initial=np.inf)
    given = pd.DataFrame(table)
    assumed: dict[tuple[str, str], None] = {}
    if "unvisited" in given:
        told = given[~given["unvisited"].map(_blank)]
        assumed = dict.fromkeys(zip(told["district"].astype(str), told["unvisited"].astype(str), strict=True))
    given_joint = covariance is not None
    return OtherMethods(tuple(units), inputs, values, joint, least, bounds, given_joint, tuple(assumed), n_eff)


def _joint_covariance(
    errors: FloatArray, place: Mapping[tuple[str, str], tuple[int, int]], pairs: pd.DataFrame | None
) -> FloatArray:
    """Covariance of each unit, shape (units, inputs, inputs), from standard errors and given pairs."""
    joint = errors[:, :, None] ** 2 * np.eye(errors.shape[1])
    if pairs is None:
        return joint
    named = list(
        zip(pairs["district"].astype(str), pairs["criterion"].astype(str), pairs["with"].astype(str), strict=True)
    )
    strange = [key for key in named if (key[0], key[1]) not in place or (key[0], key[2]) not in place]
    if strange:
        raise DataError(f"covariance: values that the table does not have ({first_few(strange)}); correct the names")
    for (unit, one, two), value in zip(named, pairs["covariance"], strict=True):
        (row, a), (_, b) = place[unit, one], place[unit, two]
        if a != b:
            joint[row, a, b] = joint[row, b, a] = float(str(value))
    lowest = np.linalg.eigvalsh(joint)[:, 0] if joint.shape[1] else np.zeros(len(joint))
    bad = np.flatnonzero(lowest < -1e-3 * np.max(np.einsum("ukk->uk", joint), axis=1, initial=1e-300))
    if bad.size:
        units = list(dict.fromkeys(unit for unit, _ in place))
        raise DataError(
            f"covariance: does not fit the standard errors of {first_few([units[k] for k in bad])}; "
            "take both from the same field visits"
        )
    return joint
