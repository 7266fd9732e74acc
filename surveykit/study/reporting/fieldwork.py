"""Tables of the appendix on fieldwork, as the stage ingest wrote them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from surveykit.study.files import places
from surveykit.study.running.artefacts import read_csv

if TYPE_CHECKING:
    from surveykit.study.files.study import Study

__all__ = ["fieldwork_tables"]


def fieldwork_tables(study: Study) -> dict[str, pd.DataFrame]:
    """Outcome rates by district, cleaning by reason and district, headline rates without marked records."""
    return {
        "outcome_rates": _read(study, places.OUTCOME_RATES, "level"),
        "cleaning": _read(study, places.CLEANING_SUMMARY, "district"),
        "marked_rates": _read(study, places.MARKED_RATES, "without"),
    }


def _read(study: Study, relative: str, key: str) -> pd.DataFrame:
    """Read a table in which an empty key is a level of its own; a file without columns is an empty table."""
    table = read_csv(study.path(relative), dtype={key: str})
    return table.assign(**{key: table[key].fillna("")}) if key in table else table
