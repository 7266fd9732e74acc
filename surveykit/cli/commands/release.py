"""``surveykit release``: send reserve units into the field, in their random order, and enter it in the log."""

from __future__ import annotations

from collections.abc import Sequence

from surveykit.cli.commands.common import give, open_study, show
from surveykit.cli.parsing import Options, Whole, argument, command, option
from surveykit.errors import SurveyKitError
from surveykit.study.files.places import DRAW_LOG, RELEASED

__all__ = ["execute"]


@command(
    "release",
    "send reserve units into the field, in their random order",
    argument("units", nargs=-1, metavar="STRATUM=N", help="how many units of which stratum or cluster"),
    option("--every", type=Whole(1), metavar="N", help="as many in every other stratum or cluster"),
    option("--reason", required=True, metavar="TEXT", help="why, for the log (required)"),
)
def execute(options: Options) -> int:
    """Release, and say what is in the field now."""
    from surveykit.study.proving.releasing import head_line, release_study

    study = open_study(options)
    ledger = release_study(study, _numbers(options.units), options.every or 0, options.reason)
    field = len(ledger.table)
    give({"file": study.located(RELEASED), "released": ledger.released, "in_the_field": field})
    show(f"{field:,} units are in the field; {len(ledger.sample.table) - field:,} remain in reserve")
    show(f"  {study.located(RELEASED)} lists them, {study.located(DRAW_LOG)} has the release with its reason")
    show(f"  {head_line(study)}")
    show("  next: surveykit run, which weights what was released and nothing else")
    return 0


def _numbers(words: Sequence[str]) -> dict[str, int]:
    """Numbers by stratum of words such as ``wuhou=20``."""
    found: dict[str, int] = {}
    for word in words:
        name, sign, number = word.rpartition("=")
        if not sign or not name or not number.isdecimal():
            raise SurveyKitError(f"release: {word!r} is no number for a stratum: write it as 'wuhou=20'")
        if name in found:
            raise SurveyKitError(f"release: stratum {name!r} is named twice: name it once")
        found[name] = int(number)
    return found
