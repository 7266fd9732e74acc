"""Read the study's files of answers: each by its entry in study.yaml, then merged and put under one another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from surveykit.errors import DataError, SurveyKitError
from surveykit.study.files.answer_paths import answer_files, single_files
from surveykit.study.files.response_maps import read_column_map, read_mapping
from surveykit.study.inputs.salt import read_salt

if TYPE_CHECKING:
    import pandas as pd

    from surveykit.questionnaire import Questionnaire
    from surveykit.responses import RawResponses, Responses
    from surveykit.study.files.definition import ResponseFile
    from surveykit.study.files.study import StudyOutline

__all__ = ["Answers", "answer_inputs", "read_answers"]

_CHANGES = ["survey", "file", "response_id", "column", "before", "after"]


@dataclass(frozen=True)
class Answers:
    """The answers of a study.

    Attributes
    ----------
    responses : Responses
        Coded, of all files.
    sources : list of dict
        What each file was found to be: file, source, variant, told ("by the file" or "by study.yaml"), records, sha256,
        account (see `surveykit.responses.account_of`).
    changes : DataFrame
        Answers that a later export of one survey changed: survey, file, response_id, column, before, after.
    merges : list of dict
        For each later export: survey, file, records added, answers changed, records that are only in the earlier.
    originals : DataFrame
        Cells as they lie in the files; see `surveykit.responses.original_cells`.
    """

    responses: Responses
    sources: list[dict[str, Any]]
    changes: pd.DataFrame
    merges: list[dict[str, Any]]
    originals: pd.DataFrame


def answer_inputs(study: StudyOutline) -> tuple[str, ...]:
    """Files that the answers are read from, those of a folder or pattern one by one."""
    names: list[str] = []
    for entry in study.definition.data.responses:
        names += answer_files(study.root, entry.file)
        names += [name for name in (entry.mapping, entry.column_map) if name is not None]
    return tuple(dict.fromkeys(names))


def _read(
    study: StudyOutline, entry: ResponseFile, questionnaire: Questionnaire, salt: str | None
) -> tuple[RawResponses, str]:
    from surveykit.responses.readers.detect import detect_source, read_responses, reader_options

    path = study.root / entry.file
    forced = entry.source or study.definition.data.source
    layout = {name: getattr(entry, name) for name in ("header_row", "skip_rows", "footer", "sheet", "encoding")}
    source = forced or detect_source(path, layout)
    given = {
        "variant": entry.variant, "versions": entry.versions, "zone": entry.zone, "sheet": entry.sheet,
        "encoding": entry.encoding, "header_row": entry.header_row, "skip_rows": entry.skip_rows,
        "footer": entry.footer, "day_first": entry.day_first, "missing_codes": entry.missing_codes,
        "blanks": entry.blanks, "mapping": read_mapping(study.root, entry, questionnaire),
        "column_map": read_column_map(study.root, entry, questionnaire),
    }  # fmt: skip
    options = {name: value for name, value in given.items() if value is not None}
    known = reader_options(source)
    if strange := sorted(set(options) - known):
        raise DataError(
            f"{entry.file}: a file of {source} takes no {', '.join(strange)} in study.yaml; "
            f"it takes {', '.join(sorted(known & set(given)))}"
        )
    if salt is not None and "salt" in known:
        options["salt"] = salt
    raw = read_responses(path, questionnaire, source=source, **options)
    told = "by study.yaml" if forced and (entry.variant or not raw.variant) else "by the file"
    told = "source by study.yaml, variant by the file" if forced and not entry.variant and raw.variant else told
    told = "variant by study.yaml, source by the file" if entry.variant and not forced else told
    return replace(raw, path=entry.file), told


def read_answers(study: StudyOutline, questionnaire: Questionnaire) -> Answers:
    """Read, code, merge and put together the study's files of answers.

    Raises
    ------
    SurveyKitError
        A file cannot be read or does not fit the questionnaire; the message names it as study.yaml does.
    """
    import pandas as pd

    from surveykit.responses import account_of, code_responses, original_cells, stack_responses

    data = study.definition.data
    salt = read_salt(study.root / data.salt) if data.salt is not None else None
    groups: dict[str, list[tuple[str, Responses]]] = {}
    sources, originals = [], []
    for place, entry in enumerate(single_files(study.root, data.responses)):
        raw, told = _read(study, entry, questionnaire, salt)
        coded = code_responses(raw, questionnaire, policy=entry.unmapped)
        if entry.mode is not None:
            coded = replace(coded, meta=coded.meta.assign(mode=entry.mode))
        survey = entry.survey or ("all" if data.combine == "later" else f"file {place + 1}")
        groups.setdefault(survey, []).append((entry.file, coded))
        originals.append(original_cells(raw))
        sources.append(
            {"file": entry.file, "source": raw.source, "variant": raw.variant, "told": told, "records": len(raw.table),
             "sha256": raw.sha256, "account": account_of(raw, coded)}
        )  # fmt: skip
    merged, changes, merges = [], [], []
    for survey, parts in groups.items():
        whole, changed, said = _merge(survey, parts)
        merged.append(whole)
        changes += changed
        merges += said
    return Answers(
        responses=stack_responses(merged) if len(merged) > 1 else merged[0],
        sources=sources,
        changes=pd.concat(changes, ignore_index=True) if changes else pd.DataFrame(columns=_CHANGES),
        merges=merges,
        originals=pd.concat(originals, ignore_index=True),
    )


def _merge(
    survey: str, parts: list[tuple[str, Responses]]
) -> tuple[Responses, list[pd.DataFrame], list[dict[str, Any]]]:
    """Put successive exports of one survey over one another, in the order of study.yaml."""
    from surveykit.responses import merge_responses

    whole = parts[0][1]
    changes, said = [], []
    for file, later in parts[1:]:
        try:
            merge = merge_responses(whole, later)
        except SurveyKitError as error:
            raise DataError(f"{file}, as a later export of {survey}: {error}") from None
        whole = merge.responses
        changes.append(merge.changes.assign(survey=survey, file=file)[_CHANGES])
        counts = {"added": len(merge.added), "changed": len(merge.changes), "only_earlier": len(merge.lost)}
        said.append({"survey": survey, "file": file, **counts})
    return whole, changes, said
