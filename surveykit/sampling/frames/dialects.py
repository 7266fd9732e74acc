"""The few places where SQL engines differ, as one frozen table of spellings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from surveykit.sampling.plan.definition import HashName

__all__ = ["DUCKDB", "POSTGRES", "SPARK", "Dialect"]


@dataclass(frozen=True, slots=True)
class Dialect:
    """Spellings of one SQL engine.

    Attributes
    ----------
    name : str
        Name of the engine.
    quote : callable
        Identifier to quoted identifier.
    literal : callable
        Text to string literal.
    text : callable
        Expression to text that sorts by code points.
    double : str
        Name of the type of double-precision numbers.
    hash_hex : callable
        Hash name and text expression to the lower-case hexadecimal hash.
    digest_key : callable
        Text expression to its MD5 in the form that ``digest_lanes`` takes.
    digest_lanes : callable
        MD5 to its first and second eight bytes, each read as a little-endian integer.
    """

    name: str
    quote: Callable[[str], str]
    literal: Callable[[str], str]
    text: Callable[[str], str]
    double: str
    hash_hex: Callable[[HashName, str], str]
    digest_key: Callable[[str], str]
    digest_lanes: Callable[[str], tuple[str, str]]


def _double_quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _backticked(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _standard_literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _escape_literal(value: str) -> str:
    """Literal that means the same whatever ``standard_conforming_strings`` says."""
    plain = _standard_literal(value)
    return "E" + plain.replace("\\", "\\\\") if "\\" in value else plain


def _backslash_literal(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _reversed_bytes(digest: str, last: int) -> str:
    pairs = ", ".join(f"substr({digest}, {start}, 2)" for start in range(last, last - 16, -2))
    return f"cast(conv(concat({pairs}), 16, 10) as decimal(20, 0))"


def _unsigned(digest: str, last: int) -> str:
    """Eight bytes as an unsigned number: bit strings of 32 become non-negative integers, those of 64 do not."""
    halves = []
    for start in (last, last - 8):
        pairs = " || ".join(f"substr({digest}, {at}, 2)" for at in range(start, start - 8, -2))
        halves.append(f"cast(cast(cast('x' || {pairs} as bit(32)) as bigint) as numeric)")
    return f"({halves[0]} * 4294967296 + {halves[1]})"


DUCKDB = Dialect(
    name="duckdb",
    quote=_double_quoted,
    literal=_standard_literal,
    text=lambda e: f"cast({e} as varchar)",
    double="double",
    hash_hex=lambda h, e: f"{h}({e})",
    digest_key=lambda e: f"md5_number({e})",
    digest_lanes=lambda k: (f"cast({k} & 18446744073709551615 as ubigint)", f"cast({k} >> 64 as ubigint)"),
)

SPARK = Dialect(
    name="spark",
    quote=_backticked,
    literal=_backslash_literal,
    text=lambda e: f"cast({e} as string)",
    double="double",
    hash_hex=lambda h, e: f"md5({e})" if h == "md5" else f"sha2({e}, 256)",
    digest_key=lambda e: f"md5({e})",
    digest_lanes=lambda k: (_reversed_bytes(k, 15), _reversed_bytes(k, 31)),
)

# Collation "C" throughout: a database's own collation may sort digits and letters otherwise than by code points.
POSTGRES = Dialect(
    name="postgres",
    quote=_double_quoted,
    literal=_escape_literal,
    text=lambda e: f'cast({e} as text) collate "C"',
    double="double precision",
    hash_hex=lambda h, e: (
        f'md5({e}) collate "C"' if h == "md5" else f"encode(sha256(convert_to({e}, 'UTF8')), 'hex') collate \"C\""
    ),
    digest_key=lambda e: f"md5({e})",
    digest_lanes=lambda k: (_unsigned(k, 15), _unsigned(k, 31)),
)
