"""Scales whose choices stand in a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from surveykit.errors import DefinitionError, Problem

__all__ = ["resolve_scales"]


def resolve_scales(mapping: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Fill in the choices of scales that name a file.

    Parameters
    ----------
    mapping : mapping
        A questionnaire as read, every scalar text. It is not changed.
    tables : mapping of str to DataFrame
        Content of each file, by the name that the definition uses.

    Returns
    -------
    dict
        The mapping with ``choices`` in each such scale, one row ``[code, label, ...]`` per row of the table.

    Raises
    ------
    DefinitionError
        A table or a column is missing, or a cell of the code column is empty; all such problems at once.

    Notes
    -----
    ``columns`` of the scale names the columns: ``{code: district, zh: name_zh, en: name_en}``. Without it they are
    called ``code`` and as the languages.
    """
    problems: list[Problem] = []
    languages = [str(language) for language in mapping.get("languages", [])]
    scales = mapping.get("scales")
    if not isinstance(scales, Mapping):
        return dict(mapping)
    filled: dict[str, Any] = {}
    for name, scale in scales.items():
        filled[name] = scale
        if not isinstance(scale, Mapping) or not scale.get("file"):
            continue
        path = ("scales", str(name), "file")
        table = tables.get(scale["file"])
        if table is None:
            known = ", ".join(sorted(tables)) or "none"
            problems.append(Problem(f"no table {scale['file']!r}", f"tables read: {known}", path))
            continue
        wanted = {key: key for key in ["code", *languages]} | dict(scale.get("columns") or {})
        rows = _rows(table, [wanted[key] for key in ["code", *languages]], path, problems)
        filled[name] = {**scale, "choices": rows}
    if problems:
        raise DefinitionError(problems)
    return {**mapping, "scales": filled}


def _rows(table: pd.DataFrame, columns: list[str], path: tuple[str, ...], problems: list[Problem]) -> list[list[str]]:
    absent = [column for column in columns if column not in table.columns]
    if absent:
        todo = f"it has {', '.join(map(str, table.columns))}; name others under 'columns'"
        problems.append(Problem(f"the table has no column {', '.join(map(repr, absent))}", todo, path))
        return []
    texts = [["" if pd.isna(cell) else str(cell).strip() for cell in table[column]] for column in columns]
    empty = [place + 1 for place, code in enumerate(texts[0]) if not code]
    if empty:
        problems.append(Problem(f"rows without a code: {empty[:5]}", f"fill in the column {columns[0]!r}", path))
    return [list(row) for row in zip(*texts, strict=True)]
