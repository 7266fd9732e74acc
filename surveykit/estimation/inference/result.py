"""The result of a test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from surveykit.display import NamedTable, Presentation, Shown, facts

__all__ = ["TestResult"]


@dataclass(frozen=True, eq=False, repr=False)
class TestResult(Shown):
    """Statistic, degrees of freedom and p-value of a design-based test.

    Attributes
    ----------
    method : str
        Name of the test.
    statistic : float
        Its value; NaN where it is not defined.
    df : float or tuple of float
        Degrees of freedom; numerator and denominator for an F statistic.
    p_value : float
        Two-sided where the test has sides.
    estimate, std_error, conf_low, conf_high : float
        What the test is about, with an interval of the same degrees of freedom; NaN where there is none.
    details : mapping
        Further plain values, for example the eigenvalues of the design effects.
    state : str
        Why there is no statistic and no p-value (both NaN): "no variation", the values are all the same (within the
        groups compared); "no sampling variance", a census or calibration fixes what is tested. Else empty.
    """

    __test__ = False

    method: str
    statistic: float
    df: float | tuple[float, ...]
    p_value: float
    estimate: float = float("nan")
    std_error: float = float("nan")
    conf_low: float = float("nan")
    conf_high: float = float("nan")
    details: Mapping[str, Any] = field(default_factory=dict)
    state: str = ""

    def __repr__(self) -> str:
        df = ", ".join(f"{d:.6g}" for d in self.df) if isinstance(self.df, tuple) else f"{self.df:.6g}"
        text = f"{self.method}: statistic {self.statistic:.6g}, df {df}, p {self.p_value:.4g}"
        if self.std_error == self.std_error:
            text += f"; estimate {self.estimate:.6g} [{self.conf_low:.6g}, {self.conf_high:.6g}]"
        if self.state:
            text += f"; no test: {self.state}"
        return f"<{text}>"

    def presentation(self) -> Presentation:
        """Return the numbers of the test."""
        df = ", ".join(f"{d:.6g}" for d in self.df) if isinstance(self.df, tuple) else self.df
        items = {"statistic": self.statistic, "df": df, "p_value": self.p_value, "estimate": self.estimate}
        items |= {"std_error": self.std_error, "conf_low": self.conf_low, "conf_high": self.conf_high}
        kept = {k: v for k, v in items.items() if isinstance(v, str) or np.isfinite(v)}
        if self.state:
            kept["state"] = self.state
        title = (self.method, self.method)
        return Presentation(title, (NamedTable(("检验", "Test"), facts(kept)),))
