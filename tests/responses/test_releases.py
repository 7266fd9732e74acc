"""Two public files of the same persons: the attack that joins them works, and is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tiny import tiny

from surveykit.errors import DataError
from surveykit.questionnaire import Questionnaire
from surveykit.responses import Responses, deidentify

CODES = ["1", "2", "3", "4", "5"]
KEYS = ["district", "age", "sex", "job"]
VIEWS = [f"v{i}" for i in range(12)]
K = 4


def questions() -> Questionnaire:
    return tiny(*({"id": name, "type": "single", "choices": list("甲乙丙丁戊")} for name in (*KEYS, *VIEWS)))


def people(n: int = 150, seed: int = 3, first: int = 0) -> Responses:
    rng = np.random.default_rng(seed)
    data = pd.DataFrame(
        {name: rng.choice(CODES, n, p=[0.4, 0.3, 0.15, 0.1, 0.05]) for name in (*KEYS, *VIEWS)}, dtype="str"
    )
    meta = pd.DataFrame({"unit_id": [f"token{first + i:04d}" for i in range(n)], "response_id": range(n)})
    return Responses(data, pd.DataFrame("", data.index, data.columns), meta, pd.DataFrame())


def attack(one: pd.DataFrame, two: pd.DataFrame) -> pd.DataFrame:
    """Join two files by the answers that both show, where these are unlike all others, as an outsider would."""
    by = [name for name in VIEWS if name in one and name in two]
    alone = [table[~table[by].duplicated(keep=False)] for table in (one, two)]
    joined = alone[0].merge(alone[1], on=by, suffixes=("", "_2"))
    for name in KEYS:
        if f"{name}_2" in joined:
            joined[name] = joined[name].fillna(joined[f"{name}_2"])
    return joined


def test_the_attack_works_and_is_refused():
    made, q = people(), questions()
    one = deidentify(made, q, keys=["district", "age"], k=K, leave_out=["sex", "job"], seed=1, name="the first file")
    two = deidentify(made, q, keys=["sex", "job"], k=K, leave_out=["district", "age"], seed=2)
    joined = attack(one.data, two.data)
    truth = made.data.merge(joined, on=VIEWS, suffixes=("", "_joined"))
    right = np.all([(truth[n] == truth[f"{n}_joined"]) | truth[f"{n}_joined"].isna() for n in KEYS], axis=0)
    assert len(joined) > 100
    assert right.all()
    assert (joined.groupby(KEYS, dropna=False).transform("size") < K).sum() > 50
    with pytest.raises(DataError) as refused:
        deidentify(made, q, keys=["sex", "job"], k=K, leave_out=["district", "age"], seed=2, earlier=[one.release])
    message = str(refused.value)
    assert (
        "150 of 150 records of persons who are in the first file as well could be joined with it by 12 columns"
        in message
    )
    assert "'district', 'age'" in message
    assert "token0" not in message


def test_other_keys_over_the_same_columns_are_refused():
    """Every cell that the first file blanks is shown by the second."""
    made, q = people(), questions()
    one = deidentify(made, q, keys=KEYS, k=K)
    assert one.data[KEYS].isna().any(axis=None)
    for keys in (KEYS[::-1], ["district"], ["sex", "job"]):
        with pytest.raises(DataError, match="could be joined"):
            deidentify(made, q, keys=keys, k=K, earlier=[one.release])


def test_keys_that_the_first_file_did_not_protect():
    """Nothing is blanked in either; together an outsider who knows both keys finds single persons."""
    made, q = people(), questions()
    one = deidentify(made, q, keys=["district"], k=K)
    with pytest.raises(
        DataError, match="a combination of 4: 'district', 'age', 'sex', 'job' that fewer than 2 persons fit"
    ):
        deidentify(made, q, keys=["age", "sex", "job"], k=2, leave_out=[], earlier=[one.release])


def test_more_variables_of_the_same_persons_are_refused():
    made, q = people(), questions()
    one = deidentify(made, q, keys=KEYS[:2], k=K, leave_out=["v11"])
    with pytest.raises(DataError, match="'v11 of 150'"):
        deidentify(made, q, keys=KEYS[:2], k=K, earlier=[one.release])


def test_other_ranges_of_a_number_are_refused():
    q = tiny(
        *({"id": name, "type": "single", "choices": list("甲乙丙丁戊")} for name in ("district", *VIEWS)),
        {"id": "age", "type": "number"},
    )
    made = people()
    made = Responses(
        made.data.assign(age=[str(20 + i % 60) for i in range(150)]), made.missing, made.meta, made.unmapped
    )
    one = deidentify(made, q, keys=["district"], k=K, bins={"age": 10})
    deidentify(made, q, keys=["district"], k=K, bins={"age": 10}, earlier=[one.release])
    with pytest.raises(DataError, match="'age of 150'"):
        deidentify(made, q, keys=["district"], k=K, bins={"age": [25, 35, 45, 55, 65]}, earlier=[one.release])


def test_what_says_no_more_is_let_through():
    """The same again in a new order; less of it; other persons; and columns by which nobody can be told."""
    made, q = people(), questions()
    one = deidentify(made, q, keys=KEYS, k=K)
    again = deidentify(made, q, keys=KEYS, k=K, earlier=[one.release])
    assert (
        again.data.drop(columns="record").value_counts(dropna=False).to_dict()
        == one.data.drop(columns="record").value_counts(dropna=False).to_dict()
    )
    deidentify(made, q, keys=KEYS, k=K, leave_out=["v1", "v2"], earlier=[one.release])
    deidentify(made, q, keys=KEYS, k=K, leave_out=["v1"], earlier=[one.release, again.release])
    others = people(first=1000)
    deidentify(others, q, keys=KEYS[:1], k=2, earlier=[one.release])
    first = deidentify(made, q, keys=["district"], k=K, leave_out=[*VIEWS, "age", "sex", "job"])
    second = deidentify(made, q, keys=["age", "sex"], k=K, leave_out=["district", "job"], earlier=[first.release])
    assert len(second.data) == 150


def test_a_few_of_the_same_persons_are_enough():
    """One of the twenty is alone in his district and is left out of the second file."""
    q = questions()
    one = deidentify(people(), q, keys=KEYS[:2], k=K, leave_out=["v11"])
    half = people()
    rows = half.data.index[:20]
    part = Responses(half.data.loc[rows], half.missing.loc[rows], half.meta.loc[rows], half.unmapped)
    with pytest.raises(DataError, match="19 of 19 records"):
        deidentify(part, q, keys=KEYS[:1], k=2, earlier=[one.release])


def test_records_without_a_token_are_known_by_their_number():
    made, q = people(), questions()
    made = Responses(made.data, made.missing, made.meta.assign(unit_id=None, source="web"), made.unmapped)
    one = deidentify(made, q, keys=KEYS[:2], k=K, leave_out=["v11"])
    assert one.release.table["person"].str.startswith("record web ").all()
    with pytest.raises(DataError, match="could be joined"):
        deidentify(made, q, keys=KEYS[:2], k=K, earlier=[one.release])


def test_the_release_stays_out_of_what_is_shown():
    made, q = people(), questions()
    public = deidentify(made, q, keys=KEYS[:2], k=K)
    assert "token0" not in repr(public)
    assert "token0" not in public.data.to_csv() + public.log.to_csv() + public.risk.to_csv()
    assert "token0" not in str(public.presentation())
