"""Compare the Chinese catalogue with the texts that surveykit can tell its user.

python tools/messages.py             what is missing and what is stale, in numbers; exit code 1 if there is any
python tools/messages.py --missing   entries ready to fill in, under the file each belongs to
python tools/messages.py --stale     entries that no text of the package needs
python tools/messages.py --update    add empty entries for what is missing, take out what is stale
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from message_templates import PACKAGE, Template, all_templates

from surveykit.language.template import shape, slot_names

CATALOGUE = PACKAGE / "language" / "zh"
# Texts of other libraries, and headings of tables that are data: no call in the package builds them.
NOT_FROM_SOURCE = {"libraries", "headings"}


def read_entries(folder: Path = CATALOGUE) -> dict[str, dict[str, str]]:
    """Return the entries of every file."""
    return {p.stem: tomllib.loads(p.read_text(encoding="utf-8")) for p in sorted(folder.glob("*.toml"))}


def compare(
    templates: list[Template], entries: dict[str, dict[str, str]]
) -> tuple[dict[str, list[Template]], dict[str, list[str]], list[str]]:
    """Return what is missing by file, what is stale by file, and what is wrong in the entries."""
    translated = {shape(key) for room in entries.values() for key, text in room.items() if text}
    needed = {template.shape for template in templates}
    missing: dict[str, list[Template]] = {}
    seen: set[str] = set()
    for template in templates:
        if template.shape not in translated and template.shape not in seen:
            seen.add(template.shape)
            missing.setdefault(template.room.strip("_"), []).append(template)
    stale = {
        room: [key for key in keys if shape(key) not in needed]
        for room, keys in entries.items()
        if room not in NOT_FROM_SOURCE
    }
    wrong = [
        f"{room}.toml: {key!r}: the translation has slots that the text has not: {sorted(extra)}"
        for room, keys in entries.items()
        for key, text in keys.items()
        if (extra := slot_names(text) - slot_names(key))
    ]
    twice: dict[str, str] = {}
    for room, keys in entries.items():
        for key in keys if room != "headings" else ():
            if shape(key) in twice:
                wrong.append(f"{room}.toml: {key!r} stands in {twice[shape(key)]}.toml already")
            twice.setdefault(shape(key), room)
    return missing, {room: keys for room, keys in stale.items() if keys}, wrong


def line(key: str, text: str = "") -> str:
    """Write one entry of a catalogue."""
    return f"{json.dumps(key, ensure_ascii=False)} = {json.dumps(text, ensure_ascii=False)}"


def main() -> int:
    """Tell the difference, or write it into the files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("missing", "stale", "update"):
        parser.add_argument(f"--{name}", action="store_true")
    options = parser.parse_args()
    entries = read_entries()
    templates = all_templates()
    missing, stale, wrong = compare(templates, entries)
    if options.missing:
        for room, found in sorted(missing.items()):
            print(f"# surveykit/language/zh/{room}.toml")
            for template in found:
                print(f"# {template.place}\n{line(template.key)}")
    if options.stale:
        for room, keys in stale.items():
            print(f"# surveykit/language/zh/{room}.toml", *(line(key, entries[room][key]) for key in keys), sep="\n")
    if options.update:
        update(missing, stale)
    print("\n".join(wrong) or "entries are in order", file=sys.stderr)
    counts = (len(templates), sum(map(len, missing.values())), sum(map(len, stale.values())))
    print("{} texts; {} without a translation, {} stale".format(*counts), file=sys.stderr)
    return int(bool(missing or stale or wrong))


def update(missing: dict[str, list[Template]], stale: dict[str, list[str]]) -> None:
    """Rewrite the files that change; comments at their heads stay."""
    for room in sorted({*missing, *stale}):
        path = CATALOGUE / f"{room}.toml"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        gone = {json.dumps(key, ensure_ascii=False) for key in stale.get(room, ())}
        kept = [text for text in lines if text.split(' = "')[0] not in gone]
        present = {text.split(' = "')[0] for text in kept}
        new = [line(t.key) for t in missing.get(room, ()) if json.dumps(t.key, ensure_ascii=False) not in present]
        path.write_text("\n".join([*kept, *new]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
