#!/usr/bin/env python3
"""Make docs/_static/report.png, the picture that README shows, from pages of the reference study's report.

    python3 bootstrap.py run && .venv/bin/python tools/readme_picture.py [PAGE PAGE PAGE]

Needs pdftoppm (poppler-utils) and Pillow. The pages default to the table of districts, a chart with intervals and the
tile map.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageOps

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "_static" / "report.png"
PAGES = (5, 7, 8)
LARGEST = 300_000
GAP = 24


def page_image(pdf: Path, page: int, folder: Path) -> Image.Image:
    """Return one page as an image with a thin frame."""
    stem = folder / f"page-{page}"
    numbers = ["-f", str(page), "-l", str(page), "-singlefile"]
    subprocess.run(["pdftoppm", "-r", "66", *numbers, "-png", str(pdf), str(stem)], check=True)
    return ImageOps.expand(Image.open(stem.with_suffix(".png")).convert("RGB"), border=1, fill="#b8b8b8")


def make_picture(pdf: Path, pages: tuple[int, ...]) -> bytes:
    """Put pages side by side on white and return a PNG with a palette of 64 colours."""
    with tempfile.TemporaryDirectory() as folder:
        images = [page_image(pdf, page, Path(folder)) for page in pages]
        width = sum(image.width for image in images) + GAP * (len(images) + 1)
        sheet = Image.new("RGB", (width, images[0].height + 2 * GAP), "white")
        left = GAP
        for image in images:
            sheet.paste(image, (left, GAP))
            left += image.width + GAP
        path = Path(folder) / "sheet.png"
        sheet.quantize(64, dither=Image.Dither.NONE).save(path, optimize=True)
        return path.read_bytes()


if __name__ == "__main__":
    made = make_picture(ROOT / "output" / "report.pdf", tuple(map(int, sys.argv[1:])) or PAGES)
    if len(made) > LARGEST:
        raise SystemExit(f"the picture has {len(made):,} bytes, at most {LARGEST:,} are allowed: take fewer pages")
    TARGET.write_bytes(made)
    print(f"{TARGET.relative_to(ROOT)}: {len(made):,} bytes")
