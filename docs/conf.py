"""Settings of the documentation; built by ``python3 bootstrap.py docs``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from pygments.lexers.special import TextLexer

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

import doc_sources  # noqa: E402

from surveykit import __version__  # noqa: E402

project = "surveykit"
author = "surveykit contributors"
version = release = __version__
language = "en"

extensions = ["myst_nb", "numpydoc", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "sphinx.ext.mathjax"]
exclude_patterns = ["_build", "**.ipynb_checkpoints"]
templates_path = ["_templates"]

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "off"  # doc_sources puts executed copies in docs/notebooks
suppress_warnings = ["mystnb.mime_priority"]

autosummary_generate = True
autosummary_imported_members = False
autodoc_typehints = "none"  # numpydoc's parameter lists say the types
autodoc_default_options = {"member-order": "bysource"}
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

html_theme = "furo"
html_title = f"surveykit {version}"
html_static_path = ["_static"]
html_css_files = ["surveykit.css"]
html_show_sphinx = False


def setup(app: Any) -> None:
    """Write the pages that are made from the code, and know the marks of the pages' blocks."""
    app.add_lexer("output", TextLexer)
    doc_sources.write_reference(ROOT / "docs" / "reference")
