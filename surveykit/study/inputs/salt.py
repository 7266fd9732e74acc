"""The salt of the hashes that stand for personal data, kept apart from the data and out of version control."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from surveykit.errors import SurveyKitError
from surveykit.files.looking import read_text

__all__ = ["read_salt"]

MINIMUM = 32


def read_salt(path: Path) -> str:
    """Read the salt; it is made with the system's secure random numbers when there is none.

    Parameters
    ----------
    path : pathlib.Path
        The file that study.yaml names under ``data: salt:``. Its name is added to the .gitignore of its folder; a
        folder that is made for it is ignored as a whole.

    Returns
    -------
    str
        64 hexadecimal digits.

    Raises
    ------
    SurveyKitError
        The file is too short to be a salt, can be read by others, or cannot be written.
    """
    try:
        if not path.exists():
            _make(path)
        if os.name == "posix" and (mode := stat.S_IMODE(path.stat().st_mode)) & 0o077:
            raise SurveyKitError(
                f"{path}: others can read the salt (mode {mode:o}), and with it undo the hashes: chmod 600 {path}"
            )
        salt = read_text(path, limit=1_000_000).strip()
    except OSError as error:
        raise SurveyKitError(f"{path}: the salt cannot be read or written ({error})") from None
    if len(salt) < MINIMUM:
        raise SurveyKitError(
            f"{path}: a salt needs at least {MINIMUM} characters, this has {len(salt)}: "
            "move the file away and a good one is made; hashes of earlier runs then no longer agree"
        )
    return salt


def _make(path: Path) -> None:
    """Make the salt; the .gitignore comes first, so that there is no moment at which it could be committed."""
    line, held = path.name, ""
    if not path.parent.exists():
        path.parent.mkdir(parents=True, mode=0o700)
        line = "*"
    ignored = path.parent / ".gitignore"
    if ignored.exists():
        held = read_text(ignored)
    if line not in held.splitlines() and "*" not in held.splitlines():
        ends = "" if held.endswith("\n") or not held else "\n"
        ignored.write_text(f"{held}{ends}{line}\n", encoding="utf-8")
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(secrets.token_hex(32) + "\n")
