"""Colours of a brand, darkened until they can be read."""

from __future__ import annotations

import colorsys
import re
from dataclasses import dataclass

from demandfirst.engine.report.handout.model import Brand

INK, QUIET, PAPER, SOFT = "#1b2530", "#525d69", "#ffffff", "#f6f7f9"
TINT, LINE = 0.07, 0.22
"""How much of a colour a tinted ground and a thin line have."""
READABLE = 4.5
"""The contrast that WCAG 2.2 asks of text (AA)."""
_COLOUR = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)
_DARKER, _BLACK = 0.96, 0.01
_LINEAR_UP_TO = 0.04045


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a report: text in each of them can be read on paper, and paper-coloured text on each."""

    primary: str
    accent: str
    tint: str
    line: str


def palette(brand: Brand) -> Palette:
    """The colours of a brand; what is no colour, or too light, is mended."""
    primary, accent = (readable(_known(given, own)) for given, own in _pairs(brand))
    return Palette(primary, accent, mixed(primary, TINT), mixed(primary, LINE))


def _pairs(brand: Brand) -> tuple[tuple[str, str], tuple[str, str]]:
    own = Brand()
    return (brand.primary, own.primary), (brand.accent, own.accent)


def _known(given: str, own: str) -> str:
    return given.lower() if _COLOUR.fullmatch(given) else own


def readable(colour: str) -> str:
    """The colour, darkened step by step until text in it has contrast enough on paper and on its own tint."""
    red, green, blue = _parts(colour)
    hue, light, saturation = colorsys.rgb_to_hls(red, green, blue)
    while light > _BLACK and min(contrast(colour, ground) for ground in (PAPER, SOFT, mixed(colour, TINT))) < READABLE:
        light *= _DARKER
        colour = _written(colorsys.hls_to_rgb(hue, light, saturation))
    return colour


def mixed(colour: str, share: float) -> str:
    """A share of the colour on white paper."""
    red, green, blue = (1 - share * (1 - part) for part in _parts(colour))
    return _written((red, green, blue))


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG reckons it, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= _LINEAR_UP_TO else ((part + 0.055) / 1.055) ** 2.4 for part in _parts(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _parts(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _written(parts: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)
