"""``surveykit render [FORMAT ...]``: the questionnaire as a form, and in other formats."""

from __future__ import annotations

from surveykit.cli.commands.common import give, open_study, say, show, working
from surveykit.cli.parsing import Options, argument, command
from surveykit.cli.telling.terminal import current
from surveykit.errors import choose
from surveykit.study.running.lock import study_lock

__all__ = ["execute"]


def _formats() -> str:
    """Name all formats, when the help of the command is shown: the questionnaire loads slowly."""
    from surveykit.questionnaire import RENDERERS

    return f"{', '.join(RENDERERS)}, or all"


def _known(named: list[str]) -> tuple[str, ...]:
    from surveykit.questionnaire import RENDERERS

    for name in named:
        choose("format", name, (*RENDERERS, "all"))
    return tuple(RENDERERS if "all" in named else dict.fromkeys(named))


@command(
    "render",
    "write the questionnaire as a web form, or in the formats named",
    argument("formats", nargs=-1, metavar="FORMAT", help=_formats),
)
def execute(options: Options) -> int:
    """Render, and say what a format cannot carry."""
    formats = _known(options.formats) if options.formats else ()
    study = open_study(options)
    if formats:
        from surveykit.study.tasks.questionnaire_files import write_formats

        working("rendering the questionnaire")
        with study_lock(study.output):
            told = write_formats(study.questionnaire, formats, study.output / "questionnaire")
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
