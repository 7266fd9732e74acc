"""A small survey and a small scheme for the tests."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from surveykit.scoring.scheme.definition import ScoringScheme

UNITS = ("jinjiang", "qingyang", "jinniu", "wuhou")


def criterion(name, points, method="questionnaire", rule=None, **more):
    rule = rule or {"kind": "proportional"}
    return {"id": name, "zh": name, "points": str(points), "method": method, "input": name, "rule": rule} | more


def mapping(criteria, **more):
    total = sum(float(c["points"]) for c in criteria)
    content = {"id": "content", "zh": "内容", "points": str(total), "criteria": criteria}
    group = {"id": "group", "zh": "指标", "points": str(total), "contents": [content]}
    return {"id": "scheme", "zh": "方案", "total": str(total), "indicators": [group]} | more


def scheme(criteria, **more):
    return ScoringScheme.model_validate(mapping(criteria, **more))


def estimates(rates, covariance, units=UNITS, df=np.inf, kinds=None):
    """`rates`: mapping of indicator to values by unit; covariance in unit-major order; rates unless `kinds` differ."""
    names = list(rates)
    rows = [
        {"district": unit, "variable": name, "estimate": rates[name][i], "df": df}
        for i, unit in enumerate(units)
        for name in names
    ]
    recipe = {
        "indicators": {name: {"kind": kind} for name, kind in (dict.fromkeys(names, "rate") | (kinds or {})).items()}
    }
    return SimpleNamespace(table=pd.DataFrame(rows), covariance=np.asarray(covariance), recipe=recipe)
