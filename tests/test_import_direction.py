"""Imports go one way, lazy ones included, and importing surveykit stays light."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "surveykit"
LEVELS = [
    {"errors", "_version", "language"},
    {"files"},
    {"display"},
    {"design", "questionnaire", "sampling"},
    {"estimation", "weighting", "responses", "simulation"},
    {"scoring"},
    {"report"},
    {"study"},
    {"cli"},
    {"__main__"},
]
LEVEL = {room: level for level, rooms in enumerate(LEVELS) for room in rooms}
# Folders of a room in the order in which data pass: a folder imports those before it, and none after it.
FOLDERS = {
    "questionnaire": ("routing", "definition", "importing", "checks", "replay", "documents", "forms"),
    "cli": ("telling", "manual", "misuse", "parsing", "commands", "app", "main"),
}
HEAVY = ("weasyprint", "matplotlib", "duckdb", "pingouin", "statsmodels", "openpyxl", "docx", "xlsxwriter")


def imported_modules(source: str, module: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = ".".join([*module.split(".")[: -node.level], base]).rstrip(".")
            found |= {base} | {f"{base}.{alias.name}" for alias in node.names}
    return found


def modules():
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        if len(parts) > 2 or parts[-1] != "__init__":
            yield path, ".".join(parts)


def breaches(source: str, module: str) -> list[str]:
    """Imports of a module that go against the one direction."""
    room = module.split(".")[1]
    wrong = []
    for name in imported_modules(source, module):
        parts = name.split(".")
        if parts[0] != "surveykit" or len(parts) < 2 or parts[1] not in LEVEL or parts[1] == room:
            continue
        if LEVEL[parts[1]] >= LEVEL[room]:
            wrong.append(f"{module} imports {name}")
    return wrong


def test_every_room_has_a_level():
    rooms = {
        p.stem if p.is_file() else p.name
        for p in PACKAGE.iterdir()
        if p.suffix == ".py" or (p / "__init__.py").exists()
    }
    assert rooms - {"__init__"} == set(LEVEL)


def test_imports_go_one_way():
    found = [breach for path, module in modules() for breach in breaches(path.read_text(encoding="utf-8"), module)]
    assert not found, "\n".join(sorted(found))


@pytest.mark.parametrize(
    "source",
    [
        "from surveykit.report import x",
        "def f():\n    import surveykit.study.files.loading",
        "from ..weighting import rake",
    ],
)
def test_a_breach_is_seen(source):
    assert breaches(source, "surveykit.estimation.mean")


def folder_breaches(source: str, module: str) -> list[str]:
    """Imports of a module in a folder of its room that go to a later folder, or to the whole room."""
    room, folder = module.split(".")[1:3]
    order = FOLDERS[room]
    wrong = []
    for name in imported_modules(source, module):
        parts = name.split(".")
        if parts[:2] == ["surveykit", room] and (len(parts) == 2 or parts[2] not in order[: order.index(folder) + 1]):
            wrong.append(f"{module} imports {name}")
    return wrong


def test_folders_of_a_room_import_in_its_order():
    found = []
    for path, module in modules():
        parts = module.split(".")
        if parts[1] in FOLDERS and parts[2] != "__init__":
            assert parts[2] in FOLDERS[parts[1]], f"{module}: name its place in FOLDERS"
            found += folder_breaches(path.read_text(encoding="utf-8"), module)
    assert not found, "\n".join(sorted(found))


@pytest.mark.parametrize(
    "source", ["from surveykit.questionnaire.forms import RENDERERS", "def f():\n    from ..replay import respondent"]
)
def test_a_breach_between_folders_is_seen(source):
    assert folder_breaches(source, "surveykit.questionnaire.checks.items")
    assert not folder_breaches(source, "surveykit.questionnaire.forms.html")


def test_surveykit_imports_light():
    load = "import surveykit as sk, sys; [getattr(sk, name) for name in sk.__all__]"
    code = f"{load}; print([name for name in {HEAVY!r} if name in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.strip() == "[]"


# Modules that read the package's own files, and those that write: all others read through surveykit.files.
OWN_FILES = {"surveykit.report.charts.typefaces", "surveykit.report.outputs.html", "surveykit.questionnaire.forms.html"}
OWN_FILES |= {"surveykit.study.running.durable", "surveykit.study.running.manifest", "surveykit.study.running.private"}
OWN_FILES |= {"surveykit.cli.manual", "surveykit.report.audit"}
READING = {"open", "read_text", "read_bytes", "read_csv", "read_parquet", "load_workbook", "open_workbook", "read_sav"}
READING |= {"read_dta", "read_excel", "read_json", "ParquetFile", "read_table"}
LIBRARIES = {"pd", "pandas", "pq", "pyarrow", "pa", "openpyxl", "xlrd", "pyreadstat", "duckdb", "connection"}


def reads(source: str) -> list[int]:
    """Lines that read a file by themselves: a method of a path, or a function of a library."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        if isinstance(function, ast.Name) and function.id == "open":
            found.append(node.lineno)
        if isinstance(function, ast.Attribute) and function.attr in READING:
            owner = function.value
            library = isinstance(owner, ast.Name) and owner.id in LIBRARIES
            if library or function.attr in ("open", "read_text", "read_bytes"):
                found.append(node.lineno)
    return found


def test_files_are_read_through_one_door():
    opened = []
    for path, module in modules():
        if module.split(".")[1] in ("files", "language") or module in OWN_FILES:
            continue
        lines = reads(path.read_text(encoding="utf-8"))
        source = path.read_text(encoding="utf-8").splitlines()
        opened += [f"{module}:{line}" for line in lines if "os.open(" not in source[line - 1]]
    assert not opened


@pytest.mark.parametrize("source", ["open('a')", "p.read_text()", "pd.read_csv(p)", "p.open('rb')"])
def test_a_second_door_is_seen(source):
    assert reads(source)
