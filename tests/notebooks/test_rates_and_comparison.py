"""Notebooks 3 and 4: the run's own figures, the truth, and rank sets made again outside."""

import json

import numpy as np
import pandas as pd
import pytest

import surveykit as sk


def test_from_export_to_rates(execute, settled, study):
    run = execute(
        "03_from_export_to_rates",
        "linked.table['disposition'].value_counts().to_dict()",
        "city.table.set_index('variable')[['estimate', 'std_error', 'conf_low', 'conf_high', 'n']].to_dict('index')",
        "by.table[by.table['variable'] == 'satisfaction'].set_index('district')['std_error'].to_dict()",
        "[users.design.weights.sum(), residents.design.weights.sum()]",
        "residents.diagnostics.margins['relative_error'].max()",
        "against['z'].abs().max()",
        "by_district.set_index('level')['RR2'].to_dict()",
    )
    settled(run, pictures=4)
    dispositions, city, errors, sums, margin_error, z, response = run.values.values()
    log = json.loads((study.root / "output/responses/log.json").read_text(encoding="utf-8"))
    assert dispositions == log["counts"]["dispositions"]
    made = pd.read_csv(study.root / "output/estimates/estimates.csv", keep_default_na=False)
    made = made[made["analysis"] == "platform_users"]
    whole = made[made["domain"] == "all"].set_index("variable")
    assert set(city) == set(whole.index)
    for name, row in city.items():
        for column, value in row.items():
            assert value == pytest.approx(float(whole.loc[name, column]), rel=1e-10)
    district = made[(made["domain"] == "district") & (made["variable"] == "satisfaction")].set_index("domain_level")
    assert {d: pytest.approx(float(v), rel=1e-10) for d, v in district["std_error"].items()} == errors
    linked = pd.read_parquet(study.root / "output/responses/linked.parquet")
    eligible = linked.loc[linked["disposition"] != "NE", "base_weight"].sum()
    np.testing.assert_allclose(sums, [eligible, 17_197_473], rtol=1e-9)
    assert margin_error < 1e-8 and z < 4
    known = linked[linked["disposition"] != "NE"]
    rates = known["disposition"].isin(["I", "P"]).groupby(known["district"]).mean()
    assert response == {d: pytest.approx(rate) for d, rate in rates.items()}


def test_compare_honestly(execute, settled, study):
    run = execute(
        "04_compare_honestly",
        "rates.to_dict()",
        "sets.table[['unit', 'rank_low', 'rank_high']].to_numpy().tolist()",
        "bands.set_index('unit')['band'].to_dict()",
        "[fifth, twelfth, difference.table['estimate'][0], difference.table['std_error'][0]]",
        "[low, high]",
        "held.tolist()",
        "sentence",
        "apart",
    )
    settled(run, pictures=4)
    rates, ranks, bands, pair, reach, held, sentence, apart = run.values.values()
    content = json.loads((study.root / "output/estimates/estimates.json").read_text(encoding="utf-8"))
    estimates = sk.Estimates.from_payload(content["platform_users"]["district"])
    rows = np.flatnonzero(estimates.table["variable"] == "awareness")
    covariance = estimates.covariance[np.ix_(rows, rows)]
    values = estimates.table["estimate"].to_numpy()[rows]
    assert list(rates.values()) == values.tolist()
    again = sk.rank_confidence_sets(estimates, variable="awareness", seed=2021)
    assert ranks == again.table[["unit", "rank_low", "rank_high"]].to_numpy().tolist()
    assert apart == int(again.separated.sum()) < 253
    first, second = (list(rates).index(unit) for unit in pair[:2])
    variance = covariance[first, first] + covariance[second, second] - 2 * covariance[first, second]
    assert pair[2:] == [pytest.approx(values[first] - values[second]), pytest.approx(variance**0.5)]
    assert reach[0] < 12 < reach[1] and reach[1] - reach[0] >= 8
    assert all(held) and len(held) == 23
    count = {name: list(bands.values()).count(name) for name in ("above", "below", "not_distinguishable")}
    assert sum(count.values()) == 23 and count["above"] and count["below"]
    assert all(values[list(rates).index(d)] > values.mean() for d, band in bands.items() if band == "above")
    for number in count.values():
        assert f"{number}个区" in sentence
