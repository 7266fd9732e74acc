"""``surveykit doctor``: what this machine has and lacks."""

from __future__ import annotations

import argparse
from typing import Any

from surveykit.cli.common import say

__all__ = ["add_parser"]


def add_parser(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser("doctor", help="say what this machine has and lacks for a whole study")
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Examine, and say what to install."""
    from surveykit.study.machine import examine_machine

    findings = examine_machine()
    for finding in findings:
        say(f"{'ok     ' if finding.ok else 'missing'}  {finding.name}: {finding.detail}")
    return 0 if all(finding.ok for finding in findings) else 2
