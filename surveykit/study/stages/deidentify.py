"""De-identify: a public file of the answers with its risk table, made when it is asked for and as it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from surveykit.study.files import places
from surveykit.study.inputs.answers import answer_inputs, read_answers
from surveykit.study.inputs.public_csv import write_inert_csv
from surveykit.study.running.stage import Making, Stage

if TYPE_CHECKING:
    from surveykit.responses import PublicFile
    from surveykit.study.files.study import StudyOutline

__all__ = ["deidentify_stage"]


def deidentify_stage(study: StudyOutline, settings: Mapping[str, Any], take: Callable[[PublicFile], None]) -> Stage:
    """Make the public file.

    Parameters
    ----------
    study : StudyOutline
        The study.
    settings : dict
        Arguments of `surveykit.responses.privacy.public_file`: keys, k, keep_text, sensitive.
    take : callable
        Receives what was made, to show it.
    """

    def make(making: Making) -> None:
        from surveykit.responses import deidentify

        responses = read_answers(making.study, making.study.questionnaire).responses
        public = deidentify(responses, making.study.questionnaire, **settings)
        for place, table in (
            (places.PUBLIC_DATA, public.data),
            (places.PUBLIC_RISK, public.risk),
            (places.PUBLIC_LOG, public.log),
        ):
            write_inert_csv(making.output(place), table)
        making.counts["records"] = len(public.data)
        take(public)

    files = study.definition.files
    return Stage(
        "deidentify",
        "removing what identifies people",
        (places.STUDY, files.questionnaire, files.regions, *answer_inputs(study)),
        (places.PUBLIC_DATA, places.PUBLIC_RISK, places.PUBLIC_LOG),
        make,
        settings=settings,
    ).located(study.located)
