"""Ingest: read the export, code it, check its quality, bind it to the sample."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from surveykit.study import places
from surveykit.study.artefacts import read_parquet, write_csv, write_json, write_parquet
from surveykit.study.stage import Making, Stage

if TYPE_CHECKING:
    from surveykit.study.loading import StudyOutline

__all__ = ["ingest_stage"]


def ingest_stage(study: StudyOutline) -> Stage:
    """Read the answers in."""
    files = study.definition.files
    return Stage(
        "ingest",
        "reading, coding and checking the answers",
        (files.questionnaire, files.quality, files.regions, *study.definition.data.responses, places.SAMPLE),
        (places.LINKED, places.LINKED_MISSING, places.QUALITY, places.CLEANING_LOG, places.RESPONSES_LOG),
        _make,
    )


def _make(making: Making) -> None:
    from surveykit.responses import check_quality, code_responses, link_sample, read_wjx

    study = making.study
    raw = read_wjx(study.root / study.definition.data.responses[0], study.questionnaire)
    responses = code_responses(raw, study.questionnaire)
    quality = check_quality(responses, study.questionnaire, study.quality)
    linked = link_sample(read_parquet(study.root / places.SAMPLE), responses, quality)
    write_parquet(making.output(places.LINKED), linked.table)
    write_parquet(making.output(places.LINKED_MISSING), linked.missing)
    write_csv(making.output(places.QUALITY), quality.table)
    write_csv(making.output(places.CLEANING_LOG), quality.log)
    counts = {
        "records": len(responses.data),
        "excluded": int(quality.excluded.sum()),
        "unmatched": len(linked.unmatched),
        "duplicates": len(linked.duplicates),
        "frame_differs": len(linked.differs),
        "dispositions": linked.table["disposition"].value_counts().to_dict(),
    }
    write_json(
        making.output(places.RESPONSES_LOG),
        {
            "counts": counts,
            "source": raw.source,
            "variant": raw.variant,
            "files": responses.files,
            "definition_hash": responses.definition_hash,
            "findings": [asdict(finding) for finding in responses.log],
            "unmatched": linked.unmatched.to_dict("records"),
            "duplicates": linked.duplicates.to_dict("records"),
        },
    )
    making.counts |= counts
