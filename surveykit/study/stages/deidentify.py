"""De-identify: a public file of the answers with its risk table, made when it is asked for and as it is asked for."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from surveykit.errors import DataError, first_few
from surveykit.study.files import places
from surveykit.study.inputs.answers import answer_inputs, read_answers
from surveykit.study.inputs.public_csv import write_inert_csv
from surveykit.study.inputs.releases import read_releases, write_releases
from surveykit.study.running.artefacts import read_csv, read_parquet
from surveykit.study.running.stage import Making, Stage

if TYPE_CHECKING:
    import pandas as pd

    from surveykit.responses import PublicFile, Responses
    from surveykit.study.files.study import Study, StudyOutline

__all__ = ["deidentify_stage"]


def deidentify_stage(study: StudyOutline, settings: Mapping[str, Any], take: Callable[[PublicFile], None]) -> Stage:
    """Make the public file.

    Parameters
    ----------
    study : StudyOutline
        The study.
    settings : dict
        Arguments of `surveykit.responses.deidentify`: keys, k, keep_text, sensitive, exact, leave_out, blanks; and
        weights (an analysis, or None) and strata (True or False).
    take : callable
        Receives what was made, to show it.
    """
    weights, strata = settings.get("weights"), bool(settings.get("strata"))
    options = {name: value for name, value in settings.items() if name not in ("weights", "strata")}

    def make(making: Making) -> None:
        from surveykit.responses import deidentify

        responses = read_answers(making.study, making.study.questionnaire).responses
        if weights is not None:
            responses, further = _one_per_unit(making.study, responses)
            if further:
                making.report(f"    {further:,} further records of units that have one already are left out")
        earlier = read_releases(making.study.path(places.RELEASES))
        public = deidentify(
            responses,
            making.study.questionnaire,
            weights=_weights(making.study, weights) if weights is not None else None,
            strata=_strata(making.study) if strata else None,
            earlier=earlier,
            name=f"public file {len(earlier) + 1} of {time.strftime('%Y-%m-%d')}",
            **options,
        )
        for place, table in (
            (places.PUBLIC_DATA, public.data),
            (places.PUBLIC_RISK, public.risk),
            (places.PUBLIC_LOG, public.log),
        ):
            write_inert_csv(making.output(place), table)
        write_releases(making.output(places.RELEASES), [*earlier, public.release])
        making.counts["records"] = len(public.data)
        take(public)

    files = study.definition.files
    more = [places.WEIGHTS, places.LINKED] if weights is not None else []
    more += [places.SAMPLE] if strata else []
    return Stage(
        "deidentify",
        "removing what identifies people",
        (places.STUDY, files.questionnaire, files.regions, *answer_inputs(study), *more),
        (places.PUBLIC_DATA, places.PUBLIC_RISK, places.PUBLIC_LOG, places.RELEASES),
        make,
        settings=settings,
    ).located(study.located)


def _one_per_unit(study: Study, responses: Responses) -> tuple[Responses, int]:
    """Keep of each unit the record that is linked, which is the one that has its weight; and all outside the sample."""
    linked = read_parquet(study.path(places.LINKED))[["unit_id", "response_id"]].dropna().astype("str")
    own = responses.meta["unit_id"].astype("str")
    chosen = own.map(linked.set_index("unit_id")["response_id"])
    rows = (chosen.isna() | (chosen == responses.meta["response_id"].astype("str"))).to_numpy(dtype=bool)
    kept = replace(responses, data=responses.data[rows], missing=responses.missing[rows], meta=responses.meta[rows])
    return kept, int((~rows).sum())


def _weights(study: Study, analysis: str) -> pd.Series:
    """Final weight of each unit in one analysis."""
    table = read_csv(study.path(places.WEIGHTS), dtype={"unit_id": str})
    known = list(dict.fromkeys(table["analysis"]))
    if analysis not in known:
        raise DataError(f"there are no weights of an analysis {analysis!r}; there are those of {first_few(known)}")
    own = table[table["analysis"] == analysis]
    return own.set_index("unit_id")["final_weight"]


def _strata(study: Study) -> pd.Series:
    """Stratum of each sampled unit."""
    table = read_parquet(study.path(places.SAMPLE))
    if "stratum" not in table:
        raise DataError("the sample has no strata: its plan draws from the whole frame")
    return table.set_index("unit_id")["stratum"]
