"""Simulate the results of big data, online application and field visits for the 23 districts (seeded; no real data).

Run from the root of the study: ``python analysis/simulate_other_methods.py``. Writes ``other_methods.csv`` and, for
criteria checked at the same sites, ``other_methods_covariance.csv``.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from surveykit.scoring.inputs.field_visits import FieldResults, summarise_evidence, summarise_field_visits

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
SITES_VISITED = 24
CHECK_POINTS = 10
MARK = "simulated"
PLATFORM = "文明兴蓉平台（模拟）"
EXPERTS = "区（市）县申报、专家审核（模拟）"
VISITORS = "第三方实地考察（模拟）"


def big_data(rng: np.random.Generator, quality: dict[str, float]) -> pd.DataFrame:
    """Continuous measures of the platform."""
    rows = []
    for district in DISTRICTS:
        for name, (centre, spread, unit) in BIGDATA.items():
            value = centre + spread * (0.5 * quality[district] + rng.normal(0, 0.9))
            value = round(min(value, 1.0), 3) if unit == "share" else round(max(value, 0.0), 1)
            rows.append({"district": district, "criterion": name, "value": value, "unit": unit})
    return pd.DataFrame(rows).assign(supplier=PLATFORM)


def application(rng: np.random.Generator, quality: dict[str, float]) -> pd.DataFrame:
    """Evidence with a verdict for each item, and counts of accepted cases."""
    items, counts = [], []
    for district in DISTRICTS:
        for name, (number, chance) in APPLICATION.items():
            verdicts = rng.random(number) < np.clip(chance + 0.02 * quality[district], 0, 1)
            for item, passed in enumerate(verdicts, start=1):
                items.append({"district": district, "criterion": name, "item": item, "passed": int(passed)})
        for name, (centre, _) in COUNTS.items():
            counts.append({"district": district, "criterion": name, "value": int(rng.poisson(centre) + 1)})
    passed = summarise_evidence(pd.DataFrame(items)).round({"value": 4})
    return pd.concat([passed, pd.DataFrame(counts).assign(unit="cases")]).assign(supplier=EXPERTS)


def field_visits(rng: np.random.Generator, quality: dict[str, float]) -> FieldResults:
    """Checklists at sampled sites; sites differ, so criteria of one site go together."""
    rows = []
    for district in DISTRICTS:
        level = rng.normal(0, 0.5, SITES_VISITED)
        for name, centre in FIELD.items():
            logit = np.log(centre / (1 - centre)) + 0.25 * quality[district] + level
            met = rng.binomial(CHECK_POINTS, 1 / (1 + np.exp(-logit))) / CHECK_POINTS
            for site, value in enumerate(met, start=1):
                rows.append({"district": district, "site": site, "criterion": name, "value": value})
    return summarise_field_visits(pd.DataFrame(rows))


def main() -> None:
    """Write both tables beside this script."""
    rng = np.random.default_rng(SEED)
    quality = dict(zip(DISTRICTS, rng.normal(0, 1, len(DISTRICTS)), strict=True))
    parts = [big_data(rng, quality), application(rng, quality)]
    visits = field_visits(rng, quality)
    rounded = visits.table.round({"value": 6, "std_error": 6}).astype({"df": int})
    table = pd.concat([*parts, rounded.assign(supplier=VISITORS)])
    for name in ("df", "sites"):
        table[name] = table[name].astype("Int64")
    table["order"] = table["district"].map({name: k for k, name in enumerate(DISTRICTS)})
    table = table.sort_values("order", kind="stable").assign(provenance=MARK)
    columns = ["district", "criterion", "value", "unit", "std_error", "df", "sites", "supplier", "provenance"]
    here = Path(__file__).parent
    table[columns].to_csv(here / "other_methods.csv", index=False, encoding="utf-8", lineterminator="\n")
    pairs = visits.covariance.assign(covariance=visits.covariance["covariance"].map("{:.9f}".format), provenance=MARK)
    pairs.to_csv(here / "other_methods_covariance.csv", index=False, encoding="utf-8", lineterminator="\n")


if __name__ == "__main__":
    main()
