"""How many decimals a column of numbers gets: the same in HTML, Markdown, LaTeX and Excel."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["cell_text", "decimals_of"]


def decimals_of(column: pd.Series) -> int | None:
    """Return the decimals of a column, None when it is no column of numbers (then each number has its own).

    Whole numbers have none; others have four below 1, three below 100, two below 1,000 and one above, by the largest
    absolute value, so that all figures of a column stand under each other.

    Examples
    --------
    >>> import pandas as pd
    >>> decimals_of(pd.Series([0.5, 0.25])), decimals_of(pd.Series([3.0, 12.0])), decimals_of(pd.Series(["a"]))
    (4, 0, None)
    """
    if getattr(column.dtype, "kind", "O") not in "iuf":
        return None
    return _decimals([float(v) for v in column.tolist() if _is_number(v)])


def _decimals(values: list[float]) -> int:
    finite = [v for v in values if math.isfinite(v)]
    if all(v == int(v) for v in finite):
        return 0
    size = max(abs(v) for v in finite)
    return 4 if size < 1 else 3 if size < 100 else 2 if size < 1000 else 1


def cell_text(value: Any, decimals: int | None, missing: str = "–") -> str:
    """Write one cell; a missing number is `missing`, an infinite one ∞.

    Examples
    --------
    >>> cell_text(1234.5, 1), cell_text(float("nan"), 2), cell_text(float("inf"), 0)
    ('1,234.5', '–', '∞')
    """
    if value is None:
        return missing
    if not _is_number(value):
        return missing if str(value) in ("<NA>", "NaT") else str(value)
    number = float(value)
    if math.isnan(number):
        return missing
    if math.isinf(number):
        return "∞" if number > 0 else "−∞"
    if decimals is None:
        decimals = _decimals([number])
    text = f"{number:,.{decimals}f}"
    return text if float(text.replace(",", "")) else text.lstrip("-")


def _is_number(value: Any) -> bool:
    import numpy as np

    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool | np.bool_)
