"""Read the CSV tables of a study, with the line of every problem."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from surveykit.errors import DefinitionError, Problem, first_few
from surveykit.files.csv_rules import csv_records
from surveykit.files.looking import FileError, read_text
from surveykit.study.files.validation import nearest

__all__ = ["TABLES", "TableRules", "read_table"]


@dataclass(frozen=True)
class TableRules:
    """What a table must hold.

    Attributes
    ----------
    required : tuple of str
        Columns that must be there.
    key : tuple of str
        Columns whose values together stand once.
    numeric : tuple of str
        Columns of numbers that are not negative.
    """

    required: tuple[str, ...]
    key: tuple[str, ...] = ()
    numeric: tuple[str, ...] = ()
    may_be_empty: tuple[str, ...] = field(default=())


TABLES = {
    "regions": TableRules(
        (
            "district",
            "name_zh",
            "short_zh",
            "name_en",
            "code",
            "census_population_2020",
            "approximate",
            "source",
            "mark",
        ),
        key=("district",),
        numeric=("census_population_2020",),
        may_be_empty=("code",),
    ),
    "margins": TableRules(
        ("variable", "level", "label_zh", "label_en", "population", "source", "date", "mark"),
        key=("variable", "level"),
        numeric=("population",),
    ),
    "other_methods": TableRules(
        ("district", "criterion", "value"), key=("district", "criterion"), may_be_empty=("value",)
    ),
    "other_methods_covariance": TableRules(
        ("district", "criterion", "with", "covariance"), key=("district", "criterion", "with")
    ),
}


def read_table(path: Path, rules: TableRules, shown_as: str) -> pd.DataFrame:
    """Read a CSV table as text, numbers where the rules say so.

    Returns
    -------
    pandas.DataFrame
        All columns of the file; the attribute ``attrs["lines"]`` holds the line of each row.

    Raises
    ------
    DefinitionError
        With every problem of the file: missing columns, a column twice, ragged rows, repeated keys, values that are
        no numbers, empty cells.
    """
    header, rows, lines, problems = _rows(path, shown_as)
    problems += _header_problems(header, rules, shown_as)
    if problems:
        raise DefinitionError(problems)
    table = pd.DataFrame(rows, columns=header, dtype=object)
    problems = _cell_problems(table, lines, rules, shown_as)
    if problems:
        raise DefinitionError(problems)
    for column in rules.numeric:
        table[column] = pd.to_numeric(table[column])
    table.attrs["lines"] = lines
    table.attrs["file"] = shown_as
    return table


def _rows(path: Path, shown: str) -> tuple[list[str], list[list[str]], list[int], list[Problem]]:
    try:
        text = read_text(path, shown=shown)
    except FileError as error:
        raise DefinitionError([error.problem]) from None
    header: list[str] = []
    rows: list[list[str]] = []
    lines: list[int] = []
    problems: list[Problem] = []
    try:
        for line, row in csv_records(io.StringIO(text, newline=""), shown):
            if not any(cell.strip() for cell in row):
                continue
            if not header:
                header = [cell.strip() for cell in row]
                continue
            if len(row) != len(header):
                what = f"{len(row)} cells where the header has {len(header)}"
                problems.append(Problem(what, "check commas and quotes", file=shown, line=line))
                continue
            rows.append([cell.strip() for cell in row])
            lines.append(line)
    except FileError as error:
        problems.append(error.problem)
    if not header:
        problems.append(Problem("the file is empty", "write the header and the rows", file=shown, line=1))
    return header, rows, lines, problems


def _header_problems(header: list[str], rules: TableRules, shown: str) -> list[Problem]:
    problems = [
        Problem(f"the column {name!r} is missing", nearest(name, [c for c in header if c]), file=shown, line=1)
        for name in rules.required
        if header and name not in header
    ]
    twice = sorted({name for name in header if header.count(name) > 1})
    problems += [Problem(f"the column {name!r} stands twice", "keep one", file=shown, line=1) for name in twice]
    return problems


def _cell_problems(table: pd.DataFrame, lines: list[int], rules: TableRules, shown: str) -> list[Problem]:
    problems: list[Problem] = []
    for column in rules.required:
        if column in rules.may_be_empty:
            continue
        for row, value in enumerate(table[column]):
            if value == "":
                problems.append(Problem(f"{column} is empty", "fill it in", file=shown, line=lines[row]))
    for column in rules.numeric:
        numbers = pd.to_numeric(table[column], errors="coerce")
        for row in range(len(table)):
            if table[column][row] != "" and not numbers[row] >= 0:
                what = f"{column} is {table[column][row]!r}, not a number of 0 or more"
                problems.append(Problem(what, "write digits only", file=shown, line=lines[row]))
    if rules.key:
        problems += _key_problems(table, lines, rules.key, shown)
    return problems


def _key_problems(table: pd.DataFrame, lines: list[int], key: tuple[str, ...], shown: str) -> list[Problem]:
    first: dict[tuple[str, ...], int] = {}
    problems = []
    for row, values in enumerate(table[list(key)].itertuples(index=False, name=None)):
        if values in first:
            what = f"{' and '.join(key)} {first_few(values)[3:]} stands twice (first on line {first[values]})"
            problems.append(Problem(what, "keep one row", file=shown, line=lines[row]))
        else:
            first[values] = lines[row]
    return problems
