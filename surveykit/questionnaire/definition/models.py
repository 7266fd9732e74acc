"""The definition of a questionnaire: what a person writes in YAML, typed and frozen.

Every scalar of the mapping is text. Shape errors are raised by pydantic with the place in the mapping; what the parts
mean together is checked by :func:`surveykit.questionnaire.check_questionnaire`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from surveykit.files.person_methods import PersonMethod

__all__ = [
    "Cut",
    "Derived",
    "End",
    "Household",
    "Item",
    "Labels",
    "Page",
    "Questionnaire",
    "Quota",
    "Scale",
    "Special",
]

Labels = dict[str, str]
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
ItemType = Literal["single", "multi", "grid", "number", "text", "date", "note"]
DontKnow = Literal["in_base", "out_of_base"]
Level = Literal["nominal", "ordinal"]
_LANGUAGE = re.compile(r"[a-z]{2}(?:-[A-Za-z0-9]{2,8})*\Z")


def _numbers_as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Text = Annotated[str, BeforeValidator(_numbers_as_text)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class _Labelled(_Model):
    """Text per language, written as ``zh: ...`` and ``en: ...`` beside the other keys."""

    label: Labels = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _collect_languages(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        names = set(cls.model_fields) | {field.alias for field in cls.model_fields.values()}
        label = {key: text for key, text in data.items() if key not in names and _LANGUAGE.match(str(key))}
        if not label:
            return data
        rest = {key: value for key, value in data.items() if key not in label}
        return {**rest, "label": {**rest.get("label", {}), **label}}


class Special(_Labelled):
    """A code that means a missing value, the same in the whole questionnaire, never valid in ``< <= > >=``.

    Attributes
    ----------
    code : str
        What is stored in the form, for example ``"98"``.
    kind : {"dont_know", "refused"}
        What it means; coded data hold ``"dk"`` or ``"rf"`` in their table of missing values.
    read_out : bool
        Whether an interviewer reads it out; False prints "do not read out" beside it on interviewer forms.
    """

    code: Text
    kind: Literal["dont_know", "refused"]
    read_out: bool = False

    @property
    def missing(self) -> str:
        """``"dk"`` or ``"rf"``."""
        return "dk" if self.kind == "dont_know" else "rf"


class Scale(_Model):
    """Choices shared by items.

    Attributes
    ----------
    level : {"nominal", "ordinal"}
        Order comparisons in routing are allowed on ordinal scales only.
    choices : tuple of tuple of str
        ``[code, label in the first language, label in the second, ...]``.
    specials : tuple of str
        Names of specials that the scale offers after its choices.
    other : str, optional
        Code of an "other, please specify" choice after the listed ones.
    file, columns : str and mapping, optional
        A table that holds the choices, and its columns ``{code: ..., zh: ..., en: ...}``;
        see :func:`surveykit.questionnaire.resolve_scales`.
    source : str, optional
        The published source of the convention.
    """

    level: Level = "nominal"
    choices: tuple[tuple[Text, ...], ...] = ()
    specials: tuple[str, ...] = ()
    other: Text | None = None
    other_label: Labels = Field(default_factory=dict)
    file: str | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    source: str | None = None


class Item(_Labelled):
    """One question, or a note without an answer.

    Attributes
    ----------
    id : str
        Column of the data for ever: ``[a-z][a-z0-9_]{0,31}``.
    type : {"single", "multi", "grid", "number", "text", "date", "note"}
        Kind of the question.
    scale : str, optional
        Scale of a single, multi or grid item.
    required : bool
        Whether an asked item must be answered before one can go on.
    ask_if : str, optional
        Routing expression; asked always when absent.
    min, max : str, optional
        Range of a number or date; ``max`` also the most characters of a text, or the most ticks of a multi.
    decimals : int
        Decimal places of a number.
    specials : tuple of str
        Specials that a number or date item offers.
    rows : tuple of tuple of str
        Rows of a grid: ``[id, label, label, ...]``.
    order : {"listed", "random"}
        Order of the choices (single, multi) or rows (grid); ``fixed`` codes, specials and "other" keep their place.
    widget : {"list", "dropdown", "short", "long"}, optional
        How the item is shown.
    interviewer, hint, unit : mapping
        Text per language for the interviewer, for the respondent under the question, and after a number.
    source : str, optional
        Where the wording comes from.
    """

    kind: ClassVar[Literal["item"]] = "item"
    id: Identifier
    type: ItemType
    scale: str | None = None
    required: bool = False
    ask_if: str | None = None
    min: Text | None = None
    max: Text | None = None
    decimals: Annotated[int, Field(ge=0, le=6)] = 0
    specials: tuple[str, ...] = ()
    rows: tuple[tuple[Text, ...], ...] = ()
    order: Literal["listed", "random"] = "listed"
    fixed: tuple[Text, ...] = ()
    widget: Literal["list", "dropdown", "short", "long"] | None = None
    interviewer: Labels = Field(default_factory=dict)
    hint: Labels = Field(default_factory=dict)
    unit: Labels = Field(default_factory=dict)
    source: str | None = None


class End(_Labelled):
    """An early end: the interview stops here with a status when the condition holds."""

    kind: ClassVar[Literal["end"]] = "end"
    end: Identifier
    condition: str = Field(alias="if")


def _item_or_end(value: Any) -> Any:
    if isinstance(value, Item | End):
        return value
    if not isinstance(value, Mapping):
        raise ValueError("an item is a mapping such as {id: aware, type: single, ...}")
    return End.model_validate(value) if "end" in value else Item.model_validate(value)


class Page(_Labelled):
    """Items shown together; the label is an optional heading."""

    page: Identifier
    ask_if: str | None = None
    items: tuple[Annotated[Item | End, BeforeValidator(_item_or_end)], ...]


class Cut(_Model):
    """Cut a number at lower limits: ``at: [18, 30]`` gives code 1 from 18 to below 30, code 2 from 30 on."""

    of: str
    at: tuple[Text, ...]


class Derived(_Model):
    """A variable computed from answers: by cutting a number, or by the first condition that holds.

    Attributes
    ----------
    id, scale : str
        Column, and the scale whose codes it takes.
    cut : Cut, optional
        Limits of a number; one code of the scale per limit, in order.
    when : tuple of (code, expression), optional
        The first expression that holds gives the code; none gives a missing value.
    """

    id: Identifier
    scale: str
    cut: Cut | None = None
    when: tuple[tuple[Text, str], ...] = ()


class Quota(_Model):
    """Cells by items or derived variables, with targets in a table."""

    by: tuple[str, ...]
    targets: str


class Household(_Model):
    """How persons are chosen in the household that was drawn, and which questions hold what the weight needs.

    Attributes
    ----------
    method : {"kish", "kish_1949", "next_birthday", "last_birthday", "all"}
        A grid row of the household's own, Kish's eight tables, the person whose birthday is next or was last, or
        everyone.
    eligible : str
        Number item: how many persons of the household are eligible.
    selected : str, optional
        Number item: position of the person in the list of eligible persons; grids and ``all`` need it.
    """

    method: PersonMethod
    eligible: str
    selected: str | None = None


class Questionnaire(_Model):
    """A questionnaire: languages, specials, scales and pages of items.

    Attributes
    ----------
    id, version : str and int
        Name, and a number that is raised with every change.
    languages : tuple of str
        The first is the source language.
    title : mapping
        Title per language; ``intro`` and ``closing`` likewise, optional.
    specials : mapping of str to Special
        Don't know and refused, once for the whole questionnaire.
    scales : mapping of str to Scale
        Shared choices.
    derive : tuple of Derived
        Computed variables.
    quotas : tuple of Quota
        Quota cells.
    household : Household, optional
        How persons are chosen within the household, where households are drawn.
    flow : tuple of Page
        What is asked, in order.

    Notes
    -----
    Made by ``Questionnaire.model_validate(mapping)`` from a mapping whose scalars are all text. Raises
    ``pydantic.ValidationError`` for errors of shape, with the place of each. The columns of its data are
    :func:`surveykit.questionnaire.questionnaire_variables`, the hash that names it is
    :func:`surveykit.questionnaire.definition_hash`.
    """

    surveykit: Literal["1"]
    id: Identifier
    version: Annotated[int, Field(ge=1)] = 1
    languages: Annotated[tuple[str, ...], Field(min_length=1)]
    title: Labels
    intro: Labels = Field(default_factory=dict)
    closing: Labels = Field(default_factory=dict)
    source: str | None = None
    specials: dict[Identifier, Special] = Field(default_factory=dict)
    scales: dict[Identifier, Scale] = Field(default_factory=dict)
    derive: tuple[Derived, ...] = ()
    quotas: tuple[Quota, ...] = ()
    household: Household | None = None
    flow: tuple[Page, ...]
