"""A small population of villages and households, its plan, and the listing of any drawn villages."""

import numpy as np
import pandas as pd

from surveykit.sampling import SamplingPlan

COUNTIES = ("a", "b")


def villages(count=24, seed=3):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "village": [f"v{k:02d}" for k in range(count)],
            "county": np.repeat(COUNTIES, count // 2),
            "town": [f"t{k // 3}" for k in range(count)],
            "households": rng.integers(8, 40, count),
            "height": rng.normal(size=count).round(3),
            "x": rng.normal(size=count).round(3),
        }
    )


def units(table):
    """A household for each that a village says it has."""
    frame = table.loc[table.index.repeat(table["households"]), ["village", "county"]].reset_index(drop=True)
    number = frame.groupby("village").cumcount()
    kind = np.where(number % 3 == 0, "old", "new")
    return frame.assign(hh=frame["village"] + "-" + number.astype("str"), kind=kind)


def household_plan(**changes):
    first = {
        "id": "village",
        "method": "systematic_pps",
        "selection": {"size": "households", "order": ["town", "village"], "serpentine": True},
        "size": {"per_stratum": 4},
    }
    last = {"id": "hh", "size": {"per_stratum": 5}} | changes.pop("last", {})
    content = {
        "id": "p",
        "frame": {"id": "hh"},
        "strata": ["county"],
        "clusters": {},
        "listing": {},
        "seed": "two-steps",
        "stages": [first | changes.pop("first", {}), last],
    }
    return SamplingPlan.model_validate(content | changes)


def listing_of(table, first):
    drawn = units(table)
    return drawn[drawn["village"].isin(first.table["village"])].drop(columns="county").reset_index(drop=True)
