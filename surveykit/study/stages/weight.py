"""Weight: from the linked sample to final weights for each analysis, with the log of every step.

weights.csv is for people; weights.parquet holds the same weights with their design and credits, for what follows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from surveykit.study.files import places
from surveykit.study.running.artefacts import read_parquet, write_csv, write_json, write_parquet
from surveykit.study.running.stage import Making, Stage

if TYPE_CHECKING:
    from surveykit.study.files.study import StudyOutline

__all__ = ["weight_stage"]


def weight_stage(study: StudyOutline) -> Stage:
    """Compute the weights."""
    files = study.definition.files
    return Stage(
        "weight",
        "weighting",
        (places.STUDY, files.weighting, *files.margins.values(), *files.tables.values(), places.LINKED),
        (places.WEIGHTS, places.FINAL_WEIGHTS, places.WEIGHTING_LOG),
        _make,
    )


def _make(making: Making) -> None:
    import pandas as pd

    from surveykit.study.inputs.weighted import weighting_for

    study = making.study
    linked = read_parquet(study.path(places.LINKED))
    tables, stored, log = [], [], {}
    for analysis in study.definition.analyses:
        result = weighting_for(study, analysis, linked)
        tables.append(result.table.assign(analysis=analysis.id))
        stored.append(result.final_weights.to_table().assign(analysis=analysis.id))
        log[analysis.id] = result.to_payload()
        making.counts[analysis.id] = int((result.table["final_weight"] > 0).sum())
    write_csv(making.output(places.WEIGHTS), pd.concat(tables, ignore_index=True))
    write_parquet(making.output(places.FINAL_WEIGHTS), pd.concat(stored, ignore_index=True))
    write_json(making.output(places.WEIGHTING_LOG), log)
