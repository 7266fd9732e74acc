"""Prove from frame and record that a sample is the one that plan and seed determine."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from surveykit.display import NamedTable, Presentation, Shown
from surveykit.errors import SurveyKitError, first_few
from surveykit.sampling.allocation.allocation import Allocation
from surveykit.sampling.drawing.draw import draw
from surveykit.sampling.drawing.record import DrawRecord, sample_digest
from surveykit.sampling.frames.frames import open_frame
from surveykit.sampling.frames.keys import frame_digest
from surveykit.sampling.frames.strata import stratum_table
from surveykit.sampling.plan.definition import SamplingPlan, plan_hash

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DrawVerification", "verify_draw"]

DIGEST = "the frame digest differs: ids were added, removed or moved to another stratum since the draw"
_FIRST_FEW = re.compile(r"\((\d+): .*\)")
"""The first few units that a message names in brackets; what is shown keeps their number only."""


@dataclass(frozen=True, slots=True)
class DrawVerification(Shown):
    """Outcome of a verification.

    Attributes
    ----------
    ok : bool
        Whether plan, frame, record and sample agree throughout.
    problems : tuple of str
        What differs; empty when all agree.
    checks : tuple of str
        What was compared.
    """

    ok: bool
    problems: tuple[str, ...]
    checks: tuple[str, ...]

    def __repr__(self) -> str:
        if self.ok:
            return f"<DrawVerification: {', '.join(self.checks)} agree>"
        return f"<DrawVerification: {len(self.problems)} things differ, see .problems>"

    def presentation(self) -> Presentation:
        """Return what was compared and what differs."""
        import pandas as pd

        agree, differ = ("抽样核验：一致", "Verification: all agree"), ("抽样核验：不一致", "Verification: differs")
        title = agree if self.ok else differ
        checks = pd.DataFrame({"check": list(self.checks)})
        said = [_FIRST_FEW.sub(r"(\1)", p) if "units" in p else p for p in self.problems]
        return Presentation(title, (NamedTable(title, checks),), tuple((text, text) for text in said))


def verify_draw(
    plan: SamplingPlan, frame: Any, record: DrawRecord, sample_table: pd.DataFrame | None = None
) -> DrawVerification:
    """Draw again from the frame and compare everything with the record and the sample.

    Parameters
    ----------
    plan : SamplingPlan
        The plan as it stands today.
    frame : path, table or DuckDB relation
        The frame as it stands today, on any engine.
    record : DrawRecord
        The record of the draw.
    sample_table : pandas.DataFrame, optional
        The sample in use, with the plan's id column and ``stratum``; compared row by row in order.

    Returns
    -------
    DrawVerification
        ``ok``, and each difference in words.

    Examples
    --------
    >>> import pandas as pd
    >>> size = {"per_stratum": 2}
    >>> plan = SamplingPlan.model_validate({"id": "p", "frame": {"id": "u"}, "size": size, "seed": "demo"})
    >>> frame = pd.DataFrame({"u": list("abcdef")})
    >>> sample = draw(plan, frame)
    >>> verify_draw(plan, frame, sample.record, sample.table).ok
    True
    """
    problems = _plan_problems(plan, record)
    checks = ["plan", "frame counts", "frame digest", "cut keys", "sample"]
    drawn_plan = SamplingPlan.model_validate(record.plan).model_copy(update={"seed": record.seed, "hash": record.hash})
    try:
        opened = open_frame(frame, delimiter=drawn_plan.frame.delimiter)
        strata = stratum_table(drawn_plan, opened)
    except SurveyKitError as error:
        return DrawVerification(False, (*problems, str(error)), tuple(checks[:2]))
    if record.stages:
        if frame_digest(drawn_plan, opened) != record.frame_digest:
            problems.append(DIGEST)
        problems += _stage_problems(drawn_plan, opened, record, sample_table)
        return DrawVerification(not problems, tuple(problems), ("plan", "frame digest", "stages", "sample"))
    problems += _frame_problems(record, strata)
    if frame_digest(drawn_plan, opened) != record.frame_digest:
        problems.append(DIGEST)
    recorded = {s.stratum: s.sample_size for s in record.strata}
    try:
        known = strata[strata["stratum"].isin(recorded)].reset_index(drop=True)
        sizes = known["stratum"].map(recorded)
        if len(known) < len(strata):
            return DrawVerification(False, tuple(problems), tuple(checks))
        again = draw(drawn_plan, opened, Allocation(known.assign(sample_size=sizes), "recorded"))
    except SurveyKitError as error:
        return DrawVerification(False, (*problems, str(error)), tuple(checks))
    problems += _key_problems(record, again.record)
    if sample_table is not None:
        problems += _sample_problems(drawn_plan, record, again.table, sample_table)
    return DrawVerification(not problems, tuple(problems), tuple(checks))


def _stage_problems(plan: SamplingPlan, frame: Any, record: DrawRecord, sample_table: pd.DataFrame | None) -> list[str]:
    """Draw all stages again with the recorded clusters and compare stage by stage."""
    try:
        strata = stratum_table(plan, frame)
        sizes = {s.stratum: s.sample_size for s in record.stages[0].strata}
        clusters = strata["stratum"].map(sizes).fillna(0).astype(int)
        again = draw(plan, frame, Allocation(strata.assign(sample_clusters=clusters, sample_size=clusters), "recorded"))
    except SurveyKitError as error:
        return [str(error)]
    problems = []
    for number, (then, now) in enumerate(zip(record.stages, again.record.stages, strict=True), start=1):
        for name, words in (("frame_digest", "the list of units"), ("sample_digest", "the drawn units")):
            if getattr(then, name) != getattr(now, name):
                problems.append(f"stage {number}: {words} differ from the record")
        problems += [f"stage {number}: {text}" for text in _weight_total_problems(then, now)]
    if sample_table is not None:
        problems += _sample_problems(plan, record, again.table, sample_table)
    return problems


def _plan_problems(plan: SamplingPlan, record: DrawRecord) -> list[str]:
    problems = []
    if plan_hash(plan) != record.plan_hash:
        now, then = plan.model_dump(mode="json", exclude_defaults=True), record.plan
        changed = sorted(name for name in {*now, *then} if now.get(name) != then.get(name))
        problems.append(f"the plan changed since the draw ({first_few(changed)})")
    if plan_hash(SamplingPlan.model_validate(record.plan)) != record.plan_hash:
        problems.append("the record was edited: its plan does not have its plan hash")
    if record.plan.get("seed") != record.seed:
        problems.append("the record was edited: its seed is not the seed of its plan")
    return problems


def _frame_problems(record: DrawRecord, strata: pd.DataFrame) -> list[str]:
    now = dict(zip(strata["stratum"], strata["population_size"].tolist(), strict=True))
    then = {s.stratum: s.population_size for s in record.strata}
    changed = [
        f"{s}: {then.get(s, 0)} then, {now.get(s, 0)} now" for s in sorted({*now, *then}) if now.get(s) != then.get(s)
    ]
    return [f"the number of units differs in strata {first_few(changed)}"] if changed else []


def _key_problems(record: DrawRecord, again: DrawRecord) -> list[str]:
    then = {s.stratum: s.cut_key for s in record.strata}
    changed = [s.stratum for s in again.strata if then.get(s.stratum) != s.cut_key]
    problems = [f"the cut key differs in strata {first_few(changed)}"] if changed else []
    problems += _weight_total_problems(record, again)
    if again.sample_digest != record.sample_digest:
        problems.append("the recorded sample is not the one that plan, frame and seed give")
    return problems


def _weight_total_problems(record: DrawRecord, again: DrawRecord) -> list[str]:
    """Strata whose weights differ although the units need not: sizes of units changed."""
    now = {s.stratum: s.weight_total for s in again.strata}
    changed = [
        s.stratum
        for s in record.strata
        if s.weight_total and abs(now.get(s.stratum, 0.0) / s.weight_total - 1.0) > 1e-9
    ]
    return [f"the weights differ in strata {first_few(changed)}: sizes of units changed"] if changed else []


def _sample_problems(plan: SamplingPlan, record: DrawRecord, again: pd.DataFrame, table: pd.DataFrame) -> list[str]:
    column = plan.frame.id
    lacking = [name for name in (column, "stratum") if name not in table]
    if lacking:
        return [f"the sample lacks columns {first_few(lacking)}"]
    units, right = table[column].astype("str").tolist(), again[column].tolist()
    strata = table["stratum"].astype("str").tolist()
    if sample_digest(strata, units) == record.sample_digest and units == right:
        return _weight_problems(again, table)
    extra, lost = sorted(set(units) - set(right)), sorted(set(right) - set(units))
    problems = []
    if extra:
        problems.append(f"units in the sample were not drawn ({first_few(extra)})")
    if lost:
        problems.append(f"drawn units are not in the sample ({first_few(lost)})")
    return problems or ["the sample holds the drawn units in another order, stratum or number of times"]


def _weight_problems(again: pd.DataFrame, table: pd.DataFrame) -> list[str]:
    problems = []
    for name in ("inclusion_probability", "base_weight"):
        if name in table:
            wrong = (table[name].astype(float).reset_index(drop=True) / again[name] - 1.0).abs() > 1e-12
            if wrong.any():
                problems.append(f"{name} differs from the draw in rows {first_few((wrong[wrong].index + 1).tolist())}")
    return problems
