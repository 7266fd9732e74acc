"""What a study adds to its report: logo, map, earlier waves, chapters of its own, change log (report.yaml)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from surveykit.errors import DefinitionError, Problem
from surveykit.files.looking import read_json, read_text
from surveykit.report import OwnChapter
from surveykit.study.files.definition import Text
from surveykit.study.files.validation import validate
from surveykit.study.files.yaml_reader import read_yaml
from surveykit.study.reporting.logo import read_logo
from surveykit.study.running.artefacts import read_csv

if TYPE_CHECKING:
    from surveykit.estimation import Estimates
    from surveykit.study.files.study import Study

__all__ = ["ReportExtras", "read_extras", "report_extras"]

NAME = "report.yaml"
TREND_VALUES = ("estimate", "conf_low", "conf_high", "n")
TREND_COLUMNS = ("indicator", "wave", *TREND_VALUES, "break_before")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MapFile(_Frozen):
    """Boundaries (GeoJSON whose features have a property ``district``) and the map's approval number (审图号)."""

    file: str
    approval: str = Field(min_length=1)


class ChapterFiles(_Frozen):
    """A chapter in Markdown, one file a language, and the chapter that it follows."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")
    title: Text
    after: str = "summary"
    zh: str
    en: str


class ReportExtras(_Frozen):
    """The content of report_templates/report.yaml; every path is relative to its folder."""

    version: str = "1.0"
    revisions: int = Field(default=0, ge=0)
    logo: str | None = None
    map: MapFile | None = None
    trend: str | None = None
    wave: Text | None = None
    chapters: tuple[ChapterFiles, ...] = ()
    changes: tuple[Text, ...] = ()


def read_extras(study: Study) -> ReportExtras:
    """Read report.yaml from the study's folder of templates; without one there is nothing to add."""
    folder = study.definition.files.report_templates
    if folder is None or not (study.root / folder / NAME).is_file():
        return ReportExtras()
    document = read_yaml(study.root / folder / NAME, f"{folder}/{NAME}")
    extras = validate(ReportExtras, document)
    problems = [
        document.locate(
            Problem(f"file {name!r} is not there or lies outside {folder}/", "give its name from there", path)
        )
        for path, name in _files(extras)
        if not _inside(study.root / folder, name)
    ]
    if problems:
        raise DefinitionError(problems)
    return extras


def report_extras(study: Study, estimates: Estimates) -> dict[str, Any]:
    """Return what report.yaml adds, by the names of `ReportInput`."""
    extras = read_extras(study)
    folder = study.root / (study.definition.files.report_templates or ".")
    found: dict[str, Any] = {"changes": tuple({"zh": text.zh, "en": text.en} for text in extras.changes)}
    if extras.logo:
        found["logo"] = read_logo(folder / extras.logo)
    if extras.map:
        found["map_geojson"] = read_json(folder / extras.map.file)
        found["map_approval"] = extras.map.approval
    if extras.trend:
        found["trend"] = _trend(study, folder / extras.trend, extras, estimates)
    found["chapters"] = tuple(
        OwnChapter(
            id=chapter.id,
            title={"zh": chapter.title.zh, "en": chapter.title.en},
            after=chapter.after,
            markdown={language: read_text(folder / getattr(chapter, language)) for language in ("zh", "en")},
        )
        for chapter in extras.chapters
    )
    return found


def _files(extras: ReportExtras) -> list[tuple[tuple[str | int, ...], str]]:
    named: list[tuple[tuple[str | int, ...], str | None]] = [(("logo",), extras.logo), (("trend",), extras.trend)]
    named.append((("map", "file"), extras.map.file if extras.map else None))
    for place, chapter in enumerate(extras.chapters):
        named += [(("chapters", place, "zh"), chapter.zh), (("chapters", place, "en"), chapter.en)]
    return [(path, name) for path, name in named if name]


def _inside(folder: Path, name: str) -> bool:
    path = (folder / name).resolve()
    return path.is_file() and path.is_relative_to(folder.resolve())


def _trend(study: Study, path: Path, extras: ReportExtras, estimates: Estimates) -> pd.DataFrame:
    """Put the present wave under the earlier ones."""
    table = read_csv(path, dtype={"indicator": str, "wave": str})
    lacking = [name for name in TREND_COLUMNS if name not in table.columns]
    if lacking:
        problem = Problem(
            f"columns {', '.join(lacking)} are missing", f"give {', '.join(TREND_COLUMNS)}", (), path.name
        )
        raise DefinitionError([problem])
    table["break_before"] = table["break_before"].astype(str).str.lower().isin(["true", "1", "yes", "是"])
    year = str(study.definition.period.end.year)
    name = extras.wave.zh if extras.wave else year
    own = estimates.table.set_index("variable")
    rows = [
        {
            "indicator": id,
            "wave": name,
            "break_before": False,
            **own.loc[id, ["estimate", "conf_low", "conf_high", "n"]],
        }
        for id in dict.fromkeys(table["indicator"])
        if id in own.index
    ]
    return pd.concat([table[list(TREND_COLUMNS)], pd.DataFrame(rows)], ignore_index=True)
