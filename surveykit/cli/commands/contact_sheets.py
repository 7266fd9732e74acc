"""``surveykit contact-sheets``: the units in the field for those who visit them, by community."""

from __future__ import annotations

from surveykit.cli.commands.common import give, open_study, show
from surveykit.cli.parsing import Options, command

__all__ = ["execute"]


@command("contact-sheets", "write contact sheets of the units in the field, with who is asked in each household")
def execute(options: Options) -> int:
    """Write the sheets, and say where."""
    from surveykit.study.tasks.households import write_contact_sheets

    file, count = write_contact_sheets(open_study(options))
    give({"file": file, "units": count})
    show(f"{count:,} units in the field: {file}, to be printed; it holds personal data")
    return 0
