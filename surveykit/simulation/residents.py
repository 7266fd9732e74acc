"""The synthetic frame of residents, who live in communities."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from surveykit.errors import DataError, first_few
from surveykit.simulation.community_plan import CommunityFrame
from surveykit.simulation.frame import resident_cells
from surveykit.simulation.model import generator
from surveykit.simulation.plan import SimulationPlan

__all__ = ["community_effects", "simulate_residents"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
PER_TOWN = 12
RURAL_FROM = 200  # village committees are numbered from 201 on, residents' committees from 001


def largest_remainders(exact: Floats, total: int) -> Ints:
    """Whole numbers near `exact` that add up to `total`."""
    counts = np.floor(exact).astype(np.int64)
    counts[np.argsort(counts - exact, kind="stable")[: total - int(counts.sum())]] += 1
    return counts


def simulate_residents(
    plan: SimulationPlan, regions: pd.DataFrame, margins: Mapping[str, pd.DataFrame] | None = None
) -> pd.DataFrame:
    """Make the frame of adult residents in communities.

    Cells of district, sex and age group have the census's shares exactly (up to rounding to whole rows), so that
    calibration to the census is calibration to the frame's own makeup.

    Parameters
    ----------
    plan : SimulationPlan
        Its `communities`, and `residents` for census margins that are coarser than the plan.
    regions : DataFrame
        Columns `district`, `code` and `census_population_2020`.
    margins : mapping of str to DataFrame, optional
        Census margins; see `resident_cells`.

    Returns
    -------
    DataFrame
        One row per resident: resident_id ("r0000001"), district, urban ("1" or "0"), community (12 digits), sex,
        age_group. The order of the rows carries no information. The codes have the form of the official ones with
        a town number from 901 on, which no town has, so that none can be taken for a real community.

    Raises
    ------
    DataError
        If the plan describes no communities, or names districts that the regions table does not have.
    """
    communities = plan.communities
    if communities is None:
        raise DataError(f"the simulation plan {plan.id!r} describes no communities: add 'communities:' to it")
    codes = _district_codes(communities, regions)
    cells = resident_cells(plan, regions, margins)
    total = round(communities.adults / communities.one_in)
    shares = cells["population"].to_numpy(dtype=float)
    counts = largest_remainders(shares / shares.sum() * total, total)
    rng = generator(plan.seed, "communities")
    parts = []
    for district in regions["district"].astype(str):
        inside = (cells["district"] == district).to_numpy(dtype=bool)
        people = cells.loc[np.repeat(np.flatnonzero(inside), counts[inside]), ["sex", "age_group"]]
        parts.append(_district(communities, district, codes[district], people.reset_index(drop=True), rng))
    frame = pd.concat(parts, ignore_index=True).iloc[rng.permutation(total)].reset_index(drop=True)
    width = max(7, len(str(total)))
    frame.insert(0, "resident_id", [f"{communities.id_prefix}{i:0{width}d}" for i in range(1, total + 1)])
    return frame.astype(dict.fromkeys(frame.columns, "str"))


def _district_codes(communities: CommunityFrame, regions: pd.DataFrame) -> dict[str, str]:
    """First six digits of the communities' codes by district."""
    districts = regions["district"].astype(str).tolist()
    unknown = sorted((set(communities.urban) - {"default"} | set(communities.codes)) - set(districts))
    if unknown:
        raise DataError(f"districts of the simulation plan that the regions table does not have: {first_few(unknown)}")
    held = regions["code"].fillna("").astype(str).tolist() if "code" in regions else [""] * len(districts)
    codes = {name: communities.codes.get(name) or code for name, code in zip(districts, held, strict=True)}
    lacking = [name for name, code in codes.items() if not code]
    if lacking:
        raise DataError(f"districts without a code: {first_few(lacking)}; give one under communities.codes")
    return codes


def _district(
    plan: CommunityFrame, district: str, code: str, people: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Settle the people of one district in its communities."""
    share = plan.urban.get(district, plan.urban.get("default", 1.0))
    urban_rows = round(share * len(people))
    seats: list[NDArray[np.object_]] = []
    kinds: list[NDArray[np.object_]] = []
    scale: list[Floats] = []
    for kind, rows in (("1", urban_rows), ("0", len(people) - urban_rows)):
        sizes = _sizes(plan, kind, rows, rng, f"{district}, {'urban' if kind == '1' else 'rural'}")
        names = [
            f"{code}9{1 + number // PER_TOWN:02d}{(RURAL_FROM if kind == '0' else 0) + 1 + number % PER_TOWN:03d}"
            for number in range(len(sizes))
        ]
        seats.append(np.repeat(np.array(names, dtype=object), sizes))
        kinds.append(np.full(int(sizes.sum()), kind, dtype=object))
        older = rng.standard_normal(len(sizes)) + (0.7 if kind == "0" else 0.0)
        scale.append(np.repeat(older, sizes))
    # Seats and people are sorted by noisy places on one scale and matched in that order: sizes and cells stay exact.
    noise = np.sqrt(1 - plan.age_sorting**2)
    place = plan.age_sorting * np.concatenate(scale) + noise * rng.standard_normal(len(people))
    steps = pd.factorize(people["age_group"], sort=True)[0].astype(float)
    person = plan.age_sorting * steps + noise * rng.standard_normal(len(people))
    settled = people.iloc[np.argsort(person, kind="stable")].reset_index(drop=True)
    order = np.argsort(place, kind="stable")
    return pd.DataFrame(
        {
            "district": district,
            "urban": np.concatenate(kinds)[order],
            "community": np.concatenate(seats)[order],
            "sex": settled["sex"],
            "age_group": settled["age_group"],
        }
    )


def _sizes(plan: CommunityFrame, kind: str, rows: int, rng: np.random.Generator, where: str) -> Ints:
    """Rows of each community of a stratum: log-normal around the mean, none below the minimum."""
    if rows == 0:
        return np.zeros(0, dtype=np.int64)
    mean = plan.residents_per_community[kind] / plan.one_in
    number = max(plan.minimum, round(rows / mean))
    spare = rows - number * plan.minimum
    if spare < 0:
        raise DataError(
            f"{where}: {rows} rows cannot fill {number} communities of {plan.minimum} or more: lower one_in or "
            "minimum, or put the district's share of urban residents to 1 or 0"
        )
    raw = np.exp(plan.size_sigma * rng.standard_normal(number))
    return plan.minimum + largest_remainders(raw / raw.sum() * spare, spare)


def community_effects(plan: SimulationPlan, factor: str, communities: pd.Series) -> Floats:
    """Effect of the community on the log-odds of each person's answers, normal with the plan's variance.

    A community's effect follows from seed, factor and code alone, so that it does not matter who else is in the table.

    Parameters
    ----------
    plan : SimulationPlan
        Its `communities` hold the intracluster correlation.
    factor : str
        Name of a factor.
    communities : Series
        Code of each person's community.

    Returns
    -------
    (n,) array
    """
    rho = 0.0 if plan.communities is None else plan.communities.intracluster.get(factor, 0.0)
    if rho == 0.0:
        return np.zeros(len(communities))
    codes, levels = pd.factorize(communities)
    uniform = [
        (int.from_bytes(hashlib.sha256(f"{plan.seed}\x1f{factor}\x1f{level}".encode()).digest()[:6]) + 0.5) / 2**48
        for level in levels
    ]
    spread = np.sqrt(rho / (1 - rho) * np.pi**2 / 3)
    return np.asarray(spread * ndtri(np.array(uniform)))[codes]
