"""How numbers are written: one rounding for sentences, tables, charts and sheets."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

__all__ = ["count", "fixed", "interval", "percent", "rounded", "signed"]

EN_DASH = "–"
MINUS = "−"


def rounded(value: float, decimals: int = 1) -> float:
    """Round half up (四舍五入) on the shortest decimal form of the number.

    Examples
    --------
    >>> rounded(0.25), rounded(-0.25), rounded(86.45)
    (0.3, -0.3, 86.5)
    """
    if not math.isfinite(value):
        return float("nan")
    step = Decimal(1).scaleb(-decimals)
    result = float(Decimal(repr(float(value))).quantize(step, rounding=ROUND_HALF_UP))
    return result + 0.0


def fixed(value: float, decimals: int = 1) -> str:
    """Write a number with a fixed count of decimals and a true minus sign; "" when it is missing.

    Examples
    --------
    >>> fixed(-3.14159, 2)
    '−3.14'
    """
    number = rounded(value, decimals)
    if math.isnan(number):
        return ""
    return f"{number:.{decimals}f}".replace("-", MINUS)


def percent(share: float, decimals: int = 1, *, sign: bool = True) -> str:
    """Write a share from 0 to 1 as a percentage.

    Examples
    --------
    >>> percent(0.8645), percent(1 / 3, sign=False)
    ('86.5%', '33.3')
    """
    text = fixed(_hundredfold(share), decimals)
    return text + "%" if text and sign else text


def signed(value: float, decimals: int = 1) -> str:
    """Write a difference with its sign.

    Examples
    --------
    >>> signed(2.04), signed(-1.26)
    ('+2.0', '−1.3')
    """
    text = fixed(value, decimals)
    return text if not text or text.startswith(MINUS) or rounded(value, decimals) == 0 else "+" + text


def interval(low: float, high: float, decimals: int = 1) -> str:
    """Write an interval; limits are already in the unit to be shown.

    Examples
    --------
    >>> interval(84.12, 88.5)
    '84.1–88.5'
    """
    first, last = fixed(low, decimals), fixed(high, decimals)
    return f"{first}{EN_DASH}{last}" if first and last else ""


def count(value: float) -> str:
    """Write a count with thousands separated by commas.

    Examples
    --------
    >>> count(20937757)
    '20,937,757'
    """
    return "" if not math.isfinite(float(value)) else f"{round(float(value)):,}"


def _hundredfold(share: float) -> float:
    """Multiply by 100 in decimal, so that 0.8645 is 86.45 and not a little less."""
    if not math.isfinite(share):
        return float("nan")
    return float(Decimal(repr(float(share))) * 100)
