"""A population of residents of whom some use a platform, with known truth."""

import numpy as np
import pandas as pd

from surveykit.design import SurveyDesign

LEVELS = {"district": list("abcdef"), "age": ["1", "2", "3", "4"], "sex": ["m", "f"]}


def population(size=200_000, seed=1):
    rng = np.random.default_rng(seed)
    data = pd.DataFrame(
        {
            "district": rng.choice(LEVELS["district"], size, p=[0.3, 0.2, 0.2, 0.1, 0.1, 0.1]),
            "age": rng.choice(LEVELS["age"], size, p=[0.2, 0.3, 0.3, 0.2]),
            "sex": rng.choice(LEVELS["sex"], size),
        }
    )
    age = data["age"].astype(int).to_numpy()
    district = data["district"].map(dict(zip("abcdef", [0.3, 0, -0.3, 0.5, -0.5, 0], strict=True))).to_numpy()
    woman = (data["sex"] == "f").to_numpy()
    data["rate"] = 1 / (1 + np.exp(-(1.2 - 0.5 * age + district + 0.3 * woman)))
    data["takes_part"] = 1 / (1 + np.exp(-(-1.2 - 0.6 * age - 0.5 * district + 0.4 * woman)))
    data["y"] = (rng.random(size) < data["rate"]).astype(float)
    return data


def cells(people):
    return people.groupby(["district", "age", "sex"]).size().rename("population").reset_index()


def platform_sample(people, n, rng):
    """Residents take part by chance; a simple random sample of those who do, with weights up to the platform."""
    users = people[rng.random(len(people)) < people["takes_part"]]
    drawn = users.iloc[rng.choice(len(users), n, replace=False)].reset_index(drop=True)
    drawn["w"] = len(users) / n
    return SurveyDesign(drawn, weights="w")
