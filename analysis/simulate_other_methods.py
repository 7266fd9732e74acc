"""Simulate the results of big data, online application and field visits for the 23 districts (seeded; no real data).

Run from the root of the study: ``python analysis/simulate_other_methods.py``. Writes ``analysis/other_methods.csv``.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

SEED = 20210727
DISTRICTS = (
    *("jinjiang", "qingyang", "jinniu", "wuhou", "chenghua", "longquanyi", "qingbaijiang", "xindu", "wenjiang"),
    *("shuangliu", "pidu", "xinjin", "jintang", "dayi", "pujiang", "dujiangyan", "pengzhou", "qionglai"),
    *("chongzhou", "jianyang", "gaoxin", "tianfu", "dongbu"),
)
# centre, spread between districts, unit of the continuous measures
BIGDATA = {
    "coverage": (0.96, 0.03, "share"),
    "activity_count": (9.5, 2.0, "activities per site"),
    "service": (48.0, 9.0, "services"),
    "digital": (0.29, 0.06, "share"),
    "registered": (0.14, 0.02, "share"),
    "response": (0.83, 0.06, "share"),
    "hours": (16.0, 3.0, "hours per volunteer"),
    "themed": (42.0, 12.0, "activities"),
}
# items of evidence asked for, usual chance that an item passes
APPLICATION = {
    "plan": (8, 0.95),
    "duty": (8, 0.92),
    "leadership": (6, 0.93),
    "integration": (6, 0.88),
    "training": (10, 0.87),
    "teams": (6, 0.9),
    "recognition_acts": (6, 0.86),
}
COUNTS = {"brands": (2.8, 3), "models": (4.2, 5)}
FIELD = {"facilities": 0.88, "outreach": 0.84, "conduct": 0.9, "matching_site": 0.8, "weekly_hour": 0.86}
SITES = 24
POINTS_PER_SITE = 10
NOTE = "simulated"


def rows() -> list[dict[str, object]]:
    """One row for each district and input."""
    rng = np.random.default_rng(SEED)
    quality = dict(zip(DISTRICTS, rng.normal(0, 1, len(DISTRICTS)), strict=True))
    found: list[dict[str, object]] = []

    def add(district: str, name: str, value: float, unit: str, supplier: str, **more: object) -> None:
        row = {"district": district, "criterion": name, "value": value, "unit": unit, "std_error": "", "df": ""}
        found.append(row | {"sites": "", "supplier": supplier, "provenance": NOTE} | more)

    for district in DISTRICTS:
        for name, (centre, spread, unit) in BIGDATA.items():
            value = centre + spread * (0.5 * quality[district] + rng.normal(0, 0.9))
            value = round(min(value, 1.0), 3) if unit == "share" else round(max(value, 0.0), 1)
            add(district, name, value, unit, "文明兴蓉平台（模拟）")
        for name, (items, chance) in APPLICATION.items():
            passed = rng.binomial(items, np.clip(chance + 0.02 * quality[district], 0, 1))
            add(
                district, name, round(passed / items, 4), f"passed of {items} items", "区（市）县申报、专家审核（模拟）"
            )
        for name, (centre, _) in COUNTS.items():
            add(district, name, int(rng.poisson(centre) + 1), "cases", "区（市）县申报、专家审核（模拟）")
        level = rng.normal(0, 0.5, SITES)
        for name, centre in FIELD.items():
            logit = np.log(centre / (1 - centre)) + 0.25 * quality[district] + level
            shares = rng.binomial(POINTS_PER_SITE, 1 / (1 + np.exp(-logit))) / POINTS_PER_SITE
            error = shares.std(ddof=1) / np.sqrt(SITES)
            extra = {"std_error": round(float(error), 5), "df": SITES - 1, "sites": SITES}
            add(
                district,
                name,
                round(float(shares.mean()), 4),
                "share of check points met",
                "第三方实地考察（模拟）",
                **extra,
            )
    return found


if __name__ == "__main__":
    target = Path(__file__).with_name("other_methods.csv")
    pd.DataFrame(rows()).to_csv(target, index=False, encoding="utf-8", lineterminator="\n")
