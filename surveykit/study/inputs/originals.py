"""The cells of the answer files as they lie in them, written as row groups while the files are read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from surveykit.responses import RawResponses

__all__ = ["OriginalsFile"]


class OriginalsFile:
    """A Parquet file of original cells that grows file by file and is never held in memory.

    Parameters
    ----------
    path : Path
        Where it is written.
    hide : callable
        Receives the tokens of some rows and returns them as they may be kept.
    """

    def __init__(self, path: Path, hide: Callable[[pd.Series], pd.Series]) -> None:
        self._path, self._hide = path, hide
        self._parts: list[Path] = []

    def add(self, raw: RawResponses) -> None:
        """Write the cells of one more file."""
        import pyarrow.parquet as pq

        from surveykit.responses.coding.originals import original_blocks

        part = self._path.with_name(f"{self._path.name}.{len(self._parts)}")
        self._parts.append(part)
        writer = None
        for block in original_blocks(raw):
            block = self._hidden(block)
            writer = writer or pq.ParquetWriter(part, block.schema, compression="zstd")
            writer.write_table(block)
        if writer is not None:
            writer.close()

    def _hidden(self, block: pa.Table) -> pa.Table:
        import pyarrow as pa

        if "unit_id" not in block.column_names:
            return block
        tokens = pa.array(self._hide(block["unit_id"].to_pandas()), type=pa.string(), from_pandas=True)
        return block.set_column(block.column_names.index("unit_id"), "unit_id", tokens)

    def close(self) -> None:
        """Put the files under one another; a column that one of them lacks is missing there."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        if len(self._parts) == 1:
            self._parts[0].rename(self._path)
            return
        schema = pa.unify_schemas([pq.read_schema(part) for part in self._parts])
        with pq.ParquetWriter(self._path, schema, compression="zstd") as writer:
            for part in self._parts:
                with pq.ParquetFile(part) as file:
                    for group in range(file.num_row_groups):
                        held = file.read_row_group(group)
                        columns = [
                            held[field.name] if field.name in held.column_names else pa.nulls(held.num_rows, field.type)
                            for field in schema
                        ]
                        writer.write_table(pa.table(columns, schema=schema))
                part.unlink()
