"""What a command prints of the stage that it made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from surveykit.study.files import places
from surveykit.study.running.artefacts import read_csv
from surveykit.study.running.stage import Stage

if TYPE_CHECKING:
    import pandas as pd

    from surveykit.study.files.study import Study

__all__ = ["aligned", "show_stage", "stage_table"]

TABLES = {
    "plan": places.ALLOCATION,
    "clusters": places.CLUSTERS_CSV,
    "ingest": places.QUALITY,
    "estimate": places.ESTIMATES_TABLE,
    "score": places.SCORE_TABLE,
}
LONGEST = 40


def show_stage(study: Study, stage: Stage, headings: Mapping[str, str] | None = None) -> list[str]:
    """Return the lines that show a stage's main table, and where its outputs lie.

    Parameters
    ----------
    study : Study
        The study.
    stage : Stage
        A stage that is up to date.
    headings : mapping of str to str, optional
        How columns and bands are called; others are called as in the file.
    """
    lines: list[str] = []
    table = stage_table(study, stage)
    if table is not None:
        words = dict(headings or {})
        shown = table.head(LONGEST)
        if "band" in shown:
            shown = shown.assign(band=shown["band"].replace(words))
        shown = shown.rename(columns=words)
        lines += aligned(shown)
        if len(table) > LONGEST:
            lines.append(f"  … {len(table) - LONGEST} more rows in {TABLES[stage.name]}")
    return [*lines, *(f"  {name}" for name in stage.outputs)]


def stage_table(study: Study, stage: Stage) -> pd.DataFrame | None:
    """Return a stage's main table as it is shown, or None if it has none."""
    return _table(study, TABLES[stage.name]) if stage.name in TABLES else None


def _table(study: Study, relative: str) -> pd.DataFrame:

    table = read_csv(study.path(relative), dtype={"level": str}, keep_default_na=False, na_values=[""])
    if "analysis" in table.columns:
        main = study.definition.analyses[0].id
        table = table[(table["analysis"] == main) & (table["domain"] == "all")].drop(columns=["analysis", "domain"])
    return table.dropna(axis="columns", how="all")


def aligned(table: pd.DataFrame) -> list[str]:
    """Return a table as lines whose columns stand under each other, Chinese text included."""
    import pandas as pd

    with pd.option_context("display.unicode.east_asian_width", True):
        text = table.to_string(index=False, float_format=lambda value: f"{value:.4g}", na_rep="")
    return [f"  {line}" for line in text.splitlines()]
