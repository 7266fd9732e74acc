"""Questionnaires as files: read one with its scales, write it in any format, compare two, import one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from surveykit.errors import DefinitionError, OverwriteError, Problem, first_few
from surveykit.files.looking import read_bytes, read_text
from surveykit.questionnaire import (
    RENDERERS,
    PaperFonts,
    Questionnaire,
    check_questionnaire,
    import_wjx_text,
    import_xlsform,
    questionnaire_yaml,
    render_questionnaire,
    resolve_scales,
)
from surveykit.study.files.inside import require_inside
from surveykit.study.files.location import MARKER
from surveykit.study.files.validation import validate
from surveykit.study.files.yaml_reader import Document, read_yaml
from surveykit.study.running.artefacts import read_csv
from surveykit.study.running.manifest import write_atomically

if TYPE_CHECKING:
    import pandas as pd

    from surveykit.questionnaire import Imported, PaperFonts, Questionnaire

__all__ = ["import_questionnaire", "packaged_fonts", "read_questionnaire", "write_formats"]


def read_questionnaire(path: Path) -> Questionnaire:
    """Read and check one questionnaire; tables of its scales are looked for from the study's folder.

    Raises
    ------
    DefinitionError
        With every problem of the file.
    """
    document = read_yaml(path, str(path))
    root = next((folder for folder in path.resolve().parents if (folder / MARKER).is_file()), path.resolve().parent)
    try:
        data = resolve_scales(document.data, _tables(document, root))
    except DefinitionError as error:
        raise DefinitionError([document.locate(problem) for problem in error.problems]) from None
    document = Document(data, document.file, document.lines)
    questionnaire = validate(Questionnaire, document)
    problems = check_questionnaire(questionnaire)
    if problems:
        raise DefinitionError([document.locate(problem) for problem in problems])
    return questionnaire


def _tables(document: Document, root: Path) -> dict[str, pd.DataFrame]:
    scales = document.data.get("scales", {}) if isinstance(document.data, dict) else {}
    named = {scale["file"] for scale in scales.values() if isinstance(scale, dict) and "file" in scale}
    return {
        name: read_csv(require_inside(root, name), dtype=str, keep_default_na=False)
        for name in named
        if isinstance(name, str) and (root / name).is_file()
    }


def packaged_fonts(page: str = "") -> PaperFonts:
    """Return surveykit's own fonts for the paper form, with the face of rare hanzi when the page holds any."""
    from surveykit.report.charts.typefaces import (
        EXTRA_FACE,
        FACES,
        FONT_SCHEME,
        face_rule,
        font_bytes,
        needs_extra_face,
    )

    faces = (*FACES, EXTRA_FACE) if needs_extra_face(page) else FACES
    return PaperFonts(
        "\n".join(face_rule(face) for face in faces),
        {f"{FONT_SCHEME}:{name}": font_bytes(name) for name, _, _ in faces},
    )


def write_formats(questionnaire: Questionnaire, formats: tuple[str, ...], folder: Path) -> list[str]:
    """Write a questionnaire in several formats; returns what to tell: files, and what a format cannot carry."""
    from surveykit.report.charts.typefaces import unprintable

    told = []
    for name in formats:
        printed = RENDERERS[name].printed
        page = printed(questionnaire, questionnaire.languages[0]) if printed is not None else ""
        fonts = packaged_fonts(page) if printed is not None else None
        lacking = unprintable(page)
        if lacking:
            told.append(
                "  not in surveykit's fonts, so that paper shows them in a font of this machine or as a box, "
                f"{first_few(lacking)}"
            )
        rendering = render_questionnaire(questionnaire, name, fonts=fonts)
        for file, content in rendering.files.items():
            write_atomically(folder / file, content)
            told.append(str(folder / file))
        told += [f"  not carried by {name}: {loss}" for loss in rendering.losses]
    return told


def import_questionnaire(path: Path, target: Path) -> Imported:
    """Turn a 问卷星 text file or an XLSForm into a questionnaire file.

    Raises
    ------
    DefinitionError
        The file is neither.
    OverwriteError
        The target exists.
    """
    if target.exists():
        raise OverwriteError(f"{target} exists: nothing was written; name another file with --output")
    if path.suffix.lower() == ".xlsx":
        found = import_xlsform(read_bytes(path))
    elif path.suffix.lower() == ".txt":
        found = import_wjx_text(read_text(path))
    else:
        raise DefinitionError([Problem("neither an XLSForm (.xlsx) nor a 问卷星 text (.txt)", "", file=str(path))])
    write_atomically(target, questionnaire_yaml(found).encode("utf-8"))
    return found
