"""Frames on Spark: the same SQL, the same sample, for tables beyond one machine."""

from __future__ import annotations

import platform
from dataclasses import dataclass, field
from typing import Any

from surveykit.errors import MissingDependencyError
from surveykit.sampling.frames.dialects import SPARK, Dialect
from surveykit.sampling.frames.frames import Preparation, private_name

__all__ = ["SparkFrame", "spark_frame"]


@dataclass(frozen=True)
class SparkFrame:
    """A frame held by a Spark session.

    Attributes
    ----------
    data : pyspark.sql.DataFrame
        The table.
    source : str
        Name in messages and records.
    prepared : Preparation, optional
        How the frame was made of another.
    """

    data: Any
    source: str
    dialect: Dialect = SPARK
    table: str = field(default_factory=private_name)
    prepared: Preparation | None = None

    def columns(self) -> dict[str, str]:
        """Column names with Spark's types, in order."""
        return {name: str(kind) for name, kind in self.data.dtypes}

    def _run(self, sql: str) -> tuple[list[str], list[Any]]:
        session = self.data.sparkSession
        self.data.createOrReplaceTempView(self.table)
        try:
            result = session.sql(sql)
            return list(result.columns), result.collect()
        finally:
            session.catalog.dropTempView(self.table)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a query and return its rows."""
        return [tuple(row) for row in self._run(sql)[1]]

    def arrow(self, sql: str) -> Any:
        """Run a query and return a pyarrow table."""
        import pyarrow as pa

        names, rows = self._run(sql)
        return pa.table({name: [row[at] for row in rows] for at, name in enumerate(names)})

    def version(self) -> str:
        """Version of Spark and of Python."""
        return f"{self.data.sparkSession.version} (Python {platform.python_version()})"


def spark_frame(data: Any, source: str = "spark table") -> SparkFrame:
    """Give a Spark DataFrame to the functions that take a frame.

    Parameters
    ----------
    data : pyspark.sql.DataFrame
        The table; it stays where it is, and only counts and candidates are collected.
    source : str
        Name in messages and records.

    Returns
    -------
    SparkFrame
        A frame for `draw`, `stratum_table`, `frame_digest` and `verify_draw`.

    Raises
    ------
    MissingDependencyError
        If the object is no Spark DataFrame.
    """
    if not hasattr(data, "sparkSession"):
        raise MissingDependencyError(
            f"spark_frame: {type(data).__name__} is no Spark DataFrame: install pyspark ('surveykit[spark]') "
            "and Java 17, "
            "and give a table of a Spark session"
        )
    return SparkFrame(data, source)
