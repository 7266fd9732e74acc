"""Notebooks 1 and 2: sizes by hand, the drawn sample, and what tampering gives."""

import math

import numpy as np
import pandas as pd
import pytest

Z = 1.959963984540054


def test_design_a_plan(execute, settled, study):
    run = execute(
        "01_design_a_plan",
        "srs.n",
        "conditions['n'].tolist()",
        "strata.set_index('stratum')['population_size'].to_dict()",
        "{name: plan.table.set_index('stratum')[['sample_size', 'half_width_50']].to_dict() for name, plan in plans.items()}",
        "summary.iloc[:, -1].tolist()",
        "planning.to_dict('list')",
        "districts['coverage'].mean()",
        "city[['bias', 'bias_error', 'coverage']].to_numpy().tolist()",
    )
    settled(run, pictures=3)
    n, conditions, population, plans, city_wide, planning, coverage, city = run.values.values()
    plain = Z**2 * 0.25 / 0.05**2
    assert n == conditions[0] == math.ceil(plain)
    assert conditions[1] == math.ceil(plain * 1.2) and conditions[2] == math.ceil(plain * 1.2 / 0.55)
    assert conditions[3] < conditions[2]
    frame = pd.read_parquet(study.root / "data/frame.parquet")["district"].value_counts().to_dict()
    assert population == frame
    for plan, whole in zip(plans.values(), city_wide, strict=True):
        assert sum(plan["sample_size"].values()) == 9200
        variance = {
            d: (size_n := frame[d]) / (size_n - 1) * 0.25 * (1 - n_d / size_n) / n_d
            for d, n_d in plan["sample_size"].items()
        }
        for district, half in plan["half_width_50"].items():
            assert half == pytest.approx(Z * math.sqrt(variance[district]))
        shares = {d: size / 150_000 for d, size in frame.items()}
        assert whole == pytest.approx(Z * math.sqrt(sum(shares[d] ** 2 * variance[d] for d in frame)))
    assert set(plans["等量 equal"]["sample_size"].values()) == {400}
    assert min(plans["按比例 proportional"]["sample_size"].values()) == 83
    error = math.sqrt(0.85 * 0.15 * 1.2 / 199)
    assert planning["n"][1] == 200 and planning["gap_pair"][1] == pytest.approx(Z * math.sqrt(2) * error, rel=0.01)
    assert 0.13 < planning["gap_all"][1] < 0.15 and planning["width_simultaneous"][1] > 20
    assert 0.93 < coverage < 0.97
    assert all(abs(bias) < 4 * bias_error for bias, bias_error, _ in city)


def test_draw_and_verify(execute, settled, study):
    run = execute(
        "02_draw_and_verify",
        "sample.table['unit_id'].tolist()",
        "[verification.ok, same_by_hand, same_in_sql, sk.verify_commitment(seeded, frame, commitment)]",
        "[caught_swap.ok, caught_frame.ok, len(caught_swap.problems) > 0, len(caught_frame.problems) > 0]",
        "weights.sum()",
        "again.record.sample_digest == sample.record.sample_digest",
        "released.loc[['dongbu', 'jinjiang']].to_numpy().tolist()",
    )
    settled(run, pictures=0)
    units, agree, caught, total, again, released = run.values.values()
    drawn = pd.read_parquet(study.root / "output/draw/sample.parquet")
    assert units == drawn["unit_id"].tolist() and len(units) == 9200
    assert agree == [True] * 4 and caught == [False, False, True, True] and again
    assert total == pytest.approx(150_000)
    sizes = pd.read_parquet(study.root / "data/frame.parquet")["district"].value_counts()
    np.testing.assert_allclose(released, [[420, sizes["dongbu"] / 420], [400, sizes["jinjiang"] / 400]])
