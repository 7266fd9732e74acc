"""The HTML form in a real browser: keyboard, narrow and wide, no requests, accessibility."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright
from questionnaire_helpers import ATTACKS, attacked, make, sink, small

from surveykit.questionnaire import Questionnaire, definition_hash, render_html_form, replay

AXE = Path(__file__).parents[1] / "node" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.browser
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
STRUCTURE = """() => {
  const problems = [];
  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  if (new Set(ids).size < ids.length) problems.push("an id twice");
  if (!document.documentElement.lang) problems.push("no language");
  if (document.querySelectorAll("h1").length !== 1) problems.push("not one h1");
  document.querySelectorAll("input[type=radio], input[type=checkbox]").forEach((input) => {
    const legend = input.closest("fieldset")?.querySelector("legend");
    const label = document.querySelector(`label[for="${CSS.escape(input.id)}"]`);
    if (!label || !label.textContent.trim()) problems.push("no label: " + input.id);
    if (input.type === "radio" && (!legend || !legend.textContent.trim())) problems.push("no legend: " + input.id);
    const box = input.getBoundingClientRect();
    if (box.width && (box.width < 24 || box.height < 24)) problems.push("small target: " + input.id);
  });
  document.querySelectorAll("[aria-describedby]").forEach((node) => node.getAttribute("aria-describedby").split(" ")
    .forEach((id) => { if (id && !document.getElementById(id)) problems.push("describedby leads nowhere: " + id); }));
  if (document.documentElement.scrollWidth > window.innerWidth) problems.push("scrolls sideways");
  return problems;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_playwright() as started:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        opened = started.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield opened
        opened.close()


class Form:
    """A form opened in the browser, with what it requested and what went wrong."""

    def __init__(self, browser: Any, path: Path, html: str, width: int = 360) -> None:
        path.write_text(html, encoding="utf-8")
        self.context = browser.new_context(viewport={"width": width, "height": 740}, accept_downloads=True)
        self.page = self.context.new_page()
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        self.page.goto(path.as_uri())

    def next(self) -> None:
        self.page.click("button[type=submit]")

    def axe(self) -> list[str]:
        if not AXE.exists():
            return []
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        result = self.page.evaluate("(tags) => axe.run({runOnly: {type: 'tag', values: tags}})", TAGS)
        return [f"{found['id']}: {found['nodes'][0]['html'][:120]}" for found in result["violations"]]

    def sound(self) -> None:
        assert self.page.evaluate(STRUCTURE) == []
        assert self.axe() == []
        assert self.errors == []

    def response(self) -> dict[str, Any]:
        self.page.wait_for_selector("#response")
        found: dict[str, Any] = json.loads(self.page.input_value("#response"))
        return found

    def close(self) -> None:
        self.context.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_the_reference_questionnaire_is_filled_in(
    browser: Any, chengdu: Questionnaire, tmp_path: Path, width: int
) -> None:
    form = Form(browser, tmp_path / "form.html", render_html_form(chengdu), width)
    page = form.page
    form.next()
    assert page.locator("#summary").evaluate("node => node === document.activeElement")
    assert page.title().startswith("错误：")
    form.sound()
    page.click("#summary a")
    assert page.evaluate("document.activeElement.id") == "consent--1"
    ticks: list[list[str]] = [
        ["consent--1", "resident--1", "age_group--3"], [], ["aware--2", "channel--2", "channel--96"], ["visited--98"],
        [*(f"sat_{row}--4" for row in ("venue", "content", "volunteers", "access", "response")), "sat_overall--5"],
        ["recognition--4", "support--98"], ["volunteered--2", "willing--3"],
        ["sex--2", "education--4", "occupation--7"],
    ]  # fmt: skip
    for number, ids in enumerate(ticks):
        if number == 1:
            page.select_option("#district", "pujiang")
        for name in ids:
            page.locator(f"#{name}").check(force=True)
        if number == 2:
            page.fill("#channel_96_text", "报纸 <b>")
        if width < 600 or number in (2, 4):
            form.sound()
        form.next()
    form.sound()
    assert page.locator("dl.review dd").first.text_content() == "是"
    page.click("button.primary")
    found = form.response()
    form.sound()
    result = replay(chengdu, found["answers"])
    assert result.findings == ()
    assert found["answers"]["channel_96_text"] == "报纸 <b>"
    assert found["definition_hash"] == definition_hash(chengdu)
    assert sorted(found["order"]["sat"]) == ["access", "content", "response", "venue", "volunteers"]
    assert found["order"]["channel"][-2:] == ["96", "98"]
    with page.expect_download() as download:
        page.click("#save")
    saved = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert saved == found
    local = [url for url in form.requests if url.startswith(("file:", "blob:", "data:"))]
    assert form.requests == local
    form.close()


def test_the_keyboard_alone_is_enough(browser: Any, little: Questionnaire, tmp_path: Path) -> None:
    form = Form(browser, tmp_path / "form.html", render_html_form(little))
    keys = form.page.keyboard

    def focused() -> str:
        return str(form.page.evaluate("document.activeElement.id"))

    def tab_to(name: str) -> None:
        for _ in range(40):
            if focused() == name:
                return
            keys.press("Tab")
        raise AssertionError(f"{name} is not reached; at {focused()}")

    tab_to("aware--1")
    keys.press("Space")
    tab_to("age")
    keys.type("40")
    tab_to("src--1")
    keys.press("Space")
    tab_to("src--96")
    keys.press("Space")
    tab_to("src_96_text")
    keys.type("radio")
    tab_to("sat_venue--1")
    keys.press("Space")
    keys.press("ArrowDown")
    tab_to("why")
    keys.type("Because")
    keys.press("Enter")
    form.page.wait_for_function("location.hash === '#review'")
    for _ in range(40):
        if form.page.evaluate("document.activeElement.className") == "primary":
            break
        keys.press("Tab")
    keys.press("Enter")
    assert form.response()["answers"] == {
        "aware": "1", "age": "40", "src": ["1", "96"], "src_96_text": "radio", "sat_venue": "2", "why": "Because",
    }  # fmt: skip
    assert form.errors == []
    form.close()


def test_language_back_button_and_ends_keep_answers(browser: Any, chengdu: Questionnaire, tmp_path: Path) -> None:
    form = Form(browser, tmp_path / "form.html", render_html_form(chengdu))
    page = form.page
    page.check("#consent--1")
    page.click("button[lang=en]")
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.is_checked("#consent--1")
    page.check("#resident--1")
    page.check("#age_group--2")
    form.next()
    page.wait_for_selector("#district")
    page.go_back()
    page.wait_for_selector("#consent--1")
    assert page.is_checked("#resident--1")
    page.check("#age_group--0")
    form.next()
    page.wait_for_selector("text=the survey ends here")
    form.sound()
    page.click("button.primary")
    found = form.response()
    assert found["ended"] == "ineligible"
    assert "district" not in found["answers"]
    form.close()


def test_a_place_in_the_address_cannot_skip_pages(browser: Any, chengdu: Questionnaire, tmp_path: Path) -> None:
    form = Form(browser, tmp_path / "form.html", render_html_form(chengdu))
    form.page.evaluate("location.hash = '#p_demo'")
    form.page.wait_for_function("location.hash === '#p_start'")
    assert form.page.is_visible("#consent--1")
    form.close()


def test_special_answers_exclude_others_and_limits_hold(browser: Any, tmp_path: Path) -> None:
    q = make(
        small(
            [
                {"id": "src", "type": "multi", "scale": "src", "max": "2", "en": "From where?"},
                {"id": "age", "type": "number", "min": "18", "max": "90", "specials": ["rf"], "en": "Age?"},
            ]
        )
    )
    form = Form(browser, tmp_path / "form.html", render_html_form(q))
    page = form.page
    for name in ("1", "2", "3"):
        page.check(f"#src--{name}")
    page.fill("#age", "17")
    form.next()
    assert page.locator("#summary li").count() == 2
    form.sound()
    page.check("#src--98")
    assert not page.is_checked("#src--1")
    page.check("#src--2")
    assert not page.is_checked("#src--98")
    page.check("#age--99")
    assert page.input_value("#age") == ""
    form.next()
    page.click("button.primary")
    assert form.response()["answers"] == {"src": ["2"], "age": "99"}
    form.close()


def test_labels_are_shown_as_text(browser: Any, tmp_path: Path) -> None:
    form = Form(browser, tmp_path / "form.html", render_html_form(attacked()))
    legends = form.page.locator("legend").all_text_contents()
    assert [text.split(". ", 1)[1].removesuffix(" (optional)") for text in legends] == ATTACKS
    assert form.page.locator("main script, main b").count() == 0
    form.sound()
    form.close()


def test_every_kind_of_question(browser: Any, tmp_path: Path) -> None:
    q = sink()
    form = Form(browser, tmp_path / "form.html", render_html_form(q, "en", mode="interviewer"))
    page = form.page
    page.check("#sex--2")
    page.fill("#age", "45")
    page.fill("#height", "170.25")
    form.next()
    assert page.locator("#summary li").count() == 1
    page.fill("#height", "170.5")
    form.next()
    page.wait_for_selector("#day")
    page.fill("#day", "2021-05-31")
    page.check("#news--1")
    for row in ("a", "b", "c"):
        page.check(f"#sat_{row}--1")
    assert page.locator("label[for=why]").text_content() == "7. You are Female, 45. Why? (optional)"
    page.fill("#why", "x")
    page.select_option("#town", "96")
    page.fill("#town_96_text", "elsewhere")
    assert "Show the card" in page.locator(".interviewer").all_text_contents()[0]
    form.sound()
    form.next()
    page.click("button.primary")
    found = form.response()
    assert replay(q, found["answers"]).findings == ()
    assert found["answers"]["height"] == "170.5"
    assert found["order"]["sat"][1] == "b"
    assert found["order"]["news"][2:] == ["3", "98"]
    form.close()


def test_the_browser_routes_as_python_does(browser: Any, tmp_path: Path) -> None:
    import numpy as np
    from questionnaire_helpers import random_answers, random_expression

    from surveykit.questionnaire import evaluate, parse, to_json

    rng = np.random.default_rng(3)
    q = make(small())
    trees = [parse(random_expression(rng, 3), q) for _ in range(200)]
    sets = [random_answers(rng) for _ in range(60)]
    form = Form(browser, tmp_path / "form.html", render_html_form(q))
    found = form.page.evaluate(
        "([trees, sets]) => sets.map((set) => trees.map((tree) => evaluate(tree, set)))",
        [
            [to_json(tree) for tree in trees],
            [{k: list(v) if isinstance(v, tuple) else v for k, v in s.items()} for s in sets],
        ],
    )
    assert found == [[evaluate(tree, answers) for tree in trees] for answers in sets]
    form.close()


def test_a_draft_is_kept_only_when_wanted(browser: Any, little: Questionnaire, tmp_path: Path) -> None:
    for draft in (False, True):
        form = Form(browser, tmp_path / f"form{draft}.html", render_html_form(little, draft=draft))
        form.page.check("#aware--2")
        form.page.on("dialog", lambda dialog: dialog.accept())
        form.page.reload()
        assert form.page.is_checked("#aware--2") is draft
        form.close()
