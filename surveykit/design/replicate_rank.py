"""The rank of a matrix of replicate weights, as R's `qr` counts it."""

from __future__ import annotations

import numpy as np

__all__ = ["replicate_rank"]

TOLERANCE = 1e-5
"""A column counts when orthogonalising it against those before leaves more than this share of its length."""


def replicate_rank(weights: np.ndarray) -> int:
    """Return the number of linearly independent columns of a matrix of weights, shape (n, R).

    Examples
    --------
    >>> replicate_rank(np.array([[2.0, 0.0, 1.0], [0.0, 2.0, 1.0]]))
    2
    """
    if weights.shape[0] == 0:
        return 0
    unique, counts = np.unique(weights, axis=0, return_counts=True)
    columns = unique * np.sqrt(counts)[:, None]
    basis = np.zeros((columns.shape[0], 0))
    for j in range(columns.shape[1]):
        if basis.shape[1] == columns.shape[0]:
            break
        column = columns[:, j]
        length = np.linalg.norm(column)
        if length == 0:
            continue
        rest = column - basis @ (basis.T @ column)
        rest -= basis @ (basis.T @ rest)
        left = np.linalg.norm(rest)
        if left > TOLERANCE * length:
            basis = np.column_stack([basis, rest / left])
    return int(basis.shape[1])
