"""The record of a draw: everything that a third party needs to prove it, as plain values."""

from __future__ import annotations

import hashlib
import math
import platform
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal, get_args

from pydantic import ValidationError

from surveykit._version import __version__
from surveykit.display import NamedTable, Presentation, Shown, Words
from surveykit.errors import DataError, choose, first_few
from surveykit.sampling.plan.definition import HashName, SamplingPlan, plan_hash

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DrawRecord", "Sample", "StratumRecord"]

IdsChecked = Literal["all", "candidates"]
RECORD_FORMAT = 2


@dataclass(frozen=True, slots=True)
class StratumRecord:
    """What was drawn in one stratum.

    Attributes
    ----------
    stratum : str
        Name of the stratum.
    population_size, sample_size : int
        Units in the frame and in the sample.
    cut_key : str
        Hash of the last unit drawn by simple random sampling, the reserve included: exactly that many units of the
        stratum have a hash that is not larger. Empty for other methods.
    weight_total : float
        Sum of the base weights of the drawn units before any release; it tells when sizes changed that leave the sample
        the same.
    """

    stratum: str
    population_size: int
    sample_size: int
    cut_key: str
    weight_total: float


@dataclass(frozen=True, slots=True)
class DrawRecord(Shown):
    """The record of a draw.

    Attributes
    ----------
    plan_id, plan_hash : str
        The plan and the SHA-256 of its meaning.
    plan : dict
        The plan itself, as plain values.
    seed, hash : str
        A unit's order is the ``hash`` of the text ``seed:id``.
    seed_origin : dict of str to str
        How the seed was chosen, by language.
    method : str
        Selection method.
    frame : str
        Name of the frame's file, or kind of object.
    frame_rows : int
        Units in the frame.
    frame_digest : str
        `frame_digest` of the frame: the same for every order of rows and every engine, different as soon as a row is
        added or removed or any value changes that decides the sample.
    ids_checked : {"all", "candidates"}
        Whether all ids were compared for duplicates, or those of the units near the cut only (frames beyond two
        million rows).
    strata : tuple of StratumRecord
        Counts and cut keys, sorted by stratum.
    sample_digest : str
        SHA-256 of the drawn units in order.
    sql : str
        The query that drew the sample.
    versions : dict of str to str
        Versions of surveykit, the engine and Python.
    notes : tuple of str
        What should be known, such as units taken with certainty.
    stages : tuple of DrawRecord
        Records of the stages of a multistage draw, in order.
    reading : dict of str to str
        How the frame's file was read: kind, encoding, separator, sheet, and what was left out of it.
    """

    plan_id: str
    plan_hash: str
    plan: dict[str, Any]
    seed: str
    seed_origin: dict[str, str]
    hash: HashName
    method: str
    frame: str
    frame_rows: int
    frame_digest: str
    ids_checked: IdsChecked
    strata: tuple[StratumRecord, ...]
    sample_digest: str
    sql: str
    versions: dict[str, str]
    notes: tuple[str, ...] = ()
    stages: tuple[DrawRecord, ...] = ()
    reading: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        choose("ids_checked", self.ids_checked, get_args(IdsChecked))
        choose("hash", self.hash, get_args(HashName))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON or YAML."""
        content = asdict(self)
        content["strata"] = [asdict(stratum) for stratum in self.strata]
        content["notes"] = list(self.notes)
        content["stages"] = [stage.to_dict() for stage in self.stages]
        return {"record": RECORD_FORMAT, **content}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> DrawRecord:
        """Read the plain values of a record.

        Parameters
        ----------
        content : mapping
            What `to_dict` returned.

        Returns
        -------
        DrawRecord
            The record.

        Raises
        ------
        DataError
            If it is of another version, lacks entries, or one of them is not of its kind.
        """
        if not isinstance(content, Mapping):
            raise DataError("draw record: it holds no entries: restore the record as it was written")
        if content.get("record") == 1:
            raise DataError(
                "draw record: it is of format 1, whose frame digest can be forged and proves nothing: draw again, or "
                "verify it with the surveykit that wrote it"
            )
        if content.get("record") != RECORD_FORMAT or not isinstance(content["record"], int):
            raise DataError(
                f"draw record: version {content.get('record')!r} is not known: use the surveykit that wrote it"
            )
        values = _entries(cls, {name: value for name, value in content.items() if name != "record"})
        _require_kinds(values, RECORD_KINDS)
        _require_plan(values["plan"])
        values["notes"] = tuple(values["notes"])
        values["stages"] = tuple(cls.from_dict(stage) for stage in values["stages"])
        values["strata"] = tuple(_stratum(s) for s in values["strata"])
        return cls(**values)

    def presentation(self) -> Presentation:
        """Return the strata of the record and what proves the draw."""
        import pandas as pd

        strata = pd.DataFrame([asdict(s) for s in self.strata])
        if len(strata) and not strata["cut_key"].any():
            strata = strata.drop(columns="cut_key")
        return Presentation(("抽样记录", "Record of the draw"), (NamedTable(("各层", "Strata"), strata),), _proof(self))


def _proof(record: DrawRecord) -> tuple[Words, ...]:
    return (
        (
            f"方案 {record.plan_id}，种子“{record.seed}”，{record.hash}；抽样框 {record.frame_rows:,} 个单位，"
            f"摘要 {record.frame_digest[:16]}…；样本摘要 {record.sample_digest[:16]}…",
            f"plan {record.plan_id}, seed {record.seed!r}, {record.hash}; frame of {record.frame_rows:,} units, digest "
            f"{record.frame_digest[:16]}…; sample digest {record.sample_digest[:16]}…",
        ),
        *_read(record),
        *((note, note) for note in record.notes),
    )


def _read(record: DrawRecord) -> tuple[Words, ...]:
    """How the file of the frame was read, if it was a file."""
    if not record.reading:
        return ()
    told = ", ".join(f"{name} {value}" for name, value in record.reading.items())
    return ((f"抽样框文件 {record.frame}：{told}", f"frame file {record.frame}: {told}"),)


@dataclass(frozen=True)
class Sample(Shown):
    """A drawn sample and the record that proves it.

    Attributes
    ----------
    table : pandas.DataFrame
        One row per drawn unit in the order of stratum and selection: id (text), stratum columns (text), the carried
        columns, ``stratum``, ``inclusion_probability``, ``base_weight``, ``selection_order`` (1 to n within the
        stratum).
    record : DrawRecord
        The record.
    """

    table: pd.DataFrame
    record: DrawRecord

    def __repr__(self) -> str:
        strata = self.table["stratum"].nunique()
        return f"<Sample: {len(self.table)} units in {strata} strata, digest {self.record.sample_digest[:16]}>"

    def presentation(self) -> Presentation:
        """Return counts and weights by stratum; the drawn units are in `table`."""
        groups = self.table.groupby("stratum", sort=False, observed=True)["base_weight"]
        strata = groups.agg(sample_size="size", smallest_weight="min", largest_weight="max", sum_of_weights="sum")
        tables = (NamedTable(("各层", "Strata"), strata.reset_index()),)
        return Presentation(("样本", "Sample"), tables, _proof(self.record))


def _entries(kind: type[DrawRecord] | type[StratumRecord], content: Mapping[str, Any]) -> dict[str, Any]:
    """The entries of a record, all of them and no others."""
    names = [entry.name for entry in fields(kind)]
    missing, strange = [n for n in names if n not in content], [n for n in content if n not in names]
    if missing or strange:
        raise DataError(
            f"draw record: entries are missing ({first_few(missing)}) or unknown ({first_few(strange)}): restore the "
            "record as it was written"
        )
    return dict(content)


def _is_texts(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for text in (*value, *value.values()))


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


TEXTS = (
    "plan_id",
    "plan_hash",
    "seed",
    "hash",
    "method",
    "frame",
    "frame_digest",
    "ids_checked",
    "sample_digest",
    "sql",
)
RECORD_KINDS: Mapping[str, Callable[[Any], bool]] = {
    **dict.fromkeys(TEXTS, _is_text),
    "seed_origin": _is_texts,
    "versions": _is_texts,
    "frame_rows": _is_count,
    "plan": lambda value: isinstance(value, dict),
    "notes": lambda value: _is_list(value) and all(map(_is_text, value)),
    "strata": _is_list,
    "stages": _is_list,
}
STRATUM_KINDS: Mapping[str, Callable[[Any], bool]] = {
    "stratum": _is_text,
    "cut_key": _is_text,
    "population_size": _is_count,
    "sample_size": _is_count,
    "weight_total": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
}


def _require_kinds(values: Mapping[str, Any], kinds: Mapping[str, Callable[[Any], bool]]) -> None:
    wrong = [name for name, fits in kinds.items() if not fits(values[name])]
    if wrong:
        raise DataError(
            f"draw record: entries are not what they should be ({first_few(wrong)}): restore the record as it was "
            "written"
        )


def _require_plan(plan: Mapping[str, Any]) -> None:
    try:
        SamplingPlan.model_validate(plan)
    except ValidationError as error:
        places = [".".join(map(str, one["loc"])) for one in error.errors()]
        raise DataError(
            f"draw record: it was edited: its plan is no plan ({first_few(places)}): restore the record as it was "
            "written"
        ) from error


def _stratum(content: Any) -> StratumRecord:
    values = _entries(StratumRecord, content if isinstance(content, Mapping) else {})
    _require_kinds(values, STRATUM_KINDS)
    return StratumRecord(**values)


def fill_record(
    plan: SamplingPlan,
    table: pd.DataFrame,
    sizes: Mapping[str, int],
    population: Mapping[str, int],
    cuts: Mapping[str, str],
    **found: Any,
) -> DrawRecord:
    """The record of a drawn table: what follows from plan and table here, what was found of the frame by name."""
    weights = weight_totals(table, plan.reserve)
    engine = found.pop("engine")
    return DrawRecord(
        plan_id=plan.id,
        plan_hash=plan_hash(plan),
        plan=plan.model_dump(mode="json", exclude_defaults=True),
        seed=str(plan.seed),
        seed_origin=dict(plan.seed_origin),
        hash=plan.hash,
        method=plan.method,
        frame_rows=sum(population.values()),
        strata=tuple(
            StratumRecord(s, population[s], n, cuts.get(s, ""), weights.get(s, 0.0)) for s, n in sizes.items()
        ),
        sample_digest=sample_digest(table["stratum"].tolist(), table[plan.frame.id].tolist()),
        versions={"surveykit": __version__, **engine, "python": platform.python_version()},
        **found,
    )


def in_reserve(table: pd.DataFrame, reserve: int) -> pd.Series:
    """Which units of a drawn table are in reserve; the plan says whether there is one, not the names of columns."""
    import pandas as pd

    if not reserve:
        return pd.Series(False, index=table.index)
    if "reserve" not in table:
        raise DataError("sample: its plan has a reserve, and its column 'reserve' is not there: draw again")
    return table["reserve"].astype(bool)


def weight_totals(table: pd.DataFrame, reserve: int) -> dict[str, float]:
    """Sum of base weights by stratum, in the order of the table; a reserve adds nothing."""
    drawn = table[~in_reserve(table, reserve)]
    weights: dict[str, list[float]] = {}
    for name, weight in zip(drawn["stratum"].astype("str").tolist(), drawn["base_weight"].tolist(), strict=True):
        weights.setdefault(name, []).append(weight)
    return {name: math.fsum(weights[name]) for name in sorted(weights)}


def sample_digest(strata: list[str], units: list[str]) -> str:
    """SHA-256 of the drawn units, in order, each with its stratum."""
    digest = hashlib.sha256()
    for stratum, unit in zip(strata, units, strict=True):
        digest.update(f"{stratum}\t{unit}\n".encode())
    return digest.hexdigest()
