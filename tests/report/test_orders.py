"""What can be ordered on the command line, and what a study adds to its report by files of its own."""

import dataclasses
import shutil
from pathlib import Path

import pandas as pd
import pytest

from surveykit.cli.app import parse
from surveykit.cli.commands import report as command
from surveykit.cli.misuse import UsageError
from surveykit.errors import DefinitionError
from surveykit.report import PublicationRules
from surveykit.study.files.loading import load_study
from surveykit.study.reporting.extras import read_extras, report_extras
from surveykit.study.tasks.report_files import KINDS, ReportOrder

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def options():
    return lambda *words: parse(["report", *words])


def test_kinds_of_the_command_are_those_of_the_study():
    assert command.KINDS == KINDS


def test_defaults_are_those_of_the_rules(options):
    given = options()
    plain = PublicationRules()
    assert command.STANDARDS[given.standard] == plain.standard
    assert (given.smallest_count, given.round_counts) == (plain.smallest_count, plain.round_counts_to)


@pytest.mark.parametrize(
    "words", [("--smallest-count", "0"), ("--workers", "x"), ("--round-counts", "-5"), ("--standard", "y")]
)
def test_wrong_options_are_refused(options, words):
    with pytest.raises(UsageError, match=words[0]):
        options(*words)


def test_files_of_other_rules_do_not_replace_each_other():
    orders = [
        ReportOrder(("pdf",)),
        ReportOrder(("pdf",), "en"),
        ReportOrder(("pdf",), "zh", "official"),
        ReportOrder(("pdf",), rules=PublicationRules("acs")),
        ReportOrder(("pdf",), rules=PublicationRules(smallest_count=10)),
        ReportOrder(("pdf",), rules=PublicationRules(round_counts_to=10)),
    ]
    assert len({order.stem for order in orders}) == len(orders)
    assert orders[0].stem == "zh"


@pytest.fixture
def study(tmp_path):
    shutil.copytree(ROOT / "report_templates", tmp_path / "report_templates")
    return dataclasses.replace(load_study(ROOT), root=tmp_path)


class City:
    table = pd.DataFrame(
        {"variable": ["awareness"], "estimate": [0.73], "conf_low": [0.71], "conf_high": [0.75], "n": [4887.0]}
    )


def write(study, text, **files):
    folder = study.root / "report_templates"
    (folder / "report.yaml").write_text(text, encoding="utf-8")
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(content, encoding="utf-8")


def test_a_study_adds_logo_map_waves_and_chapters_by_files(study):
    write(
        study,
        "logo: logo.svg\nmap: {file: m.geojson, approval: 川S〔2021〕000号}\n"
        "trend: t.csv\nwave: {zh: 2021年, en: '2021'}\n"
        "chapters:\n  - {id: advice, title: {zh: 建议, en: Advice}, after: groups, zh: a.md, en: b.md}\n",
        logo__svg='<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>',
        m__geojson='{"type": "FeatureCollection", "features": []}',
        t__csv="indicator,wave,estimate,conf_low,conf_high,n,break_before\nawareness,2020年,0.6,0.58,0.62,3000,no\n",
        a__md="甲",
        b__md="b",
    )
    found = report_extras(study, City())
    assert found["logo"].startswith("<svg")
    assert found["map_approval"] == "川S〔2021〕000号"
    assert found["trend"]["wave"].tolist() == ["2020年", "2021年"]
    assert found["trend"]["estimate"].tolist() == [0.6, 0.73]
    assert found["trend"]["break_before"].tolist() == [False, False]
    assert found["chapters"][0].markdown == {"zh": "甲", "en": "b"}


def test_without_report_yaml_nothing_is_added(study):
    (study.root / "report_templates" / "report.yaml").unlink()
    assert read_extras(study).version == "1.0"
    assert report_extras(study, City()) == {"changes": (), "chapters": ()}


@pytest.mark.parametrize("name", ["../study.yaml", "/etc/hostname", "nowhere.svg"])
def test_files_outside_the_folder_are_not_read(study, name):
    (study.root / "study.yaml").write_text("x", encoding="utf-8")
    write(study, f"version: '2'\nlogo: {name}\n")
    with pytest.raises(DefinitionError, match=r"report\.yaml:2: logo: .*lies outside"):
        read_extras(study)


@pytest.mark.parametrize(
    "content",
    ["no picture", "<svg><script>1</script></svg>", '<svg><image href="https://example.org/a.png"/></svg>',
     '<svg><image href="file:///etc/passwd"/></svg>'],
)  # fmt: skip
def test_a_logo_that_reaches_out_is_refused(study, content):
    write(study, "logo: logo.svg\n", logo__svg=content)
    with pytest.raises(DefinitionError, match="save it as plain SVG"):
        report_extras(study, City())


def test_a_map_needs_its_approval_number_in_the_file(study):
    write(study, "map: {file: m.geojson, approval: ''}\n", m__geojson="{}")
    with pytest.raises(DefinitionError, match="approval"):
        read_extras(study)


def test_columns_of_a_trend_are_named_when_missing(study):
    write(study, "trend: t.csv\n", t__csv="indicator,wave\na,b\n")
    with pytest.raises(DefinitionError, match="conf_low"):
        report_extras(study, City())
