"""``surveykit report``: the report, and on demand its other editions and formats."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from surveykit.cli.common import give, open_study, say, show, working

__all__ = ["add_parser"]

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
        "--redraw", action="store_true", help="draw again although a sample exists; the old one is kept"
    )
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Run what is out of date, then write what was ordered."""
    from surveykit.study.pipeline import study_stages
    from surveykit.study.running import run_stages

    study = open_study(options)
    stages = study_stages(study)
    if not run_stages(study, stages, say=say, progress=working, redraw=options.redraw).made:
        say("up to date")
    written: list[Path] = []
    for name in stages[-1].outputs:
        show(f"  {name}")
    if options.format or options.edition != "zh" or options.profile != "research":
        from surveykit.study.report_files import ReportOrder, write_report_files

        order = ReportOrder(tuple(options.format) or ("pdf",), options.edition, options.profile)
        working("writing further editions and formats")
        written = write_report_files(study, order, show)
    give({"outputs": [*stages[-1].outputs, *(path.relative_to(study.root) for path in written)]})
    return 0
