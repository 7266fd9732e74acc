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
    double_hex : callable
        Expression of a finite double to the sixteen hexadecimal digits of its IEEE 754 bits.
    moment : callable
        Column and name of its type to ``2026-11-28 08:30:00.000000000``, for moments without time zone.
    matches : callable
        Text expression and literal of a pattern to whether the text holds the pattern.
    sorted_text : callable
        Text expression to the aggregate that joins its values in the order of their code points.
    beyond_ascii : callable
        Text expression to whether it holds a character beyond ASCII.
    letters : callable
        Text expression to a set of rows with its characters beyond ASCII.
    composed : callable, optional
        Text expression to its Unicode NFC; None where the engine has none.
    runs : callable
        Text expression to the text with one space for each run of spaces.
    without_zeros : callable
        Text expression to the text without zeros at its start.
    sorted_sum : callable
        Expression of doubles to their sum from the smallest up, so that fractions give one sum in every order of rows.
    """

    name: str
    quote: Callable[[str], str]
    literal: Callable[[str], str]
    text: Callable[[str], str]
    double: str
    hash_hex: Callable[[HashName, str], str]
    double_hex: Callable[[str], str]
    moment: Callable[[str, str], str]
    matches: Callable[[str, str], str]
    sorted_text: Callable[[str], str]
    beyond_ascii: Callable[[str], str]
    letters: Callable[[str], str]
    composed: Callable[[str], str] | None
    runs: Callable[[str], str]
    without_zeros: Callable[[str], str]
    sorted_sum: Callable[[str], str]


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


def _duckdb_moment(column: str, kind: str) -> str:
    if kind.upper() == "TIMESTAMP_NS":
        return f"strftime({column}, '%Y-%m-%d %H:%M:%S.%n')"
    return f"strftime(cast({column} as timestamp), '%Y-%m-%d %H:%M:%S.%f000')"


def _spark_double_hex(value: str) -> str:
    """Java writes ``0x1.999999999999ap-4``: exponent and digits are put together as they lie in the eight bytes."""
    text = f"format_string('%a', {value})"
    exponent = (
        f"(case when {text} like '%0x0.%' then 0 else cast(regexp_extract({text}, 'p(-?[0-9]+)', 1) as int) + 1023 end "
        f"+ case when {value} < 0 then 2048 else 0 end)"
    )
    return (
        f"concat(lower(lpad(hex(cast({exponent} as bigint)), 3, '0')), "
        f"rpad(regexp_extract({text}, '[.]([0-9a-f]+)p', 1), 13, '0'))"
    )


DUCKDB = Dialect(
    name="duckdb",
    quote=_double_quoted,
    literal=_standard_literal,
    text=lambda e: f"cast({e} as varchar)",
    double="double",
    hash_hex=lambda h, e: f"{h}({e})",
    double_hex=lambda e: f"printf('%016x', cast(cast({e} as bit) as ubigint))",
    moment=_duckdb_moment,
    matches=lambda e, pattern: f"regexp_matches({e}, {pattern})",
    sorted_text=lambda e: f"string_agg({e}, '' order by {e})",
    beyond_ascii=lambda e: f"strlen({e}) > length({e})",
    letters=lambda e: f"unnest(regexp_extract_all({e}, '[^ -~]'))",
    composed=lambda e: f"nfc_normalize({e})",
    runs=lambda e: f"regexp_replace({e}, '  +', ' ', 'g')",
    without_zeros=lambda e: f"ltrim({e}, '0')",
    sorted_sum=lambda e: f"sum({e} order by {e})",
)

SPARK = Dialect(
    name="spark",
    quote=_backticked,
    literal=_backslash_literal,
    text=lambda e: f"cast({e} as string)",
    double="double",
    hash_hex=lambda h, e: f"md5({e})" if h == "md5" else f"sha2({e}, 256)",
    double_hex=_spark_double_hex,
    moment=lambda c, _: f"concat(date_format({c}, 'yyyy-MM-dd HH:mm:ss.SSSSSS'), '000')",
    matches=lambda e, pattern: f"{e} rlike {pattern}",
    sorted_text=lambda e: f"array_join(sort_array(collect_list({e})), '')",
    beyond_ascii=lambda e: f"octet_length({e}) > length({e})",
    letters=lambda e: f"explode(regexp_extract_all({e}, '([^ -~])', 1))",
    composed=None,
    runs=lambda e: f"regexp_replace({e}, '  +', ' ')",
    without_zeros=lambda e: f"ltrim('0', {e})",
    sorted_sum=lambda e: f"aggregate(sort_array(collect_list({e})), cast(0 as double), (a, b) -> a + b)",
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
    double_hex=lambda e: f"encode(float8send({e}), 'hex')",
    moment=lambda c, _: f"to_char({c}, 'YYYY-MM-DD HH24:MI:SS.US\"000\"')",
    matches=lambda e, pattern: f"{e} ~ {pattern}",
    sorted_text=lambda e: f"string_agg({e}, '' order by {e} collate \"C\")",
    beyond_ascii=lambda e: f"octet_length({e}) > length({e})",
    letters=lambda e: f"(regexp_matches({e}, '[^ -~]', 'g'))[1]",
    composed=lambda e: f'normalize({e}, NFC) collate "C"',
    runs=lambda e: f"regexp_replace({e}, '  +', ' ', 'g')",
    without_zeros=lambda e: f"ltrim({e}, '0')",
    sorted_sum=lambda e: f"sum({e} order by {e})",
)
