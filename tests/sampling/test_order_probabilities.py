"""True inclusion probabilities of order sampling, joint ones with a reserve, and forgeries of single cells."""

import itertools
import math
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from surveykit.errors import DataError, DefinitionError
from surveykit.sampling import (
    DrawRecord,
    PublicSource,
    SamplingPlan,
    canonical_value,
    draw,
    open_ledger,
    release,
    verify_draw,
)
from surveykit.sampling.selection import inclusion_probabilities, joint_probabilities, order_sampling_probabilities

SIZES = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]


def plan_of(**content):
    base = {"id": "p", "frame": {"id": "u"}, "size": {"per_stratum": 3}, "seed": "s"}
    return SamplingPlan.model_validate(base | content)


def test_two_units_in_closed_form():
    """Of two, the smaller ranking variable is drawn: integrals over the unit square."""
    p = 0.25
    found = order_sampling_probabilities("sequential_poisson", np.array([p, 1 - p]), np.arange(2))
    np.testing.assert_allclose(found, [p / (2 * (1 - p)), 1 - p / (2 * (1 - p))], rtol=1e-10)
    r = (p / (1 - p)) ** 2  # ratio of the odds
    first = r * (r - 1 - math.log(r)) / (r - 1) ** 2
    np.testing.assert_allclose(
        order_sampling_probabilities("pareto", np.array([p, 1 - p]), np.arange(2)), [first, 1 - first], rtol=1e-8
    )


@pytest.mark.parametrize("method", ["pareto", "sequential_poisson"])
@pytest.mark.parametrize(("count", "n"), [(6, 2), (30, 12), (80, 10)])
def test_they_sum_to_the_size_and_are_what_is_drawn(method, count, n):
    rng = np.random.default_rng(5)
    pi = np.asarray(inclusion_probabilities(rng.lognormal(0, 0.7, count), n))
    true = order_sampling_probabilities(method, pi, np.arange(count))
    assert true.sum() == pytest.approx(n, rel=1e-10)
    draws = 40_000
    u = rng.random((draws, count))
    with np.errstate(divide="ignore"):
        keys = u / pi if method == "sequential_poisson" else u * (1 - pi) / ((1 - u) * pi)
    keys[:, pi >= 1 - 1e-12] = -1.0
    hits = np.bincount(np.argpartition(keys, n - 1, axis=1)[:, :n].ravel(), minlength=count) / draws
    error = np.sqrt(true * (1 - true) / draws)
    assert (np.abs(hits - true) <= 5 * error + 1e-12).all()
    diagonal = np.diag(joint_probabilities(method, pi, np.arange(count)).matrix)
    np.testing.assert_allclose(true, diagonal, rtol=1e-8)


@pytest.mark.parametrize("method", ["pareto", "sequential_poisson"])
def test_weights_of_a_draw_are_those_of_the_true_probabilities(method):
    frame = pd.DataFrame({"u": list("abcdef"), "x": SIZES})
    sample = draw(plan_of(method=method, selection={"size": "x"}), frame)
    pi = np.asarray(inclusion_probabilities(SIZES, 3))
    true = dict(zip("abcdef", order_sampling_probabilities(method, pi, np.arange(6)), strict=True))
    wanted = [true[unit] for unit in sample.table["u"]]
    np.testing.assert_allclose(sample.table["inclusion_probability"], wanted, rtol=1e-10)
    assert not any("aims at" in note for note in sample.record.notes)
    held = draw(plan_of(method=method, selection={"size": "x"}, size={"per_stratum": 2}, reserve=1), frame)
    wanted = [true[unit] * 2 / 3 for unit in held.table["u"]]
    np.testing.assert_allclose(held.table["inclusion_probability"], wanted, rtol=1e-10)
    assert any("not those of a draw of the sample alone" in note for note in held.record.notes)


def test_strata_too_large_are_told():
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"u": [f"u{i}" for i in range(25_000)], "x": rng.lognormal(0, 0.3, 25_000)})
    record = draw(plan_of(method="pareto", selection={"size": "x"}, size={"per_stratum": 100}), frame).record
    assert "strata too large for the true ones: 1: 'all'" in record.notes[-1]


def test_joint_probabilities_with_a_reserve_by_all_subsamples():
    pi = np.asarray(inclusion_probabilities(SIZES, 4))
    whole = joint_probabilities("sampford", pi, np.arange(6)).matrix
    found = joint_probabilities("sampford", pi, np.arange(6), field=3).matrix
    # Every three of four drawn units are equally likely.
    kept = list(itertools.combinations(range(4), 3))
    pair = sum({0, 1} <= set(chosen) for chosen in kept) / len(kept)
    single = sum(0 in chosen for chosen in kept) / len(kept)
    right = whole * pair
    np.fill_diagonal(right, np.diag(whole) * single)
    np.testing.assert_allclose(found, right, rtol=1e-12)
    assert found.sum() == pytest.approx(9, rel=1e-9)  # the square of a fixed size
    with pytest.raises(DataError, match="cannot be in the field"):
        joint_probabilities("sampford", pi, [0, 1], field=5)
    with pytest.raises(DataError, match="no fixed size"):
        joint_probabilities("poisson", pi, [0, 1], field=2)


def test_whole_numbers_are_compared_exactly():
    frame = pd.DataFrame({"u": list("abcdef"), "idcard": 510100199001010000 + np.arange(6)})
    plan = plan_of()
    sample = draw(plan, frame)
    assert verify_draw(plan, frame, sample.record, sample.table).ok
    forged = sample.table.assign(idcard=sample.table["idcard"] + 1)
    assert "idcard differs" in " ".join(verify_draw(plan, frame, sample.record, forged).problems)


def test_zero_has_no_sign():
    form = {"kind": "decimal"}
    source = PublicSource.model_validate({"name": "i", "draw": "1", "due": "2099-12-01T21:15:00+08:00", "form": form})
    assert canonical_value(source, "-0.00") == canonical_value(source, "0.00") == "0.00"
    assert canonical_value(source, "-0.10") == "-0.10"


@pytest.mark.parametrize("name", ["reserve", "Reserve", "prn"])
def test_a_column_of_the_frame_cannot_pass_for_one_of_the_draw(name):
    frame = pd.DataFrame({"u": list("abcdef"), name: [True] * 6})
    with pytest.raises(DataError, match="names of columns that the draw adds"):
        draw(plan_of(), frame)
    with pytest.raises(DefinitionError):
        draw(plan_of(strata=[name], frame={"id": "u", "keep": [name]}), frame)


@pytest.mark.parametrize(
    ("name", "value"),
    [("plan", []), ("plan", {"id": 1}), ("strata", [1]), ("strata", {}), ("notes", [1]), ("stages", [[]]), ("seed", 1),
     ("frame_rows", "6"), ("versions", {"a": 1}), ("record", None)],
)  # fmt: skip
def test_a_record_of_another_shape_is_refused(name, value):
    content = draw(plan_of(), pd.DataFrame({"u": list("abcdef")})).record.to_dict()
    with pytest.raises(DataError, match="draw record"):
        DrawRecord.from_dict(content | {name: value})
    with pytest.raises(DataError, match="draw record"):
        DrawRecord.from_dict([])


def test_what_cannot_be_released_is_told_one_by_one():
    frame = pd.DataFrame({"u": list("abcdefgh"), "x": np.arange(1.0, 9.0)})
    ledger = open_ledger(draw(plan_of(reserve=2, method="sampford", selection={"size": "x"}), frame))
    for units, message in (
        ({"all": 3}, r"above what the reserve holds \(1: 'all: 3 of 2'\): release what it holds"),
        ({"all": 0}, r"no whole numbers of 1 or more \(1: 'all: 0'\)"),
        ({"all": 1.5}, "no whole numbers of 1 or more"),
        ({"west": 1}, r"strata are not in the sample \(1: 'west'\): those of the sample are 1: 'all'"),
    ):
        with pytest.raises(DataError, match=message):
            release(ledger, units, "x")
    staged = {"stages": [{"id": "c", "size": {"per_stratum": 2}}, {"id": "u", "size": {"per_stratum": 2}}]}
    plan = SamplingPlan.model_validate(
        {"id": "p", "frame": {"id": "u"}, "strata": ["d"], "seed": "s", "reserve": 1, **staged}
    )
    nested = frame.assign(c=["k", "k", "k", "k", "m", "m", "m", "m"], d="west")
    with pytest.raises(DataError, match=r"name them by their path, d/c; drawn were 2: 'west/k', 'west/m'"):
        release(open_ledger(draw(plan, nested)), {"k": 1}, "x")


def test_sizes_are_found_in_one_pass_over_many_strata(monkeypatch):
    """The strata of the frame are looked up in a set that is made once."""
    from surveykit.sampling.allocation.allocation import Allocation
    from surveykit.sampling.drawing import units

    class Counted(set):
        made = 0

        def __init__(self, values=()):
            type(self).made += 1
            super().__init__(values)

    monkeypatch.setattr(units, "set", Counted, raising=False)
    strata = pd.DataFrame({"stratum": [f"s{i}" for i in range(50)], "population_size": 2})
    found = units.stratum_sizes(strata, Allocation(strata.assign(sample_size=1), "fixed"))
    assert len(found) == 50
    assert Counted.made <= 1


def test_a_record_edited_in_one_stratum_is_noticed():
    frame = pd.DataFrame({"u": list("abcdef")})
    sample = draw(plan_of(), frame)
    edited = replace(sample.record, strata=(replace(sample.record.strata[0], weight_total=float("nan")),))
    assert not verify_draw(plan_of(), frame, edited).ok


REFERENCE = pd.read_csv(Path(__file__).parents[1] / "reference" / "sampling_order.csv")


@pytest.mark.parametrize(("method", "name"), [*REFERENCE.groupby(["method", "name"], sort=False).groups])
def test_against_every_sample_enumerated_in_r(method, name):
    """R integrates the probability of each sample by itself; ours come from the number of others below."""
    part = REFERENCE[(REFERENCE["method"] == method) & (REFERENCE["name"] == name)]
    sizes = [float(text) for text in part["size"].iloc[0].split()]
    pi = np.asarray(inclusion_probabilities(sizes, int(part["n"].iloc[0])))
    wanted = np.zeros((len(sizes), len(sizes)))
    wanted[part["row"] - 1, part["column"] - 1] = wanted[part["column"] - 1, part["row"] - 1] = part["value"]
    found = joint_probabilities(method, pi, np.arange(len(sizes))).matrix
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(
        order_sampling_probabilities(method, pi, np.arange(len(sizes))), np.diag(wanted), rtol=1e-9
    )


def rational_sequential_poisson(targets: list[Fraction], n: int) -> list[Fraction]:
    """Integrals of piecewise polynomials over the ranking variable u / pi, in whole numbers, sample by sample."""
    found = [Fraction(0)] * len(targets)
    edges = [Fraction(0), *sorted({1 / p for p in targets})]
    for chosen in itertools.combinations(range(len(targets)), n):
        for last, (low, high) in itertools.product(chosen, itertools.pairwise(edges)):
            if targets[last] * low >= 1:
                continue
            terms = [targets[last]]  # coefficients by power of t
            for unit, p in enumerate(targets):
                full = p * low >= 1
                if unit == last:
                    continue
                if unit in chosen:
                    factor = [Fraction(1)] if full else [Fraction(0), p]
                else:
                    factor = [Fraction(0)] if full else [Fraction(1), -p]
                product = [Fraction(0)] * (len(terms) + len(factor) - 1)
                for (i, a), (j, b) in itertools.product(enumerate(terms), enumerate(factor)):
                    product[i + j] += a * b
                terms = product
            whole = sum(c * (high ** (k + 1) - low ** (k + 1)) / (k + 1) for k, c in enumerate(terms))
            for unit in chosen:
                found[unit] += whole
    return found


@pytest.mark.parametrize(("sizes", "n"), [([1, 2, 3, 4, 5, 6], 3), ([1, 1, 1], 2), ([1, 2, 4, 8, 9], 2)])
def test_sequential_poisson_in_rational_numbers(sizes, n):
    exact = rational_sequential_poisson([Fraction(n * size, sum(sizes)) for size in sizes], n)
    assert sum(exact) == n
    pi = np.asarray(inclusion_probabilities(sizes, n))
    found = order_sampling_probabilities("sequential_poisson", pi, np.arange(len(sizes)))
    np.testing.assert_allclose(found, [float(p) for p in exact], rtol=1e-12)
