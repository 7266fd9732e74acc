"""The public file by hand: who is left out, which cell is blanked at the limit and one below, what the log says."""

import numpy as np
import pandas as pd
import pytest
from tiny import read, tiny

from surveykit.errors import DataError
from surveykit.questionnaire import Questionnaire
from surveykit.responses import Responses, block_minors, deidentify, risk_table, suppress_small_cells
from surveykit.responses.privacy.binning import bin_numbers, shared_weights
from surveykit.responses.privacy.risk import class_sizes

ITEMS = [
    {"id": "a", "type": "single", "scale": "few", "zh": "甲？"},
    {"id": "b", "type": "single", "scale": "few", "zh": "乙？"},
    {"id": "age", "type": "number", "zh": "您今年多少周岁？"},
    {"id": "why", "type": "text", "zh": "为什么？"},
    {"id": "more", "type": "text", "zh": "还有什么？"},
]
QUESTIONNAIRE = Questionnaire.model_validate(
    {
        "surveykit": "1",
        "id": "q",
        "languages": ["zh"],
        "title": {"zh": "问"},
        "scales": {
            "few": {"level": "nominal", "choices": [[code, f"选项{code}", f"choice {code}"] for code in (1, 2, 3, 4)]}
        },
        "flow": [{"page": "p", "items": ITEMS}],
    }
)


def answers(a, b, age=None, why=None):
    n = len(a)
    data = pd.DataFrame(
        {"a": list(a), "b": list(b), "age": age or ["30"] * n, "why": why or ["x"] * n, "more": [None] * n},
        dtype="string",
    ).replace("-", pd.NA)
    missing = data.isna().replace({True: "nr", False: ""}).astype("str")
    return Responses(data, missing, pd.DataFrame({"unit_id": range(n)}), pd.DataFrame())


def test_persons_under_fourteen_are_not_in_the_file():
    made = block_minors(answers("111111", "111111", age=["13", "14", "13", "40", "15", "-"]), QUESTIONNAIRE)
    assert made.meta["blocked"].tolist() == [True, False, True, False, False, False]
    public = deidentify(made, QUESTIONNAIRE, keys=["a"], k=2, seed=1)
    assert len(public.data) == 4
    assert public.data["a"].tolist() == ["1"] * 4
    assert ["(rows)", "left out: under age", 2] in public.log.values.tolist()
    without = deidentify(answers("1111", "1111"), QUESTIONNAIRE, keys=["a"], k=2, seed=1)
    assert not without.log["action"].str.contains("under age").any()


@pytest.mark.parametrize(
    ("k", "left", "log"),
    [(2, 6, {}), (3, 4, {"b": 2, "a": 2, "(rows)": 2}), (4, 4, {"b": 2, "a": 2, "(rows)": 2}), (5, 6, {"b": 6}),
     (6, 6, {"b": 6}), (7, 0, {"b": 6, "a": 6, "(rows)": 6})],
)  # fmt: skip
def test_classes_at_the_limit_by_hand(k, left, log):
    """Six people with a = 1: four with b = 1, two with b = 2."""
    public = deidentify(answers("111111", "111122"), QUESTIONNAIRE, keys=["a", "b"], k=k, seed=3, blanks="value")
    assert len(public.data) == left
    told = public.log[public.log["action"].str.startswith("blanked") | public.log["action"].str.contains("too rare")]
    assert dict(zip(told["column"], told["cells"], strict=True)) == log


def test_five_share_a_combination_unless_another_number_is_asked_for():
    assert len(deidentify(answers("11111" + "2222", "1" * 9), QUESTIONNAIRE, keys=["a"]).data) == 5


def test_columns_of_the_public_file():
    why = ["call 13812345678", "-", "b", "c"]
    public = deidentify(answers("1122", "1122", why=why), QUESTIONNAIRE, keys=["a"], k=2, seed=5, sensitive=["b"])
    assert list(public.data) == ["record", "a", "b", "age"]
    assert public.data["record"].tolist() == [1, 2, 3, 4]
    assert ["why", "left out: open answer", 3] in public.log.values.tolist()
    assert ["more", "left out: open answer", 0] in public.log.values.tolist()
    assert public.log.values.tolist()[0][::2] == ["(meta)", 4]
    kept = deidentify(answers("1122", "1122", why=why), QUESTIONNAIRE, keys=["a"], k=2, keep_text=["why"])
    assert not kept.data["why"].fillna("").str.contains("138").any() and "b" in set(kept.data["why"].dropna())
    assert any(row[0] == "why" and row[1].startswith("masked") and row[2] == 1 for row in kept.log.values.tolist())
    assert public.risk["stage"].tolist() == ["before", "after"]
    assert repr(public) == "<PublicFile 4 records, 4 columns, k = 2>"


def test_the_order_is_drawn_anew_from_the_seed():
    made = answers("1" * 40, "12" * 20, age=[str(20 + k) for k in range(40)])
    one, two = (
        deidentify(made, QUESTIONNAIRE, keys=["a"], k=2, seed=seed, exact=["age"]).data["age"].tolist()
        for seed in (1, 2)
    )
    assert sorted(one) == sorted(two) == sorted(made.data["age"]) and one != two
    assert one == deidentify(made, QUESTIONNAIRE, keys=["a"], k=2, seed=1, exact=["age"]).data["age"].tolist()
    assert one != made.data["age"].tolist()


def test_rare_values_are_blanked_from_the_last_key_and_the_first_stays():
    """a = 1 three times with three values of b, a = 2 three times with one."""
    public = deidentify(answers("111222", "123111"), QUESTIONNAIRE, keys=["a", "b"], k=3, seed=2, blanks="value")
    assert len(public.data) == 6
    assert public.data.loc[public.data["a"] == "1", "b"].isna().all()
    assert public.data.loc[public.data["a"] == "2", "b"].tolist() == ["1"] * 3
    assert ["b", "blanked: rare combination", 3] in public.log.values.tolist()
    assert not (public.log["column"] == "a").any()
    turned = deidentify(answers("111222", "123111"), QUESTIONNAIRE, keys=["b", "a"], k=3, seed=2, blanks="value")
    assert ["a", "blanked: rare combination", 3] in turned.log.values.tolist()


def test_cells_that_were_missing_already_are_not_counted_as_blanked():
    public = deidentify(answers("1111111", "111-222"), QUESTIONNAIRE, keys=["a", "b"], k=3, seed=2)
    log = public.log.values.tolist()
    assert not any(row[1].startswith("blanked") and row[0] == "b" and row[2] for row in log)
    assert len(public.data) in (6, 7)


def test_risk_by_hand():
    """Classes of 3, 2, 1, 1 records: 1/3 * 3 + 1/2 * 2 + 1 + 1 expected matches = 4 classes."""
    data = pd.DataFrame({"a": list("xxxyyzz"), "b": list("1112234"), "s": list("ppqpppq")})
    risk = risk_table(data, ["a", "b"], k=3, sensitive=["s"]).set_index("keys")
    assert list(risk.index) == ["a", "b", "a x b"]
    row = risk.loc["a x b"]
    assert row[["classes", "smallest_class", "unique", "below_k"]].tolist() == [4, 1, 2, 4]
    assert row["share_below_k"] == pytest.approx(4 / 7, rel=1e-14)
    assert row["expected_matches"] == pytest.approx(4.0, rel=1e-14)
    assert risk["smallest_diversity"].tolist() == [1, 1, 1]
    assert risk_table(data.assign(s=list("pqqpqpq")), ["a"], sensitive=["s"])["smallest_diversity"].tolist() == [2]
    two = data.assign(s=list("pqqpqpq"), t="same")
    assert risk_table(two, ["a"], sensitive=["s", "t"])["smallest_diversity"].tolist() == [1]
    assert risk_table(data, ["a"], k=2)["below_k"].tolist() == [0]
    assert risk_table(data, ["a"])["below_k"].tolist() == [7]
    assert list(risk_table(data, ["a"])["keys"]) == ["a"] and "smallest_diversity" not in risk_table(data, ["a"])
    five = pd.DataFrame({"a": ["x"] * 5 + ["y"] * 4})
    assert risk_table(five, ["a"])["below_k"].tolist() == [4]
    empty = risk_table(data.iloc[:0], ["a"], sensitive=["s"]).iloc[0]
    assert empty[["classes", "smallest_class", "below_k", "share_below_k"]].tolist() == [0, 0, 0, 0]
    assert empty["smallest_diversity"] is None


def test_a_missing_value_fits_any_other_or_is_a_class_of_its_own():
    data = pd.DataFrame({"a": ["x", None, None, "x", "nan"]})
    assert class_sizes(data, ["a"], blanks="value").tolist() == [2, 2, 2, 2, 1]
    assert class_sizes(data, ["a"]).tolist() == [4, 5, 5, 4, 3]
    assert class_sizes(data, []).tolist() == [5] * 5
    assert class_sizes(data.iloc[:0], ["a"]).tolist() == []
    three = pd.DataFrame({"a": ["x", "x", "x"], "s": [None, None, "p"]})
    assert risk_table(three, ["a"], sensitive=["s"])["smallest_diversity"].tolist() == [2]


@pytest.mark.parametrize(
    ("options", "message"),
    [({"keys": ["z"]}, "'z'"), ({"keys": ["a"], "keep_text": ["z"]}, "'z'"), ({"keys": []}, "at least one key"),
     ({"keys": ["a"], "sensitive": ["z"]}, "'z'"), ({"keys": ["a"], "k": 1}, "at least 2, not 1")],
)  # fmt: skip
def test_orders_that_make_no_public_file(options, message):
    with pytest.raises(DataError, match=message):
        deidentify(answers("1122", "1122"), QUESTIONNAIRE, **options)


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        ([4, 40, 8], ["small", "", "complement"]),
        ([5, 40, 8], ["", "", ""]),
        ([1, 40, 0, 8], ["small", "", "", "complement"]),  # nobody is in the empty cell: it hides nothing
        ([1, 2, 40, 8], ["small", "small", "", ""]),
        ([4, 0], ["small", ""]),
        ([0, 40], ["", ""]),
        ([4, 6, 5], ["small", "", "complement"]),
    ],
)
def test_small_cells_and_complements_by_hand(people, expected):
    table = pd.DataFrame({"g": "a", "n": people, "rate": 0.5, "other": 1.0}, index=range(10, 10 + len(people)))
    more = pd.DataFrame({"g": "b", "n": [9, 8], "rate": 0.5, "other": 1.0}, index=[90, 91])
    found = suppress_small_cells(pd.concat([table, more]), ["rate"], within=["g"])
    assert found["suppressed"].tolist() == [*expected, "", ""]
    blank = (found["suppressed"] != "").tolist()
    assert found["rate"].isna().tolist() == found["n"].isna().tolist() == blank
    assert found["other"].notna().all()


def test_options_of_small_cells():
    table = pd.DataFrame({"g": list("aab"), "people": [9, 10, 3], "rate": [0.1, 0.2, 0.3]})
    assert suppress_small_cells(table, ["rate"], count="people", minimum=10)["suppressed"].tolist() == [
        "small", "", "small"
    ]  # fmt: skip
    both = suppress_small_cells(table, ["rate"], count="people", minimum=10, within=["g"])
    assert both["suppressed"].tolist() == ["small", "complement", "small"]
    for options in ({}, {"count": "people", "within": ["z"]}):
        with pytest.raises(DataError, match="no column"):
            suppress_small_cells(table, ["rate"], **options)
    with pytest.raises(DataError, match="'z'"):
        suppress_small_cells(table, ["z"], count="people")


def test_one_person_five_times_is_one_person_and_typed_words_stay(tmp_path):
    q = tiny(
        {"id": "district", "type": "single", "choices": ["甲", "乙"]},
        {"id": "job", "type": "single", "choices": ["工人", "教师"]},
    )
    text = "unit_id,district,job\n" + "u1,1,我住春熙路12号\n" * 5 + "".join(f"u{i + 2},2,2\n" for i in range(8))
    _, coded = read(tmp_path / "a.csv", q, text, source="table", policy="keep")
    public = deidentify(coded, q, keys=["district"], k=5, seed=1)
    assert "春熙路" not in public.data.to_csv()
    assert len(public.data) == 8
    assert public.data["district"].tolist() == ["2"] * 8
    before = public.risk[public.risk["stage"] == "before"].iloc[-1]
    assert (before["smallest_class"], before["below_k"], before["classes"]) == (1, 5, 2)
    assert ("job", "blanked: values that are no option", 5) in list(public.log.itertuples(index=False, name=None))


def test_classes_by_hand_where_a_blank_fits_anything():
    """Six people with a = 1: four with b = 1, two with b = 2; for k = 3 both of the two lose b and fit all six."""
    public = deidentify(answers("111111", "111122"), QUESTIONNAIRE, keys=["a", "b"], k=3, seed=3)
    assert sorted(public.data["b"].fillna("")) == ["", "", "1", "1", "1", "1"]
    assert public.data["a"].tolist() == ["1"] * 6
    assert ["b", "blanked: rare combination", 2] in public.log.values.tolist()
    after = public.risk[public.risk["stage"] == "after"].iloc[-1]
    assert (after["smallest_class"], after["unique"]) == (6, 0)
    assert len(deidentify(answers("111111", "111122"), QUESTIONNAIRE, keys=["a", "b"], k=7).data) == 0


def test_numbers_leave_as_ranges_with_k_persons():
    ages = [str(a) for a in (18, 19, 23, 25, 31, 37, 44, 46, 58, 93)]
    public = deidentify(answers("1" * 10, "1" * 10, age=ages), QUESTIONNAIRE, keys=["a"], k=2, bins={"age": 10})
    assert sorted(public.data["age"]) == ["20–29"] * 2 + ["30–39"] * 2 + ["40–49"] * 2 + ["≤19"] * 2 + ["≥50"] * 2
    assert public.log.loc[public.log["column"] == "age", "action"].tolist() == ["binned: ≤19, 20–29, 30–39, 40–49, ≥50"]
    own = deidentify(
        answers("1" * 10, "1" * 10, age=ages), QUESTIONNAIRE, keys=["a", "age"], k=3, bins={"age": [30, 60]}
    )
    assert own.data["age"].value_counts().to_dict() == {"≤29": 4, "≥30": 6}
    assert own.risk["smallest_class"].iloc[-1] >= 3
    ruled = deidentify(answers("1" * 10, "1" * 10, age=ages), QUESTIONNAIRE, keys=["a"], k=2)
    assert ruled.data["age"].value_counts().min() >= 2
    assert not set(ruled.data["age"]) & set(ages)
    kept = deidentify(answers("1" * 10, "1" * 10, age=ages), QUESTIONNAIRE, keys=["a"], k=2, exact=["age"])
    assert sorted(kept.data["age"]) == ages
    assert deidentify(answers("11", "11", age=["20", "90"]), QUESTIONNAIRE, keys=["a"], k=2).data["age"].isna().all()
    with pytest.raises(DataError, match="no columns of numbers: 1: 'b'"):
        deidentify(answers("11", "11"), QUESTIONNAIRE, keys=["a"], k=2, exact=["b"])
    with pytest.raises(DataError, match="above 0, not -1"):
        deidentify(answers("11", "11", age=["1", "2"]), QUESTIONNAIRE, keys=["a"], k=2, bins={"age": -1})


def test_decimals_and_constants():
    values = pd.Series(["0.5", "0.7", "1.25", "1.75", None, "2.5", "2.6"])
    shown, ranges = bin_numbers(values, pd.Series(range(7)), 2, given=1)
    assert ranges == ["<1", "1–<2", "≥2"]
    assert shown.fillna("-").tolist() == ["<1", "<1", "1–<2", "1–<2", "-", "≥2", "≥2"]
    assert bin_numbers(pd.Series(["3"] * 4), pd.Series(range(4)), 4)[0].tolist() == ["3"] * 4
    assert bin_numbers(pd.Series(["3"] * 4), pd.Series([1, 1, 2, 2]), 4)[0].isna().all()
    sizes = pd.Series([str(i % 6 + 1) for i in range(60)])
    assert bin_numbers(sizes, pd.Series(range(60)), 5)[1] == ["≤1", "2", "3", "4", "5", "≥6"]


@pytest.mark.parametrize("seed", range(10))
def test_every_range_and_weight_is_shared_by_k_persons(seed):
    rng = np.random.default_rng(seed)
    n, k = 200, int(rng.integers(2, 9))
    persons = pd.Series(rng.integers(0, 120, n))
    numbers = pd.Series(np.round(rng.lognormal(3, 1, n), int(rng.integers(0, 3))).astype(str))
    shown, ranges = bin_numbers(numbers, persons, k)
    held = pd.DataFrame({"range": shown, "who": persons})
    assert held.groupby("range")["who"].nunique().min() >= k
    assert set(ranges) == set(shown)
    weights = rng.lognormal(0, 1, n)
    shared, change = shared_weights(weights, persons.to_numpy(), k)
    assert pd.DataFrame({"w": shared, "who": persons}).groupby("w")["who"].nunique().min() >= k
    assert shared.sum() == pytest.approx(weights.sum(), rel=1e-12)
    assert change == pytest.approx(np.max(np.abs(shared / weights - 1)), rel=1e-12)
    weights[:3] = 0, np.nan, 0
    kept = shared_weights(weights, persons.to_numpy(), k)[0]
    assert (kept[0], kept[2], np.isnan(kept[1])) == (0, 0, True)
    assert (kept[3:] > 0).all()


def test_weights_and_strata_go_along():
    made = answers("1112222", "1" * 7)
    weights = pd.Series([2.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.5], index=range(7))
    strata = pd.Series(list("xxxyyyy"), index=range(7))
    public = deidentify(made, QUESTIONNAIRE, keys=["a"], k=2, weights=weights, strata=strata, seed=1)
    assert public.data.sort_values("weight")["weight"].tolist() == [2.0, 2.0, 2.0, 3.0, 3.0, 4.25, 4.25]
    assert public.data.groupby("stratum")["weight"].sum().to_dict() == {"x": 6.0, "y": 14.5}
    assert ["weight", "replaced by means of at least 2 persons, by 6.25% at most", 2] in public.log.values.tolist()
    assert public.risk["keys"].iloc[-1] == "stratum x a"
    assert "weight" not in deidentify(made, QUESTIONNAIRE, keys=["a"], k=2).data
    for wrong, message in (
        (weights.set_axis(list("abcdefg")), "none of the records"),
        (weights.set_axis([1] * 7), "twice"),
    ):
        with pytest.raises(DataError, match=message):
            deidentify(made, QUESTIONNAIRE, keys=["a"], k=2, weights=wrong)
    doubled = Responses(made.data, made.missing, made.meta.assign(unit_id=[0, 0, 1, 2, 3, 4, 5]), made.unmapped)
    with pytest.raises(DataError, match="1 records are further ones"):
        deidentify(doubled, QUESTIONNAIRE, keys=["a"], k=2, weights=weights)


def test_columns_of_nobody_and_other_words_stay_home(tmp_path):
    q = tiny({"id": "job", "type": "single", "choices": ["工人", "其他"], "other": "2"}, {"id": "n", "type": "number"})
    _, coded = read(
        tmp_path / "a.csv", q, "unit_id,job,n\n" + "".join(f"u{i},1,{i}\n" for i in range(6)), source="table"
    )
    data = coded.data.assign(note="住春熙路12号")
    if "job_2_text" in data:
        data["job_2_text"] = "我是张三丰"
    data.loc[0, "n"] = "十二楼张三"
    public = deidentify(Responses(data, coded.missing, coded.meta, coded.unmapped), q, keys=["job"], k=2)
    assert not any(word in public.data.to_csv() for word in ("春熙路", "张三"))
    assert ["note", "left out: not in the questionnaire", 6] in public.log.values.tolist()
    with pytest.raises(DataError, match="open answers, which are left out"):
        deidentify(answers("11", "11"), QUESTIONNAIRE, keys=["why"], k=2)
