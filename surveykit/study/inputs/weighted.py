"""The weighted designs of a study: one for each population that its results speak of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surveykit.errors import DataError
from surveykit.responses.fieldwork.sample_link import ANSWERED_SUFFIX
from surveykit.scoring import indicator_columns, with_alternatives
from surveykit.study.files import places
from surveykit.study.running.artefacts import read_csv, read_parquet
from surveykit.weighting import apply_weighting
from surveykit.weighting.variance.final_weights import FinalWeights

if TYPE_CHECKING:
    import pandas as pd

    from surveykit.design import SurveyDesign
    from surveykit.study.files.definition import Analysis
    from surveykit.study.files.study import Study
    from surveykit.weighting import WeightingPlan, WeightingResult

__all__ = ["own_answers", "plan_for", "read_linked", "weighted_design", "weighting_for", "with_indicators"]


def plan_for(study: Study, analysis: Analysis) -> WeightingPlan:
    """Return the study's weighting plan up to the step after which an analysis uses the weights."""
    kinds: list[str] = [step.kind for step in study.weighting.steps]
    last = kinds.index(analysis.weights_after)
    label = "adjusted, model-based" if analysis.kind == "model_adjusted" else "probability sample"
    return study.weighting.model_copy(update={"steps": study.weighting.steps[: last + 1], "result_label": label})


def read_linked(study: Study) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the linked sample and the kinds of its missing values, one row for each sampled unit."""
    return read_parquet(study.path(places.LINKED)), read_parquet(study.path(places.LINKED_MISSING))


def own_answers(table: pd.DataFrame) -> pd.DataFrame:
    """Return the linked table with what people answered in place of what the frame says of them."""
    answered = [name for name in table.columns if name.endswith(ANSWERED_SUFFIX)]
    renamed = {name: name.removesuffix(ANSWERED_SUFFIX) for name in answered}
    return table.drop(columns=[name for name in renamed.values() if name in table.columns]).rename(columns=renamed)


def weighting_for(study: Study, analysis: Analysis, linked: pd.DataFrame) -> WeightingResult:
    """Run the weighting plan for one analysis."""
    by_file = {path: study.margins[name] for name, path in study.definition.files.margins.items()}
    plan = plan_for(study, analysis)
    named = {name: _weighting_table(study, name, plan) for name in plan.table_files()}
    return apply_weighting(plan, linked, study.margins | by_file | named)


def _weighting_table(study: Study, name: str, plan: WeightingPlan) -> pd.DataFrame:
    """Read a table of cells or of the frame: levels as texts, sizes and numeric columns as numbers."""
    import pandas as pd

    path = study.definition.files.tables[name]
    table = read_csv(study.root / path, dtype=str)
    wanted = {column for step in plan.steps for column in step.number_columns()}
    for column in wanted & set(table.columns):
        numbers = pd.to_numeric(table[column], errors="coerce")
        if numbers.isna().any():
            row = int(numbers.isna().to_numpy().argmax())
            raise DataError(f"{path}: row {row + 1}: {column}: {table[column].iloc[row]!r} is no number: correct it")
        table[column] = numbers
    return table


def with_indicators(study: Study, linked: pd.DataFrame, missing: pd.DataFrame) -> pd.DataFrame:
    """Return the linked sample with a column for each indicator and each of its alternative rules."""
    columns = indicator_columns(with_alternatives(study.indicators), linked, missing)
    return linked.assign(**{str(name): columns[name] for name in columns})


def weighted_design(study: Study, analysis: Analysis, linked: pd.DataFrame, missing: pd.DataFrame) -> SurveyDesign:
    """Return the design of one analysis: the weights that were made, over the linked sample with all indicators.

    Raises
    ------
    DataError
        If the file of weights holds something else, lacks the analysis, or was made for other rows.
    """
    table = with_indicators(study, linked, missing)
    name = study.located(places.FINAL_WEIGHTS)
    stored = read_parquet(study.path(places.FINAL_WEIGHTS))
    try:
        if "analysis" not in stored.columns or not (stored["analysis"] == analysis.id).any():
            raise DataError(f"there are no weights for {analysis.id!r}: weight again")
        return FinalWeights.from_table(stored[stored["analysis"] == analysis.id]).design(table)
    except DataError as error:
        raise DataError(f"{name}: {error}") from error
