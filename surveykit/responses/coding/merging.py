"""Put several reads of one survey together: a later export replaces records by their id, and says what changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from surveykit.display import NamedTable, Presentation, Shown, facts
from surveykit.errors import DataError, first_few
from surveykit.responses.coding.coding import KINDS
from surveykit.responses.privacy.free_text import mask_identifiers
from surveykit.responses.results import Responses

__all__ = ["Merge", "merge_responses", "stack_responses"]


@dataclass(frozen=True)
class Merge(Shown):
    """Two exports of one survey put together.

    Attributes
    ----------
    responses : Responses
        All records; where both have one, the later's.
    changes : DataFrame
        Answers that differ: response_id, column, before, after; a kind of missing is shown in brackets.
    added, lost : tuple of str
        Records that only the later has, and that only the earlier has (they are kept).
    """

    responses: Responses
    changes: pd.DataFrame
    added: tuple[str, ...]
    lost: tuple[str, ...]

    def __repr__(self) -> str:
        changed, lost = len(self.changes), len(self.lost)
        return f"<Merge: {len(self.added)} added, {changed} answers changed, {lost} only in the earlier>"

    def presentation(self) -> Presentation:
        """Return counts of what the later export changed, by column; no records."""
        items = {"added": len(self.added), "changed": len(self.changes), "only_earlier": len(self.lost)}
        columns = self.changes["column"].value_counts().rename_axis("column").reset_index(name="count")
        tables = [NamedTable(("概况", "Summary"), facts(items))]
        tables += [NamedTable(("改动的列", "Changed columns"), columns)] if len(columns) else []
        return Presentation(("两次导出的合并", "Two exports put together"), tuple(tables))


def _indexed(responses: Responses, which: str) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    ids = responses.meta["response_id"].astype("str")
    if ids.duplicated().any():
        twice = mask_identifiers(ids[ids.duplicated()].unique())
        raise DataError(f"records with one id in the {which} export: {first_few(twice)}")
    index = pd.Index(ids.to_numpy(), name="response_id")
    return (
        responses.data.set_index(index),
        responses.missing.set_index(index),
        responses.meta.set_index(index, drop=False),
    )


def _shown(data: pd.DataFrame, missing: pd.DataFrame) -> pd.DataFrame:
    """Answers as text, kinds of missing in brackets."""
    parts = {}
    for name in data:
        kinds = missing[name].astype(KINDS).astype("str")
        parts[name] = data[name].astype("str").where(kinds == "", "[" + kinds + "]")
    return pd.DataFrame(parts, index=data.index)


def _same_questionnaire(parts: Sequence[Responses]) -> None:
    hashes = {part.definition_hash for part in parts}
    if len(hashes) > 1:
        shown = first_few(sorted(f"{part.questionnaire_id} {part.definition_hash[:12]}" for part in parts))
        raise DataError(f"answers to different versions of the questionnaire cannot be put together: {shown}")


def _kept_columns(
    old: tuple[pd.DataFrame, ...], new: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame], both: pd.Index
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Give the later export the earlier answers to questions for which it has no column."""
    data, kinds = new[0].copy(deep=False), new[1].copy(deep=False)
    for name in data:
        rows = both[(kinds[name].loc[both] == "nf").to_numpy(dtype=bool)]
        if len(rows):
            data[name] = data[name].where(~data.index.isin(rows), old[0][name].reindex(data.index))
            held = kinds[name].astype(KINDS)
            kinds[name] = held.where(~kinds.index.isin(rows), old[1][name].astype(KINDS).reindex(kinds.index))
    return data, kinds, new[2]


def merge_responses(earlier: Responses, later: Responses) -> Merge:
    """Put a later export of the same survey over an earlier one.

    Parameters
    ----------
    earlier, later : Responses
        Coded with one definition; records are matched by response_id.

    Returns
    -------
    Merge
        The same file twice changes nothing; a column that the later export does not have erases nothing.

    Raises
    ------
    DataError
        If the definitions differ, the sources differ, or an export has an id twice.
    """
    _same_questionnaire((earlier, later))
    sources = {str(s) for part in (earlier, later) for s in part.meta["source"].unique()}
    if len(sources) > 1:
        raise DataError(f"records of different sources are not matched by id: {first_few(sorted(sources))}; stack them")
    old, new = _indexed(earlier, "earlier"), _indexed(later, "later")
    both = new[0].index.intersection(old[0].index, sort=False)
    new = _kept_columns(old, new, both)
    before, after = _shown(old[0].loc[both], old[1].loc[both]), _shown(new[0].loc[both], new[1].loc[both])
    parts = []
    for name in map(str, before):
        rows = (before[name] != after[name]).to_numpy(dtype=bool)
        if rows.any():
            held = {"response_id": both[rows], "column": name, "before": before[name].to_numpy()[rows]}
            parts.append(pd.DataFrame({**held, "after": after[name].to_numpy()[rows]}))
    columns = ["response_id", "column", "before", "after"]
    changes = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    lost = old[0].index.difference(new[0].index, sort=False)
    added = new[0].index.difference(old[0].index, sort=False)
    order = [*old[0].index, *added]
    tables = []
    for a, b in zip(old, new, strict=True):
        tables.append(pd.concat([a.loc[lost], b]).loc[order].reset_index(drop=True))
    merged = replace(
        later, data=tables[0], missing=tables[1].astype(KINDS), meta=tables[2], files={**earlier.files, **later.files},
        unmapped=pd.concat([earlier.unmapped, later.unmapped]).drop_duplicates(["column", "value"], ignore_index=True),
        log=tuple(dict.fromkeys((*earlier.log, *later.log))),
    )  # fmt: skip
    return Merge(merged, changes, tuple(map(str, added)), tuple(map(str, lost)))


def stack_responses(parts: Sequence[Responses]) -> Responses:
    """Put records of several sources or modes under one another.

    Parameters
    ----------
    parts : sequence of Responses
        Coded with one definition.

    Returns
    -------
    Responses
        Record numbers get the source in front where two parts share one.

    Raises
    ------
    DataError
        If there is no part or the definitions differ.
    """
    if not parts:
        raise DataError("there is nothing to put together")
    _same_questionnaire(parts)
    meta = pd.concat([part.meta for part in parts], ignore_index=True)
    ids = meta["response_id"].astype("str")
    if ids.duplicated().any():
        place = pd.Series([str(k) for k, part in enumerate(parts, start=1) for _ in range(len(part.meta))])
        meta["response_id"] = meta["source"].astype("str") + place + "-" + ids
    files: dict[str, str] = {}
    for part in parts:
        files |= part.files
    return Responses(
        data=pd.concat([part.data for part in parts], ignore_index=True),
        missing=pd.concat([part.missing.astype(KINDS) for part in parts], ignore_index=True),
        meta=meta,
        unmapped=pd.concat([part.unmapped for part in parts], ignore_index=True),
        log=tuple(finding for part in parts for finding in part.log),
        questionnaire_id=parts[0].questionnaire_id,
        definition_hash=parts[0].definition_hash,
        files=files,
        questions=parts[0].questions,
    )
