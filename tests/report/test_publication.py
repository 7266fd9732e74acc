import dataclasses
import io
import zipfile

import numpy as np
import pandas as pd
import pypdf
import pytest

from surveykit.errors import DataError
from surveykit.report import (
    BRIEF_TEMPLATE,
    PublicationRules,
    build_docx,
    build_pdf,
    build_xlsx,
    data_files,
    differencing_risks,
    figure_files,
    make_brief,
    make_district_document,
    make_document,
    nchs_count,
    nchs_proportion,
    publish,
    render_html,
    suppress_counts,
)
from surveykit.report.publishing.suppression import protection_intervals


def judged(p, n, df, deff=1.5):
    se = np.sqrt(deff * p * (1 - p) / n)
    row = nchs_proportion([p], [se], [n], [df]).iloc[0]
    return row["status"], row["reason"], round(float(row["high"] - row["low"]), 3)


@pytest.mark.parametrize(
    ("p", "n", "df", "status", "reason"),
    [
        (0.86, 50, 12, "footnote", "complement"),
        (0.95, 100, 12, "footnote", "complement"),
        (0.95, 400, 12, "present", ""),
        (0.05, 100, 12, "suppress", "relative_width"),
        (0.50, 50, 12, "suppress", "width"),
        (0.50, 40, 12, "suppress", "size"),
        (0.50, 400, 7, "review", "df"),
        (0.50, 400, 8, "present", ""),
        (0.00, 400, 40, "review", "extreme"),
        (1.00, 400, 40, "review", "extreme"),
        (0.02, 100, 40, "suppress", "relative_width"),
        (0.02, 400, 40, "present", ""),
    ],
)
def test_nchs_2017(p, n, df, status, reason):
    assert judged(p, n, df)[:2] == (status, reason)


@pytest.mark.parametrize(
    ("p", "n", "width"), [(0.86, 50, 0.282), (0.95, 100, 0.135), (0.95, 400, 0.063), (0.5, 50, 0.385)]
)
def test_korn_graubard_widths(p, n, width):
    assert judged(p, n, 12)[2] == pytest.approx(width, abs=0.0015)


def test_nchs_2023():
    found = nchs_count(
        [80, 80, 10, 80, np.nan], [78, 78, 1, 78, 0], [82, 82, 18, 82, 0], [100, 9, 100, 100, 100], [20, 20, 20, 7, 20]
    )
    assert found["status"].tolist() == ["present", "suppress", "suppress", "review", "missing"]
    assert found["reason"].tolist() == ["", "size", "relative_width", "df", "missing"]


def with_district(report, district, **values):
    table = report.estimates["district"].copy()
    chosen = (table["district"] == district) & (table["variable"] == "awareness")
    for column, value in values.items():
        table.loc[chosen, column] = value
    return dataclasses.replace(report, estimates={**report.estimates, "district": table})


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_withheld_figure_is_in_no_output(make_small_report):
    secret = 0.5123456
    report = with_district(
        make_small_report(), "jinniu", estimate=secret, std_error=0.1654, conf_low=0.2111111, conf_high=0.8012345, n=9.0
    )
    document = make_document(report)
    brief = render_html(make_brief(report), template=BRIEF_TEMPLATE)
    own = render_html(make_district_document(report, "jinniu"))
    page, files = render_html(document), figure_files(document)
    outputs = [
        page.encode(),
        render_html(document, medium="screen").encode(),
        render_html(make_document(report, edition="en")).encode(),
        brief.encode(),
        own.encode(),
        *data_files(report).values(),
        pd.read_parquet(io.BytesIO(data_files(report)["estimates.parquet"])).to_csv().encode(),
        *(file.content for file in files),
    ]
    archive_pdf = build_pdf(page, variant="pdf/a-3u", attachments=files, published=document.published)
    for content in (archive_pdf, build_pdf(own)):
        reader = pypdf.PdfReader(io.BytesIO(content))
        outputs += [part.extract_text().encode() for part in reader.pages]
        outputs += [data for parts in reader.attachments.values() for data in parts]
        outputs.append(content)
    for content in (build_xlsx(document), build_docx(document)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            outputs += [archive.read(name) for name in archive.namelist()]
    for text in ("0.5123", "51.2%", ">51.2<", ",51.2,", "21.1–80.1", "16.54"):
        assert not any(text.encode() in output for output in outputs), text
    assert any(b"[u]" in output for output in outputs)


def test_reliability_and_confidentiality_are_apart(make_small_report):
    report = make_small_report()
    few = publish(with_district(report, "jinniu", n=3.0)).query("level == 'jinniu'").iloc[0]
    weak = publish(with_district(report, "jinniu", n=20.0)).query("level == 'jinniu'").iloc[0]
    assert (few["status"], weak["status"]) == ("c", "u")
    assert np.isnan(few["n"])
    assert weak["n"] == 20


def test_a_district_without_respondents_is_named(make_small_report):
    report = make_small_report()
    table = report.estimates["district"]
    report = dataclasses.replace(
        report, estimates={**report.estimates, "district": table[table["district"] != "wuhou"]}
    )
    assert publish(report).query("level == 'wuhou'")["status"].tolist() == ["x"]
    html = render_html(make_document(report))
    assert "[x] 没有数据。" in html


def test_rules_can_be_changed(make_small_report):
    report = with_district(make_small_report(), "jinniu", n=20.0)
    assert publish(report, PublicationRules(standard="none")).query("level == 'jinniu'")["status"].tolist() == [""]
    assert publish(report, PublicationRules(round_counts_to=50)).query("level == 'wuhou'")["n"].tolist() == [250.0]


def test_unknown_districts_are_an_error(make_small_report):
    report = make_small_report()
    table = report.estimates["district"].replace({"wuhou": "nowhere"})
    with pytest.raises(DataError, match="nowhere"):
        publish(dataclasses.replace(report, estimates={**report.estimates, "district": table}))


@pytest.mark.parametrize("seed", range(20))
def test_no_line_has_exactly_one_hidden_cell_and_none_can_be_worked_out(seed):
    counts = np.random.default_rng(seed).poisson(12, size=(6, 5)) * np.random.default_rng(seed + 99).integers(
        0, 3, (6, 5)
    )
    hidden = suppress_counts(counts)
    small = (counts > 0) & (counts < 5)
    assert hidden[small].all()
    assert not (hidden.sum(axis=0) == 1).any()
    assert not (hidden.sum(axis=1) == 1).any()
    limits = protection_intervals(counts, hidden)
    for value, (low, high), (row, column) in zip(counts[hidden], limits, np.argwhere(hidden), strict=True):
        if small[row, column]:
            assert max(high - value, value - low) >= 3 - 1e-6


def test_one_dimension_with_a_total():
    assert suppress_counts([50, 3, 30, 20]).tolist() == [False, True, False, True]
    assert not suppress_counts([50, 30, 20]).any()


def test_a_row_of_one_answer_is_hidden():
    assert suppress_counts([[0, 40], [20, 30], [25, 35]])[0, 1]


def test_differencing():
    areas = {
        "20 divisions: Wuhou": ["wuhou", "gaoxin"],
        "23 regions: Wuhou": ["wuhou"],
        "23 regions: Jinniu": ["jinniu"],
    }
    counts = {"20 divisions: Wuhou": 402, "23 regions: Wuhou": 400, "23 regions: Jinniu": 400}
    assert differencing_risks(areas, counts) == [("20 divisions: Wuhou", "23 regions: Wuhou", 2)]


def test_counts_must_be_counts():
    with pytest.raises(DataError):
        suppress_counts(pd.DataFrame({"a": [1.0, np.nan]}))


def test_small_counts_of_answers_are_withheld_in_pairs(make_small_report):
    topline = pd.DataFrame(
        {"question": "aware", "code": ["1", "2", "3"], "n": [400, 3, 60], "estimate": [0.86, 0.0065432, 0.13],
         "conf_low": [0.8, 0.001, 0.1], "conf_high": [0.9, 0.02, 0.16]}
    )  # fmt: skip
    document = make_document(make_small_report(topline=topline))
    table = next(table for table in document.tables() if table.id == "topline-aware")
    assert [row[2].status for row in table.rows] == ["", "c", "c"]
    assert [row[4].text for row in table.rows] == ["400", "[c]", "[c]"]
    assert "[c]" in table.notes[0]
