"""Writes old XLS workbooks, which no library at hand writes."""

from __future__ import annotations

import struct


def old_workbook(rows: list[list[str]]) -> bytes:
    """A BIFF8 workbook in an OLE2 container, as old exports are, with text cells only."""

    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    def bof(kind: int) -> bytes:
        return record(0x809, struct.pack("<HHHHII", 0x600, kind, 0x0DBB, 1996, 0, 6))

    name = b"Sheet1"
    sheet = bof(0x10)
    for i, row in enumerate(rows):
        for j, text in enumerate(row):
            body = text.encode("utf-16-le")
            sheet += record(0x204, struct.pack("<HHHHB", i, j, 0, len(text), 1) + body)
    sheet += record(0x0A, b"")
    head = bof(0x05) + record(0x42, struct.pack("<H", 1200))
    bound = struct.pack("<IBBBB", 0, 0, 0, len(name), 0) + name
    start = len(head) + 4 + len(bound) + 4
    bound = struct.pack("<IBBBB", start, 0, 0, len(name), 0) + name
    stream = head + record(0x85, bound) + record(0x0A, b"") + sheet
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    sectors = len(stream) // 512
    fat = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, sectors + 2), 0xFFFFFFFE]
    assert len(fat) <= 128

    def entry(title: str, kind: int, child: int, first: int, size: int) -> bytes:
        text = title.encode("utf-16-le")
        tail = struct.pack("<HBBiii", len(text) + 2, kind, 1, -1, -1, child) + bytes(36)
        return text.ljust(64, b"\0") + tail + struct.pack("<iII", first, size, 0)

    folder = entry("Root Entry", 5, 1, -2, 0) + entry("Workbook", 2, -1, 2, len(stream))
    folder = folder.ljust(512, b"\0")
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIiIiI", 0, 1, 1, 0, 4096, -2, 0, -2, 0) + struct.pack("<i", 0) + b"\xff" * (108 * 4)
    return header + struct.pack("<128I", *(fat + [0xFFFFFFFF] * (128 - len(fat)))) + folder + stream
