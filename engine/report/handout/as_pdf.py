"""The report as a PDF: the HTML laid out on paper, tagged, with fonts of its own inside, and nothing fetched from anywhere."""

from __future__ import annotations

import io
import threading
from contextlib import redirect_stdout
from dataclasses import asdict
from pathlib import Path
from typing import Any

from demandfirst.engine.errors import MissingExtra
from demandfirst.engine.language import _
from demandfirst.engine.report.handout.colours import INK, QUIET, palette
from demandfirst.engine.report.handout.html import html, quoted
from demandfirst.engine.report.handout.hygiene import cleaned
from demandfirst.engine.report.handout.model import Handout

FONTS = Path(__file__).parent / "fonts"
SHEET = Path(__file__).parent / "templates" / "pdf.css"
SOFT, EDGE = "#f6f7f9", "#d5dbe1"
VARIANT = "pdf/ua-1"
DEBIAN = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
"""The Debian packages of the libraries that lay text out."""
FOOT = 45
"""Signs of a name that stand at the foot of a page."""
_FONT = "demandfirst-font:"
_ALONE = threading.Lock()
"""Fontconfig and Pango keep state of the whole process."""


def pdf(handout: Handout) -> bytes:
    """The whole report as the bytes of a PDF file (PDF/UA-1)."""
    page = _without_style(html(handout))
    with _ALONE:
        library = _library()
        fonts = library.fonts()
        fetch = library.fetcher()
        sheet = library.sheet(string=style(handout), font_config=fonts, url_fetcher=fetch)
        laid_out = library.page(string=page, url_fetcher=fetch)
        made: bytes = laid_out.write_pdf(
            font_config=fonts, stylesheets=[sheet], pdf_variant=VARIANT, pdf_identifier=handout.hash.encode()
        )
    return made


def usable() -> bool:
    """Whether the library, and what it needs of the system, are there."""
    try:
        _library()
    except MissingExtra:
        return False
    return True


def style(handout: Handout) -> str:
    """The style sheet for paper, in the colours of the brand, with the name and the number at the foot of each page."""
    colours = palette(handout.brand)
    own = {**asdict(colours), "ink": INK, "quiet": QUIET, "soft": SOFT, "edge": EDGE}
    declared = "".join(f"--{name}: {colour};" for name, colour in own.items())
    running = quoted(" · ".join(cleaned(one, FOOT) for one in (handout.subject, handout.brand.name) if one))
    font = f'font: 7.5pt "Report Sans", sans-serif; color: {QUIET};'
    return (
        f":root {{ {declared} }}"
        f"@page {{ size: A4; margin: 16mm 18mm 18mm; @bottom-left {{ content: {running}; width: 80%; {font} }}"
        f' @bottom-right {{ content: counter(page) " / " counter(pages); width: 20%; {font} }} }}'
        f"{SHEET.read_text(encoding='utf-8')}"
    )


def _without_style(page: str) -> str:
    """The page without the style sheet that is made for browsers."""
    before, _start, rest = page.partition("<style>")
    return before + rest.partition("</style>")[2]


class _Library:
    """What is used of WeasyPrint."""

    def __init__(self) -> None:
        from weasyprint import CSS, HTML
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import URLFetcher, URLFetcherResponse

        class Fetcher(URLFetcher):  # type: ignore[misc] # the library has no types
            """Gives out the fonts of the package and what an address holds itself; asks nobody for anything else."""

            def fetch(self, url: str, headers: Any = None) -> Any:
                if url.startswith(_FONT):
                    return URLFetcherResponse(url, (FONTS / Path(url.removeprefix(_FONT)).name).read_bytes())
                return super().fetch(url, headers)

        self.fetcher: Any = lambda: Fetcher(allowed_protocols=("data",))
        self.sheet: Any = CSS
        self.page: Any = HTML
        self.fonts: Any = FontConfiguration


def _library() -> _Library:
    """The library. Raises `MissingExtra` where it, or what it needs of the system, is missing."""
    try:
        with redirect_stdout(io.StringIO()):  # it prints advice of its own
            return _Library()
    except ImportError:
        raise MissingExtra(
            _("a PDF needs WeasyPrint: {command}").format(command="pip install 'demandfirst[report]'")
        ) from None
    except OSError:
        command = f"apt-get install {DEBIAN}"
        raise MissingExtra(_("a PDF needs the library Pango: {command}").format(command=command)) from None
