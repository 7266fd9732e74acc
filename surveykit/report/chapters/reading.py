"""How the figures are to be read: intervals, rounding, and what was withheld by which rule."""

from __future__ import annotations

from surveykit.report.view import View

__all__ = ["reading_rules"]

_STANDARDS = {"nchs2017": "method_standard", "acs": "method_standard_acs", "none": "method_standard_none"}


def reading_rules(view: View) -> tuple[str, ...]:
    """Return the rules that this report followed, as sentences: whether bases are exact, and what follows from it."""
    rules = view.rules
    most, base = rules.smallest_count - 1, rules.base
    differing = int(view.published.attrs.get("differing", 0))
    lines = [view.say("method_intervals"), view.say("method_rounding" if rules.exact else "method_rounding_protected")]
    lines.append(view.say("method_exact_counts" if rules.exact else "method_rounded_counts", base=base))
    lines += [view.say("method_acs", level=view.level_percent), view.say(_STANDARDS[rules.standard])]
    if most:
        lines += [view.say("method_confidential", most=most), view.say("method_complementary")]
        if rules.exact:
            found = "method_differencing" if differing else "method_no_differencing"
            lines.append(view.say(found, most=most, count=differing))
    return (*lines, view.say("method_terms"))
