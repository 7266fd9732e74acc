"""``surveykit deidentify``: a public file of the answers, with its risk table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surveykit.cli.commands.common import give, open_study, say, show, working
from surveykit.cli.parsing import Options, Whole, command, option
from surveykit.cli.telling.tables import table_lines
from surveykit.cli.telling.terminal import current
from surveykit.language import headings

if TYPE_CHECKING:
    from surveykit.responses import PublicFile

__all__ = ["execute"]


@command(
    "deidentify",
    "write a public file of the answers, with its risk table",
    option(
        "--keys",
        multiple=True,
        metavar="COLUMN",
        help="key variables, the most important first; by default 'data: key_variables:' of study.yaml, or its domains",
    ),
    option(
        "--k",
        type=Whole(),
        default=5,
        metavar="N",
        help="smallest number of persons that must fit the keys of every record",
    ),
    option("--sensitive", multiple=True, metavar="COLUMN", help="columns whose diversity the risk table shows"),
    option("--exact", multiple=True, metavar="COLUMN", help="numbers that leave as they are, not as ranges"),
    option("--leave-out", multiple=True, metavar="COLUMN", help="columns that are not published"),
    option("--weights", metavar="ANALYSIS", help="publish the final weights of an analysis"),
    option("--strata", is_flag=True, help="publish the stratum of each record, as the first key variable"),
    option(
        "--strict", is_flag=True, help="count a blank as a value of its own: k persons then show exactly the same keys"
    ),
    option("--keep-text", multiple=True, metavar="COLUMN", help="open answers that a person has read and cleared"),
)
def execute(options: Options) -> int:
    """Make the file and show its risk."""
    from surveykit.study.running.run import run_stages
    from surveykit.study.stages.deidentify import deidentify_stage

    study = open_study(options)
    definition = study.definition
    keys = options.keys or definition.data.key_variables or [domain.id for domain in definition.domains]
    say(f"key variables: {', '.join(keys)}; k = {options.k}")
    made: list[PublicFile] = []
    settings = {
        "keys": keys,
        "k": options.k,
        "keep_text": options.keep_text,
        "sensitive": options.sensitive,
        "exact": options.exact,
        "leave_out": options.leave_out,
        "weights": options.weights,
        "strata": options.strata,
        "blanks": "value" if options.strict else "fit",
    }
    stage = deidentify_stage(study, settings, made.append)
    run_stages(study, [stage], say=say, progress=working, force=True)
    for name in stage.outputs:
        show(f"  {name}")
    risk = made[0].risk
    give({"outputs": list(stage.outputs), "risk": risk})
    for line in table_lines(risk.rename(columns=headings(current().language))):
        show(line)
    return 0
