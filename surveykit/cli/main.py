"""Parse the command line, call the command, and turn errors into messages and exit codes."""

from __future__ import annotations

import argparse
import importlib
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from surveykit._version import __version__
from surveykit.errors import DefinitionError, SurveyKitError

__all__ = ["EXIT_CODES", "build_parser", "main"]

EXIT_CODES = """exit codes:
  0    done (or nothing to do)
  1    surveykit itself failed: please report it with the text shown
  2    something in the study or the call is wrong; the message says what, where and what to do
  130  interrupted; files are as they were, or whole and new
"""

# In the order of a study's life; one module per command, or one for a family of alike commands.
MODULES = (
    "init",
    "check",
    "run",
    "stages",
    "render",
    "report",
    "diff",
    "questionnaire",
    "verify_draw",
    "simulate",
    "commit",
    "frame",
    "deidentify",
    "doctor",
)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog="surveykit",
        description="Resident surveys from the sampling plan to the report.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"surveykit {__version__}")
    parser.add_argument(
        "--study",
        type=Path,
        default=None,
        metavar="FOLDER",
        help="the study's folder (default: found upwards from here)",
    )
    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND")
    for name in MODULES:
        importlib.import_module(f"surveykit.cli.{name}").add_parser(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after ``surveykit``; by default those of the process.
    """
    parser = build_parser()
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_help()
        return 2
    try:
        return int(options.execute(options))
    except DefinitionError as error:
        return _tell_problems(error)
    except SurveyKitError as error:
        print(f"surveykit: error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("surveykit: interrupted; files are as they were, or whole and new", file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        print(f"surveykit: error: {error.filename or 'a file'}: {error.strerror or error}", file=sys.stderr)
        return 2
    except Exception:
        traceback.print_exc()
        print(
            f"surveykit {__version__}: this is a defect of surveykit; please report it with the lines above",
            file=sys.stderr,
        )
        return 1


def _tell_problems(error: DefinitionError) -> int:
    for problem in error.problems:
        print(problem, file=sys.stderr)
    count = len(error.problems)
    print(f"surveykit: {count} problem{'s' if count != 1 else ''}; nothing was changed", file=sys.stderr)
    return error.exit_code
