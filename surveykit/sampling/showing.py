"""What plans, allocations and samples show of themselves: strata and counts, never drawn units."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from surveykit.display import NamedTable, Presentation, Words, facts

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from surveykit.language import Language
    from surveykit.sampling.allocation.allocation import Allocation
    from surveykit.sampling.allocation.bethel import MultivariateAllocation
    from surveykit.sampling.drawing.record import DrawRecord, Sample
    from surveykit.sampling.drawing.reserve import ReleaseLedger
    from surveykit.sampling.drawing.verify import DrawVerification

__all__ = [
    "allocation_presentation",
    "ledger_presentation",
    "multivariate_presentation",
    "numbers_presentation",
    "plot_allocation",
    "record_presentation",
    "sample_presentation",
    "verification_presentation",
]


_FIRST_FEW = re.compile(r"\((\d+): .*\)")
"""The first few units that a message names in brackets; what is shown keeps their number only."""


def allocation_presentation(allocation: Allocation) -> Presentation:
    """Return the table of strata and what its precision supposes."""
    title = ("样本量分配", "Allocation")
    notes: tuple[Words, ...] = (
        (
            f"方法：{allocation.method}；合计 {allocation.total:,}",
            f"method: {allocation.method}; total {allocation.total:,}",
        ),
        (
            "半宽为95%区间的预期半宽：层内简单随机抽样，全部应答。",
            "half-widths: expected, of the 95 % interval, simple random sampling in the stratum, full response",
        ),
    )
    return Presentation(title, (NamedTable(title, allocation.table),), notes)


def plot_allocation(
    allocation: Allocation, ax: Axes | None, language: Language, labels: Mapping[str, str] | None, what: str
) -> Axes:
    """Draw sizes or expected half-widths by stratum."""
    from surveykit.display.charts import size_chart
    from surveykit.display.style import label_of

    names = {
        "sample_size": ("样本量", "sample size"),
        "sampling_fraction": ("抽样比", "sampling fraction"),
        "half_width_50": ("95%区间的预期半宽，率为50%", "expected half-width of the 95 % interval, rate 50 %"),
        "half_width_85": ("95%区间的预期半宽，率为85%", "expected half-width of the 95 % interval, rate 85 %"),
    }
    rows = allocation.table[["stratum"]].assign(
        label=[label_of(name, labels) for name in allocation.table["stratum"]], value=allocation.table[what]
    )
    return size_chart(rows, ax, axis=names[what][0 if language == "zh" else 1], percent=what != "sample_size")


def record_presentation(record: DrawRecord) -> Presentation:
    """Return the strata of a record and what proves the draw."""
    import pandas as pd

    title = ("抽样记录", "Record of the draw")
    strata = pd.DataFrame([asdict(s) for s in record.strata])
    if len(strata) and not strata["cut_key"].any():
        strata = strata.drop(columns="cut_key")
    return Presentation(title, (NamedTable(("各层", "Strata"), strata),), _proof(record))


def _proof(record: DrawRecord) -> tuple[Words, ...]:
    return (
        (
            f"方案 {record.plan_id}，种子“{record.seed}”，{record.hash}；抽样框 {record.frame_rows:,} 个单位，"
            f"摘要 {record.frame_digest[:16]}…；样本摘要 {record.sample_digest[:16]}…",
            f"plan {record.plan_id}, seed {record.seed!r}, {record.hash}; frame of {record.frame_rows:,} units, digest "
            f"{record.frame_digest[:16]}…; sample digest {record.sample_digest[:16]}…",
        ),
        *((note, note) for note in record.notes),
    )


def sample_presentation(sample: Sample) -> Presentation:
    """Return counts and weights by stratum; the drawn units are in `Sample.table`."""
    title = ("样本", "Sample")
    groups = sample.table.groupby("stratum", sort=False, observed=True)["base_weight"]
    strata = groups.agg(sample_size="size", smallest_weight="min", largest_weight="max", sum_of_weights="sum")
    return Presentation(title, (NamedTable(("各层", "Strata"), strata.reset_index()),), _proof(sample.record))


def ledger_presentation(ledger: ReleaseLedger) -> Presentation:
    """Return how many units are in use by stratum and every release with its reason, no units."""
    import pandas as pd

    groups = ledger.table.groupby("stratum", sort=False, observed=True)["base_weight"]
    strata = groups.agg(sample_size="size", smallest_weight="min", largest_weight="max").reset_index()
    said = [{name: str(value) for name, value in entry.items()} for entry in ledger.entries]
    tables = [NamedTable(("各层", "Strata"), strata)]
    tables += [NamedTable(("放出记录", "Releases"), pd.DataFrame(said))] if said else []
    return Presentation(("备用样本台账", "Ledger of the reserve"), tuple(tables))


def multivariate_presentation(allocation: MultivariateAllocation) -> Presentation:
    """Return sizes, targets and how near the cost is to the least possible."""
    tables = (
        NamedTable(("各层", "Strata"), allocation.table),
        NamedTable(("目标", "Targets"), allocation.targets),
    )
    note = (
        f"费用 {allocation.cost:,.6g}，下界 {allocation.lower_bound:,.6g}，差距 {allocation.gap:.2%}",
        f"cost {allocation.cost:,.6g}, lower bound {allocation.lower_bound:,.6g}, gap {allocation.gap:.2%}",
    )
    return Presentation(("多目标分配", "Allocation for several targets"), tables, (note,))


def verification_presentation(verification: DrawVerification) -> Presentation:
    """Return what was compared and what differs."""
    import pandas as pd

    title = (
        ("抽样核验：一致", "Verification: all agree")
        if verification.ok
        else ("抽样核验：不一致", "Verification: differs")
    )
    checks = pd.DataFrame({"check": list(verification.checks)})
    said = [_FIRST_FEW.sub(r"(\1)", p) if "units" in p else p for p in verification.problems]
    return Presentation(title, (NamedTable(title, checks),), tuple((text, text) for text in said))


def numbers_presentation(title: Words, result: Any, recipe: Mapping[str, Any] | None = None) -> Presentation:
    """Return the plain numbers of a small result as one table."""
    from surveykit.display.content import recipe_notes

    items = {name: value for name, value in asdict(result).items() if isinstance(value, bool | int | float | str)}
    return Presentation(title, (NamedTable(title, facts(items)),), recipe_notes(recipe or {}))
