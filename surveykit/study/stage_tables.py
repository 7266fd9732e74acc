"""What a command prints of the stage that it made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from surveykit.study.files import places
from surveykit.study.running.artefacts import read_csv, read_json
from surveykit.study.running.stage import Stage
from surveykit.study.tasks.frame_reading import reading_line

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
RECORDS = {"clusters": places.CLUSTERS_RECORD, "draw": places.DRAW_RECORD}
LONGEST = 40


def aligned(table: pd.DataFrame) -> list[str]:
    """Return a table as lines whose columns stand under each other, Chinese text included."""
    import pandas as pd

    with pd.option_context("display.unicode.east_asian_width", True):
        text = table.to_string(index=False, float_format=lambda value: f"{value:.4g}", na_rep="")
    return [f"  {line}" for line in text.splitlines()]


def show_stage(
    study: Study,
    stage: Stage,
    headings: Mapping[str, str] | None = None,
    lay: Callable[[pd.DataFrame], list[str]] = aligned,
) -> list[str]:
    """Return the lines that show a stage's main table, and where its outputs lie.

    Parameters
    ----------
    study : Study
        The study.
    stage : Stage
        A stage that is up to date.
    headings : mapping of str to str, optional
        How columns and bands are called; others are called as in the file.
    lay : callable
        Makes lines of a table.
    """
    lines: list[str] = []
    table = stage_table(study, stage)
    if table is not None:
        words = dict(headings or {})
        shown = table.head(LONGEST)
        if "band" in shown:
            shown = shown.assign(band=shown["band"].replace(words))
        shown = shown.rename(columns=words)
        lines += lay(shown)
        if len(table) > LONGEST:
            lines.append(f"  … {len(table) - LONGEST} more rows in {TABLES[stage.name]}")
    if stage.name in RECORDS:
        from surveykit.study.proving.releasing import drawn_line, head_line

        lines += _frame_told(study, RECORDS[stage.name])
        lines += [f"  {drawn_line(study)}"] if stage.name == "draw" else []
        lines.append(f"  {head_line(study)}")
    return [*lines, *(f"  {name}" for name in stage.outputs)]


def _frame_told(study: Study, place: str) -> list[str]:
    """How the frame was read, and what should be known of the draw."""
    record = read_json(study.path(place))
    name = study.definition.data.frame
    reading = record.get("reading")
    return [*([reading_line(name, reading)] if reading else []), *map(str, record.get("notes", ()))]


def stage_table(study: Study, stage: Stage) -> pd.DataFrame | None:
    """Return a stage's main table as it is shown, or None if it has none."""
    return _table(study, TABLES[stage.name]) if stage.name in TABLES else None


def _table(study: Study, relative: str) -> pd.DataFrame:

    table = read_csv(study.path(relative), dtype={"level": str}, keep_default_na=False, na_values=[""])
    if "analysis" in table.columns:
        main = study.definition.analyses[0].id
        table = table[(table["analysis"] == main) & (table["domain"] == "all")].drop(columns=["analysis", "domain"])
    return table.dropna(axis="columns", how="all")
