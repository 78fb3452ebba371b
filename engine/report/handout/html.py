"""The report as one HTML file: no script, nothing from elsewhere, made for a screen of any width and for paper."""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NoReturn

from demandfirst.engine.errors import MissingExtra
from demandfirst.engine.language import PSEUDO, SOURCE, _, speaking
from demandfirst.engine.language.written import day
from demandfirst.engine.report.handout.charts import svg
from demandfirst.engine.report.handout.colours import INK, QUIET, SOFT, Palette, palette
from demandfirst.engine.report.handout.model import Brand, Handout, Picture, Section

TEMPLATES = Path(__file__).parent / "templates"
Drawn = Callable[[Picture], str]
"""A picture as markup; empty where it is shown as its table only."""


def html(report: Handout) -> str:
    """The whole report as an HTML document."""
    with speaking(report.language):
        made = day(report.made)
        title = _("{title}: {name}").format(title=report.title, name=report.subject) if report.subject else report.title
        return str(
            _environment().get_template("page.html.j2").render(
                report=report, language=tag(report.language), document_title=title, author=report.brand.name, date=made,
                style=_markup(style(report)), logo=logo(report.brand), words=_words(), drawn=inline(report.brand), labelled=False,
                stamp=_("Rulebase {version}, {hash}").format(version=report.version, hash=report.hash),
                unknown_block=_unknown,
            )
        )  # fmt: skip


def part(section: Section, drawn: Drawn, *, labelled: bool = False) -> str:
    """One section as it stands in the document, for a page with pictures and a style of its own.

    Where it is labelled, each cell of a table names its column, for a page that sets the cells below each other.
    """
    blocks = _environment().get_template("blocks.html.j2")
    module = blocks.make_module({"drawn": drawn, "labelled": labelled, "unknown_block": _unknown})
    return str(module.section(section, {}))


def style(report: Handout) -> str:
    """The style sheet, in the colours of the brand."""
    running = " · ".join(filter(None, (report.subject, report.brand.name)))
    sheet = _environment().get_template("style.css.j2")
    return str(sheet.render(c=palette(report.brand), ink=INK, quiet=QUIET, soft=SOFT, running=_markup(quoted(running))))


def quoted(text: str) -> str:
    """A text as a string in a style sheet, in which nothing can end the string or the sheet."""
    signs = (sign if sign.isalnum() or sign in " ·.,-" else f"\\{ord(sign):06x}" for sign in text)
    return f'"{"".join(signs)}"'


def tag(language: str) -> str:
    """The language tag of a document."""
    return SOURCE if language == PSEUDO else language


def logo(brand: Brand) -> str:
    """The logo as an address that holds the whole picture; empty where there is none."""
    if brand.logo is None:
        return ""
    return f"data:{brand.logo.type};base64,{base64.b64encode(brand.logo.content).decode()}"


def _words() -> dict[str, str]:
    return {"contents": _("Contents"), "skip": _("Skip to the content")}


def _unknown(kind: str) -> NoReturn:
    raise TypeError(kind)


def inline(brand: Brand) -> Drawn:
    """Pictures as `<svg>` elements that stand in the page."""
    return partial(_drawn, palette(brand))


def _drawn(colours: Palette, one: Picture) -> Any:
    return _markup(svg(one.id, one.title, one.alt, one.drawing, colours))


def _markup(text: str) -> Any:
    from markupsafe import Markup

    return Markup(text)  # noqa: S704 - drawn by us, or escaped by us


@lru_cache(maxsize=1)
def _environment() -> Any:
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    except ImportError:
        raise MissingExtra("a report needs jinja2: pip install 'demandfirst[report]'") from None
    return Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )  # fmt: skip
