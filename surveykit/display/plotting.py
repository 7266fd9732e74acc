"""The one `plot` of results: it checks what is passed, and each class draws in its own `_draw`."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from surveykit.errors import DataError, choose
from surveykit.language import LANGUAGES, Language

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_of"]

_SECTION = re.compile(r"^(\w+)\n-+\n", re.MULTILINE)


def plot(
    self: Any,
    ax: Axes | None = None,
    *,
    language: Language = "zh",
    labels: Mapping[str, str] | None = None,
    **choices: Any,
) -> Axes:
    """Draw the result.

    Parameters
    ----------
    ax : Axes, optional
        Where to draw; new axes when absent.
    language : {"zh", "en"}
        Of axes and legend.
    labels : mapping of str to str, optional
        Texts of codes, such as district names by district code.

    Returns
    -------
    Axes

    Raises
    ------
    DataError
        If the result has no chart, the language is another one, `ax` is no axes or `labels` no mapping.
    """
    return _checked(getattr(type(self), "_draw", None), self, ax, language, labels, choices)


def _checked(
    draw: Callable[..., Axes] | None,
    self: Any,
    ax: Axes | None,
    language: Language,
    labels: Mapping[str, str] | None,
    choices: Mapping[str, Any],
) -> Axes:
    choose("language", language, LANGUAGES)
    name = type(self).__name__
    if draw is None:
        raise DataError(f"plot: {name} has no chart: show it as a table, or draw with matplotlib inside chart_style()")
    if ax is not None and not hasattr(ax, "xaxis"):
        raise DataError(f"plot: ax is of type {type(ax).__name__}: pass one Axes, as figure.add_subplot() makes it")
    if labels is not None and not isinstance(labels, Mapping):
        raise DataError(f"plot: labels is of type {type(labels).__name__}: pass a mapping from code to text")
    known = [choice.name for choice in _choices(draw)]
    unknown = [choice for choice in choices if choice not in known]
    if unknown:
        takes = ", ".join(["ax", "language", "labels", *known])
        raise TypeError(f"{name}.plot() got an unexpected keyword argument {unknown[0]!r}: it takes {takes}")
    drawn: Axes = draw(self, ax, language, labels, **choices)
    return drawn


def plot_of(draw: Callable[..., Axes] | None) -> Callable[..., Axes]:
    """Return `plot` with the signature and the documentation of a class that draws in `draw`; None: of any class.

    Parameters
    ----------
    draw : callable, optional
        ``_draw(self, ax, language, labels, *, ...)``. Its summary becomes the summary of `plot`; its keyword-only
        parameters, with their defaults and what its docstring says of them, those of `plot`.
    """
    if draw is None:
        return plot

    def made(
        self: Any,
        ax: Axes | None = None,
        *,
        language: Language = "zh",
        labels: Mapping[str, str] | None = None,
        **choices: Any,
    ) -> Axes:
        return _checked(draw, self, ax, language, labels, choices)

    signature = inspect.signature(plot)
    kept = [p for p in signature.parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
    made.__signature__ = signature.replace(parameters=[*kept, *_choices(draw)])  # type: ignore[attr-defined]
    made.__doc__ = _documented(inspect.getdoc(plot) or "", inspect.getdoc(draw) or "")
    made.__name__, made.__module__ = "plot", draw.__module__
    # Names that the class's own module need not know are given as objects.
    common: dict[str, Any] = {"language": Language, "labels": Mapping[str, str] | None}
    made.__annotations__ = common | {choice.name: choice.annotation for choice in _choices(draw)}
    made.__qualname__ = f"{draw.__qualname__.rpartition('.')[0]}.plot"
    return made


def _choices(draw: Callable[..., Axes]) -> list[inspect.Parameter]:
    return [p for p in inspect.signature(draw).parameters.values() if p.kind is inspect.Parameter.KEYWORD_ONLY]


def _documented(common: str, own: str) -> str:
    """Put the summary and the entries of the sections of `own` into the docstring that all classes share."""
    _, *sections = _SECTION.split(common)
    summary, *more = _SECTION.split(own)
    added = dict(zip(more[::2], more[1::2], strict=True))
    parts = [summary.strip() or "Draw the result."]
    for head, body in zip(sections[::2], sections[1::2], strict=True):
        lines = "\n".join(text.strip("\n") for text in (body, added.get(head, "")) if text.strip())
        parts.append(f"{head}\n{'-' * len(head)}\n{lines}")
    return "\n\n".join(parts)
