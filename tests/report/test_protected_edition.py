"""A protected edition: the audit stops it, and rates of the fieldwork tell no more than the rounded numbers."""

import dataclasses
import io
from types import SimpleNamespace

import pandas as pd
import pytest

from surveykit.cli.app import parse
from surveykit.cli.commands import report as command
from surveykit.errors import DataError
from surveykit.language import translator
from surveykit.report import PublicationRules, data_files, make_document
from surveykit.report.audit import audit_outputs
from surveykit.responses import outcome_rates
from surveykit.study.tasks import report_files

RULES = PublicationRules(round_counts_to=10)
DISTRICTS = ("jinjiang", "qingyang", "jinniu")


@pytest.fixture(scope="module")
def small(make_small_report):
    made = make_small_report()
    odd = {key: t.assign(n=t["n"] + 3, df=t["n"] + 2, deff=1.3137) for key, t in made.estimates.items()}
    return dataclasses.replace(made, estimates={key: t.assign(n_eff=t["n"] / 1.3137) for key, t in odd.items()})


def with_fieldwork(report, counts):
    """Three districts of 100 drawn each; counts by district of complete, refused, not reached and ineligible."""
    rows = []
    for district, numbers in zip(DISTRICTS, counts, strict=True):
        for code, number in zip(("I", "P", "R", "NC", "NE"), numbers, strict=True):
            rows += [{"district": district, "disposition": code, "base_weight": 2.0}] * number
    units = pd.DataFrame(rows)
    table = outcome_rates(units, by="district")
    city = table[table["level"] == ""].set_index("weighting")
    rates = ["RR1", "RR2", "COOP1", "REF1", "CON1"]
    return dataclasses.replace(
        report,
        dispositions=units.groupby(["district", "disposition"]).size().rename("count").reset_index(),
        outcome_rates=pd.DataFrame({
            "rate": rates, "value": city.loc["unweighted", rates].to_numpy(dtype=float),
            "weighted": city.loc["base_weighted", rates].to_numpy(dtype=float)}),
        fieldwork={"outcome_rates": table},
    )  # fmt: skip


def fieldwork_cells(report, rules):
    document = make_document(report, rules=rules)
    wanted = ("response", "outcome-rates", "outcomes-unweighted", "outcomes-base-weighted", "quality-indicators")
    tables = {table.id: table for table in document.tables() if table.id in wanted}
    texts = [chapter.blocks for chapter in document.chapters if chapter.id == "methods"]
    sentences = [block.text for blocks in texts for block in blocks if hasattr(block, "text")]
    return {id: [[cell.text for cell in row] for row in t.rows] for id, t in tables.items()}, sentences


def test_fieldwork_looks_the_same_whatever_hides_behind_the_rounding(small):
    """Two surveys whose numbers round alike cannot be told apart by any rate; with exact bases they can."""
    one = with_fieldwork(small, [(55, 7, 8, 20, 10), (54, 7, 9, 19, 11), (55, 11, 8, 16, 10)])
    two = with_fieldwork(small, [(54, 8, 9, 18, 11), (52, 8, 11, 21, 8), (49, 16, 6, 17, 12)])
    assert fieldwork_cells(one, RULES) == fieldwork_cells(two, RULES)
    shown, _ = fieldwork_cells(one, RULES)
    assert len(shown["outcomes-unweighted"]) == 1 and "outcomes-base-weighted" not in shown
    assert shown["outcome-rates"][0] == ["RR1", "57"]  # 160 of 280; exactly 164 of 269 or 155 of 267
    exact = PublicationRules()
    assert fieldwork_cells(one, exact)[0] != fieldwork_cells(two, exact)[0]
    assert len(fieldwork_cells(one, exact)[0]["outcomes-base-weighted"]) == 4


def test_a_planted_response_rate_is_found(small):
    report = with_fieldwork(small, [(51, 11, 9, 21, 8), (52, 11, 11, 19, 7), (53, 12, 8, 20, 7)])
    lines = {"a.csv": b"level,rate\n" + "锦江区,55.4\n".encode()}  # 51 of 92
    assert ["RR1" in leak.what for leak in audit_outputs(lines, report, RULES)] == [True]
    assert audit_outputs({"a.csv": "锦江区,55.0\n".encode()}, report, RULES) == []


def test_a_whole_percentage_that_is_published_is_no_leak(small):
    """A base of 72 in an area whose published percentage is 72."""
    tables = {key: t.copy() for key, t in small.estimates.items()}
    place = tables["district"]["district"] == "jinjiang"
    tables["district"].loc[place, ["estimate", "conf_low", "conf_high", "n", "df"]] = [0.718, 0.61, 0.80, 72, 71]
    tables["district"].loc[place, "std_error"] = 0.05
    report = dataclasses.replace(small, estimates=tables, trend=None)
    said = audit_outputs({"a.csv": "锦江区,72%,70\n".encode()}, report, RULES)
    assert said == []
    assert audit_outputs({"a.csv": "锦江区,71\n".encode()}, report, RULES)


def test_a_number_that_looks_rounded_is_no_leak(small):
    """Degrees of freedom of 170 are what a rounded base looks like; of 172 they are not."""
    tables = {key: t.copy() for key, t in small.estimates.items()}
    place = tables["district"]["district"] == "jinjiang"
    found = []
    for n in (171, 173):
        tables["district"].loc[place, ["n", "df"]] = [n, n - 1]
        report = dataclasses.replace(small, estimates=tables, trend=None)
        found.append(len(audit_outputs({"a.csv": f"锦江区,{n - 1}\n".encode()}, report, RULES)))
    assert found == [0, 1]


@pytest.fixture
def order_files(monkeypatch, tmp_path, small):
    """Write data files of the small report as the command does; a file of one line can be added to them."""
    study = SimpleNamespace(
        root=tmp_path, output=tmp_path / "output", definition=SimpleNamespace(id="s", report_date=None)
    )

    def write(rules, planted="", reviewed=False):
        made = {f"-{name}": data for name, data in data_files(small, rules).items()}
        made |= {"-note.csv": planted.encode()} if planted else {}
        monkeypatch.setattr(report_files, "_make", lambda *_: made)
        monkeypatch.setattr(report_files, "report_input", lambda *_: small)
        said = []
        order = report_files.ReportOrder(("data",), rules=rules, reviewed=reviewed)
        return report_files.write_report_files(study, order, said.append), said

    import surveykit.study.reporting  # noqa: F401

    return write, study.output / "reports"


def secret(small):
    row = small.estimates["district"].query("district == 'jinjiang'").iloc[0]
    return f"锦江区,{row['n']:.0f}\n"


def test_a_leak_stops_a_protected_edition(order_files, small):
    write, folder = order_files
    with pytest.raises(DataError) as error:
        write(RULES, secret(small))
    said = str(error.value)
    assert "1 numbers in 1 of 4 files" in said and "note.csv (1)" in said and "beside 锦江区" in said
    assert "nothing was written" in said and "--reviewed" in said
    assert not folder.exists()
    chinese = translator("zh")(said)
    assert "什么也没有写出" in chinese and "--reviewed 再运行" in chinese


def test_without_a_leak_or_after_review_it_is_written(order_files, small):
    write, folder = order_files
    paths, said = write(RULES)
    assert sorted(p.name for p in paths) == sorted(p.name for p in folder.iterdir())
    assert any("3 files read, 0 numbers" in line for line in said)
    paths, said = write(RULES, secret(small), reviewed=True)
    assert len(paths) == 4 and any("1 numbers that may give a base away" in line for line in said)


def test_an_exact_edition_is_warned_of_withheld_figures_and_written(order_files, small):
    write, _ = order_files
    assert len(write(PublicationRules(), secret(small))[0]) == 4  # exact bases are what it says it gives
    table = small.estimates["district"]
    few = table["district"] == "jinjiang"
    table.loc[few, ["estimate", "std_error", "conf_low", "conf_high"]] = [0.5123, 0.1654, 0.211, 0.801]
    paths, said = write(PublicationRules(), "锦江区,51.2\n")
    assert len(paths) == 4
    assert any("warning" in line and "1 numbers that may be withheld" in line for line in said), said


def test_the_command_hands_the_review_on():
    assert command._order(parse(["report", "--reviewed"])).reviewed
    assert not command._order(parse(["report"])).reviewed


def test_published_data_is_what_the_audit_read(small):
    read = pd.read_csv(io.BytesIO(data_files(small, RULES)["estimates.csv"]))
    assert (read["n"] % 10 == 0).all()
