"""A household study in two steps, from the starter study: villages, a late listing, answers by household."""

import numpy as np
import pandas as pd

from surveykit.sampling import person_grid

PLAN = """id: households
title: {zh: 入户调查抽样方案, en: Household plan}
population: {zh: 全镇18岁及以上居民, en: Residents aged 18 and over}
frame: {id: hh, keep: [address]}
strata: [district]
levels: {district: [north, west, east, south]}
clusters: {file: data/villages.csv, keep: [urban]}
listing: {expected: households}
stages:
  - id: village
    method: systematic_pps
    selection: {size: households, order: [town, village], serpentine: true, certainty: 0.9}
    size: {per_stratum: 4}
  - {id: hh, size: {per_stratum: 6}}
reserve: 3
seed: households-2024
seed_origin: {zh: 公布, en: published}
expected: {icc: 0.05, response_rate: 0.8}
"""
WEIGHTING = """id: household_weights
psu: variance_psu
strata: variance_stratum
finite_population: FINITE
steps:
  - {kind: base}
  - {kind: nonresponse, method: classes, by: [district], minimum: 2, maximum_factor: 6, merge: true}
  - {kind: person_selection, eligible: hh_size}
"""
BLOCK = """household: {method: METHOD, eligible: hh_size, selected: hh_person}
flow:
  - page: p_household
    items:
      - {id: hh_size, type: number, min: 1, max: 12, required: true, zh: 家中有几位18岁及以上成员？, en: Adults here?}
      - {id: hh_person, type: number, min: 1, max: 12, required: true, zh: 应访者的序号, en: Position of the person}
"""
DISTRICTS = ("north", "west", "east", "south")


def edit(path, *pairs):
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text, f"{old!r} is not in {path.name}"
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def villages():
    """Sixty villages, fifteen in a district; one so large that it is certain."""
    rng = np.random.default_rng(4)
    count = 60
    table = pd.DataFrame(
        {
            "village": [f"v{k:02d}" for k in range(count)],
            "district": np.repeat(DISTRICTS, count // 4),
            "town": [f"t{k // 3:02d}" for k in range(count)],
            "urban": rng.choice(["0", "1"], count),
            "households": rng.integers(15, 60, count),
        }
    )
    table.loc[20, "households"] = 700
    return table


def listed(drawn, *, growth=1.1):
    """What the listers found: numbers that differ from the expected ones, two to six adults' homes with an address."""
    rng = np.random.default_rng(8)
    parts = []
    for village, expected in zip(drawn["village"], drawn["households"].astype(int), strict=True):
        count = max(int(expected * growth + rng.integers(-2, 3)), 4)
        parts.append(pd.DataFrame({"village": village, "hh": [f"{village}-{k:03d}" for k in range(count)]}))
    table = pd.concat(parts, ignore_index=True)
    return table.assign(address=[f"Lane {k}" for k in range(len(table))])


def answers(sample, plan, *, method="kish", rate=0.8, seed=5):
    """Answers of the households that respond, by the person of their grid."""
    rng = np.random.default_rng(seed)
    rows = []
    for number, row in enumerate(sample.to_dict("records")):
        if row.get("listing_status") == "refused" or rng.random() > rate:
            continue
        size = int(rng.integers(1, 5))
        grid = person_grid("kish", str(plan.seed), row["hh"])[size - 1]
        for person in range(1, size + 1) if method == "all" else [grid]:
            aware = int(rng.integers(1, 4))
            rows.append(
                {
                    "response_id": f"r{number}-{person}", "unit_id": row["hh"], "submitted_at": "2024-05-10 10:00:00",
                    "duration_seconds": 300, "hh_size": size, "hh_person": person, "consent": 1,
                    "age_group": int(rng.integers(1, 5)), "district": row["district"],
                    "aware": aware, "sat_overall": "" if aware == 3 else int(rng.integers(1, 6)),
                    "recognition": int(rng.integers(1, 6)), "support": int(rng.integers(1, 6)), "suggestion": "",
                    "sex": int(rng.integers(1, 3)),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def make_household_study(folder, *, method="kish", finite="none"):
    """Turn a fresh starter study into one of households."""
    (folder / "sampling/plan.yaml").write_text(PLAN, encoding="utf-8")
    (folder / "analysis/weighting.yaml").write_text(WEIGHTING.replace("FINITE", finite), encoding="utf-8")
    edit(folder / "questionnaires/residents.yaml", ("flow:\n", BLOCK.replace("METHOD", method)))
    study = folder / "study.yaml"
    text = study.read_text(encoding="utf-8")
    start, end = text.index("analyses:\n"), text.index("domains:\n")
    one = "  - {id: residents, zh: 居民, en: Residents, weights_after: person_selection, kind: probability_sample}\n"
    study.write_text(text[:start] + "analyses:\n" + one + text[end:], encoding="utf-8")
    edit(
        study,
        ("simulated: true\n", "simulated: false\n"),
        ("  simulation: sampling/simulation.yaml\n", ""),
        ("  frame: data/frame.parquet\n  answers: data/answers.parquet\n  responses: [data/responses.xlsx]\n",
         "  clusters: data/villages.csv\n  listing: data/listing\n  listing_status: data/status.csv\n"
         "  responses: [{file: data/answers.csv, source: table, variant: codes}]\n"),
    )  # fmt: skip
    (folder / "data").mkdir(exist_ok=True)
    villages().to_csv(folder / "data/villages.csv", index=False)
    return folder
