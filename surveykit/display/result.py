"""The methods by which every result shows itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from surveykit.display.content import Presentation
from surveykit.display.excel import write_workbook
from surveykit.display.html import html_of
from surveykit.display.plotting import plot_of
from surveykit.display.text import latex_of, markdown_of
from surveykit.errors import choose
from surveykit.language import LANGUAGES, Language

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes

__all__ = ["Shown"]


class Shown(ABC):
    """A result that can be looked at in a notebook and pasted elsewhere.

    A class says what it shows in `presentation`; tables there hold aggregates only, so that no output can carry what
    identifies a person or a sampled unit. A class with a chart draws it in ``_draw(self, ax, language, labels, *,
    ...)``; the keyword-only parameters there are choices that its `plot` takes as well.
    """

    __slots__ = ()

    plot: ClassVar[Callable[..., Axes]] = plot_of(None)

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        if "_draw" in vars(cls):
            cls.plot = plot_of(vars(cls)["_draw"])

    @abstractmethod
    def presentation(self) -> Presentation:
        """Return title, tables and notes of the result."""

    def _repr_html_(self) -> str:
        return html_of(self.presentation())

    def to_excel(
        self,
        path: str | Path,
        *,
        language: Language = "zh",
        labels: Mapping[str, str] | None = None,
        overwrite: bool = False,
    ) -> Path:
        """Write the tables as a workbook, one sheet each, and the notes on a sheet of their own.

        Parameters
        ----------
        path : str or Path
            The file, ending in .xlsx.
        language : {"zh", "en"}
            Of heads, sheet names and notes.
        labels : mapping of str to str, optional
            Texts of codes, such as district names by district code.
        overwrite : bool
            Whether a file that is there may be replaced.

        Returns
        -------
        Path
            The file. Numbers are numbers in full precision; texts stay texts, also those that look like formulas.

        Raises
        ------
        OverwriteError
            If the file is there and `overwrite` is not given.
        DataError
            If the path does not end in .xlsx or its folder is not there.
        """
        choose("language", language, LANGUAGES)
        return write_workbook(self.presentation().labelled(labels), path, language, overwrite=overwrite)

    def to_markdown(self, *, language: Language = "zh", labels: Mapping[str, str] | None = None) -> str:
        """Return the tables and notes as Markdown; `language` and `labels` as in `to_excel`."""
        choose("language", language, LANGUAGES)
        return markdown_of(self.presentation().labelled(labels), language)

    def to_latex(self, *, language: Language = "zh", labels: Mapping[str, str] | None = None) -> str:
        """Return the tables as LaTeX with booktabs rules, notes below; Chinese needs ctex or xeCJK.

        `language` and `labels` as in `to_excel`.
        """
        choose("language", language, LANGUAGES)
        return latex_of(self.presentation().labelled(labels), language)
