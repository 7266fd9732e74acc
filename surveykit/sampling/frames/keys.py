"""Permanent random numbers: the same in SQL and in plain Python."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from surveykit.errors import choose
from surveykit.sampling.frames.frames import Frame
from surveykit.sampling.plan.definition import HashName, SamplingPlan

__all__ = ["BEYOND", "permanent_key", "threshold", "uniform_numbers"]

BITS = 52
BEYOND = "g"  # sorts after every hexadecimal digit


def permanent_key(seed: str, unit: str, hash_name: HashName = "md5") -> str:
    """Hash of ``seed:id``, the number that orders the units.

    Parameters
    ----------
    seed, unit : str
        Seed of the plan and id of the unit.
    hash_name : {"md5", "sha256"}
        Hash.

    Returns
    -------
    str
        Lower-case hexadecimal digits.

    Examples
    --------
    >>> permanent_key("demo", "u000001")[:8]
    '9a22cee2'
    """
    choose("hash_name", hash_name, get_args(HashName))
    return hashlib.new(hash_name, f"{seed}:{unit}".encode(), usedforsecurity=False).hexdigest()


def uniform_numbers(keys: Iterable[str]) -> NDArray[np.float64]:
    """Numbers between 0 and 1 from the first 52 bits of each key: ``(k + 0.5) / 2**52``, exact and never 0 or 1."""
    codes = np.array([key[:13] for key in keys], dtype="S13").view(np.uint8).reshape(-1, BITS // 4)
    digits = np.where(codes >= ord("a"), codes - (ord("a") - 10), codes - ord("0")).astype(np.int64)
    return np.asarray(((digits @ (16 ** np.arange(BITS // 4 - 1, -1, -1))).astype(np.float64) + 0.5) / 2.0**BITS)


def threshold(size: int, population: int, factor: float = 1.0) -> str:
    """Hexadecimal threshold below which about ``size + 8 sqrt(size) + 20`` hashes of a stratum lie."""
    share = factor * (size + 8.0 * math.sqrt(size) + 20.0) / population
    return BEYOND if share >= 1.0 else f"{int(share * 2**BITS):013x}"


def text_expression(plan: SamplingPlan, frame: Frame, salt: str) -> str:
    """SQL of the text ``salt:id`` that is hashed."""
    dialect = frame.dialect
    return f"concat({dialect.literal(salt + ':')}, {dialect.text(dialect.quote(plan.frame.id))})"


def key_expression(plan: SamplingPlan, frame: Frame, seed: str) -> str:
    """SQL of the permanent random number."""
    return frame.dialect.hash_hex(plan.hash, text_expression(plan, frame, seed))
