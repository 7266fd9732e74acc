"""``surveykit check``: every problem of every file of a study."""

from __future__ import annotations

from surveykit.cli.commands.common import give, open_study, say, show
from surveykit.cli.parsing import Options, command
from surveykit.cli.telling.failing import problem_object, problem_text
from surveykit.cli.telling.terminal import current
from surveykit.study.files.inside import outside_problems
from surveykit.study.tasks.printing import printing_problems

__all__ = ["execute"]


@command("check", "check every file of the study and tell all problems at once")
def execute(options: Options) -> int:
    """Check, and say what was checked."""
    from surveykit.questionnaire import lint_questionnaire
    from surveykit.study.files.study import count_parts

    terminal = current()
    study = open_study(options)
    give({"study": count_parts(study)})
    for line in study.summary():
        say(line)
    outside = outside_problems(study.root, study.definition)
    if outside:
        give({"trusted": [problem_object(problem, terminal) for problem in outside]})
    for problem in outside:
        say(f"trusted: {problem.what}")
    file = study.definition.files.questionnaire
    doubts = [problem.at(problem.file or file, problem.line) for problem in lint_questionnaire(study.questionnaire)]
    glyphs = printing_problems(study)
    for kind, found in (("lint", doubts), ("glyph", glyphs)):
        for doubt in found:
            terminal.complain_as_is(terminal.text("warning") + ": " + problem_text(doubt, terminal))
            terminal.warnings.append({"kind": kind, **problem_object(doubt, terminal)})
    doubts += glyphs
    show(f"no problems found, {len(doubts)} warnings" if doubts else "no problems found")
    return 0
