"""Put together what the report is made from."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import pandas as pd

from surveykit.estimation import Estimates
from surveykit.report import Disclosure, OtherAnalysis, ReportInput, StudyInfo
from surveykit.report.content.numbers import fixed
from surveykit.report.publishing.publication import DEFAULT_RULES, PublicationRules
from surveykit.study.files import places
from surveykit.study.files.answer_paths import answer_files
from surveykit.study.files.definition import unit_words
from surveykit.study.files.study import CITY
from surveykit.study.inputs.weighted import read_linked
from surveykit.study.reporting import process
from surveykit.study.reporting.extras import read_extras, report_extras
from surveykit.study.reporting.fieldwork import fieldwork_tables
from surveykit.study.reporting.scores import ranks, score_tables
from surveykit.study.reporting.sensitivity import sensitivity_table
from surveykit.study.reporting.weighting import weight_diagnostics
from surveykit.study.reporting.wordings import groups, indicator_infos, questions, undecided_words
from surveykit.study.running.artefacts import read_csv, read_json
from surveykit.study.running.manifest import Manifest

if TYPE_CHECKING:
    from surveykit.study.files.definition import Analysis, Text
    from surveykit.study.files.study import Study

__all__ = ["report_input"]

_UNDECIDED_RULES = {
    "dont_know_in": {"zh": ("（", "计入基数）"), "en": (" (", " counted in the base)")},
    "dont_know_out": {"zh": ("（", "不计入基数）"), "en": (" (", " left out of the base)")},
}


def report_input(study: Study, rules: PublicationRules = DEFAULT_RULES) -> ReportInput:
    """Read the artefacts of a study and make the report's input.

    ``rules`` are those of publication, by which the disclosure record writes the number of respondents.

    The main results are those of the first analysis in study.yaml; a model-adjusted one is shown beside them for the
    whole city.
    """
    main = study.definition.analyses[0].id
    payload = read_json(study.path(places.ESTIMATES))
    estimates = {
        "city" if domain == CITY else domain: Estimates.from_payload(content)
        for domain, content in payload[main].items()
    }
    linked, missing = read_linked(study)
    infos = indicator_infos(study)
    whole = {name: Estimates.from_payload(by_domain[CITY]) for name, by_domain in payload.items()}
    calibrated = study.definition.analyses[-1].id
    return ReportInput(
        study=_study_info(study),
        regions=study.regions,
        indicators=infos,
        estimates=estimates,
        disclosure=_disclosure(study, linked, estimates["city"], rules),
        groups=groups(study),
        ranks=ranks(study, estimates["district"]),
        sample=process.sample(study),
        dispositions=process.dispositions(linked),
        weighting_steps=process.weighting_steps(study, calibrated),
        weights=process.weights(study, main),
        raking=process.raking(study, calibrated),
        margins=process.margins(study, calibrated),
        weighting=weight_diagnostics(study),
        questions=questions(study),
        quality=process.cleaning(study),
        fieldwork=fieldwork_tables(study),
        provenance=_provenance(study),
        outcome_rates=process.outcomes(linked),
        topline=_table(study, places.TOPLINE),
        drivers=_table(study, places.DRIVERS),
        analyses=tuple(_other(analysis, whole[analysis.id]) for analysis in study.definition.analyses[1:]),
        main_analysis={"zh": study.definition.analyses[0].zh, "en": study.definition.analyses[0].en},
        alternatives=_alternatives(study),
        item_nonresponse=process.item_nonresponse(study, linked, missing),
        quality_facts=process.quality_facts(study, linked, read_extras(study).revisions),
        sensitivity=sensitivity_table(study),
        conf_level=estimates["city"].conf_level,
        **score_tables(study),
        **report_extras(study, estimates["city"]),
    )


def _table(study: Study, relative: str) -> pd.DataFrame | None:
    """Read a table of codes; an empty one counts as none."""
    table = read_csv(study.path(relative), dtype={"code": str, "item": str, "question": str})
    return None if table.empty else table


def _alternatives(study: Study) -> pd.DataFrame | None:
    """Read the city's figures under other rules; the rule of an id without a mark of its own is the report's."""
    table = _table(study, places.ALTERNATIVES)
    if table is None:
        return None
    owners = table["variable"].str.split("__").str[0]
    table = table.rename(columns={"variable": "rule"}).assign(indicator=owners, own=table["variable"] == owners)
    return _named_by_questionnaire(study, table)


def _named_by_questionnaire(study: Study, table: pd.DataFrame) -> pd.DataFrame:
    """Name the added rule on those who cannot say in the questionnaire's words; drop it where nobody could say so."""
    infos = {indicator.id: indicator for indicator in study.indicators.indicators}
    kept = []
    for row in table.to_dict("records"):
        indicator, ending = infos.get(row["indicator"]), str(row["rule"]).rpartition("__")[2]
        declared = indicator is None or ending in {line.id for line in indicator.alternatives}
        if indicator is None or declared or ending not in _UNDECIDED_RULES:
            kept.append(row)
            continue
        words = undecided_words(study.questionnaire, indicator.items)
        if not words["zh"] and not words["en"]:
            continue
        for language, (opening, closing) in _UNDECIDED_RULES[ending].items():
            said = ("、" if language == "zh" else ", ").join(f"“{word}”" for word in words[language])
            row[f"name_{language}"] = (getattr(indicator, language) or indicator.id) + opening + said + closing
        kept.append(row)
    return pd.DataFrame(kept, columns=table.columns)


def _other(analysis: Analysis, city: Estimates) -> OtherAnalysis:
    note = _both(analysis.note) if analysis.note else {"zh": "", "en": ""}
    return OtherAnalysis(
        id=analysis.id,
        name={"zh": analysis.zh, "en": analysis.en},
        note=note,
        estimates=city,
        model_based=analysis.kind == "model_adjusted",
    )


def _both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _study_info(study: Study) -> StudyInfo:
    definition = study.definition
    start, end = definition.period.start, definition.period.end
    return StudyInfo(
        id=definition.id,
        title=_both(definition.title),
        subtitle=_both(definition.subtitle) if definition.subtitle else {"zh": "", "en": ""},
        commissioner=_both(definition.commissioner),
        conductor=_both(definition.conductor),
        field_period={
            "zh": f"{start.year}年{start.month}月{start.day}日—{end.year}年{end.month}月{end.day}日",
            "en": f"{start.day} {start:%B} {start.year} to {end.day} {end:%B} {end.year}",
        },
        published=definition.report_date,
        simulated=definition.simulated,
        version=read_extras(study).version,
        **_places(study),
    )


def _places(study: Study) -> dict[str, dict[str, str]]:
    """Say what the areas compared, and the whole, are called: in study.yaml's words, else the domain's."""
    unit = unit_words(study.definition)
    found = {"unit": unit} if unit else {}
    if study.definition.whole is not None:
        found["city"] = _both(study.definition.whole)
    return found


def _disclosure(study: Study, linked: pd.DataFrame, city: Estimates, rules: PublicationRules) -> Disclosure:
    """Add what study.yaml and the results say to the texts of the disclosure record."""
    texts: dict[str, Any] = {name: _both(value) for name, value in study.disclosure}
    info = _study_info(study)
    complete = int(rules.people(linked["disposition"].isin(study.weighting.dispositions.respondents).sum()))
    kinds = {indicator.id: indicator.kind for indicator in study.indicators.indicators}
    rates = city.table[city.table["variable"].map(kinds) == "rate"]
    half = math.ceil(round(500 * float((rates["conf_high"] - rates["conf_low"]).max()), 6)) / 10
    level = f"{100 * city.conf_level:g}%"
    deff, whole = fixed(float(rates["deff"].max()), 2 if rules.exact else 1), info.city
    names = {"zh": {"zh": "中文", "en": "英文"}, "en": {"zh": "Chinese", "en": "English"}}
    texts |= {
        "sponsor": info.commissioner,
        "conductor": info.conductor,
        "population": _population(study),
        "dates": info.field_period,
        "languages": {
            "zh": "、".join(names["zh"][language] for language in study.questionnaire.languages),
            "en": ", ".join(names["en"][language] for language in study.questionnaire.languages),
        },
        "sample_size": {
            "zh": f"抽取{len(linked):,}人，有效答卷{complete:,}份",
            "en": f"{len(linked):,} sampled, {complete:,} valid responses",
        },
        "precision": {
            "zh": f"{whole['zh']}各比率{level}置信区间的半宽不超过{half:.1f}个百分点，已计入设计效应（最大{deff}）",
            "en": f"{level} intervals of rates for {whole.get('en_inline', whole['en'])} have half-widths of at most "
            f"{half:.1f} percentage points, design effects (at most {deff}) included",
        },
    }
    return Disclosure(**{item.name: texts[item.name] for item in fields(Disclosure)})


def _population(study: Study) -> dict[str, str]:
    """Say who is meant, and on what each group of results rests: the sampling design, or a model."""
    kinds = {
        "probability_sample": {"zh": "概率样本，设计推断", "en": "probability sample, design-based"},
        "model_adjusted": {"zh": "按模型调整", "en": "adjusted by a model"},
    }
    texts = _both(study.definition.population)
    for language, joint, pattern in (("zh", "；", "{}。结果口径：{}"), ("en", "; ", "{}. Results are for: {}")):
        named = [f"{getattr(a, language)} [{kinds[a.kind][language]}]" for a in study.definition.analyses]
        texts[language] = pattern.format(texts[language], joint.join(named))
    return texts


def _provenance(study: Study) -> dict[str, str]:
    """Hashes of the files that the figures rest on, and the seeds."""
    manifest = Manifest.load(study.output / "manifest.json")
    names = [study.file, *study.definition.files.named().values(), study.definition.data.frame]
    names += [name for file in study.definition.data.response_files for name in answer_files(study.root, file)]
    names.append(study.located(places.SAMPLE))
    entries = {name: manifest.files[name]["sha256"] for name in names if name in manifest.files}
    seeds = {f"seed: {stage}": record["seed"] for stage, record in manifest.stages.items() if record["seed"]}
    return entries | seeds
