"""Score: rates by district and the other methods' results become points, rank sets and bands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from surveykit.study.files import places
from surveykit.study.files.definition import unit_words
from surveykit.study.files.study import UNIT
from surveykit.study.running.artefacts import read_json, write_csv, write_json
from surveykit.study.running.stage import Making, Stage

if TYPE_CHECKING:
    from surveykit.study.files.study import StudyOutline

__all__ = ["score_stage"]


def score_stage(study: StudyOutline) -> Stage:
    """Score the districts."""
    files = study.definition.files
    other = tuple(name for name in (files.other_methods, files.other_methods_covariance) if name)
    return Stage(
        "score",
        "scoring and ranking",
        ("study.yaml", files.scoring, files.regions, *other, places.ESTIMATES),
        (places.SCORE, places.SCORE_TABLE),
        _make,
    )


def _make(making: Making) -> None:
    from surveykit.estimation import Estimates
    from surveykit.scoring import read_other_methods, score
    from surveykit.scoring.card.notes import AREA

    study = making.study
    main, run = study.definition.analyses[0].id, study.definition.score
    estimates = Estimates.from_payload(read_json(study.path(places.ESTIMATES))[main][UNIT])
    other: Any = study.other_methods
    if other is not None and study.other_methods_covariance is not None:
        units = study.regions["district"].tolist()
        other = read_other_methods(study.scoring, other, units, study.other_methods_covariance)
    card = score(
        study.scoring, estimates, other, draws=run.draws, seed=run.seed, unit=unit_words(study.definition) or AREA
    )
    write_json(making.output(places.SCORE), card.to_payload())
    write_csv(making.output(places.SCORE_TABLE), card.published)
    making.seed = str(run.seed)
    making.counts |= {"districts": len(card.table), "draws": run.draws}
