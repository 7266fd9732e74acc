"""Code a raw export: codes as text, multiple choices as booleans, kinds of missing by replaying the routing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.errors import DataError, choose
from surveykit.files.answer_files import UnmappedPolicy
from surveykit.questionnaire import (
    Choice,
    Questionnaire,
    Variable,
    definition_hash,
    item_choices,
    questionnaire_variables,
    replay_frame,
)
from surveykit.questionnaire.definition.structure import flow_of
from surveykit.responses.cells.values import UnmappedValue
from surveykit.responses.coding.decoding import Cells, decode_item
from surveykit.responses.coding.findings import (
    asked_by_answers,
    declared_findings,
    empty_findings,
    range_findings,
    repeated_findings,
)
from surveykit.responses.coding.meta import meta_of
from surveykit.responses.coding.questions import columns_of_questions
from surveykit.responses.privacy.free_text import mask_identifiers, mask_series
from surveykit.responses.privacy.minors import block_minors
from surveykit.responses.results import Finding, RawResponses, Responses

__all__ = ["KINDS", "code_responses"]

Identifiers = Literal["mask", "keep"]

KINDS = pd.CategoricalDtype(["", "na", "nr", "dk", "rf", "nf"])
NOT_IN_FILE = 5
UNMAPPED_COLUMNS = ["column", "value", "count", "rows", "nearest", "code"]
ROWS_SHOWN = 5

Bools = NDArray[np.bool_]


def _unmapped_error(raw: RawResponses, unmapped: Sequence[UnmappedValue]) -> DataError:
    many = "1 value is no option of its question" if len(unmapped) == 1 else f"{len(unmapped)} values are no options"
    lines = [f"{raw.path}: {many}:"]
    for value in unmapped[:20]:
        near = f"; nearest option {value.nearest!r} (code {value.code})" if value.nearest else ""
        rows = ", ".join(str(row) for row in value.rows)
        count = "1 row" if value.count == 1 else f"{value.count} rows"
        lines.append(f"  {value.column}: {value.value!r} in {count} (row {rows}){near}")
    if len(unmapped) > 20:
        lines.append(f"  and {len(unmapped) - 20} more")
    lines.append(
        "give their codes under 'values:' in a mapping file, say under 'missing_codes:' or 'blanks:' which of them "
        "stand for no answer, correct the file or the questionnaire, or keep them or count them as blank: "
        "policy='keep' or 'missing', in study.yaml 'unmapped: keep' or 'unmapped: missing'"
    )
    return DataError("\n".join(lines))


def _kinds(values: NDArray[np.object_] | Bools, n: int) -> pd.Series:
    return pd.Series(pd.Categorical(values, dtype=KINDS), index=range(n))


def _final_kinds(cells: Cells, asked: Bools) -> NDArray[np.int8]:
    """Kind of missing as the place in `KINDS`: 0 answered, 1 na, 2 nr, 3 dk, 4 rf, 5 nf."""
    kinds = np.where(cells.special > 0, cells.special, np.where(cells.answered, np.int8(0), np.int8(2)))
    kinds[~asked] = 1
    if not cells.in_file:  # words after "other" are asked of those who chose it, which another column tells
        kinds = np.where(asked | (not cells.other_text), np.int8(NOT_IN_FILE), np.int8(1))
    return kinds


def _routing_findings(
    name: str, cells: Cells, asked: Bools, required: bool, numbers: NDArray[np.int64], quiet: Bools
) -> list[Finding]:
    """Answers to what was not asked, and blanks where an answer was required."""
    found = []
    there = cells.answered | (cells.special > 0)
    tests = {
        "answer_not_asked": (~asked & there, "answers to a question that the routing does not ask; not counted"),
        "required_blank": (
            asked & ~there & ~quiet if required else np.zeros_like(asked),
            "required question left blank",
        ),
        "skipped_but_asked": (
            asked & cells.skipped & ~there & ~quiet,
            "the file says 'not shown', the routing says asked",
        ),
    }
    for kind, (where, text) in tests.items():
        rows = np.flatnonzero(where)
        if len(rows):
            shown = tuple(map(int, numbers[rows[:ROWS_SHOWN]]))
            message = f"{name}: {text}, in {len(rows)} rows, first in row {', '.join(map(str, shown))}"
            found.append(Finding(kind, message, name, len(rows), shown))
    return found


def _decode_all(raw: RawResponses, questionnaire: Questionnaire) -> tuple[dict[str, Cells], list[UnmappedValue]]:
    cells: dict[str, Cells] = {}
    unmapped: list[UnmappedValue] = []
    variables: dict[str, list[Variable]] = {}
    for variable in questionnaire_variables(questionnaire):
        variables.setdefault(variable.item, []).append(variable)
    for _, item in flow_of(questionnaire).questions:
        choices: tuple[Choice, ...] = item_choices(questionnaire, item)
        part, bad = decode_item(raw, item, choices, variables[item.id])
        cells |= part
        unmapped += bad
    return cells, unmapped


def _values(unmapped: Sequence[UnmappedValue]) -> list[str]:
    return mask_identifiers(u.value for u in unmapped)


def _without_identifiers(
    cells: dict[str, Cells], questionnaire: Questionnaire, numbers: NDArray[np.int64]
) -> tuple[dict[str, Cells], list[Finding]]:
    """Mask identifiers in open answers, and in values that are no option."""
    cells, found = dict(cells), []
    for variable in questionnaire_variables(questionnaire):
        part = cells[variable.id]
        if variable.kind != "text" and not variable.other_text and not part.unmapped.any():
            continue
        values, places, kinds = mask_series(part.values)
        if not len(places):
            continue
        cells[variable.id] = replace(part, values=values)
        shown = tuple(map(int, numbers[places[:ROWS_SHOWN]]))
        message = f"{variable.id}: identifiers masked ({', '.join(sorted(kinds))}) in {len(places)} rows"
        found.append(Finding("identifiers_masked", message, variable.id, len(places), shown))
    return cells, found


def _asked(
    questionnaire: Questionnaire, cells: dict[str, Cells], index: pd.RangeIndex
) -> tuple[pd.DataFrame, pd.Series, list[Finding]]:
    """Replay the routing over the decoded cells."""
    needed = {name: c for name, c in cells.items() if not c.other_text}
    data = pd.DataFrame({name: c.values.array for name, c in needed.items()}, index=index)
    kinds = {
        name: pd.Categorical.from_codes(_final_kinds(c, np.ones(len(index), dtype=bool)), dtype=KINDS)
        for name, c in needed.items()
    }
    result = replay_frame(questionnaire, data, pd.DataFrame(kinds, index=index))
    asked, found = asked_by_answers(questionnaire, cells, result.asked)
    return asked, result.ended, found


def code_responses(
    raw: RawResponses,
    questionnaire: Questionnaire,
    *,
    policy: UnmappedPolicy = "error",
    minors: str | None = "auto",
    identifiers: Identifiers = "mask",
) -> Responses:
    """Code a raw export.

    Parameters
    ----------
    raw : RawResponses
        From one of the readers.
    questionnaire : Questionnaire
        Whose options and routing the answers follow.
    policy : {"error", "keep", "missing"}
        What to do with values that are no option: stop and list all of them (default), keep the text in the data, or
        count the answer as blank. They are listed in `Responses.unmapped` in any case.
    minors : str, optional
        Condition in the routing language under which a person is or may be under fourteen; such rows are blocked.
        "auto" finds it by the questions about age, None blocks nobody.
    identifiers : {"mask", "keep"}
        What becomes of phone and identity numbers, e-mail addresses and accounts in open answers.

    Returns
    -------
    Responses
        Codes, kinds of missing, meta data; findings of the routing in `log`.

    Raises
    ------
    DataError
        If values are no options and the policy is "error".

    Notes
    -----
    What was asked is worked out from the answers, never taken from the file. An answer to a question that was not
    asked is a finding and is missing ("na") in the data; the raw table keeps it. An item with several answers whose
    "don't know" is ticked has that option True and the others missing ("dk").
    """
    choose("policy", policy, get_args(UnmappedPolicy))
    choose("identifiers", identifiers, get_args(Identifiers))
    cells, unmapped = _decode_all(raw, questionnaire)
    if unmapped and policy == "error":
        raise _unmapped_error(raw, unmapped)
    index = pd.RangeIndex(len(raw.table))
    if policy == "missing":
        cells = {name: c.without_unmapped() for name, c in cells.items()}
    masked: list[Finding] = []
    if identifiers == "mask":
        cells, masked = _without_identifiers(cells, questionnaire, raw.row_numbers)
        unmapped = [replace(u, value=text) for u, text in zip(unmapped, _values(unmapped), strict=True)]
    asked, ended, unknown = _asked(questionnaire, cells, index)
    data: dict[str, pd.Series] = {}
    kinds: dict[str, pd.Categorical] = {}
    log = [*raw.findings, *masked, *unknown, *declared_findings(cells), *range_findings(questionnaire, cells, raw)]
    for variable in questionnaire_variables(questionnaire):
        part = cells[variable.id]
        here = asked[variable.id].to_numpy(dtype=bool) if variable.id in asked else _other_asked(variable, cells, asked)
        codes = _final_kinds(part, here)
        data[variable.id] = part.values if (part.answered == (codes == 0)).all() else part.values.where(codes == 0)
        kinds[variable.id] = pd.Categorical.from_codes(codes, dtype=KINDS)
        if part.in_file and not variable.other_text and (variable.kind != "multi" or part.first_option):
            quiet = np.zeros(len(index), dtype=bool)
            log += _routing_findings(variable.id, part, here, variable.required, raw.row_numbers, quiet)
    meta, times = meta_of(raw)
    missing = pd.DataFrame(kinds, index=index)
    log += [*times, *repeated_findings(meta), *empty_findings(missing, raw.row_numbers)]
    responses = Responses(
        data=pd.DataFrame(data, index=index),
        missing=missing,
        meta=meta.assign(ended=ended.astype("str").to_numpy()),
        unmapped=pd.DataFrame([[getattr(u, c) for c in UNMAPPED_COLUMNS] for u in unmapped], columns=UNMAPPED_COLUMNS),
        log=tuple(log),
        questionnaire_id=questionnaire.id,
        definition_hash=definition_hash(questionnaire),
        files={raw.path: raw.sha256},
        questions=columns_of_questions(questionnaire),
    )
    if minors is None:
        return responses
    return block_minors(responses, questionnaire, None if minors == "auto" else minors)


def _other_asked(variable: Variable, cells: dict[str, Cells], asked: pd.DataFrame) -> Bools:
    """The words after "other" are asked of those who chose it."""
    option = f"{variable.item}_{variable.option}"
    if option in cells:
        ticked = cells[option].values.fillna(False).to_numpy(dtype=bool)
        return np.asarray(asked[option].to_numpy(dtype=bool) & ticked)
    chosen = (cells[variable.item].values == variable.option).fillna(False).to_numpy(dtype=bool)
    return np.asarray(asked[variable.item].to_numpy(dtype=bool) & chosen)
