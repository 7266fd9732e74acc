"""CSV files whose texts a spreadsheet program takes for texts, never for formulas."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from surveykit.study.running.artefacts import write_csv

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["inert_texts", "write_inert_csv"]

_FORMULA = re.compile(r"^[\s\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]")
_NUMBER = re.compile(r"^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$")


def _inert(value: object) -> object:
    if isinstance(value, str) and _FORMULA.match(value) and not _NUMBER.match(value):
        return "'" + value
    return value


def inert_texts(table: pd.DataFrame) -> pd.DataFrame:
    """Put an apostrophe before texts that a spreadsheet program would work out as formulas.

    Parameters
    ----------
    table : DataFrame
        Any table; numbers stay numbers, texts that are plain numbers too.

    Returns
    -------
    DataFrame

    Examples
    --------
    >>> import pandas as pd
    >>> inert_texts(pd.DataFrame({"a": ["=1+1", "-5", "text"]}))["a"].tolist()
    ["'=1+1", '-5', 'text']
    """
    import pandas as pd

    texts = [name for name in table if not pd.api.types.is_numeric_dtype(table[name].dtype)]
    changed = {str(name): table[name].astype(object).map(_inert) for name in texts}
    return table.assign(**changed).rename(columns={name: _inert(name) for name in table})


def write_inert_csv(path: Path, table: pd.DataFrame) -> None:
    """Write a table with texts that came from outside."""
    write_csv(path, inert_texts(table))
