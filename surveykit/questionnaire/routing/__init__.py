"""The routing language: parser, tree, evaluators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surveykit.questionnaire.routing.ast import Expression
from surveykit.questionnaire.routing.bind import bind
from surveykit.questionnaire.routing.parser import parse_expression

if TYPE_CHECKING:
    from surveykit.questionnaire.definition import Questionnaire

__all__ = ["parse"]


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
    >>> parse("aware == 1")
    Compare(ref=Ref(id='aware', row=None, kind='unbound', specials=(), codes=()), op='==', value='1')
    """
    tree = parse_expression(expression)
    return tree if questionnaire is None else bind(tree, questionnaire)
