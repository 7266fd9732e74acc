"""Key findings, each a sentence made from the numbers."""

from __future__ import annotations

import numpy as np

from surveykit.report.content import numbers
from surveykit.report.content.inputs import IndicatorInfo
from surveykit.report.document.blocks import Block, Bullets, Chapter, Prose, make_chapter
from surveykit.report.document.claims import pairs_apart
from surveykit.report.document.view import View, band_of

__all__ = ["band_counts", "headline_sentence", "summary_chapter"]


def headline_sentence(view: View, indicator: IndicatorInfo) -> str:
    """Return the city's figure in a sentence: estimate, interval and base."""
    shown = view.figure(indicator.id)
    name = view.text(indicator.name)
    if shown is None or shown.withheld:
        return view.say("key_withheld", name=name, sign=view.value(shown))
    return view.say(
        "key_rate" if indicator.kind == "rate" else "key_score",
        city=view.text(view.report.study.city),
        name=name,
        value=view.value(shown),
        level=view.level_percent,
        interval=view.interval(shown),
        base=view.text(indicator.base),
        n=numbers.count(shown.n),
    )


def band_counts(view: View, indicator: str) -> dict[str, list[str]] | None:
    """Return the names of the districts above, below and not distinguishable from the city, or None."""
    ranks = view.report.ranks.get(indicator)
    if ranks is None:
        return None
    bands: dict[str, list[str]] = {"above": [], "not_distinguishable": [], "below": []}
    hidden = {shown.level for shown in view.figures(indicator, "district") if shown.withheld}
    by_district = dict(zip(ranks["district"].astype(str), ranks["band"].map(band_of), strict=True))
    for district, name in view.district_names.items():
        if district in by_district and district not in hidden:
            bands[by_district[district]].append(name)
    return bands


def range_sentence(view: View, indicator: IndicatorInfo) -> str:
    """Return the spread of the districts and how many of them differ reliably from the city."""
    shown = [figure for figure in view.figures(indicator.id, "district") if not figure.withheld]
    if len(shown) < 2:
        return ""
    values = np.array([figure.estimate for figure in shown])
    unit = "%" if indicator.kind == "rate" else view.say("points_suffix")
    spread = view.say(
        "key_spread" if values.max() > values.min() else "key_spread_equal",
        name=view.text(indicator.name),
        count=len(shown),
        low=numbers.fixed(values.min()) + unit,
        high=numbers.fixed(values.max()) + unit,
    )
    bands = band_counts(view, indicator.id)
    if bands is None:
        return spread
    above, same, below = (len(names) for names in bands.values())
    return spread + view.say("key_bands", above=above, below=below, same=same)


def group_sentence(view: View, by: str) -> str:
    """Name the largest of the differences between two levels of a grouping that a test bears out, if any."""
    best, compared = None, 0
    families = len(view.headlines)
    for indicator in view.headlines:
        shown = [figure for figure in view.figures(indicator.id, by) if not figure.withheld]
        if len(shown) < 2:
            continue
        compared += 1
        values, apart, _ = pairs_apart(view, indicator.id, by, [figure.level for figure in shown], families)
        gaps = np.where(apart, values[:, None] - values[None, :], 0.0)
        first, second = np.unravel_index(int(gaps.argmax()), gaps.shape)
        gap = gaps[first, second] * (1.0 if indicator.kind == "rate" else 0.01)
        if gap > 0 and (best is None or gap > best[0]):
            best = (gap, indicator, shown[first], shown[second])
    if not compared:
        return ""
    test = view.say("test_pairs", most=view.most_percent)
    if best is None:
        return view.say("key_group_none", group=view.group_name(by), test=test)
    _, indicator, top, bottom = best
    return view.say(
        "key_group",
        test=test,
        group=view.group_name(by),
        name=view.text(indicator.name),
        top=top.label,
        top_value=view.value(top),
        top_interval=view.interval(top),
        bottom=bottom.label,
        bottom_value=view.value(bottom),
        bottom_interval=view.interval(bottom),
    )


def summary_chapter(view: View) -> Chapter | None:
    """Make the summary: what was found, how sure it is, and how it may be read."""
    findings = [headline_sentence(view, indicator) for indicator in view.headlines]
    findings += [text for text in (range_sentence(view, indicator) for indicator in view.headlines) if text]
    findings += [text for text in (group_sentence(view, by) for by in view.groups) if text]
    score = score_sentence(view)
    if score:
        findings.append(score)
    blocks: list[Block] = []
    if view.report.study.simulated:
        blocks.append(Prose(view.say("simulated_warning"), "warning"))
    blocks.append(Bullets(tuple(findings), role="key"))
    blocks.append(Prose(view.say("reading_intervals", level=view.level_percent)))
    if view.report.ranks or view.report.scores is not None:
        blocks.append(Prose(view.say("reading_ranks", level=view.level_percent)))
    return make_chapter("summary", view.say("chapter_summary"), blocks)


def score_sentence(view: View) -> str:
    """Return how far the overall score tells districts apart, or ""."""
    scores = view.report.scores
    if scores is None or "band" not in scores.columns:
        return ""
    bands = scores["band"].map(band_of)
    widths = scores["rank_high"].astype(float) - scores["rank_low"].astype(float) + 1
    return view.say(
        "key_score_bands",
        above=int((bands == "above").sum()),
        below=int((bands == "below").sum()),
        same=int((bands == "not_distinguishable").sum()),
        width=numbers.fixed(float(widths.mean())),
        count=len(scores),
    )
