"""The score card as the report shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from surveykit.study import places
from surveykit.study.artefacts import read_csv, read_json

if TYPE_CHECKING:
    from surveykit.estimation import Estimates
    from surveykit.study.loading import Study

__all__ = ["ranks", "score_tables"]

_BANDS = {"above": "above", "not_distinguishable": "same", "below": "below"}


def score_tables(study: Study) -> dict[str, Any]:
    """Scores, their parts and the scheme, by the names of `ReportInput`."""
    from surveykit.scoring import ScoreCard

    card = ScoreCard.from_payload(read_json(study.path(places.SCORE)))
    columns = ["district", "points", "std_error", "conf_low", "conf_high", "rank_low", "rank_high", "band"]
    parts = card.indicators.rename(columns={"max_points": "maximum"})
    for language in ("zh", "en"):
        names = {indicator.id: getattr(indicator, language) for indicator in study.scoring.indicators}
        parts[f"part_{language}"] = parts["indicator"].map(names)
    notes = tuple({"zh": zh, "en": en} for zh, en in zip(card.notes_zh, card.notes, strict=True))
    return {
        "scores": card.table[columns].assign(band=card.table["band"].map(_BANDS)),
        "score_parts": parts[["district", "part_zh", "part_en", "points", "conf_low", "conf_high", "maximum"]],
        "scheme": _scheme(study),
        "score_notes": notes,
    }


def _scheme(study: Study) -> pd.DataFrame:
    rows = []
    for indicator in study.scoring.indicators:
        for content in indicator.contents:
            for criterion in content.criteria:
                rows.append(
                    {
                        "indicator_zh": indicator.zh,
                        "indicator_en": indicator.en,
                        "content_zh": content.zh,
                        "content_en": content.en,
                        "criterion_zh": criterion.zh,
                        "criterion_en": criterion.en,
                        "points": criterion.points,
                        "method": criterion.method,
                        "named": criterion.named,
                    }
                )
    return pd.DataFrame(rows)


def ranks(study: Study, by_district: Estimates) -> dict[str, pd.DataFrame]:
    """Simultaneous rank sets and bands of the districts for each headline indicator.

    A band compares a district with the mean of all districts, each counted by its number of units on the frame.
    """
    from surveykit.scoring import compare_with_mean, rank_confidence_sets

    allocated = read_csv(study.path(places.ALLOCATION), dtype={"district": str})
    sizes = allocated.groupby("district")[["population_size"]].sum()
    found = {}
    for name in study.definition.headline:
        rows = np.flatnonzero(by_district.table["variable"] == name)
        table = by_district.table.iloc[rows]
        covariance = by_district.covariance[np.ix_(rows, rows)]
        units = table["district"].astype(str).tolist()
        values = pd.Series(table["estimate"].to_numpy(), index=units)
        sets = rank_confidence_sets(values, covariance)
        shares = sizes["population_size"].reindex(units).to_numpy(dtype=float)
        bands = compare_with_mean(values, covariance, weights=shares)
        found[name] = pd.DataFrame(
            {
                "district": units,
                "rank_low": sets.table["rank_low"].to_numpy(),
                "rank_high": sets.table["rank_high"].to_numpy(),
                "band": [_BANDS[band] for band in bands["band"]],
            }
        )
    return found
