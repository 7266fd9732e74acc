"""Warnings: what is allowed and yet likely to be a mistake."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations, product

import pandas as pd

from surveykit.errors import Problem, first_few
from surveykit.questionnaire.checks.names import label_places
from surveykit.questionnaire.checks.walk import walk
from surveykit.questionnaire.definition.models import Item, Questionnaire
from surveykit.questionnaire.definition.structure import choices_of, flow_of, item_choices
from surveykit.questionnaire.definition.text import piped_ids
from surveykit.questionnaire.routing.ast import And, Expression, expression_text
from surveykit.questionnaire.routing.evaluate import as_number

__all__ = ["check_quota_targets", "lint_questionnaire"]

LONGEST_QUESTION = 200
LONGEST_OPTION = 60
MOST_ROWS = 7
_HALF_WIDTH = re.compile(r"[\u3400-\u9fff][?,;:!]")


def lint_questionnaire(questionnaire: Questionnaire) -> list[Problem]:
    """Find what is allowed but deserves a look.

    Parameters
    ----------
    questionnaire : Questionnaire
        A definition in which :func:`check_questionnaire` finds nothing.

    Returns
    -------
    list of Problem
        Warnings: unused scales, required questions without a way out, half-width punctuation in Chinese, markup in
        texts, long texts, scales with the same texts and other codes, conditions that always hold, piped answers that
        may be missing, cuts that leave a part of the range out, quotas by questions that not everybody is asked, and
        what could not be proved.
    """
    rules = (_unused, _required, _texts, _twins, _long, _walked, _pipes, _cuts)
    return [problem for rule in rules for problem in rule(questionnaire)]


def _unused(q: Questionnaire) -> Iterator[Problem]:
    used = {item.scale for _, item in flow_of(q).questions} | {derived.scale for derived in q.derive}
    for name in q.scales:
        if name not in used:
            yield Problem(f"scale {name!r} is not used", "remove it or use it", ("scales", name))
    named = {name for scale in q.scales.values() for name in scale.specials}
    named |= {name for _, item in flow_of(q).questions for name in item.specials}
    for name in q.specials:
        if name not in named:
            yield Problem(f"special {name!r} is not used", "remove it or offer it in a scale", ("specials", name))


def _required(q: Questionnaire) -> Iterator[Problem]:
    needed = (q.household.eligible, q.household.selected) if q.household is not None else ()
    forced = [
        item.id
        for _, item in flow_of(q).questions
        if item.required and item.id not in needed and not any(choice.special for choice in item_choices(q, item))
    ]
    if forced:
        todo = "offer 'dk' or 'rf', else people who do not know must make something up; screening questions may stay"
        yield Problem(f"required without don't know or refused: {first_few(forced, 12)}", todo, ("flow",))


def _texts(q: Questionnaire) -> Iterator[Problem]:
    places = [(labels, path) for labels, path, seen in label_places(q) if seen]
    for name, scale in q.scales.items():
        for k, row in enumerate(scale.choices):
            labels = dict(zip(q.languages, row[1:], strict=False))
            places.append((labels, ("scales", name, "choices", k)))
    for labels, path in places:
        found = _HALF_WIDTH.search(labels.get("zh", ""))
        if found is not None:
            what = f"half-width {found.group()[-1]!r} in Chinese text {found.group()!r}"
            yield Problem(what, "write the full-width sign", (*path, "zh"))
        for language, text in labels.items():
            if re.search(r"<\s*[/a-zA-Z!]", text):
                todo = "texts are plain; markup is shown as it stands"
                yield Problem(f"markup in {text[:40]!r}", todo, (*path, language))


def _twins(q: Questionnaire) -> Iterator[Problem]:
    for (one, first), (two, second) in combinations(q.scales.items(), 2):
        texts = [row[1:] for row in first.choices]
        same = len(texts) > 1 and sorted(texts) == sorted(row[1:] for row in second.choices)
        if same and {row[0]: row[1:] for row in first.choices} != {row[0]: row[1:] for row in second.choices}:
            todo = "use one scale, or the same codes; mixing them up would not be noticed"
            yield Problem(f"scales {one!r} and {two!r} have the same texts and other codes", todo, ("scales", two))


def _long(q: Questionnaire) -> Iterator[Problem]:
    for step, item in flow_of(q).questions:
        for language, text in item.label.items():
            if len(text) > LONGEST_QUESTION:
                todo = f"phones show about {LONGEST_QUESTION}; move a part to 'hint'"
                yield Problem(f"the question has {len(text)} characters", todo, (*step.path, language))
        if len(item.rows) > MOST_ROWS:
            yield Problem(
                f"a grid of {len(item.rows)} rows", f"split it; {MOST_ROWS} rows are enough", (*step.path, "rows")
            )
    for name, scale in q.scales.items():
        for k, row in enumerate(scale.choices):
            if any(len(text) > LONGEST_OPTION for text in row[1:]):
                yield Problem(
                    f"an option has more than {LONGEST_OPTION} characters", "shorten it", ("scales", name, "choices", k)
                )


def _walked(q: Questionnaire) -> Iterator[Problem]:
    result = walk(q)
    if result.unproved:
        names = [".".join(map(str, path)) for path in result.unproved]
        todo = "too many combinations of answers; simplify conditions that name many questions at once"
        yield Problem(f"not proved whether these can be asked: {first_few(names)}", todo, result.unproved[0])
    for step in flow_of(q).steps:
        own = isinstance(step.entry, Item) and step.entry.ask_if is not None
        if step.path in result.constant and own:
            what = f"the condition {expression_text(step.condition)!r} always holds where it is tested"
            yield Problem(what, "remove it, or check what it should say", (*step.path, "ask_if"))
    asked = {step.entry.id: step.path for step in flow_of(q).steps if isinstance(step.entry, Item)}
    made = {derived.id: derived for derived in q.derive}
    for k, quota in enumerate(q.quotas):
        for name in quota.by:
            cut = made[name].cut if name in made else None
            source = cut.of if cut is not None else name
            if source in asked and asked[source] not in result.always:
                todo = "ask it of everybody, before the questions that it depends on"
                yield Problem(f"not everybody is asked the quota variable {name!r}", todo, ("quotas", k, "by"))


def _parts(tree: Expression) -> set[Expression]:
    return set(tree.operands) if isinstance(tree, And) else {tree}


def _pipes(q: Questionnaire) -> Iterator[Problem]:
    known = {item.id: (step, item) for step, item in flow_of(q).questions}
    always = walk(q).always
    for step in flow_of(q).steps:
        names = {name for text in step.entry.label.values() for name in piped_ids(text)}
        for name in sorted(names & set(known)):
            earlier, item = known[name]
            sure = item.required and (earlier.path in always or _parts(earlier.universe) <= _parts(step.universe))
            if not sure:
                what = f"the answer to {name!r} may be missing where this text names it"
                yield Problem(what, "ask and require it under the same condition", step.path)


def _cuts(q: Questionnaire) -> Iterator[Problem]:
    items = {item.id: item for _, item in flow_of(q).questions}
    for d, derived in enumerate(q.derive):
        if derived.cut is None or derived.cut.of not in items:
            continue
        low, first = as_number(items[derived.cut.of].min), as_number(derived.cut.at[0])
        if first is not None and (low is None or low < first):
            what = f"values of {derived.cut.of!r} below {first:g} get no code"
            yield Problem(what, "start at its minimum, unless they are screened out", ("derive", d, "cut", "at"))


def check_quota_targets(questionnaire: Questionnaire, index: int, table: pd.DataFrame) -> list[Problem]:
    """Check that the targets of a quota name every cell once.

    Parameters
    ----------
    questionnaire : Questionnaire
        A definition without problems.
    index : int
        Which quota.
    table : DataFrame
        One row per cell: the variables of the quota with their codes as text, and ``target``.

    Returns
    -------
    list of Problem
        Missing columns, unknown codes, cells twice or not at all, targets that are no whole numbers.
    """
    quota = questionnaire.quotas[index]
    path = ("quotas", index, "targets")
    absent = [name for name in (*quota.by, "target") if name not in table.columns]
    if absent:
        return [Problem(f"the targets have no column {first_few(absent)}", "add it", path)]
    scales = {item.id: str(item.scale) for _, item in flow_of(questionnaire).questions}
    scales |= {derived.id: derived.scale for derived in questionnaire.derive}
    codes = [[c.code for c in choices_of(questionnaire, scales[name]) if not c.special] for name in quota.by]
    cells = [tuple(map(str, row)) for row in table[list(quota.by)].itertuples(index=False)]
    wanted = set(product(*codes))
    faults = (
        ("cells that are named twice", [cell for cell in dict.fromkeys(cells) if cells.count(cell) > 1]),
        ("cells that do not exist", [cell for cell in cells if cell not in wanted]),
        ("cells without a target", sorted(wanted - set(cells))),
        ("targets that are no whole numbers", [x for x in table["target"] if not str(x).strip().isdigit()]),
    )
    return [Problem(f"{what}: {first_few(found)}", "name every cell once", path) for what, found in faults if found]
