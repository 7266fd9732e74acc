"""How results show themselves: in a notebook, as a chart, and where people paste."""

from surveykit.display.content import NamedTable, Presentation, Words, facts, presentation_of
from surveykit.display.result import Shown
from surveykit.display.style import chart_style
from surveykit.display.table import ResultTable

__all__ = ["NamedTable", "Presentation", "ResultTable", "Shown", "Words", "chart_style", "facts", "presentation_of"]
