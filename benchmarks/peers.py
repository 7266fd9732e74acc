"""The packages that surveykit is compared with, each in an environment of its own under benchmarks/.peers/.

They pin different versions of numpy and pandas, so that no one environment holds them all.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent / ".peers"
PEERS = {
    "svy": "svy==0.35.0",
    "samplics": "samplics==0.6.1",
    "balance": "balance==0.23.0",
    "weightipy": "weightipy==0.4.2",
    "ipfn": "ipfn==1.4.4",
}
SHARED = ("polars==2.1.0", "pandas")  # they read the data of the comparison; some peers pin their own pandas


def interpreter(name: str) -> Path:
    """Return the Python that has the peer."""
    return FOLDER / name / "bin" / "python"


def ensure(name: str) -> Path | None:
    """Install the peer where it is not yet; None, with a line, where that fails."""
    python = interpreter(name)
    stamp = FOLDER / name / "installed"
    wanted = "\n".join((PEERS[name], *SHARED))
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    print(f"installing {PEERS[name]}", flush=True)
    shutil.rmtree(FOLDER / name, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(FOLDER / name)], check=True)
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", PEERS[name], *SHARED]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{name} is left out: {(done.stderr.strip().splitlines() or ['pip failed'])[-1]}", flush=True)
        return None
    stamp.write_text(wanted)
    return python


def r_version() -> str | None:
    """Return the versions of R and its packages, or None where R or survey is missing."""
    if shutil.which("Rscript") is None:
        return None
    code = (
        "cat(as.character(getRversion())); for (p in c('survey', 'sampling')) "
        "if (requireNamespace(p, quietly = TRUE)) cat(paste0(', ', p, ' ', packageVersion(p)))"
    )
    done = subprocess.run(["Rscript", "-e", code], capture_output=True, text=True, check=False)
    return f"R {done.stdout.strip()}" if done.returncode == 0 and "survey" in done.stdout else None
