"""Read a file of answers, telling its source by its content."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

from surveykit.errors import DataError, choose, first_few
from surveykit.files.answer_files import Source
from surveykit.files.looking import open_regular
from surveykit.files.text_tables import read_headers
from surveykit.questionnaire import Questionnaire
from surveykit.responses.readers.limesurvey import read_limesurvey
from surveykit.responses.readers.odk_kobo import read_kobo, read_odk
from surveykit.responses.readers.stat_files import read_spss, read_stata
from surveykit.responses.readers.table_files import read_form, read_table
from surveykit.responses.readers.wjx import read_wjx
from surveykit.responses.results import RawResponses

__all__ = ["READERS", "detect_source", "read_responses", "reader_options"]

READERS: dict[Source, Callable[..., RawResponses]] = {
    "wjx": read_wjx,
    "odk": read_odk,
    "kobo": read_kobo,
    "limesurvey": read_limesurvey,
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


def detect_source(path: str | Path) -> Source:
    """Tell what kind of file it is from its first bytes and its header.

    Parameters
    ----------
    path : str or Path
        The file, or a folder of response files.

    Returns
    -------
    Source

    Raises
    ------
    DataError
        If nothing fits, or more than one thing: the source must then be named.
    """
    path = Path(path)
    if path.is_dir() or path.suffix in (".json", ".jsonl"):
        return "form"
    with open_regular(path) as stream:
        start = stream.read(16)
    if start[:4] in (b"$FL2", b"$FL3"):
        return "spss"
    if start.startswith(b"<stata_dta>") or (path.suffix == ".dta" and start[:1] in (b"\x71", b"\x72", b"\x73")):
        return "stata"
    if start.startswith(b"PAR1"):
        return "table"
    headers = set(read_headers(path))
    fits = [source for source, signs in _SIGNS.items() if any(sign <= headers for sign in signs)]
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
    return set(inspect.signature(READERS[source]).parameters) - {"path", "questionnaire"}


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
        "wjx", "odk", "kobo", "limesurvey", "spss", "stata", "form" or "table"; told from the file when it is not
        given (never "table" for CSV and XLSX, which must be named).
    **options
        Passed to the reader, for example ``variant=``, ``column_map=``, ``versions=``, ``salt=``.

    Returns
    -------
    RawResponses
        Its `source` and `variant` say what was detected.

    Raises
    ------
    DataError
        If the source cannot be told, or the reader does not take an option.
    """
    if source is None:
        source = detect_source(path)
    choose("source", source, get_args(Source))
    known = reader_options(source)
    strange = sorted(set(options) - known)
    if strange:
        raise DataError(f"the reader of {source} takes no {first_few(strange)}; it takes {', '.join(sorted(known))}")
    return READERS[source](path, questionnaire, **options)
