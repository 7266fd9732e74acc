"""A realistic report input: 23 districts, five indicators, made-up numbers from a seed."""
# ruff: noqa: E501

from __future__ import annotations

import datetime
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from surveykit.report import (
    Choice,
    Disclosure,
    Group,
    IndicatorInfo,
    OtherAnalysis,
    Question,
    ReportInput,
    StudyInfo,
    build_html,
)
from surveykit.report.document.blocks import Cell, Chapter, Column, Document, Prose, Table

sys.path.insert(0, str(Path(__file__).parent))

REGIONS = """jinjiang,锦江区,Jinjiang,3,4
qingyang,青羊区,Qingyang,3,2
jinniu,金牛区,Jinniu,2,3
wuhou,武侯区,Wuhou,3,3
chenghua,成华区,Chenghua,2,4
longquanyi,龙泉驿区,Longquanyi,3,5
qingbaijiang,青白江区,Qingbaijiang,1,4
xindu,新都区,Xindu,1,3
wenjiang,温江区,Wenjiang,3,1
shuangliu,双流区,Shuangliu,4,2
pidu,郫都区,Pidu,2,2
xinjin,新津区,Xinjin,5,2
jintang,金堂县,Jintang,1,5
dayi,大邑县,Dayi,4,0
pujiang,蒲江县,Pujiang,5,1
dujiangyan,都江堰市,Dujiangyan,1,1
pengzhou,彭州市,Pengzhou,0,2
qionglai,邛崃市,Qionglai,5,0
chongzhou,崇州市,Chongzhou,3,0
jianyang,简阳市,Jianyang,4,6
gaoxin,成都高新区,Hi-tech Zone,4,3
tianfu,四川天府新区,Tianfu New Area,4,4
dongbu,成都东部新区,Eastern New Area,4,5"""


def regions_table() -> pd.DataFrame:
    rows = [line.split(",") for line in REGIONS.splitlines()]
    table = pd.DataFrame(rows, columns=["district", "name_zh", "name_en", "tile_row", "tile_column"])
    return table.astype({"tile_row": int, "tile_column": int})


def indicator(id: str, zh: str, en: str, kind: str = "rate", headline: bool = True) -> IndicatorInfo:
    return IndicatorInfo(
        id=id,
        name={"zh": zh, "en": en},
        kind=kind,
        numerator={"zh": "回答前两档的人", "en": "answers in the top two grades"},
        base={"zh": "知道或听说过的受访者", "en": "respondents aware of the centers"},
        dont_know={"zh": "“不清楚”不计入基数", "en": "left out of the base"},
        wording={"zh": "总体来说，您对本地的新时代文明实践活动满意吗？", "en": "Overall, how satisfied are you?"},
        headline=headline,
    )


INDICATORS = (
    indicator("awareness", "知晓率", "Awareness rate"),
    indicator("satisfaction", "满意率", "Satisfaction rate"),
    indicator("satisfaction_score", "满意度", "Satisfaction score", "score", headline=False),
    indicator("recognition_support", "认同与支持率", "Recognition and support rate"),
)
GROUPS = (
    Group(
        id="sex",
        name={"zh": "性别", "en": "sex"},
        levels={"1": {"zh": "男", "en": "Men"}, "2": {"zh": "女", "en": "Women"}},
    ),
    Group(
        id="age_group",
        name={"zh": "年龄", "en": "age"},
        levels={
            "1": {"zh": "18至29岁", "en": "18 to 29"},
            "2": {"zh": "30至44岁", "en": "30 to 44"},
            "3": {"zh": "45至59岁", "en": "45 to 59"},
            "4": {"zh": "60岁及以上", "en": "60 and over"},
        },
    ),
)


def estimate_table(by: str | None, levels: list[str], n: int, seed: int, spread: float = 0.05) -> pd.DataFrame:
    """Rates around 0.7 to 0.9 with logit intervals and design effect 1.3; scores around 80."""
    from scipy.special import expit, logit

    random = np.random.default_rng(seed)
    rows = []
    for position, item in enumerate(INDICATORS):
        for level in levels:
            p = float(np.clip((0.72, 0.86, 0.8, 0.9)[position] + spread * random.normal(), 0.3, 0.97))
            base = n if item.id != "satisfaction" else int(n * 0.7)
            se = float(np.sqrt(1.3 * p * (1 - p) / base))
            low, high = expit(logit(p) + np.array([-1.96, 1.96]) * se / (p * (1 - p)))
            if item.kind == "score":
                p, se, low, high = 100 * p, 100 * se, 100 * (p - 1.96 * se), 100 * (p + 1.96 * se)
            row = {"statistic": "mean", "variable": item.id, "level": None, "estimate": p, "std_error": se}
            row |= {"conf_low": low, "conf_high": high, "df": 5000.0, "deff": 1.3, "n": base, "n_eff": base / 1.3}
            rows.append(row if by is None else {**row, by: level})
    return pd.DataFrame(rows)


def disclosure() -> Disclosure:
    zh = "对注册用户分层随机抽样，网上自填，未注册的居民不在抽样框内。"
    en = "Stratified random sample of registered users, self-completed online; others are not covered."
    return Disclosure(**{item.name: {"zh": zh, "en": en} for item in fields(Disclosure)})


def score_table(districts: list[str], seed: int = 5) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    points = 84 + 2.6 * random.normal(size=len(districts))
    half = np.full(len(districts), 2.4)
    order = pd.Series(-points).rank().to_numpy()
    width = 8
    return pd.DataFrame(
        {
            "district": districts, "points": points, "std_error": half / 1.96,
            "conf_low": points - half, "conf_high": points + half,
            "rank_low": np.maximum(order - width, 1).astype(int),
            "rank_high": np.minimum(order + width, len(districts)).astype(int),
            "band": np.where(points > 88, "above", np.where(points < 80.5, "below", "not_distinguishable")),
        }
    )  # fmt: skip


QUESTIONS = (
    Question(
        id="aware",
        kind="single",
        text={"zh": "您知道本地的新时代文明实践中心（所、站）吗？", "en": "Do you know of the local centers?"},
        choices=(
            Choice(code="1", label={"zh": "知道", "en": "Yes"}),
            Choice(code="2", label={"zh": "听说过", "en": "Heard of them"}),
            Choice(code="3", label={"zh": "不知道", "en": "No"}),
        ),
        part={"zh": "知晓情况", "en": "Awareness"},
    ),
    Question(
        id="suggestion",
        kind="text",
        text={"zh": "您还有什么建议？", "en": "Any suggestions?"},
        part={"zh": "建议", "en": "Suggestions"},
    ),
)


GRADES = (
    (1, "非常不满意", "very dissatisfied"), (2, "不满意", "dissatisfied"), (3, "一般", "neutral"),
    (4, "满意", "satisfied"), (5, "非常满意", "very satisfied"),
)  # fmt: skip
SATISFACTION = (
    *(Choice(code=str(code), label={"zh": zh, "en": en}) for code, zh, en in GRADES),
    Choice(code="98", label={"zh": "不清楚", "en": "don't know"}, special=True),
)
ASPECTS = (
    ("sat_venue", "阵地设施", "Venues"), ("sat_content", "活动内容", "Content"), ("sat_volunteers", "志愿者服务", "Volunteers"),
    ("sat_access", "便利程度", "Access"), ("sat_response", "需求响应", "Response to needs"),
)  # fmt: skip
GRID = tuple(
    Question(id=id, kind="grid", grid="sat", text={"zh": zh, "en": en}, choices=SATISFACTION,
             base={"zh": "知道或听说过的受访者", "en": "those aware"}, part={"zh": "满意情况", "en": "Satisfaction"})
    for id, zh, en in ASPECTS
)  # fmt: skip


def grid_topline() -> pd.DataFrame:
    rows = []
    for position, (id, _, _) in enumerate(ASPECTS):
        shares = np.array([0.02, 0.05, 0.13, 0.42, 0.30, 0.08]) + np.array([0, 0, 1, -1, 0, 0]) * 0.02 * position
        for code, share in zip(("1", "2", "3", "4", "5", "98"), shares, strict=True):
            rows.append((id, code, int(3700 * share), share, share - 0.01, share + 0.01))
        top = (shares[3] + shares[4]) / shares[:5].sum()
        rows.append((id, "top2", int(3400 * top), top, top - 0.015, top + 0.015))
    return pd.DataFrame(rows, columns=["question", "code", "n", "estimate", "conf_low", "conf_high"])


def drivers_table() -> pd.DataFrame:
    performance, importance = np.array([0.86, 0.82, 0.88, 0.79, 0.71]), np.array([0.14, 0.26, 0.19, 0.16, 0.25])
    table = pd.DataFrame([{"item": id, "label_zh": zh, "label_en": en} for id, zh, en in ASPECTS])
    for name, values, half in (("performance", performance, 0.015), ("importance", importance, 0.03)):
        table[name], table[name + "_low"], table[name + "_high"] = values, values - half, values + half
    return table


def score_parts_table(scores: pd.DataFrame) -> pd.DataFrame:
    names = (("加强基层基础工作", "Grass-roots basics", 30), ("六大能力提升工程", "Six capacity projects", 25),
             ("发展志愿服务事业", "Volunteering", 15), ("开展志愿服务活动", "Volunteer activities", 15), ("工作成效", "Results", 15))  # fmt: skip
    rows = []
    for row in scores.to_dict("records"):
        for position, (zh, en, maximum) in enumerate(names):
            points = row["points"] * maximum / 100
            half = 2.4 if position == 4 else 0.0
            rows.append((row["district"], zh, en, points, points - half, points + half, float(maximum)))
    return pd.DataFrame(rows, columns=["district", "part_zh", "part_en", "points", "conf_low", "conf_high", "maximum"])


def build_report(**changes: object) -> ReportInput:
    regions = changes.get("regions", regions_table())
    districts = list(regions["district"])  # type: ignore[index]
    random = np.random.default_rng(3)
    dispositions = pd.DataFrame(
        [
            {"district": district, "disposition": code, "count": int(count)}
            for district in districts
            for code, count in zip(
                ("I", "P", "R", "NC", "NE"), random.multinomial(400, [0.55, 0.03, 0.08, 0.32, 0.02]), strict=True
            )
        ]
    )
    scores = score_table(districts)
    fields_given: dict[str, object] = {
        "study": StudyInfo(
            id="chengdu_2021",
            title={
                "zh": "成都市新时代文明实践中心建设居民问卷调查报告（2021年）",
                "en": "Resident survey on Chengdu's civilization practice centers, 2021",
            },
            subtitle={"zh": "知晓率、满意率、认同与支持率", "en": "Awareness, satisfaction, recognition and support"},
            commissioner={"zh": "成都市精神文明建设办公室（示例）", "en": "Chengdu civilization office (example)"},
            conductor={"zh": "参考研究小组", "en": "Reference study group"},
            field_period={"zh": "2021年9月1日至9月30日", "en": "1 to 30 September 2021"},
            published=datetime.date(2021, 10, 31),
            simulated=True,
        ),
        "regions": regions,
        "indicators": INDICATORS,
        "estimates": {
            "city": estimate_table(None, [""], 5300, 1, 0.01),
            "district": estimate_table("district", districts, 230, 2),
            "sex": estimate_table("sex", ["1", "2"], 2600, 3, 0.02),
            "age_group": estimate_table("age_group", ["1", "2", "3", "4"], 1300, 4, 0.03),
        },
        "disclosure": disclosure(),
        "groups": GROUPS,
        "scores": scores,
        "ranks": {"satisfaction": scores[["district", "rank_low", "rank_high", "band"]]},
        "scheme": pd.DataFrame(
            {
                "indicator_zh": ["加强基层基础工作", "加强基层基础工作"], "indicator_en": ["Grass-roots basics"] * 2,
                "content_zh": ["阵地打造", "活动组织"], "content_en": ["Sites", "Activities"],
                "criterion_zh": ["阵地覆盖所有社区", "群众满意"], "criterion_en": ["Sites in all communities", "Satisfied public"],
                "points": [4.0, 6.0], "method": ["bigdata", "questionnaire"], "named": ["published", "illustrative"],
            }
        ),
        "sample": pd.DataFrame({"district": districts, "population_size": 6500, "sample_size": 400}),
        "dispositions": dispositions,
        "outcome_rates": pd.DataFrame({"rate": ["RR1", "RR2", "COOP1"], "value": [0.55, 0.58, 0.88], "weighted": [0.54, 0.57, 0.87]}),
        "weighting_steps": pd.DataFrame(
            {
                "step": ["base", "nonresponse", "raking"],
                "description_zh": ["入样概率的倒数", "按区（市）县和年龄调整无应答", "对性别、年龄和区（市）县边际迭代"],
                "description_en": ["inverse inclusion probability", "nonresponse by district and age", "raking to sex, age and district"],
                "deff": [1.17, 1.21, 1.34], "minimum": [0.4, 0.35, 0.2], "maximum": [2.1, 2.6, 4.4],
            }
        ),
        "weights": pd.Series(np.random.default_rng(8).lognormal(0, 0.5, 5300)),
        "raking": pd.DataFrame({"iteration": range(1, 8), "max_gap": 10.0 ** -np.arange(1, 8)}),
        "questions": (*QUESTIONS, *GRID),
        "drivers": drivers_table(),
        "score_parts": score_parts_table(scores),
        "sensitivity": pd.DataFrame(
            {"input_zh": ["抽样", "“不知道”的处理", "评分权重"], "input_en": ["Sampling", "Don't know rule", "Weights"],
             "value": [0.71, 0.18, 0.12], "conf_low": [0.65, 0.12, 0.08], "conf_high": [0.77, 0.24, 0.17]}
        ),
        "trend": pd.DataFrame(
            {"indicator": "awareness", "wave": ["2019年", "2020年", "2021年"], "estimate": [0.55, 0.63, 0.72],
             "conf_low": [0.53, 0.61, 0.71], "conf_high": [0.57, 0.65, 0.735], "n": [3000, 3000, 5300], "break_before": [False, False, True]}
        ),
        "analyses": (
            OtherAnalysis(
                id="residents", name={"zh": "居民（模型调整）", "en": "Residents (model-adjusted)"},
                note={"zh": "居民结果按普查边际调整，区间不含平台覆盖偏差。", "en": "Adjusted to census margins; intervals leave out coverage bias."},
                estimates=estimate_table(None, [""], 5300, 11, 0.01),
            ),
        ),
        "main_analysis": {"zh": "平台用户", "en": "Platform users"},
        "margins": pd.DataFrame(
            {"variable_zh": ["性别", "性别"], "variable_en": ["Sex", "Sex"], "level_zh": ["男", "女"], "level_en": ["Men", "Women"],
             "target": [0.51, 0.49], "before": [0.44, 0.56], "after": [0.51, 0.49]}
        ),
        "topline": pd.concat([grid_topline(), pd.DataFrame(
            {"question": "aware", "code": ["1", "2", "3"], "n": [2900, 900, 1500], "estimate": [0.55, 0.17, 0.28],
             "conf_low": [0.53, 0.16, 0.26], "conf_high": [0.57, 0.18, 0.30]}
        )], ignore_index=True),
        "quality": pd.DataFrame(
            {"rule_zh": ["作答过快", "重复提交"], "rule_en": ["Speeders", "Duplicates"], "flagged": [120, 33], "excluded": [98, 33]}
        ),
        "provenance": {"sampling/plan.yaml": "a1" * 32, "seed": "chengdu-2021"},
        "changes": ({"zh": "1.0：首次发布。", "en": "1.0: first release."},),
    }  # fmt: skip
    fields_given.update(changes)
    return ReportInput(**fields_given)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def make_report():
    """The builder itself, so that a test can change what it wants."""
    return build_report


@pytest.fixture(scope="session")
def report() -> ReportInput:
    return build_report()


@pytest.fixture(scope="session")
def make_small_report():
    """Five districts, one indicator, no score: for tests that are not about the content."""

    def make(**changes: object) -> ReportInput:
        regions = regions_table().head(5)
        few = {
            "indicators": INDICATORS[:1],
            "ranks": {},
            "scores": None,
            "scheme": None,
            "weights": None,
            "raking": None,
        }
        return build_report(**{"regions": regions, **few, **changes})

    return make


@pytest.fixture(scope="session")
def chinese() -> str:
    """A Chinese edition for print with every kind of chapter, for four districts, drawn once."""
    regions = regions_table().head(4)
    few = {"indicators": INDICATORS[1:2], "groups": GROUPS[:1], "questions": (QUESTIONS[0], GRID[0], GRID[1])}
    report = build_report(regions=regions, **few)
    estimates = {key: table for key, table in report.estimates.items() if key != "age_group"}
    return build_html(build_report(regions=regions, estimates=estimates, **few), "zh")


@pytest.fixture(scope="session")
def tiny() -> Document:
    """A document of one paragraph and one table, for tests of pages and files rather than of content."""
    columns = (Column("name", "名称"), Column("value", "数值", "number"))
    rows = ((Cell("=1+1"), Cell("1.5", 1.5)), (Cell("乙"), Cell("[u]", None, "u")), (Cell("丙"), Cell("2.0", 2.0)))
    chapter = Chapter("one", "正文", (Prose("一段文字。"), Table("table", "一张表", columns, rows)))
    return Document(
        edition="zh", profile="research", title="题目", subtitle="", facts=(("日期", "2021年"),),
        published=datetime.date(2021, 10, 31), chapters=(chapter,), mark="模拟数据",
    )  # fmt: skip
