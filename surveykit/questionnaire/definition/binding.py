"""Look the names of an expression up in a questionnaire, and write derived variables out."""

from __future__ import annotations

from collections.abc import Callable

from surveykit.questionnaire.definition.models import Derived, Item, Questionnaire
from surveykit.questionnaire.routing.ast import (
    And,
    Answered,
    Compare,
    Const,
    Count,
    Expression,
    Has,
    In,
    Not,
    Or,
    Ref,
    RefKind,
    conjunction,
    negation,
)
from surveykit.questionnaire.routing.evaluate import evaluate
from surveykit.questionnaire.routing.parser import parse_expression

__all__ = ["bind", "derived_conditions", "parse"]

_KINDS: dict[str, RefKind] = {"single": "code", "grid": "code", "number": "number", "multi": "multi"}
MAX_DEPTH = 20


def _items(questionnaire: Questionnaire) -> dict[str, Item]:
    entries = (entry for page in questionnaire.flow for entry in page.items)
    return {entry.id: entry for entry in entries if entry.kind == "item"}


def bind(expression: Expression, questionnaire: Questionnaire) -> Expression:
    """Bind an expression: each reference learns its kind and its special codes; derived variables are written out.

    Parameters
    ----------
    expression : Expression
        A parsed tree.
    questionnaire : Questionnaire
        Where the names are looked up. Unknown names stay unbound.

    Returns
    -------
    Expression
        A tree that names items only.
    """
    items = _items(questionnaire)
    derived = {entry.id: entry for entry in questionnaire.derive}
    return _bind(expression, questionnaire, items, derived, 0)


def _bind(
    tree: Expression, questionnaire: Questionnaire, items: dict[str, Item], derived: dict[str, Derived], depth: int
) -> Expression:
    def inner(part: Expression) -> Expression:
        return _bind(part, questionnaire, items, derived, depth)

    match tree:
        case And(operands):
            return And(tuple(inner(part) for part in operands))
        case Or(operands):
            return Or(tuple(inner(part) for part in operands))
        case Not(operand):
            return Not(inner(operand))
        case Const():
            return tree
    if tree.ref.id in derived and tree.ref.row is None and depth < MAX_DEPTH:
        return _expand(
            tree,
            derived[tree.ref.id],
            questionnaire,
            lambda part: _bind(part, questionnaire, items, derived, depth + 1),
        )
    ref = _ref(tree.ref, questionnaire, items)
    match tree:
        case Compare(_, op, value):
            return Compare(ref, op, value)
        case In(_, values):
            return In(ref, values)
        case Has(_, value):
            return Has(ref, value)
        case Count(_, op, number):
            return Count(ref, op, number)
        case Answered():
            return Answered(ref)


def _ref(ref: Ref, questionnaire: Questionnaire, items: dict[str, Item]) -> Ref:
    item = items.get(ref.id)
    if item is None:
        return ref
    names = list(item.specials)
    if item.scale in questionnaire.scales:
        names += questionnaire.scales[item.scale].specials
    known = [questionnaire.specials[name] for name in names if name in questionnaire.specials]
    specials = tuple((special.code, special.missing) for special in known)
    codes: tuple[str, ...] = ()
    if item.type == "multi" and item.scale in questionnaire.scales:
        scale = questionnaire.scales[item.scale]
        other = () if scale.other is None else (scale.other,)
        codes = (*(row[0] for row in scale.choices if row), *other, *(code for code, _ in specials))
    return Ref(ref.id, ref.row, _KINDS.get(item.type, "other"), specials, codes)


def derived_conditions(derived: Derived, codes: list[str]) -> list[tuple[str, Expression]]:
    """Return each code of a derived variable with the unbound condition under which it takes it."""
    if derived.cut is not None:
        ref, limits = Ref(derived.cut.of), derived.cut.at
        pairs: list[tuple[str, Expression]] = []
        for k, (code, low) in enumerate(zip(codes, limits, strict=False)):
            upper = Compare(ref, "<", limits[k + 1]) if k + 1 < len(limits) else None
            pairs.append((code, conjunction(Compare(ref, ">=", low), upper)))
        return pairs
    earlier: list[Expression] = []
    pairs = []
    for code, text in derived.when:
        condition = parse_expression(text)
        pairs.append((code, conjunction(condition, *earlier)))
        earlier.append(negation(condition))
    return pairs


def _expand(
    tree: Compare | In | Answered | Has | Count,
    derived: Derived,
    questionnaire: Questionnaire,
    rebind: Callable[[Expression], Expression],
) -> Expression:
    scale = questionnaire.scales.get(derived.scale)
    codes = [row[0] for row in scale.choices if row] if scale is not None else []
    chosen = [
        rebind(condition)
        for code, condition in derived_conditions(derived, codes)
        if evaluate(tree, {tree.ref.column: code})
    ]
    if not chosen:
        return Const(False)
    return chosen[0] if len(chosen) == 1 else Or(tuple(chosen))


def parse(expression: str, questionnaire: Questionnaire | None = None) -> Expression:
    """Parse an expression of the routing language.

    Parameters
    ----------
    expression : str
        For example ``"aware in [1, 2] and not (sat.venue <= 2)"``.
    questionnaire : Questionnaire, optional
        Binds the names: references learn their kind and special codes, derived variables are written out.

    Returns
    -------
    Expression
        A frozen tree for :func:`evaluate` and :func:`evaluate_frame`.

    Raises
    ------
    RoutingError
        With the position of the error and what to write instead.

    Examples
    --------
    >>> from surveykit.questionnaire import parse
    >>> parse("aware == 1")
    Compare(ref=Ref(id='aware', row=None, kind='unbound', specials=(), codes=()), op='==', value='1')
    """
    tree = parse_expression(expression)
    return tree if questionnaire is None else bind(tree, questionnaire)
