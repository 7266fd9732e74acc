"""``surveykit purge``: destroy the original answers of a study, and record it."""

from __future__ import annotations

from surveykit.cli.commands.common import give, open_outline, say, show
from surveykit.cli.parsing import Options, command, option
from surveykit.study.running.lock import study_lock

__all__ = ["execute"]


@command(
    "purge",
    "destroy the original answers of a study, and record it",
    option("--originals", is_flag=True, required=True, help="exports, cells as written, cleaning log"),
    option("--yes", is_flag=True, help="destroy them; without it they are listed only"),
)
def execute(options: Options) -> int:
    """List what would be destroyed; with ``--yes`` destroy it."""
    from surveykit.study.running.private import purge_originals, purge_plan

    outline = open_outline(options)
    with study_lock(outline.output):
        plan = purge_plan(outline)
        give({"files": list(plan.files), "kept": list(plan.kept), "purged": options.yes and bool(plan.files)})
        for name in plan.files:
            show(f"  {name}")
        if not plan.files:
            show("no original answers are there")
            return 0
        for name in plan.kept:
            say(f"  kept, results rest on it: {name}")
        if not options.yes:
            show(f"{len(plan.files)} files would be destroyed for ever; nothing was changed: call again with --yes")
            return 0
        record = purge_originals(outline, plan)
    show(f"{len(plan.files)} files were overwritten and removed; {record} says which")
    say("copies elsewhere (backups, mail, the survey platform) and the salt are yours to destroy")
    return 0
