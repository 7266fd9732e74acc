"""The memory of public files: which were made of the study, of whose records, with what in them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from surveykit.study.running.artefacts import read_parquet, write_parquet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from surveykit.responses import Release

__all__ = ["read_releases", "write_releases"]

# Columns of the file that are about a release; those of the answers cannot begin with this sign.
_NAME, _KEYS, _COLUMNS = "@name", "@keys", "@columns"
_BETWEEN = "\x1f"


def read_releases(path: Path) -> list[Release]:
    """Return the public files that were made so far, the first one first; none where there is no memory."""
    from surveykit.responses import Release

    if not path.exists():
        return []
    found = []
    for name, rows in read_parquet(path).groupby(_NAME, sort=False):
        keys, columns = rows[_KEYS].iloc[0].split(_BETWEEN), rows[_COLUMNS].iloc[0].split(_BETWEEN)
        found.append(Release(str(name), tuple(keys), rows[["person", *columns]].reset_index(drop=True)))
    return found


def write_releases(path: Path, releases: Sequence[Release]) -> None:
    """Write the public files that were made, with the persons behind them."""
    import pandas as pd

    parts = []
    for release in releases:
        shown = release.table[["person", *release.columns]].astype("str")
        about = {_NAME: release.name, _KEYS: _BETWEEN.join(release.keys), _COLUMNS: _BETWEEN.join(release.columns)}
        parts.append(shown.assign(**about))
    write_parquet(path, pd.concat(parts, ignore_index=True))
