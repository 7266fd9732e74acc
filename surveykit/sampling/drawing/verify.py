"""Prove from frame and record that a sample is the one that plan and seed determine."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from surveykit.display import NamedTable, Presentation, Shown
from surveykit.errors import SurveyKitError, first_few
from surveykit.sampling.allocation.allocation import Allocation
from surveykit.sampling.drawing.comparing import DIGEST, record_differences, sample_differences
from surveykit.sampling.drawing.draw import draw
from surveykit.sampling.drawing.record import DrawRecord
from surveykit.sampling.frames.digest import frame_digest
from surveykit.sampling.frames.preparing import open_plan_frame
from surveykit.sampling.frames.strata import stratum_table
from surveykit.sampling.plan.definition import SamplingPlan, plan_hash

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DrawVerification", "verify_draw"]

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
    plan: SamplingPlan,
    frame: Any,
    record: DrawRecord,
    sample_table: pd.DataFrame | None = None,
    allocation: Allocation | None = None,
) -> DrawVerification:
    """Draw again from plan and frame, and compare every field of the record and every cell of the sample.

    Nothing is taken from the record: sizes, hash, seed and its origin, notes, SQL, reserve, probabilities and weights
    follow from plan and frame.

    Parameters
    ----------
    plan : SamplingPlan
        The plan as it stands today.
    frame : path, table or DuckDB relation
        The frame as it stands today, on any engine.
    record : DrawRecord
        The record of the draw.
    sample_table : pandas.DataFrame, optional
        The sample in use, with all columns of the drawn one; compared row by row in order.
    allocation : Allocation, optional
        Sizes by stratum that were given to `draw` besides the plan; publish them with it. Found from the plan when left
        out.

    Returns
    -------
    DrawVerification
        ``ok``, and each difference in words.

    Notes
    -----
    Three fields are told and not proven: ``frame``, the name of what was read, ``reading``, how its file was read, and
    ``versions``, the programs that drew.

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
    problems = plan_problems(plan, record)
    checks = checks_of(record)
    try:
        opened = open_plan_frame(plan, frame)
        again = draw(plan, opened, allocation)
    except SurveyKitError as error:
        return DrawVerification(False, (*problems, *_frame_problems(plan, frame, record), str(error)), checks)
    problems += record_differences(plan, tuple(opened.columns()), record, again.record)
    if sample_table is not None:
        problems += sample_differences(plan.frame.id, again.table, sample_table)
    return DrawVerification(not problems, tuple(problems), checks)


def checks_of(record: DrawRecord) -> tuple[str, ...]:
    """What a verification compares."""
    checks = ["plan", "frame counts", "frame digest", "cut keys", "sizes", "every field of the record", "sample"]
    if record.stages:
        checks[1:4] = ["frame digest", "stages"]
    return tuple(checks)


def plan_problems(plan: SamplingPlan, record: DrawRecord) -> list[str]:
    """What plan and record contradict, without a look at the frame."""
    problems = []
    now, then = plan.model_dump(mode="json", exclude_defaults=True), record.plan
    changed = sorted(name for name in {*now, *then} if now.get(name) != then.get(name))
    if changed:
        problems.append(f"the plan changed since the draw ({first_few(changed)})")
    try:
        recorded = SamplingPlan.model_validate(record.plan)
    except ValueError as error:
        return [*problems, f"the record was edited: its plan is no plan: {error}"]
    if plan_hash(recorded) != record.plan_hash:
        problems.append("the record was edited: its plan does not have its plan hash")
    if recorded.seed != record.seed:
        problems.append("the record was edited: its seed is not the seed of its plan")
    return problems


def _frame_problems(plan: SamplingPlan, frame: Any, record: DrawRecord) -> list[str]:
    """What can be said of a frame from which the plan cannot be drawn."""
    try:
        opened = open_plan_frame(plan, frame)
        strata = stratum_table(plan, opened)
        same = frame_digest(plan, opened) == record.frame_digest
    except SurveyKitError:
        return []
    problems = [] if same else [DIGEST]
    if record.stages:
        return problems
    now = dict(zip(strata["stratum"], strata["population_size"].tolist(), strict=True))
    then = {s.stratum: s.population_size for s in record.strata}
    changed = [
        f"{s}: {then.get(s, 0)} then, {now.get(s, 0)} now" for s in sorted({*now, *then}) if now.get(s) != then.get(s)
    ]
    return [*problems, *([f"the number of units differs in strata {first_few(changed)}"] if changed else [])]
