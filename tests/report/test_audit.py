"""The audit runs over all outputs together and finds what is planted in any of them."""

import dataclasses
import io
import json

import pandas as pd
import pytest

from surveykit.report import (
    BRIEF_TEMPLATE,
    PublicationRules,
    build_docx,
    build_pdf,
    build_xlsx,
    data_files,
    figure_files,
    make_brief,
    make_district_document,
    make_document,
    publish,
    render_html,
)
from surveykit.report.audit import audit_outputs
from surveykit.report.document import Cell, Chapter, Column, Prose, Table

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
RULES = PublicationRules(round_counts_to=10)
SECRET = 0.5123456


@pytest.fixture(scope="module")
def report(make_small_report):
    """Odd bases everywhere, a topline with odd counts, one figure that is withheld as unreliable."""
    made = make_small_report()
    tables = {}
    for key, table in made.estimates.items():
        odd = table["n"] + 3 + pd.Series(range(len(table)), index=table.index)
        tables[key] = table.assign(n=odd, n_eff=odd / 1.3137, deff=1.3137, df=odd - 1)
    wuhou = tables["district"]["district"] == "wuhou"
    for column, value in (("estimate", SECRET), ("std_error", 0.1654), ("conf_low", 0.211), ("conf_high", 0.801)):
        tables["district"].loc[wuhou, column] = value
    counts = [2903, 911, 1489]
    topline = pd.DataFrame(
        {"question": "aware", "code": ["1", "2", "3"], "n": counts, "estimate": [0.55, 0.17, 0.28],
         "conf_low": [0.53, 0.16, 0.26], "conf_high": [0.57, 0.18, 0.30]}
    )  # fmt: skip
    recipes = {"city": {"method": "Taylor linearisation", "n": 5303, "psus": 5303}}
    return dataclasses.replace(made, estimates=tables, topline=topline, trend=None, recipes=recipes)


@pytest.fixture(scope="module")
def document(report):
    return make_document(report, rules=RULES)


def all_outputs(report, document, rules):
    page = render_html(document)
    archive = build_pdf(page, variant="pdf/a-3u", attachments=figure_files(document), published=document.published)
    return {
        "report.html": render_html(document, medium="screen").encode(),
        "report.pdf": archive,
        "report.docx": build_docx(document),
        "report.xlsx": build_xlsx(document),
        "brief.html": render_html(make_brief(report, rules=rules), template=BRIEF_TEMPLATE).encode(),
        "district.html": render_html(make_district_document(report, "jinjiang", rules=rules)).encode(),
        **data_files(report, rules),
    }


@pytest.fixture(scope="module")
def outputs(report, document):
    return all_outputs(report, document, RULES)


def test_no_output_gives_a_base_away(report, outputs):
    assert audit_outputs(outputs, report, RULES) == []


def test_the_exact_edition_would_be_found_out_in_every_format(report):
    """The audit is no formality: run under protection over outputs with exact bases it finds them everywhere."""
    exact = PublicationRules()
    document = make_document(report, rules=exact)
    files = {
        "report.html": render_html(document, medium="screen").encode(),
        "report.xlsx": build_xlsx(document),
        **data_files(report, exact),
    }
    found = audit_outputs(files, report, RULES)
    assert {leak.file for leak in found} == set(files)
    assert any("degrees of freedom" in leak.what or "less one" in leak.what for leak in found)
    assert any("design effect" in leak.what for leak in found)


def leaking(document, *texts):
    """The document with a further table: a district's name and a number that it should not have."""
    columns = tuple(Column(f"c{place}", f"列{place}") for place in range(len(texts)))
    table = Table("planted", "其他", columns, (tuple(Cell(text) for text in texts),))
    chapter = Chapter("planted", "其他", (Prose("说明。"), table), appendix=True)
    return dataclasses.replace(document, chapters=(chapter,))


def planted(exact):
    row = exact.query("by == 'district' and level == 'jinjiang'").iloc[0]
    return {
        "exact base": ("锦江区", f"{row['n']:.0f}"),
        "degrees of freedom": ("锦江区", f"{row['df']:.0f}"),
        "effective size": ("锦江区", f"{row['deff']:.2f}", f"{row['n_eff']:.0f}"),
        "standard error": ("锦江区", f"{100 * row['std_error']:.2f}", f"{row['deff']:.2f}"),
        "withheld estimate": ("武侯区", f"{100 * SECRET:.1f}"),
    }


WRITERS = {
    "leak.html": lambda d: render_html(d, medium="screen").encode(),
    "leak.docx": build_docx,
    "leak.xlsx": build_xlsx,
    "leak.pdf": lambda d: build_pdf(render_html(d)),
}


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("kind", ["exact base", "effective size", "standard error", "withheld estimate"])
def test_a_planted_leak_is_found_in_pages(report, document, name, kind):
    texts = planted(publish(report))[kind]
    found = audit_outputs({name: WRITERS[name](leaking(document, *texts))}, report, RULES)
    assert any(leak.file == name and kind in leak.what for leak in found), found
    assert audit_outputs({name: WRITERS[name](leaking(document, texts[0], "9"))}, report, RULES) == []


def test_a_planted_leak_is_found_in_data(report, outputs):
    row = publish(report).query("by == 'district' and level == 'jinjiang'").iloc[0]
    table = pd.read_csv(io.BytesIO(outputs["estimates.csv"]))
    place = table.index[(table["by"] == "district") & (table["level"] == "jinjiang")][0]
    for column, what in (("n", "exact base"), ("df", "less one")):
        changed = table.copy()
        changed[column] = changed[column].astype(object)
        changed.loc[place, column] = int(row[column])
        parquet = changed.astype({column: float}).to_parquet()
        for name, content in (("a.csv", changed.to_csv(index=False).encode()), ("a.parquet", parquet)):
            assert any(what in leak.what for leak in audit_outputs({name: content}, report, RULES)), name
    for column, what in (("n_eff", "effective size"), ("std_error", "standard error")):
        changed = table.astype({column: float, "deff": float})
        changed.loc[place, [column, "deff"]] = [row[column], row["deff"]]
        found = audit_outputs({"a.csv": changed.to_csv(index=False).encode()}, report, RULES)
        assert any(what in leak.what for leak in found), column


def test_a_planted_leak_is_found_in_json(report, outputs):
    recipe = json.loads(outputs["recipe.json"])
    assert "psus" not in recipe["estimates"]["city"]
    recipe["estimates"]["city"]["psus"] = 5303
    found = audit_outputs({"recipe.json": json.dumps(recipe).encode()}, report, RULES)
    assert [leak.what for leak in found] == ["exact base of awareness (city)"]
