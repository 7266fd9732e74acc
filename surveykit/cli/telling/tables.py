"""Tables: on a terminal with rules and cells that stay whole, elsewhere as plain columns."""

from __future__ import annotations

import io
import shutil
import sys
from typing import TYPE_CHECKING

from surveykit.cli.telling.terminal import harmless, has_colour

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["table_lines"]


def table_lines(table: pd.DataFrame) -> list[str]:
    """Return the lines of a table; plain ones if the terminal is too narrow for all of its columns.

    Texts of the data are shown as they stand: no markup in them is obeyed.
    """
    from surveykit.study.stage_tables import aligned

    columns = shutil.get_terminal_size().columns
    if not has_colour(sys.stdout):
        return aligned(table)
    from pandas.api.types import is_numeric_dtype
    from rich import box
    from rich.console import Console
    from rich.measure import Measurement
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name, values in table.items():
        right = is_numeric_dtype(values)
        shown.add_column(Text(harmless(str(name))), justify="right" if right else "left", no_wrap=True)
    for row in table.itertuples(index=False):
        shown.add_row(*(Text(harmless(_cell(value))) for value in row))
    console = Console(file=io.StringIO(), width=columns, color_system=None, force_terminal=False)
    if Measurement.get(console, console.options.update(max_width=10_000), shown).maximum > columns:
        return aligned(table)
    with console.capture() as lines:
        console.print(shown)
    return [line.rstrip() for line in lines.get().splitlines() if line.strip()]


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "" if value != value else f"{value:.4g}"
    return "" if value is None else str(value)
