"""``surveykit report``: the report, and on demand its other editions and formats."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from surveykit.cli.commands.common import give, open_study, say, show, working
from surveykit.cli.parsing import Choice, Options, Whole, command, option, redraw

if TYPE_CHECKING:
    from surveykit.report.publishing.publication import Standard
    from surveykit.study.tasks.report_files import ReportOrder

__all__ = ["execute"]

STANDARDS: dict[str, Standard] = {"nchs": "nchs2017", "acs": "acs", "none": "none"}
KINDS = ("pdf", "archive", "html", "docx", "xlsx", "data", "brief", "districts")


@command(
    "report",
    "write the report; other editions and formats on demand",
    option(
        "--format",
        type=Choice(KINDS),
        multiple=True,
        metavar="FORMAT",
        help=f"any of: {', '.join(KINDS)}",
    ),
    option("--edition", type=Choice(("zh", "en")), default="zh", help="language (default: zh)"),
    option(
        "--profile",
        type=Choice(("research", "official")),
        default="research",
        help="研究报告 or 公文 (default: research)",
    ),
    option(
        "--variant",
        type=Choice(("ua", "archive")),
        default="ua",
        help="kind of the full PDF: ua, tagged for accessibility (PDF/UA-1), or archive (PDF/A-3u with the data "
        "behind each figure; default: ua)",
    ),
    option(
        "--standard", type=Choice(tuple(STANDARDS)), default="nchs", help="reliability rule for figures (default: nchs)"
    ),
    option("--smallest-count", type=Whole(1), default=5, metavar="N", help="hide counts of 1 to N-1 (default: 5)"),
    option(
        "--round-counts",
        type=Whole(1),
        default=1,
        metavar="N",
        help="protect numbers of respondents: multiples of N, and nothing that gives them back (default: 1, exact)",
    ),
    option("--workers", type=Whole(1), metavar="N", help="processes for district reports (default: all cores)"),
    option(
        "--reviewed",
        is_flag=True,
        help="write a protected edition although the disclosure audit found numbers: each of them was looked at",
    ),
    redraw(),
)
def execute(options: Options) -> int:
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


def _order(options: Options) -> ReportOrder:
    from surveykit.report import PublicationRules
    from surveykit.study.tasks.report_files import ReportOrder

    rules = PublicationRules(STANDARDS[options.standard], options.smallest_count, options.round_counts)
    kinds = [
        "archive" if kind == "pdf" and options.variant == "archive" else kind for kind in options.format or ["pdf"]
    ]
    return ReportOrder(
        tuple(dict.fromkeys(kinds)), options.edition, options.profile, rules, options.workers, options.reviewed
    )
