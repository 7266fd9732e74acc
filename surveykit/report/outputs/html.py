"""From content to HTML: for print (WeasyPrint) and for the screen (one file that needs nothing else)."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from surveykit.errors import RenderError, choose
from surveykit.language import LANGUAGES
from surveykit.report.assembly import make_document
from surveykit.report.charts.typefaces import FACES, face_rule
from surveykit.report.content.inputs import Edition, Profile, ReportInput
from surveykit.report.document.blocks import Document
from surveykit.report.document.outline import outline
from surveykit.report.document.typography import title_parts
from surveykit.report.messages import say
from surveykit.report.publishing.publication import DEFAULT_RULES, PublicationRules

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["BASE_TEMPLATE", "build_html", "make_environment", "render_html"]

Medium = Literal["print", "screen"]
BASE_TEMPLATE = "surveykit/base.html"


def make_environment(study_templates: str | Path | Mapping[str, str] | None = None) -> Environment:
    """Make the Jinja environment: sandboxed, autoescape on, undefined names an error, templates by prefix.

    Parameters
    ----------
    study_templates : path or mapping, optional
        The study's folder of templates, or their texts by name. They extend ``surveykit/base.html``.

    Returns
    -------
    jinja2.Environment
        Knows ``surveykit/...`` (the library's) and, without prefix, the study's templates.
    """
    import jinja2

    library = jinja2.PackageLoader("surveykit.report", "templates")
    loaders: list[jinja2.BaseLoader] = [jinja2.PrefixLoader({"surveykit": library})]
    if isinstance(study_templates, Mapping):
        loaders.append(jinja2.DictLoader(dict(study_templates)))
    elif study_templates is not None:
        loaders.append(jinja2.FileSystemLoader(str(study_templates)))
    from surveykit.report.outputs.sandbox import Sandbox

    return Sandbox(
        loader=jinja2.ChoiceLoader(loaders),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )


def build_html(
    report: ReportInput,
    edition: Edition = "zh",
    *,
    profile: Profile = "research",
    medium: Medium = "print",
    template: str = BASE_TEMPLATE,
    study_templates: str | Path | Mapping[str, str] | None = None,
    rules: PublicationRules = DEFAULT_RULES,
) -> str:
    """Make the report as one HTML text.

    Parameters
    ----------
    report : ReportInput
        All numbers and texts.
    edition : {"zh", "en"}
        Language.
    profile : {"research", "official"}
        研究报告 or 公文.
    medium : {"print", "screen"}
        For :func:`surveykit.report.build_pdf`, or a self-contained page with sortable tables.
    template : str
        Template to render; a study's own extends ``surveykit/base.html``.
    study_templates : path or mapping, optional
        Where the study's templates are.
    rules : PublicationRules
        What is withheld.

    Returns
    -------
    str
        The same text for the same input.
    """
    choose("edition", edition, LANGUAGES)
    choose("profile", profile, get_args(Profile))
    choose("medium", medium, get_args(Medium))
    document = make_document(report, edition=edition, profile=profile, rules=rules)
    return render_html(document, medium=medium, template=template, study_templates=study_templates)


def render_html(
    document: Document,
    *,
    medium: Medium = "print",
    template: str = BASE_TEMPLATE,
    study_templates: str | Path | Mapping[str, str] | None = None,
) -> str:
    """Render content that :func:`surveykit.report.make_document` made; parameters as :func:`build_html`."""
    choose("medium", medium, get_args(Medium))
    import jinja2

    edition: Edition = "zh" if document.edition == "zh" else "en"

    def message(key: str, **values: object) -> str:
        return say(edition, key, **values)

    script = files("surveykit.report").joinpath("templates", "sort.js").read_text(encoding="utf-8")
    context: dict[str, Any] = {
        "document": document,
        "sections": outline(document),
        "medium": medium,
        "say": message,
        "title_parts": title_parts,
        "face_rules": [face_rule(face) for face in FACES] if medium == "print" else [],
        "script": script,
        "script_hash": base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        "kind_of": lambda block: type(block).__name__.lower(),
    }
    environment = make_environment(study_templates)
    try:
        return without_jumps(environment.get_template(template).render(context))
    except jinja2.TemplateNotFound as error:
        raise RenderError(
            f"template {str(error)!r} is not there: give its name relative to the study's templates"
        ) from error
    except jinja2.exceptions.SecurityError as error:
        raise RenderError(f"template {template!r} does what a template may not do: {error}") from error
    except jinja2.UndefinedError as error:
        raise RenderError(f"template {template!r} uses a name that does not exist: {error}") from error
    except jinja2.TemplateSyntaxError as error:
        raise RenderError(f"template {error.name or template!r}, line {error.lineno}: {error.message}") from error
    except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        if template == BASE_TEMPLATE:
            raise  # the library's own template: a defect, and no error of the study's
        raise RenderError(f"template {template!r} fails: {type(error).__name__}: {error}") from error


def without_jumps(html: str) -> str:
    r"""Number headings anew so that none is more than one level below the one before it (PDF/UA-1, 7.4.2).

    A heading that moves up keeps its look by the class ``as-hN`` of its first level.

    Examples
    --------
    >>> without_jumps("<h1>A</h1><h3 id='b'>B</h3><h4>C</h4>")
    '<h1>A</h1><h2 class="as-h3" id=\'b\'>B</h2><h3 class="as-h4">C</h3>'
    """
    above: list[int] = []

    def level(match: re.Match[str]) -> str:
        written = int(match[1])
        while above and above[-1] >= written:
            above.pop()
        above.append(written)
        if len(above) == written:
            return match[0]
        return f'<h{len(above)} class="as-h{written}"{match[2]}>{match[3]}</h{len(above)}>'

    return re.sub(r"<h([1-6])((?: [^>]*)?)>(.*?)</h\1>", level, html, flags=re.DOTALL)
