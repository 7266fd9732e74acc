"""Read Parquet files whole, after looking at what they say they hold."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surveykit.errors import DataError
from surveykit.files.looking import FileError, open_regular

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["parquet_metadata", "read_parquet", "read_parquet_text", "read_row_groups"]

MAX_CELLS = 200_000_000
MAX_UNPACKED = 4_000_000_000


def _read(path: Path, *, as_text: bool, shown: str | None = None) -> Any:
    """Read a table; columns of text stay dictionaries on request, so that no text is written out many times."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    name = shown or path.name
    with open_regular(path, shown=name) as stream:
        try:
            file = pq.ParquetFile(stream)
            _require_modest(file.metadata, name)
            if as_text:
                texts = [field.name for field in file.schema_arrow if _is_text(field.type)]
                stream.seek(0)
                file = pq.ParquetFile(stream, read_dictionary=texts)
            return file.read()
        except DataError:
            raise
        except MemoryError:
            raise FileError("there is not enough memory for the file", "split it", name) from None
        except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, OverflowError) as error:
            what = f"not a readable Parquet file ({str(error).splitlines()[0][:200] if str(error) else 'no reason'})"
            raise FileError(what, "it may be cut off", name) from error


def _is_text(kind: Any) -> bool:
    import pyarrow.types

    return bool(pyarrow.types.is_string(kind) or pyarrow.types.is_large_string(kind))


def _require_modest(metadata: Any, name: str) -> None:
    cells = metadata.num_rows * max(metadata.num_columns, 1)
    unpacked = sum(metadata.row_group(place).total_byte_size for place in range(metadata.num_row_groups))
    if cells > MAX_CELLS or unpacked > MAX_UNPACKED:
        raise FileError(
            f"{metadata.num_rows:,} rows of {metadata.num_columns} columns ({unpacked:,} bytes unpacked) are more than "
            "answers can be; refused",
            "split the file if it is really that large",
            name,
        )


def read_parquet(path: Path, shown: str | None = None) -> pd.DataFrame:
    """Read a table with its own types.

    Raises
    ------
    DataError
        The file is damaged, or says that it holds more than a study's table can.
    """
    return _to_pandas(_read(path, as_text=False, shown=shown), shown or path.name)


def _to_pandas(table: Any, name: str) -> pd.DataFrame:
    try:
        data: pd.DataFrame = table.to_pandas()
    except Exception as error:  # a date beyond any calendar, text that is none, notes for pandas that are no JSON
        raise FileError(f"its values cannot be read ({str(error)[:200]})", "write it again", name) from error
    return data


def read_parquet_text(path: Path) -> pd.DataFrame:
    """Read a table with every cell as text: 5 for 5.0, 1 and 0 for true and false, "" for missing.

    Returns
    -------
    DataFrame
        Categoricals of text.

    Raises
    ------
    DataError
        See `read_parquet`; also two columns of one name.
    """
    import pandas as pd

    data = _read(path, as_text=True)
    if len(set(data.column_names)) < len(data.column_names):
        raise FileError("columns of one name", "rename or delete one of each", path.name)
    table = _to_pandas(data, path.name)
    return pd.DataFrame({str(name): _text(table[name]) for name in table.columns})


def _text(column: pd.Series) -> pd.Series:
    import pandas as pd

    if isinstance(column.dtype, pd.CategoricalDtype):
        names = {value: str(value) for value in column.cat.categories}
        text = column.cat.rename_categories(names) if len(set(names.values())) == len(names) else column.map(names)
        if text.isna().any():
            text = text.cat.add_categories([""] if "" not in text.cat.categories else []).fillna("")
        return text
    if pd.api.types.is_bool_dtype(column.dtype):
        text = column.astype("boolean").map({True: "1", False: "0"})
    elif pd.api.types.is_float_dtype(column.dtype):
        text = column.map(lambda v: str(int(v)) if float(v).is_integer() else repr(v), na_action="ignore")
    else:
        text = column.astype("str")
    return text.astype("str").fillna("").astype("category")


def parquet_metadata(path: Path) -> dict[bytes, bytes]:
    """Return the key-value metadata of a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with open_regular(path) as stream:
        try:
            return dict(pq.read_schema(stream).metadata or {})
        except (pa.ArrowException, OSError, ValueError) as error:
            raise FileError(f"not a readable Parquet file ({str(error)[:200]})", "", path.name) from error


def read_row_groups(path: Path, groups: list[int], wanted: Callable[[str], bool]) -> tuple[list[str], Any]:
    """Read some groups of rows of a Parquet file; returns the names of all columns, and a table of those wanted."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with open_regular(path) as stream:
        try:
            file = pq.ParquetFile(stream)
            names = list(file.schema_arrow.names)
            return names, file.read_row_groups(groups, columns=[name for name in names if wanted(name)])
        except (pa.ArrowException, OSError, ValueError, IndexError) as error:
            raise FileError(f"not a readable Parquet file ({str(error)[:200]})", "", path.name) from error
