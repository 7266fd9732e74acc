"""Evaluate a study's sampling plan on its synthetic population."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from surveykit.simulation import EvaluationOptions, evaluate_plan
from surveykit.study.files import places
from surveykit.study.files.study import UNIT, simulation_of
from surveykit.study.running.artefacts import read_parquet, to_csv
from surveykit.study.running.lock import study_lock
from surveykit.study.running.manifest import write_atomically
from surveykit.weighting.steps.nonresponse import NonresponseStep

if TYPE_CHECKING:
    from collections.abc import Callable

    from surveykit.simulation import PlanEvaluation
    from surveykit.study.files.study import Study

__all__ = ["evaluate_study", "evaluation_lines", "evaluation_payload"]

_SHOWN = (("bias", 2, 2), ("mean_width", 1, 2), ("coverage", 1, 1), ("right_band", 0, 1))
_HEADS = ("bias", "width", "coverage", "right band")


def evaluate_study(study: Study, repetitions: int, progress: Callable[[int], None] | None = None) -> PlanEvaluation:
    """Draw the study's plan again and again from its synthetic population, and write the evaluation.

    The classes of the nonresponse adjustment are those of the weighting plan, where it has classes.

    Parameters
    ----------
    study : Study
        A simulated study whose frame and would-be answers exist.
    repetitions : int
        At least 20.
    progress : callable, optional
        Called with the number of repetitions done.

    Returns
    -------
    PlanEvaluation
        Also written to simulation/evaluation.csv in the study's output folder.
    """
    plan, data = study.sampling_plan, study.definition.data
    assert data.answers is not None
    frame, answers = read_parquet(study.root / data.frame), read_parquet(study.root / data.answers)
    adjusting = (step for step in study.weighting.steps if isinstance(step, NonresponseStep))
    classes = next((step.by for step in adjusting if step.method == "classes"), ())
    known = tuple(name for name in classes if name in frame)
    options = EvaluationOptions(repetitions=repetitions, domain=UNIT, classes=known)
    found = evaluate_plan(plan, simulation_of(study), frame, answers, options=options, progress=progress)
    with study_lock(study.output):
        write_atomically(study.path(places.EVALUATION), to_csv(found.table))
    return found


def evaluation_payload(study: Study, found: PlanEvaluation) -> dict[str, Any]:
    """Return the evaluation as plain values."""
    return {
        "study": study.definition.id,
        "plan": study.sampling_plan.id,
        "repetitions": int(found.table["repetitions"].iloc[0]),
        "sample_size": found.sample_size,
        "mean_respondents": found.mean_respondents,
        "bands": list(found.bands),
        "conf_level": found.conf_level,
        "file": study.located(places.EVALUATION),
        "results": found.table.astype(object).where(found.table.notna(), None).to_dict("records"),
    }


def evaluation_lines(study: Study, found: PlanEvaluation) -> list[str]:
    """Return what is printed: the city by rate, and the districts by rate with the least favourable named."""
    table, b = found.table, int(found.table["repetitions"].iloc[0])
    lines = [
        f"{study.sampling_plan.id}: {b} repetitions, {found.sample_size:,.0f} drawn and "
        f"{found.mean_respondents:,.0f} respondents on average; Monte Carlo standard errors in brackets; "
        "in percentage points and percent",
        f"  {f'all {UNIT}s together':<28}{'truth':>8}" + "".join(f"{name:>17}" for name in _HEADS),
    ]
    for row in table[table["domain"] == ""].to_dict("records"):
        lines.append(f"  {row['rate_id']:<28}" + _cells(row))
    lines.append(f"  {UNIT}s, by rate: median over {UNIT}s, and the lowest coverage and chance of the right band")
    for rate, rows in table[table["domain"] == UNIT].groupby("rate_id", sort=False):
        lines.append(f"  {rate:<28}" + _cells(rows.median(numeric_only=True).to_dict()))
        for name, words in (("coverage", "coverage"), ("right_band", "right band")):
            low = rows.sort_values(name, kind="stable").to_dict("records")[0]
            lines.append(
                f"    lowest {words:<12} {low['level']}: {100 * low[name]:.0f} % ({100 * low[name + '_error']:.1f})"
            )
    limits = ", ".join(f"{100 * limit:g}" for limit in found.bands)
    lines.append(f"  bands are cut at {limits} %; every {UNIT}: {study.located(places.EVALUATION)}")
    return lines


def _cells(row: dict[Any, Any]) -> str:
    shown = f"{100 * row['truth']:8.1f}"
    for name, value_digits, error_digits in _SHOWN:
        told = f"{100 * row[name]:.{value_digits}f} ({100 * row[name + '_error']:.{error_digits}f})"
        shown += f"{told:>17}"
    return shown
