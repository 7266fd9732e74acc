"""The reference study's plan at a smaller size, and what is simulated from it; made once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd
import yaml

from surveykit.questionnaire import Questionnaire, resolve_scales
from surveykit.simulation import SimulationPlan, simulate_answers, simulate_frame, simulate_responses

ROOT = Path(__file__).resolve().parents[2]


def load(name: str) -> dict:
    return yaml.load((ROOT / name).read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


def regions() -> pd.DataFrame:
    return pd.read_csv(ROOT / "sampling/regions.csv", dtype=str)


def margins() -> dict[str, pd.DataFrame]:
    files = {"sex": "sex", "age2": "age", "district": "district"}
    tables = {name: pd.read_csv(ROOT / f"sampling/margins_{file}.csv", dtype=str) for name, file in files.items()}
    return {name: table[table["level"] != "total"] for name, table in tables.items()}


@lru_cache(maxsize=1)
def questionnaire() -> Questionnaire:
    mapping = load("questionnaires/chengdu_2021.yaml")
    return Questionnaire.model_validate(resolve_scales(mapping, {"sampling/regions.csv": regions()}))


def plan(units: int = 150_000) -> SimulationPlan:
    mapping = load("sampling/simulation.yaml")
    mapping["frame"]["units"] = str(units)
    return SimulationPlan.model_validate(mapping)


@dataclass(frozen=True)
class Simulated:
    plan: SimulationPlan
    frame: pd.DataFrame
    answers: pd.DataFrame
    sample: pd.DataFrame
    table: pd.DataFrame


@lru_cache(maxsize=2)
def simulated(units: int = 12_000, per_district: int = 60) -> Simulated:
    p = plan(units)
    frame = simulate_frame(p, regions())
    answers = simulate_answers(p, frame, questionnaire()).set_index(frame["unit_id"])
    sample = frame.groupby("district", sort=False).sample(per_district, random_state=1).reset_index(drop=True)
    return Simulated(p, frame, answers, sample, simulate_responses(p, sample, answers, questionnaire()))
