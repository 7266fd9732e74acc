"""Read a file of answers, telling its source by its content."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, get_args

from surveykit.errors import DataError, choose, first_few
from surveykit.files.answer_files import Source
from surveykit.files.looking import file_kind
from surveykit.questionnaire import Questionnaire
from surveykit.responses.cells.user_mapping import UserMapping, declared_problems
from surveykit.responses.readers.file_cells import FileLayout, read_header
from surveykit.responses.readers.form_platforms import PLATFORMS, platform_of
from surveykit.responses.readers.forms import read_form_platform
from surveykit.responses.readers.limesurvey import read_limesurvey
from surveykit.responses.readers.odk_kobo import read_kobo, read_odk
from surveykit.responses.readers.stat_files import read_spss, read_stata
from surveykit.responses.readers.table_files import read_form, read_table
from surveykit.responses.readers.wjx import read_wjx
from surveykit.responses.results import RawResponses

LAYOUT = ("header_row", "skip_rows", "footer", "sheet", "encoding")
__all__ = ["READERS", "detect_source", "read_responses", "reader_options"]

READERS: dict[Source, Callable[..., RawResponses]] = {
    "wjx": read_wjx,
    "odk": read_odk,
    "kobo": read_kobo,
    "limesurvey": read_limesurvey,
    **{source: partial(read_form_platform, source=source) for source in PLATFORMS},
    "spss": read_spss,
    "stata": read_stata,
    "form": read_form,
    "table": read_table,
}
_SIGNS: dict[Source, tuple[frozenset[str], ...]] = {
    "wjx": (frozenset({"序号", "提交答卷时间"}),),
    "odk": (frozenset({"SubmissionDate", "KEY"}),),
    "kobo": (frozenset({"_uuid", "_submission_time"}), frozenset({"_id", "_submission_time"})),
    "limesurvey": (
        frozenset({"submitdate", "lastpage"}),
        frozenset({"Date submitted", "Last page"}),
        frozenset({"submitdate. Date submitted", "lastpage. Last page"}),
    ),
}


def detect_source(path: str | Path, layout: FileLayout | Mapping[str, Any] | None = None) -> Source:
    """Tell what kind of file it is from its first bytes and its header.

    Parameters
    ----------
    path : str or Path
        The file, or a folder of response files.
    layout : FileLayout or mapping, optional
        Where the header stands; as a mapping the attributes that are said, None for none.

    Returns
    -------
    Source

    Raises
    ------
    DataError
        If nothing fits, or more than one thing: the source must then be named.
    """
    if isinstance(layout, Mapping):
        layout = FileLayout(**{name: value for name, value in layout.items() if value is not None})
    path = Path(path)
    if path.is_dir() or path.suffix in (".json", ".jsonl"):
        return "form"
    kind = file_kind(path)
    if kind == "spss" or kind == "stata":
        return kind
    if kind == "parquet":
        return "table"
    header = read_header(path, layout)
    headers = set(header)
    fits = [source for source, signs in _SIGNS.items() if any(sign <= headers for sign in signs)]
    fits = fits or list(platform_of(header))
    if len(fits) == 1:
        return fits[0]
    what = "fits several sources" if fits else "does not look like any known export"
    raise DataError(
        f"{path.name}: {what} (header: {first_few(sorted(headers))}); say which with source=, "
        f"one of {', '.join(READERS)}"
    )


def reader_options(source: Source) -> set[str]:
    """Name the options that the reader of a source takes.

    Parameters
    ----------
    source : str
        For example "wjx".

    Returns
    -------
    set of str
    """
    choose("source", source, get_args(Source))
    known = set(inspect.signature(READERS[source]).parameters) - {"path", "questionnaire", "source"}
    known |= {"missing_codes", "blanks", "day_first"} if "mapping" in known else set()
    return known | (set(LAYOUT) if "layout" in known else set())


def read_responses(
    path: str | Path, questionnaire: Questionnaire, *, source: Source | None = None, **options: Any
) -> RawResponses:
    """Read a file of answers.

    Parameters
    ----------
    path : str or Path
        The file; a folder for response files of the form.
    questionnaire : Questionnaire
        What was asked.
    source : str, optional
        "wjx", "odk", "kobo", "limesurvey", "qualtrics", "surveymonkey", "google", "tencent", "jinshuju",
        "redcap", "spss", "stata", "form" or "table"; told from the file when it is not
        given (never "table" for CSV and XLSX, which must be named).
    **options
        Passed to the reader, for example ``variant=``, ``column_map=``, ``versions=``, ``salt=``; and for any file
        ``header_row=``, ``skip_rows=``, ``footer=``, ``sheet=``, ``encoding=`` (see `FileLayout`), ``day_first=``,
        ``missing_codes=`` and ``blanks=`` (see `UserMapping`).

    Returns
    -------
    RawResponses
        Its `source` and `variant` say what was detected.

    Raises
    ------
    DataError
        If the source cannot be told, the reader does not take an option, or an option is wrong.
    """
    if source is not None:
        choose("source", source, get_args(Source))
    asked = set(options)
    said = [options.get(name) for name in ("missing_codes", "blanks", "zone")]
    problems = declared_problems(questionnaire, *said) if said != [None] * 3 else []
    if problems:
        raise DataError(f"{Path(path).name}: " + "; ".join(f"{p.what}: {p.todo}" for p in problems))
    options, day_first = _packed(options)
    if source is None:
        source = detect_source(path, options.get("layout"))
    known = reader_options(source)
    strange = sorted(set(options) - known)
    if "layout" in strange:
        strange = sorted({*strange, *asked} - {"layout"})
    if strange:
        raise DataError(f"the reader of {source} takes no {first_few(strange)}; it takes {', '.join(sorted(known))}")
    raw = READERS[source](path, questionnaire, **options)
    return raw if day_first is None else replace(raw, day_first=day_first)


def _packed(options: Mapping[str, Any]) -> tuple[dict[str, Any], bool | None]:
    """Options with those of the file's layout as one, and those on missing values in the mapping."""
    rest = {name: value for name, value in options.items() if value is not None}
    day_first = rest.pop("day_first", None)
    if day_first is not None and not isinstance(day_first, bool):
        raise DataError(f"day_first must be true or false, not {day_first!r}")
    layout = {name: rest.pop(name) for name in LAYOUT if name in rest}
    if layout:
        rest["layout"] = replace(rest.get("layout") or FileLayout(), **layout)
    missing = {name: rest.pop(name) for name in ("missing_codes", "blanks") if name in rest}
    if missing:
        given = rest.get("mapping")
        held = given if isinstance(given, UserMapping) else UserMapping(columns=given or {})
        said = UserMapping(**missing)
        rest["mapping"] = held.model_copy(
            update={
                "missing_codes": {**held.missing_codes, **said.missing_codes},
                "blanks": {**held.blanks, **said.blanks},
            }
        )
    return rest, day_first
