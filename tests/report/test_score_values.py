"""The score chapter prints what the rules saw where the scheme rounds."""

import pandas as pd

from surveykit.report.chapters.score import score_chapter
from surveykit.report.document.blocks import Table
from surveykit.report.document.view import make_view


def values(districts):
    return pd.DataFrame(
        {
            "district": districts[:2],
            "criterion_zh": "满意率",
            "criterion_en": "Satisfaction",
            "kind": "rate",
            "decimals": 1,
            "value": [0.8996, 0.8949],
            "value_used": [0.9, 0.895],
            "points": [10.0, 0.0],
        }
    )


def test_the_chapter_prints_the_value_before_and_after_rounding(make_report):
    plain = make_report()
    districts = plain.scores["district"].astype(str).tolist()
    for edition, name in (("zh", "满意率"), ("en", "Satisfaction")):
        chapter = score_chapter(make_view(make_report(score_values=values(districts)), edition=edition))
        (table,) = [b for b in chapter.blocks if isinstance(b, Table) and b.id == "score-values"]
        texts = sorted([cell.text for cell in row] for row in table.rows)
        assert {row[0] for row in texts} == {name}
        assert sorted(tuple(row[2:4]) for row in texts) == [("89.490%", "89.5%"), ("89.960%", "90.0%")]
        bare = score_chapter(make_view(plain, edition=edition))
        assert not [b for b in bare.blocks if isinstance(b, Table) and b.id == "score-values"]
