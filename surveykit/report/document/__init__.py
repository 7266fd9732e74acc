"""The document: blocks, outline, view of a study, claims, typography."""

from surveykit.report.document.blocks import (
    Block,
    Bullets,
    Cell,
    Chapter,
    Column,
    Document,
    Figure,
    Heading,
    Prose,
    Table,
    Written,
)

__all__ = [
    "Block",
    "Bullets",
    "Cell",
    "Chapter",
    "Column",
    "Document",
    "Figure",
    "Heading",
    "Prose",
    "Table",
    "Written",
]
