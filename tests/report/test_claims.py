"""Titles and sentences claim what rank sets and tests bear, in the study's words, and refer to what is there."""

import dataclasses
import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t

from surveykit.report import make_brief, make_document
from surveykit.report.document.blocks import Bullets, Figure, Heading, Prose, Table
from surveykit.report.document.claims import interval_ranks, order_of, pairs_apart, ranks_from_pairs
from surveykit.report.document.outline import outline
from surveykit.report.document.view import make_view
from surveykit.report.messages import CATALOGUES, checks, en, process, weights, zh


def texts(document):
    for chapter in document.chapters:
        yield chapter.title
        for block in chapter.blocks:
            if isinstance(block, Prose | Heading):
                yield block.text
            elif isinstance(block, Bullets):
                yield from block.items
            elif isinstance(block, Table):
                yield from (block.title, *block.notes, *(column.label for column in block.columns))
            elif isinstance(block, Figure):
                yield from (block.title, block.alt, *block.notes)


def ranked(report, low, high):
    districts = list(report.regions["district"])
    sets = pd.DataFrame({"district": districts, "rank_low": low, "rank_high": high, "band": "not_distinguishable"})
    return dataclasses.replace(report, ranks={"awareness": sets})


def title(document, id):
    return next(figure.title for figure in document.figures() if figure.id == id)


CASES = [
    ([1, 2, 2, 2, 5], [1, 4, 4, 4, 5], "spread", True),
    ([1, 2, 2, 2, 2], [1, 5, 5, 5, 5], "top", True),
    ([1, 1, 1, 1, 5], [4, 4, 4, 4, 5], "bottom", True),
    ([1, 1, 3, 3, 3], [2, 2, 5, 5, 5], "range", True),
    ([1, 1, 1, 1, 1], [5, 5, 5, 5, 5], "range", False),
]


@pytest.mark.parametrize(("low", "high", "key", "apart"), CASES)
@pytest.mark.parametrize("edition", ["zh", "en"])
def test_highest_and_lowest_need_rank_sets_that_leave_no_other(make_small_report, low, high, key, apart, edition):
    report = make_small_report()
    table = report.estimates["district"]
    own = table["variable"] == "awareness"
    values = table.loc[own, "estimate"].to_numpy()
    order = np.argsort(-values)
    lows, highs = np.empty(5, dtype=int), np.empty(5, dtype=int)
    lows[order], highs[order] = low, high
    document = make_document(ranked(report, lows, highs), edition=edition)
    said = title(document, "tiles-awareness")
    names = report.regions[f"name_{edition}"].to_numpy()[order]
    assert (names[0] in said) == (key in ("spread", "top"))
    assert (names[-1] in said) == (key in ("spread", "bottom"))
    finding = title(document, "caterpillar-district-awareness")
    words = {"zh": ("有能分出", "都分不出"), "en": ("some can be told apart", "none can be told")}[edition]
    assert words[not apart] in finding
    assert words[apart] not in finding
    for text in texts(document):
        assert "不重叠" not in text or "名次范围" in text, text
        assert "intervals overlap" not in text or "not on whether" in text, text


def test_at_a_hundred_per_cent_everywhere_nobody_is_highest(make_small_report):
    report = make_small_report()
    tables = {
        key: table.assign(estimate=1.0, std_error=0.0, conf_low=0.98, conf_high=1.0)
        for key, table in report.estimates.items()
    }
    for edition, words in (("zh", ("最高", "最低", "高于", "差别最大")), ("en", ("highest", "lowest", "largest of"))):
        document = make_document(dataclasses.replace(report, estimates=tables), edition=edition)
        about = [
            text
            for text in texts(document)
            if re.match("知晓率：(按|各|5个)|按.*看|Awareness rate(:| by)|By ", text) and "：" + "变化" not in text
        ]
        assert about
        for text in about:
            assert not any(word in text for word in words), text
        assert "100.0%" in title(document, "tiles-awareness")


def test_a_withheld_district_may_be_the_highest(make_small_report):
    report = ranked(make_small_report(), [1, 2, 2, 2, 2], [1, 5, 5, 5, 5])
    view = make_view(report)
    assert order_of(view, "awareness", "district").top == "jinjiang"
    table = report.estimates["district"]
    small = table["n"].mask(table["district"] == "jinjiang", 3.0)
    hidden = dataclasses.replace(report, estimates={**report.estimates, "district": table.assign(n=small)})
    assert order_of(make_view(hidden), "awareness", "district").top == ""


def test_pairs_are_tested_with_their_covariance_where_it_is_known(make_small_report):
    report = make_small_report()
    table = report.estimates["sex"]
    table = table[table["variable"] == "awareness"].reset_index(drop=True)
    table = table.assign(estimate=[0.70, 0.75], std_error=[0.015, 0.015], df=[50.0, 80.0])
    shared = 0.6 * 0.015**2
    joint = np.array([[0.015**2, shared], [shared, 0.015**2]])
    known = SimpleNamespace(table=table, covariance=joint)
    view = make_view(dataclasses.replace(report, estimates={**report.estimates, "sex": known}))
    values, apart, exact = pairs_apart(view, "awareness", "sex", ["1", "2"])
    assert exact
    assert values.tolist() == [0.70, 0.75]
    error = np.sqrt(2 * 0.015**2 * (1 - 0.6))
    assert t.ppf(0.975, 50) * error < 0.05
    assert apart[0, 1]
    bound = make_view(dataclasses.replace(report, estimates={**report.estimates, "sex": table}))
    assert not pairs_apart(bound, "awareness", "sex", ["1", "2"])[1].any()  # 0.05 < 2.01 * 0.03
    three = pairs_apart(view, "awareness", "sex", ["1", "2"], families=300)
    assert bool(three[1][0, 1]) == (t.ppf(1 - 0.05 / 600, 50) * error < 0.05)


def test_rank_sets_from_all_pairs():
    low, high = ranks_from_pairs([5, 4, 3, 2], np.ones((4, 4)) - np.eye(4))
    assert low.tolist() == high.tolist() == [1, 2, 3, 4]
    low, high = ranks_from_pairs([5, 4, 3, 2], np.zeros((4, 4)))
    assert (low.tolist(), high.tolist()) == ([1] * 4, [4] * 4)


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        ([1, 2, 3, 4, 5], [1, 2, 3, 4, 5], "100%的名次范围不重叠"),
        ([1] * 5, [5] * 5, "任何两个地区的名次范围都相互重叠"),
        ([1, 1, 1, 1, 5], [4, 4, 4, 4, 5], "40%的名次范围不重叠"),
    ],
)
def test_the_title_of_the_scores_counts_pairs_by_rank_sets(make_report, low, high, words):
    regions = make_report().regions.head(5)
    report = make_report(regions=regions)
    scores = report.scores.assign(rank_low=low, rank_high=high)
    document = make_document(dataclasses.replace(report, scores=scores, score_parts=None))
    assert words in title(document, "score-intervals")


def test_interval_ranks_hold_together_whatever_the_correlation():
    """Under equal true values no ranks are narrowed in more than 5 % of draws, independent or perfectly opposed."""
    random = np.random.default_rng(12)
    repetitions, wrong = 2000, {0: 0, 1: 0}
    for _ in range(repetitions):
        first = random.normal(size=2)
        for kind, values in enumerate((random.normal(size=5), np.array([first[0], -first[0], first[1]]))):
            low, high = interval_ranks(values, values - 1.96, values + 1.96, 0.95)
            wrong[kind] += bool((low > 1).any() or (high < len(values)).any())
    assert all(count / repetitions <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / repetitions) for count in wrong.values())


def test_catalogues_do_not_overwrite_each_other():
    for parts in ([zh.MESSAGES, process.ZH, checks.ZH, weights.ZH], [en.MESSAGES, process.EN, checks.EN, weights.EN]):
        keys = [key for part in parts for key in part]
        assert len(keys) == len(set(keys)), sorted(key for key in set(keys) if keys.count(key) > 1)


def test_no_message_names_the_kind_of_area():
    for edition, words in (
        ("zh", r"区（市）县|区\(市\)县|区县|街道|片区|全市"),
        ("en", r"\b([Dd]istrict|[Ww]ard|[Cc]ounty|city|City)s?\b"),
    ):
        for key, text in CATALOGUES[edition].items():
            assert not re.search(words, re.sub(r"\{\w+\}", "", text)), (key, text)


@pytest.mark.parametrize("edition", ["zh", "en"])
def test_reports_use_the_words_of_the_study(make_report, edition):
    report = make_report()
    study = dataclasses.replace(
        report.study,
        unit={"zh": "街道", "en": "parish", "en_plural": "parishes"},
        city={"zh": "全区", "en": "Borough", "en_inline": "the borough"},
    )
    own = ("加权", "weight", "nonresponse")
    report = dataclasses.replace(report, study=study, weighting_steps=None)
    for document in (make_document(report, edition=edition), make_brief(report, edition=edition)):
        said = list(texts(document))
        wrong = r"区（市）县|全市" if edition == "zh" else r"\b([Dd]istricts?|[Cc]ity)\b"
        assert not [text for text in said if re.search(wrong, text) and not any(word in text for word in own)]
        assert any(("街道" if edition == "zh" else "parish") in text for text in said)


REFERENCES = re.compile(r"(表|图|附录|Table |Figure |Appendix )([A-Z]?\d*(?:\.\d+)?)")


@pytest.mark.parametrize("edition", ["zh", "en"])
def test_every_reference_resolves(make_report, edition):
    document = make_document(make_report(alternatives=None), edition=edition)
    labels = {section.label.strip() for section in outline(document)}
    labels |= {item.label.strip() for section in outline(document) for item in section.items}
    appendices = [chapter for chapter in document.chapters if chapter.appendix]
    for chapter in document.chapters:
        kinds = [type(block) for block in chapter.blocks]
        for block in chapter.blocks:
            for text in texts(dataclasses.replace(document, chapters=(dataclasses.replace(chapter, blocks=(block,)),))):
                for stem, number in REFERENCES.findall(text):
                    if number:
                        assert (stem + number).strip() in labels, text
                assert not re.search(r"另表|另见|see the knots|elsewhere", text), text
                if re.search(r"下表|下列各?表|以下两个表|[Tt]he (two )?tables?\b", text) and isinstance(block, Prose):
                    assert Table in kinds, text
                if re.search(r"附录|appendix", text):
                    assert appendices, text


def test_iterations_have_one_number(make_report):
    gaps = [1.0, 0.1, 0.01, 1e-6]
    report = make_report(raking=pd.DataFrame({"iteration": range(4), "max_gap": gaps}))
    assert "迭代3次" in title(make_document(report), "raking")


@pytest.mark.parametrize(("level", "most"), [(0.95, "5%"), (0.9, "10%"), (0.99, "1%"), (0.975, "2.5%")])
def test_the_chance_of_an_error_is_worked_out(make_report, level, most):
    document = make_document(make_report(conf_level=level))
    bands = next(table for table in document.tables() if table.id.startswith("bands-"))
    assert f"不超过{most}。" in bands.notes[0]
    assert not any("100%−" in text for text in texts(document))


def test_an_effective_size_above_n_is_explained_where_it_occurs(make_small_report):
    report = make_small_report()
    for factor, wanted in ((0.8, False), (1.05, True)):
        tables = {key: table.assign(n_eff=table["n"] * factor) for key, table in report.estimates.items()}
        document = make_document(dataclasses.replace(report, estimates=tables))
        table = next(table for table in document.tables() if table.id == "errors-awareness")
        assert any("有限总体" in note for note in table.notes) == wanted
