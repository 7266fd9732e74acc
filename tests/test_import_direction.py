"""Imports go one way between rooms and inside them, lazy ones included, and importing surveykit stays light."""

import ast
import subprocess
import sys
from collections import Counter
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "surveykit"
LEVELS = [
    {"errors", "_version", "language", "_moved"},
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
# The parts of a room in the order in which data pass: a part imports from the ones before it only.
ORDER = {
    "display": """words content style intervals charts numbers text excel html plotting result table pdf_structure""",
    "design": """stages alignment adjustments tables pps roles survey_design replicate_rank replicate_design replicates
        domains""",
    "sampling": """plan size frames allocation selection drawing multistage document""",
    "responses": """cells results privacy readers coding quality fieldwork reporting""",
    "estimation": """kernel intervals results statistics inference models estimators distribution scales""",
    "questionnaire": """routing definition importing checks replay documents forms""",
    "study": """files running inputs reporting proving tasks stages pipeline opening stage_tables""",
    "weighting": """arrays variance inputs adjusting binding inference models steps plan quality result apply replicates
        resident_results""",
    "report": """content charts publishing messages document chapters assembly outputs office audit editions""",
    "cli": """telling manual misuse parsing commands app main""",
    "scoring": """kernel indicators rules scheme inputs ranks card sensitivity waves""",
}
PLACE = {room: {part: place for place, part in enumerate(parts.split())} for room, parts in ORDER.items()}
# What may be imported inside a function: it takes long to load or need not be installed.
SLOW = {"docx", "duckdb", "fontTools", "jinja2", "markdown_it", "matplotlib", "numpy", "openpyxl", "pandas"}
SLOW |= {"polars", "pyarrow", "pydyf", "pypdf", "pyreadstat", "scipy", "python_calamine"}
SLOW |= {"weasyprint", "xlrd"}
# Imports inside functions of anything else, by room. A number only goes down: lower it when an import went.
INSIDE_FUNCTIONS = {
    "cli": 50, "report": 3, "simulation": 1, "study": 69, "weighting": 5,
}  # fmt: skip
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


def targets(source: str, module: str, known: set[str]) -> set[str]:
    """Modules among the known ones that a module imports; of a package's names, the package where it defines them."""
    found = imported_modules(source, module)
    deepest = {name for name in found if not any(other.startswith(f"{name}.") and other in known for other in found)}
    return (deepest & known) - {module}


def graph(room: str) -> dict[str, set[str]]:
    held = {name.removesuffix(".__init__"): path for path, name in modules() if name.split(".")[1] == room}
    sources = {name: path.read_text(encoding="utf-8") for name, path in held.items()}
    return {name: targets(source, name, set(sources)) for name, source in sources.items()}


def part_of(module: str) -> str:
    return [*module.split("."), ""][2]


def climbs(edges: dict[str, set[str]], room: str) -> list[str]:
    """Imports from a part of the room that comes later, or from the room's own front."""
    place = PLACE[room]
    return [
        f"{module} imports {name}"
        for module, names in edges.items()
        for name in names
        if part_of(module) and place.get(part_of(name), len(place)) > place[part_of(module)]
    ]


@pytest.mark.parametrize("room", ORDER)
def test_imports_go_down_the_order_of_a_room(room):
    edges = graph(room)
    assert {part_of(name) for name in edges} - {""} == set(PLACE[room]), "put new parts into ORDER"
    assert not climbs(edges, room)


@pytest.mark.parametrize("room", ORDER)
def test_no_circle_of_modules(room):
    try:
        TopologicalSorter(graph(room)).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_a_climb_and_a_circle_are_seen():
    known = {"surveykit.scoring.card.card", "surveykit.scoring.card", "surveykit.scoring.ranks.sets"}
    lazy = "def f():\n    from surveykit.scoring.card.card import ScoreCard"
    up = targets(lazy, "surveykit.scoring.ranks.sets", known)
    assert up == {"surveykit.scoring.card.card"}
    assert climbs({"surveykit.scoring.ranks.sets": up}, "scoring")
    assert not climbs({"surveykit.scoring.card.card": {"surveykit.scoring.ranks.sets"}}, "scoring")
    front = targets("from surveykit.scoring.card import score", "surveykit.scoring.ranks.sets", known)
    assert front == {"surveykit.scoring.card"}


def test_results_show_themselves():
    left = {module.split(".")[1] for _, module in modules() if module.endswith(".showing")}
    assert not left & set(ORDER), "what a result shows stands in its own file"


def inside_functions(source: str) -> list[str]:
    """Modules imported inside functions that load quickly, or are ours."""
    found = set()
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Import):
                    found |= {(node.lineno, alias.name) for alias in node.names}
                elif isinstance(node, ast.ImportFrom):
                    found.add((node.lineno, "." * node.level + (node.module or "")))
    return [name for _, name in sorted(found) if name.split(".")[0] not in SLOW]


def test_imports_inside_functions_only_go_down():
    found: Counter[str] = Counter()
    for path, module in modules():
        found[module.split(".")[1]] += len(inside_functions(path.read_text(encoding="utf-8")))
    assert {room: count for room, count in found.items() if count} == INSIDE_FUNCTIONS


def test_an_import_inside_a_function_is_seen():
    source = "def f():\n    import json\n    import pandas as pd\n    from surveykit.design import x"
    assert inside_functions(source) == ["json", "surveykit.design"]


def test_surveykit_imports_light():
    load = "import surveykit as sk, sys; [getattr(sk, name) for name in sk.__all__]"
    code = f"{load}; print([name for name in {HEAVY!r} if name in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.strip() == "[]"


# Modules that read the package's own files, and those that write: all others read through surveykit.files.
OWN_FILES = {"surveykit.report.charts.typefaces", "surveykit.report.outputs.html", "surveykit.questionnaire.forms.html"}
OWN_FILES |= {"surveykit.study.running.durable", "surveykit.study.running.manifest", "surveykit.study.running.private"}
OWN_FILES |= {"surveykit.cli.manual", "surveykit.report.audit", "surveykit._moved", "surveykit.study.inputs.originals"}
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
