"""The few places where SQL engines differ, as one frozen table of spellings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from surveykit.sampling.plan import HashName

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
        Expression to text.
    hash_hex : callable
        Hash name and text expression to the lower-case hexadecimal hash.
    hex_integer : callable
        Expression of at most 15 hexadecimal digits to an integer.
    wide_integer : str
        Type that holds the sum of 60-bit integers over any frame.
    """

    name: str
    quote: Callable[[str], str]
    literal: Callable[[str], str]
    text: Callable[[str], str]
    hash_hex: Callable[[HashName, str], str]
    hex_integer: Callable[[str], str]
    wide_integer: str


def _double_quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _backticked(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _standard_literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _backslash_literal(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


DUCKDB = Dialect(
    name="duckdb",
    quote=_double_quoted,
    literal=_standard_literal,
    text=lambda e: f"cast({e} as varchar)",
    hash_hex=lambda h, e: f"{h}({e})",
    hex_integer=lambda e: f"cast('0x' || {e} as bigint)",
    wide_integer="decimal(38, 0)",
)

SPARK = Dialect(
    name="spark",
    quote=_backticked,
    literal=_backslash_literal,
    text=lambda e: f"cast({e} as string)",
    hash_hex=lambda h, e: f"md5({e})" if h == "md5" else f"sha2({e}, 256)",
    hex_integer=lambda e: f"cast(conv({e}, 16, 10) as bigint)",
    wide_integer="decimal(38, 0)",
)

POSTGRES = Dialect(
    name="postgres",
    quote=_double_quoted,
    literal=_standard_literal,
    text=lambda e: f"cast({e} as text)",
    hash_hex=lambda h, e: f"md5({e})" if h == "md5" else f"encode(sha256(convert_to({e}, 'UTF8')), 'hex')",
    hex_integer=lambda e: f"('x' || lpad({e}, 16, '0'))::bit(64)::bigint",
    wide_integer="numeric",
)
