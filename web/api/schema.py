"""The vocabulary as JSON Schema: what a client may say."""

from __future__ import annotations

from typing import Any

from demandfirst.engine.ir.numbers import unit_words
from demandfirst.engine.ir.rulebase import Rulebase
from demandfirst.engine.ir.vocabulary import Fact
from demandfirst.engine.language import _

DIALECT = "https://json-schema.org/draft/2020-12/schema"
UNKNOWN = "unknown"
BOUNDS = r"^\s*([<>]=?\s*-?[0-9.]+|-?[0-9.]+\s*\.\.\s*-?[0-9.]+)\s*$"


def client_schema(rulebase: Rulebase) -> dict[str, Any]:
    """The JSON Schema of a client."""
    facts = rulebase.facts.values()
    return {
        "$schema": DIALECT, "title": "Client", "type": "object", "additionalProperties": False,
        "required": [fact.id for fact in facts if fact.required],
        "properties": {fact.id: fact_schema(fact, rulebase) for fact in facts},
    }  # fmt: skip


def fact_schema(fact: Fact, rulebase: Rulebase) -> dict[str, Any]:
    """The JSON Schema of the answer to a fact."""
    told = {"title": fact.label, "description": fact.question, "x-group": rulebase.question_groups[fact.group]}
    plain = _plain(fact)
    if fact.required:
        return told | plain
    return told | {
        "anyOf": [plain, {"const": UNKNOWN, "title": _("don't know")}, {"type": "null", "title": _("not answered")}]
    }


def _plain(fact: Fact) -> dict[str, Any]:
    words = [{"const": value.id, "title": value.label} for value in fact.values]
    match fact.type:
        case "yes_no":
            return {"type": "boolean"}
        case "choice":
            return {"type": "string", "oneOf": words}
        case "set":
            return {
                "type": "array",
                "uniqueItems": True,
                "minItems": fact.at_least,
                "items": {"type": "string", "oneOf": words},
            }
        case _:
            return {
                "anyOf": [
                    _number(fact),
                    {
                        "type": "string",
                        "pattern": BOUNDS,
                        "title": _("a bound such as {one} or {other}").format(one="<10", other="5..10"),
                    },
                ]
            }


def _number(fact: Fact) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": "integer" if fact.type == "integer" else "number",
        "description": unit_words(fact.unit),
    }
    if fact.minimum is not None:
        made["minimum"] = float(fact.minimum)
    if fact.above is not None:
        made["exclusiveMinimum"] = float(fact.above)
    if fact.maximum is not None:
        made["maximum"] = float(fact.maximum)
    return made
