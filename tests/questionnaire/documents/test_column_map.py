from __future__ import annotations

from surveykit.questionnaire import (
    ColumnMap,
    Questionnaire,
    wjx_column_map,
)


def test_column_map_of_wjx_goes_through_json(chengdu: Questionnaire) -> None:
    found = wjx_column_map(chengdu)
    entry = {entry.variable: entry for entry in found.entries}
    assert entry["sat_venue"].column == "8、您对文明实践中心（所、站）以下各方面满意吗？—阵地设施"
    assert entry["channel"].options[-1] == ("98", "说不清")
    assert entry["channel"].other == "96"
    assert ColumnMap.from_dict(found.to_dict()) == found
    assert {"variable", "code", "text", "definition_hash"} <= set(found.to_frame().columns)
