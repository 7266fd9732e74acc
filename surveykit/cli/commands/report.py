"""``surveykit report``: the report, and on demand its other editions and formats."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surveykit.cli.commands.common import give, open_study, say, show, working

if TYPE_CHECKING:
    from surveykit.report.publishing.publication import Standard
    from surveykit.study.tasks.report_files import ReportOrder

__all__ = ["add_parser"]

STANDARDS: dict[str, Standard] = {"nchs": "nchs2017", "acs": "acs", "none": "none"}
KINDS = ("pdf", "archive", "html", "docx", "xlsx", "data", "brief", "districts")


def add_parser(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "report",
        help="write the report; other editions and formats on demand",
    )
    parser.add_argument(
        "--format", nargs="+", choices=KINDS, default=[], metavar="FORMAT", help=f"any of: {', '.join(KINDS)}"
    )
    parser.add_argument("--edition", choices=("zh", "en"), default="zh", help="language (default: zh)")
    parser.add_argument(
        "--profile", choices=("research", "official"), default="research", help="研究报告 or 公文 (default: research)"
    )
    parser.add_argument(
        "--variant",
        choices=("ua", "archive"),
        default="ua",
        help="kind of the full PDF: ua, tagged for accessibility (PDF/UA-1), or archive (PDF/A-3u with the data "
        "behind each figure; default: ua)",
    )
    parser.add_argument(
        "--standard", choices=tuple(STANDARDS), default="nchs", help="reliability rule for figures (default: nchs)"
    )
    parser.add_argument(
        "--smallest-count", type=_at_least_one, default=5, metavar="N", help="hide counts of 1 to N-1 (default: 5)"
    )
    parser.add_argument(
        "--round-counts",
        type=_at_least_one,
        default=1,
        metavar="N",
        help="protect numbers of respondents: multiples of N, and nothing that gives them back (default: 1, exact)",
    )
    parser.add_argument(
        "--workers", type=_at_least_one, metavar="N", help="processes for district reports (default: all cores)"
    )
    parser.add_argument(
        "--redraw", action="store_true", help="draw again although a sample exists; the old one is kept"
    )
    parser.set_defaults(execute=execute)


def _at_least_one(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number of 1 or more")
    return number


def execute(options: argparse.Namespace) -> int:
    """Run what is out of date, then write what was ordered."""
    from surveykit.study.pipeline import study_stages
    from surveykit.study.running.run import run_stages

    study = open_study(options)
    stages = study_stages(study)
    if not run_stages(study, stages, say=say, progress=working, redraw=options.redraw).made:
        say("up to date")
    written: list[Path] = []
    for name in stages[-1].outputs:
        show(f"  {name}")
    order = _order(options)
    if options.format or order.stem != "zh" or options.variant != "ua":
        from surveykit.study.tasks.report_files import write_report_files

        working("writing further editions and formats")
        written = write_report_files(study, order, show)
    give({"outputs": [*stages[-1].outputs, *(path.relative_to(study.root) for path in written)]})
    return 0


def _order(options: argparse.Namespace) -> ReportOrder:
    from surveykit.report import PublicationRules
    from surveykit.study.tasks.report_files import ReportOrder

    rules = PublicationRules(STANDARDS[options.standard], options.smallest_count, options.round_counts)
    kinds = [
        "archive" if kind == "pdf" and options.variant == "archive" else kind for kind in options.format or ["pdf"]
    ]
    return ReportOrder(tuple(dict.fromkeys(kinds)), options.edition, options.profile, rules, options.workers)
