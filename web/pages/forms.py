"""What a form sends, as an answer in plain form: the library checks it like any other."""

from __future__ import annotations

from typing import Any

from demandfirst.engine.ir.vocabulary import Fact
from starlette.datastructures import FormData

NONE = "none of these"
LONGEST = 200


def given(form: FormData, fact: Fact) -> Any:
    """The answer to a fact; None where nothing was filled in."""
    words = [str(value)[:LONGEST] for value in form.getlist("value")]
    match fact.type:
        case "set":
            chosen = [word for word in words if word]
            return [] if chosen == [NONE] else [word for word in chosen if word != NONE] or None
        case "yes_no":
            return {"yes": True, "no": False}.get(words[0]) if words else None
        case "choice":
            return words[0] if words and words[0] else None
        case _:
            return number(words[0]) if words and words[0].strip() else None


def number(text: str) -> Any:
    """A number as people type it: spaces between thousands, a comma before decimals; bounds stay as they are."""
    plain = "".join(text.split()).replace("\N{NO-BREAK SPACE}", "").removesuffix("%")
    if plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    try:
        value = float(plain)
    except ValueError:
        return plain
    return int(value) if value.is_integer() else value
