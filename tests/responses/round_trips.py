"""What coding must give for a table of simulated answers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from surveykit.questionnaire import Questionnaire, questionnaire_variables
from surveykit.responses import Responses

KIND = {"98": "dk", "99": "rf"}


def expected_coding(table: pd.DataFrame, questionnaire: Questionnaire) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Coded answers and kinds of missing of simulated answers, worked out cell by cell."""
    data, missing = {}, {}
    variables = questionnaire_variables(questionnaire)
    options: dict[str, list[str]] = {}
    for v in variables:
        if v.kind == "multi":
            options.setdefault(v.item, []).append(v.id)
    for v in variables:
        cells = table[v.id].tolist()
        if v.kind == "multi":
            ticks = table[options[v.item]].fillna(False).to_numpy(dtype=bool)
            special = table[f"{v.item}_98"].fillna(False).to_numpy(dtype=bool)
            kinds = [
                "na" if pd.isna(c) else "nr" if not t.any() else "dk" if s and v.option != "98" else ""
                for c, t, s in zip(cells, ticks, special, strict=True)
            ]
        else:
            kinds = ["na" if pd.isna(c) else "nr" if c == "" else KIND.get(c, "") for c in cells]
        data[v.id] = [c if k == "" else None for c, k in zip(cells, kinds, strict=True)]
        missing[v.id] = kinds
    return pd.DataFrame(data), pd.DataFrame(missing)


def assert_same_answers(coded: Responses, data: pd.DataFrame, missing: pd.DataFrame, columns=None) -> None:
    """Compare values and kinds cell by cell."""
    for name in columns or data.columns:
        kinds = coded.missing[name].astype(object).to_numpy()
        wrong = np.flatnonzero(kinds != missing[name].to_numpy(dtype=object))
        assert not len(wrong), f"{name}: {[(i, kinds[i], missing[name].iloc[i]) for i in wrong[:5]]}"
        got = [None if pd.isna(v) else v for v in coded.data[name].tolist()]
        assert got == [None if pd.isna(v) else v for v in data[name].tolist()], name
