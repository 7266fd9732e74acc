"""Model-adjusted figures never bear a plain margin of error or confidence interval, in any part of any edition."""

import dataclasses
import re

import pytest

from surveykit.errors import DataError
from surveykit.report import OwnChapter, make_brief, make_district_document, make_document, render_html
from surveykit.report.chapters import overview
from surveykit.report.document.model_wording import model_wording, rests_on_model
from surveykit.report.messages import CATALOGUES
from surveykit.report.publishing.publication import table_of

LABEL = "adjusted to residents, model-based"
PLAIN = re.compile(r"置信区间|误差范围|[Cc]onfidence interval|\bCIs?\b|[Mm]argins? of error")


def modelled(report, key="district"):
    """The same input, where the estimates under one key say that they rest on a model."""
    estimates = dict(report.estimates)
    estimates[key] = table_of(estimates[key]).assign(label=LABEL)
    return dataclasses.replace(report, estimates=estimates)


@pytest.mark.parametrize("edition", ["zh", "en"])
@pytest.mark.parametrize(
    "make",
    [
        make_document,
        make_brief,
        lambda report, edition: make_district_document(report, "jinjiang", edition=edition),
    ],
)
def test_every_heading_of_a_model_based_report_says_so(make, edition, report):
    plain, changed = (render_html(make(made, edition=edition)) for made in (report, modelled(report)))
    assert PLAIN.search(plain)
    left = [text for text in re.findall(r">([^<]+)<", changed) if PLAIN.search(text)]
    assert all("model" in text or "模型" in text for text in left), left[:3]
    assert ("模型区间（仅抽样误差）" if edition == "zh" else "model-based interval (sampling error only)") in changed


def test_estimates_say_themselves_that_they_rest_on_a_model(report):
    assert not rests_on_model(report) and rests_on_model(modelled(report, "city"))
    recipes = {"city": {"adjustments": [f"nonresponse > raking [{LABEL}]"]}}
    tables = {key: table_of(estimates) for key, estimates in report.estimates.items()}
    assert rests_on_model(dataclasses.replace(report, estimates=tables, recipes=recipes))


@pytest.mark.parametrize("edition", ["zh", "en"])
def test_no_message_keeps_a_plain_interval_after_rewording(edition):
    for key, text in CATALOGUES[edition].items():
        changed = model_wording(edition, text)
        assert not re.search(
            r"置信区间|(?<!模型)误差范围|[Cc]onfidence interval|\bCIs?\b|margins? of error", changed
        ), key


def test_a_chapter_of_the_authors_is_refused_too(report):
    own = OwnChapter(
        id="own",
        title={"zh": "说明", "en": "Note"},
        markdown={"zh": "误差范围为3个百分点。", "en": "The margin of error is 3 points."},
    )
    honest = dataclasses.replace(own, markdown={"zh": "模型误差范围为3点。", "en": "The model's margin of error is 3."})
    make_document(dataclasses.replace(report, chapters=(own,)), edition="en")
    with pytest.raises(DataError, match=r"1 texts of the report .*Note: 'The margin of error is 3 points"):
        make_document(dataclasses.replace(modelled(report), chapters=(own,)), edition="en")
    make_document(dataclasses.replace(modelled(report), chapters=(honest,)), edition="en")


def test_a_table_that_forgets_the_heading_of_a_modelled_analysis_is_refused(report, monkeypatch):
    """Takes the right heading away from the comparison of analyses: the guard stops the report."""
    make_document(report, edition="zh")
    assert any(other.model_based for other in report.analyses)
    right = overview.analyses_table

    def wrong(view):
        table = right(view)
        columns = tuple(
            dataclasses.replace(column, label="95%置信区间") if column.key.endswith("_interval") else column
            for column in table.columns
        )
        return dataclasses.replace(table, columns=columns)

    monkeypatch.setattr(overview, "analyses_table", wrong)
    with pytest.raises(DataError, match="plain confidence interval or margin of error to figures that are adjusted"):
        make_document(report, edition="zh")
