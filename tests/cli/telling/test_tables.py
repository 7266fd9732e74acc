"""Tables on a terminal: rules between head and rows, texts of the data as they stand; plain columns elsewhere."""

import io
import subprocess
import sys

import pandas as pd
import pytest

from surveykit.cli.telling.tables import table_lines
from surveykit.cli.telling.wrapping import width
from surveykit.study.stage_tables import aligned

TABLE = pd.DataFrame(
    {
        "区县": ["[red]青羊区[/red]", "\x1b[31m武侯区", ":smile: 锦江区"],
        "n [bold]": [12, 7, 120],
        "estimate": [0.123456, float("nan"), 1.0],
        "[/]": [None, "a", "b"],
    }
)


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)

    def of(columns):
        monkeypatch.setattr(sys, "stdout", Terminal())  # here: pytest puts its own there between fixture and test
        monkeypatch.setenv("COLUMNS", str(columns))

    return of


def test_markup_and_escapes_of_data_print_literally(terminal):
    terminal(100)
    head, rule, *rows = table_lines(TABLE)
    assert set(rule.strip()) == {"─"}
    assert "n [bold]" in head
    assert head.endswith("[/]")
    assert rows[0].split() == ["[red]青羊区[/red]", "12", "0.1235"]
    assert rows[1].split() == ["\\u001b[31m武侯区", "7", "a"]
    assert rows[2].split() == [":smile:", "锦江区", "120", "1", "b"]
    assert "\x1b" not in "".join(rows)


def test_columns_stand_under_each_other(terminal):
    terminal(100)
    lines = table_lines(TABLE.iloc[:, :2])
    assert len(lines) == 5
    ends = {width(line) for line in (lines[0], *lines[2:])}
    assert len(ends) == 1, "numbers are flush right"


@pytest.mark.parametrize("columns", [20, 40])
def test_a_table_too_wide_for_the_terminal_loses_nothing(terminal, columns):
    terminal(columns)
    assert table_lines(TABLE) == aligned(TABLE)


def test_plain_where_no_terminal_or_no_control_sequences(terminal, monkeypatch):
    terminal(100)
    monkeypatch.setenv("NO_COLOR", "1")
    assert table_lines(TABLE) == aligned(TABLE)
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert table_lines(TABLE) == aligned(TABLE)


def test_rich_is_loaded_on_a_terminal_only(process, town):
    code = "import sys; from surveykit.cli.main import main; main(sys.argv[1:]); print('rich' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code, "--study", str(town), "plan"], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "False"
    light = subprocess.run(
        [sys.executable, "-c", "import surveykit, sys; print({'click', 'rich'} & set(sys.modules))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert light.stdout.strip() == "set()"
