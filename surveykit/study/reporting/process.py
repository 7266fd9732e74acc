"""How the figures came about: sample, dispositions, weighting, cleaning, as tables for the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from surveykit.questionnaire import questionnaire_variables
from surveykit.responses.fieldwork.outcome_rates import RATES, outcome_rates
from surveykit.study.files import places
from surveykit.study.inputs.weighted import own_answers
from surveykit.study.running.artefacts import read_csv, read_json
from surveykit.weighting import kish_deff

if TYPE_CHECKING:
    from surveykit.study.files.study import Study

__all__ = [
    "cleaning",
    "dispositions",
    "item_nonresponse",
    "margins",
    "outcomes",
    "quality_facts",
    "raking",
    "sample",
    "weighting_steps",
    "weights",
]


def sample(study: Study) -> pd.DataFrame:
    """Population and sample sizes by district, over its strata."""
    table = read_csv(study.path(places.ALLOCATION), dtype={"district": str})
    return table.groupby("district", sort=False)[["population_size", "sample_size"]].sum().reset_index()


def dispositions(linked: pd.DataFrame) -> pd.DataFrame:
    """Count the outcomes of all sampled units by district."""
    return linked.groupby(["district", "disposition"], sort=False).size().rename("count").reset_index()


def _log(study: Study, analysis: str) -> dict[str, Any]:
    return dict(read_json(study.path(places.WEIGHTING_LOG))[analysis])


def weights(study: Study, analysis: str) -> pd.Series:
    """Final weights of the respondents."""
    table = read_csv(study.path(places.WEIGHTS))
    chosen = table[(table["analysis"] == analysis) & (table["final_weight"] > 0)]
    return chosen["final_weight"].reset_index(drop=True)


def weighting_steps(study: Study, analysis: str) -> pd.DataFrame:
    """Each step of the weighting with the spread and cost of the weights after it."""
    table = read_csv(study.path(places.WEIGHTS))
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
    return {
        "step": kind.rstrip("_0123456789"),
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
    table = read_csv(study.path(places.QUALITY))
    excluded = read_json(study.path(places.RESPONSES_LOG))["counts"]["excluded"]
    rows = []
    for check, count in zip(table["check"], table["count"], strict=True):
        rows.append({"rule": check, "flagged": count, "excluded": excluded if check == "enough_flags" else 0})
    return pd.DataFrame(rows)


def item_nonresponse(study: Study, linked: pd.DataFrame, missing: pd.DataFrame) -> pd.DataFrame:
    """Count for every question who was asked among the respondents and who left it blank; don't know is an answer."""
    answered = linked["disposition"].isin(study.weighting.dispositions.respondents)
    kinds = own_answers(missing)[answered.to_numpy()]
    rows: dict[str, dict[str, Any]] = {}
    for variable in questionnaire_variables(study.questionnaire):
        name = variable.id if variable.option is None else variable.item
        if variable.other_text or variable.id not in kinds or name in rows:
            continue
        kind = kinds[variable.id].astype(str)
        asked = ~kind.isin(["na", "nf"])
        rows[name] = {"question": name, "asked": int(asked.sum()), "blank": int((kind == "nr").sum())}
    return pd.DataFrame(rows.values(), columns=["question", "asked", "blank"])


def quality_facts(study: Study, linked: pd.DataFrame, revisions: int) -> dict[str, float]:
    """Further quality indicators that need no estimate."""
    definition = study.definition
    counts = read_json(study.path(places.RESPONSES_LOG))["counts"]
    facts = {"days": float((definition.report_date - definition.period.end).days), "revisions": float(revisions)}
    facts["imputed"] = 0.0
    if counts["records"]:
        facts["excluded"] = counts["excluded"] / counts["records"]
    if "duration_seconds" in linked.columns and linked["duration_seconds"].notna().any():
        facts["minutes"] = float(linked["duration_seconds"].median()) / 60
    return facts
