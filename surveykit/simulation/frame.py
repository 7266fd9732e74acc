"""The synthetic frame of platform users and the census cells of residents."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.errors import DataError, first_few
from surveykit.simulation.model import generator
from surveykit.simulation.plan import SimulationPlan

__all__ = ["resident_cells", "simulate_frame"]


def _district_counts(plan: SimulationPlan, regions: pd.DataFrame) -> tuple[list[str], NDArray[np.int64]]:
    """Users per district by largest remainders of census population times uptake."""
    needed = {"district", "census_population_2020"} - set(regions.columns)
    if needed:
        raise DataError(f"the regions table has no column {first_few(sorted(needed))}")
    districts = [str(d) for d in regions["district"]]
    unknown = sorted((set(plan.frame.district_uptake) | set(plan.frame.urban) - {"default"}) - set(districts))
    if unknown:
        raise DataError(f"districts of the simulation plan that the regions table does not have: {first_few(unknown)}")
    population = pd.to_numeric(regions["census_population_2020"]).to_numpy(dtype=float)
    uptake = np.array([plan.frame.district_uptake.get(d, 1.0) for d in districts])
    exact = population * uptake / (population * uptake).sum() * plan.frame.units
    counts = np.floor(exact).astype(np.int64)
    rest = plan.frame.units - int(counts.sum())
    counts[np.argsort(counts - exact, kind="stable")[:rest]] += 1
    return districts, counts


def _age_shares(plan: SimulationPlan, districts: list[str]) -> NDArray[np.float64]:
    shares = np.array(list(plan.frame.age_group.values()))
    uptake = np.array([plan.frame.district_uptake.get(d, 1.0) for d in districts])
    steps = np.arange(len(shares)) - (len(shares) - 1) / 2
    tilted = shares[None, :] * np.exp(-plan.frame.age_by_district * np.log(uptake)[:, None] * steps[None, :])
    return np.asarray(tilted / tilted.sum(axis=1, keepdims=True))


def simulate_frame(
    plan: SimulationPlan, regions: pd.DataFrame, margins: Mapping[str, pd.DataFrame] | None = None
) -> pd.DataFrame:
    """Make the frame of platform users.

    Parameters
    ----------
    plan : SimulationPlan
        Number of users and their makeup.
    regions : DataFrame
        Columns `district` and `census_population_2020`.
    margins : mapping of str to DataFrame, optional
        Not needed for the frame, whose makeup differs from the census on purpose; accepted so that
        frame and `true_rates` are called alike.

    Returns
    -------
    DataFrame
        One row per user: unit_id ("u000001"), district, sex, age_group, urban ("1" or "0"), registered_at (date).
        The order of the rows carries no information.

    Raises
    ------
    DataError
        If the plan names districts that the regions table does not have.
    """
    del margins
    rng = generator(plan.seed, "frame")
    districts, counts = _district_counts(plan, regions)
    n = plan.frame.units
    district = rng.permutation(np.repeat(np.arange(len(districts)), counts))
    cumulative = np.cumsum(_age_shares(plan, districts), axis=1)[:, :-1]
    age = (rng.random(n)[:, None] > cumulative[district]).sum(axis=1)
    sexes = list(plan.frame.sex)
    sex = rng.choice(len(sexes), size=n, p=np.array([plan.frame.sex[s] for s in sexes]))
    default = plan.frame.urban.get("default", 1.0)
    urban_share = np.array([plan.frame.urban.get(d, default) for d in districts])
    urban = rng.random(n) < urban_share[district]
    first = np.datetime64(plan.frame.registered.first, "D")
    span = int((np.datetime64(plan.frame.registered.last, "D") - first).astype(int)) + 1
    registered = first + rng.integers(0, span, size=n).astype("timedelta64[D]")
    width = max(6, len(str(n)))
    ids = [f"{plan.frame.id_prefix}{i:0{width}d}" for i in range(1, n + 1)]
    return pd.DataFrame(
        {
            "unit_id": ids,
            "district": np.array(districts, dtype=object)[district],
            "sex": np.array(sexes, dtype=object)[sex],
            "age_group": np.array(list(plan.frame.age_group), dtype=object)[age],
            "urban": np.where(urban, "1", "0").astype(object),
            "registered_at": registered.astype("datetime64[s]"),
        }
    ).astype(dict.fromkeys(("unit_id", "district", "sex", "age_group", "urban"), "str"))


def _resident_shares(
    plan: SimulationPlan, variable: str, assumed: Mapping[str, float], margin: pd.DataFrame | None
) -> dict[str, float]:
    """Shares of a variable's codes: the census margin where there is one, split by the plan where it is coarser."""
    if margin is None:
        return dict(assumed)
    groups = plan.residents.groups.get(variable, {})
    population = dict(zip(margin["level"].astype(str), pd.to_numeric(margin["population"]).astype(float), strict=True))
    shares: dict[str, float] = {}
    for level, people in population.items():
        codes = groups.get(level, (level,) if level in assumed else ())
        inside = sum(assumed[c] for c in codes if c in assumed)
        for code in codes:
            shares[code] = people * assumed[code] / inside
    missing = [code for code in assumed if code not in shares]
    if missing:
        raise DataError(
            f"the margin of {variable} does not cover code {first_few(missing)}: its levels are "
            f"{first_few(population)}; name the codes of each level under residents.groups.{variable}"
        )
    total = sum(shares.values())
    return {code: shares[code] / total for code in assumed}


def resident_cells(
    plan: SimulationPlan, regions: pd.DataFrame, margins: Mapping[str, pd.DataFrame] | None = None
) -> pd.DataFrame:
    """Population of residents by district, sex and age group.

    The census publishes districts, sex and age as separate margins; inside a district the cells are their product.

    Parameters
    ----------
    plan : SimulationPlan
        Splits coarser margins.
    regions : DataFrame
        Columns `district` and `census_population_2020`.
    margins : mapping of str to DataFrame, optional
        Columns `level` and `population` by name of the margin; `residents.margins` says which margin holds
        which variable, and `residents.groups` which codes a coarser level covers.

    Returns
    -------
    DataFrame
        Columns district, sex, age_group, population (not rounded).
    """
    margins = margins or {}
    held = {v: margins.get(plan.residents.margins.get(v, v)) for v in ("age_group", "sex")}
    age = _resident_shares(plan, "age_group", plan.residents.age_group, held["age_group"])
    sex = _resident_shares(plan, "sex", plan.residents.sex, held["sex"])
    cells = pd.MultiIndex.from_product(
        [regions["district"].astype(str), list(sex), list(age)], names=["district", "sex", "age_group"]
    ).to_frame(index=False)
    population = dict(
        zip(regions["district"].astype(str), pd.to_numeric(regions["census_population_2020"]), strict=True)
    )
    cells["population"] = (
        cells["district"].map(population).astype(float) * cells["sex"].map(sex) * cells["age_group"].map(age)
    )
    return cells
