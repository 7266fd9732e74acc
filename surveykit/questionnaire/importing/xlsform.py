"""Read an XLSForm workbook."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from surveykit.errors import DataError, first_few
from surveykit.files.workbook import read_workbook
from surveykit.questionnaire.importing import Imported
from surveykit.questionnaire.importing.xpath import routing_from_xpath
from surveykit.questionnaire.routing.ast import expression_text
from surveykit.questionnaire.routing.parser import parse_expression

__all__ = ["import_xlsform"]

Row = dict[str, str]
MOST_BYTES = 20_000_000
_TYPES = {"integer": "number", "decimal": "number", "text": "text", "date": "date", "note": "note"}
_LANGUAGE = re.compile(r"\(([a-z]{2}(?:-[A-Za-z]+)?)\)\s*$")
_LIMITS = (
    ("min", r"\.\s*>=\s*(-?[\d.]+)"),
    ("max", r"\.\s*<=\s*(-?[\d.]+)"),
    ("max", r"count-selected\(\.\)\s*<=\s*(\d+)"),
    ("max", r"string-length\(\.\)\s*<=\s*(\d+)"),
)
_NUMBER = re.compile(r"^\d+[.、．]\s*")
_SPECIAL = {"98": "dk", "99": "rf"}
_SKIPPED = {"start", "end", "today", "deviceid", "calculate", "username", "phonenumber", "email", "audit"}


@dataclass
class _Reading:
    languages: dict[str, str]
    choices: dict[str, list[Row]]
    scales: dict[str, dict[str, Any]] = field(default_factory=dict)
    pages: list[dict[str, Any]] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    multi: set[str] = field(default_factory=set)
    conditions: list[tuple[dict[str, Any], str]] = field(default_factory=list)
    specials: dict[str, Any] = field(default_factory=dict)
    todo: list[str] = field(default_factory=list)


def import_xlsform(content: bytes) -> Imported:
    """Read a questionnaire from an XLSForm workbook.

    Parameters
    ----------
    content : bytes
        The .xlsx file.

    Returns
    -------
    Imported
        Top-level groups become pages, groups of one list grids, ``relevant`` conditions where our language can say
        them. What could not be read is listed as to do.

    Raises
    ------
    DataError
        It is no workbook, or has no sheet ``survey`` with the columns ``type`` and ``name``.
    """
    sheets = _sheets(content)
    survey = sheets.get("survey", [])
    if not survey or not {"type", "name"} <= set(survey[0]):
        raise DataError(f"no XLSForm: it needs a sheet 'survey' with 'type' and 'name'; sheets: {first_few(sheets)}")
    settings = (sheets.get("settings") or [{}])[0]
    reading = _Reading(_languages(survey, settings), {})
    for row in sheets.get("choices", []):
        reading.choices.setdefault(row.get("list_name") or row.get("list name") or "", []).append(row)
    _walk(reading, survey)
    for target, text in reading.conditions:
        said = routing_from_xpath(text, reading.names, reading.multi)
        name = target.get("id") or target.get("page")
        if said is None:
            reading.todo.append(f"{name}: the condition {text!r} cannot be said in our language")
        else:
            target["ask_if"] = expression_text(parse_expression(said))
    first = next(iter(reading.languages.values()))
    title = settings.get("form_title") or settings.get("form_id") or "imported"
    mapping: dict[str, Any] = {
        "surveykit": "1",
        "id": _id(settings.get("form_id") or "imported"),
        "version": "1",
        "languages": list(dict.fromkeys(reading.languages.values())),
        "title": dict.fromkeys(reading.languages.values(), title),
    }
    if reading.specials:
        mapping["specials"] = reading.specials
    pages = [_ordered(page) for page in reading.pages if page["items"]]
    mapping |= {"scales": reading.scales, "flow": pages}
    if len(reading.languages) > 1:
        reading.todo.append(f"the title is in {first} only")
    reading.todo.append("early ends are conditions in XLSForm; write them as 'end' where you want a status")
    return Imported(mapping, tuple(reading.todo))


def _ordered(page: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in page.items() if key != "items"} | {"items": page["items"]}


def _sheets(content: bytes) -> dict[str, list[Row]]:
    if len(content) > MOST_BYTES:
        raise DataError(f"the file has {len(content):,} bytes, more than {MOST_BYTES:,}: no XLSForm is that large")
    try:
        book = read_workbook(content, "the XLSForm")
    except DataError as error:
        raise DataError(f"the file is no .xlsx workbook ({error})") from None
    found: dict[str, list[Row]] = {}
    for title, cells in book.items():
        rows = [[cell.strip() for cell in row] for row in cells]
        head = rows[0] if rows else []
        found[title.strip().lower()] = [
            {name: cell for name, cell in zip(head, row, strict=False) if name and cell} for row in rows[1:] if any(row)
        ]
    survey = found.get("survey")
    if survey and survey[0]:
        for row in survey:
            row.setdefault("name", "")
    return found


def _languages(survey: list[Row], settings: Row) -> dict[str, str]:
    columns = list(dict.fromkeys(key for row in survey for key in row if key.split("::")[0] == "label"))
    named = [column.partition("::")[2] for column in columns if "::" in column]
    default = settings.get("default_language", "")
    named.sort(key=lambda name: name != default)
    found = {name: _code(name) for name in named}
    return found or {"": "zh"}


def _code(name: str) -> str:
    known = _LANGUAGE.search(name)
    if known is not None:
        return known[1]
    return (
        "zh" if any("\u4e00" <= letter <= "\u9fff" for letter in name) or "chin" in name.lower() else name[:2].lower()
    )


def _id(text: str) -> str:
    plain = re.sub(r"[^a-z0-9_]", "_", text.lower())
    return (plain if plain[:1].isalpha() else f"q_{plain}")[:32]


def _labels(reading: _Reading, row: Row, kind: str = "label") -> dict[str, str]:
    if list(reading.languages) == [""]:
        return {"zh": row[kind]} if row.get(kind) else {}
    found = {code: row.get(f"{kind}::{name}", row.get(kind, "")) for name, code in reading.languages.items()}
    return {code: text for code, text in found.items() if text}


def _walk(reading: _Reading, survey: list[Row]) -> None:
    groups: list[Row] = []
    grid: dict[str, Any] | None = None
    page: dict[str, Any] | None = None
    for row in survey:
        kind = row.get("type", "").replace("begin group", "begin_group").replace("end group", "end_group")
        if kind.startswith(("begin_repeat", "begin repeat")):
            reading.todo.append(f"{row.get('name')}: repeats are not known here; its questions are asked once")
        elif kind == "begin_group":
            groups.append(row)
            if len(groups) == 1:
                page = _page(reading, row)
            elif "table-list" in row.get("appearance", ""):
                grid = _item(reading, row, "grid") | {"rows": []}
                assert page is not None
                page["items"].append(grid)
            elif row.get("relevant"):
                reading.todo.append(f"{row.get('name')}: the condition of an inner group was dropped")
        elif kind == "end_group":
            groups = groups[:-1]
            page = page if groups else None
            grid = None
        elif kind.split(" ")[0] not in _SKIPPED:
            if page is None:
                page = _page(reading, {"name": f"p_{len(reading.pages) + 1}"})
            _add(reading, page, grid, row, kind)


def _page(reading: _Reading, row: Row) -> dict[str, Any]:
    name = _id(row.get("name", "page"))
    page: dict[str, Any] = {
        "page": name if name.startswith("p_") else f"p_{name}"[:32],
        **_labels(reading, row),
        "items": [],
    }
    reading.pages.append(page)
    if row.get("relevant"):
        reading.conditions.append((page, row["relevant"]))
    return page


def _item(reading: _Reading, row: Row, kind: str) -> dict[str, Any]:
    labels = {code: _NUMBER.sub("", text) for code, text in _labels(reading, row).items()}
    item: dict[str, Any] = {"id": _id(row["name"]), "type": kind, **labels}
    reading.names[row["name"]] = item["id"]
    if row.get("required", "").lower() in ("yes", "true", "true()", "1"):
        item["required"] = "true"
    if row.get("relevant"):
        reading.conditions.append((item, row["relevant"]))
    for theirs, ours in (("hint", "hint"), ("guidance_hint", "interviewer")):
        labels = _labels(reading, row, theirs)
        if labels:
            item[ours] = labels
    return item


def _add(reading: _Reading, page: dict[str, Any], grid: dict[str, Any] | None, row: Row, kind: str) -> None:
    base, _, listed = kind.partition(" ")
    name = row["name"]
    if base in ("select_one", "select_multiple") and grid is not None:
        short = name.removeprefix(f"{grid['id']}_")
        grid.setdefault("scale", _scale(reading, listed.strip()))
        grid["rows"].append([_id(short), *_labels(reading, row).values()])
        if row.get("required"):
            grid["required"] = "true"
        reading.names[name] = f"{grid['id']}.{_id(short)}"
        return
    other = re.fullmatch(r"(\w+)_([A-Za-z0-9-]+)_text", name)
    if base == "text" and other is not None and other[1] in reading.names:
        owner = next((i for p in reading.pages for i in p["items"] if i.get("id") == reading.names[other[1]]), None)
        if owner is not None and "scale" in owner:
            _make_other(reading, owner["scale"], other[2])
            return
    if base not in _TYPES and base not in ("select_one", "select_multiple"):
        reading.todo.append(f"{name}: the type {kind!r} has no counterpart; left out")
        return
    ours = {"select_one": "single", "select_multiple": "multi"}.get(base) or _TYPES[base]
    item = _item(reading, row, ours)
    if ours in ("single", "multi"):
        item["scale"] = _scale(reading, listed.strip())
        if "minimal" in row.get("appearance", ""):
            item["widget"] = "dropdown"
    if ours == "multi":
        reading.multi.add(item["id"])
    _constraint(reading, item, row.get("constraint", ""))
    page["items"].append(item)


def _make_other(reading: _Reading, scale_id: str, code: str) -> None:
    scale = reading.scales[scale_id]
    choice = next((row for row in scale["choices"] if row[0] == code), None)
    if choice is not None:
        scale["choices"].remove(choice)
        scale["other"] = code
        scale["other_label"] = dict(zip(reading.languages.values(), choice[1:], strict=False))


def _constraint(reading: _Reading, item: dict[str, Any], text: str) -> None:
    if not text:
        return
    rest = text
    for name, pattern in _LIMITS:
        found = re.search(pattern, rest)
        if found is not None:
            item[name] = found[1]
            rest = rest.replace(found[0], "")
    rest = re.sub(r"not\(selected\(\., '[^']*'\) and count-selected\(\.\) > 1\)", "", rest)
    if re.sub(r"\band\b|[\s()]", "", rest):
        reading.todo.append(f"{item['id']}: of the constraint {text!r} this was not read: {rest.strip()!r}")


def _scale(reading: _Reading, list_name: str) -> str:
    key = _id(list_name.split(" ")[0])
    if key in reading.scales:
        return key
    choices: list[list[str]] = []
    specials: list[str] = []
    for row in reading.choices.get(list_name, []):
        labels = _labels(reading, row)
        code = row.get("name", "")
        special = _SPECIAL.get(code)
        if special is not None:
            kind = {"dk": "dont_know", "rf": "refused"}[special]
            reading.specials.setdefault(special, {"code": code, "kind": kind, **labels})
            specials.append(special)
        else:
            choices.append([code, *labels.values()])
    reading.scales[key] = {"level": "nominal", "choices": choices} | ({"specials": specials} if specials else {})
    if not choices:
        reading.todo.append(f"the list {list_name!r} has no choices")
    return key
