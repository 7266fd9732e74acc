"""What the rules saw, beside what was estimated: the columns that the criteria table of a card adds."""

from __future__ import annotations

import numpy as np
import pandas as pd

from surveykit.errors import DefinitionError, Problem, first_few
from surveykit.scoring.kernel.numerics import FloatArray
from surveykit.scoring.scheme.aggregate import lenders
from surveykit.scoring.scheme.definition import ScoringScheme
from surveykit.scoring.scheme.rounding import seen_values

__all__ = ["with_seen"]


def with_seen(scheme: ScoringScheme, criteria: pd.DataFrame, values: FloatArray) -> pd.DataFrame:
    """Add `value_used` and `borrowed_from` to the criteria table of a card.

    Parameters
    ----------
    scheme : ScoringScheme
    criteria : DataFrame
        All units of the first criterion first.
    values : ndarray, shape (units, criteria)
        Unrounded.

    Returns
    -------
    DataFrame
        `value_used`: after the rounding rule; `borrowed_from`: "" where there is a value, else "zero", "content",
        "indicator" or "total".

    Raises
    ------
    DefinitionError
        When a unit has no value at all to rescale from.
    """
    lent = np.array(lenders(scheme, values), dtype=object)
    nothing = [criteria["district"].iloc[i] for i in np.flatnonzero((lent == "none").any(axis=1))]
    if nothing:
        what = f"no criterion has a value for {first_few(nothing)}, so that missing: rescale has nothing to go by"
        raise DefinitionError([Problem(what, "leave them out of units", ("units",))])
    found = criteria.copy()
    found.insert(criteria.columns.get_loc("value") + 1, "value_used", seen_values(scheme, values).T.ravel())  # type: ignore[arg-type, operator]
    return found.assign(borrowed_from=lent.T.ravel())
