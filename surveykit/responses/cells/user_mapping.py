"""What a user says about a file's columns and values, where it cannot be told from the file: mapping.yaml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from surveykit.errors import DataError, Problem, first_few, nearest_word
from surveykit.questionnaire import ColumnMap, Questionnaire, questionnaire_variables
from surveykit.responses.cells.missing_codes import ALL, DECLARED_KINDS, Declared, blanks_by_item, codes_by_item
from surveykit.responses.cells.times import ZONE_ADVICE, is_zone

__all__ = ["META_NAMES", "Said", "UserMapping", "check_user_mapping", "declared_problems", "what_is_said"]

META_NAMES = (
    "response_id",
    "unit_id",
    "submitted_at",
    "duration_seconds",
    "page_seconds",
    "mode",
    "interviewer",
    "device",
)


class UserMapping(BaseModel):
    """The content of a mapping file.

    Attributes
    ----------
    columns : dict of str to list of str
        Header or headers of the file by our column; also for ``response_id``, ``unit_id``, ``submitted_at``,
        ``duration_seconds``, ``page_seconds`` (one header for each page, in order), ``mode``, ``interviewer`` and
        ``device``.
    values : dict of str to dict of str to str
        Code of a cell's text, by our column (a grid's or item's id for all its columns).
    missing_codes : dict of str to dict of str to str
        Kind of missing ("nr", "na", "dk" or "rf") of a code or of a range such as ``-99..-1``, by column or item; codes
        that stand for all of them may be given without one, and a list of codes means "nr".
    blanks : dict of str to list of str
        Cells that mean "left blank", by column or item, or a list for all of them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: dict[str, list[str]] = Field(default_factory=dict)
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    missing_codes: dict[str, dict[str, Literal["nr", "na", "dk", "rf"]]] = Field(default_factory=dict)
    blanks: dict[str, list[str]] = Field(default_factory=dict)

    _by_item = field_validator("missing_codes", mode="before")(codes_by_item)
    _cells = field_validator("blanks", mode="before")(blanks_by_item)

    @field_validator("columns", mode="before")
    @classmethod
    def _one_or_several(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        return {name: [said] if isinstance(said, str) else said for name, said in given.items()}


class Said:
    """A mapping taken apart: the export's own map, headers of questions, headers of meta data, values.

    Attributes
    ----------
    column_map : ColumnMap or None
        The map that was written next to the export.
    columns : dict of str to list of str
        Headers by data column.
    own : dict of str to tuple of str
        Headers by name with a leading "@".
    values : dict of str to dict of str to str
        Codes of cells.
    missing, blanks : dict of str to Declared
        Declared missing values and blank cells.
    """

    def __init__(self, column_map: ColumnMap | None, mapping: UserMapping) -> None:
        self.column_map = column_map
        self.columns = {name: said for name, said in mapping.columns.items() if name not in META_NAMES}
        self.own = {f"@{name}": tuple(said) for name, said in mapping.columns.items() if name in META_NAMES and said}
        self.values = mapping.values
        self.missing = {name: Declared.of(said) for name, said in mapping.missing_codes.items()}
        self.blanks = {
            name: Declared(dict.fromkeys(map(str.strip, said), "nr")) for name, said in mapping.blanks.items()
        }

    def own_headers(self, headers: Sequence[str], file: str) -> dict[str, tuple[str, ...]]:
        """Headers of the meta data, once they are known to be there."""
        for name, said in self.own.items():
            for header in said if name == "@page_seconds" else said[:1]:
                if header not in headers:
                    raise DataError(
                        f"{file}: the mapping of {name[1:]!r} names a column that is not there: {header!r}; "
                        f"the file has {first_few(headers)}"
                    )
        return {name: said if name == "@page_seconds" else said[:1] for name, said in self.own.items()}


def what_is_said(
    column_map: ColumnMap | Mapping[str, str | Sequence[str]] | None,
    mapping: UserMapping | Mapping[str, Any] | None,
) -> Said:
    """Bring the ways in which a mapping may be given to one.

    Parameters
    ----------
    column_map : ColumnMap or mapping, optional
        The export's map; a plain mapping counts as the user's.
    mapping : UserMapping or mapping, optional
        Our column to the file's header or headers, or a whole `UserMapping`.

    Returns
    -------
    Said
    """
    columns: dict[str, Any] = {}
    values: dict[str, dict[str, str]] = {}
    missing: dict[str, Any] = {}
    blanks: dict[str, list[str]] = {}
    for given in (column_map, mapping):
        if isinstance(given, UserMapping):
            columns |= given.columns
            values |= given.values
            missing |= given.missing_codes
            blanks |= given.blanks
        elif isinstance(given, Mapping):
            columns |= {name: [said] if isinstance(said, str) else list(said) for name, said in given.items()}
    known = column_map if isinstance(column_map, ColumnMap) else None
    return Said(known, UserMapping(columns=columns, values=values, missing_codes=missing, blanks=blanks))


def check_user_mapping(mapping: UserMapping, questionnaire: Questionnaire) -> list[Problem]:
    """Find what the shape of a mapping cannot show.

    Parameters
    ----------
    mapping : UserMapping
        The mapping.
    questionnaire : Questionnaire
        Whose columns and codes it names.

    Returns
    -------
    list of Problem
        Unknown columns and codes, and a header that is given to two columns; empty when all is well.
    """
    variables = questionnaire_variables(questionnaire)
    columns = sorted({v.id for v in variables} | {v.item for v in variables})
    problems = []
    owners: dict[str, str] = {}
    for name, headers in mapping.columns.items():
        if name not in columns and name not in META_NAMES:
            problems.append(_unknown(f"{questionnaire.id} has no column {name!r}", name, columns, ("columns", name)))
        for header in headers:
            if (first := owners.setdefault(header, name)) != name:
                what = f"the header {header!r} is given to {first!r} and to {name!r}"
                problems.append(Problem(what, "keep one of them", ("columns", name)))
    for key in ("missing_codes", "blanks"):
        for name in getattr(mapping, key):
            if name not in columns and name != ALL:
                problems.append(_unknown(f"{questionnaire.id} has no column {name!r}", name, columns, (key, name)))
    for name, values in mapping.values.items():
        codes = {code for v in variables if name in (v.id, v.item) for code, _ in (*v.choices, *v.specials)}
        codes |= {v.option for v in variables if name == v.item and v.option is not None}
        if name not in columns:
            problems.append(_unknown(f"{questionnaire.id} has no column {name!r}", name, columns, ("values", name)))
            continue
        for cell, code in values.items():
            if code not in codes:
                what = f"{name!r} has no option with the code {code!r}"
                problems.append(_unknown(what, code, sorted(codes), ("values", name, cell)))
    return problems


def declared_problems(
    questionnaire: Questionnaire, missing_codes: Any = None, blanks: Any = None, zone: Any = None
) -> list[Problem]:
    """Find what is wrong in ``missing_codes``, ``blanks`` and ``zone`` as a user wrote them.

    Parameters
    ----------
    questionnaire : Questionnaire
        Whose columns they name.
    missing_codes, blanks : object, optional
        See `UserMapping`.
    zone : object, optional
        Name of a time zone.

    Returns
    -------
    list of Problem
        Wrong types, kinds that do not exist, columns that the questionnaire lacks; empty when all is well.
    """
    problems: list[Problem] = []
    if zone is not None and not (isinstance(zone, str) and is_zone(zone)):
        problems.append(Problem(f"there is no time zone {zone!r}", ZONE_ADVICE, ("zone",)))
    if missing_codes is not None and not isinstance(missing_codes, Mapping | list | tuple):
        what = f"'missing_codes' must be a list of codes or kinds by code, not {missing_codes!r}"
        problems.append(Problem(what, 'for example {"-9": rf, "-8..-1": nr} or ["99"]', ("missing_codes",)))
        missing_codes = None
    if blanks is not None and not isinstance(blanks, Mapping | list | tuple | str):
        what = f"'blanks' must be a list of cells, or lists by column, not {blanks!r}"
        problems.append(Problem(what, 'for example ["n/a", "-"]', ("blanks",)))
        blanks = None
    variables = questionnaire_variables(questionnaire)
    columns = sorted({v.id for v in variables} | {v.item for v in variables})
    for key, given in (("missing_codes", missing_codes), ("blanks", blanks)):
        whole = given if isinstance(given, list | tuple) else ()
        by_column = given if isinstance(given, Mapping) else {}
        for name, said in by_column.items():
            several = isinstance(said, Mapping | list | tuple) or key == "blanks"
            if several and str(name) not in columns and name != ALL:
                what = f"{key!r} names {name!r}, and {questionnaire.id} has no such column"
                problems.append(_unknown(what, str(name), columns, (key, str(name))))
            kinds = said if isinstance(said, Mapping) else {} if several else {name: said}
            for code, kind in kinds.items() if key == "missing_codes" else ():
                if kind not in DECLARED_KINDS:
                    what = f"'missing_codes' has {kind!r} for {code!r}, which is no kind of missing"
                    problems.append(Problem(what, f"use one of {', '.join(DECLARED_KINDS)}", (key, str(name))))
            if key == "blanks" and isinstance(said, Mapping):
                problems.append(
                    Problem(f"'blanks' has {said!r} for {name!r}", "write a list of cells", (key, str(name)))
                )
            elif isinstance(said, list | tuple):
                whole = (*whole, *said)
        if strange := [cell for cell in whole if isinstance(cell, bool) or not isinstance(cell, str | int | float)]:
            what = f"{key!r} lists what is no text and no number: {first_few(map(repr, strange))}"
            problems.append(Problem(what, "put texts in quotation marks", (key,)))
    return problems


def _unknown(what: str, name: str, known: Sequence[str], path: tuple[str, ...]) -> Problem:
    near = nearest_word(name, known)
    return Problem(what, f"did you mean {near!r}?" if near else f"there are {first_few(known, 12)}", path)
