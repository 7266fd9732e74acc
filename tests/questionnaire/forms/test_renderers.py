from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import time
from typing import Any
from xml.etree import ElementTree

import pypdf
import pytest
from questionnaire_helpers import ATTACKS, attacked, make, sink, small

from surveykit.errors import DefinitionError
from surveykit.questionnaire import (
    RENDERERS,
    ColumnMap,
    Questionnaire,
    check_questionnaire,
    definition_hash,
    diff_questionnaires,
    import_wjx_text,
    paper_html,
    questionnaire_variables,
    render_codebook_html,
    render_ddi,
    render_html_form,
    render_limesurvey_tsv,
    render_questionnaire,
    render_surveyjs,
    render_wjx_text,
    skips,
    wjx_losses,
)

TEXT_FORMATS = [name for name in RENDERERS if name != "paper"]


def test_every_format_renders_the_reference_questionnaire(chengdu: Questionnaire) -> None:
    for name in TEXT_FORMATS:
        found = render_questionnaire(chengdu, name)
        assert all(found.files.values())
        if found.column_map is not None:
            assert ColumnMap.from_dict(found.column_map.to_dict()) == found.column_map
            assert found.column_map.definition_hash == definition_hash(chengdu)
            assert {entry.item for entry in found.column_map.entries} == {
                v.item for v in questionnaire_variables(chengdu)
            }
    with pytest.raises(DefinitionError, match="no language 'fr'"):
        render_questionnaire(chengdu, "html", "fr")


def test_every_feature_goes_through_every_format() -> None:
    q = sink()
    assert check_questionnaire(q) == []
    for name in TEXT_FORMATS:
        found = render_questionnaire(q, name)
        assert all(found.files.values())
        if name in ("xlsform", "surveyjs", "wjx"):
            assert any("quota" in text for text in found.losses)
    assert {change.effect for change in diff_questionnaires(q, sink())} == set()


def test_labels_are_harmless_and_right_in_every_format() -> None:
    q = attacked()
    assert check_questionnaire(q) == []
    for name in TEXT_FORMATS:
        for content in render_questionnaire(q, name).files.values():
            assert b"</script><script>alert(1)" not in content or name in (
                "surveyjs",
                "schema",
                "wjx",
                "xlsform",
                "limesurvey",
            )
    page = render_html_form(q)
    assert page.count("<script") == 3
    data = re.search(r'id="definition">(.*?)</script>', page, re.S)
    assert data is not None
    entries = json.loads(data[1])["pages"][0]["entries"]
    assert [entry["label"]["en"] for entry in entries] == ATTACKS
    assert "<script>alert" not in render_codebook_html(q)
    assert "<script>alert" not in paper_html(q)
    root = ElementTree.fromstring(render_ddi(q))
    texts = [node.text for node in root.iter("{ddi:codebook:2_5}qstnLit")]
    assert [text for text in texts if text in ATTACKS] == ATTACKS[:1] + [" ".join(text.split()) for text in ATTACKS[1:]]
    model = json.loads(render_surveyjs(q))
    assert model["pages"][0]["elements"][0]["title"] == ATTACKS[0]
    assert "{\u200baware}" in model["pages"][0]["elements"][5]["title"]
    lines = [line for line in render_limesurvey_tsv(q).splitlines() if line.startswith("Q\t")]
    assert len(lines) == len(ATTACKS)


def test_the_form_allows_its_own_script_and_style_only(chengdu: Questionnaire) -> None:
    import base64

    page = render_html_form(chengdu)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    for tag in ("style", "script"):
        inline = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.S)
        assert len(inline) == 1
        digest = base64.b64encode(hashlib.sha256(inline[0].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy[1]
    assert "default-src 'none'" in policy[1]
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "http://", "https://"):
        assert word not in page


def luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    red, green, blue = (x / 12.92 if x <= 0.03928 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(
    ("ink", "paper", "least"),
    [
        ("ink", "#ffffff", 7.0), ("soft", "#ffffff", 4.5), ("error", "#ffffff", 4.5), ("focus", "#ffffff", 4.5),
        ("line", "#ffffff", 3.0), ("soft", "pale", 4.5), ("accent-ink", "accent", 4.5),
    ],
)  # fmt: skip
def test_colours_of_the_form_have_contrast(chengdu: Questionnaire, ink: str, paper: str, least: float) -> None:
    tokens = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", render_html_form(chengdu)))
    pair = sorted(luminance(tokens.get(name, name)) for name in (ink, paper))
    assert (pair[1] + 0.05) / (pair[0] + 0.05) >= least


def test_wjx_text_reads_back_and_says_what_is_lost(chengdu: Questionnaire) -> None:
    found = import_wjx_text(render_wjx_text(chengdu))
    again = make(dict(found.mapping))
    assert check_questionnaire(again) == []
    kinds = [item.type for page in chengdu.flow for item in page.items if item.kind == "item"]
    assert [item.type for page in again.flow for item in page.items if item.kind == "item"] == kinds
    losses = wjx_losses(chengdu)
    assert any(text.startswith("early end ineligible: 第1题选“否”") for text in losses)
    assert any("random order" in text for text in losses)


def test_wjx_column_map_has_the_texts_of_the_paste() -> None:
    q = attacked()
    text = render_wjx_text(q, "en")
    found = render_questionnaire(q, "wjx").column_map
    assert found is not None
    for entry in found.entries:
        assert entry.title in text
        assert all(option in text for _, option in entry.options)


def test_limesurvey_repeats_all_rows_per_language(chengdu: Questionnaire) -> None:
    rows = list(csv.DictReader(io.StringIO(render_limesurvey_tsv(chengdu)), delimiter="\t"))
    names = {
        language: [
            (row["class"], row["name"]) for row in rows if row["language"] == language and row["class"] in ("Q", "A")
        ]
        for language in ("zh-Hans", "en")
    }
    assert names["zh-Hans"] == names["en"]
    assert all(len(row["name"]) <= 5 for row in rows if row["class"] == "A")


def test_answers_that_skip_are_in_the_routing_table(chengdu: Questionnaire) -> None:
    assert skips(chengdu) == {("consent", "2"): "ineligible", ("age_group", "0"): "ineligible", ("aware", "3"): 10}


def test_paper_page_has_codes_routes_and_versions(chengdu: Questionnaire) -> None:
    page = paper_html(chengdu, mode="interviewer")
    assert "→ 跳到第 10 题" in page
    assert "（不读出）" in page
    assert "出示卡片 1" in page
    assert definition_hash(chengdu)[:12] in page
    assert paper_html(chengdu) == paper_html(chengdu, copy="A")
    assert paper_html(chengdu, copy="B") != paper_html(chengdu, copy="C")
    assert "（不读出）" not in paper_html(chengdu)


def test_paper_is_a_tagged_pdf(little: Questionnaire) -> None:
    found = render_questionnaire(little, "paper", fonts=None)
    reader = pypdf.PdfReader(io.BytesIO(found.files["small.A.pdf"]))
    assert reader.trailer["/Root"]["/Lang"] == "en"
    assert "/StructTreeRoot" in reader.trailer["/Root"]
    text = "".join(page.extract_text() for page in reader.pages)
    assert "Don't know" in text or "Don’t know" in text
    assert "98" in text


def large() -> Questionnaire:
    pages = []
    for p in range(40):
        items: list[dict[str, Any]] = []
        for k in range(8 if p < 20 else 7):
            name = f"q{p}_{k}"
            kind = ("single", "multi", "number", "text")[k % 4]
            item: dict[str, Any] = {"id": name, "type": kind, "en": f"Question {name}?", "required": "true"}
            if kind in ("single", "multi"):
                item["scale"] = {"single": "sat", "multi": "src"}[kind]
            if k:
                item["ask_if"] = f"q{p}_0 >= 2 or q{max(p - 1, 0)}_1 has 1" if p else "q0_0 >= 2"
            items.append(item)
        pages.append({"page": f"p_{p}", "items": items})
    return make({**small(), "flow": pages})


# Processor time, so that other work on the machine does not count.
@pytest.mark.parametrize("name", TEXT_FORMATS)
def test_three_hundred_questions_render_in_five_seconds(name: Any) -> None:
    q = large()
    assert len(questionnaire_variables(q)) > 300
    start = time.process_time()
    render_questionnaire(q, name)
    assert time.process_time() - start < 5


def test_three_hundred_questions_are_checked_in_five_seconds() -> None:
    q = large()
    start = time.process_time()
    assert check_questionnaire(q) == []
    assert time.process_time() - start < 5


@pytest.mark.slow
def test_three_hundred_questions_are_on_paper_in_twenty_seconds() -> None:
    start = time.process_time()
    render_questionnaire(large(), "paper")
    assert time.process_time() - start < 20
