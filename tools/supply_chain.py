"""The lock file and the bill of materials.

    python3 bootstrap.py lock    write requirements.lock and constraints.txt anew
    python3 bootstrap.py sbom    write dist/surveykit.cdx.json

`requirements.lock` names every package of every extra with its version and the SHA-256 of each file of that release, so
that it holds for Python 3.11 to 3.13 and for every processor and system. Versions stay as `constraints.txt` has them;
take a line out there to let a package move. The bill of materials is CycloneDX in JSON, made from an environment that
holds nothing but surveykit and what it needs to run.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK, CONSTRAINTS, CONFIG = ROOT / "requirements.lock", ROOT / "constraints.txt", ROOT / "setup.cfg"
BILL = ROOT / "dist" / "surveykit.cdx.json"
OLDEST = "3.11.5"
BIN = Path(sys.executable).parent
HEADER = """\
# Every package of every extra, with the SHA-256 of each file of its release: what CI installs, by --require-hashes.
# Made by 'python3 bootstrap.py lock'; versions come from constraints.txt and setup.cfg.
"""
_BLOCK = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\\n]+)[^\n]*(?:\n    [^\n]*)*", re.M)


def plain_name(name: str) -> str:
    """Return a package's name as it is compared: small letters, one hyphen for each run of separators."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(text: str) -> dict[str, str]:
    """Return the version of each package that a lock or a list of constraints pins."""
    return {plain_name(found[1]): found[2] for found in _BLOCK.finditer(text)}


def hashes(text: str) -> dict[str, list[str]]:
    """Return the SHA-256 of the files of each package of a lock."""
    return {
        plain_name(found[1]): re.findall(r"--hash=sha256:([0-9a-f]{64})\b", found[0]) for found in _BLOCK.finditer(text)
    }


def write_lock() -> None:
    """Resolve all extras for every Python and platform at once, keeping the versions of the constraints."""
    made = ROOT / ".venv" / "tmp" / "requirements.lock"
    made.parent.mkdir(parents=True, exist_ok=True)
    options = ["--universal", "--python-version", OLDEST, "--generate-hashes", "--all-extras", "--quiet"]
    quiet = ["--no-header", "--no-annotate", "--no-emit-index-url", "--constraint", str(CONSTRAINTS)]
    subprocess.run([str(BIN / "uv"), "pip", "compile", *options, *quiet, "-o", str(made), str(CONFIG)], check=True)
    text = made.read_text(encoding="utf-8")
    LOCK.write_text(HEADER + text, encoding="utf-8")
    lines = sorted(f"{found[1]}=={found[2]}" for found in _BLOCK.finditer(text))
    CONSTRAINTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{LOCK.name}: {len(lines)} packages, {sum(map(len, hashes(text).values())):,} files")


def write_bill() -> None:
    """Install surveykit alone beside the environment at hand and list what is there."""
    alone = ROOT / ".venv" / "sbom"
    shutil.rmtree(alone, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(alone)], check=True)
    python = str(alone / BIN.name / Path(sys.executable).name)
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--constraint", str(CONSTRAINTS), str(ROOT)], check=True)
    BILL.parent.mkdir(exist_ok=True)
    options = ["--output-reproducible", "--output-format", "JSON", "--output-file", str(BILL)]
    subprocess.run([str(BIN / "cyclonedx-py"), "environment", *options, python], check=True)
    shutil.rmtree(alone)
    print(f"the bill of materials is {BILL.relative_to(ROOT)}")


if __name__ == "__main__":
    {"lock": write_lock, "sbom": write_bill}[sys.argv[1]]()
