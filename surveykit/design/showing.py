"""What designs show of themselves: counts and weights, never rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from surveykit.display import NamedTable, Presentation, Words, facts

if TYPE_CHECKING:
    from surveykit.design.replicate_design import ReplicateDesign
    from surveykit.design.survey_design import SurveyDesign

__all__ = ["replicate_presentation", "survey_presentation"]


def survey_presentation(design: SurveyDesign) -> Presentation:
    """Return what a design consists of."""
    items = {"rows": design.n, "psus": design.n_psu, "strata": design.n_strata, "df": design.degf}
    items |= _weights(design.weights)
    notes: list[Words] = [_sampling(design)]
    if design.adjustments:
        names = [adjustment.name for adjustment in design.adjustments]
        notes.append(("方差中计入的权数调整：" + "、".join(names), "adjusted by " + ", ".join(names)))
    return _one_table(("抽样设计", "Survey design"), items, notes)


def replicate_presentation(design: ReplicateDesign) -> Presentation:
    """Return what a replicate design consists of."""
    items = {"rows": design.n, "replicates": design.n_replicates, "method": design.method, "df": float(design.degf)}
    return _one_table(("重复权数设计", "Replicate design"), items | _weights(design.weights), [])


def _sampling(design: SurveyDesign) -> Words:
    psu = " > ".join(map(str, design.psu_columns))
    limited = design.population_size is not None or design.sampling_fraction is not None
    zh = f"初级单元：{psu}" if psu else "逐个抽取"
    en = f"psu {psu}" if psu else "element sampling"
    return (
        f"{zh}；{'计入' if limited else '不计'}有限总体校正；单一初级单元层：{design.lonely_psu}",
        f"{en}; {'with' if limited else 'no'} finite population correction; lonely_psu: {design.lonely_psu}",
    )


def _weights(weights: Any) -> dict[str, Any]:
    used = np.asarray(weights, dtype=float)
    used = used[used > 0]
    if not used.size:
        return {}
    return {
        "sum_of_weights": float(used.sum()),
        "smallest_weight": float(used.min()),
        "largest_weight": float(used.max()),
        "deff_kish": float(used.size * (used**2).sum() / used.sum() ** 2),
    }


def _one_table(title: Words, items: dict[str, Any], notes: list[Words]) -> Presentation:
    return Presentation(title, (NamedTable(title, facts(items)),), tuple(notes))
