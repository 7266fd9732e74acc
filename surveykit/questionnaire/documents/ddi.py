"""DDI-Codebook 2.5: the codebook in the language of data archives."""

from __future__ import annotations

from xml.etree import ElementTree

from surveykit.questionnaire.definition.condition_words import condition_in_words
from surveykit.questionnaire.definition.models import Item, Labels, Questionnaire
from surveykit.questionnaire.definition.normal import definition_hash
from surveykit.questionnaire.definition.structure import flow_of
from surveykit.questionnaire.definition.text import in_language
from surveykit.questionnaire.definition.variables import Variable, questionnaire_variables
from surveykit.questionnaire.documents.column_map import plain_label
from surveykit.questionnaire.documents.renderer import Renderer
from surveykit.questionnaire.routing.ast import Const

__all__ = ["DDI", "render_ddi"]

NAMESPACE = "ddi:codebook:2_5"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def render_ddi(questionnaire: Questionnaire) -> str:
    """Render the codebook as DDI-Codebook 2.5.

    Parameters
    ----------
    questionnaire : Questionnaire
        A definition without problems.

    Returns
    -------
    str
        XML: one ``var`` per column with question, interviewer instruction, universe in words, range and categories in
        every language; special codes are categories with ``missing="Y"``.
    """
    ElementTree.register_namespace("", NAMESPACE)
    first = questionnaire.languages[0]
    root = _add(None, "codeBook", version="2.5")
    root.set(_LANG, first)
    citation = _add(_add(root, "stdyDscr"), "citation")
    titles = _add(citation, "titlStmt")
    _add(titles, "titl", in_language(questionnaire.title, first)).set(_LANG, first)
    for language in questionnaire.languages[1:]:
        _add(titles, "parTitl", in_language(questionnaire.title, language)).set(_LANG, language)
    _add(titles, "IDNo", questionnaire.id)
    text = f"{questionnaire.version}; SHA-256 {definition_hash(questionnaire)}"
    _add(_add(citation, "verStmt"), "version", text)
    section = _add(root, "dataDscr")
    items = {item.id: item for _, item in flow_of(questionnaire).questions}
    for variable in questionnaire_variables(questionnaire):
        _variable(section, questionnaire, variable, items[variable.item])
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _add(
    parent: ElementTree.Element | None, tag_name: str, text: str | None = None, /, **attributes: str
) -> ElementTree.Element:
    tag = f"{{{NAMESPACE}}}{tag_name}"
    node = ElementTree.Element(tag, attributes) if parent is None else ElementTree.SubElement(parent, tag, attributes)
    if text is not None:
        node.text = "".join(letter for letter in text if letter >= " " or letter in "\t\n")
    return node


def _localised(parent: ElementTree.Element, name: str, labels: Labels) -> None:
    for language, text in labels.items():
        _add(parent, name, text).set(_LANG, language)


def _variable(section: ElementTree.Element, q: Questionnaire, variable: Variable, item: Item) -> None:
    coded = variable.kind in ("single", "grid", "multi")
    node = _add(section, "var", ID=f"V_{variable.id}", name=variable.id, intrvl="discrete" if coded else "contin")
    _localised(node, "labl", variable.part_labels or variable.labels)
    question = _add(node, "qstn", ID=f"Q_{variable.id}", seqNo=str(variable.number))
    plain = {language: plain_label(q, variable.labels, language) for language in q.languages}
    _localised(question, "qstnLit", plain)
    _localised(question, "ivuInstr", item.interviewer)
    if variable.kind == "number" and (item.min is not None or item.max is not None):
        limits = {"min": item.min, "max": item.max}
        _add(_add(node, "valrng"), "range", **{name: x for name, x in limits.items() if x is not None})
    if variable.universe != Const(True):
        universe = {language: condition_in_words(variable.universe, q, language) for language in q.languages}
        _localised(node, "universe", universe)
    for code, labels in _categories(q, variable):
        category = _add(node, "catgry", **({"missing": "Y"} if code in dict(variable.specials) else {}))
        _add(category, "catValu", code)
        _localised(category, "labl", labels)
    kind = "numeric" if variable.kind == "number" else "character"
    _add(node, "varFormat", type=kind, schema="other")


def _categories(q: Questionnaire, variable: Variable) -> list[tuple[str, Labels]]:
    if variable.other_text or variable.kind in ("text", "date"):
        return []
    if variable.kind == "multi":
        yes = {"zh": ("选中", "未选"), "en": ("ticked", "not ticked")}
        chosen = {language: yes.get(language, yes["en"]) for language in q.languages}
        return [
            ("true", {language: pair[0] for language, pair in chosen.items()}),
            ("false", {language: pair[1] for language, pair in chosen.items()}),
        ]
    labels = {special.code: special.label for special in q.specials.values()}
    listed = [] if variable.kind == "number" else list(variable.choices)
    return [*listed, *((code, labels.get(code, {})) for code, _ in variable.specials)]


DDI = Renderer("ddi", lambda q, _: {"ddi.xml": render_ddi(q)})
