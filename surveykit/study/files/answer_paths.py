"""Files of answers that an entry of study.yaml stands for: one file, a folder of them, or all that fit a pattern."""

from __future__ import annotations

from glob import has_magic
from pathlib import Path
from typing import TYPE_CHECKING

from surveykit.errors import DataError, first_few

if TYPE_CHECKING:
    from surveykit.study.files.definition import ResponseFile

__all__ = ["answer_files", "single_files"]

TABLES = (".csv", ".tsv", ".xlsx", ".xls", ".sav", ".dta", ".parquet")
OF_THE_FORM = (".json", ".jsonl")


def _is_table(path: Path) -> bool:
    """Whether it is a file that nobody hid; programs leave ``~$name`` beside a file that is open."""
    return path.is_file() and not path.name.startswith((".", "~$"))


def _name(root: Path, path: Path) -> str:
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()


def _fits(root: Path, pattern: str) -> list[str]:
    """Files that fit a pattern, in the order of their names."""
    whole = Path(pattern)
    base = Path(whole.anchor) if whole.is_absolute() else root
    try:
        found = list(base.glob(whole.relative_to(base).as_posix() if whole.is_absolute() else pattern))
    except (ValueError, NotImplementedError):  # such as a**, which is no pattern
        return []
    return sorted({_name(root, path) for path in found if _is_table(path)})


def answer_files(root: Path, name: str) -> list[str]:
    """Files that a path of study.yaml stands for.

    Parameters
    ----------
    root : pathlib.Path
        The study's folder.
    name : str
        A path, or a pattern such as ``data/*.csv``. What exists under the very name comes first, so that a name with
        brackets is no pattern.

    Returns
    -------
    list of str
        Of a folder the response files of the form, however deep, or the tables in it; the name itself where there is
        nothing.
    """
    place = root / name
    if place.is_dir():
        of_form = sorted(p for p in place.rglob("*") if p.suffix in OF_THE_FORM)
        tables = sorted(p for p in place.iterdir() if p.suffix.lower() in TABLES and _is_table(p))
        return [_name(root, path) for path in (*of_form, *tables)] or [name]
    if place.exists() or not has_magic(name):
        return [name]
    return _fits(root, name) or [name]


def single_files(root: Path, entries: list[ResponseFile]) -> list[ResponseFile]:
    """Entries for one file each, or for one folder of response files of the form.

    Parameters
    ----------
    root : pathlib.Path
        The study's folder.
    entries : list of ResponseFile
        As study.yaml has them.

    Returns
    -------
    list of ResponseFile
        Files of a folder or pattern in the order of their names, which for successive exports is the order in which
        they are merged.

    Raises
    ------
    DataError
        No file fits a pattern, a folder holds both tables and response files of the form, or a file is named twice,
        once by a folder or pattern.
    """
    found: list[ResponseFile] = []
    by_many: set[str] = set()
    for entry in entries:
        names = answer_files(root, entry.file)
        place = root / entry.file
        kinds = {Path(name).suffix in OF_THE_FORM for name in names}
        if place.is_dir() and (len(kinds) > 1 or True in kinds or names == [entry.file]):
            if len(kinds) > 1:
                raise DataError(
                    f"{entry.file}: the folder holds tables and response files of the form ({first_few(names)}); "
                    "name each kind by a pattern, such as data/*.csv"
                )
            found.append(entry)
            continue
        if names == [entry.file] and not place.exists() and has_magic(entry.file):
            raise DataError(f"{entry.file}: no file fits this pattern; patterns are read from the study's folder")
        by_many |= set(names) - {entry.file}
        found += [entry.model_copy(update={"file": name}) for name in names]
    files = [entry.file for entry in found]
    if twice := sorted(name for name in by_many if files.count(name) > 1):
        raise DataError(f"files of answers that study.yaml names twice: {first_few(twice)}; name each once")
    return found
