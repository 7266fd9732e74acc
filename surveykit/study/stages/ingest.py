"""Ingest: read the exports, code them, check their quality, bind them to the sample."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from surveykit.files.looking import read_bytes
from surveykit.study.files import places
from surveykit.study.inputs.answers import Answers, answer_inputs, read_answers
from surveykit.study.inputs.originals import OriginalsFile
from surveykit.study.inputs.public_csv import write_inert_csv
from surveykit.study.proving.log import release_settings
from surveykit.study.running.artefacts import write_json, write_parquet
from surveykit.study.running.stage import Making, Stage

if TYPE_CHECKING:
    import pandas as pd

    from surveykit.responses import LinkedSample, Responses
    from surveykit.study.files.study import StudyOutline

__all__ = ["ingest_stage"]

# Tables of the quality report that are files of their own; the report's appendix reads them, so a number stands once.
TABLES = {
    "checks": places.QUALITY,
    "cleaning": places.CLEANING_SUMMARY,
    "outcome_rates": places.OUTCOME_RATES,
    "rates": places.MARKED_RATES,
    "quota": places.QUOTA,
}

MOST_LISTED = 100_000
TOLD = (
    "control_characters",
    "long_cells",
    "file_left_out",
    "hidden_sheet",
    "footer",
    "routing_unknown",
    "out_of_range",
    "repeated_record_id",
    "repeat_group",
    "repeat_without_record",
    "record_id_column",
    "no_answer_at_all",
    "zone_differs",
    "value_labels_differ",
)


def ingest_stage(study: StudyOutline) -> Stage:
    """Read the answers in."""
    files = study.definition.files
    definitions = ("study.yaml", files.questionnaire, files.quality, files.indicators, files.regions)
    return Stage(
        "ingest",
        "reading, coding and checking the answers",
        (*definitions, *answer_inputs(study), places.SAMPLE),
        (
            places.LINKED,
            places.LINKED_MISSING,
            places.ORIGINALS,
            places.QUALITY_HTML,
            places.QUALITY_XLSX,
            places.CLEANING_LOG,
            places.CHANGED_ANSWERS,
            places.RESPONSES_LOG,
            *TABLES.values(),
        ),
        _make,
        settings=release_settings(study),
    )


def _say_sources(making: Making, answers: Answers) -> None:
    from surveykit.responses import account_lines

    for source in answers.sources:
        kind = f"{source['source']} {source['variant']}".rstrip()
        making.report(f"    {source['file']}: {kind} (told {source['told']}), {source['records']:,} records")
        for line in account_lines(source["account"]):
            making.report(f"      {line}")
    for finding in answers.responses.log:
        if finding.kind in TOLD:
            making.report(f"    {finding.message}")
    for merge in answers.merges:
        making.report(
            f"    {merge['file']}: {merge['added']:,} records more, {merge['changed']:,} answers changed, "
            f"{merge['only_earlier']:,} only in the earlier export (kept)"
        )


def _hide_strange(tokens: pd.Series, known: pd.Series) -> pd.Series:
    """Mask tokens that are not in the sample where they look like a phone or identity number."""
    from surveykit.responses import mask_identifiers
    from surveykit.responses.fieldwork.sample_link import known_tokens

    strange = tokens.notna() & ~known_tokens(tokens, known)
    if not strange.any():
        return tokens
    masked = tokens.copy()
    masked[strange] = mask_identifiers(tokens[strange].astype("str"))
    return masked


def _make(making: Making) -> None:
    from surveykit.responses import account_table, check_quality, link_sample, matched_line
    from surveykit.study.proving.releasing import field_sample
    from surveykit.study.tasks.households import field_persons

    study = making.study
    sample = field_sample(study)
    known = sample["unit_id"].astype("str")
    originals = OriginalsFile(making.output(places.ORIGINALS), lambda tokens: _hide_strange(tokens, known))
    answers = read_answers(study, study.questionnaire, originals)
    originals.close()
    _say_sources(making, answers)
    sample, given, strayed = field_persons(study, sample, answers.responses, making.report)
    responses = replace(given, meta=given.meta.assign(unit_id=_hide_strange(given.meta["unit_id"], known)))
    quality = check_quality(responses, study.questionnaire, study.quality)
    for note in quality.notes:
        making.report(f"    {note}")
    linked = link_sample(sample, responses, quality)
    account = account_table(responses, linked, [source["account"] for source in answers.sources])
    making.report(f"    {matched_line(linked, responses)}")
    write_parquet(making.output(places.LINKED), linked.table)
    write_parquet(making.output(places.LINKED_MISSING), linked.missing)
    write_inert_csv(making.output(places.CHANGED_ANSWERS), answers.changes)
    write_inert_csv(making.output(places.CLEANING_LOG), quality.log)
    _write_tables(making, responses, quality, linked, account)
    counts = _counts(responses, quality, linked)
    write_json(
        making.output(places.RESPONSES_LOG),
        {
            "counts": counts,
            "sources": answers.sources,
            "merges": answers.merges,
            "definition_hash": responses.definition_hash,
            "findings": [asdict(finding) for finding in responses.log],
            "unmatched": _listed(linked.unmatched),
            "duplicates": _listed(linked.duplicates),
            **({"not_of_the_grid": strayed} if strayed else {}),
        },
    )
    making.counts |= counts


def _listed(records: pd.DataFrame) -> list[dict[str, Any]]:
    """Records of the log; of very many the first, then how many more: originals.parquet has the token of each."""
    names = list(map(str, records))
    rows = records.iloc[:MOST_LISTED].to_numpy(dtype=object)
    shown: list[dict[str, Any]] = [dict(zip(names, row, strict=True)) for row in rows]
    return [*shown, {"not_listed": len(records) - MOST_LISTED}] if len(records) > MOST_LISTED else shown


def _write_tables(
    making: Making, responses: Responses, quality: Any, linked: LinkedSample, account: pd.DataFrame
) -> None:
    """Write the quality report as page and workbook, and the tables that the report shows too."""
    import pandas as pd

    from surveykit.report.outputs.archive import same_bytes
    from surveykit.responses import quality_html, quality_tables, write_quality_xlsx
    from surveykit.scoring import indicator_columns

    study = making.study
    headline = indicator_columns(study.indicators, responses.data, responses.missing)[study.definition.headline]
    tables = quality_tables(responses, study.questionnaire, quality, headline=headline, linked=linked, account=account)
    for name, place in TABLES.items():
        write_inert_csv(making.output(place), tables.get(name, pd.DataFrame()))
    simulated, language = study.definition.simulated, study.definition.languages[0]
    page = quality_html(tables, language=language, simulated=simulated)
    making.output(places.QUALITY_HTML).write_text(page, encoding="utf-8")
    book = write_quality_xlsx(tables, making.output(places.QUALITY_XLSX), language=language, simulated=simulated)
    book.write_bytes(same_bytes(read_bytes(book), study.definition.report_date.isoformat()))


def _counts(responses: Responses, quality: Any, linked: LinkedSample) -> dict[str, Any]:
    return {
        "records": len(responses.data),
        "excluded": int(quality.excluded.sum()),
        "unmatched": len(linked.unmatched),
        "duplicates": len(linked.duplicates),
        "frame_differs": len(linked.differs),
        "dispositions": linked.table["disposition"].value_counts().to_dict(),
    }
