"""A report as the bytes of a file, of any kind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from demandfirst.engine.language import speaking
from demandfirst.engine.report.handout.content import handout
from demandfirst.engine.report.handout.model import READERS, Brand, Handout, Reader
from demandfirst.engine.report.handout.target import KINDS, Kind

if TYPE_CHECKING:
    from demandfirst.engine.advise import Advisor
    from demandfirst.engine.ir.advice import Advice

Writer = Callable[[Handout], str | bytes]
_WRITERS: dict[Kind, tuple[str, str]] = {
    "html": ("html", "html"), "pdf": ("as_pdf", "pdf"), "markdown": ("as_markdown", "markdown"), "docx": ("as_word", "word"),
}  # fmt: skip


def report(
    advisor: Advisor,
    advice: Advice,
    kind: Kind = "html",
    *,
    reader: Reader = "client",
    name: str = "",
    brand: Brand | None = None,
    made: dt.date | None = None,
) -> bytes:
    """The report on one advice, as the bytes of a file (`html`, `pdf`, `markdown`, `docx`), in the advisor's language.

    `reader` is who reads it, `client` or `sales`; `name` is the client's; `brand` says who hands it over; `made` is its date,
    else today. Raises `ValueError` for another kind or reader, and `MissingExtra` where a library is not installed.
    """
    for word, known in ((kind, KINDS), (reader, READERS)):
        if word not in known:
            raise ValueError(f"`{word}` is not one of {', '.join(known)}")
    today = made or dt.datetime.now().astimezone().date()
    return written(handout(advisor, advice, reader=reader, subject=name, brand=brand, made=today), kind)


@cache
def available() -> tuple[Kind, ...]:
    """The kinds of reports whose libraries are installed."""
    if not all(map(find_spec, ("jinja2", "matplotlib"))):
        return ()
    from demandfirst.engine.report.handout.as_pdf import usable

    there = {"docx": find_spec("docx") is not None, "pdf": usable()}
    return tuple(kind for kind in KINDS if there.get(kind, True))


def written(made: Handout, kind: Kind) -> bytes:
    """A report as the bytes of a file."""
    module, name = _WRITERS[kind]
    writer: Writer = getattr(import_module(f"demandfirst.engine.report.handout.{module}"), name)
    with speaking(made.language):
        content = writer(made)
    return content.encode() if isinstance(content, str) else content
