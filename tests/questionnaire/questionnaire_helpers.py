"""Questionnaires and random material for the tests of this room."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from surveykit.questionnaire import Questionnaire, resolve_scales

ROOT = Path(__file__).parents[2]
DISTRICTS = [
    ("jinjiang", "锦江区", "Jinjiang"),
    ("qingyang", "青羊区", "Qingyang"),
    ("pujiang", "蒲江县", "Pujiang"),
]


def read_mapping(path: Path) -> dict[str, Any]:
    mapping: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    return mapping


def make(mapping: dict[str, Any]) -> Questionnaire:
    return Questionnaire.model_validate(mapping)


def reference() -> Questionnaire:
    return load(ROOT / "questionnaires" / "chengdu_2021.yaml")


def load(path: Path) -> Questionnaire:
    districts = pd.DataFrame(DISTRICTS, columns=["district", "name_zh", "name_en"])
    return make(resolve_scales(read_mapping(path), {"sampling/regions.csv": districts}))


def small(items: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
    """A small questionnaire in one language, to be changed by tests."""
    return {
        "surveykit": "1",
        "id": "small",
        "languages": ["en"],
        "title": {"en": "Small"},
        "specials": {
            "dk": {"code": "98", "kind": "dont_know", "en": "Don't know"},
            "rf": {"code": "99", "kind": "refused", "en": "Refused"},
        },
        "scales": {
            "yn": {"choices": [["1", "Yes"], ["2", "No"]], "specials": ["dk"]},
            "sat": {
                "level": "ordinal",
                "choices": [["1", "Bad"], ["2", "Middling"], ["3", "Good"], ["10", "Best"]],
                "specials": ["dk", "rf"],
            },
            "src": {"choices": [["1", "Board"], ["2", "Phone"], ["3", "Friend"]], "other": "96", "specials": ["dk"]},
        },
        "flow": [{"page": "p_one", "items": items if items is not None else list(ITEMS)}],
        **more,
    }


ITEMS: list[dict[str, Any]] = [
    {"id": "aware", "type": "single", "scale": "yn", "en": "Aware?"},
    {"id": "age", "type": "number", "min": "0", "max": "90", "specials": ["rf"], "en": "Age?"},
    {"id": "src", "type": "multi", "scale": "src", "ask_if": "aware == 1", "en": "From where?"},
    {
        "id": "sat",
        "type": "grid",
        "scale": "sat",
        "ask_if": "aware == 1",
        "en": "How good?",
        "rows": [["venue", "Venue"], ["staff", "Staff"]],
    },
    {"end": "young", "if": "age < 18", "en": "Thanks"},
    {"id": "why", "type": "text", "ask_if": "sat.venue <= 2 or src has 96", "en": "Why?"},
]
CODES = {
    "aware": ["1", "2", "98"],
    "age": ["0", "17", "18", "19", "60", "90", "99"],
    "src": ["1", "2", "3", "96", "98"],
    "sat.venue": ["1", "2", "3", "10", "98", "99"],
    "sat.staff": ["1", "2", "3", "10", "98", "99"],
}


def sink() -> Questionnaire:
    """A questionnaire with every feature of the schema."""
    page_one = [
        {"id": "hello", "type": "note", "zh": "欢迎", "en": "Welcome"},
        {"id": "sex", "type": "single", "scale": "sex", "required": "true", "zh": "性别？", "en": "Sex?"},
        {"id": "age", "type": "number", "min": "0", "max": "90", "specials": ["rf"], "required": "true",
         "unit": {"zh": "岁", "en": "years"}, "zh": "年龄？", "en": "Age?"},
        {"id": "height", "type": "number", "decimals": "1", "min": "50", "max": "250", "zh": "身高？", "en": "Height?"},
        {"end": "young", "if": "age < 18", "zh": "谢谢", "en": "Thanks"},
    ]  # fmt: skip
    page_two = [
        {"id": "day", "type": "date", "min": "2020-01-01", "max": "2021-12-31", "specials": ["dk"],
         "zh": "哪一天？", "en": "Which day?"},
        {"id": "news", "type": "multi", "scale": "src", "order": "random", "fixed": ["3"], "min": "1", "max": "2",
         "zh": "渠道？", "en": "From where?", "hint": {"zh": "最近一次", "en": "The last time"}},
        {"id": "sat", "type": "grid", "scale": "sat", "order": "random", "fixed": ["b"], "required": "true",
         "zh": "满意吗？", "en": "How good?", "rows": [["a", "甲", "A"], ["b", "乙", "B"], ["c", "丙", "C"]],
         "interviewer": {"zh": "出示卡片", "en": "Show the card"}},
        {"id": "why", "type": "text", "widget": "long", "max": "300", "ask_if": "band == 2 and sat.a <= 2",
         "zh": "您是{{sex}}，{{age}}岁，为什么？", "en": "You are {{sex}}, {{age}}. Why?"},
        {"id": "town", "type": "single", "scale": "town", "widget": "dropdown", "zh": "哪里？", "en": "Where?"},
    ]  # fmt: skip
    return make({
        "surveykit": "1", "id": "sink", "version": "2", "languages": ["zh", "en"],
        "title": {"zh": "全部", "en": "Everything"}, "intro": {"zh": "您好", "en": "Hello"},
        "closing": {"zh": "谢谢", "en": "Thank you"}, "source": "none",
        "specials": {
            "dk": {"code": "98", "kind": "dont_know", "zh": "说不清", "en": "Don't know"},
            "rf": {"code": "99", "kind": "refused", "zh": "不愿回答", "en": "Refused", "read_out": "true"},
        },
        "scales": {
            "sex": {"choices": [["1", "男", "Male"], ["2", "女", "Female"]], "specials": ["rf"]},
            "band": {"level": "ordinal", "choices": [["1", "青", "Young"], ["2", "老", "Old"]]},
            "src": {"choices": [["1", "报", "Paper"], ["2", "网", "Net"], ["3", "人", "People"]], "specials": ["dk"]},
            "town": {"choices": [["x-1", "城", "Town"], ["y-2", "乡", "Country"]], "other": "96"},
            "sat": {"level": "ordinal", "choices": [["1", "差", "Bad"], ["2", "中", "Fair"], ["3", "好", "Good"]],
                    "specials": ["dk", "rf"]},
        },
        "derive": [
            {"id": "band", "scale": "band", "cut": {"of": "age", "at": ["0", "40"]}},
            {"id": "reader", "scale": "band", "when": [["1", "news has 1"], ["2", "answered(news)"]]},
        ],
        "quotas": [{"by": ["sex", "band"], "targets": "quota.csv"}],
        "flow": [{"page": "p_one", "items": page_one}, {"page": "p_two", "ask_if": "age >= 18", "items": page_two}],
    })  # fmt: skip


def random_expression(rng: np.random.Generator, depth: int, names: list[str] | None = None) -> str:
    """A valid expression over the items of the small questionnaire."""
    kind = rng.integers(0, 6) if depth > 0 else 5
    if kind in (0, 1):
        joint = " and " if kind == 0 else " or "
        parts = [random_expression(rng, depth - 1, names) for _ in range(int(rng.integers(2, 4)))]
        return "(" + joint.join(parts) + ")"
    if kind == 2:
        return f"not ({random_expression(rng, depth - 1, names)})"
    name = str(rng.choice(names or list(CODES)))
    codes = CODES[name]
    if rng.random() < 0.1:
        return f"answered({name})"
    if name == "src":
        if rng.random() < 0.5:
            return f"count(src) {rng.choice(['==', '!=', '<', '<=', '>', '>='])} {rng.integers(0, 4)}"
        return f"src has {rng.choice(codes)}"
    if rng.random() < 0.25:
        return f"{name} in [{', '.join(rng.choice(codes, size=2, replace=False))}]"
    if name == "aware" or rng.random() < 0.4:
        return f"{name} {rng.choice(['==', '!='])} {rng.choice(codes)}"
    plain = [code for code in codes if code not in ("98", "99")]
    return f"{name} {rng.choice(['<', '<=', '>', '>='])} {rng.choice(plain)}"


def random_answers(rng: np.random.Generator) -> dict[str, Any]:
    """Answers of one respondent who was asked everything, some left blank."""
    answers: dict[str, Any] = {}
    for name, codes in CODES.items():
        if rng.random() < 0.25:
            continue
        if name == "src":
            plain = [code for code in codes if code != "98" and rng.random() < 0.4]
            answers["src"] = ("98",) if rng.random() < 0.15 else tuple(plain)
            if not answers["src"]:
                del answers["src"]
        else:
            answers[name.replace(".", "_")] = str(rng.choice(codes))
    return answers


def coded_frame(respondents: list[dict[str, Any]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Code answers as the readers of responses do: special codes become kinds of missing values."""
    kinds = {"98": "dk", "99": "rf"}
    data: dict[str, list[Any]] = {}
    missing: dict[str, list[str]] = {}
    for name in ("aware", "age", "sat_venue", "sat_staff"):
        values = [answers.get(name) for answers in respondents]
        special = [kinds.get(str(value), "") if value is not None else "nr" for value in values]
        data[name] = [pd.NA if kind else value for value, kind in zip(values, special, strict=True)]
        missing[name] = special
    data["age"] = [pd.NA if value is pd.NA else float(value) for value in data["age"]]
    for code in CODES["src"]:
        ticks = [answers.get("src", ()) for answers in respondents]
        dk = [tick == ("98",) for tick in ticks]
        data[f"src_{code}"] = [
            pd.NA if not tick or (d and code != "98") else code in tick for tick, d in zip(ticks, dk, strict=True)
        ]
        missing[f"src_{code}"] = [
            "nr" if not tick else "dk" if d and code != "98" else "" for tick, d in zip(ticks, dk, strict=True)
        ]
    return pd.DataFrame(data), pd.DataFrame(missing)


def chained(rng: np.random.Generator) -> Questionnaire:
    """A random questionnaire whose questions depend on each other, with early ends."""
    known = ["aware"]
    pages: list[dict[str, Any]] = []
    for p in range(5):
        items: list[dict[str, Any]] = []
        if p == 0:
            items.append({key: value for key, value in ITEMS[0].items() if key != "ask_if"})
        for name, item in (("age", ITEMS[1]), ("src", ITEMS[2]), ("sat", ITEMS[3])):
            if name in [k.split(".")[0] for k in known] or rng.random() < 0.5:
                continue
            items.append({**item, "ask_if": random_expression(rng, 1, list(known))})
            known.extend(["sat.venue", "sat.staff"] if name == "sat" else [name])
        if rng.random() < 0.4:
            items.append({"end": f"stop{p}", "if": random_expression(rng, 1, list(known)), "en": "Bye"})
        items.append({"id": f"probe{p}", "type": "text", "en": "x", "ask_if": random_expression(rng, 1, list(known))})
        page = {"page": f"p_{p}", "items": items}
        if p:
            page["ask_if"] = random_expression(rng, 1, list(known[:1]))
        pages.append(page)
    return make({**small(), "flow": pages})


ATTACKS = [
    "</script><script>alert(1)</script>",
    "\"quotes\" 'single' &amp; & <b>bold</b>",
    "全角：（括号）“引号”？！",
    "🙂 emoji 👩‍👩‍👧",
    "1. [多选题] looks like a tag",
    "=HYPERLINK(1) {aware} ${aware} {{",
]


def attacked() -> Questionnaire:
    choices = [[str(k), text] for k, text in enumerate(ATTACKS, start=1)]
    items = [
        {"id": f"q{k}", "type": "single", "scale": "bad", "en": text, "hint": {"en": text}}
        for k, text in enumerate(ATTACKS)
    ]
    mapping = small(items, title={"en": ATTACKS[0]}, intro={"en": ATTACKS[1]}, scales={"bad": {"choices": choices}})
    return make(mapping)
