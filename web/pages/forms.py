"""What a form sends, as an answer in plain form: the library checks it like any other."""

from __future__ import annotations

from typing import Any

from demandfirst.engine.ir.vocabulary import Fact
from demandfirst.engine.load.typed import typed_number
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
            return typed_number(words[0]) if words and words[0].strip() else None
