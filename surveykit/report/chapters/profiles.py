"""One section for each district: its figures beside the city's, its possible ranks, and where its points come from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from surveykit.report import numbers
from surveykit.report.charts.intervals import side_by_side
from surveykit.report.charts.parts import waterfall
from surveykit.report.claims import interval_ranks
from surveykit.report.document import Block, Cell, Chapter, Figure, Heading, Prose, Table, make_chapter
from surveykit.report.view import View, band_of, label_of

__all__ = ["district_blocks", "profiles_chapter"]


def profiles_chapter(view: View) -> Chapter | None:
    """Make the chapter of district profiles, in administrative order."""
    blocks: list[Block | None] = []
    for district, name in view.district_names.items():
        own = district_blocks(view, district)
        if own:
            blocks += [Heading(name, 2, f"profile-{district}"), *own]
    return make_chapter("profiles", view.say("chapter_profiles"), blocks)


def district_blocks(view: View, district: str) -> list[Block]:
    """Make the figures and tables of one district, empty without figures by district."""
    table = _figures_table(view, district)
    if table is None:
        return []
    parts = _waterfall(view, district)
    made: list[Block | None] = [Prose(_sentence(view, district)), table, _comparison(view, district), parts]
    return [block for block in made if block is not None]


def _sentence(view: View, district: str) -> str:
    name = view.district_names[district]
    parts = []
    for indicator in view.headlines:
        shown = view.figure(indicator.id, "district", district)
        if shown is not None and not shown.withheld:
            parts.append(
                view.say(
                    "profile_part",
                    name=view.text(indicator.name),
                    value=view.value(shown),
                    interval=view.interval(shown),
                )
            )
    if not parts:
        return view.say("profile_none", district=name)
    text = view.say("profile_sentence", district=name, parts=view.say("alt_separator").join(parts))
    score = _score_row(view, district)
    if score is not None and {"rank_low", "rank_high", "band"} <= set(score):
        text += view.say(
            "profile_score", points=numbers.fixed(float(score["points"]), 2),
            interval=numbers.interval(float(score["conf_low"]), float(score["conf_high"]), 2),
            low=int(score["rank_low"]), high=int(score["rank_high"]), band=view.say("band_" + band_of(score["band"])),
        )  # fmt: skip
    return text


def _score_row(view: View, district: str) -> dict[str, Any] | None:
    scores = view.report.scores
    if scores is None:
        return None
    found = scores[scores["district"].astype(str) == district]
    return None if found.empty else {str(key): value for key, value in found.iloc[0].items()}


def _figures_table(view: View, district: str) -> Table | None:
    rows, used = [], []
    for indicator in view.report.indicators:
        shown = view.figure(indicator.id, "district", district)
        if shown is None:
            continue
        used.append(shown)
        rows.append(
            [
                Cell(view.text(indicator.name)),
                view.value_cell(shown),
                view.interval_cell(shown),
                view.count_cell(shown.n),
                view.value_cell(view.figure(indicator.id)),
                *_rank_cells(view, indicator.id, district, withheld=shown.withheld),
            ]
        )
    if not rows:
        return None
    columns = [
        ("indicator", view.say("indicator_head"), "text"),
        ("estimate", view.say("estimate_head"), "number"),
        ("interval", view.say("interval_head", level=view.level_percent), "number"),
        ("n", view.say("n_head"), "number"),
        ("city", view.text(view.report.study.city), "number"),
        ("ranks", view.say("ranks_head"), "number"),
        ("band", view.say("band_head"), "text"),
    ]
    title = view.say("profile_title", district=view.district_names[district])
    return view.table(
        f"profile-table-{district}", title, columns, rows, unit=view.say("unit_both"), notes=view.sign_notes(used)
    )


def _rank_cells(view: View, indicator: str, district: str, *, withheld: bool) -> list[Cell]:
    ranks = view.report.ranks.get(indicator)
    found = None if ranks is None or withheld else ranks[ranks["district"].astype(str) == district]
    if found is None or found.empty:
        return [Cell(""), Cell("")]
    row = found.iloc[0]
    return [
        view.ranks_cell(row["rank_low"], row["rank_high"]),
        Cell(view.say("band_" + band_of(row["band"]))),
    ]


def _comparison(view: View, district: str) -> Figure | None:
    """Draw the district's rates beside the city's."""
    records: list[dict[str, Any]] = []
    for indicator in view.headlines:
        own, city = view.figure(indicator.id, "district", district), view.figure(indicator.id)
        if own is None or city is None or own.withheld or city.withheld or own.kind != "rate":
            continue
        records.append(
            {
                "indicator": indicator.id,
                "label": view.text(indicator.name),
                "estimate": own.estimate, "conf_low": own.low, "conf_high": own.high, "n": own.n,
                "city_estimate": city.estimate, "city_conf_low": city.low, "city_conf_high": city.high,
                "text": view.value(own),
            }
        )  # fmt: skip
    if not records:
        return None
    rows, name = pd.DataFrame(records), view.district_names[district]
    city_name = view.text(view.report.study.city)
    listed = view.say("alt_separator").join(
        f"{r['label']} {numbers.fixed(r['estimate'])}% ({city_name} {numbers.fixed(r['city_estimate'])}%)"
        for r in records
    )
    alt = view.say("alt_profile", district=name, rows=listed)
    key = f"profile-chart-{district}"
    drawing = side_by_side(rows, key=key, alt=alt, axis="%", own=name, other=city_name)
    listed = view.say("alt_separator").join(
        view.say("alternative_base", rule=r["label"], n=view.count(r["n"])) for r in records
    )
    notes = (view.say("note_profile", level=view.level_percent) + view.say("note_profile_base", bases=listed),)
    title = _comparison_title(view, district, [str(r["indicator"]) for r in records])
    return Figure(key, title, drawing, alt, rows.drop(columns="text"), notes, view.source)


def _comparison_title(view: View, district: str, indicators: Sequence[str]) -> str:
    """Return the finding: on how many headline indicators the district differs reliably from the city."""
    name, bands = view.district_names[district], []
    for indicator in indicators:
        ranks = view.report.ranks.get(indicator)
        if ranks is None:
            return view.say("figure_profile", district=name)
        bands += ranks.loc[ranks["district"].astype(str) == district, "band"].map(band_of).tolist()
    above, below = bands.count("above"), bands.count("below")
    if not above and not below:
        return view.say("figure_profile_same", district=name)
    return view.say("figure_profile_above", district=name, above=above, below=below)


def _waterfall(view: View, district: str) -> Figure | None:
    parts, score = view.report.score_parts, _score_row(view, district)
    if parts is None or score is None or f"part_{view.edition}" not in parts.columns:
        return None
    own = parts[parts["district"].astype(str) == district]
    if own.empty:
        return None
    rows = pd.DataFrame({"label": [label_of(row, view.edition, "part") for row in own.to_dict("records")]})
    for column in ("points", "conf_low", "conf_high", "maximum"):
        rows[column] = [numbers.rounded(float(value), 2) for value in own[column]]
    total = tuple(numbers.rounded(float(str(score[column])), 2) for column in ("points", "conf_low", "conf_high"))
    name = view.district_names[district]
    listed = view.say("alt_separator").join(
        f"{row['label']} {numbers.fixed(row['points'], 2)}/{numbers.fixed(row['maximum'])}"
        for row in rows.to_dict("records")
    )
    alt = view.say("alt_waterfall", district=name, rows=listed)
    lost = [rows["maximum"] - rows[column] for column in ("points", "conf_high", "conf_low")]
    gaps = np.asarray(lost[0], dtype=float)
    first, _ = interval_ranks(gaps, lost[1], lost[2], view.report.conf_level)
    alone = (first == 1).sum() == 1 and len(gaps) > 1
    widest = rows.to_dict("records")[int(gaps.argmax())]
    key = f"waterfall-{district}"
    drawing = waterfall(
        rows,
        (total[0], total[1], total[2]),
        key=key,
        alt=alt,
        axis=view.say("axis_score"),
        total_label=view.say("score_name"),
    )
    ends = {"gap": numbers.fixed(float(gaps.max()), 2), "least": numbers.fixed(float(gaps.min()), 2)}
    key_of = "figure_waterfall" if alone else "figure_waterfall_range"
    key_of = key_of if ends["gap"] != ends["least"] else "figure_waterfall_one" if len(gaps) == 1 else key_of
    title = view.say(key_of, district=name, part=widest["label"], **ends)
    illustrative = (view.say("note_illustrative"),) if view.report.scheme is not None else ()
    return Figure(
        key,
        title,
        drawing,
        alt,
        rows,
        (view.say("note_waterfall", level=view.level_percent), *illustrative),
        view.source,
    )
