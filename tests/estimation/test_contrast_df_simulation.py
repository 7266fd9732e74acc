"""Coverage of 95 % limits of contrasts in domains of 2 to 6 sampling units, with known truth, beside the plain rule.

The plain rule takes the units minus the strata of the whole design. Run with ``-s`` to see the table of the page on
methods of estimation. Each cell has 1,600 contrasts or more (simulation error 0.55 points).
"""

import numpy as np
import pytest
from scipy import stats

from surveykit import estimation as est
from surveykit.design import SurveyDesign, as_jackknife_design
from surveykit.estimation.results.contrast_df import contrast_df

DISTRICTS, UNITS = 40, (2, 3, 4, 5, 6)


def population(rng, sizes, spread=None, ratio=1.0):
    """Rows of 2 groups in units of districts: unit effects of each group, independent; true means all 0."""
    unit = np.arange(sum(sizes))
    district = np.repeat(np.arange(len(sizes)), sizes)
    scale = np.ones(len(sizes)) if spread is None else spread
    effect = rng.normal(0, 1, (unit.size, 2)) * scale[district][:, None] * np.array([1.0, ratio])
    return {
        "u": np.repeat(unit, 2),
        "d": np.repeat(district, 2),
        "g": np.tile(["a", "b"], unit.size),
        "y": effect.ravel(),
        "x": rng.normal(0, 1, 2 * unit.size),
        "w": np.ones(2 * unit.size),
    }


def design_of(data, strata=None):
    return SurveyDesign(data, weights="w", psu="u", strata=strata)


def pairs_of(rows, step=2, weights=(1.0, -1.0)):
    """Contrasts of neighbouring rows: (0, 1), (2, 3) ..."""
    out = np.zeros((rows // step, rows))
    for q in range(rows // step):
        out[q, step * q : step * q + step] = weights
    return out


def groups_in_one_domain(rng, m, strata=None):
    result = est.survey_mean(design_of(population(rng, [m] * DISTRICTS, ratio=2.0), strata), "y", by=["d", "g"])
    return result, pairs_of(len(result))


def one_domain_many_units(rng, m):
    """Two groups inside one domain of m units, which `where=` cuts out of a design of 60; 20 variables at once."""
    data = population(rng, [m, 60 - m])
    names = [f"y{j}" for j in range(20)]
    data |= {name: rng.normal(0, 1, 120) for name in names}
    result = est.survey_mean(design_of(data), names, by="g", where=("d", 0))
    return result, pairs_of(len(result))


def jackknife(rng, m):
    result = est.survey_mean(as_jackknife_design(design_of(population(rng, [m] * DISTRICTS))), "y", by="d")
    return result, pairs_of(len(result))


def from_payload(rng, m):
    result, matrix = two_domains(rng, m)
    return est.Estimates.from_payload(result.to_payload()), matrix


def two_domains(rng, m, strata=None, other=None, ratio=1.0):
    sizes = [m, other or m] * (DISTRICTS // 2)
    spread = np.tile([1.0, ratio], DISTRICTS // 2)
    result = est.survey_mean(design_of(population(rng, sizes, spread), strata), "y", by="d")
    return result, pairs_of(len(result))


def domain_and_total(rng, m):
    data = population(rng, [m] * 3 + [30])
    design = design_of(data)
    result = est.combine([est.survey_mean(design, "y"), est.survey_mean(design, "y", by="d")])
    return result, np.column_stack([-np.ones(3), np.eye(4)[:3]])


def three_rows(rng, m, strata=None):
    result = est.survey_mean(design_of(population(rng, [m] * 39), strata), "y", by="d")
    return result, pairs_of(39, 3, (1.0, -0.5, -0.5))


def two_variables(rng, m):
    result = est.survey_mean(design_of(population(rng, [m] * DISTRICTS)), ["y", "x"], by="d")
    return result, np.hstack([np.eye(DISTRICTS), -np.eye(DISTRICTS)])


def unequal_units(rng, m):
    """Two domains whose units have weights that vary by a factor of up to 3."""
    data = population(rng, [m] * DISTRICTS)
    data["w"] = np.repeat(rng.uniform(1, 3, DISTRICTS * m), 2)
    result = est.survey_mean(design_of(data), "y", by="d")
    return result, pairs_of(len(result))


def groups_in_unequal_units(rng, m):
    data = population(rng, [m] * DISTRICTS)
    data["w"] = np.repeat(rng.uniform(1, 3, DISTRICTS * m), 2)
    result = est.survey_mean(design_of(data), "y", by=["d", "g"])
    return result, pairs_of(len(result))


CASES = {
    "two groups in one domain, one stratum": groups_in_one_domain,
    "two groups in one domain, a stratum each": lambda rng, m: groups_in_one_domain(rng, m, "d"),
    "two groups in a domain cut out by where": one_domain_many_units,
    "two groups, unequal weights of units": groups_in_unequal_units,
    "two domains, one stratum": two_domains,
    "two domains, a stratum each": lambda rng, m: two_domains(rng, m, "d"),
    "two domains, m and 12 units": lambda rng, m: two_domains(rng, m, other=12),
    "two domains, m and 12, a stratum each": lambda rng, m: two_domains(rng, m, "d", other=12),
    "two domains, standard deviations 1 and 3": lambda rng, m: two_domains(rng, m, ratio=3.0),
    "standard deviations 1 and 3, a stratum each": lambda rng, m: two_domains(rng, m, "d", ratio=3.0),
    "m and 12 units, standard deviations 1 and 3": lambda rng, m: two_domains(rng, m, other=12, ratio=3.0),
    "m and 12 units, standard deviations 3 and 1": lambda rng, m: two_domains(rng, m, other=12, ratio=1 / 3),
    "two domains, unequal weights of units": unequal_units,
    "a domain and the total": domain_and_total,
    "one domain and the mean of two": three_rows,
    "one domain and the mean of two, a stratum each": lambda rng, m: three_rows(rng, m, "d"),
    "two variables in one domain": two_variables,
    "two domains, jackknife (cautious)": jackknife,
    "two domains, from a payload (cautious)": from_payload,
}
CAUTIOUS = {"two domains, from a payload (cautious)", "two domains, jackknife (cautious)", "a domain and the total"}
BEHRENS_FISHER = {"m and 12 units, standard deviations 1 and 3", "m and 12 units, standard deviations 3 and 1"}


def coverage(case, m, wanted=1_600, seed=1):
    """Percent covered by the rule, by the plain rule, and the median df."""
    rng, hits, plain, dfs = np.random.default_rng([seed, m]), [], [], []
    while sum(map(len, hits)) < wanted:
        result, matrix = case(rng, m)
        error = np.sqrt(np.diag(matrix @ result.covariance @ matrix.T))
        size = np.abs(matrix @ result.estimates) / error
        df = contrast_df(result, matrix)
        hits.append(size <= stats.t.ppf(0.975, df))
        plain.append(size <= stats.t.ppf(0.975, result.design_df))
        dfs.append(df)
    return 100 * np.concatenate(hits).mean(), 100 * np.concatenate(plain).mean(), np.median(np.concatenate(dfs))


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_limits_hold_in_domains_of_few_units(name):
    """93 to 97 %, within the simulation's error; with two units against twelve and unequal variances no df does it."""
    new, plain, df = np.array([coverage(CASES[name], m) for m in UNITS]).T
    cells = (f"{a:.1f} ({b:.1f}; {c:.1f})" for a, b, c in zip(new, plain, df, strict=True))
    print(f"\n| {name} | " + " | ".join(cells) + " |")
    first = 1 if name in BEHRENS_FISHER else 0
    assert (new[first:] > 92.5).all()
    assert (new[first:] < (99.95 if name in CAUTIOUS else 97.5)).all()
    assert (new > 88).all()
    assert plain[0] < 90


@pytest.mark.slow
def test_what_the_rule_costs_where_units_are_many():
    """Districts of 10 strata with 2 units: limits hold, at most 7 % wider than with the df of the whole design."""
    rng, hits, width = np.random.default_rng(5), [], []
    for _ in range(20):
        data = population(rng, [20] * 23)
        data["h"] = data["u"] // 2
        result = est.survey_mean(design_of(data, "h"), "y", by="d")
        i, j = np.triu_indices(23, 1)
        matrix = np.eye(23)[i] - np.eye(23)[j]
        t = stats.t.ppf(0.975, contrast_df(result, matrix))
        error = np.sqrt(np.diag(matrix @ result.covariance @ matrix.T))
        hits.append(np.abs(matrix @ result.estimates) <= t * error)
        width.append(t / stats.t.ppf(0.975, result.design_df))
    print(f"\npairs of districts: coverage {100 * np.mean(hits):.1f}, width {np.mean(width):.3f} of the plain rule's")
    assert 0.93 < np.mean(hits) < 0.97
    assert np.mean(width) < 1.07
