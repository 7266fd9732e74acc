"""Results as Markdown and as LaTeX."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surveykit.display.content import pick, translated
from surveykit.display.numbers import cell_text, decimals_of
from surveykit.display.words import HEADS

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from surveykit.display.content import Presentation
    from surveykit.language import Language

__all__ = ["heads_of", "latex_of", "markdown_of"]

_LATEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "–": "--", "−": "$-$", "∞": r"$\infty$", "<": r"\textless{}",
    ">": r"\textgreater{}", "|": r"\textbar{}", "\n": " ", "\r": " ",
}  # fmt: skip
_MARKDOWN = {"\\": r"\\", "|": r"\|", "<": "&lt;", "&": "&amp;", "`": r"\`", "*": r"\*", "_": r"\_", "[": r"\[",
             "]": r"\]", "\n": " ", "\r": " "}  # fmt: skip


def heads_of(table: pd.DataFrame, language: Language) -> list[str]:
    """Return the heads of a table's columns in one language."""
    names = [str(name) for name in table.columns]
    return [HEADS.get(name, name) for name in names] if language == "zh" else names


def markdown_of(presentation: Presentation, language: Language) -> str:
    """Write a presentation as Markdown."""
    parts = [f"**{_markdown(pick(presentation.title, language))}**"]
    for named in presentation.tables:
        if len(presentation.tables) > 1:
            parts.append(_markdown(pick(named.name, language)))
        heads, rows, numeric = _cells(named.table, language, _markdown)
        rule = ["---:" if right else "---" for right in numeric]
        parts.append("\n".join(f"| {' | '.join(row)} |" for row in [heads, rule, *rows]))
    parts += [_markdown(pick(note, language)) for note in presentation.notes]
    return "\n\n".join(parts) + "\n"


def latex_of(presentation: Presentation, language: Language) -> str:
    """Write a presentation as LaTeX tables."""
    parts = []
    notes = [_latex(pick(note, language)) for note in presentation.notes]
    for i, named in enumerate(presentation.tables):
        heads, rows, numeric = _cells(named.table, language, _latex)
        title = presentation.title if len(presentation.tables) == 1 else named.name
        lines = [
            r"\begin{table}[htbp]",
            rf"\caption{{{_latex(pick(title, language))}}}",
            rf"\begin{{tabular}}{{{''.join('r' if right else 'l' for right in numeric)}}}",
            r"\toprule",
            " & ".join(heads) + r" \\",
            r"\midrule",
            *(" & ".join(row) + r" \\" for row in rows),
            r"\bottomrule",
            r"\end{tabular}",
        ]
        if i == len(presentation.tables) - 1:
            lines += [rf"\par\footnotesize {note}" for note in notes]
        parts.append("\n".join([*lines, r"\end{table}"]))
    return "% \\usepackage{booktabs}\n" + "\n\n".join(parts) + "\n"


def _cells(
    table: pd.DataFrame, language: Language, escape: Callable[[str], str]
) -> tuple[list[str], list[list[str]], list[bool]]:
    decimals = [decimals_of(table[column]) for column in table.columns]
    heads = [escape(head) for head in heads_of(table, language)]
    rows = []
    for row in table.itertuples(index=False, name=None):
        shown = [translated(v, language) if isinstance(v, str) and language == "zh" else v for v in row]
        rows.append([escape(cell_text(v, d)) for v, d in zip(shown, decimals, strict=True)])
    return heads, rows, [d is not None for d in decimals]


def _latex(text: str) -> str:
    return "".join(_LATEX.get(character, character) for character in text)


def _markdown(text: str) -> str:
    return "".join(_MARKDOWN.get(character, character) for character in text)
