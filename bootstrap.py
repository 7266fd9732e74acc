#!/usr/bin/env python3
"""Set surveykit up inside this folder and run the reference study or the tests.

    python3 bootstrap.py run        make output/report.pdf from the reference study
    python3 bootstrap.py test       run every check that a change must pass
    python3 bootstrap.py docs       build the documentation into docs/_build/html
    python3 bootstrap.py coverage   run the tests and report the lines and branches that they pass through
    python3 bootstrap.py mutants    make small wrong changes and see whether the tests notice
    python3 bootstrap.py lock       write requirements.lock, the versions and hashes that CI installs
    python3 bootstrap.py sbom       write the bill of materials, dist/surveykit.cdx.json

All need only Python 3.11 or newer. Python packages go into .venv in this folder. Missing system packages (Pango for
PDF; for the tests also poppler-utils, Ghostscript, a Chromium browser, Node.js, Java, PostgreSQL and LibreOffice) are
installed with apt where that is allowed; otherwise one sentence says what to install. Nothing else outside this folder
is written. Further arguments go to 'surveykit run' or to pytest. With CI=true every package is installed from
requirements.lock and its hash is checked; elsewhere constraints.txt gives the versions.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
OLDEST = (3, 11)
PDF_LIBRARIES = {
    "pango-1.0": "libpango-1.0-0",
    "pangoft2-1.0": "libpangoft2-1.0-0",
    "harfbuzz-subset": "libharfbuzz-subset0",
}
PDF_READERS = {"pdftoppm": "poppler-utils", "gs": "ghostscript"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def say(text: str) -> None:
    """Print one line at once."""
    print(f"bootstrap: {text}", flush=True)


def stop(text: str) -> None:
    """End with one sentence for the user."""
    print(f"bootstrap: {text}", file=sys.stderr, flush=True)
    raise SystemExit(2)


def quiet(command: list[str], **options: object) -> subprocess.CompletedProcess[str]:
    """Run a command and keep what it prints."""
    return subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **options)


def apt_prefix() -> list[str] | None:
    """Return how apt-get can be called without asking anybody, or None."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return ["apt-get"]
    if shutil.which("sudo") and quiet(["sudo", "-n", "true"]).returncode == 0:
        return ["sudo", "-n", "apt-get"]
    return None


def apt_install(packages: list[str]) -> bool:
    """Install system packages where that is allowed; tell whether it worked."""
    prefix = apt_prefix()
    if prefix is None:
        return False
    say(f"installing the system packages {' '.join(packages)} (apt-get)")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    quiet([*prefix, "update"], env=environment)
    done = quiet([*prefix, "install", "-y", "--no-install-recommends", *packages], env=environment)
    if done.returncode != 0:
        say(done.stdout.strip().splitlines()[-1] if done.stdout.strip() else "apt-get failed")
    return done.returncode == 0


def library_present(name: str) -> bool:
    """Whether a shared library can be loaded."""
    for candidate in (f"lib{name}.so.0", ctypes.util.find_library(name)):
        if candidate:
            try:
                ctypes.CDLL(candidate)
            except OSError:
                continue
            return True
    return False


def ensure_pdf_libraries() -> None:
    """See to Pango and HarfBuzz, which no Python package brings."""
    if os.name == "nt" or sys.platform == "darwin":
        return  # WeasyPrint itself says what is missing there
    missing = [package for name, package in PDF_LIBRARIES.items() if not library_present(name)]
    if not missing:
        return
    apt_install(missing)
    missing = [package for name, package in PDF_LIBRARIES.items() if not library_present(name)]
    if missing:
        stop(
            "the PDF needs libraries that are not on this machine: install them with "
            f"'sudo apt-get install {' '.join(missing)}' and call again"
        )


def ensure_pdf_readers() -> None:
    """See to the PDF readers that the tests look at pages with and that no Python package brings."""
    missing = [package for program, package in PDF_READERS.items() if shutil.which(program) is None]
    if missing and not apt_install(missing):
        stop(
            "the tests look at PDF pages with other readers: "
            f"install them with 'sudo apt-get install {' '.join(missing)}' and call again"
        )


def ensure_python() -> None:
    """Refuse a Python that is too old."""
    if sys.version_info < OLDEST:
        stop(
            f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed, this is {sys.version.split()[0]}: "
            "call a newer one, for example python3.12 bootstrap.py"
        )


def make_venv() -> None:
    """Make .venv, with apt's python3-venv where the system's Python comes without it."""
    if PYTHON.exists() and quiet([str(PYTHON), "-m", "pip", "--version"]).returncode == 0:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    say("making a virtual environment in .venv")
    made = quiet([sys.executable, "-m", "venv", str(VENV)])
    if made.returncode != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        if not (apt_install([package]) or apt_install(["python3-venv"])):
            stop(
                "this Python cannot make virtual environments: "
                f"install them with 'sudo apt-get install {package}' and call again"
            )
        made = quiet([sys.executable, "-m", "venv", str(VENV)])
        if made.returncode != 0:
            stop(f"no virtual environment could be made: {made.stdout.strip()}")


def install(extra: str) -> None:
    """Install surveykit with an extra into .venv, unless that is done already."""
    stamp = VENV / f"installed-{extra or 'base'}"
    files = ("setup.cfg", "pyproject.toml", "constraints.txt", "requirements.lock")
    content = b"".join((ROOT / name).read_bytes() for name in files)
    wanted = hashlib.sha256(content + f"{sys.version_info[:2]} {os.environ.get('CI')}".encode()).hexdigest()
    make_venv()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say("installing Python packages into .venv (a minute or two)")
    target = f".[{extra}]" if extra else "."
    orders = locked_orders() if os.environ.get("CI") else [["-c", "constraints.txt", "-e", target]]
    for order in orders:
        command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *order]
        done = quiet(command, cwd=ROOT, env=own_environment(os.environ))
        if done.returncode != 0:
            stop(f"the Python packages could not be installed:\n{done.stdout.strip()}")
    stamp.write_text(wanted)


def locked_orders() -> list[list[str]]:
    """Return what pip is told under CI: the build backend, all packages, surveykit; every file by its hash."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    backend = re.search(r"^setuptools==.*(?:\n    .*)*", lock, re.MULTILINE)
    assert backend is not None, "requirements.lock lacks setuptools: write it anew with 'bootstrap.py lock'"
    first = VENV / "tmp" / "backend.txt"
    first.parent.mkdir(parents=True, exist_ok=True)
    first.write_text(backend[0] + "\n", encoding="utf-8")
    fixed = ["--no-deps", "--no-build-isolation", "--use-pep517"]
    checked = ["--require-hashes", *fixed, "-r"]
    return [[*checked, str(first)], [*checked, "requirements.lock"], [*fixed, "-e", "."]]


def own_environment(base: os._Environ[str]) -> dict[str, str]:
    """Return an environment in which temporary files and caches stay inside .venv."""
    places = {
        "TMPDIR": "tmp",
        "XDG_CACHE_HOME": "cache",
        "MPLCONFIGDIR": "cache/matplotlib",
        "npm_config_cache": "cache/npm",
    }
    for folder in places.values():
        (VENV / folder).mkdir(parents=True, exist_ok=True)
    return dict(base) | {name: str(VENV / folder) for name, folder in places.items()}


def browser_available() -> bool:
    """See to a Chromium for the tests of the web page."""
    if any(shutil.which(name) for name in BROWSERS):
        return True
    return apt_install(["chromium"]) and any(shutil.which(name) for name in BROWSERS)


def node_available() -> bool:
    """See to Node.js and the other survey engines that the tests compare with."""
    if not (shutil.which("node") and shutil.which("npm")) and not apt_install(["nodejs", "npm"]):
        return False
    folder = ROOT / "tests" / "questionnaire" / "node"
    stamp = folder / "node_modules" / ".installed"
    wanted = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return True
    say("installing the survey engines that the tests compare with (npm)")
    done = quiet(["npm", "ci", "--no-audit", "--no-fund"], cwd=folder, env=own_environment(os.environ))
    if done.returncode != 0:
        say(f"npm: {done.stdout.strip()[-500:]}")
        return False
    stamp.write_text(wanted)
    return True


def java_available() -> bool:
    """See to Java, for Spark and for ODK Validate."""
    return shutil.which("java") is not None or (
        apt_install(["default-jre-headless"]) and shutil.which("java") is not None
    )


def postgres_available() -> bool:
    """See to the programs of a PostgreSQL server; the tests start one of their own on a socket."""

    def present() -> bool:
        return shutil.which("initdb") is not None or any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))

    return present() or (apt_install(["postgresql"]) and present())


def office_available() -> bool:
    """See to LibreOffice, with which the tests look at the Word file and the workbook."""
    packages = ["libreoffice-writer-nogui", "libreoffice-calc-nogui"]
    return shutil.which("soffice") is not None or (apt_install(packages) and shutil.which("soffice") is not None)


def marks_left_out() -> list[str]:
    """Return the marks of the tests that cannot run here; under CI there must be none."""
    needs = {
        "browser": (browser_available, "chromium"),
        "node": (node_available, "nodejs and npm"),
        "java": (java_available, "default-jre-headless"),
        "postgres": (postgres_available, "postgresql"),
        "office": (office_available, "libreoffice-writer-nogui and libreoffice-calc-nogui"),
    }
    missing = {mark: packages for mark, (available, packages) in needs.items() if not available()}
    if "java" in missing:
        missing["spark"] = missing["java"]
    if missing and os.environ.get("CI"):
        stop(f"tests marked {', '.join(missing)} cannot run here: install {', '.join(missing.values())}")
    for mark, packages in missing.items():
        say(f"NOT TESTED: tests marked '{mark}' are left out; install {packages} to run them")
    return list(missing)


def run_study(arguments: list[str]) -> int:
    """Run the reference study."""
    install("")
    ensure_pdf_libraries()
    command = [str(PYTHON), "-m", "surveykit", "--study", str(ROOT), "run", *arguments]
    return subprocess.run(command, env=own_environment(os.environ), check=False).returncode


def run_tests(arguments: list[str]) -> int:
    """Run the linters and the tests."""
    install("test,spark")
    ensure_pdf_libraries()
    ensure_pdf_readers()
    markers = " and ".join(["not slow", *(f"not {mark}" for mark in marks_left_out())])
    steps = [
        ["-m", "ruff", "check", "."],
        ["-m", "ruff", "format", "--check", "--quiet", "."],
        ["-m", "mypy"],
        ["-m", "pytest", "-n", "2", "--dist", "loadfile", "-q", "-m", markers, *arguments],
    ]
    if arguments:
        steps = steps[-1:]
    for step in steps:
        started = time.perf_counter()
        code = subprocess.run([str(PYTHON), *step], cwd=ROOT, env=own_environment(os.environ), check=False).returncode
        say(f"{step[1]}: {'passed' if code == 0 else 'FAILED'} in {time.perf_counter() - started:.0f} s")
        if code != 0:
            return code
    return 0


def build_docs(arguments: list[str]) -> int:
    """Execute the notebooks and build the documentation; a warning is an error."""
    install("docs")
    ensure_pdf_libraries()
    target = ROOT / "docs" / "_build" / "html"
    steps = [
        ["tools/doc_sources.py"],
        ["-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", *arguments, "docs", str(target)],
    ]
    for step in steps:
        code = subprocess.run([str(PYTHON), *step], cwd=ROOT, env=own_environment(os.environ), check=False).returncode
        if code != 0:
            return code
    say(f"the documentation is {target / 'index.html'}")
    return 0


def measure_coverage(arguments: list[str]) -> int:
    """Run the tests with coverage of lines and branches; state the figure in CONTRIBUTING.md."""
    report = ["--cov", "--cov-report=term:skip-covered", "--cov-report=html", "--cov-report=json"]
    code = run_tests([*report, *arguments])
    if code == 0 and not arguments:
        step = [str(PYTHON), "tools/coverage_figure.py", "coverage.json", "CONTRIBUTING.md"]
        code = subprocess.run(step, cwd=ROOT, check=False).returncode
    return code


def run_tool(extra: str, script: str, arguments: list[str]) -> int:
    """Run a script of tools/ with the packages of an extra."""
    install(extra)
    command = [str(PYTHON), str(ROOT / "tools" / script), *arguments]
    return subprocess.run(command, cwd=ROOT, env=own_environment(os.environ), check=False).returncode


def main(arguments: list[str]) -> int:
    """Do what was asked."""
    tasks = {
        "run": run_study,
        "test": run_tests,
        "docs": build_docs,
        "coverage": measure_coverage,
        "mutants": lambda rest: run_tool("test", "mutants.py", rest),
        "lock": lambda rest: run_tool("supply", "supply_chain.py", ["lock", *rest]),
        "sbom": lambda rest: run_tool("supply", "supply_chain.py", ["sbom", *rest]),
    }
    if not arguments or arguments[0] not in tasks:
        print(__doc__)
        return 0 if arguments and arguments[0] in {"-h", "--help", "help"} else 2
    ensure_python()
    return tasks[arguments[0]](arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
