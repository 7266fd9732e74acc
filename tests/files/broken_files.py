"""Strategies that break good files, and the judge: a result or one SurveyKitError, soon, and in little memory."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from surveykit.errors import SurveyKitError

SECONDS = 20.0
MEGABYTES = 900
INTERESTING = [
    *(b"\x00", b"\xff" * 4, b'"', b'""', b"\r", b"\n", b",", b"\xef\xbb\xbf", b"\x7f\xff\xff\xff", b"\xfe\xff"),
    *("\ufeff".encode("utf-16-le"), b"9" * 400, b"[" * 200, b"<!DOCTYPE x>", b"&a;", b"*x", b"!!python/none"),
]


@st.composite
def edits(draw: Any) -> Callable[[bytes], bytes]:
    """Some changes of a file: cut, overwrite, insert, repeat, swap."""
    steps = draw(st.lists(st.tuples(st.integers(0, 5), st.floats(0, 1), st.floats(0, 1),
                                    st.one_of(st.sampled_from(INTERESTING), st.binary(min_size=1, max_size=8))),
                          min_size=1, max_size=6))  # fmt: skip

    def apply(content: bytes) -> bytes:
        for kind, where, length, what in steps:
            at = int(where * len(content))
            to = at + int(length * min(64, len(content) - at))
            if kind == 0:
                content = content[:at]
            elif kind == 1:
                content = content[:at] + what + content[at + len(what) :]
            elif kind == 2:
                content = content[:at] + what + content[at:]
            elif kind == 3:
                content = content[:at] + content[at:to] * 3 + content[to:]
            elif kind == 4:
                content = content[:at] + content[to:]
            elif content:
                at = min(at, len(content) - 1)
                content = content[:at] + bytes([content[at] ^ (1 << int(length * 7))]) + content[at + 1 :]
        return content

    return apply


def judge(read: Callable[[], Any]) -> Any:
    """Read; whatever is raised must be an error that users can meet. Returns the result, or the error."""
    started, before = time.perf_counter(), _peak()
    try:
        result = read()
    except SurveyKitError as error:
        assert 0 < max(map(len, str(error).splitlines())) < 3_000  # all problems of a table, one a line
        result = error
    assert time.perf_counter() - started < SECONDS
    assert _peak() - before < MEGABYTES
    return result


def _peak() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)
