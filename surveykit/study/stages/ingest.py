"""Ingest: read the export, code it, check its quality, bind it to the sample."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from surveykit.study import places
from surveykit.study.artefacts import read_parquet, write_csv, write_json, write_parquet
from surveykit.study.stage import Making, Stage

if TYPE_CHECKING:
    from surveykit.questionnaire import Questionnaire
    from surveykit.responses import Responses
    from surveykit.study.loading import StudyOutline

__all__ = ["ingest_stage", "read_answers"]


def ingest_stage(study: StudyOutline) -> Stage:
    """Read the answers in."""
    files = study.definition.files
    return Stage(
        "ingest",
        "reading, coding and checking the answers",
        (
            files.questionnaire,
            files.quality,
            files.indicators,
            files.regions,
            *study.definition.data.responses,
            places.SAMPLE,
        ),
        (
            places.LINKED,
            places.LINKED_MISSING,
            places.QUALITY,
            places.QUALITY_HTML,
            places.QUALITY_XLSX,
            places.CLEANING_LOG,
            places.RESPONSES_LOG,
        ),
        _make,
    )


def read_answers(study: StudyOutline, questionnaire: Questionnaire) -> tuple[Responses, list[dict[str, str]]]:
    """Read and code the study's files of answers; also says what each file was found to be."""
    from surveykit.responses import code_responses, merge_responses, read_responses, stack_responses

    data = study.definition.data
    parts, sources = [], []
    for relative in data.responses:
        raw = read_responses(study.root / relative, questionnaire, source=data.source)
        parts.append(code_responses(raw, questionnaire))
        sources.append({"file": relative, "source": raw.source, "variant": raw.variant, "sha256": raw.sha256})
    if data.combine == "stack":
        return (stack_responses(parts) if len(parts) > 1 else parts[0]), sources
    merged = parts[0]
    for later in parts[1:]:
        merged = merge_responses(merged, later).responses
    return merged, sources


def _make(making: Making) -> None:
    from surveykit.responses import check_quality, link_sample, quality_html, quality_tables, write_quality_xlsx
    from surveykit.scoring import indicator_columns

    study = making.study
    responses, sources = read_answers(study, study.questionnaire)
    for source in sources:
        making.report(f"    {source['file']}: {source['source']} {source['variant']}".rstrip())
    quality = check_quality(responses, study.questionnaire, study.quality)
    linked = link_sample(read_parquet(study.path(places.SAMPLE)), responses, quality)
    write_parquet(making.output(places.LINKED), linked.table)
    write_parquet(making.output(places.LINKED_MISSING), linked.missing)
    write_csv(making.output(places.QUALITY), quality.table)
    write_csv(making.output(places.CLEANING_LOG), quality.log)
    headline = indicator_columns(study.indicators, responses.data, responses.missing)[study.definition.headline]
    tables = quality_tables(responses, study.questionnaire, quality, headline=headline, linked=linked)
    simulated, language = study.definition.simulated, study.definition.languages[0]
    page = quality_html(tables, language=language, simulated=simulated)
    making.output(places.QUALITY_HTML).write_text(page, encoding="utf-8")
    write_quality_xlsx(tables, making.output(places.QUALITY_XLSX), language=language, simulated=simulated)
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
            "sources": sources,
            "definition_hash": responses.definition_hash,
            "findings": [asdict(finding) for finding in responses.log],
            "unmatched": linked.unmatched.to_dict("records"),
            "duplicates": linked.duplicates.to_dict("records"),
        },
    )
    making.counts |= counts
