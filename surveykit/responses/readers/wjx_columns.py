"""Find the columns of a 问卷星 export: by title, and by number where titles repeat or are left out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from surveykit.errors import DataError, first_few
from surveykit.files.csv_rules import title_of
from surveykit.questionnaire import ColumnEntry
from surveykit.questionnaire.definition.spellings import fold_label
from surveykit.responses.cells.labels import normalise_label

__all__ = ["match_columns"]

_NUMBERED = re.compile(r"\s*(?:Q|第)?\s*(?P<n>\d{1,3})\s*(?:题\s*[、.:：．]?|[、.:：．])\s*(?P<text>.*)\Z", re.DOTALL)
_PART = re.compile(r"(?P<stem>.*?)[(（](?P<part>.*)[)）]\s*\Z", re.DOTALL)
_DASHES = ("—", "–", "-", "－", ":", "：")
Found = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class _Header:
    name: str
    number: int | None
    text: str


def _parsed(header: str, headers: Sequence[str]) -> _Header:
    title = title_of(header, headers)
    match = _NUMBERED.match(title)
    return _Header(header, int(match["n"]), match["text"]) if match else _Header(header, None, title)


def _same(one: str, two: str) -> bool:
    """Whether two titles agree; punctuation counts unless it is all that one of them lacks."""
    return fold_label(one) == fold_label(two) or (
        normalise_label(one) == normalise_label(two) and bool(normalise_label(one))
    )


def _best(fits: list[_Header], *wanted: str) -> list[_Header]:
    """Of several headers those that agree sign by sign, where any does."""
    folded = {fold_label(text) for text in wanted}
    exact = [h for h in fits if fold_label(h.text) in folded]
    return exact or fits


def _shift(headers: Sequence[_Header], entries: Sequence[ColumnEntry]) -> int | None:
    """How far numbers in the file lie from the questionnaire's, told by titles that stand once; None if unevenly."""
    found = set()
    for entry in entries:
        alone = sum(e.number != entry.number and _same(e.title, entry.title) for e in entries) == 0
        fits = [h for h in headers if h.number is not None and _same(h.text, entry.title + entry.row)]
        if alone and len(fits) == 1 and fits[0].number is not None:
            found.add(fits[0].number - entry.number)
    return 0 if not found else found.pop() if len(found) == 1 else None


def _by_title(headers: Sequence[_Header], entry: ColumnEntry) -> list[_Header]:
    title = entry.title + entry.row
    fits = [h for h in headers if _same(h.text, title)]
    return _best(fits, title, *(f"{entry.title}{dash}{entry.row}" for dash in _DASHES if entry.row))


def _paired(
    fits: list[_Header], entry: ColumnEntry, entries: Sequence[ColumnEntry], shift: int | None
) -> list[_Header]:
    """Of headers with one title the one of this question: in order if there are as many, else by number."""
    alike = [e for e in entries if _same(e.title + e.row, entry.title + entry.row)]
    if len(alike) == len(fits):
        return [fits[alike.index(entry)]]
    if shift is not None and (own := [h for h in fits if h.number == entry.number + shift]):
        return own
    return fits


def _stem_numbers(headers: Sequence[_Header], entry: ColumnEntry, shift: int | None) -> set[int]:
    """Numbers in the file that may be this question's: where its title begins a header, else by its own number."""
    title = normalise_label(entry.title)
    titled = {h.number for h in headers if h.number is not None and title and normalise_label(h.text).startswith(title)}
    if len(titled) == 1:
        return {n for n in titled if n is not None}
    return {entry.number + shift} if shift is not None and (not titled or entry.number + shift in titled) else set()


def _parts_of(headers: Sequence[_Header], number: int, title: str) -> list[tuple[_Header, str]]:
    """Headers of one question with the row or option that they name: bare, in brackets, or after the title."""
    found = []
    for header in headers:
        if header.number != number:
            continue
        text = header.text.strip()
        for dash in _DASHES:
            stem, _, rest = text.partition(dash)
            if rest and _same(stem, title):
                found.append((header, rest))
        if (match := _PART.match(text)) and (not match["stem"].strip() or _same(match["stem"], title)):
            found.append((header, match["part"]))
        found.append((header, text))
    return found


def _part(parts: list[tuple[_Header, str]], label: str) -> list[str]:
    exact = [h.name for h, text in parts if fold_label(text) == fold_label(label)]
    loose = [h.name for h, text in parts if normalise_label(text) == normalise_label(label) != ""]
    return list(dict.fromkeys(exact or loose))


def _by_part(headers: Sequence[_Header], entries: Sequence[ColumnEntry], found: Found, shift: int | None) -> Found:
    """Rows of grids and options of multiple choices in headers that do not repeat the title."""
    more: Found = {}
    for entry in entries:
        if entry.variable in found or not (entry.row or entry.kind == "multi"):
            continue
        for number in _stem_numbers(headers, entry, shift):
            parts = _parts_of(headers, number, entry.title)
            if entry.row and len(names := _part(parts, entry.row)) == 1:
                more[entry.variable] = (names[0],)
            for code, text in entry.options if entry.kind == "multi" else ():
                if len(names := _part(parts, text)) == 1:
                    more[f"{entry.variable}_{code}"] = (names[0],)
    return more


def match_columns(
    headers: Sequence[str],
    entries: Sequence[ColumnEntry],
    *,
    mapping: Mapping[str, Sequence[str] | str] | None = None,
    file: str = "",
) -> tuple[Found, list[str]]:
    """Find the header of each entry of a column map.

    The order is: what `mapping` says, our id, the text of the question (with the number where several questions have
    one text), and for rows of a grid and options in columns of their own the number of the question and the part's
    text: ``7、题干—行1`` followed by ``7、行2``, ``3、(选项)`` or ``第3题(选项)``.

    Parameters
    ----------
    headers : sequence of str
        Headers of the file.
    entries : sequence of ColumnEntry
        The column map.
    mapping : mapping, optional
        Our column to the file's header or headers, written by the user.
    file : str
        Name of the file for messages.

    Returns
    -------
    tuple of dict and list
        Headers by our column (an option as ``item_code``), and our columns that were not found.

    Raises
    ------
    DataError
        If a header is named that the file does not have, or several headers fit one column or one header fits several.
    """
    mapping = mapping or {}
    found: Found = {}
    for entry in entries:
        if entry.variable in mapping:
            said = mapping[entry.variable]
            names = (said,) if isinstance(said, str) else tuple(said)
            if absent := [name for name in names if name not in headers]:
                raise DataError(
                    f"{file}: the mapping of {entry.variable!r} names columns that are not there: {first_few(absent)}"
                )
            found[entry.variable] = names
    taken = {name for names in found.values() for name in names}
    parsed = [_parsed(name, headers) for name in headers if name not in taken]
    left = [entry for entry in entries if entry.variable not in found]
    shift = _shift(parsed, left)
    for entry in left:
        fits = [h for h in parsed if h.name == entry.variable] or _by_title(parsed, entry)
        fits = _paired(fits, entry, left, shift) if len(fits) > 1 else fits
        alike = [e for e in left if _same(e.title + e.row, entry.title + entry.row)]
        if len(fits) == 1 and len(alike) > 1 and fits[0].number is not None and shift is not None:
            fits = [h for h in fits if h.number == entry.number + shift]
        if len(fits) > 1:
            raise DataError(
                f"{file}: several columns fit {entry.variable!r} ({entry.title}): {first_few([h.name for h in fits])}; "
                "name the right one in the mapping"
            )
        if fits:
            found[entry.variable] = (fits[0].name,)
    found |= _by_part([h for h in parsed if h.name not in {n for f in found.values() for n in f}], left, found, shift)
    _require_one_owner(found, file)
    split = {entry.variable for entry in entries if any(name.startswith(f"{entry.variable}_") for name in found)}
    return found, [e.variable for e in entries if e.variable not in found and e.variable not in split]


def _require_one_owner(found: Found, file: str) -> None:
    owners: dict[str, list[str]] = {}
    for variable, names in found.items():
        for name in names:
            owners.setdefault(name, []).append(variable)
    shared = {name: variables for name, variables in owners.items() if len(variables) > 1}
    if shared:
        name, variables = next(iter(shared.items()))
        raise DataError(f"{file}: column {name!r} fits {first_few(variables)}; name the right columns in the mapping")
