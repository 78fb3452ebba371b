"""The logo of a settings file: a PNG, JPEG or SVG that is not too large and brings nothing along."""

from __future__ import annotations

import io
import re
import warnings
from pathlib import Path
from typing import Any
from xml.parsers import expat

from demandfirst.engine.errors import MissingExtra
from demandfirst.engine.language import _
from demandfirst.engine.report.handout.model import Logo, LogoType

LARGEST = 1_000_000
"""Bytes that a logo may have."""
WIDEST = 4000
"""Pixels that a logo may have on one side."""
DEEPEST = 100
"""How many parts of a drawing may stand inside each other."""
_KINDS: dict[bytes, LogoType] = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_PILLOW = {"image/png": "PNG", "image/jpeg": "JPEG"}
_ACTIVE = frozenset(
    {"script", "foreignobject", "iframe", "object", "embed", "handler", "listener", "audio", "video", "link"}
)
_OWN = re.compile(r"\s*(?:#|data:image/(?:png|jpeg|gif);|\Z)", re.IGNORECASE)
_URL = re.compile(r"url\(\s*['\"]?([^)]*)", re.IGNORECASE)
_ELSEWHERE = re.compile(r"@import|\\|javascript:|expression\(", re.IGNORECASE)


class LogoFault(Exception):
    """A file is no usable logo: a code, what is wrong, and what to do."""

    def __init__(self, code: str, message: str, help_line: str) -> None:
        self.code, self.message, self.help = code, message, help_line
        super().__init__(message)


def read_logo(path: Path) -> Logo:
    """The logo in a file, of which no more is read than a logo may have. Raises `LogoFault`, `OSError`."""
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        message = _("the logo is larger than {limit} kB").format(limit=LARGEST // 1000)
        raise LogoFault(
            "logo-too-large", message, _("save a smaller one; {pixels} pixels are enough").format(pixels=600)
        )
    return logo_of(content)


def logo_of(content: bytes) -> Logo:
    """A logo from the bytes of a file. Raises `LogoFault`."""
    kind = next((kind for start, kind in _KINDS.items() if content.startswith(start)), None)
    if kind is not None:
        _check_pixels(content, kind)
        return Logo(content, kind)
    if b"<svg" in content[:4096] or b":svg" in content[:4096]:
        _check_svg(content)
        return Logo(content, "image/svg+xml")
    raise _no_image()


def _no_image() -> LogoFault:
    return LogoFault("not-an-image", _("the logo is not an image that can be used"), _("save it as PNG, JPEG or SVG"))


def _check_pixels(content: bytes, kind: LogoType) -> None:
    try:
        from PIL import Image, ImageFile
    except ImportError:
        raise MissingExtra("a logo needs Pillow: pip install 'demandfirst[report]'") from None
    lenient, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False  # WeasyPrint puts it on
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=[_PILLOW[kind]]) as image:
                small = max(image.size) <= WIDEST
                if small:
                    image.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise _no_image() from None
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = lenient
    if not small:
        message = _("the logo has more than {pixels} pixels on one side").format(pixels=WIDEST)
        raise LogoFault(
            "logo-too-large", message, _("save a smaller one; {pixels} pixels are enough").format(pixels=600)
        )


class _Refused(Exception):
    """Something in an SVG that does not belong into a logo."""


def _check_svg(content: bytes) -> None:
    """Refuse drawings that run something, or take something from elsewhere."""
    checker = _Svg()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = checker.element
    parser.CharacterDataHandler = checker.text
    parser.EndElementHandler = checker.end
    parser.EntityDeclHandler = checker.entity
    parser.ProcessingInstructionHandler = checker.instruction
    try:
        parser.Parse(content, True)
    except expat.ExpatError:
        raise _no_image() from None
    except _Refused as refused:
        message = _("the logo has `{word}` in it").format(word=refused)
        help_line = _("export it without scripts, styles from elsewhere and linked files, or save it as PNG")
        raise LogoFault("unsafe-logo", message, help_line) from None
    if not checker.drawing:
        raise _no_image()


class _Svg:
    """Looks at every part of an SVG as it is parsed."""

    def __init__(self) -> None:
        self.drawing = False
        self.inside: list[str] = []
        self.style: list[str] = []

    def element(self, name: str, attributes: dict[str, str]) -> None:
        short = _short(name)
        self.drawing = self.drawing or (not self.inside and short == "svg")
        self.inside.append(short)
        if short in _ACTIVE or len(self.inside) > DEEPEST:
            raise _Refused(short)
        for key, value in attributes.items():
            self.attribute(_short(key), value)

    def attribute(self, key: str, value: str) -> None:
        if key.startswith("on"):
            raise _Refused(key)
        if key in ("href", "src") and not _OWN.match(value):
            raise _Refused(key)
        if key == "attributename" and _short(value).rpartition(":")[2] in ("href", "src", "style"):
            raise _Refused(value)
        _check_style(key, value)

    def text(self, words: str) -> None:
        if self.inside[-1:] == ["style"]:
            self.style.append(words)

    def end(self, _name: str) -> None:
        if self.inside.pop() == "style":
            _check_style("style", "".join(self.style))
            self.style.clear()

    def entity(self, name: str, *_rest: Any) -> None:
        raise _Refused(name)

    def instruction(self, target: str, _data: str) -> None:
        raise _Refused(target)


def _short(name: str) -> str:
    return name.rpartition(" ")[2].lower()


def _check_style(key: str, value: str) -> None:
    if key == "style" and (found := _ELSEWHERE.search(value)):
        raise _Refused(found[0])
    for url in _URL.findall(value):
        if not _OWN.match(url):
            raise _Refused("url")
