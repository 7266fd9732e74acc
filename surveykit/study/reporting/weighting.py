"""Diagnostics of the weights of every analysis, with labels, for the report's appendix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from surveykit.report.content.weighting_record import WeightDiagnostics
from surveykit.study.files import places
from surveykit.study.reporting.wordings import groups
from surveykit.study.running.artefacts import read_csv, read_json

if TYPE_CHECKING:
    from surveykit.study.files.study import Study

__all__ = ["weight_diagnostics"]


def weight_diagnostics(study: Study) -> tuple[WeightDiagnostics, ...]:
    """Read the weighting log and weights of each analysis."""
    log = read_json(study.path(places.WEIGHTING_LOG))
    weights = read_csv(study.path(places.WEIGHTS))
    names = _Names(study)
    made = []
    for analysis in study.definition.analyses:
        own = dict(log[analysis.id])
        final = weights.loc[weights["analysis"] == analysis.id, "final_weight"]
        coverage = [row for record in own["log"] if record["kind"] == "coverage" for row in record["cells"]]
        margins = pd.DataFrame(own["margins"]).rename(columns={"margin": "variable"})
        made.append(
            WeightDiagnostics(
                id=analysis.id,
                name={"zh": analysis.zh, "en": analysis.en},
                overall=own["overall"],
                weights=final[final > 0].reset_index(drop=True),
                domains=names.labelled(pd.DataFrame(own["domains"])),
                margins=names.labelled(margins),
                histories=_histories(own["log"]),
                coverage=names.labelled(pd.DataFrame(coverage)),
            )
        )
    return tuple(made)


def _histories(log: list[dict[str, Any]]) -> pd.DataFrame:
    rows = []
    for record in log:
        for iteration, gap in enumerate(record["history"]):
            rows.append({"step": record["step"], "kind": record["kind"], "iteration": iteration, "max_gap": gap})
    return pd.DataFrame(rows, columns=["step", "kind", "iteration", "max_gap"])


class _Names:
    """Names of variables and levels in both languages: from margins, groups of the report and the regions."""

    def __init__(self, study: Study) -> None:
        self.variables = {domain.id: {"zh": domain.zh, "en": domain.en} for domain in study.definition.domains}
        self.levels: dict[tuple[str, str], dict[str, str]] = {}
        for table in study.margins.values():
            for row in table.astype(str).to_dict("records"):
                self.levels[(row["variable"], row["level"])] = {"zh": row["label_zh"], "en": row["label_en"]}
                self.levels.setdefault(("", row["level"]), {"zh": row["label_zh"], "en": row["label_en"]})
        for group in groups(study):
            for level, text in group.levels.items():
                self.levels[(group.id, level)] = dict(text)

    def labelled(self, table: pd.DataFrame) -> pd.DataFrame:
        """Add the columns variable_zh, variable_en, level_zh and level_en."""
        if table.empty:
            return pd.DataFrame()
        out = table.copy()
        for language in ("zh", "en"):
            out[f"variable_{language}"] = [self.variables.get(v, {}).get(language, v) for v in out["variable"]]
            out[f"level_{language}"] = [
                self.levels.get((v, str(level)), self.levels.get(("", str(level)), {})).get(language, str(level))
                for v, level in zip(out["variable"], out["level"], strict=True)
            ]
        return out
