#!/usr/bin/env python3
"""State in CONTRIBUTING.md what share of lines and branches the tests pass through.

python tools/coverage_figure.py coverage.json CONTRIBUTING.md
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

LINE = re.compile(r"^<!-- coverage -->.*$", re.MULTILINE)


def state_figure(measured: Path, page: Path) -> str:
    """Write the figure into the page's marked line and return it.

    Parameters
    ----------
    measured : pathlib.Path
        The JSON report of coverage.
    page : pathlib.Path
        A page with one line that begins with ``<!-- coverage -->``.

    Raises
    ------
    ValueError
        If the page does not have exactly one such line, or branches were not measured.
    """
    report = json.loads(measured.read_text(encoding="utf-8"))
    totals = report["totals"]
    if not totals.get("num_branches"):
        raise ValueError(f"{measured} holds no branches: measure with branch coverage")
    text = page.read_text(encoding="utf-8")
    if len(LINE.findall(text)) != 1:
        raise ValueError(f"{page} needs one line that begins with '<!-- coverage -->'")
    lines = 100 * totals["covered_lines"] / totals["num_statements"]
    branches = 100 * totals["covered_branches"] / totals["num_branches"]
    day = report["meta"]["timestamp"][:10]
    of_lines = f"{lines:.1f} % of {totals['num_statements']:,} lines"
    figure = f"{of_lines}, {branches:.1f} % of {totals['num_branches']:,} branches ({day})"
    page.write_text(LINE.sub(f"<!-- coverage --> {figure}", text), encoding="utf-8")
    return figure


if __name__ == "__main__":
    print(state_figure(Path(sys.argv[1]), Path(sys.argv[2])))
