"""Compare the published lists of units with the draw, or, where the frame is not at hand, with plan and record."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import TYPE_CHECKING

from surveykit.errors import SurveyKitError, first_few
from surveykit.files.looking import read_text
from surveykit.sampling import permanent_key
from surveykit.sampling.drawing.record import sample_digest
from surveykit.sampling.drawing.verify import plan_problems
from surveykit.study.files import places
from surveykit.study.running.artefacts import to_csv

if TYPE_CHECKING:
    import pandas as pd

    from surveykit.sampling import DrawRecord
    from surveykit.study.proving.log import DrawFiles

__all__ = ["column_notes", "list_problems", "unframed_problems"]

MAX_PUBLISHED = 2_000_000_000
ADDED = ("stratum", "inclusion_probability", "base_weight", "selection_order", "prn")


def list_problems(files: DrawFiles, place: str, right: pd.DataFrame, *, published: bool) -> list[str]:
    """Compare a published table with what would be written today, cell by cell.

    Parameters
    ----------
    files : DrawFiles
        Where the published file lies.
    place : str
        Which one.
    right : pandas.DataFrame
        What it should hold.
    published : bool
        Whether the list may be missing, lack columns, or hold columns that are empty in the copy of the frame;
        `column_notes` tells which.
    """
    name = files.located(place)
    if published and not files.path(place).exists():
        return []
    try:
        found = _cells(files, place)
    except SurveyKitError as error:
        return [str(error)]
    if published:
        header = found[0] if found else []
        kept = _compared(files, header, right)
        at = [header.index(column) for column in kept if column in header]
        found, right = [[row[i] for i in at if i < len(row)] for row in found], right[kept]
    wanted = [*csv.reader(io.StringIO(to_csv(right).decode("utf-8-sig")))]
    if wanted == found:
        return []
    if len(wanted) != len(found) or wanted[0] != found[0]:
        return [
            f"{name} has other rows or columns than the draw: {len(found) - 1} rows, the draw gives {len(wanted) - 1}"
        ]
    rows = [at for at, (one, other) in enumerate(zip(wanted, found, strict=True), start=1) if one != other]
    return [f"{name} differs from the draw in lines {first_few(rows)}"]


def column_notes(files: DrawFiles, tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Say which columns of the published lists were not compared, and which list is not there."""
    notes = []
    for place, right in tables.items():
        name = files.located(place)
        if not files.path(place).exists():
            continue
        found = _cells(files, place)
        header = found[0] if found else []
        kept = _compared(files, header, right)
        shown = [column for column in dict.fromkeys([*header, *right]) if column not in kept]
        if shown:
            notes.append(f"not compared in {name}: columns that are not in both list and frame {first_few(shown)}")
    return notes


def _cells(files: DrawFiles, place: str) -> list[list[str]]:
    return [*csv.reader(io.StringIO(read_text(files.path(place), limit=MAX_PUBLISHED)))]


def _compared(files: DrawFiles, header: list[str], right: pd.DataFrame) -> list[str]:
    """Columns that are compared: those of both sides that the frame at hand fills, and all that the draw decides."""
    plan = files.sampling_plan
    needed = [plan.frame.id, *plan.strata, *ADDED]
    empty = [column for column in right if column not in needed and right[column].isna().all()]
    kept = [column for column in header if column in right and column not in empty]
    return kept + [column for column in needed if column in right and column not in kept]


def unframed_problems(files: DrawFiles, record: DrawRecord) -> list[str]:
    """Compare plan, record and published sample with each other, without the frame."""
    problems = plan_problems(files.sampling_plan, record)
    for place in (places.SAMPLE_CSV, places.RELEASED):
        if files.path(place).exists():
            problems += _unit_problems(files, place, record)
    return problems


def _unit_problems(files: DrawFiles, place: str, record: DrawRecord) -> list[str]:
    plan, name = files.sampling_plan, files.located(place)
    rows = [*csv.DictReader(io.StringIO(read_text(files.path(place), limit=MAX_PUBLISHED)))]
    lacking = [column for column in (plan.frame.id, *ADDED) if not rows or column not in rows[0]]
    if lacking:
        return [f"{name} has no units, or lacks columns {first_few(lacking)}"]
    seed = f"{plan.seed}/{len(plan.stages)}" if plan.stages else str(plan.seed)
    units, strata = [row[plan.frame.id] for row in rows], [row["stratum"] for row in rows]
    wrong = [u for u, row in zip(units, rows, strict=True) if permanent_key(seed, u, plan.hash) != row["prn"]]
    problems = [f"{name}: tickets are not the hash of seed and id for units {first_few(wrong)}"] if wrong else []
    if place != places.SAMPLE_CSV:
        return problems
    if not plan.reserve and sample_digest(strata, units) != record.sample_digest:
        problems.append(f"{name} does not hold the units of the record in their order")
    if plan.stages:
        return problems
    sizes = {s.stratum: s for s in record.strata if s.sample_size}
    names = sorted({*sizes, *strata})
    changed = [s for s in names if s not in sizes or strata.count(s) != sizes[s].sample_size]
    if changed and plan.method != "poisson":
        problems.append(f"{name} has other numbers of units than the record in strata {first_few(changed)}")
    beyond = [r[plan.frame.id] for r in rows if plan.method == "srs" and r["stratum"] in sizes
              and r["prn"] > sizes[r["stratum"]].cut_key]  # fmt: skip
    if beyond:
        problems.append(f"{name}: tickets lie beyond the cut of their stratum for units {first_few(beyond)}")
    return problems
