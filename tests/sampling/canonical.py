"""The digest of a frame in plain Python, written from the page for auditors and not from the code it checks."""

import datetime
import decimal
import hashlib
import json
import struct


def cell(reading, value):
    if value is None:
        return "-"
    if reading == "text" or isinstance(value, str):
        return f"{len(str(value))}t{value}"
    if isinstance(value, bool):
        return f"b{str(value).lower()};"
    if isinstance(value, datetime.datetime):
        return f"w{value:%Y-%m-%d %H:%M:%S.%f}000;"
    if isinstance(value, datetime.date):
        return f"a{value};"
    if isinstance(value, decimal.Decimal):
        return f"d{value};"
    if isinstance(value, int) and reading == "value":
        return f"n{value};"
    number = float(value)
    if number != number or number in (float("inf"), float("-inf")):
        return f"x{number};"
    if number == int(number) and abs(number) < 9e18:
        return f"n{int(number)};"
    return f"f{struct.pack('>d', number).hex()};"


def digest(columns, rows):
    """Digest of rows, each a sequence of the values of (reading, column) pairs."""
    texts = ("".join(cell(reading, value) for (reading, _), value in zip(columns, row, strict=True)) for row in rows)
    buckets = {}
    for found in sorted(hashlib.sha256(text.encode()).hexdigest() for text in texts):
        buckets.setdefault(found[:3], []).append(found)
    lines = [
        f"{name} {len(found)} {hashlib.sha256(''.join(found).encode()).hexdigest()}\n"
        for name, found in sorted(buckets.items())
    ]
    header = json.dumps([2, *map(list, columns)], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{header}\n{''.join(lines)}".encode()).hexdigest()
