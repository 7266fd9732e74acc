"""``surveykit diff OLD NEW``: which changes of a questionnaire break data."""

from __future__ import annotations

from surveykit.cli.commands.common import give, show
from surveykit.cli.parsing import FILE, Options, argument, command
from surveykit.cli.telling.terminal import current

__all__ = ["execute"]


@command(
    "diff",
    "say which changes between two versions of a questionnaire break data",
    argument("old", type=FILE, metavar="OLD", help="the earlier questionnaire file"),
    argument("new", type=FILE, metavar="NEW", help="the later one"),
)
def execute(options: Options) -> int:
    """Compare, those changes first that break data."""
    from surveykit.questionnaire import diff_questionnaires
    from surveykit.study.tasks.questionnaire_files import read_questionnaire

    terminal = current()
    changes = diff_questionnaires(read_questionnaire(options.old), read_questionnaire(options.new))
    told = [{"effect": c.effect, "path": list(c.path), "what": terminal.text(c.what)} for c in changes]
    breaks = any(change.effect == "breaks" for change in changes)
    give({"breaks": breaks, "changes": told})
    effects = {name: terminal.text(name) for name in ("breaks", "meaning", "wording", "none")}
    for change in told:
        parts = (effects[str(change["effect"])], ".".join(change["path"]), str(change["what"]))
        terminal.show_as_is(": ".join(part for part in parts if part))
    if not changes:
        show("no changes")
    return 2 if breaks else 0
