"""Risk of re-identification: how many persons fit each record's values of the key variables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.errors import choose
from surveykit.responses.privacy.matching import combinations_of, fitting

__all__ = ["Blanks", "class_sizes", "risk_table"]

Blanks = Literal["fit", "value"]


def class_sizes(
    data: pd.DataFrame, keys: Sequence[str], persons: pd.Series | None = None, blanks: Blanks = "fit"
) -> NDArray[np.int64]:
    """Number of persons who fit a record's values of the key variables.

    Parameters
    ----------
    data : DataFrame
        Records.
    keys : sequence of str
        Key variables.
    persons : Series, optional
        Whose record it is, index as in `data`; by default, and where it is missing, each record is a person of its own.
    blanks : {"fit", "value"}
        Whether a missing value fits any other, or is a value of its own that only missing ones share.

    Returns
    -------
    (n,) int array

    Examples
    --------
    >>> table = pd.DataFrame({"district": ["a", "a", "b", None]})
    >>> class_sizes(table, ["district"]).tolist(), class_sizes(table, ["district"], blanks="value").tolist()
    ([3, 3, 2, 4], [2, 2, 1, 1])
    """
    choose("blanks", blanks, get_args(Blanks))
    held = combinations_of(data, keys, persons)
    sizes = fitting(held) if blanks == "fit" else held.persons
    return np.asarray(sizes[held.of_record], dtype=np.int64)


def _diversity(data: pd.DataFrame, keys: Sequence[str], sensitive: Sequence[str]) -> int | None:
    """Fewest distinct answers to a sensitive question within a class; a class of one record has one."""
    if not sensitive or not len(data):
        return None
    group = combinations_of(data, keys).of_record
    return min(int(data[name].astype("str").fillna("\x00").groupby(group).nunique().min()) for name in sensitive)


def risk_table(
    data: pd.DataFrame,
    keys: Sequence[str],
    k: int = 5,
    *,
    sensitive: Sequence[str] = (),
    persons: pd.Series | None = None,
    blanks: Blanks = "fit",
) -> pd.DataFrame:
    """Risk of re-identification by each key variable and by all together.

    Parameters
    ----------
    data : DataFrame
        Records.
    keys : sequence of str
        Key variables: what an outsider may know about a person.
    k : int
        Number of persons that should fit every record.
    sensitive : sequence of str
        Columns whose answers must not follow from the class alone.
    persons : Series, optional
        Whose record it is; see `class_sizes`. Several records of one person are one in the size of a class.
    blanks : {"fit", "value"}
        What a missing value counts as; see `class_sizes`.

    Returns
    -------
    DataFrame
        keys, classes (distinct combinations), smallest_class (the k of k-anonymity), unique (records that only one
        person fits), below_k (records that fewer than k fit), share_below_k, expected_matches (sum over records of one
        over the number who fit, the expected number of right matches of somebody who knows that a person is in the
        file), and with `sensitive` smallest_diversity, the l of l-diversity: the fewest distinct answers to one of them
        within a class.

    Notes
    -----
    Samarati and Sweeney (1998) for k-anonymity; Machanavajjhala et al. (2007) for (distinct) l-diversity; Templ,
    Kowarik and Meindl (2015) for missing values that fit any other.
    """
    choose("blanks", blanks, get_args(Blanks))
    rows = []
    for subset in [*([key] for key in keys), list(keys)] if len(keys) > 1 else [list(keys)]:
        sizes = class_sizes(data, subset, persons, blanks)
        rows.append(
            {
                "keys": " x ".join(subset),
                "classes": len(combinations_of(data, subset).codes),
                "smallest_class": int(sizes.min()) if len(sizes) else 0,
                "unique": int((sizes == 1).sum()),
                "below_k": int((sizes < k).sum()),
                "share_below_k": float((sizes < k).mean()) if len(sizes) else 0.0,
                "expected_matches": float((1 / sizes).sum()),
                **({"smallest_diversity": _diversity(data, subset, sensitive)} if sensitive else {}),
            }
        )
    return pd.DataFrame(rows)
