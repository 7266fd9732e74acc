"""The reference study, made once; notebooks executed in its own folder by the interpreter of the tests."""

import json
import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat
import pytest
from filelock import FileLock
from nbclient import NotebookClient

import surveykit as sk

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "notebooks"
TIMEOUT = 300


@pytest.fixture(scope="session")
def study(tmp_path_factory):
    """The reference study with its outputs up to date; processes wait for each other."""
    opened = sk.open_study(ROOT)
    (ROOT / "output").mkdir(exist_ok=True)
    with FileLock(ROOT / "output" / ".notebooks.lock"):
        sk.run_study(opened, say=lambda line: None)
    return opened


@dataclass
class Executed:
    """A notebook after execution, and what the asked-for expressions gave."""

    cells: list
    values: dict

    def outputs(self):
        """All outputs of all cells."""
        return [output for cell in self.cells if cell.cell_type == "code" for output in cell.outputs]

    def text(self):
        """All that the outputs show, as one text; pictures left out."""
        parts = []
        for output in self.outputs():
            parts.append(output.get("text", ""))
            parts += [value for kind, value in output.get("data", {}).items() if kind.startswith("text/")]
        return "\n".join(parts)

    def pictures(self):
        """How many pictures were drawn."""
        return sum("image/png" in output.get("data", {}) for output in self.outputs())


@pytest.fixture(scope="session")
def execute(study):
    """A function that runs a notebook and returns it with the values of expressions in its name space."""

    @cache
    def run(name, *expressions):
        notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
        ask = f"import json; print(json.dumps([{', '.join(f'({e})' for e in expressions)}], default=str))"
        notebook.cells.append(nbformat.v4.new_code_cell(ask))
        client = NotebookClient(
            notebook, timeout=TIMEOUT, kernel_name="python3", resources={"metadata": {"path": str(NOTEBOOKS)}}
        )
        paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        client.execute(env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONWARNINGS": ""})
        answer = notebook.cells.pop().outputs[0]["text"]
        return Executed(notebook.cells, dict(zip(expressions, json.loads(answer), strict=True)))

    return run


@pytest.fixture
def settled():
    """Check what must hold of every executed notebook: no warnings, no one who was sampled is shown."""

    def check(executed, pictures):
        assert [output for output in executed.outputs() if output.get("name") == "stderr"] == []
        assert not re.search(r"\bu\d{6}\b", executed.text())
        assert executed.pictures() >= pictures

    return check
