"""Contact sheets: the sampled units of each community for those who visit them, with who is asked in each household."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, get_args

from surveykit.errors import choose
from surveykit.files.person_methods import GridMethod, PersonMethod
from surveykit.language import LANGUAGES, Language
from surveykit.sampling.multistage.persons import GRIDS, kish_table, person_grid
from surveykit.sampling.plan.definition import SamplingPlan

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["contact_sheets"]

HIDDEN: tuple[str, ...] = (
    "base_weight",
    "reserve",
    "unit_id",
    "stratum",
    "cluster_path",
    "listing_status",
    "variance_stratum",
)
HIDDEN += ("variance_psu", "prn", "cluster_size", "household")
WORDS = {
    "zh": {
        "title": "入户联系表", "order": "序号", "unit": "编号", "visit": "第{}次访问（日期、时间、结果）",
        "eligible": "合格人数", "selected": "选中者序号", "grid": "选人表", "page": "共 {} 户",
        "kish": "将户内合格者按年龄从大到小排列编号，按合格人数在“选人表”中查出应访者的序号；不得替换。",
        "next_birthday": "访问户内合格者中下一个过生日的人；不得替换。",
        "last_birthday": "访问户内合格者中最近一个过生日的人；不得替换。",
        "all": "访问户内全部合格者；按年龄从大到小编号并逐人记录序号。",
        "code": "结果：I 完成　P 部分完成　R 拒访　NC 未接触　O 其他　NE 不合格",
    },
    "en": {
        "title": "Contact sheets", "order": "No.", "unit": "Unit", "visit": "Visit {} (day, time, outcome)",
        "eligible": "Eligible", "selected": "Selected", "grid": "Who is asked", "page": "{} units",
        "kish": "List the eligible persons from the oldest to the youngest; under the number of persons the grid gives "
        "the position of the one to ask. Nobody takes another's place.",
        "next_birthday": "Ask the eligible person whose birthday comes next. Nobody takes another's place.",
        "last_birthday": "Ask the eligible person whose birthday was last. Nobody takes another's place.",
        "all": "Ask every eligible person, numbered from the oldest to the youngest; record the position of each.",
        "code": "Outcome: I complete, P partial, R refusal, NC no contact, O other, NE not eligible",
    },
}  # fmt: skip
STYLE = (
    "body{font-family:sans-serif;font-size:10pt}section{break-after:page}table{border-collapse:collapse;width:100%}"
    "th,td{border:1px solid #888;padding:3pt;text-align:left;vertical-align:top}td.w{min-width:7em;height:2.6em}"
    "td.g{white-space:nowrap}h2{margin-bottom:2pt}"
)


def contact_sheets(
    plan: SamplingPlan,
    table: pd.DataFrame,
    *,
    persons: PersonMethod | None = None,
    title: str = "",
    language: Language = "zh",
    most: int = 8,
) -> str:
    """Write contact sheets as one HTML page, a section for each community, to be printed.

    Parameters
    ----------
    plan : SamplingPlan
        The plan.
    table : pandas.DataFrame
        The units in the field, as the draw gives them; rows that stand for refused communities are left out.
    persons : {"kish", "kish_1949", "next_birthday", "last_birthday", "all"}, optional
        How persons are chosen within households; the sheets say it, and hold each household's grid.
    title : str
        Name of the study.
    language : {"zh", "en"}
        Language.
    most : int
        Columns of a household's own grid.

    Returns
    -------
    str
        The page. It holds personal data: whoever prints it keeps it safe.

    Examples
    --------
    >>> import pandas as pd
    >>> plan = SamplingPlan.model_validate({"id": "p", "frame": {"id": "hh"}, "size": {"per_stratum": 1}, "seed": "s"})
    >>> row = pd.DataFrame({"hh": ["h1"], "street": ["<Main>"], "stratum": ["all"], "selection_order": [1]})
    >>> "&lt;Main&gt;" in contact_sheets(plan, row, persons="kish", language="en")
    True
    """
    choose("language", language, LANGUAGES)
    if persons is not None:
        choose("persons", persons, get_args(PersonMethod))
    words = WORDS[language]
    if plan.listing is not None:
        table = table[table["listing_status"] != "refused"]
    places = [*plan.strata, *(stage.id for stage in plan.stages[:-1])]
    names = [name for name in table.columns if _shown(str(name), plan, places)]
    parts = []
    for where, rows in table.groupby(places, sort=True) if places else [((), table)]:
        named = " / ".join(map(str, where if isinstance(where, tuple) else (where,)))
        parts.append(_section(plan, rows.sort_values("selection_order"), named, names, persons, words, most))
    said = [words[_rule(persons)]] if persons is not None else []
    head = "".join(f"<p>{escape(text)}</p>" for text in (*said, words["code"]))
    whole = escape(f"{title} · {words['title']}" if title else words["title"])
    return (
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>{whole}</title>'
        f"<style>{STYLE}</style></head><body><h1>{whole}</h1>{head}{''.join(parts)}</body></html>\n"
    )


def _rule(persons: PersonMethod) -> str:
    return "kish" if persons in GRIDS else persons


def _shown(name: str, plan: SamplingPlan, places: Sequence[str]) -> bool:
    inner = name.startswith("inclusion_probability") or name == "selection_order" or name in HIDDEN
    return not inner and name != plan.frame.id and name not in places


def _section(
    plan: SamplingPlan,
    rows: pd.DataFrame,
    named: str,
    names: Sequence[str],
    persons: PersonMethod | None,
    words: dict[str, str],
    most: int,
) -> str:
    heads = [words["order"], words["unit"], *names, *(words["visit"].format(k) for k in (1, 2, 3))]
    heads += [words["eligible"], *([words["grid"]] if persons in GRIDS else []), words["selected"]] if persons else []
    lines = []
    for number, row in enumerate(rows.to_dict("records"), start=1):
        unit = str(row[plan.frame.id])
        cells = [f"<td>{escape(text)}</td>" for text in (str(number), unit, *(_text(row[name]) for name in names))]
        cells += ['<td class="w"></td>'] * 3
        if persons:
            method: GridMethod | None = persons if persons == "kish" or persons == "kish_1949" else None
            grid = [f'<td class="g">{_grid(plan, unit, method, most)}</td>'] if method is not None else []
            cells += ["<td></td>", *grid, "<td></td>"]
        lines.append(f"<tr>{''.join(cells)}</tr>")
    top = "".join(f"<th>{escape(str(head))}</th>" for head in heads)
    count = words["page"].format(len(rows))
    return f"<section><h2>{escape(named)}</h2><p>{count}</p><table><tr>{top}</tr>{''.join(lines)}</table></section>"


def _text(value: object) -> str:
    return "" if value is None or value != value else str(value)


def _grid(plan: SamplingPlan, unit: str, persons: GridMethod, most: int) -> str:
    row = person_grid(persons, str(plan.seed), unit, most=most, hash_name=plan.hash)
    last = "6+" if persons == "kish_1949" else str(len(row))
    said = [f"{last if size == len(row) else size}→{person}" for size, person in enumerate(row, start=1)]
    letter = f"{kish_table(str(plan.seed), unit, plan.hash)}: " if persons == "kish_1949" else ""
    return escape(letter + "  ".join(said))
