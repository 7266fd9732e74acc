"""A small chart of weights, as SVG text."""

from __future__ import annotations

import numpy as np

from surveykit.weighting.arrays.distances import Array


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
