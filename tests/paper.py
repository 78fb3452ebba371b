"""PDF files looked at with poppler's programs."""

from __future__ import annotations

import ctypes.util
import os
import re
import shutil
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

PROGRAMS = ("pdftotext", "pdftoppm", "pdffonts", "pdfinfo")
MISSING = [name for name in PROGRAMS if shutil.which(name) is None]
MISSING += [name for name in ("pango-1.0", "pangoft2-1.0") if ctypes.util.find_library(name) is None]
NEEDED = pytest.mark.skipif(
    bool(MISSING) and not os.environ.get("CI"),
    reason=f"missing here: {', '.join(MISSING)}; install Debian's poppler-utils, libpango-1.0-0 and libpangoft2-1.0-0",
)
WIDTH, HEIGHT = 595, 842
FOOT = 50
"""Points at the end of a page that hold its foot."""
_WORD = re.compile(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">')
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)


def poppler(program: str, *arguments: str) -> str:
    """What a program of poppler prints."""
    return subprocess.run([program, *arguments], capture_output=True, check=True).stdout.decode(errors="replace")


def text(path: Path) -> str:
    """The text of a file in the order in which it was written, without the feet of the pages and without spaces."""
    size = ["-r", "72", "-x", "0", "-y", "0", "-W", str(WIDTH + 1), "-H", str(HEIGHT - FOOT)]
    return joined(poppler("pdftotext", "-raw", *size, str(path), "-"))


def joined(said: str) -> str:
    """A text without spaces and hyphens, which a line break adds or takes away."""
    return re.sub(r"[\s\u00ad\u2010\f-]+", "", said)


def words(path: Path) -> Iterator[tuple[float, float, float, float]]:
    """The box of every word: left, top, right, bottom."""
    for found in _WORD.findall(poppler("pdftotext", "-bbox", str(path), "-")):
        left, top, right, bottom = map(float, found)
        yield left, top, right, bottom


def pages(path: Path, dots: int) -> list[Image.Image]:
    """Every page in greys, with so many dots an inch."""
    start = path.with_suffix("")
    poppler("pdftoppm", "-gray", "-r", str(dots), str(path), str(start))
    found = sorted(path.parent.glob(f"{start.name}-*.pgm"))
    return [Image.open(one) for one in found]


def objects(path: Path) -> bytes:
    """All that stands in a file, unpacked where it is packed."""
    content = path.read_bytes()
    found = [content]
    for packed in _STREAM.findall(content):
        try:
            found.append(zlib.decompress(packed))
        except zlib.error:
            continue
    return b"\n".join(found)
