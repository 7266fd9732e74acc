"""The questionnaire on paper: a tagged PDF with printed codes and routing in words."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, get_args

from jinja2 import Environment, StrictUndefined

from surveykit.display.pdf_structure import mend_structure
from surveykit.errors import MissingDependencyError, RenderError, choose
from surveykit.questionnaire.definition.condition_words import condition_in_words
from surveykit.questionnaire.definition.models import End, Item, Questionnaire
from surveykit.questionnaire.definition.normal import definition_hash
from surveykit.questionnaire.definition.structure import Step, flow_of, item_choices, labels_of
from surveykit.questionnaire.definition.text import in_language
from surveykit.questionnaire.documents.column_map import plain_label
from surveykit.questionnaire.documents.renderer import Mode, PaperFonts, Renderer, Settings
from surveykit.questionnaire.forms.html import template
from surveykit.questionnaire.forms.paper_words import PAPER_WORDS
from surveykit.questionnaire.forms.skips import skips
from surveykit.questionnaire.routing.ast import Const, Expression

__all__ = ["PAPER", "paper_html", "render_paper_pdf"]


def render_paper_pdf(
    questionnaire: Questionnaire,
    language: str | None = None,
    *,
    mode: Mode = "self",
    copy: str = "A",
    fonts: PaperFonts | None = None,
) -> bytes:
    """Render the questionnaire for paper as a tagged PDF.

    Parameters
    ----------
    questionnaire : Questionnaire
        A definition without problems.
    language : str, optional
        The language printed; the first of the questionnaire when absent.
    mode : {"self", "interviewer"}
        ``"interviewer"`` adds texts for interviewers, "do not read out" beside special codes, show cards at the end and
        a block for the interviewer's entries.
    copy : str
        Letter of the printed version; questions in random order have another order in each. "A" is the listed order.
    fonts : PaperFonts, optional
        Fonts to set it in.

    Returns
    -------
    bytes
        PDF/UA-1: A4, numbered questions, tick boxes with printed codes, version, short hash and page numbers.

    Raises
    ------
    MissingDependencyError
        WeasyPrint cannot be loaded.
    RenderError
        The page asks for something outside of it.
    """
    choose("mode", mode, get_args(Mode))
    try:
        import weasyprint
        from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse
    except (ImportError, OSError) as error:
        raise MissingDependencyError(f"paper forms need WeasyPrint and Pango: {error}") from error
    held = (fonts or PaperFonts()).files

    class Fetcher(URLFetcher):  # type: ignore[misc]
        """Opens the given fonts only."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            """Return a font, or stop."""
            if url not in held:
                raise FatalURLFetchingError(f"the form asks for {url[:80]!r}; nothing outside of it is read")
            return URLFetcherResponse(url, body=held[url], headers={"Content-Type": "font/otf"})

    page = paper_html(questionnaire, language, mode=mode, copy=copy, fonts=fonts)
    try:
        pdf = weasyprint.HTML(string=page, url_fetcher=Fetcher()).write_pdf(
            pdf_variant="pdf/ua-1", pdf_identifier=hashlib.sha256(page.encode()).digest()[:16],
            finisher=lambda _, made: mend_structure(made),
        )  # fmt: skip
    except FatalURLFetchingError as error:
        raise RenderError(str(error)) from error
    return bytes(pdf)


def paper_html(
    questionnaire: Questionnaire,
    language: str | None = None,
    *,
    mode: Mode = "self",
    copy: str = "A",
    fonts: PaperFonts | None = None,
) -> str:
    """Return the page that :func:`render_paper_pdf` sets; parameters as there."""
    choose("mode", mode, get_args(Mode))
    sheet = _Sheet(questionnaire, language or questionnaire.languages[0], mode, copy)
    title = in_language(questionnaire.title, sheet.language)
    words = sheet.words
    short = definition_hash(questionnaire)[:12]
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.from_string(template("paper.html.j2", "paper")).render(
        lang="zh-CN" if sheet.language == "zh" else sheet.language,
        title=title,
        style=(fonts.css if fonts is not None else "") + template("paper.css", "paper"),
        words=words,
        copy=copy,
        version=questionnaire.version,
        short_hash=short,
        footer=f"{title}  {words['version']} {questionnaire.version}{copy}  {short}",
        intro=in_language(questionnaire.intro, sheet.language),
        closing=in_language(questionnaire.closing, sheet.language),
        pages=[sheet.page(p) for p in range(len(questionnaire.flow))],
        last=words["last"].split("|") if mode == "interviewer" else [],
        cards=sheet.cards,
    )


class _Sheet:
    def __init__(self, questionnaire: Questionnaire, language: str, mode: Mode, copy: str) -> None:
        self.q, self.language, self.mode, self.copy = questionnaire, language, mode, copy
        self.words = PAPER_WORDS.get(language, PAPER_WORDS["en"])
        self.cards: list[dict[str, Any]] = []
        self.card_of: dict[str, str] = {}
        self.skips = skips(questionnaire)

    def page(self, index: int) -> dict[str, Any]:
        page = self.q.flow[index]
        steps = [step for step in flow_of(self.q).steps if step.page_index == index]
        own = steps[0].page_condition if steps else Const(True)
        return {
            "heading": in_language(page.label, self.language),
            "when": self.when(own),
            "entries": [self.entry(step) for step in steps],
        }

    def when(self, condition: Expression) -> str:
        if condition == Const(True):
            return ""
        return self.words["when"].format(condition=condition_in_words(condition, self.q, self.language))

    def entry(self, step: Step) -> dict[str, Any]:
        entry = step.entry
        text = plain_label(self.q, entry.label, self.language)
        own = step.condition
        if isinstance(entry, End):
            said = condition_in_words(own, self.q, self.language)
            return {"kind": "end", "text": text, "when": self.words["end"].format(condition=said)}
        if entry.type == "note":
            return {"kind": "note", "text": text, "when": self.when(own)}
        return {
            "kind": "question", "type": entry.type, "text": text, "number": step.number, "when": self.when(own),
            "tip": self.tip(entry), "hint": in_language(entry.hint, self.language),
            "unit": in_language(entry.unit, self.language),
            "interviewer": in_language(entry.interviewer, self.language) if self.mode == "interviewer" else "",
            "card": self.card(entry), "rows": self.rows(entry), "choices": self.choices(step, entry),
            "listed": entry.type in ("single", "multi"),
            "lines": {"long": 4}.get(entry.widget or "", 2) if entry.type == "text" else 0,
        }  # fmt: skip

    def tip(self, item: Item) -> str:
        if item.type == "multi":
            return self.words["max"].format(max=item.max) if item.max is not None else self.words["many"]
        return ""

    def choices(self, step: Step, item: Item) -> list[dict[str, Any]]:
        found = []
        for choice in item_choices(self.q, item):
            special = self.q.specials
            aloud = any(s.code == choice.code and s.read_out for s in special.values())
            quiet = self.mode == "interviewer" and choice.special and not aloud
            found.append(
                {
                    "code": choice.code,
                    "text": in_language(choice.labels, self.language),
                    "other": choice.other,
                    "stays": bool(choice.special) or choice.other or choice.code in item.fixed,
                    "aloud": self.words["quiet"] if quiet else "",
                    "go": self.go(self.skips.get((item.id, choice.code), step.number + 1), step.number),
                }
            )
        return self.turned(found, item) if item.type in ("single", "multi") else found

    def go(self, target: int | str, number: int) -> str:
        if isinstance(target, str):
            return self.words["stop"]
        return self.words["go"].format(number=target) if target > number + 1 else ""

    def rows(self, item: Item) -> list[str]:
        rows = [
            {"text": in_language(labels_of(row[1:], self.q.languages), self.language), "stays": row[0] in item.fixed}
            for row in item.rows
        ]
        return [row["text"] for row in self.turned(rows, item)]

    def turned(self, entries: list[dict[str, Any]], item: Item) -> list[dict[str, Any]]:
        if item.order != "random" or self.copy == "A":
            return entries
        movable = [entry for entry in entries if not entry["stays"]]
        movable.sort(key=lambda entry: hashlib.sha256(f"{item.id}{self.copy}{entry['text']}".encode()).digest())
        return [entry if entry["stays"] else movable.pop(0) for entry in entries]

    def card(self, item: Item) -> str:
        if self.mode != "interviewer" or item.type not in ("single", "multi", "grid") or item.widget == "dropdown":
            return ""
        texts = [in_language(c.labels, self.language) for c in item_choices(self.q, item) if not c.special]
        if len(texts) < 4:
            return ""
        key = str(item.scale)
        if key not in self.card_of:
            name = self.words["card"].format(number=len(self.cards) + 1)
            self.card_of[key] = name
            self.cards.append({"name": name, "texts": texts})
        return self.words["show"].format(card=self.card_of[key])


def _copies(questionnaire: Questionnaire, settings: Settings) -> Mapping[str, bytes]:
    random = any(item.order == "random" for _, item in flow_of(questionnaire).questions)

    def made(copy: str) -> bytes:
        language, mode, fonts = settings.language, settings.mode, settings.fonts
        return render_paper_pdf(questionnaire, language, mode=mode, copy=copy, fonts=fonts)

    return {f"{copy}.pdf": made(copy) for copy in ("AB" if random else "A")}


PAPER = Renderer("paper", _copies, printed=paper_html)
