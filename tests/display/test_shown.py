"""Results show what they hold: every number, nothing that runs, nothing that identifies."""

import importlib
import inspect
import math
import pkgutil
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

import surveykit as sk
from surveykit.display import Shown
from surveykit.display.numbers import cell_text, decimals_of
from surveykit.errors import DataError, OverwriteError

DATA = Path(__file__).resolve().parents[1] / "reference" / "data"
SHOWN = {
    "SurveyDesign", "ReplicateDesign", "Estimates", "GlmResult", "TestResult", "Allocation", "Sample", "DrawRecord",
    "WeightingResult", "FayHerriot", "ResidentEstimates", "ScoreCard", "RankSets", "Responses", "ResultTable",
}  # fmt: skip
ALSO_SHOWN = {
    "ComparisonIntervals", "ExpectedRanks", "Sensitivity", "WaveChange", "WhatIf", "BestUnit", "QualityReport",
    "LinkedSample", "TwoStageOptimum", "PublicFile", "PlanEvaluation", "MultivariateAllocation", "ReleaseLedger",
    "Merge", "DrawVerification", "SampleSize", "Precision", "ResponseQuality", "ManyEstimates",
    "FrameReport", "ListingReport", "TwoArms",
}  # fmt: skip


class Cells(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.cells, self._inside = [], [], False

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "td":
            self.cells.append("")
            self._inside = True

    def handle_endtag(self, tag):
        self._inside = self._inside and tag != "td"

    def handle_data(self, data):
        if self._inside:
            self.cells[-1] += data


def parsed(html):
    reader = Cells()
    reader.feed(html)
    return reader


@pytest.fixture(scope="module")
def design():
    data = pd.read_csv(DATA / "apistrat.csv")
    return sk.SurveyDesign(data, weights="pw", strata="stype", population_size="fpc")


@pytest.fixture(scope="module")
def estimates(design):
    return sk.survey_mean(design, "api00", by="stype")


def public(name):
    """A name of the top level, or of the package that it lives in now."""
    return getattr(sk if name in sk.__all__ else getattr(sk, sk._ONCE_HERE[name]), name)


def test_every_result_shows_itself():
    assert all(issubclass(public(name), Shown) for name in SHOWN)
    for module in pkgutil.walk_packages(sk.__path__, "surveykit."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found, waiting = set(), [Shown]
    while waiting:
        below = waiting.pop().__subclasses__()
        found |= {c.__name__ for c in below if c.__module__.startswith("surveykit.")}
        waiting += below
    assert found == SHOWN | ALSO_SHOWN
    assert not any(inspect.isabstract(c) for c in Shown.__subclasses__() if c.__module__.startswith("surveykit."))


def test_html_holds_the_numbers(estimates):
    page = parsed(estimates._repr_html_())
    numbers = [c.replace(",", "") for c in page.cells]
    for name in ("estimate", "std_error", "conf_low", "conf_high"):
        places = decimals_of(estimates.table[name])
        for value in estimates.table[name]:
            near = [c for c in numbers if re.fullmatch(r"-?[\d.]+", c) and abs(float(c) - value) <= 0.6 * 10**-places]
            assert near, (name, value)
    html = estimates._repr_html_()
    assert "std_error" in html and "标准误" in html and "Taylor linearisation" in html and "泰勒线性化" in html


def test_html_escapes(design):
    nasty = "<img src=x onerror=alert(1)>&"
    data = design.data.assign(stype=design.data["stype"].map({"E": nasty, "H": "H", "M": "M"}))
    changed = sk.SurveyDesign(data, weights="pw", strata="stype", population_size="fpc")
    html = sk.survey_mean(changed, "api00", by="stype")._repr_html_()
    page = parsed(html)
    assert nasty in page.cells and "img" not in page.tags


def test_design_shows_counts_not_rows(design):
    page = parsed(design._repr_html_())
    assert {"200", "3", "197"} <= set(page.cells)
    assert f"{design.weights.sum():,.1f}" in page.cells
    replicate = parsed(sk.as_jackknife_design(design)._repr_html_())
    assert "200" in replicate.cells and "jkn" in replicate.cells


def test_markdown_and_latex_hold_the_same_cells(estimates):
    labels = {"E": "小学 50% & more_|", "H": "高中", "M": "初中"}
    markdown = estimates.to_markdown(labels=labels)
    rows = [line for line in markdown.splitlines() if line.startswith("|")]
    assert len(rows) == 2 + len(estimates.table)
    assert "估计值" in rows[0] and r"小学 50% &amp; more\_\|" in rows[2]
    latex = estimates.to_latex(labels=labels, language="en")
    assert r"小学 50\% \& more\_\textbar{}" in latex and r"std\_error" in latex
    for name in ("estimate", "std_error", "deff"):
        for value in estimates.table[name]:
            text = cell_text(value, decimals_of(estimates.table[name]))
            assert text in markdown and (text in latex or math.isnan(value))
    assert latex.count(r"\begin{table}") == latex.count(r"\end{table}") == 1


def test_excel_holds_full_numbers_and_no_formula(estimates, tmp_path):
    path = estimates.to_excel(tmp_path / "r.xlsx", labels={"E": "=1+1", "H": "@cmd", "M": "-2"})
    book = openpyxl.load_workbook(path)
    sheet, notes = book.worksheets
    heads = [c.value for c in sheet[1]]
    column = heads.index("估计值")
    assert [row[column].value for row in sheet.iter_rows(min_row=2)] == estimates.table["estimate"].tolist()
    assert {"样本量", "设计效应", "置信下限", "置信上限"} <= set(heads)
    texts = [c for row in sheet.iter_rows(min_row=2) for c in row if isinstance(c.value, str)]
    assert {"=1+1", "@cmd", "-2"} <= {c.value for c in texts}
    assert all(c.data_type == "s" for c in texts)
    assert all(c.quotePrefix for c in texts if c.value in {"=1+1", "@cmd", "-2"})
    assert any("泰勒线性化" in str(c.value) for c in notes["A"])


def test_excel_keeps_what_is_there(estimates, tmp_path):
    path = tmp_path / "r.xlsx"
    path.write_bytes(b"mine")
    with pytest.raises(OverwriteError, match="overwrite=True"):
        estimates.to_excel(path)
    assert path.read_bytes() == b"mine"
    assert openpyxl.load_workbook(estimates.to_excel(path, overwrite=True))
    assert [p.name for p in tmp_path.iterdir()] == ["r.xlsx"]
    with pytest.raises(DataError, match=r"\.xlsx"):
        estimates.to_excel(tmp_path / "r.xls")
    with pytest.raises(DataError, match="folder"):
        estimates.to_excel(tmp_path / "none" / "r.xlsx")


def test_tables_that_identify_are_refused():
    with pytest.raises(DataError, match="token identifies"):
        sk.ResultTable(pd.DataFrame({"token": ["a"], "n": [1]}))


def test_a_sample_shows_no_drawn_unit(tmp_path):
    frame = pd.DataFrame({"resident": [f"ID{i:05d}" for i in range(400)], "district": ["east", "west"] * 200})
    plan = sk.SamplingPlan.model_validate(
        {
            "id": "p", "population": {"zh": "居民", "en": "residents"}, "frame": {"id": "resident"},
            "strata": ["district"], "size": {"per_stratum": "30"}, "seed": "s", "method": "srs",
        }
    )  # fmt: skip
    sample = sk.draw(plan, frame)
    swapped = sample.table.assign(resident=["IDXXXXX", *sample.table["resident"][1:]])
    differs = sk.verify_draw(plan, frame, sample.record, swapped)
    assert not differs.ok and "ID" in str(differs.problems) and "(1)" in differs._repr_html_()
    assert not re.search(r"ID[X\d]{5}", differs._repr_html_() + differs.to_markdown())
    assert not re.search(r"ID[X\d]{5}", repr(differs) + repr(sample) + repr(sk.open_ledger(sample)))
    ledger = sk.open_ledger(sample)._repr_html_()
    assert not re.search(r"ID\d{5}", ledger) and "east" in ledger
    shown = sample._repr_html_() + sample.to_markdown() + sample.to_latex() + sample.record._repr_html_()
    assert not re.search(r"ID\d{5}", shown) and "east" in shown and "30" in shown
    book = openpyxl.load_workbook(sample.to_excel(tmp_path / "s.xlsx"))
    assert not any("ID0" in str(c.value) for sheet in book for row in sheet.iter_rows() for c in row)


@pytest.mark.parametrize(
    ("values", "decimals"),
    [
        ([1, 2], 0),
        ([0.5, math.nan], 4),
        ([99.5], 3),
        ([500.25], 2),
        ([4000.5], 1),
        (["a"], None),
        ([math.nan], 0),
        ([1, "a"], None),
    ],
)
def test_decimals(values, decimals):
    assert decimals_of(pd.Series(values)) == decimals


def test_cells_that_are_no_numbers():
    assert [cell_text(v, 2) for v in (None, math.nan, pd.NA, math.inf, -0.0001, True, "x")] == [
        "–", "–", "–", "∞", "0.00", "True", "x",
    ]  # fmt: skip
    assert cell_text(np.int64(1200), 0) == "1,200"
