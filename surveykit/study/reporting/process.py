"""How the figures came about: sample, dispositions, weighting, cleaning, as tables for the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from surveykit.study import places
from surveykit.study.artefacts import read_json

if TYPE_CHECKING:
    from surveykit.study.loading import Study

__all__ = [
    "STEP_NAMES",
    "cleaning",
    "dispositions",
    "margins",
    "outcomes",
    "raking",
    "sample",
    "weighting_steps",
    "weights",
]

STEP_NAMES = {
    "base": ("设计权数：入样概率的倒数", "design weight: inverse of the inclusion probability"),
    "unknown_eligibility": ("资格不明者的权数分摊", "unknown eligibility spread over the known"),
    "nonresponse": ("无回答调整", "nonresponse adjustment"),
    "poststratification": ("事后分层", "post-stratification"),
    "raking": ("按人口边际迭代比例调整", "raking to population margins"),
    "calibration": ("校准", "calibration"),
    "trimming": ("截尾", "trimming"),
    "normalisation": ("标准化", "normalisation"),
    "coverage": ("抽样框的覆盖", "coverage of the frame"),
    "residents": ("由平台用户推及居民（模型）", "from platform users to residents, by a model"),
    "ineligible": ("剔除不合格者", "ineligible units left out"),
}
_CHECKS = {
    "speeder": ("作答过快", "answered too fast"),
    "straight_line": ("矩阵题直线作答", "same answer throughout a grid"),
    "longstring": ("连续相同答案过长", "long run of the same answer"),
    "mahalanobis": ("答案组合异常", "unusual combination of answers"),
    "duplicate_token": ("同一人重复提交", "submitted twice by one person"),
    "duplicate_answers": ("答案完全相同", "identical answers"),
    "item_nonresponse": ("缺答过多", "too many blank answers"),
    "inconsistent": ("前后不一致", "contradicting answers"),
    "enough_flags": ("达到标记数量", "enough flags"),
}


def sample(study: Study) -> pd.DataFrame:
    """Population and sample sizes by district, over its strata."""
    table = pd.read_csv(study.path(places.ALLOCATION), dtype={"district": str})
    return table.groupby("district", sort=False)[["population_size", "sample_size"]].sum().reset_index()


def dispositions(linked: pd.DataFrame) -> pd.DataFrame:
    """Count the outcomes of all sampled units by district."""
    return linked.groupby(["district", "disposition"], sort=False).size().rename("count").reset_index()


def _log(study: Study, analysis: str) -> dict[str, Any]:
    return dict(read_json(study.path(places.WEIGHTING_LOG))[analysis])


def weights(study: Study, analysis: str) -> pd.Series:
    """Final weights of the respondents."""
    table = pd.read_csv(study.path(places.WEIGHTS))
    chosen = table[(table["analysis"] == analysis) & (table["final_weight"] > 0)]
    return chosen["final_weight"].reset_index(drop=True)


def weighting_steps(study: Study, analysis: str) -> pd.DataFrame:
    """Each step of the weighting with the spread and cost of the weights after it."""
    from surveykit.weighting import kish_deff

    table = pd.read_csv(study.path(places.WEIGHTS))
    table = table[table["analysis"] == analysis]
    running = table["base_weight"].to_numpy(dtype=float)
    respondents = table["final_weight"].to_numpy(dtype=float) > 0
    columns = [name for name in table.columns if name.startswith("factor_")]
    rows = [_step_row("base", running[respondents], kish_deff)]
    for name in columns:
        factors = table[name].to_numpy(dtype=float)
        if pd.isna(factors).all():
            continue
        running = running * factors
        kind = name.removeprefix("factor_")
        rows.append(_step_row(kind, running[respondents], kish_deff))
    return pd.DataFrame(rows)


def _step_row(kind: str, running: Any, deff: Any) -> dict[str, Any]:
    relative = running / running.mean()
    zh, en = STEP_NAMES.get(kind.rstrip("_0123456789"), (kind, kind))
    return {
        "step": kind,
        "description_zh": zh,
        "description_en": en,
        "deff": deff(running),
        "minimum": relative.min(),
        "maximum": relative.max(),
    }


def raking(study: Study, analysis: str) -> pd.DataFrame | None:
    """Largest relative gap to a margin at each iteration, for the last step that iterates."""
    histories = [step["history"] for step in _log(study, analysis)["log"] if step["history"]]
    if not histories:
        return None
    return pd.DataFrame({"iteration": range(len(histories[-1])), "max_gap": histories[-1]})


def margins(study: Study, analysis: str) -> pd.DataFrame | None:
    """Shares of the margins: target, before and after."""
    table = pd.DataFrame(_log(study, analysis)["margins"])
    if table.empty:
        return None
    names = {"margin": "variable", "share_population": "target", "share_before": "before", "share_after": "after"}
    table = table.drop(columns=["before", "after"]).rename(columns=names)
    domains = {domain.id: domain for domain in study.definition.domains}
    labels = pd.concat(list(study.margins.values())).drop_duplicates("level").set_index("level")
    for language in ("zh", "en"):
        known = {name: getattr(domain, language) for name, domain in domains.items()}
        table[f"variable_{language}"] = [known.get(name, name) for name in table["variable"]]
        table[f"level_{language}"] = table["level"].map(labels[f"label_{language}"])
    return table


def outcomes(linked: pd.DataFrame) -> pd.DataFrame:
    """AAPOR outcome rates of all sampled units, unweighted and base-weighted."""
    from surveykit.responses.outcome_rates import RATES, outcome_rates

    table = outcome_rates(linked).set_index("weighting")
    shown = [rate for rate in RATES if rate in table.columns]
    return pd.DataFrame(
        {
            "rate": shown,
            "value": table.loc["unweighted", shown].to_numpy(dtype=float),
            "weighted": table.loc["base_weighted", shown].to_numpy(dtype=float),
        }
    )


def cleaning(study: Study) -> pd.DataFrame:
    """How many records each quality rule marked, and how many were excluded."""
    table = pd.read_csv(study.path(places.QUALITY))
    excluded = read_json(study.path(places.RESPONSES_LOG))["counts"]["excluded"]
    rows = []
    for check, count in zip(table["check"], table["count"], strict=True):
        zh, en = _CHECKS.get(check, (check, check))
        rows.append(
            {"rule_zh": zh, "rule_en": en, "flagged": count, "excluded": excluded if check == "enough_flags" else 0}
        )
    return pd.DataFrame(rows)
