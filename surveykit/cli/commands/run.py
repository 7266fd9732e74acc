"""``surveykit run``: make everything that is out of date."""

from __future__ import annotations

from surveykit.cli.commands.common import give, open_outline, open_study, say, show, working
from surveykit.cli.parsing import Options, command, option, redraw

__all__ = ["execute"]


@command(
    "run",
    "make whatever is out of date, up to the report",
    redraw(),
    option("--force", is_flag=True, help="make everything again but the drawn sample"),
)
def execute(options: Options) -> int:
    """Run all stages."""
    from surveykit.study.pipeline import study_stages
    from surveykit.study.running.run import all_current, run_stages

    outline = open_outline(options)
    stages = study_stages(outline)
    outputs = stages[-1].outputs
    if not options.force and all_current(outline, stages):
        give({"made": [], "current": [stage.name for stage in stages], "seconds": {}, "outputs": outputs})
        show(f"nothing to do: all {len(stages)} stages are up to date; the report is {outputs[0]}")
        return 0
    study = open_study(options)
    stages = study_stages(study)  # of the file as it was read now: it may have changed since the outline
    result = run_stages(study, stages, say=say, progress=working, redraw=options.redraw, force=options.force)
    give({"made": result.made, "current": result.current, "seconds": result.seconds, "outputs": outputs})
    for stage in stages:
        if stage.name in result.seconds:
            say(f"  {stage.title}: {result.seconds[stage.name]:.1f} s")
    total = sum(result.seconds.values())
    show(f"done in {total:.1f} s: {len(result.made)} stages made, {len(result.current)} were up to date")
    show(f"the report is {study.root / outputs[0]}")
    return 0
