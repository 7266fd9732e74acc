"""Scores, answers and weights in chapters and appendices, worked out again from points, answers and weights."""

import dataclasses
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from scipy.stats import t
from test_weights_appendix import diagnostics, units, weighted

from surveykit.design import SurveyDesign
from surveykit.report import Choice, Question, make_document, make_topline


def printed(value, decimals):
    return f"{Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP):,}"


def bare(text):
    return text.replace("\u2060", "").replace("−", "-")


def cells(document, id):
    (table,) = [table for table in document.tables() if table.id == id]
    return [[bare(cell.text) for cell in row] for row in table.rows]


def split(interval):
    for sign in ("～", "–"):
        if sign in interval:
            return interval.split(sign)
    raise AssertionError(interval)


@pytest.fixture(scope="module")
def answers():
    """600 people in three strata of unequal weight; blanks, don't know, several answers."""
    random = np.random.default_rng(15)
    stratum = np.repeat(["a", "b", "c"], [100, 200, 300])
    data = pd.DataFrame({"stratum": stratum, "w": np.select([stratum == "a", stratum == "b"], [9.5, 4.25], 1.75)})
    data["known"] = pd.array(random.choice(["1", "2", "3"], 600, p=[0.6, 0.3, 0.1]), dtype="string")
    data["way_1"], data["way_2"] = random.random(600) < 0.4, random.random(600) < 0.07
    missing = pd.DataFrame("", index=data.index, columns=data.columns)
    for rows, kind in ((slice(0, 39), "dk"), (slice(200, 229), "nr")):
        data.loc[rows, "known"], missing.loc[rows, "known"] = pd.NA, kind
    return data, missing


def choice(code, special=False):
    return Choice(code=code, label={"zh": f"选项{code}", "en": f"choice {code}"}, special=special)


KNOWN = Question(
    id="known", kind="single", text={"zh": "知道吗？", "en": "Known?"},
    choices=(choice("1"), choice("2"), choice("3"), choice("98", True)),
)  # fmt: skip
WAYS = Question(id="way", kind="multi", text={"zh": "渠道？", "en": "Ways?"}, choices=(choice("1"), choice("2")))


@pytest.fixture(scope="module", params=["zh", "en"])
def document(request, make_report, answers):
    data, missing = answers
    design = SurveyDesign(data, weights="w", strata="stratum")
    base = make_report()
    regions = base.regions.head(4)
    districts = regions["district"].astype(str).tolist()
    scores = base.scores[base.scores["district"].isin(districts)].reset_index(drop=True)
    report = make_report(
        regions=regions, trend=None, questions=(KNOWN, WAYS), weighting=(diagnostics(weighted()),),
        topline=make_topline(design, [KNOWN, WAYS], data, missing),
    )  # fmt: skip
    report = dataclasses.replace(report, scores=scores.assign(rank_low=[1, 1, 2, 1], rank_high=[3, 4, 4, 2]))
    return report, make_document(report, edition=request.param)


def share_by_hand(hit, asked, data):
    """Weighted share, and its logit interval from the variance between people within strata (Cochran 1977, 5A).

    Degrees of freedom are those who answered less the strata, as R survey's degf of a subset counts them.
    """
    w, y = data["w"].to_numpy(), hit.astype(float)
    d = asked.astype(float)
    share = (w * y * d).sum() / (w * d).sum()
    z = w * d * (y - share) / (w * d).sum()
    variance = sum(
        len(part) / (len(part) - 1) * ((part - part.mean()) ** 2).sum()
        for part in (z[data["stratum"] == name] for name in "abc")
    )
    half = t.ppf(0.975, asked.sum() - 3) * np.sqrt(variance) / (share * (1 - share))
    return 100 * share, *(100 * expit(logit(share) + sign * half) for sign in (-1, 1)), int((hit & asked).sum())


def test_answers_are_weighted_shares_of_those_who_answered(document, answers):
    data, missing = answers
    given = data["known"].mask(missing["known"] == "dk", "98")
    asked = given.notna().to_numpy()
    assert asked.sum() == 570
    everybody = np.ones(600, dtype=bool)
    right = {
        "known": [((given == code).fillna(False).to_numpy(dtype=bool), asked) for code in ("1", "2", "3", "98")],
        "way": [(data[f"way_{code}"].to_numpy(dtype=bool), everybody) for code in (1, 2)],
    }
    for question, columns in right.items():
        rows = cells(document[1], f"topline-{question}")
        assert len(rows) == len(columns)
        for row, (hit, base) in zip(rows, columns, strict=True):
            share, low, high, n = share_by_hand(hit, base, data)
            assert row[2] == printed(share, 1)
            assert split(row[3]) == [printed(low, 1), printed(high, 1)]
            assert row[4] == str(n)


def test_scores_are_those_of_the_input(document):
    report, made = document
    rows = cells(made, "score")
    (figure,) = [figure for figure in made.figures() if figure.id == "score-intervals"]
    drawn = figure.data.set_index("district")
    for row, source in zip(rows, report.scores.to_dict("records"), strict=True):
        assert row[1] == printed(source["points"], 2)
        assert split(row[2]) == [printed(source["conf_low"], 2), printed(source["conf_high"], 2)]
        assert row[3] == printed(source["std_error"], 2)
        assert [int(end) for end in split(row[4])] == [source["rank_low"], source["rank_high"]]
        for column, name in (("estimate", "points"), ("conf_low", "conf_low"), ("conf_high", "conf_high")):
            assert printed(drawn.loc[source["district"], column], 2) == printed(source[name], 2)
            assert printed(source[name], 2) in bare(figure.alt)


def kish(w):
    return len(w) * (w**2).sum() / w.sum() ** 2


def test_the_spread_of_weights_is_that_of_the_weights(document):
    """Kish (1965): deff = n sum(w^2) / sum(w)^2 = 1 + cv^2; quantiles as Hyndman and Fan (1996) type 7."""
    report, made = document
    w = np.sort(report.weighting[0].weights.to_numpy(dtype=float))
    rows = [row[1] for row in cells(made, "weights-overall")]
    quantiles = [w[0], *np.quantile(w, [0.01, 0.5, 0.99]), w[-1]]
    top = w[-int(np.ceil(0.01 * len(w))) :].sum() / w.sum()
    right = [printed(len(w), 0), printed(kish(w), 2), printed(len(w) / kish(w), 0), printed(np.sqrt(kish(w) - 1), 2)]
    right += [printed(value / w.mean(), 2) for value in quantiles]
    assert rows == [*right, printed(w[-1] / w[0], 1), printed(100 * top, 1)]


def test_weights_by_group_and_margins(document):
    _, made = document
    table = units()
    w = weighted().table.set_index("unit_id").loc[table["unit_id"], "final_weight"].to_numpy(dtype=float)
    base = table["base_weight"].to_numpy(dtype=float)
    rows = iter(cells(made, "weights-domains"))
    groups = [("sex", "1"), ("sex", "2"), ("district", "jinjiang"), ("district", "jinniu"), ("district", "qingyang")]
    found = {tuple(row[2:]) for row in rows}
    for variable, level in groups:
        own = w[(table[variable] == level).to_numpy()]
        deff = kish(own)
        if len(own) >= 5:
            assert (str(len(own)), printed(deff, 2), printed(len(own) / deff, 0)) in found
    totals = {"sex": {"1": 2600, "2": 2400}, "district": {"jinjiang": 3000, "qingyang": 1900, "jinniu": 100}}
    shares = {tuple(row[2:5]) for row in cells(made, "weights-margins-residents")}
    for variable, targets in totals.items():
        for level, total in targets.items():
            here = (table[variable] == level).to_numpy()
            before = 100 * base[here].sum() / base.sum()
            after = 100 * w[here].sum() / w.sum()
            assert (printed(total / 50, 1), printed(before, 1), printed(after, 1)) in shares
