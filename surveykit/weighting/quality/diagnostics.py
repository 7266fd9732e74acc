"""What weights cost and how they are spread."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from surveykit.weighting.arrays.cells import level_text
from surveykit.weighting.arrays.distances import Array


def kish_deff(weights: Array) -> float:
    """Kish's design effect of unequal weighting, n sum(w^2) / (sum w)^2 over rows with weight; NaN without any.

    Notes
    -----
    1 + CV^2 of the weights (Kish 1965, 11.7): the loss of precision if weights are unrelated to the answers. It is
    not the design effect of an estimate.

    Examples
    --------
    >>> import numpy as np
    >>> kish_deff(np.array([1.0, 1.0, 0.0]))
    1.0
    """
    used = weights[weights != 0]
    total = used.sum()
    return float(used.size * np.sum(used**2) / total**2) if used.size and total else float("nan")


def effective_size(weights: Array) -> float:
    """Kish's effective sample size, (sum w)^2 / sum(w^2).

    Examples
    --------
    >>> import numpy as np
    >>> effective_size(np.array([1.0, 1.0, 2.0]))
    2.6666666666666665
    """
    square = float(np.sum(weights**2))
    return float(weights.sum() ** 2 / square) if square else 0.0


def top_share(weights: Array, part: float = 0.01) -> float:
    """Share of the total weight that the heaviest ``part`` of the rows (at least one) carry; negatives count as 0.

    Examples
    --------
    >>> import numpy as np
    >>> top_share(np.array([1.0, 1.0, 2.0]))
    0.5
    """
    used = np.sort(weights[weights > 0])[::-1]
    return float(used[: max(1, round(part * used.size))].sum() / used.sum()) if used.size else float("nan")


def weight_summary(weights: Array) -> dict[str, float]:
    """Size, spread and cost of weights.

    Returns
    -------
    dict
        n, total, mean, minimum, p01, p05, p25, median, p75, p95, p99, maximum, ratio (maximum over minimum), cv,
        deff_kish, n_eff, top_1_percent_share, negative (count).

    Examples
    --------
    >>> import numpy as np
    >>> weight_summary(np.array([1.0, 3.0]))["ratio"]
    3.0
    """
    used = weights[weights != 0]
    if not used.size:
        return {"n": 0.0, "total": 0.0}
    points = np.quantile(used, [0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0])
    names = ("minimum", "p01", "p05", "p25", "median", "p75", "p95", "p99", "maximum")
    deff = kish_deff(used)
    return {
        "n": float(used.size),
        "total": float(used.sum()),
        "mean": float(used.mean()),
        **dict(zip(names, points.tolist(), strict=True)),
        "ratio": float(points[-1] / points[0]),
        "cv": float(np.sqrt(max(deff - 1.0, 0.0))),
        "deff_kish": deff,
        "n_eff": effective_size(used),
        "top_1_percent_share": top_share(used),
        "negative": float((used < 0).sum()),
    }


def domain_summary(table: pd.DataFrame, weights: Array, by: Sequence[str]) -> pd.DataFrame:
    """Weights of each level of some columns: n, total, smallest and largest weight, Kish's design effect, n_eff.

    Parameters
    ----------
    table : DataFrame, n rows
        Holds the columns.
    weights : array, shape (n,)
        Weights; rows of 0 are left out.
    by : sequence of str
        Columns, taken one after the other.

    Returns
    -------
    DataFrame
        One row for each level: variable, level, n, total, minimum, maximum, deff_kish, n_eff.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> domain_summary(pd.DataFrame({"d": ["a", "a", "b"]}), np.array([1.0, 1.0, 5.0]), ["d"])["n_eff"].tolist()
    [2.0, 1.0]
    """
    rows = []
    for variable in by:
        levels = level_text(table[variable])
        for level in sorted({str(value) for value in levels[weights != 0] if value is not None}):
            own = weights[(levels == level) & (weights != 0)]
            rows.append(
                {
                    "variable": variable,
                    "level": level,
                    "n": int(own.size),
                    "total": float(own.sum()),
                    "minimum": float(own.min()),
                    "maximum": float(own.max()),
                    "deff_kish": kish_deff(own),
                    "n_eff": effective_size(own),
                }
            )
    return pd.DataFrame(rows, columns=["variable", "level", "n", "total", "minimum", "maximum", "deff_kish", "n_eff"])


def weight_histogram(weights: Array, *, bins: int = 30, width: int = 360, height: int = 120) -> str:
    """Draw the distribution of weights relative to their mean.

    Parameters
    ----------
    weights : array, shape (n,)
        Weights; rows of 0 are left out.
    bins, width, height : int
        Bars, and size in pixels.

    Returns
    -------
    str
        SVG with a title and a description for screen readers.

    Examples
    --------
    >>> weight_histogram(np.array([1.0, 2.0, 3.0]))[:4]
    '<svg'
    """
    used = weights[weights > 0]
    relative = used / used.mean() if used.size else np.ones(1)
    counts, edges = np.histogram(relative, bins=bins)
    step, floor = width / bins, height - 18
    bars = "".join(
        f'<rect x="{i * step:.1f}" y="{floor - floor * n / counts.max():.1f}" width="{step - 1:.1f}" '
        f'height="{floor * n / counts.max():.1f}" fill="#0072B2"/>'
        for i, n in enumerate(counts)
    )
    labels = (
        f'<text x="0" y="{height - 4}" font-size="11">{edges[0]:.2f}</text>'
        f'<text x="{width}" y="{height - 4}" font-size="11" text-anchor="end">{edges[-1]:.2f} x mean</text>'
    )
    what = f"{used.size} weights from {edges[0]:.2f} to {edges[-1]:.2f} times their mean"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}"><title>Weights</title><desc>{what}</desc>{bars}{labels}</svg>'
    )
