"""From coded answers to one column of numbers for each indicator."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from surveykit.errors import DataError, first_few
from surveykit.questionnaire import evaluate_frame, parse, references
from surveykit.scoring.indicators.definition import Indicator, IndicatorSet
from surveykit.scoring.kernel.numerics import FloatArray

__all__ = ["indicator_columns", "indicator_items"]

BoolArray = npt.NDArray[np.bool_]


def indicator_items(indicator: Indicator) -> tuple[str, ...]:
    """Return the columns that an indicator rests on: its items, or those of its numerator."""
    if indicator.items or not indicator.numerator:
        return indicator.items
    return tuple(dict.fromkeys(reference.column for reference in references(parse(indicator.numerator))))


def _columns_of(item: str, data: pd.DataFrame, indicator: Indicator) -> list[str]:
    """The data column of an item, or the option columns of a multiple choice."""
    if item in data.columns:
        return [item]
    options = [name for name in data.columns if str(name).startswith(f"{item}_") and not str(name).endswith("_text")]
    if not options:
        raise DataError(f"indicator {indicator.id!r}: column {item!r} is not in the data; correct its items")
    return options


def _status(
    items: tuple[str, ...], data: pd.DataFrame, missing: pd.DataFrame, indicator: Indicator
) -> tuple[BoolArray, BoolArray, BoolArray]:
    """Return answered, don't know and not asked, each of shape (n, items)."""
    shape = (len(data), len(items))
    answered, unknown, passed = np.zeros(shape, bool), np.zeros(shape, bool), np.zeros(shape, bool)
    for k, item in enumerate(items):
        columns = _columns_of(item, data, indicator)
        answered[:, k] = data[columns].notna().any(axis=1)
        kinds = missing[columns]
        unknown[:, k] = kinds.isin(["dk"]).any(axis=1).to_numpy() & ~answered[:, k]
        passed[:, k] = kinds.isin(["na"]).all(axis=1).to_numpy() & ~answered[:, k]
    return answered, unknown, passed


def _grades(indicator: Indicator, data: pd.DataFrame) -> FloatArray:
    """Points of each graded item, shape (n, items); NaN where there is no answer."""
    graded = np.full((len(data), len(indicator.items)), np.nan)
    for k, item in enumerate(indicator.items):
        column = data[item]
        strange = sorted(set(column.dropna().astype(str)) - set(indicator.points))
        if strange:
            raise DataError(
                f"indicator {indicator.id!r}: answers of {item!r} without points ({first_few(strange)}); "
                "give points to every code of the scale"
            )
        graded[:, k] = column.astype(object).map(lambda code: indicator.points.get(str(code), np.nan)).astype(float)
    return graded


def _score(indicator: Indicator, data: pd.DataFrame, unknown: BoolArray, passed: BoolArray) -> FloatArray:
    graded = _grades(indicator, data)
    if indicator.dont_know == "in_base":
        graded[unknown] = 0.0
    if indicator.not_asked == "in_base":
        graded[passed] = 0.0
    count = np.isfinite(graded).sum(axis=1)
    total = np.nansum(graded, axis=1)
    return np.asarray(np.divide(total, count, out=np.full(len(data), np.nan), where=count > 0))


def _rate(
    indicator: Indicator,
    data: pd.DataFrame,
    missing: pd.DataFrame,
    status: tuple[BoolArray, BoolArray, BoolArray],
) -> FloatArray:
    answered, unknown, passed = status
    valid = answered.copy()
    if indicator.dont_know == "in_base":
        valid |= unknown
    if indicator.not_asked == "in_base":
        valid |= passed
    counted = evaluate_frame(parse(indicator.numerator), data, missing).astype(float)
    return np.asarray(np.where(valid.all(axis=1), counted, np.nan))


def indicator_columns(indicators: IndicatorSet, data: pd.DataFrame, missing: pd.DataFrame) -> pd.DataFrame:
    """Compute each indicator for each respondent.

    Parameters
    ----------
    indicators : IndicatorSet
    data : DataFrame
        Coded answers; NA where there is none.
    missing : DataFrame
        Same index, one column for each item: "" answered, "na", "nr", "dk" or "rf".

    Returns
    -------
    DataFrame
        One float column for each indicator, index of `data`. A rate is 1 in the numerator, 0 elsewhere in the base; a
        score is the respondent's mean grade points. NaN outside the base: base condition not met, refused or blank,
        and don't know or not asked unless the indicator counts them. An indicator may bear the name of its item:
        ``data.assign(**columns)`` then puts the indicator in the item's place.

    Raises
    ------
    DataError
        For absent columns or codes without points.

    Examples
    --------
    >>> import pandas as pd
    >>> indicators = IndicatorSet.model_validate({"indicators": [{"id": "awareness", "zh": "知晓率", "kind": "rate",
    ...     "numerator": "aware in [1, 2]", "dont_know": "in_base"}]})
    >>> data = pd.DataFrame({"aware": ["1", "3", None, None]})
    >>> missing = pd.DataFrame({"aware": ["", "", "dk", "nr"]})
    >>> indicator_columns(indicators, data, missing)["awareness"].tolist()
    [1.0, 0.0, 0.0, nan]
    """
    if not data.index.equals(missing.index):
        raise DataError("data and missing: their rows differ; take both from the same responses")
    columns: dict[str, FloatArray] = {}
    for indicator in indicators.indicators:
        items = indicator_items(indicator)
        status = _status(items, data, missing, indicator)
        if indicator.kind == "score":
            values = _score(indicator, data, status[1], status[2])
        else:
            values = _rate(indicator, data, missing, status)
        if indicator.base != "all_valid":
            values = np.where(evaluate_frame(parse(indicator.base), data, missing), values, np.nan)
        columns[indicator.id] = values
    return pd.DataFrame(columns, index=data.index)
