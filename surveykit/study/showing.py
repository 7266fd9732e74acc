"""What a command prints of the stage that it made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surveykit.study import places
from surveykit.study.stage import Stage

if TYPE_CHECKING:
    import pandas as pd

    from surveykit.study.loading import Study

__all__ = ["show_stage"]

TABLES = {
    "plan": places.ALLOCATION,
    "ingest": places.QUALITY,
    "estimate": places.ESTIMATES_TABLE,
    "score": places.SCORE_TABLE,
}
LONGEST = 40


def show_stage(study: Study, stage: Stage) -> list[str]:
    """Return the lines that show a stage's main table, and where its outputs lie."""
    lines: list[str] = []
    if stage.name in TABLES:
        lines += _table_lines(study, TABLES[stage.name])
    return [*lines, *(f"  {name}" for name in stage.outputs)]


def _table_lines(study: Study, relative: str) -> list[str]:
    import pandas as pd

    table = pd.read_csv(study.path(relative), dtype={"level": str}, keep_default_na=False, na_values=[""])
    if "analysis" in table.columns:
        main = study.definition.analyses[0].id
        table = table[(table["analysis"] == main) & (table["domain"] == "all")].drop(columns=["analysis", "domain"])
    return _aligned(table.dropna(axis="columns", how="all").head(LONGEST)) + (
        [f"  … {len(table) - LONGEST} more rows in {relative}"] if len(table) > LONGEST else []
    )


def _aligned(table: pd.DataFrame) -> list[str]:
    text = table.to_string(index=False, float_format=lambda value: f"{value:.4g}", na_rep="")
    return [f"  {line}" for line in text.splitlines()]
