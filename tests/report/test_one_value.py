"""Every figure of every output is worked out again from the estimates, and bears one value under one name."""

import dataclasses
import io
import re
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd
import pytest

from surveykit.report import build_docx, build_pdf, build_xlsx, data_files, figure_files, make_document, render_html
from surveykit.report.audit import text_of
from surveykit.report.document import Bullets, Figure, Heading, Prose, Table
from surveykit.report.outline import outline

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
RANGE = "[–～~—-]"
TOKEN = re.compile(r"(?<![\w.])[−-]?\d[\d,]*(?:\.\d+)?")
PARTS = {"estimate": 1, "conf_low": 1, "conf_high": 1, "std_error": 2, "deff": 2, "n": 0, "n_eff": 0}
COLUMNS = {"estimate": "estimate", "std_error": "std_error", "deff": "deff", "n": "n", "n_eff": "n_eff"}


def printed(value, decimals, scale=1):
    exact = Decimal(repr(float(value))) * scale
    return f"{exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP):,}"


def facts(report):
    """(indicator, by, level, column) to the text that must stand wherever it is said; worked out here, not there."""
    kinds = {indicator.id: indicator.kind for indicator in report.indicators}
    found = {}
    for by, table in report.estimates.items():
        for row in table.to_dict("records"):
            level = "" if by == "city" else str(row[by])
            for column, decimals in PARTS.items():
                percent = kinds[row["variable"]] == "rate" and column in (
                    "estimate",
                    "conf_low",
                    "conf_high",
                    "std_error",
                )
                found[row["variable"], by, level, column] = printed(row[column], decimals, 100 if percent else 1)
    return found


def names_of(report, edition):
    short = "short_" + edition if "short_" + edition in report.regions else "name_" + edition
    levels = {("city", ""): report.study.city[edition]}
    for row in report.regions.to_dict("records"):
        levels["district", row["district"]] = row[short]
    for group in report.groups:
        levels.update({(group.id, level): text[edition] for level, text in group.levels.items()})
    return {indicator.id: indicator.name[edition] for indicator in report.indicators}, levels


class Statements:
    """What a document says: (indicator, by, level, column), the text, where."""

    def __init__(self, report, document):
        self.report, self.found = report, []
        self.names, self.levels = names_of(report, document.edition)
        self.by_name = {name: id for id, name in self.names.items()}
        self.by_label = {}
        for key, label in self.levels.items():
            self.by_label.setdefault(label, key)
        for chapter in document.chapters:
            for block in chapter.blocks:
                if isinstance(block, Table):
                    self.table(block)
                if isinstance(block, Figure):
                    self.figure(block)
                for text in texts_of(block):
                    self.text(text, block)

    def add(self, indicator, by, level, column, text, where):
        self.found.append(((indicator, by, level, column), text, where))

    def interval(self, indicator, by, level, text, where):
        if text and not text.startswith("["):
            low, high = re.split(RANGE, text)
            self.add(indicator, by, level, "conf_low", low, where)
            self.add(indicator, by, level, "conf_high", high, where)

    def row(self, indicator, by, level, cells, where):
        for key, text in cells.items():
            if key in COLUMNS:
                self.add(indicator, by, level, COLUMNS[key], text, where)
        self.interval(indicator, by, level, cells.get("interval", ""), where)

    def table(self, table):
        keys = [column.key for column in table.columns]
        last = ""
        for row in table.rows:
            cells = dict(zip(keys, (cell.text for cell in row), strict=True))
            if table.id == "overview":
                by, level = self.by_label[cells["district"]]
                for id in self.names:
                    if id in cells:
                        self.add(id, by, level, "estimate", cells[id], table.id)
                        self.interval(id, by, level, cells[id + "_interval"], table.id)
            elif table.id.startswith("errors-"):
                self.row(table.id.removeprefix("errors-"), *self.by_label[cells["level"]], cells, table.id)
            elif table.id.startswith("group-"):
                last = cells["indicator"] or last
                self.row(self.by_name[last], *self.by_label[cells["level"]], cells, table.id)
            elif table.id.startswith("profile-table-"):
                id, district = self.by_name[cells["indicator"]], table.id.removeprefix("profile-table-")
                self.row(id, "district", district, cells, table.id)
                self.add(id, "city", "", "estimate", cells["city"], table.id)
            elif table.id == "analyses":
                self.add(self.by_name[cells["indicator"]], "city", "", "estimate", cells["main"], table.id)
                self.interval(self.by_name[cells["indicator"]], "city", "", cells["main_interval"], table.id)

    def figure(self, figure):
        kind, _, rest = figure.id.partition("-")
        for row in figure.data.to_dict("records"):
            if kind == "caterpillar":
                by, _, id = rest.partition("-")
                for column in ("estimate", "conf_low", "conf_high"):
                    self.add(id, by, str(row["level"]), column, printed(row[column], 1), figure.id)
                self.add(id, by, str(row["level"]), "n", printed(row["n"], 0), figure.id)
            elif kind == "tiles":
                self.add(rest, "district", row["level"], "estimate", printed(row["value"], 1), figure.id)
            elif figure.id.startswith("profile-chart-"):
                id, district = row["indicator"], figure.id.removeprefix("profile-chart-")
                self.add(id, "district", district, "estimate", printed(row["estimate"], 1), figure.id)
                self.add(id, "city", "", "estimate", printed(row["city_estimate"], 1), figure.id)
                self.add(id, "district", district, "n", printed(row["n"], 0), figure.id)
        if kind in ("caterpillar", "tiles"):
            by, _, id = rest.partition("-") if kind == "caterpillar" else ("district", "", rest)
            for level, label in ((level, label) for (own, level), label in self.levels.items() if own == by):
                for value, low, high in re.findall(
                    rf"{re.escape(label)} ([\d.]+)%?(?: points|分)? ?[（(]([\d.]+)%?{RANGE}([\d.]+)%?[）)]", figure.alt
                ):
                    self.add(id, by, level, "estimate", value, figure.id + " alt")
                    self.interval(id, by, level, f"{low}–{high}", figure.id + " alt")

    def text(self, text, block):
        """Read sentences: city and name with value, interval and number of people; name with value in a profile."""
        where = text[:40]
        for id, name in self.names.items():
            city = re.escape(self.levels["city", ""])
            for value, low, high, n in re.findall(
                rf"{city}(?:: )?{re.escape(name)}(?:为| is )([\d.]+)%.*?"
                rf"([\d.]+)%{RANGE}([\d.]+)%.*?(?:样本|n = )([\d,]+)",
                text,
            ):
                self.add(id, "city", "", "estimate", value, where)
                self.interval(id, "city", "", f"{low}–{high}", where)
                self.add(id, "city", "", "n", n, where)
            head = re.match(r"([^：:]+)[：:]", text)
            if head and self.by_label.get(head.group(1), ("", ""))[0] == "district" and isinstance(block, Prose):
                level = self.by_label[head.group(1)][1]
                pattern = rf"(?:[：；] ?|[:;] ){re.escape(name)} ?([\d.]+)% ?[（(]([\d.]+)%{RANGE}([\d.]+)%[）)]"
                for value, low, high in re.findall(pattern, text):
                    self.add(id, "district", level, "estimate", value, where)
                    self.interval(id, "district", level, f"{low}–{high}", where)


def texts_of(block):
    if isinstance(block, Prose | Heading):
        yield block.text
    elif isinstance(block, Bullets):
        yield from block.items
    elif isinstance(block, Figure | Table):
        yield from (block.title, *block.notes)


@pytest.fixture(scope="module")
def small(make_report):
    regions = make_report().regions.head(4)
    tables = make_report(regions=regions).estimates
    odd = {key: t.assign(n=t["n"] + 7 + pd.Series(range(len(t)), index=t.index)) for key, t in tables.items()}
    odd = {key: t.assign(n_eff=t["n"] / 1.3) for key, t in odd.items()}
    return make_report(regions=regions, estimates=odd, trend=None)


@pytest.fixture(scope="module", params=["zh", "en"])
def pair(request, small):
    return small, make_document(small, edition=request.param)


def test_every_figure_is_that_of_the_estimates(pair):
    report, document = pair
    right, said = facts(report), Statements(report, document).found
    wrong = [(key, text, right.get(key), where) for key, text, where in said if right.get(key) != text]
    assert not wrong, wrong[:5]
    places = Counter(key for key, _, _ in said)
    headline = [i.id for i in report.indicators if i.headline]
    for id in headline:  # the test reads what it is meant to read
        assert places[id, "city", "", "estimate"] >= 4 + len(report.regions)
        assert places[id, "district", "jinjiang", "estimate"] >= 6
    assert {key[:3] for key in right} == {key[:3] for key, _, _ in said}


def test_a_second_value_under_one_name_is_noticed(small):
    document = make_document(small)
    chapters = []
    for chapter in document.chapters:
        blocks = [
            dataclasses.replace(block, text=block.text.replace("%", "1%", 1))
            if isinstance(block, Prose) and block.role == "key"
            else block
            for block in chapter.blocks
        ]
        chapters.append(dataclasses.replace(chapter, blocks=tuple(blocks)))
    right = facts(small)
    said = Statements(small, dataclasses.replace(document, chapters=tuple(chapters))).found
    assert any(right.get(key) != text for key, text, _ in said)


def rows_of(document):
    for table in document.tables():
        for row in table.rows:
            tokens = [token for cell in row for token in plain_tokens(cell.text)]
            if len(tokens) > 2:
                yield table.id, tokens


def plain_tokens(text):
    return [token.replace(",", "").replace("−", "-") for token in TOKEN.findall(text.replace("\u2060", ""))]


@pytest.mark.parametrize("ending", ["html", "docx", "pdf"])
def test_pages_hold_the_rows_of_the_document(small, ending):
    document = make_document(small)
    if ending == "html":
        content = render_html(document).encode()
    else:
        content = build_docx(document) if ending == "docx" else build_pdf(render_html(document))
    stream = " " + " ".join(plain_tokens(text_of("report." + ending, content))) + " "
    lost = [(id, row) for id, row in rows_of(document) if " " + " ".join(row) + " " not in stream]
    assert not lost, (len(lost), lost[:3])


def test_the_workbook_holds_the_numbers_of_the_document(small):
    document = make_document(small)
    lines = [Counter(map(float, plain_tokens(line))) for line in text_of("a.xlsx", build_xlsx(document)).splitlines()]
    rows = [(id, Counter(map(float, row))) for id, row in rows_of(document)]

    def holds(line, row):
        # Cells are unrounded, rates as shares: what is printed is the cell rounded to one or two decimals.
        cells = np.array([*line, *(100 * value for value in line)])
        return cells.size and all((np.abs(cells - value) <= 0.0501).any() for value in row)

    lost = [(id, row) for id, row in rows if not any(holds(line, row) for line in lines)]
    assert not lost, (len(lost), lost[:3])


def test_data_files_round_to_what_is_printed(small):
    right = facts(small)
    kinds = {indicator.id: indicator.kind for indicator in small.indicators}
    table = pd.read_csv(io.BytesIO(data_files(small)["estimates.csv"]), keep_default_na=False, dtype={"level": str})
    assert len(table) == len({key[:3] for key in right})
    for row in table.to_dict("records"):
        for column, decimals in PARTS.items():
            share = kinds[row["indicator"]] == "rate" and column in ("estimate", "conf_low", "conf_high", "std_error")
            text = printed(float(row[column]), decimals, 100 if share else 1)
            assert text == right[row["indicator"], row["by"], row["level"], column]


def test_figure_files_hold_what_is_drawn(small):
    document = make_document(small)
    for figure, file in zip(document.figures(), figure_files(document), strict=True):
        pd.testing.assert_frame_equal(
            pd.read_csv(io.BytesIO(file.content)), pd.read_csv(io.StringIO(figure.data.to_csv(index=False)))
        )


def test_numbers_of_tables_and_figures_run_on(pair):
    labels = [item.label for section in outline(pair[1]) for item in section.items]
    for stem in ("表", "Table ", "图", "Figure "):
        own = [int(label.removeprefix(stem)) for label in labels if label.startswith(stem)]
        assert own == list(range(1, len(own) + 1))
