"""The rows of a domain for tests and models, with its degrees of freedom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surveykit.estimation.kernel.covariance import domain_df
from surveykit.estimation.kernel.totals import Design, Moment

__all__ = ["Subset", "subset"]


@dataclass(frozen=True, eq=False)
class Subset:
    """A domain.

    Attributes
    ----------
    rows : numpy.ndarray of bool, shape (n,)
        Rows of the data in the domain with a positive weight.
    n : int
        How many.
    df : float
        Degrees of freedom of the domain; NaN when it is empty.
    """

    rows: np.ndarray
    n: int
    df: float


def subset(design: Design, mask: np.ndarray | None) -> Subset:
    """Return the domain of a row mask; None = all rows."""
    rows = design.weights > 0
    if mask is None:
        return Subset(rows, int(rows.sum()), float(design.degf))
    rows = rows & mask
    df = float(domain_df(design, Moment(None, np.where(rows, 0, -1), 1))[0])
    return Subset(rows, int(rows.sum()), df)
