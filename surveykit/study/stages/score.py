"""Score: rates by district and the other methods' results become points, rank sets and bands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surveykit.study import places
from surveykit.study.artefacts import read_json, write_csv, write_json
from surveykit.study.stage import Making, Stage

if TYPE_CHECKING:
    from surveykit.study.loading import StudyOutline

__all__ = ["DRAWS", "UNIT", "score_stage"]

UNIT = "district"
DRAWS = 10_000
SEED = 2021


def score_stage(study: StudyOutline) -> Stage:
    """Score the districts."""
    files = study.definition.files
    other = (files.other_methods,) if files.other_methods else ()
    return Stage(
        "score",
        "scoring and ranking",
        ("study.yaml", files.scoring, *other, places.ESTIMATES),
        (places.SCORE, places.SCORE_TABLE),
        _make,
    )


def _make(making: Making) -> None:
    from surveykit.estimation import Estimates
    from surveykit.scoring import score

    study = making.study
    main = study.definition.analyses[0].id
    estimates = Estimates.from_payload(read_json(study.root / places.ESTIMATES)[main][UNIT])
    card = score(study.scoring, estimates, study.other_methods, draws=DRAWS, seed=SEED)
    write_json(making.output(places.SCORE), card.to_payload())
    write_csv(making.output(places.SCORE_TABLE), card.table)
    making.seed = str(SEED)
    making.counts |= {"districts": len(card.table), "draws": DRAWS}
