"""Read SPSS and Stata files, with pyreadstat."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from surveykit.errors import DataError, MissingDependencyError
from surveykit.files.looking import FileError, require_regular

__all__ = ["StatisticsPackage", "read_statistics"]

StatisticsPackage = Literal["spss", "stata"]

MAX_BYTES = 2_000_000_000
MAX_CELLS = 100_000_000
MAX_UNPACKED = 2_000_000_000


def read_statistics(path: Path, source: StatisticsPackage) -> tuple[Any, Any]:
    """Read a file with its user-missing values kept.

    Returns
    -------
    tuple of DataFrame and object
        The data, and what the file says of it.

    Raises
    ------
    MissingDependencyError
        If pyreadstat is not installed.
    DataError
        If the file is damaged, or says that it holds more than answers can be.
    """
    try:
        import pyreadstat
    except ImportError as error:
        what = f"{path.name}: SPSS and Stata files are read with pyreadstat"
        raise MissingDependencyError(f"{what}; install it with: pip install 'surveykit[spss]'") from error
    require_regular(path, limit=MAX_BYTES)
    read = pyreadstat.read_sav if source == "spss" else pyreadstat.read_dta
    try:
        _, meta = read(str(path), metadataonly=True)
        _require_modest(meta, path.name)
        data, meta = read(str(path), user_missing=True, disable_datetime_conversion=False)
    except DataError:
        raise
    except MemoryError:
        raise FileError("there is not enough memory for the file", "save the table as CSV", path.name) from None
    except Exception as error:  # besides its own error pyreadstat lets through whatever a damaged file leads to
        what = f"not a readable file of {source.upper()} ({str(error)[:200]})"
        raise FileError(what, "it may be cut off", path.name) from error
    return data, meta


def _require_modest(meta: Any, name: str) -> None:
    rows, columns = meta.number_rows or 0, meta.number_columns or 0
    width = sum(int(width or 8) for width in (getattr(meta, "variable_storage_width", None) or {}).values())
    if rows * columns > MAX_CELLS or rows * width > MAX_UNPACKED:
        what = f"says that it holds {rows:,} rows of {columns:,} columns, more than answers can be; refused"
        raise FileError(what, "split the file if it is really that large", name)
