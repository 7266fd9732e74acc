"""Values of the R package careless; the script that made them is tests/reference/responses_careless.R."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from surveykit.errors import DataError
from surveykit.responses.quality.patterns import all_equal, irv, longstring, mahalanobis

STORED = Path(__file__).parents[1] / "reference" / "responses_careless.json"


@pytest.fixture(scope="module")
def r():
    stored = json.loads(STORED.read_text())
    return {k: np.array(v, dtype=float) if isinstance(v, list) else v for k, v in stored.items()}


def close(got, wanted):
    np.testing.assert_allclose(got, wanted, rtol=1e-8, atol=1e-12, equal_nan=True)


def test_longstring(r):
    longest, mean = longstring(r["x"])
    close(longest, r["longstr"])
    close(mean, r["avgstr"])


def test_irv(r):
    close(irv(r["x"]), r["irv"])
    close(irv(r["holes"]), r["irv_holes"])


def test_mahalanobis(r):
    distance, flags, rank = mahalanobis(r["x"][5:])
    close(distance, r["mahad_from_row_6"])
    assert rank == 12
    assert flags.sum() == (r["mahad_from_row_6"] > r["mahad_cut_99"]).sum()


def test_mahalanobis_needs_records(r):
    with pytest.raises(DataError, match="at least 120"):
        mahalanobis(r["x"][:100])


def test_mahalanobis_of_singular_items(r):
    twice = np.column_stack([r["x"][5:], r["x"][5:, 0]])
    distance, _, rank = mahalanobis(twice)
    assert rank == 12
    close(distance, r["mahad_from_row_6"])


def test_missing_answers_do_not_break_a_run():
    x = np.array([[5, np.nan, 5, 5, 1.0], [np.nan] * 5])
    longest, mean = longstring(x)
    assert longest.tolist() == [3, 0]
    assert mean[0] == 2
    assert np.isnan(mean[1])
    assert all_equal(np.array([[4, 4, np.nan, 4.0], [4, np.nan, np.nan, 4]]), 3).tolist() == [True, False]
