"""Compare a record and a sample with what plan and frame give: every field, every cell."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np

from surveykit.errors import first_few
from surveykit.sampling.drawing.listing import listing_sql
from surveykit.sampling.drawing.record import DrawRecord, StratumRecord
from surveykit.sampling.frames.dialects import DUCKDB, POSTGRES, SPARK
from surveykit.sampling.frames.frames import PUBLISHED, NamedFrame
from surveykit.sampling.frames.keys import BEYOND, threshold
from surveykit.sampling.frames.scan import Limit, selection_sql
from surveykit.sampling.plan.definition import SamplingPlan

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FREE", "record_differences", "sample_differences"]

FREE: Mapping[str, str] = {
    "frame": "the name of the file or object that was read; which frame it was is said by the digest",
    "reading": "how that file was read; what it holds, read rightly, is said by the digest",
    "versions": "the programs that drew; any others must give the same sample",
}
"""Fields of a record that verification cannot prove and does not need, with the reason."""

DIGEST = (
    "the frame digest differs: ids were added, removed or moved to another stratum since the draw, or a size, order, "
    "cluster, balance variable or coordinate changed"
)
TOLERANCE = 1e-12


def record_differences(plan: SamplingPlan, columns: tuple[str, ...], then: DrawRecord, now: DrawRecord) -> list[str]:
    """What a record says otherwise than the draw that was made again, in words."""
    if [stage.plan_id for stage in then.stages] != [stage.plan_id for stage in now.stages]:
        return [f"the record has {len(then.stages)} stages, the draw {len(now.stages)}, or they have other names"]
    problems = [] if then.stages else _stratum_differences(then, now)
    for field in fields(DrawRecord):
        name, was, found = field.name, getattr(then, field.name), getattr(now, field.name)
        if name in (*FREE, "strata", "stages", "plan", "plan_hash", "sql") or was == found:
            continue
        if name == "frame_digest":
            problems.append(DIGEST)
        elif name == "sample_digest":
            problems.append("the recorded sample is not the one that plan, frame and seed give")
        else:
            problems.append(f"{name} is {_short(was)} in the record, the draw gives {_short(found)}")
    if then.stages:
        problems += _stratum_differences(then, now)
    if not _sql_agrees(plan, columns, then, now):
        problems.append("the SQL of the record is not the query that draws this sample")
    for number, (was, found) in enumerate(zip(then.stages, now.stages, strict=True), start=1):
        inner = SamplingPlan.model_validate(found.plan)
        same = was.plan == found.plan and was.plan_hash == found.plan_hash
        parts = [] if same else ["the plan of the stage was edited"]
        parts += record_differences(inner, (), was, found)
        problems += [f"stage {number}: {text}" for text in parts]
    return problems


def _stratum_differences(then: DrawRecord, now: DrawRecord) -> list[str]:
    was, found = {s.stratum: s for s in then.strata}, {s.stratum: s for s in now.strata}
    problems = []
    if len(was) != len(then.strata):
        problems.append("the record names a stratum twice")
    for field in fields(StratumRecord):
        if field.name == "stratum":
            continue
        changed = []
        for name in sorted({*was, *found}):
            pair = [getattr(side[name], field.name, 0) if name in side else 0 for side in (was, found)]
            same = _close(*pair) if field.name == "weight_total" else pair[0] == pair[1]
            if not same:
                changed.append(name if field.name != "population_size" else f"{name}: {pair[0]} then, {pair[1]} now")
        if changed and field.name == "weight_total":
            problems.append(f"the weights differ in strata {first_few(changed)}: sizes of units changed")
        elif changed and field.name == "population_size":
            problems.append(f"the number of units differs in strata {first_few(changed)}")
        elif changed and field.name == "sample_size":
            problems.append(f"the sample size is not the one that the plan gives in strata {first_few(changed)}")
        elif changed:
            problems.append(f"the cut key differs in strata {first_few(changed)}")
    if not problems and [s.stratum for s in then.strata] != [s.stratum for s in now.strata]:
        problems.append("the strata of the record stand in another order")
    return problems


def _close(one: Any, other: Any) -> bool:
    try:
        return math.isclose(float(one), float(other), rel_tol=1e-9, abs_tol=0.0)
    except (TypeError, ValueError):
        return False


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _sql_agrees(plan: SamplingPlan, columns: tuple[str, ...], then: DrawRecord, now: DrawRecord) -> bool:
    """Whether the recorded query is the one that draws this sample on the engine of the verifier or another one."""
    if then.sql == now.sql:
        return True
    if now.stages or not columns:
        return False
    limits = [_limits(plan, now, beyond=beyond) for beyond in (False, True)]
    for dialect in (DUCKDB, SPARK, POSTGRES):
        frame = NamedFrame(columns, dialect=dialect)
        texts = (
            [selection_sql(plan, frame, part) for part in limits]
            if plan.method == "srs"
            else [listing_sql(plan, frame)]
        )
        if then.sql in texts:
            return True
        # A table of PostgreSQL goes by its own name, which no one but its owner needs to know.
        patterns = [re.escape(text).replace(f"from\\ {PUBLISHED}", r'from\ (?:"(?:[^"]|"")+"\.?)+') for text in texts]
        if dialect is POSTGRES and any(re.fullmatch(pattern, then.sql) for pattern in patterns):
            return True
    return False


def _limits(plan: SamplingPlan, record: DrawRecord, *, beyond: bool) -> dict[str, Limit]:
    found = {}
    for s in record.strata:
        n = min(s.sample_size + plan.reserve, s.population_size) if s.sample_size else 0
        if n:
            found[s.stratum] = Limit(n, s.population_size, BEYOND if beyond else threshold(n, s.population_size))
    return found


def sample_differences(column: str, right: pd.DataFrame, table: pd.DataFrame) -> list[str]:
    """What a sample says otherwise than the draw that was made again: units, their order, and every cell."""
    lacking = [name for name in right if name not in table]
    strange = [name for name in table if name not in right]
    problems = [f"the sample lacks columns {first_few(lacking)}"] if lacking else []
    problems += [f"the sample has columns that the draw does not give {first_few(strange)}"] if strange else []
    if column not in table or "stratum" not in table:
        return problems
    units, drawn = table[column].astype("str").tolist(), right[column].astype("str").tolist()
    strata = table["stratum"].astype("str").tolist()
    if units == drawn and strata == right["stratum"].astype("str").tolist():
        return problems + _cell_differences(column, right, table)
    extra, lost = sorted(set(units) - set(drawn)), sorted(set(drawn) - set(units))
    if extra:
        problems.append(f"units in the sample were not drawn ({first_few(extra)})")
    if lost:
        problems.append(f"drawn units are not in the sample ({first_few(lost)})")
    if not extra and not lost:
        problems.append("the sample holds the drawn units in another order, stratum or number of times")
    return problems


def _cell_differences(column: str, right: pd.DataFrame, table: pd.DataFrame) -> list[str]:
    problems = []
    for name in right:
        if name in (column, "stratum") or name not in table:
            continue
        wrong = _unequal(right[name].reset_index(drop=True), table[name].reset_index(drop=True))
        if wrong.any():
            problems.append(f"{name} differs from the draw in rows {first_few((np.flatnonzero(wrong) + 1).tolist())}")
    return problems


def _same_whole(one: Any, other: Any) -> bool:
    """Whether two cells hold the same whole number; beyond 2^53 a comparison as doubles would not tell."""
    import pandas as pd

    if pd.isna(one) or pd.isna(other):
        return bool(pd.isna(one) and pd.isna(other))
    try:
        return int(one) == (int(other) if isinstance(other, str) else other)
    except ValueError:
        return False


def _unequal(right: pd.Series, found: pd.Series) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Where two columns differ; whole numbers exactly, other numbers by a relative 1e-12, all else by their text."""
    from pandas.api.types import is_bool_dtype, is_integer_dtype, is_numeric_dtype

    if is_integer_dtype(right):
        pairs = zip(right.tolist(), found.tolist(), strict=True)
        return np.array([not _same_whole(one, other) for one, other in pairs], dtype=bool)
    if is_numeric_dtype(right) and not is_bool_dtype(right):
        import pandas as pd

        numbers = pd.to_numeric(found, errors="coerce").astype(float).to_numpy()
        wanted = right.astype(float).to_numpy()
        same = np.isclose(numbers, wanted, rtol=TOLERANCE, atol=0.0, equal_nan=True)
        return np.asarray(~same | (right.isna().to_numpy() != found.isna().to_numpy()))
    missing = right.isna().to_numpy() != found.isna().to_numpy()
    text = right.astype("str").to_numpy() != found.astype("str").to_numpy()
    return np.asarray(missing | (text & ~right.isna().to_numpy()))
