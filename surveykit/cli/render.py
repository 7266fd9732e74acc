"""``surveykit render [FORMAT ...]``: the questionnaire as a form, and in other formats."""

from __future__ import annotations

import argparse
from typing import Any

from surveykit.cli.common import give, open_study, say, show, working
from surveykit.cli.terminal import current

__all__ = ["add_parser"]

FORMATS = ("html", "paper", "xlsform", "surveyjs", "wjx", "limesurvey", "codebook", "ddi", "schema", "template")


def add_parser(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "render",
        help="write the questionnaire as a web form, or in the formats named",
    )
    parser.add_argument("formats", nargs="*", metavar="FORMAT", help=f"{', '.join(FORMATS)}, or all")
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Render, and say what a format cannot carry."""
    unknown = [name for name in options.formats if name not in (*FORMATS, "all")]
    if unknown:
        from surveykit.errors import SurveyKitError
        from surveykit.study.files.validation import nearest

        raise SurveyKitError(f"unknown format {unknown[0]!r}: {nearest(unknown[0], [*FORMATS, 'all'])}")
    study = open_study(options)
    if options.formats:
        from surveykit.study.running.lock import study_lock
        from surveykit.study.tasks.questionnaire_files import write_formats

        chosen = FORMATS if "all" in options.formats else tuple(dict.fromkeys(options.formats))
        working("rendering the questionnaire")
        with study_lock(study.output):
            told = write_formats(study.questionnaire, chosen, study.output / "questionnaire")
        files = [line for line in told if not line.startswith(" ")]
        give({"outputs": files, "losses": [current().text(line.strip()) for line in told if line not in files]})
        for line in told:
            show(line)
        return 0
    from surveykit.study.running.run import run_stages
    from surveykit.study.stages.questionnaire import render_stage

    stage = render_stage(study).located(study.located)
    give({"outputs": stage.outputs, "losses": []})
    if not run_stages(study, [stage], say=say, progress=working).made:
        say("up to date")
    for name in stage.outputs:
        show(f"  {name}")
    return 0
