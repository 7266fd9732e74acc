"""Rules about ids, languages and scales."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from surveykit.errors import Problem
from surveykit.questionnaire.definition.models import Item, Labels, Questionnaire, Scale
from surveykit.questionnaire.definition.spellings import options_alike
from surveykit.questionnaire.definition.structure import Path, scale_choices
from surveykit.questionnaire.definition.text import nearest
from surveykit.questionnaire.routing.evaluate import as_number

__all__ = ["check_ids", "check_languages", "check_scales", "label_places"]

RESERVED = {"and", "or", "not", "in", "has", "answered", "count", "true", "false", "na", "nr"}
_CODE = re.compile(r"[A-Za-z0-9_-]{1,32}\Z")
_ROW = re.compile(r"[a-z][a-z0-9_]{0,31}\Z")


def _columns(q: Questionnaire) -> Iterator[tuple[str, Path, str]]:
    for p, page in enumerate(q.flow):
        yield page.page, ("flow", p, "page"), "page"
        for i, item in enumerate(page.items):
            if not isinstance(item, Item):
                continue
            path: Path = ("flow", p, "items", i)
            yield item.id, (*path, "id"), "item"
            for r, row in enumerate(item.rows if item.type == "grid" else ()):
                if row:
                    yield f"{item.id}_{row[0]}", (*path, "rows", r), "row"
            if item.type == "multi" and item.scale in q.scales:
                for choice in scale_choices(q, q.scales[item.scale]):
                    yield f"{item.id}_{choice.code}", (*path, "scale"), "option column"
                    if choice.other:
                        yield f"{item.id}_{choice.code}_text", (*path, "scale"), "column"
            elif item.type == "single" and item.scale in q.scales and q.scales[item.scale].other is not None:
                yield f"{item.id}_{q.scales[item.scale].other}_text", (*path, "scale"), "column"
    for d, derived in enumerate(q.derive):
        yield derived.id, ("derive", d, "id"), "derived variable"


def check_ids(q: Questionnaire) -> Iterator[Problem]:
    """Ids, rows, option columns and derived variables share one namespace, whatever the case."""
    seen: dict[str, tuple[str, Path]] = {}
    for name, path, kind in _columns(q):
        if name in RESERVED:
            yield Problem(f"the {kind} id {name!r} is a word of the routing language", "choose another id", path)
        folded = name.lower()
        if folded in seen:
            other, place = seen[folded]
            where = ".".join(map(str, place))
            yield Problem(
                f"the {kind} {name!r} repeats the {other} at {where}", "ids are unique, case aside; rename one", path
            )
        else:
            seen[folded] = (kind, path)
    for p, page in enumerate(q.flow):
        if not page.items:
            yield Problem(f"page {page.page!r} has no items", "remove it or add items", ("flow", p, "items"))
    if not any(isinstance(e, Item) and e.type != "note" for page in q.flow for e in page.items):
        yield Problem("no question is asked", "add pages with items", ("flow",))


def label_places(q: Questionnaire) -> Iterator[tuple[Labels, Path, bool]]:
    """Yield every set of labels with its place and whether respondents see it and need it in each language."""
    yield q.title, ("title",), True
    for name in ("intro", "closing"):
        if getattr(q, name):
            yield getattr(q, name), (name,), True
    for key, special in q.specials.items():
        yield special.label, ("specials", key), True
    for key, scale in q.scales.items():
        if scale.other_label:
            yield scale.other_label, ("scales", key, "other_label"), True
    for p, page in enumerate(q.flow):
        if page.label:
            yield page.label, ("flow", p), True
        for i, item in enumerate(page.items):
            path: Path = ("flow", p, "items", i)
            yield item.label, path, True
            if isinstance(item, Item):
                for name in ("hint", "unit", "interviewer"):
                    if getattr(item, name):
                        yield getattr(item, name), (*path, name), name != "interviewer"


def check_languages(q: Questionnaire) -> Iterator[Problem]:
    """Every text stands in every language, and in no other."""
    if len(set(q.languages)) < len(q.languages):
        yield Problem("a language is listed twice", "list each once", ("languages",))
    for labels, path, needed in label_places(q):
        for language in q.languages:
            if needed and not labels.get(language, "").strip():
                yield Problem(f"the text in {language!r} is missing", f"add '{language}: ...'", path)
        for language in labels:
            if language not in q.languages:
                todo = nearest(language, q.languages, f"add it to 'languages' or write one of {', '.join(q.languages)}")
                yield Problem(f"unknown key or language {language!r}", todo, (*path, language))


def _rows_in_languages(q: Questionnaire, rows: tuple[tuple[str, ...], ...], path: Path, what: str) -> Iterator[Problem]:
    for k, row in enumerate(rows):
        texts = row[1:]
        if len(texts) > len(q.languages):
            todo = f"write [{what}, {', '.join(q.languages)}]"
            yield Problem(f"{len(texts)} labels for {len(q.languages)} languages", todo, (*path, k))
        for n, language in enumerate(q.languages):
            if n >= len(texts) or not texts[n].strip():
                yield Problem(f"the {what} {row[0] if row else ''!r} has no text in {language!r}", "add it", (*path, k))


def check_scales(q: Questionnaire) -> Iterator[Problem]:
    """Codes, labels and order of each scale; rows of each grid."""
    codes = [special.code for special in q.specials.values()]
    for key, special in q.specials.items():
        if codes.count(special.code) > 1:
            yield Problem(
                f"special code {special.code!r} is used twice", "give each its own code", ("specials", key, "code")
            )
        if not _CODE.match(special.code):
            yield _bad_code(special.code, ("specials", key, "code"))
    for key, scale in q.scales.items():
        yield from _check_scale(q, scale, ("scales", key))
    for p, page in enumerate(q.flow):
        for i, item in enumerate(page.items):
            if isinstance(item, Item) and item.rows:
                path: Path = ("flow", p, "items", i, "rows")
                yield from _rows_in_languages(q, item.rows, path, "row")
                for r, row in enumerate(item.rows):
                    if row and not _ROW.match(row[0]):
                        todo = "lower-case letters, digits and '_', a letter first"
                        yield Problem(f"row id {row[0]!r} is not an id", todo, (*path, r))


def _bad_code(code: str, path: Path) -> Problem:
    return Problem(f"code {code!r} is not allowed", "use letters, digits, '_' and '-', at most 32", path)


def _check_scale(q: Questionnaire, scale: Scale, path: Path) -> Iterator[Problem]:
    if not scale.choices:
        todo = "give choices" if scale.file is None else f"read {scale.file!r} with resolve_scales first"
        yield Problem("the scale has no choices", todo, path)
        return
    for name in scale.specials:
        if name not in q.specials:
            yield Problem(f"unknown special {name!r}", nearest(name, q.specials), (*path, "specials"))
    yield from _rows_in_languages(q, scale.choices, (*path, "choices"), "code")
    special_codes = {special.code: name for name, special in q.specials.items()}
    seen: dict[str, int] = {}
    for k, row in enumerate(scale.choices):
        if not row:
            continue
        place: Path = (*path, "choices", k)
        if not _CODE.match(row[0]):
            yield _bad_code(row[0], place)
        if row[0].lower() in seen:
            todo = f"it is also choice {seen[row[0].lower()] + 1}; codes are unique, case aside"
            yield Problem(f"duplicate code {row[0]!r}", todo, place)
        seen.setdefault(row[0].lower(), k)
        if row[0] in special_codes:
            todo = f"list the special {special_codes[row[0]]!r} under 'specials' instead, or choose another code"
            yield Problem(f"code {row[0]!r} is a special code", todo, place)
    if scale.other is not None and (scale.other.lower() in seen or scale.other in special_codes):
        yield Problem(f"code {scale.other!r} of 'other' is used already", "choose another", (*path, "other"))
    elif scale.other is not None and not _CODE.match(scale.other):
        yield _bad_code(scale.other, (*path, "other"))
    numbers = [as_number(row[0]) for row in scale.choices if row]
    for k, number in enumerate(numbers):
        if (
            number is not None
            and number in numbers[:k]
            and scale.choices[k][0].lower() not in [row[0].lower() for row in scale.choices[:k]]
        ):
            what = f"code {scale.choices[k][0]!r} is the same number as another code"
            yield Problem(what, "some platforms read both as one; choose another code", (*path, "choices", k))
    yield from _check_labels(q, scale, path)
    if scale.level == "ordinal":
        yield from _check_order(scale, path)


def _check_labels(q: Questionnaire, scale: Scale, path: Path) -> Iterator[Problem]:
    """Options that no cell could tell apart, by the function that reads the cells."""
    rows = [row[0] for row in scale.choices if row]
    for text, language, one, two in options_alike(scale_choices(q, scale)):
        what = f"codes {one!r} and {two!r} have the same text in {language!r}: {text!r}"
        place: Path = (*path, "choices", rows.index(two)) if two in rows else path
        yield Problem(what, "change one; answers are read by their text", place)


def _check_order(scale: Scale, path: Path) -> Iterator[Problem]:
    numbers = [as_number(row[0]) for row in scale.choices if row]
    if any(number is None for number in numbers):
        yield Problem(
            "an ordinal scale has codes that are not numbers", "number them in order, or make it nominal", path
        )
        return
    steps = [b - a for a, b in pairwise(n for n in numbers if n is not None)]
    if not (all(step > 0 for step in steps) or all(step < 0 for step in steps)):
        todo = "list the choices in the order of their codes; comparisons such as >= 4 use the codes"
        yield Problem("the codes of an ordinal scale neither rise nor fall", todo, (*path, "choices"))
