"""The score card as the report shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from surveykit.scoring import ScoreCard, compare_with_mean, rank_confidence_sets
from surveykit.scoring.indicators.kinds import SHIFT
from surveykit.scoring.scheme.rounding import decimals_of, with_kinds
from surveykit.study.files import places
from surveykit.study.running.artefacts import read_csv, read_json

if TYPE_CHECKING:
    from surveykit.estimation import Estimates
    from surveykit.study.files.study import Study

__all__ = ["ranks", "score_tables"]


def score_tables(study: Study) -> dict[str, Any]:
    """Scores, their parts and the scheme, by the names of `ReportInput`."""
    card = ScoreCard.from_payload(read_json(study.path(places.SCORE)))
    columns = ["district", "points", "std_error", "conf_low", "conf_high", "rank_low", "rank_high", "band"]
    parts = card.indicators.rename(columns={"max_points": "maximum"})
    for language in ("zh", "en"):
        names = {indicator.id: getattr(indicator, language) for indicator in study.scoring.indicators}
        parts[f"part_{language}"] = parts["indicator"].map(names)
    notes = tuple({"zh": zh, "en": en} for zh, en in zip(card.notes_zh, card.notes, strict=True))
    return {
        "scores": card.table[columns],
        "score_parts": parts[["district", "part_zh", "part_en", "points", "conf_low", "conf_high", "maximum"]],
        "scheme": _scheme(study),
        "score_values": _rounded_values(study, card.criteria),
        "score_notes": notes,
    }


def _rounded_values(study: Study, criteria: pd.DataFrame) -> pd.DataFrame | None:
    """Values before and after the rounding rule, of the criteria that have one; None when nothing is rounded."""
    indicators = study.indicators.indicators
    scheme = with_kinds(study.scoring, [i.id for i in indicators], [i.kind for i in indicators])
    blocks = []
    for criterion in (*scheme.criteria(), *scheme.adjustments):
        decimals = decimals_of(scheme, criterion)
        if decimals is None:
            continue
        kind = criterion.kind or "mean"
        rows = criteria.loc[criteria["criterion"] == criterion.id, ["district", "value", "value_used", "points"]]
        named = {"criterion_zh": criterion.zh, "criterion_en": criterion.en or criterion.id}
        blocks.append(rows.assign(**named, kind=kind, decimals=decimals - SHIFT[kind]))
    return pd.concat(blocks, ignore_index=True) if blocks else None


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
    allocated = read_csv(study.path(places.ALLOCATION), dtype={"district": str})
    sizes = allocated.groupby("district")[["population_size"]].sum()
    found = {}
    for name in study.definition.headline:
        sets = rank_confidence_sets(by_district, variable=name)
        units = [str(unit) for unit in sets.table["unit"]]
        shares = sizes["population_size"].reindex(units).to_numpy(dtype=float)
        bands = compare_with_mean(by_district, variable=name, weights=shares)
        found[name] = pd.DataFrame(
            {
                "district": units,
                "rank_low": sets.table["rank_low"].to_numpy(),
                "rank_high": sets.table["rank_high"].to_numpy(),
                "band": bands["band"].to_numpy(),
            }
        )
    return found
