"""Notebooks 5 and 6: the run's score, shares that add up, and adjustments against the truth."""

import numpy as np
import pandas as pd
import pytest


def test_score_and_sensitivity(execute, settled, study):
    run = execute(
        "05_score_and_sensitivity",
        "card.published.set_index('district').to_dict('index')",
        "parts['sum'].sum()",
        "shares.to_dict()",
        "[found.rank_shift, list(found.factors)]",
        "found.indices[found.indices['target'] == 'rank_shift'].set_index('factor')[['first', 'total']].to_dict('index')",
        "found.ranks[['rank', 'rank_q05', 'rank_q95']].to_numpy().tolist()",
        "[lowest, needed.table['reachable'].tolist(), needed.points, needed.band]",
    )
    settled(run, pictures=6)
    card, total, shares, shift, indices, ranks, needed = run.values.values()
    made = pd.read_csv(study.root / "output/score/score.csv").set_index("district")
    assert set(card) == set(made.index) and len(card) == 23
    for district, row in card.items():
        assert row["band"] == made.loc[district, "band"]
        for column in ("points", "conf_low", "conf_high", "rank_low", "rank_high"):
            assert row[column] == pytest.approx(made.loc[district, column], rel=1e-9)
    assert total == 100 and sum(shares.values()) == pytest.approx(1, abs=1e-9)
    assert shares["资料申报"] == shares["大数据"] == 0
    assert shift[0] > 0.5 and shift[1] == ["sampling", "definition", "weights", "aggregation", "knots"]
    assert indices["sampling"]["total"] > 10 * indices["aggregation"]["total"] > 0
    assert all(low <= high for _, low, high in ranks) and sorted(r[0] for r in ranks) == list(range(1, 24))
    assert needed[0] == made["points"].idxmin() and any(needed[1]) and not all(needed[1])
    assert needed[2:] == [pytest.approx(made["points"].min()), "below"]


def test_users_to_residents(execute, settled, study):
    run = execute(
        "06_users_to_residents",
        "coverage.set_index(['variable', 'level'])['frame_share'].rename(index=str).reset_index().to_numpy().tolist()",
        "compared.set_index('method').to_dict('index')",
        "whole.to_dict()",
        "covered",
        "float(cells['population'].sum())",
        "sorted({label for result in results.values() for label in result.table['label']})",
        "by_age.table.set_index('age2')['estimate'].to_dict()",
    )
    settled(run, pictures=3)
    coverage, compared, truth, covered, people, labels, by_age = run.values.values()
    frame = pd.read_parquet(study.root / "data/frame.parquet")
    old = {level: share for variable, level, share in coverage if variable == "age2"}["60+"]
    assert old == pytest.approx((frame["age_group"] == "4").mean())
    made = pd.read_csv(study.root / "output/estimates/estimates.csv", keep_default_na=False)
    made = made[(made["domain"] == "all") & (made["variable"] == "awareness")].set_index("analysis")
    for name, analysis in (("用户 users", "platform_users"), ("拟合 raking", "residents")):
        for column in ("estimate", "std_error"):
            assert compared[name][column] == pytest.approx(float(made.loc[analysis, column]), rel=1e-10)
    users = compared.pop("用户 users")
    assert by_age["60+"] - by_age["18-59"] > 0.05
    assert len(compared) == 4
    for row in compared.values():
        assert abs(row["estimate"] - truth["residents"]) < min(4 * row["std_error"], 0.02)
        assert abs(row["estimate"] - truth["residents"]) < abs(users["estimate"] - truth["residents"])
    spread = np.ptp([row["estimate"] for row in compared.values()])
    assert spread < min(row["std_error"] for row in compared.values())
    assert covered == pytest.approx(150_000 / 20_937_757) and people == pytest.approx(20_937_757)
    assert labels == ["adjusted to residents, model-based"]
