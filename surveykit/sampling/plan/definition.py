"""The sampling plan: a frozen definition of the population, the frame, the strata, the size and the draw."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from surveykit.sampling.plan.source import PublicSource

__all__ = [
    "AllocationMethod",
    "ClusterTable",
    "Expected",
    "FrameSource",
    "HashName",
    "Listing",
    "NormaliseStep",
    "SamplingPlan",
    "Selection",
    "SelectionMethod",
    "SizeRule",
    "Stage",
    "plan_hash",
]

HashName = Literal["md5", "sha256"]
NormaliseStep = Literal["nfkc", "spaces", "case", "zeros"]
Separator = Literal[",", ";", "\t", "|"]
AllocationMethod = Literal["equal", "proportional", "neyman", "power", "kish"]
SelectionMethod = Literal[
    "srs",
    "systematic",
    "poisson",
    "sequential_poisson",
    "pareto",
    "sampford",
    "brewer",
    "systematic_pps",
    "ordered_pivotal",
    "chromy",
    "cube",
    "local_pivotal",
]
SIZED = ("poisson", "sequential_poisson", "pareto", "sampford", "brewer", "systematic_pps", "chromy")

COMPOSITE = "unit_id"
RESERVED = ("stratum", "inclusion_probability", "base_weight", "selection_order", "prn", "reserve")
"""Columns that a draw adds; no column of the frame that a plan uses or carries may have their names."""
STAGED = ("cluster_path", "cluster_size", "variance_stratum", "variance_psu")


NotNegative = Annotated[int, Field(ge=0)]
Positive = Annotated[int, Field(ge=1)]
HalfWidth = Annotated[float, Field(gt=0, lt=1)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FrameSource(_Frozen):
    r"""Where the frame lies, how it is read and what identifies its units.

    Attributes
    ----------
    file : str, optional
        The file, relative to the study: Parquet, CSV, a workbook (``.xlsx``, ``.xls``, ``.ods``) or a database
        (``.duckdb``, ``.sqlite``); None when the frame is given as an object.
    id : str
        Column that identifies a unit: text or integers, unique, never missing, never floats.
    parts : tuple of str
        Columns that identify a unit together; `id` is then made of them, joined by a slash, and the frame must not
        have it. ``id: [household, person]`` or ``unit_id: [household, person]`` in a plan means parts of ``unit_id``.
    keep : tuple of str, optional
        Columns that the sample carries besides the id and the strata; all columns when left out.
    encoding : str, optional
        Encoding of a CSV, as Python names it; detected when left out.
    separator : {",", ";", "\t", "|"}, optional
        What parts the cells of a CSV; detected from its header when left out.
    sheet : str, optional
        Sheet of a workbook, or table of a database; the only one when left out.
    header_row : int
        Line (CSV) or row (workbook) that holds the column names, from 1; what stands above is left out.
    normalise : tuple of str or dict of str to tuple of str
        Steps by which ids, strata and clusters are read, all of these columns or each by its name: ``"nfkc"`` (Unicode
        NFKC: full width to half width, compatibility forms), ``"spaces"`` (blanks of every kind to one space, none at
        the ends, invisible characters away), ``"case"`` (A-Z to a-z), ``"zeros"`` (whole numbers without leading
        zeros). An empty tuple for a column says that its values are distinct as they stand, however alike.
    """

    file: str | None = None
    id: str
    parts: tuple[str, ...] = ()
    keep: tuple[str, ...] | None = None
    encoding: str | None = None
    separator: Separator | None = None
    sheet: str | None = None
    header_row: int = Field(default=1, ge=1)
    normalise: tuple[NormaliseStep, ...] | dict[str, tuple[NormaliseStep, ...]] = ()

    @model_validator(mode="before")
    @classmethod
    def _composite(cls, content: Any) -> Any:
        """Read a list of columns as the parts of an id."""
        if not isinstance(content, dict):
            return content
        given = dict(content)
        if "delimiter" in given and "separator" not in given:  # its earlier name
            given["separator"] = given.pop("delimiter")
        if "unit_id" in given and "id" not in given:
            given["id"] = given.pop("unit_id")
        if isinstance(given.get("id"), list | tuple) and "parts" not in given:
            given |= {"id": COMPOSITE, "parts": given["id"]}
        return given


class SizeRule(_Frozen):
    """How many units are drawn: exactly one of these first five is given.

    Attributes
    ----------
    per_stratum : int, optional
        The same number in every stratum.
    by_stratum : dict of str to int, optional
        The number for each stratum, by its name.
    total : int, optional
        The number over all strata, spread by ``allocation``.
    budget : float, optional
        Money for all units, spent by ``allocation`` with the ``cost`` of a unit in each stratum.
    half_width : float or dict of str to float, optional
        Precision of every stratum, or of each by its name: the half-width of the 95 % interval of the plan's expected
        proportion, with its design effect and response rate and the finite population; a stratum that does not hold
        the units needed is taken whole, which the method of the allocation tells.
    allocation : {"equal", "proportional", "neyman", "power", "kish"}
        How a total or a budget is spread; see `allocate`.
    standard_deviation, mean, measure, cost : str or dict of str to float, optional
        What the allocation needs of each stratum by its name, or a numeric column of the frame whose standard
        deviation, mean, sum or mean is taken.
    power, compromise : float
        Exponent of the power allocation; weight of the overall estimate in the Kish compromise.
    minimum, maximum : int or dict of str to int, optional
        Bounds for each stratum, one for all or by its name, when a total, a budget or a precision is asked for. The
        default minimum of 2 allows a variance estimate; strata that a dict does not name have it, and no maximum.
    within : tuple of str
        Stratum columns for each combination of which the total holds, for example the same total in every district.
    """

    per_stratum: int | None = Field(default=None, ge=1)
    by_stratum: dict[str, int] | None = None
    total: int | None = Field(default=None, ge=1)
    budget: float | None = Field(default=None, gt=0)
    half_width: HalfWidth | dict[str, HalfWidth] | None = None
    allocation: AllocationMethod = "proportional"
    standard_deviation: str | dict[str, float] | None = None
    mean: str | dict[str, float] | None = None
    measure: str | dict[str, float] | None = None
    cost: str | dict[str, float] | None = None
    power: float = Field(default=0.5, ge=0, le=1)
    compromise: float = Field(default=0.5, ge=0, le=1)
    minimum: NotNegative | dict[str, NotNegative] = 2
    maximum: Positive | dict[str, Positive] | None = None
    within: tuple[str, ...] = ()


class Selection(_Frozen):
    """What a method of selection needs besides the permanent random numbers.

    Attributes
    ----------
    size : str, optional
        Numeric column; inclusion probabilities are in proportion to it. Equal probabilities when left out.
    order : tuple of str
        Columns by which the list is sorted for systematic, pivotal and Chromy selection; by the random numbers when
        empty.
    serpentine : bool
        Whether the order turns in every other group.
    balance : tuple of str
        Numeric columns that the cube method balances, the most important first.
    coordinates : tuple of str
        Numeric columns over which the local pivotal method spreads the sample.
    certainty : float
        Units whose probability in proportion to size reaches this threshold are taken with certainty, and the others
        share what is left, until none reaches it. With the default of 1 only units too large for any probability are.
    """

    certainty: float = Field(default=1.0, gt=0, le=1)
    size: str | None = None
    order: tuple[str, ...] = ()
    serpentine: bool = False
    balance: tuple[str, ...] = ()
    coordinates: tuple[str, ...] = ()


class Stage(_Frozen):
    """A stage of a multistage plan.

    Attributes
    ----------
    id : str
        Column that identifies the units of this stage; ids of clusters are read as nested in those before.
    method : str
        Selection method at this stage.
    selection : Selection
        What it needs. At a stage of clusters, ``size`` is summed over the rows of a cluster, and the number of rows
        is taken when it is left out for a method with unequal probabilities; a size of the plan's table of clusters is
        the cluster's as it stands. Order, balance and coordinates have one value in each cluster; ``cluster_size``
        orders by the size.
    size : SizeRule
        First stage: units by stratum. Later stages: ``per_stratum`` is the number in each cluster drawn before; a
        smaller cluster is taken whole. With ``strata``, ``by_stratum`` is the number in each stratum of a cluster by
        the stratum's name, and ``total`` the number in the cluster, spread over them.
    strata : tuple of str
        Later stages: columns by which the units of this stage are stratified within each cluster drawn before.
    """

    id: str
    method: SelectionMethod = "srs"
    selection: Selection = Field(default_factory=Selection)
    size: SizeRule
    strata: tuple[str, ...] = ()


class ClusterTable(_Frozen):
    r"""A table with a row for each unit of the first stage: size, order, balance, coordinates and what else is known.

    Attributes
    ----------
    file : str, optional
        The file, relative to the study, of any kind that a frame may be; None when the table is given as an object.
    encoding, separator, sheet, header_row
        How it is read; see `FrameSource`.  Ids of clusters and strata are normalised as those of the units are.
    keep : tuple of str
        Columns that a sample of units that were listed later carries from here, such as the township.
    """

    file: str | None = None
    encoding: str | None = None
    separator: Separator | None = None
    sheet: str | None = None
    header_row: int = Field(default=1, ge=1)
    keep: tuple[str, ...] = ()


class Listing(_Frozen):
    """Units that are listed after the first stage was drawn, in its units only.

    Attributes
    ----------
    expected : str, optional
        Column of the table of clusters: units that a cluster should list; the size of the first stage when left out.
    number : str, optional
        Column with the number of a unit inside its cluster; its id is then that of the cluster, a hyphen and this
        number. The listing holds whole ids when left out.
    tolerance : float
        Share by which a listing may differ from what was expected before it is told.
    """

    expected: str | None = None
    number: str | None = None
    tolerance: float = Field(default=0.25, gt=0)


class Expected(_Frozen):
    """What is expected in the field, for the planning document.

    Attributes
    ----------
    proportion : float
        Proportion for which precision is stated.
    response_rate : float
        Share of drawn units that respond.
    deff : float
        Design effect of weighting, and of clustering where ``icc`` is left out.
    icc : float, optional
        Intraclass correlation in the units of the first stage: with m responses in each, the design effect is
        ``deff (1 + (m - 1) icc)``.
    unit_cost : float, optional
        Cost of a drawn unit.
    """

    proportion: float = Field(default=0.85, gt=0, lt=1)
    response_rate: float = Field(default=1.0, gt=0, le=1)
    deff: float = Field(default=1.0, gt=0)
    icc: float | None = Field(default=None, ge=0, le=1)
    unit_cost: float | None = Field(default=None, ge=0)


class SamplingPlan(_Frozen):
    """Who is asked: population, frame, strata, size, method and seed.

    Attributes
    ----------
    id : str
        Short name of the plan.
    title, population : dict of str to str
        Text by language, Chinese first.
    frame : FrameSource
        Where the frame lies.
    strata : tuple of str
        Columns of the frame whose combinations are the strata; empty for an unstratified sample.
    levels : dict of str to tuple of str
        The values that a stratum column must have, no more and no fewer; columns left out are not checked.
    method : str
        Selection within strata: ``"srs"``, ``"systematic"``, ``"poisson"``, ``"sequential_poisson"``, ``"pareto"``,
        ``"sampford"``, ``"brewer"``, ``"systematic_pps"``, ``"ordered_pivotal"``, ``"chromy"``, ``"cube"`` or
        ``"local_pivotal"``.
    selection : Selection
        Size, order, balancing variables or coordinates that the method needs.
    size : SizeRule, optional
        How many units are drawn; left out when there are stages.
    stages : tuple of Stage
        Stages of a multistage plan, the last one being the units of the frame.
    clusters : ClusterTable, optional
        The table of the units of the first stage, where what their selection needs is not in the frame of units.
    listing : Listing, optional
        Units are listed after the first stage was drawn from the table of clusters: a draw in two steps.
    reserve : int
        Units per stratum, or per cluster of the last stage but one, that are drawn with the sample and kept in reserve
        in random order.
    seed : str, optional
        Public text that decides the draw; a plan may be written and committed before it is known.
    seed_origin : dict of str to str
        How the seed was chosen, by language.
    public_source : PublicSource, optional
        The public value to come that will make the seed; a commitment needs it.
    hash : {"md5", "sha256"}
        Hash of ``seed:id`` that orders the units.
    expected : Expected
        Response, design effect and cost, for the planning document.
    document : dict of str to str
        Text under the heads of the planning document: ``purpose``, ``content``, ``scope``, ``method``,
        ``organisation``, ``publication``.

    Examples
    --------
    >>> plan = SamplingPlan.model_validate(
    ...     {"id": "p", "frame": {"id": "unit_id"}, "strata": ["district"], "size": {"per_stratum": "400"}, "seed": "s"}
    ... )
    >>> plan.size.per_stratum
    400
    """

    id: str
    title: dict[str, str] = Field(default_factory=dict)
    population: dict[str, str] = Field(default_factory=dict)
    frame: FrameSource
    strata: tuple[str, ...] = ()
    levels: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    method: SelectionMethod = "srs"
    selection: Selection = Field(default_factory=Selection)
    size: SizeRule = Field(default_factory=SizeRule)
    stages: tuple[Stage, ...] = ()
    clusters: ClusterTable | None = None
    listing: Listing | None = None
    reserve: int = Field(default=0, ge=0)
    seed: str | None = None
    seed_origin: dict[str, str] = Field(default_factory=dict)
    public_source: PublicSource | None = None
    hash: HashName = "md5"
    expected: Expected = Field(default_factory=Expected)
    document: dict[str, str] = Field(default_factory=dict)


def plan_hash(plan: SamplingPlan) -> str:
    """SHA-256 of the plan's meaning (canonical JSON of everything that is not a default).

    Parameters
    ----------
    plan : SamplingPlan
        The plan.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    content = plan.model_dump(mode="json", exclude_defaults=True)
    return hashlib.sha256(
        json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    ).hexdigest()
