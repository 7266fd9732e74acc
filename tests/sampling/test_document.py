import io
import re

import pytest

from surveykit.sampling import (
    allocate,
    document_docx,
    document_html,
    plan_document,
    precision_proportion,
    stratum_table,
)

HEADS = ["调查目的", "调查内容", "调查对象及范围", "调查方法", "组织方式", "数据发布"]


@pytest.fixture(name="case")
def _case(frame, make_plan):
    plan = make_plan(
        title={"zh": "试 <点> 调查"}, population={"zh": "全部居民"}, document={"purpose": "了解情况\n改进工作"},
        expected={"proportion": "0.85", "response_rate": "0.5", "deff": "1.5", "unit_cost": "30"}, reserve="5",
    )  # fmt: skip
    return plan, allocate(plan, stratum_table(plan, frame)), frame


def test_six_heads_and_numbers_in_html(case):
    plan, allocation, frame = case
    html = document_html(plan_document(plan, allocation, labels={"wuhou": "武侯区"}))
    assert re.findall("<h2>(.*?)</h2>", html)[:6] == HEADS
    assert "<p>了解情况</p><p>改进工作</p>" in html
    assert "（待补充）" in html
    assert "试 &lt;点&gt; 调查" in html
    count = int((frame["district"] == "wuhou").sum())
    width = precision_proportion(40, 0.85, population_size=count, deff=1.5, response_rate=0.5).half_width
    assert f"<td>武侯区</td><td>{count:,}</td><td>40</td><td>20</td><td>{100 * width:.1f}</td><td>1,200</td>" in html
    assert "<td>合计</td><td>3,000</td><td>120</td><td>60</td>" in html


def test_docx_holds_the_same(case):
    docx = pytest.importorskip("docx")
    plan, allocation, _ = case
    file = docx.Document(io.BytesIO(document_docx(plan_document(plan, allocation))))
    heads = [p.text for p in file.paragraphs if p.style.name == "Heading 1"]
    assert heads[:6] == HEADS
    assert [cell.text for cell in file.tables[0].rows[-1].cells][:3] == ["合计", "3,000", "120"]
    for table in file.tables:
        assert table.style.name == "Survey Table"
        assert table._tbl.xml.count("<w:tblHeader/>") == 1
        assert table._tbl.xml.count("<w:cantSplit/>") == len(table.rows)
    assert file.styles["Heading 1"].font.color.rgb == (0, 0, 0)


def test_english_and_two_stages(frame, make_plan):
    stages = [{"id": "sex", "size": {"per_stratum": "2"}}, {"id": "unit_id", "size": {"per_stratum": "3"}}]
    plan = make_plan(size={}, stages=stages, seed=None)
    html = document_html(plan_document(plan, allocate(plan, stratum_table(plan, frame)), "en"))
    assert "<h2>Purpose</h2><p>(to be written)</p>" in html
    assert "stage 2 draws unit_id by simple random sampling" in html
    assert "published commitment" in html


def test_precision_is_that_of_districts_when_strata_are_finer(frame, make_plan):
    expected = {"proportion": "0.85", "response_rate": "0.5"}
    plan = make_plan(strata=["district", "sex"], levels={}, size={"per_stratum": "40"}, expected=expected)
    allocation = allocate(plan, stratum_table(plan, frame))
    document = plan_document(plan, allocation, labels={"wuhou": "武侯区"})
    domains, strata, comparison = document.sections[-3:]
    districts = list(frame["district"].unique())
    assert [row[0] for row in domains.table[1:-1]] == sorted(("武侯区" if d == "wuhou" else d) for d in districts)
    assert len(strata.table) == len(allocation.table) + 2
    assert comparison.table[1][-1].endswith(f"/ {len(districts)}")
    counts = frame[frame["district"] == "wuhou"]["sex"].value_counts()
    widths = [precision_proportion(40, 0.85, population_size=n, response_rate=0.5).half_width for n in counts]
    whole = sum((n / counts.sum() * w) ** 2 for n, w in zip(counts, widths, strict=True)) ** 0.5
    row = next(row for row in domains.table if row[0] == "武侯区")
    assert row[1:] == (f"{counts.sum():,}", "80", "40", f"{100 * whole:.1f}")
