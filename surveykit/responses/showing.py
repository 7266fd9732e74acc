"""What answers, checks and linked samples show of themselves: counts, never records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from surveykit.display import NamedTable, Presentation, facts

if TYPE_CHECKING:
    from surveykit.responses.coding.merging import Merge
    from surveykit.responses.fieldwork.sample_link import LinkedSample
    from surveykit.responses.privacy.public_file import PublicFile
    from surveykit.responses.quality.checks import QualityReport
    from surveykit.responses.results import Responses

__all__ = [
    "linked_presentation",
    "merge_presentation",
    "public_presentation",
    "quality_presentation",
    "responses_presentation",
]

KINDS = {
    "": "已答 / answered",
    "na": "不适用 / not asked",
    "nr": "空白 / blank",
    "dk": "说不清 / don't know",
    "rf": "拒答 / refused",
}


def responses_presentation(responses: Responses) -> Presentation:
    """Return how many records and answers there are and what kinds of missing; values that are no option stay out."""
    counts = responses.missing.stack().astype(str).value_counts()
    kinds = pd.DataFrame(
        {"kind": [KINDS.get(str(k), str(k)) for k in counts.index], "count": counts.to_numpy()}
    ).assign(share=lambda t: t["count"] / max(int(t["count"].sum()), 1))
    items = {"records": len(responses.data), "columns": responses.data.shape[1], "unmapped": len(responses.unmapped)}
    tables = (NamedTable(("概况", "Summary"), facts(items)), NamedTable(("单元格", "Cells"), kinds))
    return Presentation((f"答卷 {responses.questionnaire_id}", f"Responses {responses.questionnaire_id}"), tables)


def quality_presentation(report: QualityReport) -> Presentation:
    """Return the checks with their counts; the log of records is not shown."""
    title = ("数据质量检查", "Quality checks")
    left = int(report.excluded.sum())
    note = (
        f"{len(report.flags)} 份答卷，剔除 {left} 份；标记不等于剔除。",
        f"{len(report.flags)} records, {left} excluded; a mark is no exclusion",
    )
    return Presentation(title, (NamedTable(title, report.table),), (note,))


def linked_presentation(linked: LinkedSample) -> Presentation:
    """Return dispositions and outcome rates."""
    from surveykit.responses.fieldwork.outcome_rates import outcome_rates

    counts = linked.table["disposition"].value_counts()
    rates = outcome_rates(linked.table)[["weighting", "n", "RR1", "RR2", "COOP1", "REF1", "CON1"]]
    note = (
        f"无法与样本对应的答卷 {len(linked.unmatched)} 份，重复 {len(linked.duplicates)} 份",
        f"{len(linked.unmatched)} records that match no unit, {len(linked.duplicates)} duplicates",
    )
    dispositions = pd.DataFrame({"disposition": counts.index.astype(str), "units": counts.to_numpy()})
    tables = (
        NamedTable(("最终处置", "Dispositions"), dispositions),
        NamedTable(("应答率（AAPOR）", "Outcome rates (AAPOR)"), rates),
    )
    return Presentation(("样本与答卷", "Sample with answers"), tables, (note,))


def merge_presentation(merge: Merge) -> Presentation:
    """Return counts of what the later export changed, by column; no records."""
    items = {"added": len(merge.added), "changed": len(merge.changes), "only_earlier": len(merge.lost)}
    columns = merge.changes["column"].value_counts().rename_axis("column").reset_index(name="count")
    tables = [NamedTable(("概况", "Summary"), facts(items))]
    tables += [NamedTable(("改动的列", "Changed columns"), columns)] if len(columns) else []
    return Presentation(("两次导出的合并", "Two exports put together"), tuple(tables))


def public_presentation(file: PublicFile) -> Presentation:
    """Return the risk before and after, and what was done."""
    tables = (NamedTable(("风险", "Risk"), file.risk), NamedTable(("处理", "What was done"), file.log))
    return Presentation(("去标识化数据", "De-identified data"), tables)
